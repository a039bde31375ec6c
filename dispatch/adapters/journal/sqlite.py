"""The embedded journal: one SQLite file, WAL, synchronous=FULL, nothing to install.

FULL is what survives a power cut (NORMAL lost 509 of 123,175 acknowledged facts, reference/realtime.md); group commit
pays for it. One connection writes, from the writer thread; another reads.
"""

import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from dispatch.adapters.journal.chain import FORMAT_VERSION, ChainedRow, genesis
from dispatch.adapters.journal.grouped import GroupedJournal, StoredFacts
from dispatch.adapters.storage.written_once import sync_folder
from dispatch.errors import BadInput
from dispatch.ports import CommandRepeated, Head, JournalUnavailable

JOURNAL_FILE = "journal.sqlite3"
SNAPSHOTS_FOLDER = "snapshots"  # beside the journal
APPLICATION_ID = 0x47434A4C  # "GCJL": tells our files from any other SQLite file
SNAPSHOTS_KEPT = 3  # code versions: the running one, the one before, the one being prepared
BUSY_MS = 5_000
log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE journal (city TEXT NOT NULL);
CREATE TABLE fact (seq INTEGER PRIMARY KEY, stored BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE command (command_id TEXT PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER fact_never_changes BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'a fact never changes'); END;
CREATE TRIGGER fact_never_goes BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'a fact never goes'); END;
"""


class SqliteStore:
    """Keep a city's facts in one file. Open with ``writable`` from one process at a time, read from any."""

    failures: tuple[type[Exception], ...] = (sqlite3.Error, OSError)

    def __init__(self, path: Path, city: str | None, *, writable: bool) -> None:
        self._path = path
        self._reading = Lock()
        self._writer: sqlite3.Connection | None = None
        with ExitStack() as undo:
            if writable:
                undo.callback(os.close, _hold(path))
            if writable and city is not None and not path.exists():
                _create(path, city)
            self._reader = undo.enter_context(closing(_connect(path, writable=False)))
            self._city = _city_of(path, self._reader)
            _refuse_foreign(path, self._city, city)
            if writable:
                self._writer = _connect(path, writable=True)
            self._open = undo.pop_all()

    @property
    def city(self) -> str:
        """Name the city."""
        return self._city

    def head(self) -> Head:
        """Read the last fact."""
        rows = self._query("SELECT seq, hash FROM fact ORDER BY seq DESC LIMIT 1")
        return Head(rows[0][0], rows[0][1]) if rows else Head(0, genesis(self._city))

    def write(self, before: Head, rows: Sequence[ChainedRow], spans: Sequence[tuple[str, int, int]]) -> None:
        """Commit all rows in one transaction; sqlite rolls back what it cannot finish."""
        if self._writer is None:
            raise JournalUnavailable("opened for reading only")
        if rows[0].seq != before.seq + 1:
            raise AssertionError(f"{rows[0].seq} does not follow {before.seq}")
        try:
            with self._writer:  # commits, or rolls back and raises
                self._writer.execute("BEGIN IMMEDIATE")
                self._writer.executemany(
                    "INSERT INTO fact VALUES (?, ?, ?)", ((row.seq, row.stored, row.hash) for row in rows)
                )
                self._writer.executemany("INSERT INTO command VALUES (?, ?, ?)", spans)
        except sqlite3.IntegrityError as clash:
            raise CommandRepeated(f"a fact or command is stored already: {clash}") from clash

    def page(self, after_seq: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """Return facts in order; the casts keep a column that somebody turned into text readable, to be judged."""
        return self._query(
            "SELECT seq, CAST(stored AS BLOB), CAST(hash AS BLOB) FROM fact WHERE seq > ? ORDER BY seq LIMIT ?",
            after_seq,
            limit,
        )

    def outcome_of(self, command_id: str) -> tuple[int, int] | None:
        """Return the span of a command's facts."""
        rows = self._query("SELECT first_seq, last_seq FROM command WHERE command_id = ?", command_id)
        return (rows[0][0], rows[0][1]) if rows else None

    def save_snapshot(self, code_version: str, framed: bytes) -> None:
        """Replace a file beside the journal: a large snapshot must not stand in the way of a commit."""
        target = self._snapshot_path(code_version)
        target.parent.mkdir(exist_ok=True)
        draft = target.with_suffix(".part")
        with draft.open("wb") as file:
            file.write(framed)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        by_age = sorted(target.parent.glob("*.snapshot"), key=lambda path: path.stat().st_mtime_ns)
        for old in by_age[:-SNAPSHOTS_KEPT]:
            old.unlink()

    def load_snapshot(self, code_version: str) -> bytes | None:
        """Return the snapshot file of a code version; one that cannot be read is none: it only spares a start time."""
        path = self._snapshot_path(code_version)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as failure:
            log.warning("every fact is folded, the snapshot cannot be read: %s", failure)
            return None

    def confirm_seat(self) -> None:
        """Do nothing: the file is locked for as long as this process lives."""

    def reopen(self) -> None:
        """Drop the writing connection and everything it had not committed, and connect anew."""
        try:
            if self._writer is not None:
                self._writer.close()
            self._writer = _connect(self._path, writable=True)
        except (sqlite3.Error, BadInput) as error:
            raise JournalUnavailable(f"{self._path} cannot be reopened: {error}") from error

    def close(self) -> None:
        """Close the reader, then the writer, which folds the log into the file, then give the lock back."""
        self._reader.close()
        if self._writer is not None:
            self._writer.close()
        self._open.close()

    def _query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self._reading:
            return self._reader.execute(sql, parameters).fetchall()

    def _snapshot_path(self, code_version: str) -> Path:
        return self._path.with_name(SNAPSHOTS_FOLDER) / f"{quote(code_version, safe='')}.snapshot"


def open_sqlite_journal(path: Path, city: str, *, on_durable: Callable[[Head], None] | None = None) -> GroupedJournal:
    """Open a city's journal for writing, create it when absent.

    Raises
    ------
    BadInput
        The file is no journal, another city's, of another format, or another process writes it.
    """
    return GroupedJournal(SqliteStore(path, city, writable=True), on_durable=on_durable)


def open_sqlite_reader(path: Path) -> StoredFacts:
    """Open an existing journal for reading beside its writer; ``BadInput`` when it is none."""
    return StoredFacts(SqliteStore(path, None, writable=False))


def _connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    mode = "rw" if writable else "ro"
    # check_same_thread off: the writer thread and ``reopen`` take turns, readers share one connection behind a lock.
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
        )
    except sqlite3.OperationalError as error:
        raise BadInput(f"{path} cannot be opened: {error}") from error
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    if writable:
        connection.execute("PRAGMA synchronous = FULL")
        _prove_writable(path, connection)
    return connection


