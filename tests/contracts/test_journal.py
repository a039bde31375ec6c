"""What every journal promises, whatever it is stored in."""

import asyncio
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock
from uuid import uuid4

import pytest

from dispatch.adapters.journal.audit import verify
from dispatch.adapters.journal.chain import chain, genesis, row_of
from dispatch.adapters.journal.follow import follow
from dispatch.adapters.journal.grouped import GroupedJournal
from dispatch.ports import CommandRepeated, Draft, Head, JournalBusy, JournalUnavailable, OutOfOrder, Record, Ticket
from dispatch.terminal.local_servers import PostgresServer
from tests.contracts.journal_backends import (
    Backend,
    MemoryBackend,
    PostgresBackend,
    SqliteBackend,
    draft,
    drafts,
    recovered,
)

BACKENDS = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.servers)]


@pytest.fixture(scope="module")
def own_postgres(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """Start a server that may be killed; the session's one only proves that PostgreSQL is installed."""
    assert postgres.port
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    if request.param == "memory":
        yield MemoryBackend()
        return
    if request.param == "sqlite":
        sqlite = SqliteBackend(tmp_path / "journal.sqlite3")
        yield sqlite
        sqlite.repair()
        return
    yield PostgresBackend(request.getfixturevalue("own_postgres"), uuid4().hex)


@pytest.fixture
def journal(backend: Backend) -> Iterator[GroupedJournal]:
    with closing(backend.open()) as opened:
        yield opened


def fields_of(record: Record) -> Draft:
    """Return a record without its hash, to compare with what was appended."""
    return Draft(
        record.seq,
        record.at,
        record.recorded_at,
        record.kind,
        record.version,
        record.command_id,
        record.actor,
        record.subjects,
        record.body,
    )


def test_an_empty_journal_stands_at_its_citys_genesis(journal: GroupedJournal, backend: Backend) -> None:
    assert journal.city == backend.city
    assert journal.head() == Head(0, genesis(backend.city))
    assert list(journal.read()) == []
    assert verify(journal).ok


def test_what_was_appended_is_read_back_exactly(journal: GroupedJournal) -> None:
    batch = [draft(1, "c", b'{ "words" : "\xe4\xb8\x9c\xe5\x9b\x9b" }'), draft(2, "c", b'{"a":1.50,\n"a":2}')]
    assert journal.append(batch).wait(60) == 2
    assert [fields_of(record) for record in journal.read()] == batch
    assert journal.outcome_of("c") == (1, 2)
    assert journal.outcome_of("never seen") is None


def test_the_chain_is_the_plain_one(journal: GroupedJournal) -> None:
    history = drafts(1, 30)
    journal.append(history[:7]).wait(60)
    journal.append(history[7:]).wait(60)
    expected = [row.hash for row in chain(Head(0, genesis(journal.city)), map(row_of, history))]
    assert [record.hash for record in journal.read()] == expected
    assert journal.head() == Head(30, expected[-1])


def test_a_page_and_a_start_can_be_asked_for(journal: GroupedJournal) -> None:
    journal.append(drafts(1, 2500)).wait(60)
    assert [record.seq for record in journal.read()] == list(range(1, 2501))
    assert [record.seq for record in journal.read(990, 1200)] == list(range(991, 2191))
    assert list(journal.read(2500)) == []
    assert list(journal.read(0, 0)) == []


def test_the_history_survives_a_restart(backend: Backend) -> None:
    with closing(backend.open()) as journal:
        journal.append(drafts(1, 5, "first")).wait(60)
        before = journal.head()
    with closing(backend.open()) as journal:
        assert journal.head() == before
        assert journal.outcome_of("first") == (1, 5)
        with pytest.raises(OutOfOrder):
            journal.append([draft(1)])
        assert journal.append([draft(6)]).wait(60) == 6
        assert verify(journal).facts == 6


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [draft(2)],
        [draft(0)],
        [draft(1), draft(3)],
        [draft(2), draft(1)],
        [draft(1, "a"), draft(2, "b"), draft(3, "a")],
    ],
    ids=["empty", "ahead", "zero", "gap", "swapped", "torn command"],
)
def test_a_batch_that_does_not_continue_is_refused_and_leaves_nothing(
    journal: GroupedJournal, wrong: list[Draft]
) -> None:
    with pytest.raises(OutOfOrder):
        journal.append(wrong)
    assert journal.append([draft(1)]).wait(60) == 1


