"""The production journal: PostgreSQL, one fenced writer per city, any number of readers.

Two fences keep a second desk from writing. A session advisory lock, held by the very connection that writes: it goes
when that connection goes, and a standby waits for it. And a ``writer_epoch`` that every new writer raises and every
batch compares: a writer that lost the lock without noticing appends nothing more.
Facts carry the desk's numbers, never a PostgreSQL sequence: sequence order is not commit order.
``city_id`` leads every primary key, so that the tables can be distributed by it.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from threading import Event
from typing import LiteralString

import psycopg
from psycopg.errors import UniqueViolation

from dispatch.adapters.journal.chain import FORMAT_VERSION, ChainedRow, genesis
from dispatch.adapters.journal.grouped import GroupedJournal, StoredFacts
from dispatch.adapters.storage.postgres_link import PostgresLink, connect, create_tables
from dispatch.errors import BadInput
from dispatch.ports import CommandRepeated, Fenced, Head, JournalUnavailable

SNAPSHOTS_KEPT = 3  # code versions: the running one, the one before, the one being prepared
BATCH_WITHIN_MS = 15_000  # a commit that takes longer is a broken server: better refuse commands than keep them waiting
STANDBY_POLL_S = 0.25  # how often a standby asks for the lock; bounds the take-over

SCHEMA: LiteralString = """
CREATE TABLE IF NOT EXISTS journal_writer (
    city_id text PRIMARY KEY, format_version int NOT NULL, writer_epoch bigint NOT NULL,
    head_seq bigint NOT NULL, head_hash bytea NOT NULL);
CREATE TABLE IF NOT EXISTS journal_fact (
    city_id text NOT NULL, seq bigint NOT NULL, stored bytea NOT NULL, hash bytea NOT NULL,
    PRIMARY KEY (city_id, seq));
CREATE TABLE IF NOT EXISTS journal_command (
    city_id text NOT NULL, command_id text NOT NULL, first_seq bigint NOT NULL, last_seq bigint NOT NULL,
    PRIMARY KEY (city_id, command_id));
CREATE TABLE IF NOT EXISTS journal_snapshot (
    city_id text NOT NULL, code_version text NOT NULL, saved_at timestamptz NOT NULL DEFAULT now(),
    framed bytea NOT NULL, PRIMARY KEY (city_id, code_version));
CREATE OR REPLACE FUNCTION journal_fact_is_final() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a fact never changes and never goes'; END $$;
CREATE OR REPLACE TRIGGER journal_fact_is_final BEFORE UPDATE OR DELETE ON journal_fact
    FOR EACH ROW EXECUTE FUNCTION journal_fact_is_final();
"""

# One statement is one transaction and one round trip: the epoch check, the facts and the new head, or none of them.
APPEND: LiteralString = """
WITH seat AS (
    UPDATE journal_writer SET head_seq = %(last_seq)s, head_hash = %(last_hash)b
    WHERE city_id = %(city)s AND writer_epoch = %(epoch)s AND head_seq = %(before_seq)s AND head_hash = %(before_hash)b
    RETURNING city_id),
facts AS (
    INSERT INTO journal_fact (city_id, seq, stored, hash)
    SELECT seat.city_id, fact.* FROM seat,
        unnest(%(seqs)b::bigint[], %(stored)b::bytea[], %(hashes)b::bytea[]) AS fact),
commands AS (
    INSERT INTO journal_command (city_id, command_id, first_seq, last_seq)
    SELECT seat.city_id, span.* FROM seat,
        unnest(%(command_ids)s::text[], %(firsts)b::bigint[], %(lasts)b::bigint[]) AS span)
