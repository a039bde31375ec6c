"""Read rows of CSV from outside, and name the file, line and column of what is wrong."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from geo.datum import Datum, to_wgs84
from geo.point import BadPoint, Point, checked_point

_FLAGS = {"1": True, "0": False}


class BadTable(ValueError):  # noqa: N818 - the name is the sentence
    """Say which file, line and column cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One line of a list; its methods read a column or raise `BadTable`."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def word(self, column: str) -> str:
        """Return a cell that must not be empty."""
        word = self.optional(column)
        if word is None:
            self.refuse(column, "is empty")
        return word

    def optional(self, column: str) -> str | None:
        """Return a cell, None where it is empty or the list has no such column."""
        return self.cells.get(column, "").strip() or None

    def flag(self, column: str) -> bool:
        """Return a cell that says 1 or 0."""
        word = self.word(column)
        if word not in _FLAGS:
            self.refuse(column, f"{word!r} is neither 1 nor 0")
        return _FLAGS[word]

    def whole(self, column: str, limit: int) -> int:
        """Return a whole number from 0 to ``limit``."""
        word = self.word(column)
        if not (word.isascii() and word.isdigit() and int(word) <= limit):
            self.refuse(column, f"{word!r} is no whole number from 0 to {limit}")
        return int(word)

    def degrees(self, column: str) -> float:
        """Return a number; its range is checked where it becomes a point."""
        word = self.word(column)
        try:
            return float(word)
        except ValueError:
            self.refuse(column, f"{word!r} is not a number")

    def point(self, datum: Datum, lon: str = "lon", lat: str = "lat") -> Point:
        """Return the place in two columns, given in ``datum``, as WGS-84."""
        east, north = self.degrees(lon), self.degrees(lat)
        try:
            return to_wgs84(checked_point(east, north), datum)
        except BadPoint as bad:
            self.refuse(f"{lon}, {lat}", str(bad))

    def refuse(self, column: str, why: str) -> NoReturn:
        """Raise `BadTable` for a column of this row."""
        raise BadTable(f"{self.path}, line {self.line}, {column}: {why}")


def read_rows(path: Path, columns: Iterable[str], key: str) -> list[CsvRow]:
    """Read a CSV file in UTF-8 with a header line.

    Raises `BadTable` when it is absent or unreadable, lacks one of ``columns``, holds a row with too few or too many
    cells, or the same ``key`` twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restkey="", strict=True)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise BadTable(f"{path}: has no column {', '.join(missing)}")
            rows = [CsvRow(path, reader.line_num, cells) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as trouble:
        raise BadTable(f"{path}: not a readable list ({trouble})") from trouble
    seen: dict[str, int] = {}
    for row in rows:
        if "" in row.cells or None in row.cells.values():
            raise BadTable(f"{path}, line {row.line}: has not as many cells as the header")
        first = seen.setdefault(row.word(key), row.line)
        if first != row.line:
            row.refuse(key, f"{row.word(key)!r} stands already in line {first}")
    return rows
