"""``greenchannel simulate``: a seeded city day against a private server, or against one that runs."""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from dispatch.errors import BadInput
from dispatch.settings import PREFIX
from dispatch.simulation.arrivals import ASSUMED_SHAPE, recorded_shape
from dispatch.simulation.client import Server
from dispatch.simulation.day import ENDLESS_HOURS, Day, Plan
from dispatch.simulation.team_gateway import Listening, open_gateway

DEFAULT_SPEED = 20.0
UNDER_WAY_MIN = 45.0  # how long ago an endless day began, so that a newcomer sees every stage at once
LEFT_TO_PEOPLE = 3  # units without a simulated crew in an endless day: somebody may want to try the tablet
STOP_WITHIN_S = 10.0
SECRET = PREFIX + "TEAM_SECRET"


def add_to(subparsers: Any) -> None:  # noqa: ANN401 - argparse keeps this class to itself
    """Offer ``simulate``."""
    parser = subparsers.add_parser("simulate", help="live through a seeded city day and print its figures")
    parser.add_argument("--city", type=Path, metavar="PACK", help="the city pack of the private server")
    parser.add_argument("--url", help="a running demo server; without it a private one is started")
    parser.add_argument("--hours", type=float, default=1.0, help="of the server's clock")
    parser.add_argument("--speed", type=float, default=DEFAULT_SPEED, help="how fast the private server's clock runs")
    parser.add_argument("--seed", type=int, default=120)
    parser.add_argument("--calls-per-day", type=float, help="by default 7.5 for each unit")
    parser.add_argument("--calls", type=Path, metavar="CSV.GZ", help="a recording whose day shape the arrivals follow")
    parser.add_argument("--endless", action="store_true", help="go on until stopped")
    parser.add_argument(
        "--gateway",
        type=int,
        metavar="FD",
        help=f"an open socket where the server posts summonses, signed with {SECRET}; the demo hands it over",
    )
    parser.add_argument("--until-stdin-ends", action="store_true", help="end with whoever holds the other end of it")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run_simulate)


def run_simulate(given: argparse.Namespace) -> int:
    """Run the day."""
    if given.hours <= 0:
        raise BadInput(f"--hours {given.hours:g} is not above 0")
    plan = Plan(
        seed=given.seed,
        hours=ENDLESS_HOURS if given.endless else given.hours,
        calls_per_day=given.calls_per_day,
        shape=recorded_shape(given.calls) if given.calls else ASSUMED_SHAPE,
        began_min_ago=UNDER_WAY_MIN if given.endless else 0.0,
        left_to_people=LEFT_TO_PEOPLE if given.endless else 0,
    )
    gateway = _gateway(given)
    with _server(given, gateway) as url:
        figures = asyncio.run(_live(url, plan, gateway, until_stdin_ends=given.until_stdin_ends))
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=None if given.json else 2) + "\n")
    return 0


def _gateway(given: argparse.Namespace) -> Listening | None:
    """Listen for summonses: at the socket that was handed over, or for a private server; others' reach whom they do."""
    if given.gateway is not None:
        return Listening(socket.socket(fileno=given.gateway), os.environ[SECRET])
    return None if given.url else open_gateway()


async def _live(url: str, plan: Plan, gateway: Listening | None, *, until_stdin_ends: bool) -> dict[str, Any]:
    """Live through the day; SIGTERM ends it, and so does the death of a demo that could not send one."""
    server = Server(url)
    day = Day(server, plan, gateway)
    living, loop = asyncio.create_task(day.run()), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, living.cancel)
    if until_stdin_ends:
        loop.add_reader(sys.stdin.fileno(), living.cancel)
    try:
        return await living
    except asyncio.CancelledError:
        return {"stopped": True}
    finally:
        await day.close()
        await server.close()


@contextmanager
def _server(given: argparse.Namespace, gateway: Listening | None) -> Iterator[str]:
    """Use the named server, or start a private one in a temporary directory, which reaches people by the gateway."""
    if given.url or gateway is None:
        yield given.url
        return
    with tempfile.TemporaryDirectory(prefix="greenchannel-simulate-") as folder:
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "dispatch.cli", "demo", "--empty", "--data", folder, "--port", str(port)]
        command += ["--speed", f"{given.speed:g}"]
        if given.city is not None:
            command += ["--city", str(given.city)]
        reach = {SECRET: gateway.secret, PREFIX + "TEAM_URL": gateway.url, PREFIX + "LINK_URL": url}
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=os.environ | reach)  # noqa: S603 - our own server
        try:
            yield url
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_WITHIN_S)
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