SELECT count(*) FROM seat
"""


class PostgresReadings:
    """Read one city's facts; connects anew by itself when the server was restarted."""

    failures: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, conninfo: str, city: str) -> None:
        self._city = city
        self._link = PostgresLink(conninfo)

    @property
    def city(self) -> str:
        """Name the city."""
        return self._city

    def head(self) -> Head:
        """Read the last fact."""
        rows = self._link.fetch(
            "SELECT seq, hash FROM journal_fact WHERE city_id = %s ORDER BY seq DESC LIMIT 1", self._city
        )
        return Head(rows[0][0], rows[0][1]) if rows else Head(0, genesis(self._city))

    def page(self, after_seq: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """Return facts in order."""
        return self._link.fetch(
            "SELECT seq, stored, hash FROM journal_fact WHERE city_id = %s AND seq > %s ORDER BY seq LIMIT %s",
            self._city,
            after_seq,
            limit,
        )

    def outcome_of(self, command_id: str) -> tuple[int, int] | None:
        """Return the span of a command's facts."""
        rows = self._link.fetch(
            "SELECT first_seq, last_seq FROM journal_command WHERE city_id = %s AND command_id = %s",
            self._city,
            command_id,
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def load_snapshot(self, code_version: str) -> bytes | None:
        """Return the snapshot of a code version."""
        rows = self._link.fetch(
            "SELECT framed FROM journal_snapshot WHERE city_id = %s AND code_version = %s", self._city, code_version
        )
        return bytes(rows[0][0]) if rows else None

    def write(self, before: Head, rows: Sequence[ChainedRow], spans: Sequence[tuple[str, int, int]]) -> None:
        """Refuse: readers do not write."""
        raise JournalUnavailable(f"opened for reading only, behind {before.seq}: {len(rows)} facts of {len(spans)}")

    def save_snapshot(self, code_version: str, framed: bytes) -> None:
        """Replace the snapshot of a code version; any process of the city may."""
        self._link.fetch(
            "INSERT INTO journal_snapshot (city_id, code_version, framed) VALUES (%s, %s, %b) ON CONFLICT "
            "(city_id, code_version) DO UPDATE SET framed = excluded.framed, saved_at = now() RETURNING code_version",
            self._city,
            code_version,
            framed,
        )
        self._link.fetch(
            "DELETE FROM journal_snapshot WHERE city_id = %s AND code_version NOT IN (SELECT code_version "
            "FROM journal_snapshot WHERE city_id = %s ORDER BY saved_at DESC LIMIT %s) RETURNING code_version",
            self._city,
            self._city,
            SNAPSHOTS_KEPT,
        )

    def confirm_seat(self) -> None:
        """Do nothing: readers have no seat."""

    def reopen(self) -> None:
        """Do nothing: the next reading connects."""

    def close(self) -> None:
        """Give the connection back."""
        self._link.close()


class PostgresStore(PostgresReadings):
    """Write one city's facts as its only writer."""

    def __init__(
        self, conninfo: str, city: str, *, stop: Event | None = None, waiting: Callable[[], None] | None = None
    ) -> None:
        super().__init__(conninfo, city)
        self._conninfo = conninfo
        with ExitStack() as undo:
            undo.callback(self._link.close)
            self._writer = undo.enter_context(closing(_connect_writer(conninfo)))
            create_tables(self._writer, SCHEMA)
            self._take_lock(stop, waiting)
            self._writer_epoch = self._raise_epoch()
            undo.pop_all()

    @property
    def writer_epoch(self) -> int:
        """The number of this writer; a higher one fences it."""
        return self._writer_epoch

    def write(self, before: Head, rows: Sequence[ChainedRow], spans: Sequence[tuple[str, int, int]]) -> None:
        """Commit all rows if this process is still the writer."""
        parameters = {
            "city": self._city,
            "epoch": self._writer_epoch,
            "before_seq": before.seq,
            "before_hash": before.hash,
            "last_seq": rows[-1].seq,
            "last_hash": rows[-1].hash,
            "seqs": [row.seq for row in rows],
            "stored": [row.stored for row in rows],
            "hashes": [row.hash for row in rows],
            "command_ids": [span[0] for span in spans],
            "firsts": [span[1] for span in spans],
            "lasts": [span[2] for span in spans],
        }
        try:
            written = self._writer.execute(APPEND, parameters).fetchone()
        except UniqueViolation as clash:
            raise CommandRepeated(f"a fact or command is stored already: {clash}") from clash
        if written != (1,):
            raise Fenced(f"writer epoch {self._writer_epoch} of {self._city} is over or its head moved")

    def confirm_seat(self) -> None:
        """Ask whether this is still the writer: an idle one would otherwise learn it with its next batch only."""
        rows = self._link.fetch("SELECT writer_epoch FROM journal_writer WHERE city_id = %s", self._city)
        if rows != [(self._writer_epoch,)]:
            raise Fenced(f"writer epoch {self._writer_epoch} of {self._city} is over")

    def reopen(self) -> None:
        """Connect anew and take the lock again, unless another writer came in between."""
        self._writer.close()
        try:
            writer = _connect_writer(self._conninfo)
        except psycopg.Error as error:
            raise JournalUnavailable(f"no connection: {error}") from error
        try:
            self._writer = self._resume_seat(writer)
        except psycopg.Error as error:
            writer.close()
            raise JournalUnavailable(f"connection lost again: {error}") from error
        except JournalUnavailable:
            writer.close()
            raise

    def close(self) -> None:
        """Give the lock and the connections back."""
        self._writer.close()
        super().close()

    def _take_lock(self, stop: Event | None, waiting: Callable[[], None] | None) -> None:
        """Take the city's lock; with ``stop`` wait for it as a standby until the event is set."""
        while not _try_lock(self._writer, self._city):
            if waiting is not None:
                waiting()
            if stop is None or stop.wait(STANDBY_POLL_S):
                raise BadInput(f"another process writes the journal of {self._city}")

    def _raise_epoch(self) -> int:
        row = self._writer.execute(
            "INSERT INTO journal_writer VALUES (%s, %s, 1, 0, %s) ON CONFLICT (city_id) "
            "DO UPDATE SET writer_epoch = journal_writer.writer_epoch + 1 RETURNING writer_epoch, format_version",
            (self._city, FORMAT_VERSION, genesis(self._city)),
        ).fetchone()
        if row is None or row[1] != FORMAT_VERSION:
            raise BadInput(f"the journal of {self._city} has format {row and row[1]}, this program {FORMAT_VERSION}")
        return int(row[0])

    def _resume_seat(self, writer: psycopg.Connection) -> psycopg.Connection:
        locked = _try_lock(writer, self._city)
        row = writer.execute("SELECT writer_epoch FROM journal_writer WHERE city_id = %s", (self._city,)).fetchone()
        if row != (self._writer_epoch,):
            raise Fenced(f"writer epoch {self._writer_epoch} of {self._city} is over, now {row and row[0]}")
        if not locked:
            raise JournalUnavailable("the server has not ended the lost connection yet")
        return writer


def open_postgres_journal(
    conninfo: str,
    city: str,
    *,
    standby: Event | None = None,
    waiting: Callable[[], None] | None = None,
    on_durable: Callable[[Head], None] | None = None,
) -> GroupedJournal:
    """Become the writer of a city, creating its tables when absent.

    With ``standby`` wait until the present writer is gone or the event is set; ``waiting`` is called at every look.

    Raises
    ------
    BadInput
        Another process writes, or the journal has another format.
    JournalUnavailable
        The server cannot be reached.
    """
    try:
        return GroupedJournal(PostgresStore(conninfo, city, stop=standby, waiting=waiting), on_durable=on_durable)
    except psycopg.Error as error:
        raise JournalUnavailable(f"PostgreSQL: {error}") from error


def open_postgres_reader(conninfo: str, city: str) -> StoredFacts:
    """Open a city's journal for reading beside its writer; ``JournalUnavailable`` when it cannot be reached."""
    try:
        return StoredFacts(PostgresReadings(conninfo, city))
    except psycopg.Error as error:
        raise JournalUnavailable(f"PostgreSQL: {error}") from error


def cities_of(conninfo: str) -> list[str]:
    """List the cities whose journals a database holds."""
    try:
        with connect(conninfo) as connection:
            return [row[0] for row in connection.execute("SELECT city_id FROM journal_writer ORDER BY city_id")]
    except psycopg.errors.UndefinedTable:
        return []
    except psycopg.Error as error:
        raise JournalUnavailable(f"PostgreSQL: {error}") from error


def _connect_writer(conninfo: str) -> psycopg.Connection:
    writer = connect(conninfo)
    writer.execute(f"SET statement_timeout = {BATCH_WITHIN_MS:d}".encode())
    return writer


def _try_lock(connection: psycopg.Connection, city: str) -> bool:
    row = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended('greenchannel writer ' || %s, 0))", (city,)
    ).fetchone()
    return row == (True,)
