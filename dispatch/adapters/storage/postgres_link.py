"""One connection to PostgreSQL that comes back after a restart of the server, and what "committed" must mean on it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Lock
from typing import Any, LiteralString

import psycopg
from psycopg.errors import InsufficientPrivilege

# A silent network must become an error within seconds: the desk answers nobody while it waits for a commit.
LIMITS: dict[str, str | int] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "greenchannel",
}
SCHEMA_LOCK = 1_195_592_268


def connect(conninfo: str) -> psycopg.Connection:
    """Connect so that a statement that returns is durable and a dead server is noticed; raise ``psycopg.Error``."""
    given = psycopg.conninfo.conninfo_to_dict(conninfo)
    missing = {name: value for name, value in LIMITS.items() if name not in given}
    connection = psycopg.connect(psycopg.conninfo.make_conninfo(conninfo, **missing), autocommit=True)
    with ExitStack() as undo:
        undo.callback(connection.close)  # a server that dies during these questions must not leave us a connection
        row = connection.execute("SHOW synchronous_commit").fetchone()
        if row in {("off",), ("local",)}:  # stricter settings of the operator stay as they are
            connection.execute("SET synchronous_commit = on")
        connection.execute("SET TIME ZONE 'UTC'")
        undo.pop_all()
    return connection


def create_tables(connection: psycopg.Connection, statements: LiteralString) -> None:
    """Run CREATE … IF NOT EXISTS statements; concurrent starts take turns, for IF NOT EXISTS races with itself.

    A gateway's role may create nothing: then the desk has made the tables, or the first use says that they are missing.
    """
    with suppress(InsufficientPrivilege), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
        connection.execute(statements)


class PostgresLink:
    """Share one connection between threads and replace it when the server went away."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._lock = Lock()
        self._connection = connect(conninfo)

    def fetch(self, sql: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        """Run one statement that may be run twice, and return its rows; one lost connection is replaced in between."""
        with self._lock:
            try:
                return self._live().execute(sql, parameters, binary=True).fetchall()
            except psycopg.OperationalError:
                if not self._connection.broken:
                    raise
            return self._live().execute(sql, parameters, binary=True).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """Commit at the end or undo; a lost connection is the caller's, the next transaction gets a new one."""
        with self._lock:
            connection = self._live()
            with connection.transaction():
                yield connection

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _live(self) -> psycopg.Connection:
        if self._connection.broken:
            self._connection.close()
            self._connection = connect(self._conninfo)
        return self._connection


class PostgresTable:
    """Keep one table of a city: made where it is absent, and asked by one connection."""

    def __init__(self, conninfo: str, schema: LiteralString, unavailable: type[RuntimeError]) -> None:
        with connect(conninfo) as connection:
            create_tables(connection, schema)
        self._link = PostgresLink(conninfo)
        self._unavailable = unavailable

    def rows(self, sql: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        """Run one statement that may be run twice; a server that does not answer is what the caller named for it."""
        try:
            return self._link.fetch(sql, *parameters)
        except psycopg.Error as failure:
            raise self._unavailable(f"PostgreSQL: {failure}") from failure

    def close(self) -> None:
        """Give the connection back."""
        self._link.close()
