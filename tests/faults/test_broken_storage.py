"""A data directory that was restored half: one sentence that names it, and nothing is overwritten."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.adapters.serving import demo_settings, running


def test_keys_that_do_not_belong_to_the_journal_are_told_in_one_sentence(fictional_pack: Path, tmp_path: Path) -> None:
    with running(demo_settings(fictional_pack, tmp_path)) as server:
        client = server.client("dispatcher1")
        client.done("identify-patient", patient_id=client.call()["patient_id"], name="某某")
    keys = tmp_path / "keys.sqlite3"
    with closing(sqlite3.connect(keys)) as connection, connection:
        connection.execute("DELETE FROM personal_key WHERE subject LIKE 'patient:%'")
    before = keys.read_bytes()
    command = [sys.executable, "-m", "dispatch.cli", "demo", "--empty", "--city", str(fictional_pack)]
    command += ["--data", str(tmp_path), "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2, ended.stderr[-2_000:]
    assert "the key of patient:" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert keys.read_bytes() == before
