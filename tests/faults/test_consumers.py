"""Screens that do not read and thousands that only wait: what each costs the server, measured from outside."""

import json
import resource
import selectors
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from dispatch.adapters.accounts.access import hash_password
from dispatch.adapters.accounts.storage import Account
from dispatch.adapters.storage.local import open_accounts
from dispatch.protocol.versions import CLOSED_OVERFLOW
from dispatch.terminal.bench.live.load import TEXT, Wire, masked, opened
from dispatch.words import Role
from tests.adapters.serving import WITHIN_S, Client
from tests.faults.load.table import FaultRow
from tests.running_server import RunningServer, resident_bytes

PER_ACCOUNT = 24
OTHER_FILES = 500  # of a test run and of a server
HELLO = {"t": "hello", "versions": ["gc.v1"], "device": "idle", "boot_id": "1"}
LOOK_S = 0.1
UNREAD_BYTES = 30 << 20
MORE_BYTES_MAX = 8 << 20
IDLE_BYTES_MAX = 500_000_000  # of 10,000 connections
OWN_BYTES, EACH_BYTES = 20_000_000, 50_000  # what a process grows anyway in its first minute, and for each of fewer
PASSWORD = "a password of this test"  # noqa: S105 - opens nothing but this test's server


@pytest.fixture
def quiet(request: pytest.FixtureRequest, fictional_pack: Path, tmp_path: Path) -> Iterator[RunningServer]:
    """Serve the made-up city in a process of its own, with as many accounts as the test has connections for."""
    connections: int = request.getfixturevalue("connections")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= connections + OTHER_FILES, f"{connections} sockets need ulimit -Hn above {hard}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, connections + OTHER_FILES), hard))  # the server's too
    with closing(open_accounts(tmp_path, None)) as store:
        names = range(-(-connections // PER_ACCOUNT) + 2)
        accounts = [Account(f"seat{each}", f"席 {each}", Role.DISPATCHER) for each in names]
        store.add(accounts, hash_password(PASSWORD))
    with RunningServer(["serve", "--city", fictional_pack, "--data", tmp_path]) as server:
        yield server


class Waiting:
    """Hold open sockets as idle screens do: nobody asks anything, but the pings of the protocol are answered."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []
        self.pongs, self.all_answered = 0, threading.Event()
        self._ready, self._ended = selectors.DefaultSelector(), threading.Event()
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    def add(self, wire: Wire) -> None:
        """Hold one more."""
        self.wires.append(wire)
        self._ready.register(wire.sock, selectors.EVENT_READ, wire)

    def close(self) -> None:
        """Hang up."""
        self._ended.set()
        self._thread.join()
        self._ready.close()
        for wire in self.wires:
            wire.sock.close()

    def _answer(self) -> None:
        while not self._ended.is_set():
            for key, _ in self._ready.select(LOOK_S):
                said = [json.loads(each)["t"] for each in key.data.messages(key.data.sock.recv(1 << 16))]
                self.pongs += said.count("pong")
                if self.pongs == len(self.wires):
                    self.all_answered.set()


def open_many(url: str, count: int, waiting: Waiting, *, skip: int = 0) -> None:
    """Open so many sockets of as few accounts as may have them, but not of the first ``skip``; each has greeted."""
    port, last = int(url.rpartition(":")[2]), len(waiting.wires) + count
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as http:
        for number in range(-(-count // PER_ACCOUNT)):
            token = asked(http, "/api/session", {"account": f"seat{number + skip}", "password": PASSWORD})["token"]
            for _ in range(min(PER_ACCOUNT, last - len(waiting.wires))):
                ticket = asked(http, "/api/ticket", {}, token)["ticket"]
                wire = opened(("127.0.0.1", port), f"/ws?ticket={ticket}", 0, display=True, protocol="gc.v1")
                wire.sock.sendall(masked(TEXT, json.dumps(HELLO).encode()))
                heard_until(wire, "welcome")
                waiting.add(wire)


def asked(http: HTTPConnection, path: str, body: dict[str, str], token: str = "") -> dict[str, Any]:
    """Post, and return the answer."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    http.request("POST", path, json.dumps(body), headers)
    answer = http.getresponse()
    content: dict[str, Any] = json.loads(answer.read())
    assert answer.status == 200, content
    return content


def heard_until(wire: Wire, kind: str) -> None:
    """Read until a frame of this kind has come."""
    while kind not in [json.loads(each)["t"] for each in wire.messages(wire.sock.recv(1 << 16))]:
        continue


@pytest.mark.parametrize("connections", [500, pytest.param(10_000, marks=pytest.mark.soak)])
def test_idle_connections_cost_little_and_all_are_answered(
    quiet: RunningServer, connections: int, fault_table: list[FaultRow]
) -> None:
    with closing(Waiting()) as waiting:
        open_many(quiet.url, 1, waiting)
        before = resident_bytes(quiet.pid)
        open_many(quiet.url, connections - 1, waiting, skip=1)
        grown = resident_bytes(quiet.pid) - before
        asked_at = time.monotonic()
        for wire in waiting.wires:
            wire.sock.sendall(masked(TEXT, b'{"t":"ping","n":1}'))
        assert waiting.all_answered.wait(WITHIN_S), f"{waiting.pongs} of {connections} were answered"
        took_s = time.monotonic() - asked_at
    note = f"{grown / 1e6:.0f} MB, {grown / connections / 1000:.1f} kB each; all answered a ping in {took_s:.1f} s"
    fault_table.append(FaultRow(f"{connections:,} idle connections", 1, connections, 0, (), note))
    assert grown <= min(IDLE_BYTES_MAX, OWN_BYTES + connections * EACH_BYTES)


def test_a_screen_with_thirty_megabytes_unread_costs_eight_at_most(
    demo_server: RunningServer, fault_table: list[FaultRow]
) -> None:
    seat = Client(demo_server.url)
    with closing(seat.http):
        seat.sign_in("taker1", "demo")
        asked_bytes, grown_bytes, code = never_look(seat, demo_server.pid)
    note = f"{asked_bytes / 1e6:.0f} MB asked for, {grown_bytes / 1e6:.1f} MB more at most, then closed with {code}"
    fault_table.append(FaultRow("a screen that does not read", 1, 0, 0, (), note))
    assert code in {CLOSED_OVERFLOW, 1006}  # the latter when it does not take the closing frame either
    assert grown_bytes <= MORE_BYTES_MAX


def never_look(seat: Client, pid: int) -> tuple[int, int, int]:
    """Ask for the tables until 30 MB were asked for, and never look.

    Returns how much was asked for, how much the server's memory grew at most, and why the server closed the socket.
    """
    with seat.socket() as reader:
        reader.subscribe()
        size = len(json.dumps(reader.tables, ensure_ascii=False).encode())
    before, asked, most = resident_bytes(pid), 0, 0
    with seat.socket() as lazy:
        with suppress(ConnectionClosed):
            while asked < UNREAD_BYTES:
                lazy.send(t="subscribe", feed_epoch=None, offset=None)
                asked += size
                most = max(most, resident_bytes(pid))
                seat.get("/healthz")
        with suppress(ConnectionClosed):
            while True:
                most = max(most, resident_bytes(pid))
                lazy.raw.recv(timeout=WITHIN_S)
        return asked, most - before, int(lazy.raw.close_code or 0)
