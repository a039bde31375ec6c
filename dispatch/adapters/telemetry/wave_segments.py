"""Waveform chunks in checksummed segment files with a retention, and an index that says where each lies.

ECG of 200 ambulances is 2.4 MB/s, 207 GB a day (reference/realtime.md): rows would rewrite it again and again, a
segment is written once and dropped whole. A chunk is acknowledged when its segment *and* its index row are durable;
what lies behind the last indexed byte was never promised to anybody.
"""

import json
import os
import sqlite3
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zlib import crc32

from dispatch.adapters.sqlite_pair import STREAM_TABLE, SqlitePair, committed_of, save_committed
from dispatch.adapters.telemetry.sample_streams import Key, microseconds, time_of
from dispatch.ports import Sample

SEGMENT_MAX_BYTES = 64 * 1_048_576  # half a minute of a whole city: small enough to drop, large enough to be few
FRAME = struct.Struct("<4sII")  # mark, body length, crc32 of number, stream and body
MARK = b"GCW1"
INDEX_FILE = "index.sqlite3"

SCHEMA = f"""{STREAM_TABLE}
CREATE TABLE IF NOT EXISTS segment (segment INTEGER PRIMARY KEY, newest_us INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS chunk (
    stream TEXT NOT NULL, seq INTEGER NOT NULL, patient_id TEXT NOT NULL, at_us INTEGER NOT NULL,
    segment INTEGER NOT NULL, start INTEGER NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (stream, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chunk_of_patient ON chunk (patient_id, at_us);
CREATE INDEX IF NOT EXISTS chunk_of_segment ON chunk (segment);
"""
COLUMNS = ", ".join(f"json_extract(value, '$[{each}]')" for each in range(7))
INDEX = f"INSERT INTO chunk SELECT {COLUMNS} FROM json_each(?)"  # noqa: S608 - our own text