def _prove_writable(path: Path, connection: sqlite3.Connection) -> None:
    """Open no journal that SQLite silently gave for reading only: a server would look well and take no call."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE journal SET city = city")  # reading only, a transaction alone raises nothing
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        connection.close()
        raise BadInput(f"{path} cannot be written: {error}") from error


def _create(path: Path, city: str) -> None:
    """Write an empty journal beside its place and move it there, so that a half-made file is never opened."""
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    connection = sqlite3.connect(draft, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        connection.executescript(SCHEMA)
        connection.execute("INSERT INTO journal VALUES (?)", (city,))
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    draft.replace(path)
    sync_folder(path.parent)


def _city_of(path: Path, connection: sqlite3.Connection) -> str:
    try:
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
        format_version = connection.execute("PRAGMA user_version").fetchone()[0]
        if application_id != APPLICATION_ID:
            raise BadInput(f"{path} is not a green channel journal")
        if format_version != FORMAT_VERSION:
            raise BadInput(f"{path} has journal format {format_version}, this program reads {FORMAT_VERSION}")
        return str(connection.execute("SELECT city FROM journal").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise BadInput(f"{path} is not a readable journal: {error}") from error


def _refuse_foreign(path: Path, found: str, wanted: str | None) -> None:
    if wanted is not None and wanted != found:
        raise BadInput(f"{path} is the journal of {found}, not of {wanted}")


def _hold(path: Path) -> int:
    """Take the file's writer lock for as long as the process lives; a killed process gives it back by itself."""
    try:
        held = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BadInput(f"{path} cannot be opened: {error}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise BadInput(f"another process writes {path}") from None
    return held
