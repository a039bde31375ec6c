"""What only the production journal must stand: a second desk, a standby, a server that restarts under its readers."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from uuid import uuid4

import psycopg
import pytest

from dispatch.adapters.journal.audit import verify
from dispatch.adapters.journal.follow import follow
from dispatch.adapters.journal.grouped import GroupedJournal
from dispatch.adapters.journal.postgres import cities_of, open_postgres_journal, open_postgres_reader
from dispatch.adapters.storage.postgres_link import connect
from dispatch.adapters.telemetry.postgres import open_postgres_telemetry
from dispatch.errors import BadInput
from dispatch.ports import Fenced, JournalUnavailable, TelemetryUnavailable, Ticket
from dispatch.terminal.local_servers import PostgresServer, free_port
from tests.contracts.journal_backends import CITY, NOON, draft, drafts, recovered

pytestmark = pytest.mark.servers
NOBODY = "postgresql://nobody@127.0.0.1"


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> str:
    """Return a database of our own: each one makes every later start and stop of the server slower."""
    return postgres.create_database(f"journal_{uuid4().hex}")


@pytest.fixture
def conninfo(database: str) -> str:
    """Return the database without any journal."""
    with psycopg.connect(database, autocommit=True) as connection:
        for table in ("writer", "fact", "command", "snapshot"):
            connection.execute(f"DROP TABLE IF EXISTS journal_{table}".encode())
    return database


@pytest.fixture
def journal(conninfo: str) -> Iterator[GroupedJournal]:
    with closing(open_postgres_journal(conninfo, CITY)) as opened:
        yield opened


def cut_off_writers(conninfo: str) -> None:
    """End every other connection of this database, as a network or an operator would."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_second_desk_is_refused(journal: GroupedJournal, conninfo: str) -> None:
    with pytest.raises(BadInput, match="another process writes"):
        open_postgres_journal(conninfo, CITY)
    assert journal.append([draft(1)]).wait(60) == 1


def test_cities_in_one_database_do_not_touch_each_other(journal: GroupedJournal, conninfo: str) -> None:
    with closing(open_postgres_journal(conninfo, "other")) as other:
        journal.append(drafts(1, 3, "same command id")).wait(60)
        other.append(drafts(1, 5, "same command id")).wait(60)
        assert (journal.head().seq, other.head().seq) == (3, 5)
        assert (verify(journal).facts, verify(other).facts) == (3, 5)
    assert cities_of(conninfo) == ["other", CITY]


def test_a_lost_connection_is_recovered_by_the_same_writer(journal: GroupedJournal, conninfo: str) -> None:
    journal.append(drafts(1, 3)).wait(60)
    cut_off_writers(conninfo)
    with pytest.raises(JournalUnavailable):
        journal.append([draft(4)]).wait(60)
    assert recovered(journal).seq == 3
    assert journal.append([draft(4, "again")]).wait(60) == 4


def test_a_stale_writer_is_fenced_for_good(journal: GroupedJournal, conninfo: str) -> None:
    journal.append(drafts(1, 3)).wait(60)
    cut_off_writers(conninfo)
    with closing(open_postgres_journal(conninfo, CITY)) as successor:
        successor.append([draft(4, "successor")]).wait(60)
        with pytest.raises(JournalUnavailable):
            journal.append([draft(4, "stale")]).wait(60)
        for _ in range(2):
            with pytest.raises(Fenced):
                journal.recover()
        assert [record.command_id for record in successor.read(3)] == ["successor"]
    with pytest.raises(Fenced):  # the seat is empty again, but it is not this process's any more
        journal.recover()


def test_the_epoch_fences_even_a_writer_that_kept_its_connection(journal: GroupedJournal, conninfo: str) -> None:
    journal.append([draft(1)]).wait(60)
    with psycopg.connect(conninfo) as connection:
        connection.execute("UPDATE journal_writer SET writer_epoch = writer_epoch + 1")
    with pytest.raises(Fenced):
        journal.append([draft(2)]).wait(60)
    with pytest.raises(Fenced):
        journal.append([draft(2)])
    assert journal.head().seq == 1


def test_a_standby_waits_and_takes_over_behind_the_last_fact(conninfo: str) -> None:
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        desk = open_postgres_journal(conninfo, CITY)
        waiting = pool.submit(open_postgres_journal, conninfo, CITY, standby=stop)
        desk.append(drafts(1, 7)).wait(60)
        assert not waiting.done()
        desk.close()
        with closing(waiting.result(20)) as standby:
            assert standby.head().seq == 7
            assert standby.append([draft(8)]).wait(60) == 8


def test_a_standby_can_be_called_off(journal: GroupedJournal, conninfo: str) -> None:
    stop = Event()
    stop.set()
    with pytest.raises(BadInput, match="another process writes"):
        open_postgres_journal(conninfo, CITY, standby=stop)
    assert journal.append([draft(1)]).wait(60) == 1


