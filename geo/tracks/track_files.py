"""Read recorded positions: one line for each fix of each vehicle, plain or gzipped CSV, with a datum."""

import csv
import gzip
import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from geo.csv_rows import BadTable, CsvRow
from geo.datum import Datum, to_wgs84
from geo.live_weights import CITY_TIME
from geo.point import Point

# About a week of five hundred tablets at one fix in fifteen seconds; a longer recording is learned piece by piece.
FIXES_MAX = 20_000_000

VEHICLE_COLUMNS = ("vehicle_id", "unit_id", "taxi_id")
# A time with its zone, or one on the city's clock.
TIME_COLUMNS = ("at", "time_local")


@dataclass(frozen=True, slots=True)
class Track:
    """One vehicle's fixes in the order of the file: degrees in WGS-84 and seconds since 1970 in UTC, float64[n]."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    at_s: NDArray[np.float64]


def read_tracks(path: Path, datum: Datum = Datum.WGS84) -> dict[str, Track]:
    """Read the fixes of each vehicle from columns vehicle_id (or unit_id, taxi_id), at (or time_local), lon, lat.

    Coordinates off the earth stay as they are, for the matcher to tell. Raises `BadTable` naming file, line and column.
    """
    fixes: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    try:
        with _opened(path) as stream:
            reader = csv.DictReader(stream, restkey="", strict=True)
            names = reader.fieldnames or ()
            vehicle, time = _first(path, names, VEHICLE_COLUMNS), _first(path, names, TIME_COLUMNS)
            for column in ("lon", "lat"):
                _first(path, names, (column,))
            for count, cells in enumerate(reader):
                row = CsvRow(path, reader.line_num, cells)
                if "" in cells or None in cells.values():
                    raise BadTable(f"{path}, line {row.line}: has not as many cells as the header")
                if count >= FIXES_MAX:
                    row.refuse(vehicle, f"more than {FIXES_MAX} fixes in one file")
                fixes[row.word(vehicle)].append((row.degrees("lon"), row.degrees("lat"), _seconds(row, time)))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as trouble:
        raise BadTable(f"{path}: not a readable list ({trouble})") from trouble
    return {name: _track(rows, datum) for name, rows in sorted(fixes.items())}


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _first(path: Path, names: object, wanted: tuple[str, ...]) -> str:
    found = [name for name in wanted if isinstance(names, list) and name in names]
    if not found:
        raise BadTable(f"{path}: has no column {' or '.join(wanted)}")
    return found[0]


def _seconds(row: CsvRow, column: str) -> float:
    word = row.word(column)
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        row.refuse(column, f"{word!r} is no time like 2026-03-02T08:30:00+08:00")
    if column == "time_local":
        at = at.replace(tzinfo=CITY_TIME)
    elif at.tzinfo is None:
        row.refuse(column, f"{word!r} carries no time zone")
    return at.timestamp()


def _track(rows: list[tuple[float, float, float]], datum: Datum) -> Track:
    if datum is not Datum.WGS84:
        rows = [(*_moved(lon, lat, datum), at_s) for lon, lat, at_s in rows]
    lon, lat, at_s = np.array(rows, dtype=np.float64).T.copy()
    return Track(lon, lat, at_s)


def _moved(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return lon, lat
    place = to_wgs84(Point(lon, lat), datum)
    return place.lon, place.lat
