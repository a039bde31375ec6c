"""What a device still owes the server, durable in one SQLite file: numbered messages, and waveform chunks.

A stream is ``<outbox_id>/<name>``; the id is random and made with the file, so a wiped device begins new streams.
Numbers of a stream are contiguous from 1. Nothing is forgotten before the server has committed it.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from ulid import ULID

from dispatch.protocol.waves import Wave, read_wave, renumbered

TABLES = """
CREATE TABLE IF NOT EXISTS stream (name text PRIMARY KEY, stream text NOT NULL UNIQUE, last_seq int NOT NULL);
CREATE TABLE IF NOT EXISTS entry (
    stream text NOT NULL, seq int NOT NULL, id text NOT NULL, kind text NOT NULL, at text NOT NULL,
    clock_offset_ms real, body blob NOT NULL, PRIMARY KEY (stream, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (id text PRIMARY KEY, kind text NOT NULL, body blob NOT NULL, code text NOT NULL);
CREATE TABLE IF NOT EXISTS wave (
    kept integer PRIMARY KEY AUTOINCREMENT, stream text NOT NULL, first_sample int NOT NULL, raw blob NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS wave_chunk ON wave (stream, first_sample);
"""
BATCH = 256  # rows read at once


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered message that is not committed yet."""

    stream: str
    seq: int
    id: str
    kind: str
    at: datetime
    clock_offset_ms: float | None  # the server's clock minus ours; None: never measured, so ``at`` is our own
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that the server has dealt with by refusing it."""

    id: str
    kind: str
    body: dict[str, Any]
    code: str


class Outbox:
    """One device's outbox; one connection, one thread at a time."""

    def __init__(self, path: Path | None = None, *, waves_max: int = 20_000) -> None:
        """Open or make the file; None keeps everything in memory. ``waves_max`` chunks are kept, then the oldest go."""
        self._rows = sqlite3.connect(
            ":memory:" if path is None else path, isolation_level=None, check_same_thread=False
        )
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("PRAGMA synchronous=FULL")  # acknowledged to the crew means on the disk
        self._rows.executescript(TABLES)
        self._waves_max = waves_max

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    # ---- numbered messages ----

    def stream(self, name: str) -> str:
        """Return the full name of a stream, begun when it is new."""
        found = self._rows.execute("SELECT stream FROM stream WHERE name = ?", (name,)).fetchone()
        if found is not None:
            return str(found[0])
        fresh = f"{ULID()}/{name}"
        self._rows.execute("INSERT INTO stream VALUES (?, ?, 0)", (name, fresh))
        return fresh

    def streams(self) -> list[str]:
        """Return every stream of this outbox, for the hello."""
        return [str(row[0]) for row in self._rows.execute("SELECT stream FROM stream ORDER BY name")]

    def append(
        self, name: str, kind: str, body: Mapping[str, Any], at: datetime, clock_offset_ms: float | None = None
    ) -> Entry:
        """Store a message under the next number; when this returns the device may lose its power."""
        with self._rows:
            self._rows.execute("BEGIN IMMEDIATE")
            stream = self.stream(name)
            sql = "UPDATE stream SET last_seq = last_seq + 1 WHERE stream = ? RETURNING last_seq"
            seq = int(self._rows.execute(sql, (stream,)).fetchone()[0])
            entry = Entry(stream, seq, str(ULID()), kind, at, clock_offset_ms, dict(body))
            row = (stream, seq, entry.id, kind, at.isoformat(), clock_offset_ms, msgspec.json.encode(entry.body))
            self._rows.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return entry

    def pending(self, stream: str, after: int = 0, limit: int = BATCH) -> list[Entry]:
        """Return what is owed of a stream behind a number, in order."""
        sql = "SELECT * FROM entry WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?"
        return [_entry(row) for row in self._rows.execute(sql, (stream, after, limit))]

    def owed(self) -> int:
        """Count the messages that are not committed."""
        return int(self._rows.execute("SELECT count(*) FROM entry").fetchone()[0])

    def last_seq(self, stream: str) -> int:
        """Return the last number given in a stream, 0 for one that is not of this outbox."""
        found = self._rows.execute("SELECT last_seq FROM stream WHERE stream = ?", (stream,)).fetchone()
        return 0 if found is None else int(found[0])

    def forget(self, stream: str, through_seq: int) -> None:
        """Drop what the server has committed."""
        self._rows.execute("DELETE FROM entry WHERE stream = ? AND seq <= ?", (stream, through_seq))

    def restart(self, stream: str) -> str | None:
        """Move what is owed to a new stream, numbered from 1, ids unchanged: the server knows another history.

        Returns the new stream; None when the old one is none of this outbox.
        """
        with self._rows:
            self._rows.execute("BEGIN IMMEDIATE")
            found = self._rows.execute("SELECT name FROM stream WHERE stream = ?", (stream,)).fetchone()
            if found is None:
                return None
            fresh = f"{ULID()}/{found[0]}"
            owed = [
                row[0] for row in self._rows.execute("SELECT seq FROM entry WHERE stream = ? ORDER BY seq", (stream,))
            ]
            moves = [(fresh, number, stream, seq) for number, seq in enumerate(owed, 1)]
            self._rows.executemany("UPDATE entry SET stream = ?, seq = ? WHERE stream = ? AND seq = ?", moves)
            self._rows.execute(
                "UPDATE stream SET stream = ?, last_seq = ? WHERE stream = ?", (fresh, len(owed), stream)
            )
        return fresh

    def refuse(self, stream: str, seq: int, code: str) -> None:
        """Keep a refused message, for whoever must see it."""
        sql = "INSERT OR REPLACE INTO refused SELECT id, kind, body, ? FROM entry WHERE stream = ? AND seq = ?"
        self._rows.execute(sql, (code, stream, seq))

    def refused(self) -> list[Refusal]:
        """Return what was refused and not yet dismissed."""
        rows = self._rows.execute("SELECT id, kind, body, code FROM refused ORDER BY id")
        return [Refusal(row[0], row[1], msgspec.json.decode(row[2]), row[3]) for row in rows]

    def dismiss(self, entry_id: str) -> None:
        """Forget a refusal that somebody has read."""
        self._rows.execute("DELETE FROM refused WHERE id = ?", (entry_id,))

    # ---- waveform chunks ----

    def keep_wave(self, wave: Wave) -> bool:
        """Make a chunk durable here; False when an older one had to go for it."""
        sql = "INSERT OR IGNORE INTO wave (stream, first_sample, raw) VALUES (?, ?, ?)"
        self._rows.execute(sql, (wave.stream, wave.first_sample, wave.raw))
        excess = self.waves_owed() - self._waves_max
        if excess <= 0:
            return True
        self._rows.execute("DELETE FROM wave WHERE kept IN (SELECT kept FROM wave ORDER BY kept LIMIT ?)", (excess,))
        return False

    def waves(self, after: int = 0, limit: int = BATCH) -> list[tuple[int, Wave]]:
        """Return owed chunks behind a place in the order of keeping, each with its place."""
        sql = "SELECT kept, raw FROM wave WHERE kept > ? ORDER BY kept LIMIT ?"
        return [(int(row[0]), read_wave(row[1])) for row in self._rows.execute(sql, (after, limit))]

    def oldest_wave(self, stream: str) -> Wave | None:
        """Return the first owed chunk of a waveform."""
        sql = "SELECT raw FROM wave WHERE stream = ? ORDER BY first_sample LIMIT 1"
        found = self._rows.execute(sql, (stream,)).fetchone()
        return None if found is None else read_wave(found[0])

    def waves_owed(self) -> int:
        """Count the chunks that are not committed."""
        return int(self._rows.execute("SELECT count(*) FROM wave").fetchone()[0])

    def forget_waves(self, stream: str, through_sample: int) -> None:
        """Drop the committed chunks of a waveform: those that begin at or before a sample."""
        self._rows.execute("DELETE FROM wave WHERE stream = ? AND first_sample <= ?", (stream, through_sample))

    def drop_waves(self, stream: str) -> None:
        """Drop a waveform that the server will never take."""
        self._rows.execute("DELETE FROM wave WHERE stream = ?", (stream,))

    def restart_wave(self, stream: str, stream_no: int) -> None:
        """Give what is left of a waveform another stream number, samples from 0: chunks before it are gone."""
        sql = "SELECT kept, raw FROM wave WHERE stream = ? ORDER BY first_sample"
        owed: Sequence[tuple[int, bytes]] = self._rows.execute(sql, (stream,)).fetchall()
        if not owed:
            return
        offset = read_wave(owed[0][1]).first_sample
        with self._rows:
            self._rows.execute("BEGIN IMMEDIATE")
            for kept, raw in owed:
                wave = renumbered(read_wave(raw), stream_no, offset)
                row = (wave.stream, wave.first_sample, wave.raw, kept)
                self._rows.execute("UPDATE wave SET stream = ?, first_sample = ?, raw = ? WHERE kept = ?", row)


def _entry(row: Sequence[Any]) -> Entry:
    stream, seq, entry_id, kind, at, offset, body = row
    return Entry(stream, seq, entry_id, kind, datetime.fromisoformat(at), offset, msgspec.json.decode(body))
