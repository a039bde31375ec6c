"""What only the embedded journal must stand: a full disk, a killed process, a foreign file, a second writer."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from dispatch.adapters.journal.audit import verify
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, SqliteStore, open_sqlite_journal, open_sqlite_reader
from dispatch.adapters.telemetry.local import open_local_telemetry
from dispatch.errors import BadInput
from dispatch.ports import JournalDamaged, JournalUnavailable, TelemetryUnavailable
from tests.contracts.journal_backends import CITY, NOON, draft, drafts


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_refuses_and_space_brings_everything_acknowledged_back(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 700_000)
    with closing(open_sqlite_journal(small_disk / JOURNAL_FILE, CITY)) as journal:
        answers: list[int] = []
        with pytest.raises(JournalUnavailable, match="full"):
            answers.extend(journal.append(drafts(seq, 20, f"c{seq}")).wait(60) for seq in range(1, 5000, 20))
        acknowledged = answers[-1]
        assert acknowledged > 100
        assert journal.recover().seq == acknowledged
        with pytest.raises(JournalUnavailable, match="full"):
            journal.append(drafts(acknowledged + 1, 5000, "too much for the disk")).wait(60)
        ballast.unlink()
        assert journal.recover().seq == acknowledged
        assert journal.append(drafts(acknowledged + 1, 20, "there is room again")).wait(60) == acknowledged + 20
        assert verify(journal).facts == acknowledged + 20


def test_telemetry_on_a_full_disk_refuses_and_goes_on_by_itself(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 700_000)
    with closing(open_local_telemetry(small_disk)) as telemetry:
        for append, stream in ((telemetry.append_wave, "w"), (telemetry.append_vitals, "v")):
            answers = [0]
            with pytest.raises(TelemetryUnavailable):
                answers.extend(append("p", stream, seq, NOON, bytes(9_000)).wait(60) for seq in range(1, 5000))
            assert telemetry.committed_seq(stream) == answers[-1]
        ballast.unlink()
        for append, stream in ((telemetry.append_wave, "w"), (telemetry.append_vitals, "v")):
            seq = telemetry.committed_seq(stream)
            assert append("p", stream, seq + 1, NOON, bytes(9_000)).wait(60) == seq + 1
        assert len(telemetry.read_wave("p", NOON, NOON.replace(year=2027))) == telemetry.committed_seq("w")


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path, project_dir: Path) -> None:
    acknowledged = {"journal": 0, "vitals": 0, "wave": 0}
    start = 0
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.adapters.appending", str(tmp_path)],
            cwd=project_dir,
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            lines = list(islice(writer.stdout, 2500))
            writer.send_signal(signal.SIGKILL)
            lines += list(writer.stdout)
        for line in (line for line in lines if line.endswith("\n")):
            kind, seq = line.split()
            acknowledged[kind] = int(seq)
        with closing(open_sqlite_journal(tmp_path / JOURNAL_FILE, CITY)) as journal:
            assert journal.head().seq >= acknowledged["journal"] > start
            assert verify(journal).ok
            end = journal.head().seq
        with closing(open_local_telemetry(tmp_path)) as telemetry:
            for kind in ("vitals", "wave"):
                assert telemetry.committed_seq(f"{kind}-{start}") >= acknowledged[kind] > 0
            waves = telemetry.read_wave("p", NOON, NOON.replace(year=2027), limit=100_000)
            numbers = [chunk.seq for chunk in waves if chunk.stream == f"wave-{start}"]
            assert numbers == list(range(1, telemetry.committed_seq(f"wave-{start}") + 1))
        start = end


def test_a_clean_end_leaves_one_file(tmp_path: Path) -> None:
    with closing(open_sqlite_journal(tmp_path / JOURNAL_FILE, CITY)) as journal:
        journal.append(drafts(1, 10)).wait(60)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal.lock", JOURNAL_FILE]


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    with closing(open_sqlite_journal(path, CITY)) as journal:
        with pytest.raises(BadInput, match="another process writes"):
            open_sqlite_journal(path, CITY)
        with closing(open_sqlite_reader(path)) as reader:
            journal.append(drafts(1, 3)).wait(60)
            assert [record.seq for record in reader.read()] == [1, 2, 3]
            assert reader.head() == journal.head()
    with closing(open_sqlite_journal(path, CITY)) as journal:
        assert journal.head().seq == 3


def test_a_reader_never_writes(tmp_path: Path) -> None:
    open_sqlite_journal(tmp_path / JOURNAL_FILE, CITY).close()
    store = SqliteStore(tmp_path / JOURNAL_FILE, None, writable=False)
    with pytest.raises(JournalUnavailable, match="reading only"):
        store.write(store.head(), [], [])
    store.close()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and then nonsense", b"words " * 1000])
def test_a_file_that_is_no_journal_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / JOURNAL_FILE
    path.write_bytes(content)
    with pytest.raises(BadInput, match=JOURNAL_FILE):
        open_sqlite_journal(path, CITY)
    assert path.read_bytes() == content


def test_a_journal_of_another_city_or_format_or_place_is_named(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    open_sqlite_journal(path, CITY).close()
    with pytest.raises(BadInput, match="not of elsewhere"):
        open_sqlite_journal(path, "elsewhere")
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(BadInput, match="format 99"):
        open_sqlite_journal(path, CITY)
    with pytest.raises(BadInput, match="nowhere"):
        open_sqlite_journal(tmp_path / "nowhere" / JOURNAL_FILE, CITY)
    with pytest.raises(BadInput, match="absent"):
        open_sqlite_reader(tmp_path / "absent")


def test_the_file_itself_refuses_to_change_a_fact(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    with closing(open_sqlite_journal(path, CITY)) as journal:
        journal.append(drafts(1, 3)).wait(60)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for statement in ("DELETE FROM fact WHERE seq = 3", "UPDATE fact SET hash = x'00' WHERE seq = 1"):
            with pytest.raises(sqlite3.IntegrityError, match="a fact never"):
                file.execute(statement)


def test_a_damaged_snapshot_is_as_good_as_none(tmp_path: Path) -> None:
    with closing(open_sqlite_journal(tmp_path / JOURNAL_FILE, CITY)) as journal:
        journal.append(drafts(1, 3)).wait(60)
        journal.save_snapshot("1", 3, b"blob")
        (snapshot,) = (tmp_path / "snapshots").iterdir()
        sound = snapshot.read_bytes()
        for content in (b"", sound[:-1], sound[:50] + b"X" + sound[51:], b"short"):
            snapshot.write_bytes(content)
            assert journal.load_snapshot("1") is None
        snapshot.write_bytes(sound)
        assert journal.load_snapshot("1") == (3, b"blob")


def test_a_snapshot_of_another_history_is_not_used(tmp_path: Path) -> None:
    for folder, actor_body in (("one", b'"1"'), ("two", b'"2"')):
        (tmp_path / folder).mkdir()
        with closing(open_sqlite_journal(tmp_path / folder / JOURNAL_FILE, CITY)) as journal:
            journal.append([draft(1, body=actor_body)]).wait(60)
            journal.save_snapshot("1", 1, actor_body)
    (tmp_path / "one" / "snapshots" / "1.snapshot").replace(tmp_path / "two" / "snapshots" / "1.snapshot")
    with closing(open_sqlite_journal(tmp_path / "two" / JOURNAL_FILE, CITY)) as journal:
        assert journal.load_snapshot("1") is None


def test_reading_over_a_hole_stops_there(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    with closing(open_sqlite_journal(path, CITY)) as journal:
        journal.append(drafts(1, 5)).wait(60)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("DROP TRIGGER fact_never_goes")
        file.execute("DELETE FROM fact WHERE seq = 3")
    with closing(open_sqlite_reader(path)) as reader:
        records = reader.read()
        assert [next(records).seq, next(records).seq] == [1, 2]
        with pytest.raises(JournalDamaged, match="fact 3 is missing"):
            next(records)
