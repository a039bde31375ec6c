"""Numbered streams of samples: what is new, what is a repeat, what is a conflict, what is a gap.

The decision is one pure function; the writer around it commits groups to whatever store it is given. A store that
fails refuses its group and is tried again with the next one: streams are independent and every tablet keeps its outbox.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from dispatch.adapters.journal.group_commit import CommitTicket, GroupCommit, QueueFull, WriterStopped
from dispatch.ports import Sample, StreamConflict, StreamGap, TelemetryUnavailable, Ticket

BODY_MAX_BYTES = 1_048_576  # a minute of 12-lead ECG is 0.7 MB; larger is no sample
NAME_MAX = 200  # characters of a stream or patient id
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Key = tuple[str, int]


def microseconds(at: datetime) -> int:
    """Return microseconds since 1970, exactly; raise ``TypeError`` for a naive time."""
    return (at - EPOCH) // MICROSECOND


def time_of(at_us: int) -> datetime:
    """Return the aware UTC time of ``microseconds``."""
    return EPOCH + at_us * MICROSECOND


def wrong_with(sample: Sample) -> str | None:
    """Return why no store can keep a sample, None when it can: one bad sample must not fail the group it came with."""
    if len(sample.body) > BODY_MAX_BYTES:
        return f"a sample of {len(sample.body)} bytes, at most {BODY_MAX_BYTES}"
    if sample.at.utcoffset() is None:
        return "a sample's time is aware"
    for name in (sample.stream, sample.patient_id):
        if not _is_name(name):
            return f"{name[:NAME_MAX]!r} is no name of a stream or patient"
    return None


@lru_cache(maxsize=4_096)  # the same few, with every sample
def _is_name(name: str) -> bool:
    return name.isascii() and name.isprintable() and 0 < len(name) <= NAME_MAX


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a group: an answer for each sample, the new ones in order, and how far each stream is then."""

    answers: tuple[int | Exception, ...]
    accepted: tuple[Sample, ...]
    committed: Mapping[str, int]


def judge(samples: Sequence[Sample], committed: Mapping[str, int], stored: Mapping[Key, Sample]) -> Verdict:
    """Decide about a group, in order.

    ``committed`` says how far each stream is (absent: 0), ``stored`` holds what is known of the numbers that repeat;
    one that retention has dropped cannot be compared and counts as harmless.
    """
    reached = dict(committed)
    known = dict(stored)
    answers: list[int | Exception] = []
    accepted: list[Sample] = []
    for sample in samples:
        key, last_seq = (sample.stream, sample.seq), reached.get(sample.stream, 0)
        if sample.seq > last_seq + 1 or sample.seq < 1:
            answers.append(StreamGap(sample.stream, sample.seq, last_seq + 1))
            continue
        if sample.seq == last_seq + 1:
            accepted.append(sample)
            known[key] = sample
            reached[sample.stream] = sample.seq
            answers.append(sample.seq)
            continue
        same = _same(known.get(key, sample), sample)
        answers.append(last_seq if same else StreamConflict(sample.stream, sample.seq))
    # A cumulative answer may name what the same group commits: it is given only after the whole group is durable.
    return Verdict(tuple(answers), tuple(accepted), {sample.stream: reached[sample.stream] for sample in accepted})


def _same(stored: Sample, again: Sample) -> bool:
    """Compare what the device sent, its own time included; the sample's time is ours and may be corrected."""
    return (stored.patient_id, stored.body) == (again.patient_id, again.body)


class SampleTransaction(Protocol):
    """An open transaction of a store."""

    def committed(self, streams: Iterable[str]) -> Mapping[str, int]:
        """Return how far each known stream is, and keep others from moving it until the end."""
        ...

    def stored(self, keys: Sequence[Key]) -> Mapping[Key, Sample]:
        """Return what is stored under these numbers."""
        ...

    def write(self, samples: Sequence[Sample], committed: Mapping[str, int]) -> None:
        """Store samples and how far their streams are now."""
        ...


class SampleStore(Protocol):
    """Where samples lie."""

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """List the exceptions that mean "the storage is broken"."""
        ...

    def transaction(self) -> AbstractContextManager[SampleTransaction]:
        """Open a transaction: durable when it ends well, undone and ready for the next one when it raises."""
        ...

    def committed_seq(self, stream: str) -> int:
        """Read how far a stream is, 0 when unknown."""
        ...


class StreamWriter:
    """Commit samples of many streams together, and whatever other work the same store has to do."""

    def __init__(self, name: str, store: SampleStore, gather_s: float = 0.0) -> None:
        self._store = store
        self._commits: GroupCommit[Sample | Callable[[], None]] = GroupCommit(
            name, self._commit, failures=(), failed=_unavailable, gather_s=gather_s
        )

    def append(self, sample: Sample) -> Ticket:
        """Enqueue one sample; every refusal comes through the ticket, ``ValueError`` for one that no store can keep."""
        wrong = wrong_with(sample)
        return self._put(sample) if wrong is None else _failed(ValueError(wrong))

    def do(self, work: Callable[[], None]) -> Ticket:
        """Let the writer thread do other work on the same store, in turn; the answer is 0."""
        return self._put(work)

    def close(self) -> None:
        """Commit what waits."""
        self._commits.close()

    def _put(self, item: Sample | Callable[[], None]) -> Ticket:
        try:
            return self._commits.put(item)
        except (QueueFull, WriterStopped) as refusal:
            return _failed(_unavailable(refusal))

    def _commit(self, group: Sequence[Sample | Callable[[], None]]) -> Sequence[int | Exception]:
        samples = [item for item in group if isinstance(item, Sample)]
        if len(samples) == len(group):
            return self._commit_samples(samples)
        answers = iter(self._commit_samples(samples) if samples else ())
        return [next(answers) if isinstance(item, Sample) else self._do(item) for item in group]

    def _do(self, work: Callable[[], None]) -> int | Exception:
        try:
            work()
        except self._store.failures as failure:
            return _unavailable(failure)
        return 0

    def _commit_samples(self, samples: Sequence[Sample]) -> Sequence[int | Exception]:
        try:
            with self._store.transaction() as transaction:
                committed = transaction.committed({sample.stream for sample in samples})
                repeats = [
                    (sample.stream, sample.seq)
                    for sample in samples
                    if 0 < sample.seq <= committed.get(sample.stream, 0)
                ]
                verdict = judge(samples, committed, transaction.stored(repeats) if repeats else {})
                if verdict.accepted:
                    transaction.write(verdict.accepted, verdict.committed)
        except self._store.failures as failure:
            return [_unavailable(failure) for _ in samples]
        return verdict.answers


def _unavailable(failure: Exception) -> Exception:
    unavailable = TelemetryUnavailable(f"not stored: {failure}")
    unavailable.__cause__ = failure
    return unavailable


def _failed(failure: Exception) -> Ticket:
    ticket = CommitTicket()
    ticket.settle(failure)
    return ticket
