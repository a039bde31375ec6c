"""Telemetry of a production city: vitals and tracks in PostgreSQL, shared by all gateways; waveforms in segment files.

Several gateways may store at once. A tablet that moves from one to the other meets its stream where it left it, because
how far a stream is lies in the database and is locked for the length of a group.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import LiteralString

import psycopg

from dispatch.adapters.storage.postgres_link import PostgresLink, connect, create_tables
from dispatch.adapters.telemetry.local import StoredTelemetry
from dispatch.adapters.telemetry.sample_streams import Key
from dispatch.adapters.telemetry.wave_segments import WaveSegments
from dispatch.ports import Position, Sample, TelemetryUnavailable

SCHEMA: LiteralString = """
CREATE TABLE IF NOT EXISTS telemetry_stream (
    city_id text NOT NULL, stream text NOT NULL, committed_seq bigint NOT NULL, PRIMARY KEY (city_id, stream));
CREATE TABLE IF NOT EXISTS telemetry_vitals (
    city_id text NOT NULL, stream text NOT NULL, seq bigint NOT NULL, patient_id text NOT NULL, at timestamptz NOT NULL,
    body bytea NOT NULL, PRIMARY KEY (city_id, stream, seq));
CREATE INDEX IF NOT EXISTS telemetry_vitals_of_patient ON telemetry_vitals (city_id, patient_id, at);
CREATE TABLE IF NOT EXISTS telemetry_track (
    city_id text NOT NULL, unit_id text NOT NULL, at timestamptz NOT NULL, lon float8 NOT NULL, lat float8 NOT NULL,
    speed_mps float8, heading_deg float8, accuracy_m float8, PRIMARY KEY (city_id, unit_id, at));
CREATE TABLE IF NOT EXISTS telemetry_last_position (LIKE telemetry_track, PRIMARY KEY (city_id, unit_id));
"""
KEEP_POINT: LiteralString = "INSERT INTO telemetry_track VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
KEEP_LAST: LiteralString = (
    "INSERT INTO telemetry_last_position AS known VALUES (%s, %s, %s, %s, %s, %s, %s, %s) "
    "ON CONFLICT (city_id, unit_id) DO UPDATE SET at = excluded.at, lon = excluded.lon, lat = excluded.lat, "
    "speed_mps = excluded.speed_mps, heading_deg = excluded.heading_deg, accuracy_m = excluded.accuracy_m "
    "WHERE excluded.at > known.at"
)


class PostgresVitals:
    """Implement ``VitalsStore``: one connection writes from the writer thread, one reads."""

    failures: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, conninfo: str, city: str) -> None:
        with connect(conninfo) as connection:
            create_tables(connection, SCHEMA)
        self._city = city
        self._writing = PostgresLink(conninfo)
        self._reading = PostgresLink(conninfo)

    @contextmanager
    def transaction(self) -> Iterator["_VitalsTransaction"]:
        """Open a transaction."""
        with self._writing.transaction() as connection:
            yield _VitalsTransaction(connection, self._city)

    def committed_seq(self, stream: str) -> int:
        """Read how far a stream is."""
        rows = self._reading.fetch(
            "SELECT committed_seq FROM telemetry_stream WHERE city_id = %s AND stream = %s", self._city, stream
        )
        return int(rows[0][0]) if rows else 0

    def vitals(self, patient_id: str, since: datetime, limit: int) -> list[Sample]:
        """Return vitals at or after ``since``, oldest first."""
        rows = self._reading.fetch(
            "SELECT patient_id, stream, seq, at, body FROM telemetry_vitals "
            "WHERE city_id = %s AND patient_id = %s AND at >= %s ORDER BY at, stream, seq LIMIT %s",
            self._city,
            patient_id,
            since,
            limit,
        )
        return [Sample(*row) for row in rows]

    def write_track(self, points: Sequence[Position]) -> None:
        """Store track points."""
        rows = [
            (self._city, at.unit_id, at.at, at.lon, at.lat, at.speed_mps, at.heading_deg, at.accuracy_m)
            for at in points
        ]
        with self._writing.transaction() as connection, connection.cursor() as cursor:
            cursor.executemany(KEEP_POINT, rows)
            cursor.executemany(KEEP_LAST, rows)

    def track(self, unit_id: str, since: datetime, limit: int) -> list[Position]:
        """Return track points at or after ``since``, oldest first."""
        rows = self._reading.fetch(
            "SELECT unit_id, at, lon, lat, speed_mps, heading_deg, accuracy_m FROM telemetry_track "
            "WHERE city_id = %s AND unit_id = %s AND at >= %s ORDER BY at LIMIT %s",
            self._city,
            unit_id,
            since,
            limit,
        )
        return [Position(*row) for row in rows]

    def last_positions(self) -> list[Position]:
        """Return the newest track point of every unit."""
        rows = self._reading.fetch(
            "SELECT unit_id, at, lon, lat, speed_mps, heading_deg, accuracy_m FROM telemetry_last_position "
            "WHERE city_id = %s",
            self._city,
        )
        return [Position(*row) for row in rows]

    def forget_before(self, at: datetime, sealed: Collection[str]) -> None:
        """Drop what is older than ``at``; how far streams are stays known."""
        with self._reading.transaction() as connection:
            connection.execute(
                "DELETE FROM telemetry_vitals WHERE city_id = %s AND at < %s AND patient_id <> ALL(%s::text[])",
                (self._city, at, sorted(sealed)),
            )
            connection.execute("DELETE FROM telemetry_track WHERE city_id = %s AND at < %s", (self._city, at))

    def erase(self, patient_id: str) -> list[bytes]:
        """Remove a patient's vitals; the server keeps old row versions until VACUUM (docs/security.md)."""
        with self._reading.transaction() as connection:
            gone = connection.execute(
                "DELETE FROM telemetry_vitals WHERE city_id = %s AND patient_id = %s RETURNING stream, seq, body",
                (self._city, patient_id),
            ).fetchall()
        return [bytes(row[2]) for row in sorted(gone)]

    def close(self) -> None:
        """Give the connections back."""
        self._writing.close()
        self._reading.close()


