"""A client like any other: signs in over HTTP, sends commands, follows its live tables, puts telemetry on a socket."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from ulid import ULID
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("gc.v1")
RETRY_S = 0.5
TRIES = 120  # a server that restarts is back long before, also on a busy machine
FRAME_MAX = 16 * 1024 * 1024  # a snapshot of a large city


class ServerClock:
    """The server's clock, which may run faster than ours."""

    def __init__(self, now: datetime, speed: float) -> None:
        self._origin, self._started, self.speed = now, time.monotonic(), speed

    def now(self) -> datetime:
        """Return the server's minute."""
        return self._origin + timedelta(seconds=(time.monotonic() - self._started) * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` of the server's time pass."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    async def until(self, at: datetime) -> None:
        """Wait for a minute of the server's clock."""
        await self.sleep((at - self.now()).total_seconds())


@dataclass(slots=True)
class Audit:
    """What clients were told: the judge of every claim about lost commands."""

    acknowledged: dict[str, int] = field(default_factory=dict)  # command id -> seq
    refused: dict[str, int] = field(default_factory=dict)  # code -> how often
    unanswered: int = 0
    latencies_s: list[float] = field(default_factory=list)


class Server:
    """The server's address, its clock, one pool of connections for all clients of this process."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.http = httpx.AsyncClient(
            base_url=self.url, timeout=20.0, limits=httpx.Limits(max_connections=64, max_keepalive_connections=64)
        )
        self.audit = Audit()
        self.clock = ServerClock(datetime.now(UTC), 1.0)

    async def meet(self) -> Mapping[str, Any]:
        """Wait until the server is healthy and take its clock."""
        for _ in range(TRIES * 2):
            with suppress(httpx.TransportError):
                answer = await self.http.get("/healthz")
                if answer.status_code == httpx.codes.OK:
                    health: dict[str, Any] = answer.json()
                    clock = health["clock"]
                    self.clock = ServerClock(datetime.fromisoformat(clock["now"]), clock["speed"])
                    return health
            await asyncio.sleep(RETRY_S)
        raise TimeoutError(f"{self.url} does not become healthy")

    async def close(self) -> None:
        """Give the connections back."""
        await self.http.aclose()


class Client:
    """One signed-in account."""

    def __init__(self, server: Server, account: str, password: str) -> None:
        self.server, self.account, self._password = server, account, password
        self._token = ""
        self.tables: dict[str, dict[str, dict[str, Any]]] = {}
        self.changed = asyncio.Event()  # set at every change of the tables
        self.seq = 0
        self._feed_epoch: str | None = None
        self._socket: ClientConnection | None = None
        self.on_telemetry: Callable[[Mapping[str, Any]], None] | None = None

    async def sign_in(self) -> None:
        """Get a session."""
        body = {"account": self.account, "password": self._password}
        answer = await self._request("POST", "/api/session", body)
        answer.raise_for_status()
        self._token = answer.json()["token"]

    async def get(self, path: str, **params: str) -> Any:  # noqa: ANN401 - whatever the route answers
        """Read something; None when it is refused."""
        answer = await self._request("GET", path, params=params)
        return answer.json() if answer.status_code == httpx.codes.OK else None

    async def send(self, slug: str, data: Mapping[str, Any], **envelope: str) -> dict[str, Any] | None:
        """Send a command until it is answered; the same id every time. Returns the answer, None when refused."""
        command_id = str(ULID())
        body = {"command_id": command_id, **envelope, "data": data}
        return await self.answered(f"/api/commands/{slug}", body, command_id)

    async def answered(self, path: str, body: Mapping[str, Any], command_id: str) -> dict[str, Any] | None:
        """Post until somebody answers, and write the answer into the audit."""
        started = time.perf_counter()
        try:
            answer = await self._request("POST", path, body)
        except httpx.TransportError:
            self.server.audit.unanswered += 1
            raise
        document: dict[str, Any] = answer.json()
        if answer.status_code == httpx.codes.OK:
            self.server.audit.latencies_s.append(time.perf_counter() - started)
            self.server.audit.acknowledged[command_id] = document["seq"]
            return document
        code = str(document.get("code", answer.status_code))
        self.server.audit.refused[code] = self.server.audit.refused.get(code, 0) + 1
        return None

    async def put_bytes(self, path: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """Upload a blob; True when it is durable."""
        answer = await self.server.http.put(path, content=body, headers={**self.authorised(), **headers})
        return answer.is_success

    def authorised(self) -> dict[str, str]:
        """Return the headers of a signed-in request."""
        return {"authorization": f"Bearer {self._token}"} if self._token else {}

    async def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, params: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask, and ask again while the server is away or cannot write."""
        for attempt in range(TRIES):
            try:
                answer = await self.server.http.request(
                    method, path, json=body, params=params, headers=self.authorised()
                )
            except httpx.TransportError:
                if attempt == TRIES - 1:
                    raise
            else:
                if answer.status_code not in (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS):
                    return answer
            await asyncio.sleep(RETRY_S)
        raise httpx.ConnectError(f"{path} was not answered {TRIES} times")

    # ---- the socket ----

    async def follow(self) -> None:
        """Keep a live socket for ever: subscribe, apply, come back after every loss."""
        while True:
            with suppress(ConnectionClosed, OSError, TimeoutError, httpx.TransportError):
                await self._one_connection()
            self._socket = None
            await asyncio.sleep(RETRY_S)

    async def _one_connection(self) -> None:
        answer = await self._request("POST", "/api/ticket", {})
        if answer.status_code != httpx.codes.OK:
            await self.sign_in()
            return
        address = self.server.url.replace("http", "ws", 1) + f"/ws?ticket={answer.json()['ticket']}"
        async with connect(address, subprotocols=[PROTOCOL], max_size=FRAME_MAX, compression=None) as socket:
            await socket.send(
                json.dumps({"t": "hello", "versions": [PROTOCOL], "device": self.account, "boot_id": "sim"})
            )
            await socket.recv()
            await socket.send(json.dumps({"t": "subscribe", "feed_epoch": self._feed_epoch, "offset": self.seq}))
            self._socket = socket
            async for frame in socket:
                if isinstance(frame, str):
                    await self._take(json.loads(frame), socket)

    async def _take(self, message: Mapping[str, Any], socket: ClientConnection) -> None:
        kind = message["t"]
        if kind == "snapshot":
            self.tables, self.seq, self._feed_epoch = message["tables"], message["seq"], message["feed_epoch"]
            self.changed.set()
        elif kind == "change":
            if message["from_seq"] != self.seq:  # a gap: start over
                self._feed_epoch = None
                await socket.close()
                return
            self._apply(message)
        elif self.on_telemetry is not None:
            self.on_telemetry(message)

    def _apply(self, message: Mapping[str, Any]) -> None:
        self.seq = message["to_seq"]
        for table, rows in message["set"].items():
            self.tables.setdefault(table, {}).update(rows)
        for table, ids in message["drop"].items():
            for row_id in ids:
                self.tables[table].pop(row_id, None)
        if message["set"] or message["drop"]:
            self.changed.set()

    async def say(self, message: Mapping[str, Any] | bytes) -> bool:
        """Put a frame on the socket; False when there is none now."""
        if self._socket is None:
            return False
        with suppress(ConnectionClosed):
            await self._socket.send(message if isinstance(message, bytes) else json.dumps(message))
            return True
        return False

    async def wait_for_change(self) -> None:
        """Sleep until the tables change."""
        await self.changed.wait()
        self.changed.clear()
