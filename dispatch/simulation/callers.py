"""The callers and the exchange: 120 rings with what people say and what their handset knows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.simulation.cases import Case, draw_case
from dispatch.simulation.exchange import Exchange

SPREAD_M = 1_500.0  # around a station or hospital: where people live
METRES_PER_DEGREE = 111_320.0


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


def spot_of(case: Case, anchors: Sequence[Anchor]) -> Spot:
    """Draw the place of a case."""
    chance = case.chance("place")
    anchor = anchors[chance.randrange(len(anchors))]
    north_m, east_m = chance.gauss(0, SPREAD_M), chance.gauss(0, SPREAD_M)
    lat = anchor.lat + north_m / METRES_PER_DEGREE
    lon = anchor.lon + east_m / (METRES_PER_DEGREE * math.cos(math.radians(anchor.lat)))
    return Spot(round(lon, 6), round(lat, 6), f"{anchor.name}附近 {chance.randrange(1, 120)} 号")


async def ring_all(exchange: Exchange, seed: int, times: Sequence[datetime], anchors: Sequence[Anchor]) -> None:
    """Ring at every time; two of three handsets know where they are."""
    for index, at in enumerate(times):
        await exchange.server.clock.until(at)
        await ring(exchange, draw_case(seed, index), at, anchors)


async def ring(exchange: Exchange, case: Case, at: datetime, anchors: Sequence[Anchor]) -> None:
    """Let one line ring; what the caller says, the call-taker writes down."""
    spot, chance, place = spot_of(case, anchors), case.chance("handset"), None
    if chance.random() < 2 / 3:
        place = {
            "lon": spot.lon,
            "lat": spot.lat,
            "radius_m": float(chance.choice((20, 50, 150, 400))),
            "datum": "wgs84",
            "source": "handset",
        }
    clock = exchange.server.clock
    late = clock.now() - at > timedelta(seconds=10 * clock.speed)
    await exchange.ring(case.number, at if late else None, place=place)