class _VitalsTransaction:
    """Implement ``SampleTransaction``."""

    def __init__(self, connection: psycopg.Connection, city: str) -> None:
        self._connection = connection
        self._city = city

    def committed(self, streams: Iterable[str]) -> Mapping[str, int]:
        """Return how far each known stream is, and lock them; in one order, so that two gateways cannot deadlock."""
        rows = self._connection.execute(
            "SELECT stream, committed_seq FROM telemetry_stream WHERE city_id = %s AND stream = ANY(%s) "
            "ORDER BY stream FOR UPDATE",
            (self._city, list(streams)),
        )
        return dict(rows.fetchall())

    def stored(self, keys: Sequence[Key]) -> Mapping[Key, Sample]:
        """Return what is stored under these numbers."""
        rows = self._connection.execute(
            "SELECT patient_id, stream, seq, at, body FROM telemetry_vitals WHERE city_id = %s AND (stream, seq) IN "
            "(SELECT * FROM unnest(%s::text[], %s::bigint[]))",
            (self._city, [key[0] for key in keys], [key[1] for key in keys]),
            binary=True,
        )
        return {(row[1], row[2]): Sample(*row) for row in rows}

    def write(self, samples: Sequence[Sample], committed: Mapping[str, int]) -> None:
        """Store samples and how far their streams are; two gateways that both begin a stream clash and try again."""
        self._connection.execute(
            "INSERT INTO telemetry_vitals (city_id, stream, seq, patient_id, at, body) SELECT %s, vitals.* FROM "
            "unnest(%s::text[], %b::bigint[], %s::text[], %b::timestamptz[], %b::bytea[]) AS vitals",
            (
                self._city,
                [sample.stream for sample in samples],
                [sample.seq for sample in samples],
                [sample.patient_id for sample in samples],
                [sample.at for sample in samples],
                [sample.body for sample in samples],
            ),
        )
        self._connection.execute(
            "INSERT INTO telemetry_stream SELECT %s, reached.* FROM unnest(%s::text[], %b::bigint[]) AS reached "
            "ON CONFLICT (city_id, stream) DO UPDATE SET committed_seq = excluded.committed_seq",
            (self._city, list(committed), list(committed.values())),
        )


def open_postgres_telemetry(conninfo: str, city: str, waves_folder: Path) -> StoredTelemetry:
    """Open the telemetry of a production gateway; its waveforms lie in ``waves_folder``, one gateway each.

    Raises
    ------
    TelemetryUnavailable
        The server cannot be reached.
    """
    try:
        return StoredTelemetry(PostgresVitals(conninfo, city), WaveSegments(waves_folder))
    except psycopg.Error as error:
        raise TelemetryUnavailable(f"PostgreSQL: {error}") from error
