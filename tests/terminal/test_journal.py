"""``greenchannel journal``: what scripts rely on."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dispatch.adapters.journal.postgres import open_postgres_journal
from dispatch.adapters.journal.sealing import open_memory_keyring
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, open_sqlite_journal
from dispatch.cli import main
from dispatch.terminal.journal import state_hash
from dispatch.terminal.local_servers import PostgresServer, free_port
from tests.adapters.real_facts import drafts_of, told_city
from tests.contracts.journal_backends import draft


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the data directory of a small city."""
    with closing(open_sqlite_journal(tmp_path / JOURNAL_FILE, "testing")) as journal:
        journal.append(drafts_of(told_city().facts)).wait(60)
    return tmp_path


@pytest.mark.parametrize("name", ["", JOURNAL_FILE])
def test_a_sound_journal_is_ok(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "verify", str(folder / name)]) == 0
    assert capsys.readouterr().out.startswith(f"ok: testing, {len(told_city().facts)} facts, 0 anchors")


def test_the_report_is_one_json_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "anchor", str(folder), "--to", str(folder / "journal.anchors"), "--json"]) == 0
    anchored = json.loads(capsys.readouterr().out)
    assert main(["journal", "verify", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "ok": True,
        "city": "testing",
        "facts": anchored["seq"],
        "first_bad_seq": None,
        "head_hash": anchored["hash"],
        "anchors": 1,
        "problem": None,
    }


def test_a_broken_chain_is_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(folder / JOURNAL_FILE, isolation_level=None)) as file:
        file.execute("DROP TRIGGER fact_never_changes")
        file.execute("UPDATE fact SET stored = replace(stored, 'admin', 'nobod') WHERE seq = 2")
    assert main(["journal", "verify", str(folder)]) == 1
    assert capsys.readouterr().out.startswith("BROKEN: testing, 1 facts are sound, then: fact 2")
    assert main(["journal", "verify", str(folder), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["first_bad_seq"] == 2


@pytest.mark.parametrize("command", ["verify", "replay"])
def test_a_bad_path_is_2_and_named(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("no journal")
    unreachable = f"postgresql://nobody@127.0.0.1:{free_port()}/x"
    for path in (str(tmp_path), str(tmp_path / "absent"), str(nonsense), unreachable):
        assert main(["journal", command, path]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert path in said.err


def test_a_bad_anchor_file_is_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "other").write_text("nonsense\n")
    assert main(["journal", "verify", str(folder), "--anchors", str(folder / "other")]) == 2
    assert main(["journal", "anchor", str(folder), "--to", str(folder / "no" / "where")]) == 2
    assert main(["journal", "verify", str(folder), "--city", "elsewhere"]) == 2
    assert "elsewhere" in capsys.readouterr().err


def test_a_replay_tells_what_is_true_at_the_end(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "replay", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    story = told_city()
    assert told["facts"] == told["head_seq"] == len(story.facts)
    assert (told["incidents"], told["patients"], told["units"], told["open_incidents"]) == (1, 1, 4, 1)
    assert told["state_hash"] == state_hash(story.city)


def test_a_replay_needs_no_keys_and_sees_any_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hashes = []
    for name, count in (("one", None), ("two", None), ("three", -1)):
        (tmp_path / name).mkdir()
        with closing(open_sqlite_journal(tmp_path / name / JOURNAL_FILE, "testing")) as journal:
            facts = told_city().facts[:count]
            journal.append(drafts_of(facts, open_memory_keyring().seal if name != "one" else lambda _, text: text))
        assert main(["journal", "replay", str(tmp_path / name), "--json"]) == 0
        hashes.append(json.loads(capsys.readouterr().out)["state_hash"])
    assert len(set(hashes)) == 3


def test_a_fact_nobody_knows_is_1_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_sqlite_journal(tmp_path / JOURNAL_FILE, "testing")) as journal:
        journal.append([draft(1)]).wait(60)
    assert main(["journal", "replay", str(tmp_path)]) == 1
    assert "behind fact 0" in capsys.readouterr().err


@pytest.mark.servers
def test_a_database_is_verified_by_its_url(postgres: PostgresServer, capsys: pytest.CaptureFixture[str]) -> None:
    url = postgres.create_database("verified")
    assert main(["journal", "verify", url]) == 2
    assert "no city" in capsys.readouterr().err
    with closing(open_postgres_journal(url, "testing")) as journal:
        journal.append(drafts_of(told_city().facts)).wait(60)
    assert main(["journal", "verify", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"] == len(told_city().facts)
    open_postgres_journal(url, "second").close()
    assert main(["journal", "verify", url]) == 2
    assert "second, testing" in capsys.readouterr().err
    assert main(["journal", "replay", url, "--city", "testing"]) == 0
