"""Telemetry on this machine: vitals and tracks in SQLite, waveforms in segment files; and the one shape of telemetry.

``StoredTelemetry`` is the port above any store of vitals; ``postgres`` puts PostgreSQL under the same shape.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from dispatch.adapters.storage.sqlite_pair import STREAM_TABLE, SqlitePair, committed_of, save_committed
from dispatch.adapters.telemetry.sample_streams import Key, SampleStore, StreamWriter, microseconds, time_of
from dispatch.adapters.telemetry.unit_tracks import UnitTracks
from dispatch.adapters.telemetry.wave_segments import WaveSegments
from dispatch.ports import Position, Removed, Sample, TelemetryUnavailable, Ticket

TELEMETRY_FILE = "telemetry.sqlite3"
WAVES_FOLDER = "waves"
# At a thousand samples a second 2 ms are a third of the commits, and a quarter less processor time in all. A commit of
# vitals is a transaction and costs five of waves; screens wait for neither.
VITALS_GATHER_S, WAVES_GATHER_S = 0.005, 0.002
ERASE_WITHIN_S = 600.0  # hours of waveforms are overwritten chunk by chunk

SCHEMA = f"""{STREAM_TABLE}
CREATE TABLE IF NOT EXISTS vitals (
    stream TEXT NOT NULL, seq INTEGER NOT NULL, patient_id TEXT NOT NULL, at_us INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (stream, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS vitals_of_patient ON vitals (patient_id, at_us);
CREATE TABLE IF NOT EXISTS track (
    unit_id TEXT NOT NULL, at_us INTEGER NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL,
    speed_mps REAL, heading_deg REAL, accuracy_m REAL, PRIMARY KEY (unit_id, at_us)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS last_position (
    unit_id TEXT PRIMARY KEY, at_us INTEGER NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL,
    speed_mps REAL, heading_deg REAL, accuracy_m REAL) WITHOUT ROWID;
"""
KEEP_LAST = """
INSERT INTO last_position VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (unit_id) DO UPDATE SET
    at_us = excluded.at_us, lon = excluded.lon, lat = excluded.lat, speed_mps = excluded.speed_mps,
    heading_deg = excluded.heading_deg, accuracy_m = excluded.accuracy_m WHERE excluded.at_us > at_us
"""


class VitalsStore(SampleStore, Protocol):
    """Keeps vitals and tracks."""

    def vitals(self, patient_id: str, since: datetime, limit: int) -> list[Sample]:
        """Return vitals at or after ``since``, oldest first."""
        ...

    def write_track(self, points: Sequence[Position]) -> None:
        """Store track points; one unit's second point of the same instant is dropped."""
        ...

    def track(self, unit_id: str, since: datetime, limit: int) -> list[Position]:
        """Return track points at or after ``since``, oldest first."""
        ...

    def last_positions(self) -> list[Position]:
        """Return the newest track point of every unit."""
        ...

    def forget_before(self, at: datetime, sealed: Collection[str]) -> None:
        """Drop what is older than ``at``, but for the vitals of sealed records."""
        ...

    def erase(self, patient_id: str) -> list[bytes]:
        """Remove a patient's vitals for good; return what was removed."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class StoredTelemetry:
    """Implement ``dispatch.ports.Telemetry`` over a store of vitals and a store of waveforms."""

    def __init__(self, vitals: VitalsStore, waves: WaveSegments) -> None:
        self._vitals = vitals
        self._waves = waves
        self._tracks = UnitTracks(vitals.last_positions())
        self._vitals_writer = StreamWriter("vitals", vitals, VITALS_GATHER_S)
        self._wave_writer = StreamWriter("waves", waves, WAVES_GATHER_S)

    def append_vitals(self, patient_id: str, stream: str, seq: int, at: datetime, body: bytes) -> Ticket:
        """Enqueue one vitals message."""
        return self._vitals_writer.append(Sample(patient_id, stream, seq, at, body))

    def append_wave(self, patient_id: str, stream: str, seq: int, at: datetime, body: bytes) -> Ticket:
        """Enqueue one waveform chunk."""
        return self._wave_writer.append(Sample(patient_id, stream, seq, at, body))

    def committed_seq(self, stream: str) -> int:
        """Return the highest durable number of a stream; a stream carries vitals or waves, never both."""
        with self._reaching():
            return max(self._vitals.committed_seq(stream), self._waves.committed_seq(stream))

    def vitals(self, patient_id: str, since: datetime, limit: int = 10_000) -> Sequence[Sample]:
        """Return stored vitals at or after ``since``."""
        with self._reaching():
            return self._vitals.vitals(patient_id, since, limit)

    def read_wave(self, patient_id: str, since: datetime, until: datetime, limit: int = 10_000) -> Sequence[Sample]:
        """Return stored chunks with since <= at < until."""
        with self._reaching():
            return self._waves.chunks(patient_id, since, until, limit)

    def record_position(self, position: Position) -> None:
        """Keep the newest position at once and its track in batches; a batch that cannot be stored is lost."""
        self._store_track(self._tracks.record(position))

    def reread_positions(self) -> Sequence[Position]:
        """Learn the newest stored position of every unit: what other gateways wrote while nobody could tell us."""
        with self._reaching():
            stored = self._vitals.last_positions()
        for position in stored:
            self._tracks.learn(position)
        return stored

    def learn_position(self, position: Position) -> None:
        """Take over a position that another gateway stores."""
        self._tracks.learn(position)

    def positions(self) -> dict[str, Position]:
        """Return the newest known position of every unit."""
        return self._tracks.latest()

    def track(self, unit_id: str, since: datetime, limit: int = 10_000) -> Sequence[Position]:
        """Return where a unit was at or after ``since``."""
        with self._reaching():
            return self._vitals.track(unit_id, since, limit)

    def forget_before(self, at: datetime, sealed: Collection[str] = ()) -> None:
        """Apply retention."""
        with self._reaching():
            self._vitals.forget_before(at, sealed)
            self._waves.forget_before(at, sealed)

    def erase(self, patient_id: str) -> Removed:
        """Remove everything of one patient for good, in turn with what is being stored."""
        gone: dict[str, list[bytes]] = {}
        for name, writer, store in (
            ("vitals", self._vitals_writer, self._vitals),
            ("chunks", self._wave_writer, self._waves),
        ):
            writer.do(lambda name=name, store=store: gone.update({name: store.erase(patient_id)})).wait(ERASE_WITHIN_S)  # type: ignore[misc] # a lambda's default has no type
        return Removed(gone["vitals"], gone["chunks"])

    def close(self) -> None:
        """Write what is queued and give everything back."""
        self._store_track(self._tracks.rest())
        self._vitals_writer.close()
        self._wave_writer.close()
        self._vitals.close()
        self._waves.close()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Say in the port's own words that a store is out of reach."""
        try:
            yield
        except (*self._vitals.failures, *self._waves.failures) as failure:
            raise TelemetryUnavailable(f"telemetry cannot be reached: {failure}") from failure

    def _store_track(self, points: Sequence[Position]) -> None:
        if points:
            self._vitals_writer.do(lambda: self._vitals.write_track(points))


class SqliteVitals:
    """Implement ``VitalsStore`` in one file."""

    failures: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, path: Path) -> None:
        self._pair = SqlitePair(path, SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator["_VitalsTransaction"]:
        """Open a transaction."""
        with self._pair.transaction() as connection:
            yield _VitalsTransaction(connection)

    def committed_seq(self, stream: str) -> int:
        """Read how far a stream is."""
        rows = self._pair.read("SELECT committed_seq FROM stream WHERE stream = ?", stream)
        return int(rows[0][0]) if rows else 0

    def vitals(self, patient_id: str, since: datetime, limit: int) -> list[Sample]:
        """Return vitals at or after ``since``, oldest first."""
        rows = self._pair.read(
            "SELECT patient_id, stream, seq, at_us, body FROM vitals WHERE patient_id = ? AND at_us >= ? "
            "ORDER BY at_us, stream, seq LIMIT ?",
            patient_id,
            microseconds(since),
            limit,
        )
        return [Sample(row[0], row[1], row[2], time_of(row[3]), row[4]) for row in rows]

    def write_track(self, points: Sequence[Position]) -> None:
        """Store track points."""
        rows = [track_row(point) for point in points]
        with self._pair.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO track VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            connection.executemany(KEEP_LAST, rows)

    def track(self, unit_id: str, since: datetime, limit: int) -> list[Position]:
        """Return track points at or after ``since``, oldest first."""
        sql = "SELECT * FROM track WHERE unit_id = ? AND at_us >= ? ORDER BY at_us LIMIT ?"
        return [position_of(row) for row in self._pair.read(sql, unit_id, microseconds(since), limit)]

    def last_positions(self) -> list[Position]:
        """Return the newest track point of every unit."""
        return [position_of(row) for row in self._pair.read("SELECT * FROM last_position")]

    def forget_before(self, at: datetime, sealed: Collection[str] = ()) -> None:
        """Drop what is older than ``at``; how far streams are stays known."""
        with self._pair.transaction() as connection:
            connection.execute(
                "DELETE FROM vitals WHERE at_us < ? AND patient_id NOT IN (SELECT value FROM json_each(?))",
                (microseconds(at), json.dumps(sorted(sealed))),
            )
            connection.execute("DELETE FROM track WHERE at_us < ?", (microseconds(at),))

    def erase(self, patient_id: str) -> list[bytes]:
        """Remove a patient's vitals from the file and from its log."""
        with self._pair.transaction() as connection:
            gone = connection.execute(
                "SELECT body FROM vitals WHERE patient_id = ? ORDER BY stream, seq", (patient_id,)
            ).fetchall()
            connection.execute("DELETE FROM vitals WHERE patient_id = ?", (patient_id,))
        self._pair.scrub()
        return [row[0] for row in gone]

    def close(self) -> None:
        """Close the file."""
        self._pair.close()


class _VitalsTransaction:
    """Implement ``SampleTransaction``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def committed(self, streams: Iterable[str]) -> Mapping[str, int]:
        """Return how far each known stream is; SQLite has one writer, nobody else can move it."""
        return committed_of(self._connection, streams)

    def stored(self, keys: Sequence[Key]) -> Mapping[Key, Sample]:
        """Return what is stored under these numbers."""
        sql = "SELECT patient_id, stream, seq, at_us, body FROM vitals WHERE stream = ? AND seq = ?"
        rows = [row for key in keys for row in self._connection.execute(sql, key)]
        return {(row[1], row[2]): Sample(row[0], row[1], row[2], time_of(row[3]), row[4]) for row in rows}

    def write(self, samples: Sequence[Sample], committed: Mapping[str, int]) -> None:
        """Store samples and how far their streams are now."""
        rows = ((each.stream, each.seq, each.patient_id, microseconds(each.at), each.body) for each in samples)
        # One step for the whole group (see ``COMMITTED``); bodies are bytes, which JSON does not hold.
        places = ", ".join(["(?, ?, ?, ?, ?)"] * len(samples))
        self._connection.execute(f"INSERT INTO vitals VALUES {places}", [*chain.from_iterable(rows)])  # noqa: S608 - our own text
        save_committed(self._connection, committed)


def open_local_telemetry(folder: Path) -> StoredTelemetry:
    """Open the telemetry of an embedded city in its data directory, create it when absent."""
    return StoredTelemetry(SqliteVitals(folder / TELEMETRY_FILE), WaveSegments(folder / WAVES_FOLDER))


def track_row(position: Position) -> tuple[str | int | float | None, ...]:
    """Return a position as a row: unit, microseconds, lon, lat, speed, heading, accuracy."""
    return (
        position.unit_id,
        microseconds(position.at),
        position.lon,
        position.lat,
        position.speed_mps,
        position.heading_deg,
        position.accuracy_m,
    )


def position_of(row: tuple[Any, ...]) -> Position:
    """Read a row of ``track_row``."""
    unit_id, at_us, *rest = row
    return Position(unit_id, time_of(at_us), *rest)
