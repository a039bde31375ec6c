"""One SQLite file, a connection that writes durably and one that reads beside it."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

BUSY_MS = 5_000
SCRUB_MS = 100  # the log is emptied by and by, and nobody writes while it waits for a reader

# How far each numbered stream is: every file that holds samples has this table, and changes it with the samples.
STREAM_TABLE = """
CREATE TABLE IF NOT EXISTS stream (stream TEXT PRIMARY KEY, committed_seq INTEGER NOT NULL) WITHOUT ROWID;
"""


class SqlitePair:
    """Open a file with its tables; writing takes turns, reading never waits for it (WAL)."""

    def __init__(self, path: Path, schema: str) -> None:
        self._writer = _connect(path)
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._writer.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten: an erased patient is gone
        self._writer.executescript(schema)
        self._reader = _connect(path)
        self._writing = Lock()
        self._reading = Lock()

    def read(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query over what is committed."""
        with self._reading:
            return self._reader.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit durably at the end, or undo everything when it raises."""
        with self._writing, self._writer:
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer

    def scrub(self) -> None:
        """Fold the log into the file and empty it: what was deleted stands nowhere any more."""
        with self._writing, self._reading:
            empty_log(self._writer)

    def close(self) -> None:
        """Close both connections."""
        with self._writing, self._reading:
            self._reader.close()
            self._writer.close()


def empty_log(connection: sqlite3.Connection) -> None:
    """Fold the log into the file and leave none; ``sqlite3.OperationalError`` while somebody else still reads it."""
    connection.execute(f"PRAGMA busy_timeout = {SCRUB_MS}")
    try:
        is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    if is_busy:
        raise sqlite3.OperationalError("the log is still read by somebody: what was deleted stands in it")


# A whole group is one step of SQLite: each step lets go of the interpreter and waits to have it back, which under the
# load of a large city cost more than the rows.
COMMITTED = """
SELECT json_group_object(stream, committed_seq) FROM stream WHERE stream IN (SELECT value FROM json_each(?))
"""
SAVE = """
INSERT INTO stream SELECT key, value FROM json_each(?) WHERE true
ON CONFLICT DO UPDATE SET committed_seq = excluded.committed_seq
"""


def committed_of(connection: sqlite3.Connection, streams: Iterable[str]) -> dict[str, int]:
    """Return how far each known stream is."""
    found: dict[str, int] = json.loads(connection.execute(COMMITTED, (json.dumps([*streams]),)).fetchone()[0])
    return found


def save_committed(connection: sqlite3.Connection, committed: Mapping[str, int]) -> None:
    """Note how far streams are."""
    connection.execute(SAVE, (json.dumps(dict(committed)),))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
