"""Read which other cities' centres there are, so that a caller who is not ours is handed over with a number."""

import tomllib
from pathlib import Path

import msgspec

from dispatch.errors import BadInput
from dispatch.sources import Neighbor
from geo.point import BadPoint, checked_point


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    phone: str
    lon: float  # WGS-84, the middle of its city
    lat: float


class _File(msgspec.Struct, forbid_unknown_fields=True):
    center: list[_Row]


def read_neighbors(path: Path | None) -> tuple[Neighbor, ...]:
    """Return the centres of a TOML file: ``[[center]]`` with name, phone, lon, lat. ``BadInput`` says what is wrong."""
    if path is None:
        return ()
    try:
        rows = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).center
        return tuple(Neighbor(each.name, each.phone, checked_point(each.lon, each.lat)) for each in rows)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, BadPoint) as error:
        raise BadInput(f"the neighbours {path}: {error}") from error
