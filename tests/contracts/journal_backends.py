"""The three storages of the journal, and how each one really breaks: full memory, a full disk, a killed server."""

import resource
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Protocol

from dispatch.adapters.journal.grouped import GroupedJournal
from dispatch.adapters.journal.memory import MemoryStore
from dispatch.adapters.journal.postgres import open_postgres_journal
from dispatch.adapters.journal.sqlite import open_sqlite_journal
from dispatch.ports import Draft, Head, JournalUnavailable
from dispatch.terminal.local_servers import PostgresServer

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
CITY = "testing"


def draft(seq: int, command_id: str | None = None, body: bytes | None = None) -> Draft:
    """Return a plausible fact of about 300 stored bytes."""
    return Draft(
        seq=seq,
        at=NOON + timedelta(seconds=seq),
        recorded_at=NOON + timedelta(seconds=seq, microseconds=1234),
        kind="UnitAssigned",
        version=1,
        command_id=command_id or f"command-{seq}",
        actor="dispatcher-1",
        subjects=("incident:01HTEST", f"unit:U{seq % 200:03d}"),
        body=body if body is not None else b'{"reason":"' + b"x" * 100 + b'"}',
    )


def drafts(first_seq: int, count: int, command_id: str | None = None) -> list[Draft]:
    """Return consecutive facts, of one command or of one each."""
    return [draft(seq, command_id) for seq in range(first_seq, first_seq + count)]


class Backend(Protocol):
    """A storage that tests can close, break and repair."""

    city: str

    def open(self, on_durable: Callable[[Head], None] | None = None) -> GroupedJournal:
        """Open the same history again."""
        ...

    def break_storage(self) -> None:
        """Make the next commit fail for real."""
        ...

    def repair(self) -> None:
        """Take the cause away."""
        ...


@dataclass
class MemoryBackend:
    """Memory that is full."""

    city: str = CITY
    store: MemoryStore = field(default_factory=lambda: MemoryStore(CITY))

    def open(self, on_durable: Callable[[Head], None] | None = None) -> GroupedJournal:
        """Open a journal over the same list."""
        return GroupedJournal(self.store, on_durable=on_durable)

    def break_storage(self) -> None:
        """Leave no room."""
        self.store.facts_max = self.store.head().seq

    def repair(self) -> None:
        """Leave room."""
        self.store.facts_max = None


@dataclass
class SqliteBackend:
    """A file that may not grow: the kernel refuses the write, as on a full disk."""

    path: Path
    city: str = CITY

    def open(self, on_durable: Callable[[Head], None] | None = None) -> GroupedJournal:
        """Open the file again."""
        return open_sqlite_journal(self.path, self.city, on_durable=on_durable)

    def break_storage(self) -> None:
        """Limit every file of this process to the size the write-ahead log has now."""
        wal = self.path.with_name(self.path.name + "-wal")
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size, hard))

    def repair(self) -> None:
        """Lift the limit."""
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@dataclass
class PostgresBackend:
    """A server that is killed."""

    server: PostgresServer
    city: str

    def open(self, on_durable: Callable[[Head], None] | None = None) -> GroupedJournal:
        """Become the writer again."""
        return open_postgres_journal(self.server.dsn(), self.city, on_durable=on_durable)

    def break_storage(self) -> None:
        """Kill the server."""
        self.server.kill9()

    def repair(self) -> None:
        """Start it again."""
        self.server.start()


def recovered(journal: GroupedJournal) -> Head:
    """Recover; a killed server may need more than one attempt until it has ended what was lost."""
    for _ in range(200):
        try:
            return journal.recover()
        except JournalUnavailable as unavailable:
            last = unavailable
            Event().wait(0.05)
    raise last
