"""The few things the core asks of the world, as promises without code.

Every promise here has one contract suite in ``tests/contracts`` that all implementations run.
Nothing in this file opens, waits or reads a clock: the adapters do.
"""

from collections.abc import AsyncIterator, Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec


class JournalUnavailable(RuntimeError):  # noqa: N818 - a state of the world that callers answer to
    """Say that the journal takes no facts: a batch failed, the queue is full, or it is closed.

    A failed ticket means "not known to be durable": the connection may have been lost while the commit was under way.
    ``Journal.recover`` re-reads the durable head and tells which it was.
    """


class JournalBusy(JournalUnavailable):
    """Say that the bounded queue is full; nothing was enqueued, the journal is healthy, try again."""


class Fenced(JournalUnavailable):
    """Say that another writer took over this city: this process must stop deciding and never append again."""


class OutOfOrder(JournalUnavailable):
    """Say that a batch does not continue the journal; nothing was enqueued. A broken program, not a broken disk."""


class CommandRepeated(JournalUnavailable):
    """Say that a command id already has its outcome in the journal; ask ``outcome_of`` before deciding."""


class JournalDamaged(RuntimeError):  # noqa: N818 - a state of the world that callers answer to
    """Say that stored facts cannot be read back as they were written; ``greenchannel journal verify`` tells where."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One fact on its way to storage: everything of a ``Record`` except its hash."""

    seq: int
    at: datetime
    recorded_at: datetime
    kind: str
    version: int
    command_id: str
    actor: str
    subjects: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One durable fact.

    ``seq`` is gapless from 1. ``at`` is when it happened, ``recorded_at`` when the desk wrote it, both aware UTC.
    Several facts may share a ``command_id``. ``subjects`` are "incident:01H…", "unit:…", "patient:…".
    ``body`` is JSON whose personal fields are already sealed. ``hash`` is sha256(previous hash + stored bytes).
    """

    seq: int
    at: datetime
    recorded_at: datetime
    kind: str
    version: int
    command_id: str
    actor: str
    subjects: tuple[str, ...]
    body: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last durable fact: its number and its hash (seq 0 and the city's genesis hash when there is none)."""

    seq: int
    hash: bytes


class Ticket(Protocol):
    """A receipt that becomes good when its write is durable.

    Its answer is the last durable number it covers: the seq of the batch's last fact, or a stream's committed seq.
    """

    def wait(self, timeout_s: float | None = None) -> int:
        """Block until durable; raise what made it fail, or ``TimeoutError``. Never call it on the event loop."""
        ...

    def add_done_callback(self, callback: Callable[["Ticket"], object]) -> None:
        """Call back when durable or failed, from the writer thread (at once when it already is)."""
        ...

    def on_loop(self, callback: Callable[[], object]) -> None:
        """Call back on the running event loop when durable or failed; the tickets of one commit wake it once."""
        ...

    def done(self) -> bool:
        """Tell whether it is durable or failed."""
        ...

    def failure(self) -> Exception | None:
        """Return what made it fail, None when durable; only to be asked when done."""
        ...

    def answer(self) -> int:
        """Return the last durable number, raise what made it fail; only to be asked when done."""
        ...

    def __await__(self) -> Generator[object, None, int]:
        """Wait on the running event loop until durable; raise what made it fail."""
        ...


class JournalReader(Protocol):
    """The journal as gateways, standbys and auditors see it: durable facts only.

    Every reading raises ``JournalUnavailable`` while the storage is out of reach.
    """

    @property
    def city(self) -> str:
        """Name the city whose journal this is."""
        ...

    def read(self, after_seq: int = 0, limit: int | None = None) -> Iterator[Record]:
        """Yield durable facts in order, starting behind ``after_seq``; safe while others append.

        Raises ``JournalDamaged`` where a fact is missing or unreadable.
        """
        ...

    def stored(self, after_seq: int = 0) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield (seq, stored bytes, hash) as they lie there, gaps and all: what an auditor reads."""
        ...

    def head(self) -> Head:
        """Return the last durable fact."""
        ...

    def outcome_of(self, command_id: str) -> tuple[int, int] | None:
        """Return the first and last seq of a command's facts, None when it has left none."""
        ...

    def load_snapshot(self, code_version: str) -> tuple[int, bytes] | None:
        """Return the newest usable snapshot of this code version, None when absent, damaged or of another history."""
        ...

    def close(self) -> None:
        """Give everything back; what is queued is committed first."""
        ...


