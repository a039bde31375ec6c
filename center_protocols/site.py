"""Read what one city decides: its stroke scale, its kind of roads, its centres' switches, and its signed numbers.

A site file is TOML: ``[city]``, ``[centers.<id>]``, and a table for each threshold that the medical director changes::

    [city]
    lvo_scale = "race"
    area = "suburban"
    newborn_levels = "require"
    rank_by_outcome = true

    [centers.H017]
    direct_to_angio = true
    bypass_off = ["cath_lab"]

    ["stroke.lams_lvo"]
    value = 5
    signed_by = "Dr Li, 2026-11-21"
"""

import tomllib
from typing import Any

import msgspec

from center_protocols.assessment import CenterSwitches, ProtocolSettings
from center_protocols.thresholds import InvalidThresholdError, builtin
from center_protocols.vocabulary import Area, LevelMatch, LvoScale

CITY, CENTERS = "city", "centers"


class CityDecides(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the switches of a whole city; the defaults are those of ``ProtocolSettings``."""

    lvo_scale: LvoScale = LvoScale.ANY
    area: Area = Area.URBAN
    direct_to_angio: bool = False
    newborn_levels: LevelMatch = LevelMatch.PREFER
    rank_by_outcome: bool = False


def read_site(text: str) -> ProtocolSettings:
    """Return the settings of a site file; what it does not name stays as shipped.

    Raises
    ------
    InvalidThresholdError
        The file is no TOML, a switch does not exist, or a threshold cannot be used; it is named.
    """
    try:
        site = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidThresholdError(f"the site file is not TOML: {error}") from error
    for key, table in site.items():
        if not isinstance(table, dict):
            raise InvalidThresholdError(f"{key}: a table of changes is needed")
    city = _read(site.pop(CITY, {}), CityDecides, CITY)
    centers = _read(site.pop(CENTERS, {}), dict[str, CenterSwitches], CENTERS)
    return ProtocolSettings(
        builtin().overlaid(site),
        lvo_scale=city.lvo_scale,
        area=city.area,
        direct_to_angio=city.direct_to_angio,
        newborn_levels=city.newborn_levels,
        rank_by_outcome=city.rank_by_outcome,
        centers=centers,
    )


def _read(table: object, kind: Any, name: str) -> Any:  # noqa: ANN401 - any kind of table in, its value out
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise InvalidThresholdError(f"{name}: {error}") from error
