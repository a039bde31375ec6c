"""The journal itself, the same above every storage: numbering, group commit, hash chain, failure, recovery.

A ``JournalStore`` only has to write a group atomically and read it back. Everything that must be equal for memory,
SQLite and PostgreSQL stands here once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from threading import Lock
from typing import Protocol

from dispatch.adapters.journal.chain import ChainedRow, Row, chain, command_spans, record_of, row_of
from dispatch.adapters.journal.group_commit import QUEUE_MAX, CommitTicket, GroupCommit, QueueFull, WriterStopped
from dispatch.ports import (
    CommandRepeated,
    Draft,
    Head,
    JournalBusy,
    JournalDamaged,
    JournalUnavailable,
    OutOfOrder,
    Record,
    Ticket,
)

READ_PAGE = 1_000  # facts fetched at once: no reader holds a transaction while its caller thinks
_SEQ_BYTES = 8
_HASH_BYTES = 32


class JournalStore(Protocol):
    """What a storage must be able to do. ``write`` is called from one thread only, the rest from any."""

    @property
    def city(self) -> str:
        """Name the city."""
        ...

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """List the exceptions that mean "the storage is broken", not "the program is"."""
        ...

    def head(self) -> Head:
        """Read the durable head."""
        ...

    def write(self, before: Head, rows: Sequence[ChainedRow], spans: Sequence[tuple[str, int, int]]) -> None:
        """Make all rows and command spans behind ``before`` durable, or none; ``CommandRepeated``, ``Fenced``."""
        ...

    def page(self, after_seq: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """Return (seq, stored bytes, hash) of durable facts in order."""
        ...

    def outcome_of(self, command_id: str) -> tuple[int, int] | None:
        """Return the span of a command's facts."""
        ...

    def save_snapshot(self, code_version: str, framed: bytes) -> None:
        """Replace the snapshot of a code version atomically."""
        ...

    def load_snapshot(self, code_version: str) -> bytes | None:
        """Return the snapshot of a code version."""
        ...

    def confirm_seat(self) -> None:
        """Raise ``Fenced`` when another writer took over; a storage that only one process can open has no other."""
        ...

    def reopen(self) -> None:
        """Connect anew after a failure; raise ``JournalUnavailable`` if it cannot."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class StoredFacts:
    """Read a store: the half of the journal that followers, auditors and the writer share."""

    def __init__(self, store: JournalStore) -> None:
        self._store = store

    @property
    def city(self) -> str:
        """Name the city."""
        return self._store.city

    def head(self) -> Head:
        """Read the durable head from storage."""
        try:
            return self._store.head()
        except self._store.failures as failure:
            raise JournalUnavailable(f"the head cannot be read: {failure}") from failure

    def stored(self, after_seq: int = 0) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield (seq, stored bytes, hash) as they lie there, gaps and all: what an auditor reads."""
        while page := self._page(after_seq, READ_PAGE):
            yield from page
            after_seq = page[-1][0]

    def read(self, after_seq: int = 0, limit: int | None = None) -> Iterator[Record]:
        """Yield durable facts in order; raise ``JournalDamaged`` at a gap, ``JournalUnavailable`` when unreadable.

        The chain is not checked here: a centre must be able to start with a journal an auditor has to look at.
        """
        last_seq = None if limit is None else after_seq + limit
        while last_seq is None or after_seq < last_seq:
            room = READ_PAGE if last_seq is None else min(READ_PAGE, last_seq - after_seq)
            page = self._page(after_seq, room)
            if not page:
                return
            for seq, stored, row_hash in page:
                if seq != after_seq + 1:
                    raise JournalDamaged(f"fact {after_seq + 1} is missing")
                yield record_of(seq, stored, row_hash)
                after_seq = seq

    def outcome_of(self, command_id: str) -> tuple[int, int] | None:
        """Return the first and last seq of a command's facts."""
        try:
            return self._store.outcome_of(command_id)
        except self._store.failures as failure:
            raise JournalUnavailable(f"command {command_id} cannot be looked up: {failure}") from failure

    def load_snapshot(self, code_version: str) -> tuple[int, bytes] | None:
        """Return a snapshot that is whole and belongs to this very history."""
        try:
            framed = self._store.load_snapshot(code_version)
        except self._store.failures as failure:
            raise JournalUnavailable(f"snapshots cannot be read: {failure}") from failure
        if framed is None or sha256(framed[_HASH_BYTES:]).digest() != framed[:_HASH_BYTES]:
            return None
        seq = int.from_bytes(framed[_HASH_BYTES : _HASH_BYTES + _SEQ_BYTES], "big")
        blob_at = _HASH_BYTES + _SEQ_BYTES + _HASH_BYTES
        if self._hash_at(seq) != framed[_HASH_BYTES + _SEQ_BYTES : blob_at]:
            return None
        return seq, framed[blob_at:]

    def close(self) -> None:
        """Give the storage back."""
        self._store.close()

    def _hash_at(self, seq: int) -> bytes | None:
        page = self._page(seq - 1, 1) if seq > 0 else ()
        return page[0][2] if page and page[0][0] == seq else None

    def _page(self, after_seq: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        try:
            return self._store.page(after_seq, limit)
        except self._store.failures as failure:
            raise JournalUnavailable(f"facts behind {after_seq} cannot be read: {failure}") from failure


@dataclass(frozen=True, slots=True)
class _Batch:
    """Facts that are written together, and what must be done before."""

    rows: Sequence[Row]
    first: Callable[[], None] | None


class GroupedJournal(StoredFacts):
    """Implement ``dispatch.ports.Journal`` over a store."""

    def __init__(
        self,
        store: JournalStore,
        *,
        on_durable: Callable[[Head], None] | None = None,
        queue_max: int = QUEUE_MAX,
    ) -> None:
        super().__init__(store)
        self._head = store.head()
        self._next_seq = self._head.seq + 1
        self._in_flight: set[str] = set()
        self._numbering = Lock()
        self._commits: GroupCommit[_Batch] = GroupCommit(
            f"journal of {store.city}",
            self._write_group,
            failures=(*store.failures, JournalUnavailable),
            failed=_unavailable,
            after=None if on_durable is None else lambda: on_durable(self._head),
            queue_max=queue_max,
        )

    def head(self) -> Head:
        """Return the last fact known to be durable."""
        return self._head

    def append(self, batch: Sequence[Draft], first: Callable[[], None] | None = None) -> Ticket:
        """Enqueue one atomic batch and return at once."""
        rows = [row_of(draft) for draft in batch]
        with self._numbering:
            if self._commits.failure is not None:
                raise _unavailable(self._commits.failure)
            self._refuse_wrong(rows)
            ticket = self._enqueue(_Batch(rows, first))
            self._next_seq += len(rows)
            self._in_flight.update(row.command_id for row in rows)
        return ticket

    def recover(self) -> Head:
        """Reopen the storage after a failure and number on from the re-read durable head."""
        with self._numbering:
            if self._commits.failure is None:
                return self._head
            self._store.reopen()
            self._head = self._store.head()
            self._next_seq = self._head.seq + 1
            self._in_flight.clear()
            try:
                self._commits.resume()
            except WriterStopped as stopped:
                raise _unavailable(stopped) from stopped
            return self._head

    def confirm_seat(self) -> None:
        """Raise ``Fenced`` when another writer took over, ``JournalUnavailable`` when nobody can say."""
        try:
            self._store.confirm_seat()
        except self._store.failures as failure:
            raise JournalUnavailable(f"the writer's seat cannot be looked up: {failure}") from failure

    def save_snapshot(self, code_version: str, seq: int, blob: bytes) -> None:
        """Keep a fold of the first ``seq`` facts together with the hash that proves which history it folds."""
        row_hash = self._hash_at(seq)
        if row_hash is None:
            raise JournalUnavailable(f"no snapshot of fact {seq}: it is not durable")
        content = seq.to_bytes(_SEQ_BYTES, "big") + row_hash + blob
        try:
            self._store.save_snapshot(code_version, sha256(content).digest() + content)
        except self._store.failures as failure:
            raise JournalUnavailable(f"snapshot not kept: {failure}") from failure

    def close(self) -> None:
        """Commit what is queued and give the storage back."""
        self._commits.close()
        super().close()

    def _refuse_wrong(self, rows: Sequence[Row]) -> None:
        if [row.seq for row in rows] != list(range(self._next_seq, self._next_seq + len(rows))) or not rows:
            raise OutOfOrder(f"the next fact is {self._next_seq}, the batch has {[row.seq for row in rows]}")
        finished: set[str] = set()
        for before, row in pairwise(rows):
            if before.command_id != row.command_id:
                finished.add(before.command_id)
            if row.command_id in finished:
                raise OutOfOrder(f"the facts of command {row.command_id} do not stand together")
        for row in rows:
            if row.command_id in self._in_flight:
                raise CommandRepeated(f"command {row.command_id} is being stored already")

    def _enqueue(self, batch: _Batch) -> CommitTicket:
        try:
            return self._commits.put(batch)
        except QueueFull as full:
            raise JournalBusy(str(full)) from full
        except WriterStopped as stopped:
            raise _unavailable(self._commits.failure or stopped) from stopped

    def _write_group(self, group: Sequence[_Batch]) -> Sequence[int]:
        for first in dict.fromkeys(batch.first for batch in group):
            if first is not None:
                first()
        rows = list(chain(self._head, (row for batch in group for row in batch.rows)))
        self._store.write(self._head, rows, command_spans(rows))
        self._head = Head(rows[-1].seq, rows[-1].hash)
        with self._numbering:
            self._in_flight.difference_update(row.command_id for row in rows)
        return [batch.rows[-1].seq for batch in group]


def _unavailable(failure: Exception) -> Exception:
    """Word the exception of one ticket; each gets its own, since a raised exception collects tracebacks."""
    kind = type(failure) if isinstance(failure, JournalUnavailable) else JournalUnavailable
    unavailable = kind(f"the journal takes no facts: {failure}")
    unavailable.__cause__ = failure
    return unavailable
