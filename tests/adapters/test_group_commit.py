"""The one writer thread: order, failure, limits, and what a broken program leaves its waiters."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import closing
from threading import Event

import pytest

from dispatch.adapters.journal.group_commit import CommitTicket, GroupCommit, QueueFull, WriterStopped


class DiskFull(Exception):  # noqa: N818 - the failure that these tests know
    """Say that this test's storage is full."""


class Sorry(Exception):  # noqa: N818 - the wording that these tests expect
    """Say it to one waiter."""


class Storage:
    """A list that can be told to fail, to be slow, or to break the program."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.failure: Exception | None = None
        self.open = Event()
        self.open.set()

    def commit(self, items: Sequence[int]) -> Sequence[int | Exception]:
        """Keep a group; odd hundreds are refused one by one."""
        assert self.open.wait(60)
        if self.failure is not None:
            raise self.failure
        self.groups.append(list(items))
        return [Sorry(item) if item % 200 >= 100 else item for item in items]


def opened(storage: Storage, *, queue_max: int = 2_000, group_max: int = 500) -> GroupCommit[int]:
    """Return a writer over a storage."""
    return GroupCommit(
        "test",
        storage.commit,
        failures=(DiskFull,),
        failed=lambda why: Sorry(str(why)),
        queue_max=queue_max,
        group_max=group_max,
    )


def test_everything_that_waits_goes_together_and_in_order() -> None:
    storage = Storage()
    storage.open.clear()
    with closing(opened(storage, group_max=40)) as writer:
        tickets = [writer.put(number) for number in range(100)]
        storage.open.set()
        assert [ticket.wait(60) for ticket in tickets] == list(range(100))
    assert [number for group in storage.groups for number in group] == list(range(100))
    assert max(map(len, storage.groups)) == 40
    assert len(storage.groups) <= 4


def test_one_item_can_be_refused_without_its_group() -> None:
    storage = Storage()
    with closing(opened(storage)) as writer:
        good, bad = writer.put(1), writer.put(150)
        assert good.wait(60) == 1
        with pytest.raises(Sorry):
            bad.wait(60)
        assert isinstance(bad.failure(), Sorry)
        assert writer.put(2).wait(60) == 2


def test_a_failure_stops_everything_until_it_is_resumed() -> None:
    storage = Storage()
    storage.open.clear()
    with closing(opened(storage, group_max=2)) as writer:
        order: list[int] = []
        tickets = [writer.put(number) for number in range(7)]
        for number, ticket in enumerate(tickets):
            ticket.add_done_callback(lambda _, number=number: order.append(number))  # type: ignore[misc]
        storage.failure = DiskFull("no room")
        storage.open.set()
        for ticket in tickets:
            with pytest.raises(Sorry, match="no room"):
                ticket.wait(60)
        assert order == list(range(7))
        assert isinstance(writer.failure, DiskFull)
        with pytest.raises(WriterStopped, match="no room"):
            writer.put(8)
        storage.failure = None
        writer.resume()
        assert writer.put(9).wait(60) == 9
    assert storage.groups == [[9]]


def test_a_full_queue_refuses_at_once() -> None:
    storage = Storage()
    storage.open.clear()
    with closing(opened(storage, queue_max=3)) as writer:
        tickets: list[CommitTicket] = []
        with pytest.raises(QueueFull):
            tickets.extend(writer.put(number) for number in range(10))
        storage.open.set()
        assert [ticket.wait(60) for ticket in tickets] == list(range(len(tickets)))
        assert writer.put(50).wait(60) == 50


def test_closing_commits_what_waits_and_takes_nothing_more() -> None:
    storage = Storage()
    writer = opened(storage)
    tickets = [writer.put(number) for number in range(50)]
    writer.close()
    assert [ticket.wait(0) for ticket in tickets] == list(range(50))
    with pytest.raises(WriterStopped):
        writer.put(1)
    with pytest.raises(WriterStopped):
        writer.resume()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_broken_program_leaves_nobody_waiting() -> None:
    storage = Storage()
    storage.failure = ZeroDivisionError("a bug")
    writer = opened(storage)
    with pytest.raises((Sorry, WriterStopped)):
        writer.put(1).wait(60)
    writer.close()
    with pytest.raises(WriterStopped):
        writer.put(2)


def test_a_thousand_random_items_equal_a_plain_loop() -> None:
    seed = 20260309
    random_source = random.Random(seed)
    storage = Storage()
    with closing(opened(storage, group_max=7)) as writer:
        items = [random_source.randrange(1000) for _ in range(1200)]
        tickets = [writer.put(item) for item in items]
        for item, ticket in zip(items, tickets, strict=True):
            if item % 200 >= 100:
                with pytest.raises(Sorry):
                    ticket.wait(60)
                continue
            assert ticket.wait(60) == item, f"seed {seed}"
    assert [item for group in storage.groups for item in group] == items, f"seed {seed}"


async def test_one_answer_that_raises_does_not_keep_the_others_waiting() -> None:
    storage, told = Storage(), list[str]()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(str(context["exception"])))
    storage.open.clear()
    with closing(opened(storage)) as writer:
        first, second = writer.put(1), writer.put(2)
        first.on_loop(_break)
        answer = asyncio.ensure_future(_of(second))
        await asyncio.wait({answer}, timeout=0)
        storage.open.set()
        assert await asyncio.wait_for(answer, 10) == 2
    assert told == ["broken"]


def _break() -> None:
    raise Sorry("broken")


async def _of(ticket: CommitTicket) -> int:
    return await ticket
