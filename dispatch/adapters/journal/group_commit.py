"""One writer thread, many producers: everything that waits is committed together.

A transaction of its own for each write costs one fsync each; a group shares it (measured: 25,800 against 560 writes/s).
Order in is order out. After a failed group everything queued behind it fails too, in order, and nothing new is taken
until ``resume``: a numbered history must not continue behind a hole.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Generic, TypeVar

from dispatch.ports import Ticket

Item = TypeVar("Item")

QUEUE_MAX = 20_000  # waiting writes; a second of the fastest measured load, beyond it producers are told to come back
GROUP_MAX = 1_000  # writes in one transaction; bounds the latency of the one that comes just behind


class QueueFull(RuntimeError):  # noqa: N818 - a state that callers answer to
    """Say that the bounded queue takes no more at this moment."""


class WriterStopped(RuntimeError):  # noqa: N818 - a state that callers answer to
    """Say that the writer takes nothing: closed, or failed and not resumed. The cause is the failure, if any."""


class CommitTicket:
    """Hand out the future of one write; implements ``dispatch.ports.Ticket``."""

    __slots__ = ("_future",)

    def __init__(self) -> None:
        self._future: Future[int] = Future()
        # A waiting task may be cancelled; the write may not, so the future is never in the cancellable state.
        self._future.set_running_or_notify_cancel()

    def wait(self, timeout_s: float | None = None) -> int:
        """Block until durable and return the last number; raise the failure or ``TimeoutError``."""
        return self._future.result(timeout_s)

    def add_done_callback(self, callback: Callable[[Ticket], object]) -> None:
        """Call back from the writer thread when settled, or at once."""
        self._future.add_done_callback(lambda _: callback(self))

    def done(self) -> bool:
        """Tell whether it is settled."""
        return self._future.done()

    def failure(self) -> Exception | None:
        """Return the failure of a settled ticket."""
        failure = self._future.exception(timeout=0)
        if failure is None or isinstance(failure, Exception):
            return failure
        raise failure

    def settle(self, answer: int | Exception) -> None:
        """Make the ticket good or failed, once."""
        if isinstance(answer, Exception):
            self._future.set_exception(answer)
            return
        self._future.set_result(answer)

    def __await__(self) -> Generator[object, None, int]:
        """Wait on the running event loop."""
        return asyncio.wrap_future(self._future).__await__()


class GroupCommit(Generic[Item]):
    """Feed a commit function with everything that waits, from one thread.

    ``commit`` makes a group durable and answers each item with its number, or with an exception that concerns this
    item alone. It raises one of ``failures`` when the storage is broken. ``failed`` words the exception of each ticket
    then. ``after`` runs once behind each durable group and must not raise.
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
    ) -> None:
        self._commit = commit
        self._failures = failures
        self._failed = failed
        self._after = after
        self._queue_max = queue_max
        self._group_max = group_max
        self._queued: deque[tuple[Item, CommitTicket]] = deque()
        self._changed = Condition()
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
        with self._changed:
            if self._failure is not None:
                raise WriterStopped(str(self._failure)) from self._failure
            if self._closing:
                raise WriterStopped("closed")
            if len(self._queued) >= self._queue_max:
                raise QueueFull(f"{self._queue_max} writes are waiting")
            self._queued.append((item, ticket))
            self._changed.notify()
        return ticket

    def resume(self) -> None:
        """Take items again after a failure."""
        with self._changed:
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
        with self._changed:
            while not self._queued and not self._closing:
                self._changed.wait()
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
        with self._changed:
            self._failure = self._failure or failure
            group = [*group, *self._queued]
            self._queued.clear()
        for _, ticket in group:
            if not ticket.done():
                ticket.settle(self._failed(failure))
