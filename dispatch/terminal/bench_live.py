"""Measure the live link: tablets put vitals on the socket, a seat sees them; beside a bare relay that keeps nothing.

Open loop: every frame has its scheduled second, latency counts from there. Lost is counted by what clients were told.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ulid import ULID
from websockets.asyncio.client import ClientConnection, connect

from dispatch.protocol.frames import Ack, Put, Said, Vitals
from dispatch.simulation.client import Client, Server
from dispatch.terminal.bench import Bench, pack_path, row
from dispatch.terminal.local_servers import free_port

TABLETS, SECONDS, PER_SECOND = 20, 10, 5
SETTLE_S = 2.0
CREW = ["doctor", "nurse", "driver"]
STEPS = ("accepted", "en_route", "on_scene", "at_patient")
RELAY = "dispatch.terminal.bench_relay:app"


@dataclass(slots=True)
class Clock:
    """When each frame was due, was seen by the display, and was acknowledged."""

    due: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)

    def latencies(self, ends: Mapping[str, float]) -> list[float]:
        """Return the seconds from due to end of every frame that ended."""
        return [ends[key] - due for key, due in self.due.items() if key in ends]


def measure(given: argparse.Namespace) -> Bench:
    """Measure ours, then the relay, with the same load."""
    return asyncio.run(_measure(pack_path(given)))


async def _measure(pack: Path) -> Bench:
    bench = Bench()
    with tempfile.TemporaryDirectory(prefix="greenchannel-bench-") as folder:
        command = ["-m", "dispatch.cli", "demo", "--empty", "--speed", "1", "--city", str(pack), "--data", folder]
        async with _running([*command, "--port"]) as url:
            clock, lost = await _ours(url)
    bench.rows.append(row("end to end", "ours", clock.latencies(clock.seen)))
    bench.rows.append(row("ack after durable commit", "ours", clock.latencies(clock.acknowledged)))
    bench.checks |= {"frames": len(clock.due), "seen": len(clock.seen), "acknowledged": len(clock.acknowledged)}
    bench.checks["acknowledged_lost"] = lost
    async with _running(["-m", "uvicorn", RELAY, "--ws", "websockets-sansio", "--log-level", "error", "--port"]) as url:
        relayed = await _relay(url)
    bench.rows.append(row("end to end", "relay", relayed.latencies(relayed.seen)))
    return bench


@asynccontextmanager
async def _running(command: list[str]) -> AsyncIterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, *command, str(port)], stdin=subprocess.DEVNULL)  # noqa: ASYNC220, S603
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


async def _load(clock: Clock, send: Callable[[int, int, str], Coroutine[Any, Any, object]]) -> None:
    """Send every tablet's frames at their seconds, whoever is late."""
    begin = time.perf_counter() + 0.5

    async def tablet(number: int) -> None:
        for turn in range(SECONDS * PER_SECOND):
            due = begin + turn / PER_SECOND + number / TABLETS / PER_SECOND
            await asyncio.sleep(due - time.perf_counter())
            key = f"{number}/{turn + 1}"
            clock.due[key] = due
            await send(number, turn + 1, key)

    await asyncio.gather(*(tablet(number) for number in range(TABLETS)))
    await asyncio.sleep(SETTLE_S)


