"""The server as a process: killed without warning, stopped politely, started on nonsense."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from threading import Thread

import httpx
import pytest
from ulid import ULID

from dispatch.cli import main
from tests.adapters.serving import WITHIN_S, Client

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
PROGRAM = (sys.executable, "-m", "dispatch.cli")


def start(pack: Path, data: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a demo server without a simulated day; return it and its address."""
    process = subprocess.Popen(
        [*PROGRAM, "demo", "--empty", "--city", pack, "--data", data, "--port", "0", "--speed", "1"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if found := ADDRESS.search(line):
            return process, found[0]
    raise AssertionError(f"the server ended with {process.wait()}")


@contextmanager
def started(pack: Path, data: Path) -> Iterator[tuple[subprocess.Popen[str], Client]]:
    """Run a server until the block ends, then stop it politely."""
    process, url = start(pack, data)
    client = Client(url)
    try:
        client.sign_in("dispatcher1", "demo")
        yield process, client
    finally:
        client.http.close()
        process.send_signal(signal.SIGTERM)
        process.wait(WITHIN_S)
        assert process.stderr is not None
        process.stderr.close()


class Writer(Thread):
    """Write notes until the server is gone; remember what was acknowledged, and what was tried last."""

    def __init__(self, url: str, incident_id: str) -> None:
        super().__init__()
        self.client = Client(url)
        self.client.sign_in("dispatcher1", "demo")
        self.incident_id = incident_id
        self.acknowledged: list[tuple[str, str]] = []

    def run(self) -> None:
        """Write."""
        for number in range(100_000):
            command_id, words = str(ULID()), f"{self.name} {number}"
            try:
                answer = self.client.command("write-note", command_id, incident_id=self.incident_id, text=words)
            except httpx.TransportError:
                break
            if answer.status_code == 200:
                self.acknowledged.append((command_id, words))
        self.client.http.close()


def run(*arguments: str | Path, words: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run([*PROGRAM, *arguments], input=words, capture_output=True, text=True, timeout=60, check=False)


def test_kill_9_loses_no_acknowledged_command_and_a_polite_stop_loses_nothing(
    fictional_pack: Path, tmp_path: Path
) -> None:
    with started(fictional_pack, tmp_path) as (process, client):
        incident_id = client.done("receive-call", number="13800000000")["incident_id"]
        second = run("demo", "--empty", "--city", fictional_pack, "--data", tmp_path, "--port", "0")
        assert (second.returncode, "Traceback" in second.stderr) == (2, False)
        assert "another process" in second.stderr
        writers = [Writer(client.url, incident_id) for _ in range(4)]
        for writer in writers:
            writer.start()
        while min(len(writer.acknowledged) for writer in writers) < 25:
            client.get("/healthz")
        process.kill()
        for writer in writers:
            writer.join(WITHIN_S)
    acknowledged = [each for writer in writers for each in writer.acknowledged]
    with started(fictional_pack, tmp_path) as (process, client):
        facts = client.get(f"/api/incidents/{incident_id}/facts").json()
        kept = {(row["command_id"], row["data"]["text"]) for row in facts if row["kind"] == "NoteWritten"}
        assert set(acknowledged) <= kept
        assert len(kept) <= len(acknowledged) + len(writers), "more was kept than was ever sent"
        command_id, words = acknowledged[-1]
        again = client.command("write-note", command_id, incident_id=incident_id, text=words)
        assert again.status_code == 200
        assert len(client.get(f"/api/incidents/{incident_id}/facts").json()) == len(facts)
    assert process.returncode == 0


def test_a_port_that_is_taken_is_named(fictional_pack: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run("serve", "--city", fictional_pack, "--data", tmp_path, "--port", port)
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
    assert f"port {port}" in ended.stderr


@pytest.mark.parametrize(("arguments", "named"), [(("serve", "--city", "nowhere"), "nowhere"), (("serve",), "--city")])
def test_a_server_that_cannot_start_says_why_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    ended = run(*arguments, "--data", tmp_path)
    assert ended.returncode == 2
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr


@dataclass
class Typed:
    """What a command line that ends before there is a server says: no process of its own is needed for that."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def ends_with(self, *arguments: str | Path, words: str = "") -> tuple[int, str, str]:
        """Type it; return its code and what it said on either channel."""
        self.monkeypatch.setattr("sys.stdin", StringIO(words))
        code = main([str(each) for each in arguments])
        return code, *self.capsys.readouterr()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    return Typed(monkeypatch, capsys)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("serve", "--city", "x", "--speed", "0"), "clock_speed"),
        (("serve", "--city", "x", "--port", "99999"), "port"),
        (("demo", "--city", "x", "--host", "192.0.2.1"), "this machine only"),
        (("serve", "--add-account", "a"), "--role"),
        (("serve", "--add-account", "a", "--role", "crew"), "unit_id"),
        (("serve", "--add-account", "a", "--role", "admin"), "10 characters"),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(
    tmp_path: Path, typed: Typed, arguments: tuple[str, ...], named: str
) -> None:
    code, _, said = typed.ends_with(*arguments, "--data", tmp_path)
    assert code == 2
    assert named in said
    assert "Traceback" not in said


def test_an_account_is_added_with_a_given_or_a_made_up_password(tmp_path: Path, typed: Typed) -> None:
    given = run("serve", "--data", tmp_path, "--add-account", "boss", "--role", "admin", words="long enough words\n")
    assert (given.returncode, given.stdout) == (0, "")
    adding = ("serve", "--data", tmp_path, "--add-account")
    code, made_up, _ = typed.ends_with(*adding, "c1", "--role", "crew", "--unit", "U001", "--generate")
    assert code == 0
    assert len(made_up.strip()) >= 10
    code, _, said = typed.ends_with(*adding, "boss", "--role", "admin", "--generate")
    assert code == 2
    assert "exists" in said


def test_the_demo_does_not_open_a_directory_in_real_use(fictional_pack: Path, tmp_path: Path, typed: Typed) -> None:
    boss = ("--add-account", "boss", "--role", "admin")
    assert typed.ends_with("serve", "--data", tmp_path, *boss, words="long enough words\n")[0] == 0
    ended = run("demo", "--empty", "--city", fictional_pack, "--data", tmp_path, "--port", "0")
    assert ended.returncode == 2
    assert "real use" in ended.stderr
