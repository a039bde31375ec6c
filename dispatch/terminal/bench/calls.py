"""Measure a call as a call-taker sees it: the line rings, it is located, the recommendation stands; HTTP and socket.

Open loop: every ring has its scheduled moment and its time counts from there, whoever was late. Lost is what the
exchange was told is durable and the screen never showed.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dispatch.simulation.client import Client, Server
from dispatch.simulation.exchange import Exchange, signed_in
from dispatch.terminal.bench.command import Bench, pack_path, row
from dispatch.terminal.local_servers import free_port

CREW = ["doctor", "nurse", "driver"]
ONE, PER_SECOND, SECONDS = 150, 50, 6
WARM = 20
TOLD = 100
SHOWN_WITHIN_S = 20.0


@dataclass(slots=True)
class Screen:
    """One seat's tables, and who waits for a row of them to say something."""

    seat: Client
    waiting: dict[str, tuple[bool, asyncio.Future[None]]] = field(default_factory=dict)

    async def watch(self) -> None:
        """Tell whoever waits as soon as the tables show it."""
        while True:
            await self.seat.wait_for_change()
            shown = self.seat.tables.get("incidents", {})
            for incident_id, (confirmed, told) in list(self.waiting.items()):
                place = shown.get(incident_id, {}).get("place")
                if place is not None and (place["confirmed"] or not confirmed):
                    del self.waiting[incident_id]
                    told.set_result(None)

    async def shows(self, incident_id: str, *, confirmed: bool) -> None:
        """Wait until the incident stands on the screen with a place; raise ``TimeoutError`` when it never does."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting[incident_id] = (confirmed, told)
        self.seat.link.changed.set()  # it may be there already
        await asyncio.wait_for(told, SHOWN_WITHIN_S)


def measure(given: argparse.Namespace) -> Bench:
    """Measure one operator, then a rush."""
    return asyncio.run(_measure(pack_path(given)))


async def _measure(pack: Path) -> Bench:
    with tempfile.TemporaryDirectory(prefix="greenchannel-bench-") as folder:
        port = free_port()
        command = ["-m", "dispatch.cli", "demo", "--empty", "--speed", "1", "--city", str(pack), "--data", folder]
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - our own server
            [sys.executable, *command, "--port", str(port)], stdin=subprocess.DEVNULL
        )
        try:
            return await _load(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


async def _load(url: str) -> Bench:
    server = Server(url)
    await server.meet()
    seat, line = Client(server, "dispatcher1", "demo"), Client(server, "exchange", "demo")
    await seat.sign_in()
    await line.sign_in()
    screen, exchange = Screen(seat), signed_in(line)
    following = [asyncio.create_task(seat.follow())]
    while not seat.tables:
        await seat.wait_for_change()
    following.append(asyncio.create_task(screen.watch()))
    units = sorted(seat.tables["units"].values(), key=lambda each: each["id"])
    for unit in units:
        await seat.send("sign-on", {"unit_id": unit["id"], "crew": CREW})
    bench = Bench()
    for number in range(WARM):
        await _one_call(screen, exchange, units[number % len(units)])
    quiet = [await _timed(screen, exchange, units[number % len(units)], time.perf_counter()) for number in range(ONE)]
    bench.rows.append(row("ring, located, recommended: one operator", "ours", quiet))
    rush, lost = await _rush(screen, exchange, units)
    bench.rows.append(row(f"ring, located, recommended: {PER_SECOND} calls a second", "ours", rush))
    moved = [await _told_by_telephone(screen, exchange, line, units[n % len(units)], n) for n in range(TOLD)]
    bench.rows.append(row("a telephone's position, moved on the screen", "ours", moved))
    bench.checks |= {"calls": len(exchange.latencies_s), "calls_lost": lost}
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    await server.close()
    return bench


async def _rush(screen: Screen, exchange: Exchange, units: Sequence[Mapping[str, Any]]) -> tuple[list[float], int]:
    begin = time.perf_counter() + 0.5

    async def call(number: int) -> float:
        due = begin + number / PER_SECOND
        await asyncio.sleep(due - time.perf_counter())
        return await _timed(screen, exchange, units[number % len(units)], due)

    ended = await asyncio.gather(*(call(number) for number in range(PER_SECOND * SECONDS)), return_exceptions=True)
    lost = [each for each in ended if isinstance(each, TimeoutError)]
    broken = [each for each in ended if isinstance(each, BaseException) and not isinstance(each, TimeoutError)]
    if broken:
        raise broken[0]
    return [each for each in ended if isinstance(each, float)], len(lost)


async def _timed(screen: Screen, exchange: Exchange, unit: Mapping[str, Any], due: float) -> float:
    await _one_call(screen, exchange, unit)
    return time.perf_counter() - due


async def _one_call(screen: Screen, exchange: Exchange, unit: Mapping[str, Any]) -> None:
    """Ring near a station, see it, confirm the place, see that, read the recommendation."""
    place = {"lon": unit["lon"], "lat": unit["lat"], "radius_m": 80.0, "datum": "wgs84", "source": "handset"}
    _, ids = await exchange.ring("13800000000", place=place)
    incident_id = str(ids["incident_id"])
    await screen.shows(incident_id, confirmed=False)
    await screen.seat.send("locate", {"incident_id": incident_id, "place": {**place, "confirmed": True}})
    await screen.shows(incident_id, confirmed=True)
    advice = await screen.seat.get(f"/api/incidents/{incident_id}/recommendation")
    if not advice or not advice["units"]:
        raise AssertionError(f"{incident_id} has no recommendation")


async def _told_by_telephone(
    screen: Screen, exchange: Exchange, line: Client, unit: Mapping[str, Any], number: int
) -> float:
    """Ring without a place; time from the telephone's own message (AML) to the incident that stands at it."""
    caller = f"139{number:08d}"
    _, ids = await exchange.ring(caller)
    stamp = exchange.server.clock.now().strftime("%Y%m%d%H%M%S")
    body = f'A"ML=1;lt={unit["lat"]:+.5f};lg={unit["lon"]:+.5f};rd=25;top={stamp};lc=90;pm=G'
    started = time.perf_counter()
    answer = await line.server.ask(
        "POST", "/api/location/aml-sms", json={"number": caller, "body": body}, headers=line.authorised()
    )
    answer.raise_for_status()
    await screen.shows(str(ids["incident_id"]), confirmed=False)
    return time.perf_counter() - started