class Journal(JournalReader, Protocol):
    """The one append-only history of a city. One writer; the desk numbers the facts."""

    def append(self, batch: Sequence[Draft], first: Callable[[], None] | None = None) -> Ticket:
        """Enqueue one atomic batch and return at once.

        The batch must continue what was enqueued before; facts of one command stand together in one batch.
        The writer thread calls ``first`` before it writes, once for all batches that name the same; when it raises
        ``JournalUnavailable``, nothing is written.

        Raises
        ------
        JournalUnavailable
            Nothing was enqueued. After a failed batch until ``recover`` succeeds; ``JournalBusy`` when the queue
            is full; ``OutOfOrder`` and ``CommandRepeated`` when the batch is wrong; ``Fenced`` when another writer
            took over.
        ValueError
            A fact that no storage could keep: no usable command id, a naive time, a body that is no JSON.
        """
        ...

    def recover(self) -> Head:
        """Reopen the storage after a failure and return the re-read durable head.

        Raises
        ------
        JournalUnavailable
            The storage is still broken (ask again later), or ``Fenced`` (never ask again).
        """
        ...

    def confirm_seat(self) -> None:
        """Ask whether this is still the only writer.

        Raises
        ------
        JournalUnavailable
            Nobody can say now, or ``Fenced``: another writer took over.
        """
        ...

    def save_snapshot(self, code_version: str, seq: int, blob: bytes) -> None:
        """Keep a disposable fold of the first ``seq`` durable facts; ``JournalUnavailable`` when it cannot be kept."""
        ...


class Keyring(Protocol):
    """Seals personal words under a key per subject; destroying the key erases the subject and breaks no hash."""

    def seal(self, subject: str, plaintext: str) -> str:
        """Return a token; the key that opens it is durable before this returns."""
        ...

    def prepare(self, subjects: Collection[str]) -> None:
        """Have every subject's key at hand, fetched or newly cut: sealing then waits for nothing."""
        ...

    def seal_ahead(self, subject: str, plaintext: str) -> str:
        """Return a token that must not be stored before ``keep`` has returned: its key may have just been cut."""
        ...

    def keep(self) -> None:
        """Make every key durable that was cut, in one write.

        ``JournalUnavailable`` when that fails, or when another process cut a key for the same subject meanwhile: then
        nothing that ``seal_ahead`` returned before may be stored.
        """
        ...

    def open(self, token: str) -> str | None:
        """Return the words, or None when the subject was erased."""
        ...

    def destroy(self, subject: str) -> None:
        """Erase the subject: no token of it opens again, and later words of it are not kept."""
        ...


@dataclass(frozen=True, slots=True)
class OnlinePlace:
    """A place that somebody else's geocoder knows, as WGS-84."""

    name: str
    lon: float
    lat: float
    provider: str


class Places(Protocol):
    """Asks an online geocoder. Never on the way of a call: off by default, bounded in time, silent when it fails."""

    @property
    def provider(self) -> str | None:
        """Return whom it asks; None: nobody, the site has no online geocoder."""
        ...

    async def find(self, words: str) -> Sequence[OnlinePlace]:
        """Return what is known; nothing when it is off, slow, broken or resting."""
        ...


class TelemetryUnavailable(RuntimeError):  # noqa: N818 - a state of the world that callers answer to
    """Say that telemetry cannot be stored now; the tablet keeps its outbox and tries again."""


class StreamConflict(ValueError):  # noqa: N818 - a state of the world that callers answer to
    """Say that a number of a stream came again with other content: a protocol error, to be audited."""

    def __init__(self, stream: str, seq: int) -> None:
        super().__init__(f"stream {stream} seq {seq} was committed before with other content")
        self.stream = stream
        self.seq = seq


class StreamGap(ValueError):  # noqa: N818 - a state of the world that callers answer to
    """Say that a stream skipped numbers; resend from ``expected_seq``, or start a new stream if they were dropped."""

    def __init__(self, stream: str, seq: int, expected_seq: int) -> None:
        super().__init__(f"stream {stream} sent seq {seq}, expected {expected_seq}")
        self.stream = stream
        self.seq = seq
        self.expected_seq = expected_seq


