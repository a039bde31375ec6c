"""A real server of the made-up city in a thread of the test, and clients that speak to it as the pages do."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import msgspec
import uvicorn
from fastapi import FastAPI
from ulid import ULID
from websockets.sync.client import ClientConnection, connect

from dispatch.main import build
from dispatch.protocol.frames import read_said
from dispatch.settings import Settings
from dispatch.terminal.serve import server_config

WITHIN_S = 60.0
CREW = ["doctor", "nurse", "driver"]


class _Server(uvicorn.Server):
    """Tell when it listens, or when it never will."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.decided = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.decided.set()


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    app: FastAPI
    clients: list["Client"] = field(default_factory=list)

    def client(self, account: str | None = None, password: str = "demo") -> "Client":  # noqa: S107 - the demo's
        """Return a client, signed in unless no account is named."""
        client = Client(self.url)
        self.clients.append(client)
        if account is not None:
            client.sign_in(account, password)
        return client


@contextmanager
def running(settings: Settings, **parts: Any) -> Iterator[Server]:  # noqa: ANN401 - what build takes
    """Serve until the block ends."""
    app = build(settings, **parts)
    server = _Server(server_config(app, settings))
    listening = socket.create_server((settings.host, settings.port))
    started = Server(f"http://{settings.host}:{listening.getsockname()[1]}", app)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        assert server.decided.wait(WITHIN_S), "the server did not start"
        assert server.started, "the server refused to start"
        yield started
    finally:
        for client in started.clients:
            client.http.close()
        server.should_exit = True
        thread.join(WITHIN_S)
        listening.close()
    assert not thread.is_alive()


def demo_settings(pack: Path, data: Path, **more: Any) -> Settings:  # noqa: ANN401 - any setting
    """Return the settings of a demo server on a free port."""
    return replace(Settings(city=pack, data=data, port=0, demo=True), **more)


class Client:
    """Speak HTTP, and open sockets."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=WITHIN_S)
        self.account: dict[str, Any] = {}

    def sign_in(self, account: str, password: str) -> None:
        """Sign in with a bearer token; the cookie is thrown away."""
        answer = self.http.post("/api/session", json={"account": account, "password": password})
        answer.raise_for_status()
        self.account = answer.json()
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {self.account['token']}"

    def get(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own options
        """Ask."""
        return self.http.get(path, **more)

    def command(self, slug: str, command_id: str | None = None, **data: Any) -> httpx.Response:  # noqa: ANN401
        """Send a command."""
        body = {"data": data} | ({"command_id": command_id} if command_id else {})
        return self.http.post(f"/api/commands/{slug}", json=body)

    def done(self, slug: str, **data: Any) -> dict[str, str]:  # noqa: ANN401 - any data
        """Send a command that must be granted; return its ids."""
        answer = self.command(slug, **data)
        assert answer.status_code == 200, f"{slug}: {answer.text}"
        ids: dict[str, str] = answer.json()["ids"]
        return ids

    def call(self, **data: Any) -> dict[str, str]:  # noqa: ANN401 - any data
        """Ring 120 at a place of the made-up city; return the ids."""
        place = {"lon": 103.69, "lat": 39.71, "datum": "wgs84", "radius_m": 30.0}
        answer = self.http.post("/api/calls", json={"number": "13800000000", "words": "东街路口", **place, **data})
        assert answer.status_code == 200, answer.text
        ids: dict[str, str] = answer.json()["ids"]
        return ids

    @contextmanager
    def socket(self, **hello: Any) -> Iterator["Live"]:  # noqa: ANN401 - fields of the hello
        """Open a socket and greet."""
        ticket = self.http.post("/api/ticket").json()["ticket"]
        address = f"{self.url.replace('http', 'ws', 1)}/ws?ticket={ticket}"
        with connect(address, subprotocols=["gc.v1"], max_size=None, compression=None) as raw:  # type: ignore[list-item]
            live = Live(raw)
            live.send(t="hello", versions=["gc.v1"], device="test", boot_id="1", **hello)
            live.welcome = live.until("welcome")
            yield live


def check_said(raw: str) -> None:
    """Hold a frame of the server against the published schema: it is known, and carries no field that is not."""
    read = read_said(raw)
    assert read is not None, f"docs/protocol-schemas.json does not know {raw[:200]}"
    said, known = msgspec.json.decode(raw), msgspec.to_builtins(read)
    assert said.keys() <= known.keys(), f"{said['t']} carries {said.keys() - known.keys()} outside its schema"


class Live:
    """One socket: frames by kind, and the tables they add up to."""

    def __init__(self, raw: ClientConnection) -> None:
        self.raw = raw
        self.welcome: dict[str, Any] = {}
        self.tables: dict[str, dict[str, Any]] = {}
        self.seq = 0

    def send(self, **content: Any) -> None:  # noqa: ANN401 - any frame
        """Send a frame."""
        self.raw.send(json.dumps(content))

    def put(self, stream: str, seq: int, kind: str, body: dict[str, Any], **more: Any) -> None:  # noqa: ANN401
        """Send a numbered message, new and of this moment unless ``more`` says otherwise."""
        frame = {"t": "put", "stream": stream, "seq": seq, "id": str(ULID()), "kind": kind, "body": body}
        self.send(**{**frame, "at": datetime.now(UTC).isoformat(), "clock_offset_ms": 0, **more})

    def frames(self) -> Iterator[dict[str, Any] | bytes]:
        """Yield what comes, tables kept true on the way."""
        while True:
            raw = self.raw.recv(timeout=WITHIN_S)
            frame = raw if isinstance(raw, bytes) else json.loads(raw)
            if isinstance(raw, str):
                check_said(raw)
            if isinstance(frame, dict):
                self._keep(frame)
            yield frame

    def until(self, kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - fields that must be equal
        """Return the next frame of a kind with these fields."""
        for frame in self.frames():
            if isinstance(frame, dict) and frame["t"] == kind and fields.items() <= frame.items():
                return frame
        raise AssertionError("frames end only by an exception")

    def subscribe(self, feed_epoch: str | None = None, offset: int | None = None) -> None:
        """Ask for the tables and wait for the first answer."""
        self.send(t="subscribe", feed_epoch=feed_epoch, offset=offset)
        for frame in self.frames():
            if isinstance(frame, dict) and frame["t"] in ("snapshot", "change"):
                return

    def until_seq(self, seq: int) -> None:
        """Follow the tables up to a number."""
        for _ in self.frames() if self.seq < seq else ():
            if self.seq >= seq:
                return

    def _keep(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "snapshot":
            self.tables, self.seq = frame["tables"], frame["seq"]
        if frame["t"] == "change":
            assert frame["from_seq"] == self.seq, f"gap: at {self.seq}, the change starts at {frame['from_seq']}"
            for table, rows in frame["set"].items():
                self.tables.setdefault(table, {}).update(rows)
            for table, ids in frame["drop"].items():
                for row_id in ids:
                    del self.tables[table][row_id]
            self.seq = frame["to_seq"]