class WaveSegments:
    """Implement ``SampleStore`` and the backfill read over a directory. One process writes it."""

    failures: tuple[type[Exception], ...] = (sqlite3.Error, OSError)

    def __init__(self, folder: Path, segment_max_bytes: int = SEGMENT_MAX_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._segment_max_bytes = segment_max_bytes
        self._index = SqlitePair(folder / INDEX_FILE, SCHEMA)
        # A new file for every start: nobody has to find out what a crash left at the end of the last one.
        self._active = _Segment(folder, self._newest_segment() + 1)
        self._drop_unknown_segments()

    @contextmanager
    def transaction(self) -> Iterator["_WaveTransaction"]:
        """Write chunks, then their index rows; a failure leaves the file as it was or leaves the file."""
        with self._index.transaction() as connection:
            if self._active.size >= self._segment_max_bytes or self._active.broken:
                # The new one first: where a full disk refuses it, the old one must not be closed, and closed again.
                full, self._active = self._active, _Segment(self._folder, self._newest_segment() + 1)
                full.close()
            yield _WaveTransaction(self, connection, self._active)

    def committed_seq(self, stream: str) -> int:
        """Read how far a stream is."""
        rows = self._index.read("SELECT committed_seq FROM stream WHERE stream = ?", stream)
        return int(rows[0][0]) if rows else 0

    def chunks(self, patient_id: str, since: datetime, until: datetime, limit: int) -> list[Sample]:
        """Return chunks with since <= at < until, oldest first; damaged ones are left out."""
        rows = self._index.read(
            "SELECT stream, seq, patient_id, at_us, segment, start, size FROM chunk "
            "WHERE patient_id = ? AND at_us >= ? AND at_us < ? ORDER BY at_us, stream, seq LIMIT ?",
            patient_id,
            microseconds(since),
            microseconds(until),
            limit,
        )
        samples = (self.sample_of(row) for row in rows)
        return [sample for sample in samples if sample is not None]

    def sample_of(self, row: tuple[str, int, str, int, int, int, int]) -> Sample | None:
        """Read one indexed chunk, None when its bytes are not what was written."""
        stream, seq, patient_id, at_us, segment, start, size = row
        body = _read_frame(_segment_path(self._folder, segment), start, size, _identity(stream, seq))
        return None if body is None else Sample(patient_id, stream, seq, time_of(at_us), body)

    def forget_before(self, at: datetime, sealed: Collection[str] = ()) -> None:
        """Drop segments whose newest chunk is older than ``at``: index first, so that no row points to nothing.

        A segment that holds anything of a sealed record stays whole.
        """
        old = (
            "SELECT segment FROM segment WHERE newest_us < ? AND segment < ? AND segment NOT IN "
            "(SELECT segment FROM chunk WHERE patient_id IN (SELECT value FROM json_each(?)))"
        )
        with self._index.transaction() as connection:
            limits = (microseconds(at), self._active.number, json.dumps(sorted(sealed)))
            connection.execute(f"DELETE FROM chunk WHERE segment IN ({old})", limits)  # noqa: S608 - our own text
            connection.execute(f"DELETE FROM segment WHERE segment IN ({old})", limits)  # noqa: S608 - our own text
        self._drop_unknown_segments()

    def erase(self, patient_id: str) -> list[bytes]:
        """Overwrite a patient's chunks in their segments, then forget where they were.

        In this order a power cut leaves rows that point to zeros: unreadable already, and removed by the next try.
        """
        rows = self._index.read(
            "SELECT stream, seq, patient_id, at_us, segment, start, size FROM chunk WHERE patient_id = ? "
            "ORDER BY stream, seq",
            patient_id,
        )
        gone = [sample.body for row in rows if (sample := self.sample_of(row)) is not None]
        places = sorted((row[4], row[5], row[6]) for row in rows)
        for segment, inside in groupby(places, key=lambda place: place[0]):
            _overwrite(_segment_path(self._folder, segment), [(start, size) for _, start, size in inside])
        with self._index.transaction() as connection:
            connection.execute("DELETE FROM chunk WHERE patient_id = ?", (patient_id,))
        self._index.scrub()
        return gone

    def close(self) -> None:
        """Close the files."""
        self._active.close()
        self._index.close()

    def _newest_segment(self) -> int:
        indexed: list[int] = [row[0] for row in self._index.read("SELECT segment FROM segment")]
        return max([0, *indexed, *(int(path.stem) for path in self._folder.glob("*.wave"))])

    def _drop_unknown_segments(self) -> None:
        known = {row[0] for row in self._index.read("SELECT segment FROM segment")}
        for path in self._folder.glob("*.wave"):
            if int(path.stem) not in known and int(path.stem) < self._active.number:
                path.unlink()


class _WaveTransaction:
    """Implement ``SampleTransaction`` for one group of chunks."""

    def __init__(self, store: WaveSegments, connection: sqlite3.Connection, active: "_Segment") -> None:
        self._store = store
        self._connection = connection
        self._active = active

    def committed(self, streams: Iterable[str]) -> Mapping[str, int]:
        """Return how far each known stream is; SQLite has one writer, nobody else can move it."""
        return committed_of(self._connection, streams)

    def stored(self, keys: Sequence[Key]) -> Mapping[Key, Sample]:
        """Read repeated chunks back from their segments."""
        sql = "SELECT stream, seq, patient_id, at_us, segment, start, size FROM chunk WHERE stream = ? AND seq = ?"
        rows = [row for key in keys for row in self._connection.execute(sql, key)]
        samples = (self._store.sample_of(row) for row in rows)
        return {(sample.stream, sample.seq): sample for sample in samples if sample is not None}

    def write(self, samples: Sequence[Sample], committed: Mapping[str, int]) -> None:
        """Append and sync the chunks, then their index rows."""
        starts = self._active.append([_frame(_identity(each.stream, each.seq), each.body) for each in samples])
        number = self._active.number
        newest_us = max(microseconds(sample.at) for sample in samples)
        self._connection.execute(
            "INSERT INTO segment VALUES (?, ?) "
            "ON CONFLICT DO UPDATE SET newest_us = max(newest_us, excluded.newest_us)",
            (number, newest_us),
        )
        rows = [
            (each.stream, each.seq, each.patient_id, microseconds(each.at), number, start, len(each.body))
            for each, start in zip(samples, starts, strict=True)
        ]
        self._connection.execute(INDEX, (json.dumps(rows),))
        save_committed(self._connection, committed)


class _Segment:
    """One append-only file."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.size = 0
        self.broken = False
        self._file = os.open(_segment_path(folder, number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _sync(folder)  # the name must survive a power cut as well as the bytes
        except OSError:
            self.close()
            raise

    def append(self, frames: Sequence[bytes]) -> list[int]:
        """Make frames durable and return where each starts; after a failure the file is not used again."""
        starts, at = [], self.size
        for frame in frames:
            starts.append(at)
            at += len(frame)
        self.broken = True
        content = memoryview(b"".join(frames))
        while content:
            content = content[os.write(self._file, content) :]
        os.fsync(self._file)
        self.broken = False
        self.size = at
        return starts

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _overwrite(path: Path, places: Iterable[tuple[int, int]]) -> None:
    """Put zeros where bodies were, and wait until the disk has them; a segment that is gone needs nothing."""
    try:
        file = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        for start, size in places:
            os.pwrite(file, bytes(size), start + FRAME.size)
        os.fsync(file)
    finally:
        os.close(file)


def _sync(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _segment_path(folder: Path, number: int) -> Path:
    return folder / f"{number:010d}.wave"


def _identity(stream: str, seq: int) -> bytes:
    return f"{stream} {seq}".encode()


def _frame(identity: bytes, body: bytes) -> bytes:
    return FRAME.pack(MARK, len(body), crc32(body, crc32(identity))) + body


def _read_frame(path: Path, start: int, size: int, identity: bytes) -> bytes | None:
    try:
        with path.open("rb") as file:
            file.seek(start)
            frame = file.read(FRAME.size + size)
    except FileNotFoundError:
        return None
    if len(frame) != FRAME.size + size:
        return None
    mark, length, checksum = FRAME.unpack_from(frame)
    body = frame[FRAME.size :]
    return body if (mark, length, checksum) == (MARK, size, crc32(body, crc32(identity))) else None
