"""One writer thread, many producers: everything that waits is committed together.

A transaction of its own for each write costs one fsync each; a group shares it (measured: 25,800 against 560 writes/s).
Order in is order out. After a failed group everything queued behind it fails too, in order, and nothing new is taken
until ``resume``: a numbered history must not continue behind a hole.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache
from threading import Condition, Event, Lock, Thread
from time import sleep
from typing import Generic, TypeVar

from dispatch.ports import Ticket

log = logging.getLogger(__name__)

Item = TypeVar("Item")

QUEUE_MAX = 20_000  # waiting writes; a second of the fastest measured load, beyond it producers are told to come back
LOOPS_AT_HAND = 8  # event loops of one process; there is one
GROUP_MAX = 1_000  # writes in one transaction; bounds the latency of the one that comes just behind


class QueueFull(RuntimeError):  # noqa: N818 - a state that callers answer to
    """Say that the bounded queue takes no more at this moment."""


class WriterStopped(RuntimeError):  # noqa: N818 - a state that callers answer to
    """Say that the writer takes nothing: closed, or failed and not resumed. The cause is the failure, if any."""


class _Bell:
    """Wake one event loop for what writer threads have settled: once for a whole group, not once for each write."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Callable[[], object]] = deque()
        self._rung = False

    def tell(self, callback: Callable[[], object]) -> None:
        """Let the loop call back; from any thread."""
        self._waiting.append(callback)
        self._ring()

    def _ring(self) -> None:
        if self._rung:
            return
        self._rung = True
        try:
            self._loop.call_soon_threadsafe(self._answer)
        except RuntimeError:
            log.info("an event loop was closed before its writes were durable")

    def _answer(self) -> None:
        self._rung = False  # first: what comes from now on rings again
        try:
            while self._waiting:
                self._waiting.popleft()()
        finally:
            if self._waiting:  # one that raised must not keep the others waiting
                self._ring()


_bell_of = lru_cache(maxsize=LOOPS_AT_HAND)(_Bell)  # asked for every write; one more bell of a loop does no harm
_settling = Lock()  # of all tickets: held for the exchange of a few references