def test_a_body_that_is_no_json_or_a_naive_time_is_refused(journal: GroupedJournal) -> None:
    naive = draft(1)
    with pytest.raises(ValueError, match="JSON"):
        journal.append([draft(1, body=b"{")])
    with pytest.raises(ValueError, match="aware UTC"):
        journal.append([Draft(1, naive.at.replace(tzinfo=None), naive.at, "K", 1, "c", "a", (), b"{}")])
    for command_id in ("", "nul\x00", "汉", "\ud800"):
        with pytest.raises(ValueError, match="command id"):
            journal.append([replace(draft(1), command_id=command_id)])
    assert journal.append([draft(1)]).wait(60) == 1


def test_a_command_id_leaves_facts_once(backend: Backend) -> None:
    with closing(backend.open()) as journal:
        journal.append([draft(1, "once")]).wait(60)
        with pytest.raises(CommandRepeated):
            journal.append([draft(2, "once")]).wait(60)
        with pytest.raises(JournalUnavailable):
            journal.append([draft(2, "other")])
        assert recovered(journal).seq == 1
        assert journal.append([draft(2, "other")]).wait(60) == 2
        assert [record.command_id for record in journal.read()] == ["once", "other"]


def test_a_broken_storage_fails_everything_behind_it_in_order_and_nothing_is_half_written(backend: Backend) -> None:
    with closing(backend.open()) as journal:
        journal.append(drafts(1, 4)).wait(60)
        durable = journal.head()
        backend.break_storage()
        failed: list[int] = []
        tickets = []

        def note(number: int) -> Callable[[Ticket], None]:
            return lambda _: failed.append(number)

        try:
            for number in range(20):
                ticket = journal.append(drafts(5 + 50 * number, 50))
                ticket.add_done_callback(note(number))
                tickets.append(ticket)
        except JournalUnavailable:
            assert tickets, "the first batch behind the failure was not even taken"
        for ticket in tickets:
            with pytest.raises(JournalUnavailable):
                ticket.wait(30)
        assert failed == list(range(len(tickets)))
        with pytest.raises(JournalUnavailable):
            journal.append([draft(5)])
        backend.repair()
        with pytest.raises(JournalUnavailable):
            journal.append([draft(5)])
        assert recovered(journal) == durable
        assert [record.seq for record in journal.read()] == [1, 2, 3, 4]
        assert journal.append(drafts(5, 3)).wait(60) == 7
        assert verify(journal).facts == 7


def test_recover_on_a_healthy_journal_changes_nothing(journal: GroupedJournal) -> None:
    journal.append(drafts(1, 3)).wait(60)
    assert recovered(journal) == journal.head()
    assert journal.append([draft(4)]).wait(60) == 4


def test_a_ticket_wakes_tasks_and_callbacks_and_outlives_a_cancelled_waiter(journal: GroupedJournal) -> None:
    async def scenario() -> list[int]:
        async def wait_for_it() -> int:
            return await journal.append([draft(journal.head().seq + 1)])

        first = await wait_for_it()
        ticket = journal.append([draft(2)])
        waiter = asyncio.ensure_future(ticket)
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
        return [first, await ticket]

    assert asyncio.run(scenario()) == [1, 2]
    ticket = journal.append([draft(3)])
    called = Event()
    ticket.add_done_callback(lambda _: called.set())
    assert called.wait(60)
    assert ticket.done()
    assert ticket.failure() is None


def test_one_wake_up_per_durable_group_and_never_before_it(backend: Backend) -> None:
    heads: list[Head] = []
    with closing(backend.open(on_durable=heads.append)) as journal:
        tickets = [journal.append([draft(seq)]) for seq in range(1, 301)]
        for ticket in tickets:
            ticket.wait(60)
        last = journal.head()
    assert heads[-1] == last
    assert len(heads) <= 300
    assert [head.seq for head in heads] == sorted({head.seq for head in heads})


def test_three_thousand_producers_leave_a_gapless_history(journal: GroupedJournal) -> None:
    numbering = Lock()
    counter = iter(range(1, 3001))

    def produce(_: int) -> int:
        with numbering:
            ticket = journal.append([draft(next(counter))])
        return ticket.wait(60)

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(produce, range(3000)))
    assert sorted(answers) == list(range(1, 3001))
    assert verify(journal).facts == 3000


