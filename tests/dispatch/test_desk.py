"""The desk on real journals: durable before told, repeats harmless, a failed batch loses nothing acknowledged."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ulid import ULID

from dispatch import commands as c
from dispatch.adapters.journal.grouped import GroupedJournal
from dispatch.adapters.journal.memory import MemoryStore, open_memory_journal
from dispatch.adapters.journal.sealing import open_memory_keyring, open_sqlite_keyring
from dispatch.adapters.journal.sqlite import open_sqlite_journal
from dispatch.command import Command
from dispatch.desk import Desk, Done, Told
from dispatch.errors import Refused
from dispatch.ports import Fenced, Journal, JournalUnavailable, Keyring
from dispatch.rules import builtin
from dispatch.words import Actor, Role
from tests.dispatch.story import PLACE

TAKER = Actor("taker1", Role.CALL_TAKER)
NO_ROADS: Any = None  # no command of these tests asks for travel times
Opened = Callable[[], tuple[Journal, Keyring]]


@pytest.fixture(params=["memory", "sqlite"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Open the same storage again and again, as restarts do."""
    if request.param == "memory":
        journal, keyring = open_memory_journal("t"), open_memory_keyring()
        yield lambda: (journal, keyring)
        return
    journals: list[GroupedJournal] = []

    def again() -> tuple[Journal, Keyring]:
        for each in journals:
            each.close()
        journals[:] = [open_sqlite_journal(tmp_path / "journal.sqlite3", "t")]
        return journals[0], open_sqlite_keyring(tmp_path / "keys.sqlite3")

    yield again
    for each in journals:
        each.close()


def ring(number: int, data: object = None) -> Command:
    at = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
    command_id = str(ULID.from_int((int(at.timestamp() * 1000) << 80) + number))
    return Command(command_id, data or c.ReceiveCall("13800000000", "东单", None, PLACE), TAKER, at, at)


async def done(desk: Desk, command: Command) -> Done:
    answer = await desk.handle(command)
    assert isinstance(answer, Done)
    return answer


async def test_an_answer_means_durable_and_told_in_order(opened: Opened) -> None:
    journal, keyring = opened()
    desk = Desk(journal, keyring, NO_ROADS, builtin())
    heard: list[Told] = []
    desk.watch(heard.append)
    answers = await asyncio.gather(*(done(desk, ring(number)) for number in range(200)))
    assert journal.head().seq == desk.durable.seq == max(answer.seq for answer in answers)
    seqs = [fact.seq for told in heard for fact in told.facts]
    assert seqs == list(range(1, desk.durable.seq + 1))
    assert all(told.before.seq + len(told.facts) == told.after.seq for told in heard)


async def test_a_repeat_is_harmless_at_once_later_and_after_a_restart(opened: Opened) -> None:
    desk = Desk(*opened(), NO_ROADS, builtin())
    first, twin = await asyncio.gather(done(desk, ring(1)), done(desk, ring(1)))
    assert first.facts == twin.facts
    assert {first.repeated, twin.repeated} == {False, True}
    assert (await done(desk, ring(1))).repeated
    again = Desk(*opened(), NO_ROADS, builtin())
    assert (await done(again, ring(1))).facts == first.facts
    assert again.durable == desk.durable


async def test_a_restart_continues_from_snapshot_and_journal(opened: Opened) -> None:
    desk = Desk(*opened(), NO_ROADS, builtin())
    for number in range(5):
        await done(desk, ring(number))
    desk.save_snapshot()
    for number in range(5, 9):
        await done(desk, ring(number))
    again = Desk(*opened(), NO_ROADS, builtin())
    assert again.durable == desk.durable
    assert (await done(again, ring(99))).seq == desk.durable.seq + 3


async def test_a_refusal_writes_nothing(opened: Opened) -> None:
    journal, keyring = opened()
    desk = Desk(journal, keyring, NO_ROADS, builtin())
    answer = await desk.handle(ring(1, c.AnswerCall("nobody", "3")))
    assert answer == Refused("call.unknown")
    assert journal.head().seq == 0


async def test_a_full_disk_refuses_loses_nothing_and_comes_back() -> None:
    store = MemoryStore("t", facts_max=7)
    journal = GroupedJournal(store)
    desk = Desk(journal, open_memory_keyring(), NO_ROADS, builtin())
    answers = await asyncio.gather(*(desk.handle(ring(n)) for n in range(6)), return_exceptions=True)
    kept = [answer for answer in answers if isinstance(answer, Done)]
    assert len(kept) < 6
    assert all(isinstance(answer, Done | JournalUnavailable) for answer in answers)
    assert desk.durable.seq == journal.head().seq == max((answer.seq for answer in kept), default=0)
    store.facts_max = None
    await desk.recovered.wait()
    answer = await done(desk, ring(50))
    assert answer.seq == journal.head().seq
    assert [fact.seq for fact in desk.facts_after(0, 100)] == list(range(1, answer.seq + 1))
    journal.close()


async def test_words_of_an_erased_caller_are_gone_after_a_restart(opened: Opened) -> None:
    journal, keyring = opened()
    desk = Desk(journal, keyring, NO_ROADS, builtin())
    facts = (await done(desk, ring(1))).facts
    call_id, incident_id = facts[0].data.call_id, facts[1].data.incident_id
    for subject in (f"call:{call_id}", f"incident:{incident_id}"):
        keyring.destroy(subject)
    again = Desk(*opened(), NO_ROADS, builtin())
    call = again.durable.calls[call_id]
    assert call.number == call.words == "␀erased"


async def test_a_desk_that_was_taken_over_says_so_and_never_writes_again() -> None:
    store = FencedStore("t")
    journal = GroupedJournal(store)
    desk = Desk(journal, open_memory_keyring(), NO_ROADS, builtin())
    await done(desk, ring(1))
    store.taken_over = True
    with pytest.raises(JournalUnavailable):
        await desk.handle(ring(2))
    with pytest.raises(Fenced):
        await asyncio.wait_for(desk.until_fenced(), 10)
    with pytest.raises(JournalUnavailable):
        await desk.handle(ring(3))
    journal.close()


class FencedStore(MemoryStore):
    """A storage that another writer takes over."""

    taken_over = False

    def write(self, *batch: Any) -> None:  # noqa: ANN401 - whatever the storage takes
        if self.taken_over:
            raise Fenced("another writer has this city")
        super().write(*batch)

    def reopen(self) -> None:
        if self.taken_over:
            raise Fenced("another writer has this city")
