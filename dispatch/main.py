"""Join the parts: the one place that knows which desk, which storage and which clock a server has."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

from fastapi import FastAPI
from ulid import ULID

from dispatch.adapters.access import RECHECK_S, Access
from dispatch.adapters.arrivals import Arrivals
from dispatch.adapters.clock import Clock, RunningClock
from dispatch.adapters.demo_accounts import open_demo
from dispatch.adapters.furnish import furnish, parked
from dispatch.adapters.http_api import application
from dispatch.adapters.live_feed import LiveFeed
from dispatch.adapters.measurements import Measurements
from dispatch.adapters.parts import Parts
from dispatch.adapters.storage import SharedUrls, Storage, open_local_storage, open_shared_storage, sqlalchemy_url
from dispatch.adapters.submission import Submission
from dispatch.adapters.telemetry_hub import TelemetryHub
from dispatch.command import Command
from dispatch.commands import CheckDeadlines
from dispatch.desk import Desk
from dispatch.errors import BadInput
from dispatch.evidence import Sources
from dispatch.flow.deadlines import due
from dispatch.ports import Fenced, Journal, JournalUnavailable, TelemetryUnavailable
from dispatch.rules import builtin
from dispatch.settings import Settings
from dispatch.words import Actor, Role
from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex
from geo.pack_files import BadPack
from geo.point import Point
from geo.travel import TravelTimes

log = logging.getLogger(__name__)

DEADLINE_CLOCK = Actor("desk", Role.SYSTEM)
WEB = Path(__file__).resolve().parent.parent / "web" / "dist"
BEAT_S, ARRIVALS_S, RETENTION_S = 1.0, 5.0, 3_600.0
DEADLINE_BEAT_LEAST_S = 0.1  # however fast a simulated day runs
KEPT = timedelta(days=30)  # vitals, waves and tracks; facts are kept for ever


@dataclass(frozen=True, slots=True)
class Ground:
    """What a server stands on before any storage is open: a city and its roads."""

    settings: Settings
    pack: CityPack
    sources: Sources


def build(
    settings: Settings,
    *,
    storage: Storage | None = None,
    clock: Clock | None = None,
    broken: Callable[[BaseException], None] | None = None,
) -> FastAPI:
    """Return the application of one server; it opens its storage when it starts and closes it when it ends.

    ``storage`` and ``clock`` replace what the settings would open, for tests. ``broken`` is told what ended the
    server's own work: the process must end then and start again from the journal.

    Raises
    ------
    BadInput
        The settings name no readable city pack.
    """
    pack = open_pack(settings.city)
    ground = Ground(settings, pack, Sources(TravelTimes.open(pack), FleetIndex(pack.roads)))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        serving = asyncio.create_task(_serve(app, ground, storage, clock))
        if broken is not None:
            serving.add_done_callback(lambda task: _tell(task, broken))
        if settings.role == "desk":
            await _until_ready(app, serving)
        try:
            yield
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving

    app = application(lifespan, settings.limits, settings.web or WEB)
    app.state.parts = None
    app.state.open = asyncio.Event()
    return app


def open_pack(path: Path | None) -> CityPack:
    """Open the city pack; raise ``BadInput`` naming what is wrong with it."""
    if path is None:
        raise BadInput("which city? name its pack with --city PACK or GREENCHANNEL_CITY")
    try:
        return CityPack.open(path)
    except BadPack as error:
        raise BadInput(str(error)) from error


async def _until_ready(app: FastAPI, serving: asyncio.Task[None]) -> None:
    """Wait until requests can be answered; a start that fails raises its reason here."""
    opened = asyncio.create_task(app.state.open.wait())
    await asyncio.wait([opened, serving], return_when=asyncio.FIRST_COMPLETED)
    opened.cancel()
    if serving.done():
        serving.result()


def _tell(task: asyncio.Task[None], broken: Callable[[BaseException], None]) -> None:
    if not task.cancelled() and (failure := task.exception()) is not None:
        broken(failure)


async def _serve(app: FastAPI, ground: Ground, given: Storage | None, clock: Clock | None) -> None:
    """Open the storage, join the parts, and do the server's own work until cancelled."""
    storage = await _opened(ground) if given is None else given
    try:
        desk = Desk(storage.journal, storage.keyring, ground.sources, builtin())
        clock = clock or _clock(ground.settings, storage.journal)
        await furnish(desk, ground.pack, clock)
        parts, arrivals = await _join(ground, storage, desk, clock)
        app.state.parts = parts
        app.state.open.set()
        await _work(parts, arrivals, desk, storage.journal)
    finally:
        app.state.parts = None
        await _close(storage)


async def _opened(ground: Ground) -> Storage:
    """Open the storage in a thread; a standby waits there until the writer is gone."""
    stop = Event()
    try:
        return await asyncio.to_thread(_open_storage, ground.settings, ground.pack.name, stop)
    finally:
        stop.set()


