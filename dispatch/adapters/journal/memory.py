"""A journal that lives and dies with its process: for tests, and for nothing else."""

from collections.abc import Callable, Sequence
from threading import Lock

from dispatch.adapters.journal.chain import ChainedRow, genesis
from dispatch.adapters.journal.grouped import GroupedJournal
from dispatch.ports import CommandRepeated, Head


class MemoryStore:
    """Keep rows in a list; ``facts_max`` is this storage's disk size."""

    failures: tuple[type[Exception], ...] = (MemoryError,)

    def __init__(self, city: str, facts_max: int | None = None) -> None:
        self._city = city
        self.facts_max = facts_max
        self._facts: list[tuple[int, bytes, bytes]] = []
        self._spans: dict[str, tuple[int, int]] = {}
        self._snapshots: dict[str, bytes] = {}
        self._lock = Lock()

    @property
    def city(self) -> str:
        """Name the city."""
        return self._city

    def head(self) -> Head:
        """Return the last fact."""
        with self._lock:
            return Head(self._facts[-1][0], self._facts[-1][2]) if self._facts else Head(0, genesis(self._city))

    def write(self, before: Head, rows: Sequence[ChainedRow], spans: Sequence[tuple[str, int, int]]) -> None:
        """Keep all rows or none."""
        if self.head() != before:
            raise AssertionError(f"the store ends at {self.head().seq}, the writer believes {before.seq}")
        if self.facts_max is not None and before.seq + len(rows) > self.facts_max:
            raise MemoryError(f"full: {self.facts_max} facts")
        for command_id, _, _ in spans:
            if command_id in self._spans:
                raise CommandRepeated(f"command {command_id} has its outcome already")
        with self._lock:
            self._facts.extend((row.seq, row.stored, row.hash) for row in rows)
            self._spans.update((command_id, (first, last)) for command_id, first, last in spans)

    def page(self, after_seq: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """Return facts in order."""
        with self._lock:
            return self._facts[after_seq : after_seq + limit]

    def outcome_of(self, command_id: str) -> tuple[int, int] | None:
        """Return the span of a command's facts."""
        return self._spans.get(command_id)

    def save_snapshot(self, code_version: str, framed: bytes) -> None:
        """Keep a snapshot."""
        self._snapshots[code_version] = framed

    def load_snapshot(self, code_version: str) -> bytes | None:
        """Return a snapshot."""
        return self._snapshots.get(code_version)

    def confirm_seat(self) -> None:
        """Do nothing: nobody else can reach this memory."""

    def reopen(self) -> None:
        """Do nothing: what is kept is kept."""

    def close(self) -> None:
        """Do nothing: memory goes with the process."""


def open_memory_journal(city: str, *, on_durable: Callable[[Head], None] | None = None) -> GroupedJournal:
    """Open an empty journal in memory."""
    return GroupedJournal(MemoryStore(city), on_durable=on_durable)
