"""An auditor finds what was done to a journal behind its back: each kind of tampering, on a real file."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dispatch.adapters.journal.anchoring import DailyAnchor
from dispatch.adapters.journal.audit import VerifyReport, anchor, read_anchors, verify
from dispatch.adapters.journal.chain import next_hash
from dispatch.adapters.journal.chain_watch import ChainWatch
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_journal, open_sqlite_reader
from dispatch.cli import main as cli
from dispatch.errors import BadInput
from dispatch.ports import Head
from tests.contracts.journal_backends import CITY, NOON, drafts
from tests.stepped_clock import SteppedClock

FACTS = 40
Tampering = Callable[[sqlite3.Connection], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a journal of forty facts with anchors of the tenth and the last."""
    with closing(open_sqlite_journal(tmp_path / JOURNAL_FILE, CITY)) as journal:
        journal.append(drafts(1, 10)).wait(60)
        anchor(tmp_path / "anchors", journal.head(), NOON)
        journal.append(drafts(11, FACTS - 10)).wait(60)
        anchor(tmp_path / "anchors", journal.head(), NOON)
    return tmp_path / JOURNAL_FILE


def tamper(path: Path, tampering: Tampering) -> None:
    """Do it as somebody would who owns the machine: the guards of the table go first."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for trigger in ("fact_never_changes", "fact_never_goes"):
            file.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        tampering(file)


def audit(path: Path, *, anchored: bool = False) -> VerifyReport:
    """Verify the file, with or without its anchors."""
    anchors = read_anchors(path.with_name("anchors")) if anchored else None
    with closing(open_sqlite_reader(path)) as journal:
        return verify(journal, anchors)


def rewrite(file: sqlite3.Connection, from_seq: int, old: bytes, new: bytes) -> None:
    """Change facts and compute every following hash anew, as a careful forger does."""
    previous = file.execute("SELECT hash FROM fact WHERE seq = ?", (from_seq - 1,)).fetchone()[0]
    for seq, stored in file.execute("SELECT seq, stored FROM fact WHERE seq >= ? ORDER BY seq", (from_seq,)).fetchall():
        forged = stored.replace(old, new)
        previous = next_hash(previous, forged)
        file.execute("UPDATE fact SET stored = ?, hash = ? WHERE seq = ?", (forged, previous, seq))


def test_an_untouched_journal_is_whole(path: Path) -> None:
    report = audit(path, anchored=True)
    assert (report.ok, report.facts, report.first_bad_seq, report.anchors) == (True, FACTS, None, 2)


@pytest.mark.parametrize(
    ("tampering", "first_bad_seq"),
    [
        (lambda file: file.execute("UPDATE fact SET stored = replace(stored, 'x', 'y') WHERE seq = 7"), 7),
        (lambda file: file.execute("UPDATE fact SET hash = zeroblob(32) WHERE seq = 7"), 7),
        (lambda file: file.execute("DELETE FROM fact WHERE seq = 7"), 7),
        (lambda file: file.execute("DELETE FROM fact WHERE seq = 1"), 1),
        (
            lambda file: file.executescript(
                "UPDATE fact SET seq = -7 WHERE seq = 7; UPDATE fact SET seq = 7 WHERE seq = 8;"
                "UPDATE fact SET seq = 8 WHERE seq = -7"
            ),
            7,
        ),
        (lambda file: file.execute("INSERT INTO fact SELECT seq + 1, stored, hash FROM fact WHERE seq = 40"), 41),
        (lambda file: file.execute("UPDATE journal SET city = 'another'"), 1),
    ],
    ids=["altered body", "altered hash", "deleted", "deleted first", "swapped", "added", "moved to another city"],
)
def test_tampering_is_found_where_it_begins(path: Path, tampering: Tampering, first_bad_seq: int) -> None:
    tamper(path, tampering)
    report = audit(path)
    assert not report.ok
    assert (report.first_bad_seq, report.facts) == (first_bad_seq, first_bad_seq - 1)
    assert report.problem


def test_a_cut_tail_is_found_by_its_anchor_only(path: Path) -> None:
    tamper(path, lambda file: file.execute("DELETE FROM fact WHERE seq > 35"))
    assert audit(path).ok
    report = audit(path, anchored=True)
    assert (report.ok, report.first_bad_seq) == (False, 36)
    assert "40 facts were anchored, 35 are left" in str(report.problem)


def test_a_forged_history_is_found_by_its_anchor_only(path: Path) -> None:
    tamper(path, lambda file: rewrite(file, 5, b"dispatcher-1", b"dispatcher-2"))
    assert audit(path).ok
    report = audit(path, anchored=True)
    assert (report.ok, report.first_bad_seq) == (False, 10)


def test_a_damaged_file_is_a_finding_and_not_a_crash(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[3 * 4096 : 5 * 4096] = b"\xff" * (2 * 4096)
    path.write_bytes(content)
    report = audit(path)
    assert not report.ok
    assert "read" in str(report.problem)


def test_every_changed_byte_of_a_stored_fact_is_found(path: Path) -> None:
    """Change one random byte of one random fact, 1,000 times; the slow twin is to have remembered which."""
    seed = 20260308
    random_source = random.Random(seed)
    with closing(open_sqlite_reader(path)) as journal:
        facts = list(journal.stored())

    class Altered:
        city = CITY

        def stored(self, after_seq: int = 0) -> list[tuple[int, bytes, bytes]]:
            return altered[after_seq:]

    for step in range(1000):
        index = random_source.randrange(FACTS)
        seq, stored, row_hash = facts[index]
        at = random_source.randrange(len(stored))
        changed = stored[:at] + bytes([stored[at] ^ (1 << random_source.randrange(8))]) + stored[at + 1 :]
        altered = [*facts[:index], (seq, changed, row_hash), *facts[index + 1 :]]
        report = verify(Altered())  # type: ignore[arg-type] # a list is iterated like an iterator
        assert report.first_bad_seq == seq, f"seed {seed} step {step}"


def test_an_empty_journal_leaves_no_anchor(tmp_path: Path) -> None:
    anchor(tmp_path / "anchors", Head(0, b""), NOON)
    assert not (tmp_path / "anchors").exists()


@pytest.mark.parametrize("line", ["nonsense", "2026-01-01 0 " + "0" * 64, "2026-01-01 5 abc", "2026-01-01 5 汉"])
def test_a_line_that_is_no_anchor_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "anchors"
    path.write_text(f"{NOON.isoformat()} 3 {'ab' * 32}\n{line}\n", encoding="utf-8")
    with pytest.raises(BadInput, match="anchors"):
        read_anchors(path)


def test_anchors_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    path = tmp_path / "anchors"
    for digest in (b"a" * 32, b"b" * 32):
        anchor(path, Head(3, digest), NOON)
    with pytest.raises(BadInput, match="line 2 contradicts"):
        read_anchors(path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_anchors(tmp_path / "absent")


def test_what_a_full_disk_left_of_a_line_goes_with_the_next(tmp_path: Path) -> None:
    path, heads = tmp_path / "anchors", [Head(seq, bytes([seq]) * 32) for seq in (3, 5, 7)]
    anchor(path, heads[0], NOON)
    whole = path.read_text()
    path.write_text(whole + whole[:-9])
    assert list(read_anchors(path)) == [3]
    anchor(path, heads[1], NOON)
    path.write_text(path.read_text()[:-1])  # a hand that copied it forgot the end of the line
    assert list(read_anchors(path)) == [3, 5]
    anchor(path, heads[2], NOON)
    assert list(read_anchors(path)) == [3, 5, 7]


async def test_a_watch_says_whether_the_chain_is_whole(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    watch = ChainWatch()
    assert watch.told() == {"state": "checking"}
    with closing(open_sqlite_reader(path)) as journal:
        await watch.check(journal, path.with_name("anchors"))
        assert watch.told() == {"state": "whole", "facts": FACTS, "anchors": 2}
        assert caplog.records == []
        await watch.check(journal, path.with_name("none"))
        assert watch.told() == {"state": "whole", "facts": FACTS, "anchors": 0}
        assert "without anchors" in caplog.text
        caplog.clear()
        await watch.check(journal, None)
    assert caplog.records == []
    tamper(path, lambda file: file.execute("UPDATE fact SET hash = zeroblob(32) WHERE seq = 7"))
    path.with_name("anchors").write_text("no anchor")
    with closing(open_sqlite_reader(path)) as journal:
        await watch.check(journal, path.with_name("anchors"))
    assert (watch.told()["state"], watch.told()["first_bad_seq"]) == ("broken", 7)
    assert [each.levelname for each in caplog.records] == ["CRITICAL", "CRITICAL"]


def test_the_head_is_anchored_once_a_day_of_the_city_and_again_after_a_failure(tmp_path: Path) -> None:
    clock, file = SteppedClock(NOON), tmp_path / "elsewhere" / "anchors"
    with closing(open_sqlite_journal(tmp_path / JOURNAL_FILE, CITY)) as journal:
        daily = DailyAnchor(file, journal, clock)
        assert not daily.look()  # nothing to anchor yet
        journal.append(drafts(1, 5)).wait(60)
        assert not daily.look()  # the disk is away
        file.parent.mkdir()
        assert daily.look()
        clock.advance(3 * 3_600)
        assert not daily.look()
        journal.append(drafts(6, 5)).wait(60)
        clock.advance(24 * 3_600)
        assert not DailyAnchor(file, journal, SteppedClock(NOON)).look()  # a restart on the same day
        assert daily.look()
    assert list(read_anchors(file)) == [5, 10]


def test_the_command_line_finds_a_history_written_anew_by_its_anchors(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(path, lambda file: rewrite(file, 5, b"dispatcher-1", b"dispatcher-2"))
    assert cli(["journal", "verify", str(path)]) == 0
    assert cli(["journal", "verify", str(path), "--anchors", str(path.with_name("anchors"))]) == 1
    assert "BROKEN" in capsys.readouterr().out
