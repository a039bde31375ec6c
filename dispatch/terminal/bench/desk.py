"""Measure the desk on its embedded journal: durable commands, screens for a whole city, recommendation, restart."""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import uvloop
from ulid import ULID

from dispatch import commands as c
from dispatch.adapters.clock import RunningClock
from dispatch.adapters.furnish import furnish, parked
from dispatch.adapters.journal.sealing import KEYS_FILE, open_sqlite_keyring
from dispatch.adapters.journal.sqlite import JOURNAL_FILE, SNAPSHOTS_FOLDER, open_sqlite_journal
from dispatch.command import Command
from dispatch.desk import Desk, Done
from dispatch.errors import Refused
from dispatch.evidence import centers_evidence, units_evidence
from dispatch.flow.recommend import rank_units, recommend_centers
from dispatch.main import open_pack
from dispatch.rules import builtin
from dispatch.sources import Sources
from dispatch.terminal.bench.command import Bench, pack_path, row
from dispatch.terminal.bench.protocols import assess_and_rank
from dispatch.views.live import Scope, change_for, touched
from dispatch.words import Actor, Place, Role
from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex
from geo.point import Point
from geo.travel import TravelTimes

SINGLE, PRODUCERS, EACH = 300, 200, 20
SHOWN, ASKED = 100, 100
SEAT = Actor("bench", Role.DISPATCHER)


def measure(given: argparse.Namespace) -> Bench:
    """Measure everything in a temporary directory."""
    pack = open_pack(pack_path(given))
    with tempfile.TemporaryDirectory(prefix="greenchannel-bench-") as folder:
        return uvloop.run(_measure(pack, Path(folder)))  # the loop of the server


async def _measure(pack: CityPack, folder: Path) -> Bench:
    bench = Bench()
    sources = Sources(TravelTimes.open(pack), FleetIndex(pack.roads))
    places = [each.point for each in pack.centers]
    async with _desk(folder, pack, sources) as desk:
        clock = RunningClock(None, 1.0)
        await furnish(desk, pack, clock)
        for each in parked(desk.durable, set()):
            sources.fleet.move(each.unit_id, Point(each.lon, each.lat), each.at)
        crew = ("doctor", "nurse", "driver")
        await asyncio.gather(*(desk.handle(_command(c.SignOn(each, crew))) for each in desk.durable.units))
        rung = [await _timed(desk, _ring(places, number)) for number in range(SINGLE)]
        bench.rows.append(row("durable command: a call, with keys", "ours", [each for each, _ in rung]))
        incidents = [str(done.facts[-1].data.incident_id) for _, done in rung]
        noted = [(await _timed(desk, _note(each)))[0] for each in incidents]
        bench.rows.append(row("durable command: a note", "ours", noted))
        started = time.perf_counter()
        crowded = await asyncio.gather(*(_producer(desk, places, number) for number in range(PRODUCERS)))
        passed_s = time.perf_counter() - started
        bench.rows.append(row(f"durable command, {PRODUCERS} producers", "ours", list(chain.from_iterable(crowded))))
        bench.checks["grouped_commands_per_s"] = round(PRODUCERS * EACH / passed_s)
        bench.rows.append(row("change for every seat, tablet and wall", "ours", await _screens(desk, places)))
        bench.rows.append(row("recommend units and centres", "ours", _recommendations(desk, sources)))
        bench.rows.append(row("assess and rank 200 centres", "ours", assess_and_rank()))
        facts, city = desk.durable.seq, desk.durable
        bench.checks["facts"] = facts
    shutil.rmtree(folder / SNAPSHOTS_FOLDER, ignore_errors=True)  # every fact is folded, as without any snapshot
    started = time.perf_counter()
    async with _desk(folder, pack, sources) as again:
        bench.checks["replayed_facts_per_s"] = round(facts / (time.perf_counter() - started))
        bench.checks["same_city_after_restart"] = again.durable == city
    return bench


@asynccontextmanager
async def _desk(folder: Path, pack: CityPack, sources: Sources) -> AsyncIterator[Desk]:
    journal = open_sqlite_journal(folder / JOURNAL_FILE, pack.name)
    keyring = open_sqlite_keyring(folder / KEYS_FILE)
    try:
        yield Desk(journal, keyring, sources, builtin())
    finally:
        journal.close()
        keyring.close()


def _command(data: Any) -> Command:  # noqa: ANN401 - any command
    now = datetime.now(UTC)
    return Command(str(ULID()), data, SEAT, now, now)


def _ring(places: list[Point], number: int) -> Command:
    point = places[number % len(places)]
    place = Place(point.lon, point.lat, 50.0, "wgs84", "handset")
    return _command(c.ReceiveCall("13800000000", "测试", "胸痛", place))


def _note(incident_id: str) -> Command:
    return _command(c.WriteNote(incident_id, "测试"))


async def _timed(desk: Desk, command: Command) -> tuple[float, Done]:
    started = time.perf_counter()
    done = await desk.handle(command)
    if isinstance(done, Refused):
        raise AssertionError(f"{command.data} was refused: {done.code}")  # noqa: TRY004 - a broken program, not a wrong type
    return time.perf_counter() - started, done


async def _producer(desk: Desk, places: list[Point], number: int) -> list[float]:
    """Take a call and write notes on it: of the thirty facts of a run one is the call."""
    took_s, done = await _timed(desk, _ring(places, number))
    incident_id = str(done.facts[-1].data.incident_id)
    return [took_s, *[(await _timed(desk, _note(incident_id)))[0] for _ in range(EACH - 1)]]


async def _screens(desk: Desk, places: list[Point]) -> list[float]:
    """Time what every connected screen of the city needs to learn one command."""
    scopes = [Scope(Role.DISPATCHER), *(Scope(Role.CREW, unit_id=each) for each in desk.durable.units)]
    scopes += [Scope(Role.DEPARTMENT, center_id=each) for each in desk.durable.centers]
    taken = []
    for number in range(SHOWN):
        before = desk.durable
        _, done = await _timed(desk, _ring(places, number))
        started = time.perf_counter()
        ids = touched(before, desk.durable, done.facts)
        for scope in scopes:
            change_for(before, desk.durable, ids, scope)
        taken.append(time.perf_counter() - started)
    return taken


def _recommendations(desk: Desk, sources: Sources) -> list[float]:
    """Time a whole recommendation: evidence and both rankings."""
    city, now, taken = desk.durable, datetime.now(UTC), []
    for incident_id in sorted(city.open_incidents)[:ASKED]:
        patient = city.patients[city.incidents[incident_id].patient_ids[0]]
        started = time.perf_counter()
        units = units_evidence(city, incident_id, sources, now, builtin())
        centers = centers_evidence(city, patient.id, sources, now)
        if units is not None and centers is not None:
            rank_units(city, incident_id, units, builtin())
            recommend_centers(city, patient, centers, now, builtin())
        taken.append(time.perf_counter() - started)
    return taken
