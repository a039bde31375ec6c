"""The lists a city brings along: the hospitals that may be centres, and the stations that house ambulances."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from geo.csv_rows import CsvRow, read_rows
from geo.datum import Datum
from geo.point import Point
from geo.snap import NoRoad, RoadIndex

# The columns of centers.csv that say which of the five centres a hospital is.
CENTER_FLAGS = ("chest_pain", "stroke", "trauma", "maternal", "neonatal", "paediatric")

_AMBULANCES_MAX = 1000


# A site farther than this from its road is believed, and warned of.
FAR_FROM_ROAD_M = 300.0

# A sentence names so many sites before it counts the rest.
_SITES_NAMED_MAX = 5


class BadCity(ValueError):  # noqa: N818 - the name is the sentence
    """Say which site, or which list, does not belong to the map it was given with."""


class CenterSite(msgspec.Struct, frozen=True):
    """A hospital as its list describes it. ``capabilities`` are codes it declares beyond what its flags imply."""

    center_id: str
    name: str
    grade: str | None
    point: Point
    flags: Mapping[str, bool]
    capabilities: tuple[str, ...]


class StationSite(msgspec.Struct, frozen=True):
    """A fixed base and how many ambulances it houses."""

    station_id: str
    name: str
    point: Point
    ambulances: int


class SiteWarning(msgspec.Struct, frozen=True):
    """A site on the map that is not beside a road; ``code`` has its sentence in the catalogue as ``geo.site.…``."""

    code: str
    site_id: str
    name: str
    distance_m: int


def read_centers(path: Path, datum: Datum = Datum.WGS84) -> tuple[CenterSite, ...]:
    """Read ``center_id, hospital, lon, lat``, the flags, optionally ``grade`` and ``capabilities`` (split by ``;``).

    Raises `geo.csv_rows.BadTable` naming the line.
    """
    columns = ("center_id", "hospital", "lon", "lat", *CENTER_FLAGS)
    return tuple(
        CenterSite(
            center_id=row.word("center_id"),
            name=row.word("hospital"),
            grade=row.optional("grade"),
            point=row.point(datum),
            flags={flag: row.flag(flag) for flag in CENTER_FLAGS},
            capabilities=_codes(row),
        )
        for row in read_rows(path, columns, key="center_id")
    )


def read_stations(path: Path, datum: Datum = Datum.WGS84) -> tuple[StationSite, ...]:
    """Read ``station_id, name, lon, lat, ambulances``. Raises `geo.csv_rows.BadTable` naming the line."""
    columns = ("station_id", "name", "lon", "lat", "ambulances")
    return tuple(
        StationSite(
            row.word("station_id"), row.word("name"), row.point(datum), row.whole("ambulances", _AMBULANCES_MAX)
        )
        for row in read_rows(path, columns, key="station_id")
    )


def _codes(row: CsvRow) -> tuple[str, ...]:
    words = (row.optional("capabilities") or "").split(";")
    return tuple(dict.fromkeys(code for word in words if (code := word.strip())))


def check_on_map(
    roads: RoadIndex, centers: Sequence[CenterSite], stations: Sequence[StationSite]
) -> tuple[SiteWarning, ...]:
    """Refuse sites outside the map with `BadCity`; return a warning for each whose road is far or absent."""
    sites = [(site.center_id, site.name, site.point) for site in centers]
    sites += [(site.station_id, site.name, site.point) for site in stations]
    outside = [f"{site_id} ({name}) at {at.lon},{at.lat}" for site_id, name, at in sites if at not in roads.served]
    if outside:
        more = len(outside) - _SITES_NAMED_MAX
        named = "; ".join(outside[:_SITES_NAMED_MAX])
        raise BadCity(f"outside the map: {named}" + (f" and {more} more" if more > 0 else ""))
    warnings = (_warning(roads, site_id, name, point) for site_id, name, point in sites)
    return tuple(warning for warning in warnings if warning is not None)


def _warning(roads: RoadIndex, site_id: str, name: str, point: Point) -> SiteWarning | None:
    try:
        away_m = roads.snap(point).distance_m
    except NoRoad as far:
        return SiteWarning("no_road", site_id, name, round(far.distance_m))
    return SiteWarning("far_from_road", site_id, name, round(away_m)) if away_m > FAR_FROM_ROAD_M else None