class CommitTicket:
    """Hand out the answer of one write; implements ``dispatch.ports.Ticket``."""

    __slots__ = ("_answer", "_callbacks", "_settled")

    def __init__(self) -> None:
        self._answer: int | Exception = 0
        self._callbacks: list[Callable[[Ticket], object]] = []
        self._settled = False

    def wait(self, timeout_s: float | None = None) -> int:
        """Block until durable and return the last number; raise the failure or ``TimeoutError``."""
        settled = Event()
        self.add_done_callback(lambda _: settled.set())
        if not settled.wait(timeout_s):
            raise TimeoutError(f"not durable after {timeout_s} s")
        return self.answer()

    def add_done_callback(self, callback: Callable[[Ticket], object]) -> None:
        """Call back from the writer thread when settled, or at once."""
        with _settling:
            if not self._settled:
                self._callbacks.append(callback)
                return
        callback(self)

    def on_loop(self, callback: Callable[[], object]) -> None:
        """Call back on the running event loop when settled."""
        bell = _bell_of(asyncio.get_running_loop())
        self.add_done_callback(lambda _: bell.tell(callback))

    def done(self) -> bool:
        """Tell whether it is settled."""
        return self._settled

    def failure(self) -> Exception | None:
        """Return the failure of a settled ticket."""
        return self._answer if isinstance(self._answer, Exception) else None

    def settle(self, answer: int | Exception) -> None:
        """Make the ticket good or failed, once."""
        with _settling:
            if self._settled:
                raise RuntimeError("a ticket is settled once")
            self._answer, self._settled = answer, True
        for callback in self._callbacks:  # none is added any more
            callback(self)
        self._callbacks = []

    def __await__(self) -> Generator[object, None, int]:
        """Wait on the running event loop."""
        if not self._settled:
            waiting = asyncio.get_running_loop().create_future()
            self.on_loop(lambda: None if waiting.done() else waiting.set_result(None))  # it may have been cancelled
            yield from waiting
        return self.answer()

    def answer(self) -> int:
        """Return the number of a settled ticket, or raise its failure."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class GroupCommit(Generic[Item]):
    """Feed a commit function with everything that waits, from one thread.

    ``commit`` makes a group durable and answers each item with its number, or with an exception that concerns this
    item alone. It raises one of ``failures`` when the storage is broken. ``failed`` words the exception of each ticket
    then. ``after`` runs once behind each durable group and must not raise. For ``gather_s`` the first of a group waits
    for company: where many write a little each, waking the thread for every one of them costs more than the writing.
    """

    def __init__(  # noqa: PLR0913 - one thread, its work, its words and its two limits
        self,
        name: str,
        commit: Callable[[Sequence[Item]], Sequence[int | Exception]],
        *,
        failures: tuple[type[Exception], ...],
        failed: Callable[[Exception], Exception],
        after: Callable[[], None] | None = None,
        queue_max: int = QUEUE_MAX,
        group_max: int = GROUP_MAX,
        gather_s: float = 0.0,
    ) -> None:
        self._commit = commit
        self._gather_s = gather_s
        self._failures = failures
        self._failed = failed
        self._after = after
        self._queue_max = queue_max
        self._group_max = group_max
        self._queued: deque[tuple[Item, CommitTicket]] = deque()
        self._lock = Lock()  # of the queue and of what stops it
        self._changed = Condition(self._lock)
        self._is_waiting = False  # the thread, for something to do: only then it has to be told
        self._failure: Exception | None = None
        self._closing = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def failure(self) -> Exception | None:
        """What stopped the writer, None while it works."""
        return self._failure

    def put(self, item: Item) -> CommitTicket:
        """Enqueue one item behind all others; raise ``QueueFull`` or ``WriterStopped`` with nothing enqueued."""
        ticket = CommitTicket()
        with self._lock:
            if self._failure is not None:
                raise WriterStopped(str(self._failure)) from self._failure
            if self._closing:
                raise WriterStopped("closed")
            if len(self._queued) >= self._queue_max:
                raise QueueFull(f"{self._queue_max} writes are waiting")
            self._queued.append((item, ticket))
            if self._is_waiting:
                self._changed.notify()
        return ticket

    def resume(self) -> None:
        """Take items again after a failure."""
        with self._lock:
            if not self._thread.is_alive():
                raise WriterStopped("the writer thread has ended")
            self._failure = None

    def close(self) -> None:
        """Commit what waits and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        group: list[tuple[Item, CommitTicket]] = []
        try:
            while group := self._next_group():
                self._commit_group(group)
                group = []
        finally:
            # Only a broken program arrives here with work in hand; its waiters must not wait for ever.
            self._stop(group, WriterStopped("the writer thread ended"))

    def _next_group(self) -> list[tuple[Item, CommitTicket]]:
        with self._lock:
            self._is_waiting = True
            while not self._queued and not self._closing:
                self._changed.wait()
            self._is_waiting = False
        if self._gather_s and not self._closing:
            sleep(self._gather_s)
        with self._lock:
            size = min(len(self._queued), self._group_max)
            return [self._queued.popleft() for _ in range(size)]

    def _commit_group(self, group: list[tuple[Item, CommitTicket]]) -> None:
        try:
            answers = self._commit([item for item, _ in group])
        except self._failures as failure:
            self._stop(group, failure)
            return
        for (_, ticket), answer in zip(group, answers, strict=True):
            ticket.settle(answer)
        if self._after is not None:
            self._after()

    def _stop(self, group: list[tuple[Item, CommitTicket]], failure: Exception) -> None:
        """Refuse from now on, then fail the group and everything behind it, in order."""
        with self._lock:
            self._failure = self._failure or failure
            group = [*group, *self._queued]
            self._queued.clear()
        for _, ticket in group:
            if not ticket.done():
                ticket.settle(self._failed(failure))