async def _ours(url: str) -> tuple[Clock, int]:
    """Load a real server; return the times, and how many acknowledged readings it does not have."""
    server, clock, followers = Server(url), Clock(), []
    await server.meet()
    seat = Client(server, "dispatcher1", "demo")
    await seat.sign_in()
    followers.append(asyncio.create_task(seat.follow()))
    while not seat.tables:
        await seat.wait_for_change()
    tablets, patients = [], []
    for unit_id in sorted(seat.tables["units"])[:TABLETS]:
        tablet = Client(server, f"crew-{unit_id.lower()}", "demo")
        await tablet.sign_in()
        followers.append(asyncio.create_task(tablet.follow()))
        patients.append(await _at_patient(seat, tablet, unit_id))
        tablets.append(tablet)
    streams = [f"{ULID()}/vitals" for _ in tablets]
    numbers = {patient_id: number for number, patient_id in enumerate(patients)}
    seat.link.on_frame = lambda frame: _seen(clock, numbers, frame)
    for number, tablet in enumerate(tablets):
        tablet.link.on_frame = lambda frame, number=number: _acknowledged(clock, number, frame)

    async def send(number: int, seq: int, key: str) -> None:
        values = {"hr": float(40 + seq), "spo2": 97.0}
        body = {"patient_id": patients[number], "device_id": f"MON-{number}", "values": values}
        put = Put(
            stream=streams[number], seq=seq, id=str(ULID()), kind="vitals", at=datetime.now(UTC), clock_offset_ms=0.0,
            body=body,
        )  # fmt: skip
        if not await tablets[number].link.send(put):
            raise AssertionError(f"tablet {key} lost its socket")

    await _load(clock, send)
    lost = 0
    for number, patient_id in enumerate(patients):
        kept = {round(each["values"]["hr"]) - 40 for each in await seat.get(f"/api/patients/{patient_id}/vitals")}
        lost += sum(
            f"{number}/{seq}" in clock.acknowledged for seq in range(1, SECONDS * PER_SECOND + 1) if seq not in kept
        )
    for task in followers:
        task.cancel()
    await asyncio.gather(*followers, return_exceptions=True)
    await server.close()
    return clock, lost


async def _at_patient(seat: Client, tablet: Client, unit_id: str) -> str:
    """Bring one unit to a patient and bind its monitor; return the patient."""
    unit = seat.tables["units"][unit_id]
    place = {"lon": unit["lon"], "lat": unit["lat"], "radius_m": 10.0, "datum": "wgs84", "source": "map_click"}
    await tablet.send("sign-on", {"unit_id": unit_id, "crew": CREW})
    rung = await seat.send("receive-call", {"number": "1", "place": place}) or {}
    ids = rung["ids"]
    await seat.send("assign-unit", {"incident_id": ids["incident_id"], "unit_id": unit_id})
    for status in STEPS:
        await tablet.send("report-status", {"unit_id": unit_id, "status": status})
    number = sorted(seat.tables["units"]).index(unit_id)
    await tablet.send("bind-monitor", {"patient_id": ids["patient_id"], "device_id": f"MON-{number}"})
    return str(ids["patient_id"])


def _seen(clock: Clock, numbers: Mapping[str, int], frame: Said | bytes) -> None:
    if isinstance(frame, Vitals) and frame.patient_id in numbers:
        key = f"{numbers[frame.patient_id]}/{round(frame.values['hr']) - 40}"
        clock.seen.setdefault(key, time.perf_counter())


def _acknowledged(clock: Clock, number: int, frame: Said | bytes) -> None:
    if isinstance(frame, Ack):
        now = time.perf_counter()
        for seq in range(frame.seq, 0, -1):  # an ack is cumulative
            if clock.acknowledged.setdefault(f"{number}/{seq}", now) != now:
                break


async def _relay(url: str) -> Clock:
    """Load the relay with frames of the same size."""
    clock, address = Clock(), url.replace("http", "ws", 1)
    display = await _connected(f"{address}/display")
    reading = asyncio.create_task(_read(display, clock))
    tablets = [await _connected(f"{address}/tablet") for _ in range(TABLETS)]

    async def send(number: int, _seq: int, key: str) -> None:
        await tablets[number].send(json.dumps({"key": key, "body": "x" * 300}))

    await _load(clock, send)
    reading.cancel()
    for socket in (display, *tablets):
        await socket.close()
    return clock


async def _connected(address: str) -> ClientConnection:
    for _ in range(100):
        try:
            return await connect(address, compression=None)
        except OSError:
            await asyncio.sleep(0.1)
    raise TimeoutError(f"{address} does not answer")


async def _read(display: ClientConnection, clock: Clock) -> None:
    async for frame in display:
        clock.seen.setdefault(json.loads(frame)["key"], time.perf_counter())
