"""The lists a city brings along: the hospitals that may be centres, and the stations that house ambulances."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from geo.csv_rows import CsvRow, read_rows
from geo.datum import Datum
from geo.point import Point

# The columns of centers.csv that say which of the five centres a hospital is.
CENTER_FLAGS = ("chest_pain", "stroke", "trauma", "maternal", "neonatal", "paediatric")

_AMBULANCES_MAX = 1000


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
