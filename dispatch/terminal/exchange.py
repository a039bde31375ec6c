"""``greenchannel exchange``: a simulated telephone exchange that rings many lines at once, for tests and training."""

import argparse
import asyncio
import json
import math
import os
import sys
from typing import Any

from dispatch.errors import BadInput
from dispatch.simulation.chance import stream
from dispatch.simulation.client import Client, Server
from dispatch.simulation.exchange import Burst, ring_at_once, signed_in, signing

SECRET_VARIABLE = "GREENCHANNEL_EXCHANGE_SECRET"  # noqa: S105 - the name of a variable
RINGS_MAX = 500
METRES_PER_DEGREE = 111_320.0


def add_to(subparsers: Any) -> None:  # noqa: ANN401 - argparse keeps this class to itself
    """Offer ``exchange``."""
    parser = subparsers.add_parser("exchange", help="ring a running server's lines, as a telephone exchange does")
    parser.add_argument("--url", required=True, help="the running server")
    parser.add_argument("--ring", type=int, default=1, metavar="N", help="lines that ring at once")
    parser.add_argument("--at", metavar="LON,LAT", help="one event: every handset is near this WGS-84 point")
    parser.add_argument("--spread", type=float, default=80.0, metavar="M", help="how far the handsets stand around it")
    parser.add_argument("--hang-up", type=float, default=0.0, metavar="SHARE", help="callers who give up unanswered")
    parser.add_argument("--seed", type=int, default=120)
    parser.add_argument("--account", default="exchange", help=f"used when {SECRET_VARIABLE} is not set")
    parser.add_argument("--password", default="demo", help="of the account; the demo's by default")
    parser.set_defaults(run=run_exchange)


def run_exchange(given: argparse.Namespace) -> int:
    """Ring, and print what came of it."""
    if not 1 <= given.ring <= RINGS_MAX:
        raise BadInput(f"--ring {given.ring} is not between 1 and {RINGS_MAX}")
    if not 0 <= given.hang_up <= 1:
        raise BadInput(f"--hang-up {given.hang_up:g} is not between 0 and 1")
    burst = Burst(given.ring, given.seed, given.hang_up, _places(given))
    sys.stdout.write(json.dumps(asyncio.run(_ring(given, burst)), ensure_ascii=False) + "\n")
    return 0


def _places(given: argparse.Namespace) -> list[dict[str, Any]]:
    """Draw where the handsets are, around the named point."""
    if given.at is None:
        return []
    try:
        lon, lat = (float(each) for each in given.at.split(","))
    except ValueError:
        raise BadInput(f"--at {given.at!r} is not LON,LAT") from None
    chance, rows = stream(given.seed, "handsets"), []
    for _ in range(given.ring):
        north, east = (chance.gauss(0, given.spread) / METRES_PER_DEGREE for _ in range(2))
        point = {"lon": round(lon + east / math.cos(math.radians(lat)), 6), "lat": round(lat + north, 6)}
        rows.append({**point, "radius_m": float(chance.choice((20, 50, 150))), "datum": "wgs84", "source": "handset"})
    return rows


async def _ring(given: argparse.Namespace, burst: Burst) -> dict[str, Any]:
    server, secret = Server(given.url), os.environ.get(SECRET_VARIABLE)
    try:
        await server.meet()
        if secret is not None:
            return await ring_at_once(signing(server, secret), burst)
        client = Client(server, given.account, given.password)
        await client.sign_in()
        return await ring_at_once(signed_in(client), burst)
    finally:
        await server.close()
