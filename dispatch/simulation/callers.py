"""The callers and the exchange: 120 rings with what people say, what their handset knows, and a page that is opened."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.simulation.cases import Case, draw_case, number_of
from dispatch.simulation.client import Server
from dispatch.simulation.exchange import Exchange
from dispatch.simulation.troubles import GIVES_UP_S, trouble_of

SPREAD_M = 1_500.0  # around a station or hospital: where people live
BESIDE_M = 40.0  # others who see the same
HANDSETS_THAT_KNOW = 2 / 3
METRES_PER_DEGREE = 111_320.0
CATCH_UP_S = 1.2  # of the server's clock between calls of the past: what each of them sets off is done at once


@dataclass(frozen=True, slots=True)
class Anchor:
    """A known place of the city that calls scatter around."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Spot:
    """Where it really is, and what the caller calls it."""

    lon: float
    lat: float
    words: str


def beside(case: Case, anchors: Sequence[Anchor], nth: int = 0) -> Spot:
    """Draw where a case is, as its ``nth`` caller stands beside it and calls it; 0 is the first."""
    chance = case.chance("place")
    anchor = anchors[chance.randrange(len(anchors))]
    north_m, east_m = chance.gauss(0, SPREAD_M), chance.gauss(0, SPREAD_M)
    words = f"{anchor.name}附近 {chance.randrange(1, 120)} 号"
    if nth > 0:
        own = case.chance(f"place/{nth}")
        north_m, east_m = north_m + own.gauss(0, BESIDE_M), east_m + own.gauss(0, BESIDE_M)
        words = f"{anchor.name}附近"
    lat = anchor.lat + north_m / METRES_PER_DEGREE
    lon = anchor.lon + east_m / (METRES_PER_DEGREE * math.cos(math.radians(anchor.lat)))
    return Spot(round(lon, 6), round(lat, 6), words)


async def ring_all(exchange: Exchange, seed: int, times: Sequence[datetime], anchors: Sequence[Anchor]) -> None:
    """Ring at every time, and again for everybody else who reports the same."""
    begun = exchange.server.clock.now()
    async with asyncio.TaskGroup() as group:
        for index, at in enumerate(times):
            case = draw_case(seed, index)
            for nth, after_s in enumerate(trouble_of(case).others_s, 1):
                group.create_task(_ring_at(exchange, case, nth, at + timedelta(seconds=after_s), anchors))
            if at < begun:
                await exchange.server.clock.sleep(CATCH_UP_S)
            await exchange.server.clock.until(at)
            group.create_task(ring(exchange, case, 0, at, anchors))


async def _ring_at(exchange: Exchange, case: Case, nth: int, at: datetime, anchors: Sequence[Anchor]) -> None:
    await exchange.server.clock.until(at)
    await ring(exchange, case, nth, at, anchors)


async def ring(exchange: Exchange, case: Case, nth: int, at: datetime, anchors: Sequence[Anchor]) -> None:
    """Let one line ring, two of three handsets know where they are; whoever gives up hangs up before an answer."""
    spot, chance, place, trouble = beside(case, anchors, nth), case.chance("handset"), None, trouble_of(case)
    if chance.random() < HANDSETS_THAT_KNOW and not trouble.is_lost:
        place = {
            "lon": spot.lon,
            "lat": spot.lat,
            "radius_m": float(chance.choice((20, 50, 150, 400))),
            "datum": "wgs84",
            "source": "handset",
        }
    clock = exchange.server.clock
    late = clock.now() - at > timedelta(seconds=10 * clock.speed)
    line_id, _ = await exchange.ring(number_of(case.index, nth), at if late else None, place=place)
    if trouble.gives_up:
        gone = at + timedelta(seconds=GIVES_UP_S)
        await clock.until(gone)
        await exchange.tell("hung_up", line_id, gone if late else None)


async def tell_by_link(server: Server, url: str, case: Case, spot: Spot) -> None:
    """Open the page that the call-taker read out, as a browser does, and tell a position that gets better."""
    chance = case.chance("link")
    head = {"X-Link-Token": url.rpartition("#")[2], "X-Link-Device": f"phone of {case.number}"}
    await server.clock.sleep(chance.uniform(8, 25))
    opened = await server.ask("POST", "/api/link/open", headers=head)
    if not opened.is_success:
        return
    for accuracy_m in (65, 25, 9):
        fix = {"lon": spot.lon, "lat": spot.lat, "accuracy_m": accuracy_m}
        await server.ask("POST", "/api/link/position", json=fix, headers=head)
        await server.clock.sleep(6)
