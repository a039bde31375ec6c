"""A client like any other: signs in over HTTP, sends commands, follows its live tables, puts telemetry on a socket."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from ulid import ULID

from dispatch.client.clock import Anchor
from dispatch.client.link import Device, Link
from dispatch.client.outbox import Outbox
from dispatch.client.steady_http import SteadyClient

RETRY_S = 0.5
AT_ONCE = 8  # requests of all simulated people together: a person at the same server waits behind that many at most
TRIES = 120  # a server that restarts is back long before, also on a busy machine


class ServerClock:
    """The server's clock, which may run faster than ours."""

    def __init__(self, now: datetime, speed: float) -> None:
        self._anchor, self.speed = Anchor(now, time.monotonic(), speed, uncertainty_s=1.0), speed

    def now(self) -> datetime:
        """Return the server's minute."""
        return self._anchor.now(time.monotonic())

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
    done: Counter[str] = field(default_factory=Counter)  # kind of command -> how often it was granted
    unanswered: int = 0
    latencies_s: list[float] = field(default_factory=list)


class Server:
    """The server's address, its clock, one pool of connections for all clients of this process."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._http = SteadyClient(base_url=self.url, timeout=20.0, limits=limits)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self.audit = Audit()
        self.clock = ServerClock(datetime.now(UTC), 1.0)

    async def meet(self) -> Mapping[str, Any]:
        """Wait until the server is healthy and take its clock."""
        for _ in range(TRIES * 2):
            with suppress(httpx.TransportError):
                answer = await self._http.get("/healthz")
                if answer.status_code == httpx.codes.OK:
                    health: dict[str, Any] = answer.json()
                    clock = health["clock"]
                    self.clock = ServerClock(datetime.fromisoformat(clock["now"]), clock["speed"])
                    return health
            await asyncio.sleep(RETRY_S)
        raise TimeoutError(f"{self.url} does not become healthy")

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - what httpx takes
        """Ask, and ask again while the server is away, busy, or cannot write."""
        for _ in range(TRIES):
            with suppress(httpx.TransportError):
                async with self._turn:
                    answer = await self._http.request(method, path, **more)
                if answer.status_code not in (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS):
                    return answer
            await asyncio.sleep(RETRY_S)
        raise httpx.ConnectError(f"{path} was not answered {TRIES} times")

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()


class Client:
    """One signed-in account."""

    def __init__(self, server: Server, account: str, password: str) -> None:
        self.server, self.account, self._password = server, account, password
        self._token = ""
        address = server.url.replace("http", "ws", 1) + "/ws"
        self.link = Link(address, self._take_ticket, Device(account, "sim"), Outbox())

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

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the route answers
        """Ask a route that is no command; None when it is refused."""
        answer = await self._request("POST", path, body)
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
            self.server.audit.done[path.rpartition("/")[2]] += 1
            return document
        code = str(document.get("code", answer.status_code))
        self.server.audit.refused[code] = self.server.audit.refused.get(code, 0) + 1
        return None

    async def put_bytes(self, path: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """Upload a blob; True when it is durable."""
        answer = await self._request("PUT", path, content=body, headers=headers)
        return answer.is_success

    def authorised(self) -> dict[str, str]:
        """Return the headers of a signed-in request."""
        return {"authorization": f"Bearer {self._token}"} if self._token else {}

    async def _request(self, method: str, path: str, body: object = None, **more: Any) -> httpx.Response:  # noqa: ANN401 - what httpx takes
        headers = {**self.authorised(), **more.pop("headers", {})}
        return await self.server.ask(method, path, json=body, headers=headers, **more)

    # ---- the socket ----

    @property
    def tables(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The live tables; empty before the first snapshot."""
        return self.link.feed.tables

    async def follow(self) -> None:
        """Keep a live socket for ever."""
        await self.link.run()

    async def _take_ticket(self) -> str | None:
        """Get a ticket for the socket; sign in again, and come back, when the session is over."""
        answer = await self._request("POST", "/api/ticket", {})
        if answer.status_code == httpx.codes.OK:
            return str(answer.json()["ticket"])
        await self.sign_in()
        return None

    async def wait_for_change(self) -> None:
        """Sleep until the tables change."""
        await self.link.changed.wait()
        self.link.changed.clear()