def test_followers_never_skip(journal: GroupedJournal) -> None:
    total = 1500

    async def follower(woken: asyncio.Event) -> list[int]:
        seen: list[int] = []
        async for page in follow(journal, 0, woken, poll_s=0.01):
            seen.extend(record.seq for record in page)
            if len(seen) >= total:
                return seen
        raise AssertionError("a follower ends only when it is left")

    async def scenario() -> list[list[int]]:
        woken = asyncio.Event()
        followers = [asyncio.create_task(follower(woken)) for _ in range(3)]
        random_source = random.Random(20260301)
        seq = 1
        while seq <= total:
            count = min(random_source.randint(1, 40), total - seq + 1)
            await journal.append(drafts(seq, count))
            woken.set()
            seq += count
        return await asyncio.gather(*followers)

    assert asyncio.run(scenario()) == [list(range(1, total + 1))] * 3


def test_snapshots_are_kept_by_code_version_and_belong_to_their_history(backend: Backend) -> None:
    with closing(backend.open()) as journal:
        journal.append(drafts(1, 10)).wait(60)
        assert journal.load_snapshot("1.0/abc") is None
        journal.save_snapshot("1.0/abc", 8, b"eight")
        journal.save_snapshot("1.0/abc", 10, b"ten")
        journal.save_snapshot("1.1", 4, b"")
        with pytest.raises(JournalUnavailable):
            journal.save_snapshot("1.1", 11, b"not durable yet")
    with closing(backend.open()) as journal:
        assert journal.load_snapshot("1.0/abc") == (10, b"ten")
        assert journal.load_snapshot("1.1") == (4, b"")
        for version in ("1.2", "1.3", "1.4"):
            journal.save_snapshot(version, 5, b"five")
        assert journal.load_snapshot("1.4") == (5, b"five")


def test_a_full_queue_says_busy_and_loses_nothing() -> None:
    held, entered = Event(), Event()
    backend = MemoryBackend()

    def hold(_: Head) -> None:
        entered.set()
        held.wait(60)

    with closing(GroupedJournal(backend.store, on_durable=hold, queue_max=3)) as journal:
        journal.append([draft(1)]).wait(60)
        assert entered.wait(60)
        tickets = [journal.append([draft(seq)]) for seq in (2, 3, 4)]
        with pytest.raises(JournalBusy):
            journal.append([draft(5)])
        held.set()
        assert [ticket.wait(60) for ticket in tickets] == [2, 3, 4]
        assert journal.append([draft(5)]).wait(60) == 5


def test_a_closed_journal_takes_nothing(backend: Backend) -> None:
    journal = backend.open()
    ticket = journal.append([draft(1)])
    journal.close()
    assert ticket.wait(60) == 1
    with pytest.raises(JournalUnavailable):
        journal.append([draft(2)])


def test_a_thousand_random_steps_equal_a_plain_list(backend: Backend) -> None:
    """Drive the journal and its slow twin, a plain list of drafts, with the same seeded steps."""
    seed = 20260302
    random_source = random.Random(seed)
    twin: list[Draft] = []
    spans: dict[str, tuple[int, int]] = {}
    journal = backend.open()
    for step in range(1000):
        what = random_source.choices(["append", "read", "outcome", "restart", "wrong"], [70, 12, 12, 1, 5])[0]
        where = f"seed {seed} step {step} {what}"
        if what == "append":
            batch = random_batch(random_source, len(twin) + 1, f"{step}")
            assert journal.append(batch).wait(60) == len(twin) + len(batch), where
            twin.extend(batch)
            for fact in batch:
                spans[fact.command_id] = (spans.get(fact.command_id, (fact.seq, 0))[0], fact.seq)
        if what == "read":
            after, limit = random_source.randint(0, len(twin)), random_source.choice([None, 0, 1, 7, 5000])
            expected = twin[after:] if limit is None else twin[after : after + limit]
            assert [fields_of(record) for record in journal.read(after, limit)] == expected, where
        if what == "outcome":
            command_id = random_source.choice([*spans, "unknown"])
            assert journal.outcome_of(command_id) == spans.get(command_id), where
        if what == "restart":
            journal.close()
            journal = backend.open()
        if what == "wrong":
            with pytest.raises(OutOfOrder):
                journal.append([draft(len(twin) + random_source.choice([-1, 0, 2, 9]))])
    assert journal.head().seq == len(twin)
    assert verify(journal).ok
    journal.close()


def random_batch(random_source: random.Random, first_seq: int, step: str) -> list[Draft]:
    """Return a batch of one to three commands with up to four facts each, bodies from empty to large."""
    batch: list[Draft] = []
    for number in range(random_source.randint(1, 3)):
        for _ in range(random_source.randint(1, 4)):
            size = random_source.choice([0, 3, 300, 20_000])
            batch.append(draft(first_seq + len(batch), f"{step}-{number}", b'"' + b"y" * size + b'"'))
    return batch
