"""A persistent map from id to row of which old rows lie written down until somebody asks for them.

A city of a million facts has some hundred thousand rows; a shift works with a few hundred of them. Rows that a restart
finds in its snapshot stay the bytes they were: reading them all took longer than a centre may be away.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Generic, TypeVar, overload

from rpds import HashTrieMap

Row = TypeVar("Row")
Other = TypeVar("Other")

READ_AT_HAND = 4_096  # rows of one table that were read lately


class Asleep(Generic[Row]):
    """Hold the written rows of a table, and how one is read; nobody changes them."""

    __slots__ = ("_kept", "read", "rows")

    def __init__(self, rows: Mapping[str, bytes], read: Callable[[bytes], Row]) -> None:
        self.rows = rows
        self.read = read
        self._kept = lru_cache(maxsize=READ_AT_HAND)(lambda row_id: read(rows[row_id]))

    def row(self, row_id: str) -> Row:
        """Return one row, the same object as long as it is asked for; ``KeyError`` when it is not here."""
        return self._kept(row_id)

    def without(self, row_id: str) -> "Asleep[Row]":
        """Return all others; every one of them is looked at."""
        return Asleep({each: stored for each, stored in self.rows.items() if each != row_id}, self.read)


class Table(Generic[Row]):
    """Answer as an ``rpds.HashTrieMap`` does; what is inserted hides what is asleep under the same id."""

    __slots__ = ("awake", "sleeping")

    def __init__(self, awake: "HashTrieMap[str, Row] | None" = None, sleeping: Asleep[Row] | None = None) -> None:
        self.awake: HashTrieMap[str, Row] = HashTrieMap() if awake is None else awake
        self.sleeping = sleeping

    @property
    def asleep(self) -> Mapping[str, bytes]:
        """Return the written rows, those hidden by newer ones among them."""
        return {} if self.sleeping is None else self.sleeping.rows

    def __getitem__(self, row_id: str) -> Row:
        """Return a row, or raise ``KeyError``."""
        row = self.awake.get(row_id)
        if row is not None:
            return row
        if self.sleeping is None:
            raise KeyError(row_id)
        return self.sleeping.row(row_id)

    @overload
    def get(self, row_id: str) -> Row | None: ...
    @overload
    def get(self, row_id: str, otherwise: Other) -> Row | Other: ...
    def get(self, row_id: str, otherwise: Other | None = None) -> Row | Other | None:
        """Return a row, or something else when there is none."""
        row = self.awake.get(row_id)
        if row is not None:
            return row
        return self.sleeping.row(row_id) if self.sleeping is not None and row_id in self.sleeping.rows else otherwise

    def __contains__(self, row_id: object) -> bool:
        """Say whether there is such a row."""
        return row_id in self.awake or (self.sleeping is not None and row_id in self.sleeping.rows)

    def __len__(self) -> int:
        """Count the rows; all ids are looked at."""
        return len(self.awake) + sum(each not in self.awake for each in self.asleep)

    def __iter__(self) -> Iterator[str]:
        """Yield every id once."""
        yield from self.awake
        yield from (each for each in self.asleep if each not in self.awake)

    def values(self) -> Iterator[Row]:
        """Yield every row once; those asleep are read for this once only."""
        yield from self.awake.values()
        if self.sleeping is not None:
            yield from (self.sleeping.read(each) for row_id, each in self.asleep.items() if row_id not in self.awake)

    def items(self) -> Iterator[tuple[str, Row]]:
        """Yield every id with its row."""
        return zip(self, self.values(), strict=True)

    def insert(self, row_id: str, row: Row) -> "Table[Row]":
        """Return the table with this row."""
        return Table(self.awake.insert(row_id, row), self.sleeping)

    def remove(self, row_id: str) -> "Table[Row]":
        """Return the table without this row; ``KeyError`` when there is none. Dear for one that is asleep."""
        if self.sleeping is None or row_id not in self.sleeping.rows:
            return Table(self.awake.remove(row_id), self.sleeping)
        return Table(self.awake.discard(row_id), self.sleeping.without(row_id))

    def __eq__(self, other: object) -> bool:
        """Compare row by row, however they are kept."""
        return isinstance(other, Table) and dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment] # it compares by content, as every map does
