"""A data directory that was restored half: one sentence that names it, and nothing is overwritten."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from dispatch.adapters.journal.sqlite import SNAPSHOTS_FOLDER, open_sqlite_journal
from dispatch.adapters.storage.local import open_local_storage
from dispatch.errors import BadInput
from tests.adapters.serving import demo_settings, running
from tests.faults.load.history import write_history


def started(pack: Path, data: Path) -> "subprocess.CompletedProcess[str]":
    """Start a server that cannot serve, and return what it said."""
    command = [sys.executable, "-m", "dispatch.cli", "demo", "--empty", "--city", str(pack)]
    command += ["--data", str(data), "--port", "0"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_keys_that_do_not_belong_to_the_journal_are_told_in_one_sentence(fictional_pack: Path, tmp_path: Path) -> None:
    with running(demo_settings(fictional_pack, tmp_path)) as server:
        client = server.client("dispatcher1")
        client.done("identify-patient", patient_id=client.call()["patient_id"], name="某某")
    keys = tmp_path / "keys.sqlite3"
    with closing(sqlite3.connect(keys)) as connection, connection:
        connection.execute("DELETE FROM personal_key WHERE subject LIKE 'patient:%'")
    before = keys.read_bytes()
    ended = started(fictional_pack, tmp_path)
    assert ended.returncode == 2, ended.stderr[-2_000:]
    assert "the key of patient:" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert keys.read_bytes() == before


@pytest.mark.parametrize(
    "name", ["journal.sqlite3", "keys.sqlite3", "telemetry.sqlite3", "waves/index.sqlite3", "accounts.sqlite3"]
)
def test_a_file_that_holds_something_else_is_named(tmp_path: Path, name: str) -> None:
    open_local_storage(tmp_path, "city").close()
    (tmp_path / name).write_bytes(b"not what it should be" * 400)
    with pytest.raises(BadInput, match=Path(name).parts[0]):
        open_local_storage(tmp_path, "city")
    (tmp_path / name).unlink()
    if name != "journal.sqlite3":  # nobody holds the directory after a start that failed
        open_local_storage(tmp_path, "city").close()


def test_a_history_that_is_gone_beside_its_keys_is_no_new_city(tmp_path: Path) -> None:
    open_local_storage(tmp_path, "city").close()
    (tmp_path / "journal.sqlite3").unlink()
    with pytest.raises(BadInput, match="keys of a journal"):
        open_local_storage(tmp_path, "city")
    assert not (tmp_path / "journal.sqlite3").exists()


def test_lost_vitals_are_told_loudly_and_dispatch_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_history(tmp_path, "city", 1)
    open_local_storage(tmp_path, "city").close()
    assert "telemetry.sqlite3 and waves is lost" in caplog.text


def test_a_snapshot_that_cannot_be_read_spares_no_time_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / SNAPSHOTS_FOLDER / "v1.snapshot").mkdir(parents=True)
    with closing(open_sqlite_journal(tmp_path / "journal.sqlite3", "city")) as journal:
        assert journal.load_snapshot("v1") is None


def test_a_journal_that_may_only_be_read_is_named_and_not_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a backup was put back by another user; here the program itself may be root, so SQLite is told."""
    open_local_storage(tmp_path, "city").close()
    opened = sqlite3.connect
    monkeypatch.setattr("sqlite3.connect", lambda url, **more: opened(url.replace("mode=rw", "mode=ro"), **more))
    with pytest.raises(BadInput, match=r"journal.sqlite3 cannot be written"):
        open_sqlite_journal(tmp_path / "journal.sqlite3", "city")
