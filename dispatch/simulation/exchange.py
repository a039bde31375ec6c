"""A simulated telephone exchange: lines that ring, are held and hung up, told to the server as a real one tells it."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from ulid import ULID

from dispatch.simulation.chance import stream
from dispatch.simulation.client import Client, Server
from dispatch.simulation.signature import signature_of

EVENTS = "/api/telephony/events"
JSON = {"Content-Type": "application/json"}
Post = Callable[[bytes], Awaitable[httpx.Response]]


@dataclass(slots=True)
class Exchange:
    """One exchange; ``post`` brings a body to the server, signed or as a connected system."""

    server: Server
    post: Post
    lines: int = 0
    latencies_s: list[float] = field(default_factory=list)

    async def ring(self, number: str | None, at: datetime | None = None, **more: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401 - fields of the event
        """Let a line ring; return the exchange's id of the call, and the ids that the server gave."""
        self.lines += 1
        line_id = f"X-{ULID()}"
        fields = {"number": number, "trunk": f"T{self.lines % 30 + 1:02d}", "recording": f"rec/{line_id}", **more}
        return line_id, await self.tell("ring", line_id, at, **fields)

    async def tell(self, event: str, line_id: str, at: datetime | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the event
        """Tell one event until it is durable; the same event id every time. Returns the ids of its facts."""
        moment = at or self.server.clock.now()
        row = {"event_id": str(ULID()), "event": event, "call_id": line_id, "at": moment.isoformat(), **more}
        body = json.dumps({"events": [{name: value for name, value in row.items() if value is not None}]}).encode()
        started = time.perf_counter()
        answer = await self.post(body)
        self.latencies_s.append(time.perf_counter() - started)
        answer.raise_for_status()
        ids: dict[str, Any] = answer.json()["results"][0]["ids"]
        return ids


def signing(server: Server, secret: str) -> Exchange:
    """Return an exchange that knows the installation's secret."""

    async def post(body: bytes) -> httpx.Response:
        at_ms = str(int(server.clock.now().timestamp() * 1000))
        headers = {**JSON, "X-Exchange-Time": at_ms, "X-Exchange-Signature": signature_of(secret, at_ms, body)}
        return await server.ask("POST", EVENTS, content=body, headers=headers)

    return Exchange(server, post)


def signed_in(client: Client) -> Exchange:
    """Return an exchange that uses the account of a connected system."""

    async def post(body: bytes) -> httpx.Response:
        return await client.server.ask("POST", EVENTS, content=body, headers={**JSON, **client.authorised()})

    return Exchange(client.server, post)


@dataclass(frozen=True, slots=True)
class Burst:
    """How many lines ring at once, and what their callers do."""

    rings: int
    seed: int
    hang_up: float = 0.0  # the share of callers who give up after a few seconds
    places: Sequence[Mapping[str, Any]] = ()  # where handsets are; fewer than rings: they go round


async def ring_at_once(exchange: Exchange, burst: Burst) -> dict[str, Any]:
    """Let all lines ring at the same moment; return what came of it."""
    chance = stream(burst.seed, "burst")
    numbers = [f"13{chance.randrange(10**9):09d}" for _ in range(burst.rings)]
    places = [burst.places[n % len(burst.places)] if burst.places else None for n in range(burst.rings)]
    rung = await asyncio.gather(
        *(exchange.ring(number, place=place) for number, place in zip(numbers, places, strict=True))
    )
    gone = [line_id for line_id, _ in rung if chance.random() < burst.hang_up]
    await exchange.server.clock.sleep(4.0 if gone else 0.0)
    await asyncio.gather(*(exchange.tell("hung_up", line_id) for line_id in gone))
    known = {ids["call_id"] for _, ids in rung}
    worst_s = max(exchange.latencies_s, default=0.0)
    return {"rung": len(rung), "calls": len(known), "hung_up": len(gone), "slowest_ms": round(1000 * worst_s, 1)}