async def _join(ground: Ground, storage: Storage, desk: Desk, clock: Clock) -> tuple[Parts, Arrivals]:
    settings = ground.settings
    feed = LiveFeed(desk.durable, desk.durable.seq, desk.feed_epoch, replay_changes=settings.limits.replay_changes)
    desk.watch(feed.told)
    hub = TelemetryHub(storage.fanout, lambda: feed.city, clock.now)
    _place_units(ground.sources.fleet, storage, hub, desk)
    demo = await open_demo(storage.accounts, desk.durable) if settings.demo else ()
    parts = Parts(
        pack=ground.pack,
        sources=ground.sources,
        rules=builtin(),
        clock=clock,
        limits=settings.limits,
        origins=frozenset(settings.origins),
        access=Access(
            storage.accounts, sign_ins_waiting=settings.limits.sign_ins_waiting, remember_passwords=settings.demo
        ),
        feed=feed,
        submission=Submission(desk, feed, clock),
        journal=desk,
        telemetry=storage.telemetry,
        measurements=Measurements(storage.telemetry, ground.sources.fleet, hub, lambda: feed.city, clock),
        hub=hub,
        ecgs=storage.ecgs,
        demo_accounts=demo,
        web=settings.web or WEB,
        ready=desk.recovered.is_set,
    )
    return parts, Arrivals(feed, ground.sources, hub, clock)


def _place_units(fleet: FleetIndex, storage: Storage, hub: TelemetryHub, desk: Desk) -> None:
    """Put every unit where it was last seen, or at its station; each with the age of what is known."""
    seen = storage.telemetry.positions()
    known = [each for unit_id, each in seen.items() if unit_id in desk.durable.units]
    positions = [*known, *parked(desk.durable, set(seen))]
    for each in positions:
        fleet.move(each.unit_id, Point(each.lon, each.lat), each.at, each.heading_deg, each.speed_mps)
    hub.learn(positions)


async def _work(parts: Parts, arrivals: Arrivals, desk: Desk, journal: Journal) -> None:
    """Do what nobody asks for: fan out, keep time, forget what is old. One that breaks ends the server."""
    deadline_s = max(DEADLINE_BEAT_LEAST_S, BEAT_S / parts.clock.speed)
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.until_fenced())
        group.create_task(parts.hub.run())
        group.create_task(_every(BEAT_S, parts.hub.send_positions))
        group.create_task(_every(BEAT_S, _leveller(parts.feed)))
        group.create_task(_every(RECHECK_S, parts.access.recheck))
        group.create_task(_every(BEAT_S, _announcer(arrivals)))
        group.create_task(_every(deadline_s, lambda: _keep_deadlines(desk, parts.clock)))
        group.create_task(_every(BEAT_S, lambda: _keep_seat(desk, journal)))
        group.create_task(_every(RETENTION_S, lambda: _forget(parts)))


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do something again and again; storage that is away for a while ends nothing."""
    while True:
        try:
            await work()
        except Fenced:
            raise  # another process writes this city now: end, and come back as its standby
        except (JournalUnavailable, TelemetryUnavailable) as failure:
            log.warning("put off: %s", failure)
        await asyncio.sleep(seconds)


def _leveller(feed: LiveFeed) -> Callable[[], Awaitable[None]]:
    async def level() -> None:
        feed.level()

    return level


def _announcer(arrivals: Arrivals) -> Callable[[], Awaitable[None]]:
    """Publish arrivals every 5 s, and within a second when somebody drives elsewhere."""
    beats = 0

    async def announce() -> None:
        nonlocal beats
        beats += 1
        if beats * BEAT_S >= ARRIVALS_S or arrivals.is_stale():
            beats = 0
            await arrivals.publish()

    return announce


async def _keep_deadlines(desk: Desk, clock: Clock) -> None:
    """Ask the desk to look at the clock, if the clock has anything to say."""
    now = clock.now()
    if due(desk.durable, now, builtin()):
        await desk.handle(Command(str(ULID.from_datetime(now)), CheckDeadlines(), DEADLINE_CLOCK, now, now))


async def _keep_seat(desk: Desk, journal: Journal) -> None:
    """Find out, while the desk waits for its journal, whether it was fenced: then waiting is over."""
    if not desk.recovered.is_set():
        await asyncio.to_thread(journal.recover)


async def _forget(parts: Parts) -> None:
    await asyncio.to_thread(parts.telemetry.forget_before, parts.clock.now() - KEPT)


def _open_storage(settings: Settings, city: str, stop: Event) -> Storage:
    if settings.journal is None:
        return open_local_storage(settings.data, city, settings.accounts)
    accounts = sqlalchemy_url(settings.accounts or settings.journal)
    return open_shared_storage(settings.data, city, SharedUrls(settings.journal, settings.redis, accounts), stop)


def _clock(settings: Settings, journal: Journal) -> Clock:
    """Start the clock; never before the last fact, or a restarted simulated day would run backwards."""
    clock = RunningClock(settings.clock_start, settings.clock_speed)
    head = journal.head()
    last = next(iter(journal.read(head.seq - 1, 1)), None) if head.seq else None
    if last is None or last.recorded_at <= clock.now():
        return clock
    return RunningClock(last.recorded_at, settings.clock_speed)


async def _close(storage: Storage) -> None:
    await storage.fanout.close()
    await asyncio.to_thread(storage.close)