class Sample(msgspec.Struct, frozen=True):
    """One stored message of a patient stream: a vitals reading or a waveform chunk, as it arrived."""

    patient_id: str
    stream: str
    seq: int
    at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class Position:
    """Where a unit was, WGS-84 degrees, and when. Speed and heading are None when the device did not say."""

    unit_id: str
    at: datetime
    lon: float
    lat: float
    speed_mps: float | None
    heading_deg: float | None
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Removed:
    """The bytes that an erasure removed, in their order: the proof is their digest."""

    vitals: Sequence[bytes]
    chunks: Sequence[bytes]


class Telemetry(Protocol):
    """What is stored but not journalled: 1 Hz vitals, waveform chunks, positions.

    Streams are numbered contiguously from 1 by the device. A repeat is harmless; a ticket answers the stream's
    committed seq, which is what a cumulative ack may say. Tickets fail with ``StreamConflict``, ``StreamGap``,
    ``TelemetryUnavailable``, or ``ValueError`` for a sample that nobody could store (size, names, naive time).
    Every reading raises ``TelemetryUnavailable`` while the storage is out of reach.
    """

    def append_vitals(self, patient_id: str, stream: str, seq: int, at: datetime, body: bytes) -> Ticket:
        """Enqueue one vitals message; the ticket is good when it is durable."""
        ...

    def append_wave(self, patient_id: str, stream: str, seq: int, at: datetime, body: bytes) -> Ticket:
        """Enqueue one waveform chunk; the ticket is good when it is durable."""
        ...

    def committed_seq(self, stream: str) -> int:
        """Return the highest durable number of a stream, 0 for one never seen."""
        ...

    def vitals(self, patient_id: str, since: datetime, limit: int = 10_000) -> Sequence[Sample]:
        """Return stored vitals at or after ``since``, oldest first."""
        ...

    def read_wave(self, patient_id: str, since: datetime, until: datetime, limit: int = 10_000) -> Sequence[Sample]:
        """Return stored chunks with since <= at < until, oldest first; damaged chunks are left out."""
        ...

    def record_position(self, position: Position) -> None:
        """Keep the newest position of a unit at once, and its track in batches; an older one only joins the track."""
        ...

    def reread_positions(self) -> Sequence[Position]:
        """Learn the newest stored position of every unit, whoever stored it, and return them; blocks."""
        ...

    def learn_position(self, position: Position) -> None:
        """Take over a position that another process stores; nothing is written."""
        ...

    def positions(self) -> dict[str, Position]:
        """Return the newest known position of every unit."""
        ...

    def track(self, unit_id: str, since: datetime, limit: int = 10_000) -> Sequence[Position]:
        """Return where a unit was, thinned to a point each 3 s, oldest first; the last seconds may be unwritten."""
        ...

    def forget_before(self, at: datetime, sealed: Collection[str] = ()) -> None:
        """Apply retention: drop vitals, waves and tracks older than ``at``, nothing of ``sealed`` patients."""
        ...

    def erase(self, patient_id: str) -> Removed:
        """Remove everything of one patient for good, also from files and logs; blocks. A repeat removes nothing."""
        ...

    def close(self) -> None:
        """Write what is queued and give everything back."""
        ...


class Message(msgspec.Struct, frozen=True):
    """One published message."""

    topic: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """Messages a slow or disconnected subscriber did not get; None when nobody can say how many."""

    count: int | None


class Subscription(Protocol):
    """A bounded queue of messages; drops the oldest when it overflows and says so with ``Lost`` in their place."""

    def __aiter__(self) -> AsyncIterator[Message | Lost]:
        """Iterate until closed."""
        ...

    async def close(self) -> None:
        """Stop and give the queue back."""
        ...


class Fanout(Protocol):
    """Carries messages to every subscriber in every process of a city. Rebuildable; never the only copy of anything."""

    async def publish(self, topic: str, body: bytes) -> None:
        """Send to whoever subscribes now; delivery is at most once."""
        ...

    def publish_now(self, topic: str, body: bytes) -> bool:
        """Do the same before this returns; False, with nothing sent, where other processes have to be waited for."""
        ...

    async def subscribe(self, topics: Sequence[str], queue_max: int = 256) -> Subscription:
        """Listen from this moment on; what is published after this returns is delivered or reported as ``Lost``."""
        ...

    async def listen(self, topics: Sequence[str], hear: Callable[[Message | Lost], None]) -> Callable[[], None]:
        """Have every message given to ``hear`` when it arrives, without a queue; the answer ends that.

        ``hear`` must be quick: whoever publishes or reads waits for it.
        """
        ...

    async def close(self) -> None:
        """End all subscriptions and give connections back."""
        ...