def test_the_table_itself_refuses_to_change_a_fact(journal: GroupedJournal, conninfo: str) -> None:
    journal.append(drafts(1, 3)).wait(60)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in ("DELETE FROM journal_fact WHERE seq = 3", "UPDATE journal_fact SET hash = '' WHERE seq = 1"):
            with pytest.raises(psycopg.errors.RaiseException, match="never changes"):
                connection.execute(statement.encode())


def test_a_reader_beside_the_writer_only_reads(journal: GroupedJournal, conninfo: str) -> None:
    journal.append(drafts(1, 3, "c")).wait(60)
    journal.save_snapshot("1", 2, b"two")
    with closing(open_postgres_reader(conninfo, CITY)) as reader:
        assert reader.head() == journal.head()
        assert reader.outcome_of("c") == (1, 3)
        assert reader.load_snapshot("1") == (2, b"two")


def test_a_server_that_is_not_there_is_named() -> None:
    absent = f"{NOBODY}:{free_port()}/x"
    for attempt in (
        lambda: open_postgres_journal(absent, CITY),
        lambda: open_postgres_reader(absent, CITY),
        lambda: cities_of(absent),
    ):
        with pytest.raises(JournalUnavailable, match="PostgreSQL"):
            attempt()


def test_an_empty_database_holds_no_city(conninfo: str) -> None:
    assert cities_of(conninfo) == []


def test_commits_are_durable_even_where_the_server_says_otherwise(conninfo: str) -> None:
    with connect(f"{conninfo}?options=-c%20synchronous_commit%3Doff") as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_kill_9_of_the_server_loses_nothing_acknowledged_and_followers_go_on(postgres: PostgresServer) -> None:
    assert postgres.port, "PostgreSQL is installed; this test kills one of its own"

    async def scenario(server: PostgresServer) -> list[int]:
        seen: list[int] = []

        async def follower() -> None:
            with closing(open_postgres_reader(server.dsn(), CITY)) as reader:
                async for page in follow(reader, 0, asyncio.Event(), poll_s=0.05):
                    seen.extend(record.seq for record in page)
                    if seen[-1] >= last_seq:
                        return

        with closing(open_postgres_journal(server.dsn(), CITY)) as journal:
            last_seq = 1_000_000
            following = asyncio.create_task(follower())
            acknowledged: list[int] = []
            under_way = asyncio.Event()
            producing = asyncio.create_task(produce_until_it_fails(journal, acknowledged, under_way))
            async with asyncio.timeout(60):
                await under_way.wait()
            await asyncio.to_thread(server.kill9)
            await producing
            await asyncio.to_thread(server.start)
            head = (await asyncio.to_thread(recovered, journal)).seq
            assert acknowledged == list(range(1, len(acknowledged) + 1))
            assert head >= len(acknowledged) >= 500
            last_seq = await journal.append([draft(head + 1, "after the crash")])
            assert verify(journal).facts == last_seq
            async with asyncio.timeout(60):
                await following
        return seen

    with PostgresServer() as server:
        seen = asyncio.run(scenario(server))
    assert seen == list(range(1, len(seen) + 1))


async def produce_until_it_fails(journal: GroupedJournal, acknowledged: list[int], under_way: asyncio.Event) -> None:
    """Keep many facts under way, and write down what was acknowledged."""

    def note(ticket: Ticket) -> None:
        if ticket.failure() is None:
            acknowledged.append(ticket.wait(0))

    with suppress(JournalUnavailable):
        for seq in range(1, 1_000_000):
            ticket = journal.append([draft(seq)])
            ticket.add_done_callback(note)
            if seq % 50 == 0:
                await ticket
            if seq == 500:
                under_way.set()


def test_telemetry_refuses_during_an_outage_and_goes_on_by_itself(postgres: PostgresServer, tmp_path: Path) -> None:
    assert postgres.port, "PostgreSQL is installed; this test kills one of its own"
    with PostgresServer() as server, closing(open_postgres_telemetry(server.dsn(), CITY, tmp_path)) as telemetry:
        telemetry.append_vitals("p", "s", 1, NOON, b"1").wait(60)
        server.kill9()
        with pytest.raises(TelemetryUnavailable):
            telemetry.append_vitals("p", "s", 2, NOON, b"2").wait(60)
        assert telemetry.append_wave("p", "w", 1, NOON, b"waves lie elsewhere").wait(60) == 1
        server.start()
        assert telemetry.append_vitals("p", "s", 2, NOON, b"2").wait(60) == 2
        assert [sample.body for sample in telemetry.vitals("p", NOON)] == [b"1", b"2"]


def test_telemetry_without_a_server_is_named(tmp_path: Path) -> None:
    with pytest.raises(TelemetryUnavailable, match="PostgreSQL"):
        open_postgres_telemetry(f"{NOBODY}:{free_port()}/x", CITY, tmp_path)
