"""Join the parts: the one place that knows which desk, which storage and which clock a server has."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

from fastapi import FastAPI
from ulid import ULID

from dispatch.adapters.access import RECHECK_S, Access
from dispatch.adapters.accounts import AccountStore
from dispatch.adapters.arrivals import Arrivals
from dispatch.adapters.city_follower import CityFollower
from dispatch.adapters.clock import Clock, RunningClock
from dispatch.adapters.demo_accounts import open_demo
from dispatch.adapters.furnish import furnish, parked
from dispatch.adapters.http_api import application
from dispatch.adapters.journal_wakeups import JournalWakeUps, wake_on_news
from dispatch.adapters.live_feed import LiveFeed
from dispatch.adapters.measurements import Measurements
from dispatch.adapters.parts import Parts, ReadsFacts
from dispatch.adapters.remote_desk import RemoteDesk
from dispatch.adapters.storage import (
    Kept,
    SharedPlaces,
    Storage,
    fanout_for,
    open_gateway_storage,
    open_local_storage,
    open_shared_storage,
    sqlalchemy_url,
)
from dispatch.adapters.submission import Handles, Submission
from dispatch.adapters.telemetry_hub import TelemetryHub
from dispatch.city import City
from dispatch.command import Command
from dispatch.commands import CheckDeadlines
from dispatch.desk import Desk
from dispatch.errors import BadInput
from dispatch.evidence import Sources
from dispatch.flow.deadlines import due
from dispatch.ports import Fenced, Journal, JournalUnavailable, Telemetry, TelemetryUnavailable
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
    if ground.settings.role == "gateway":
        await _serve_gateway(app, ground)
        return
    storage, wake_ups = (given, None) if given is not None else await _opened(ground)
    try:
        desk = Desk(storage.journal, storage.keyring, ground.sources, builtin())
        clock = clock or _clock(ground.settings, storage.journal)
        await furnish(desk, ground.pack, clock)
        mind = Mind(desk.durable, desk.feed_epoch, desk, desk, desk.recovered.is_set)
        parts = await _join(ground, storage, mind, clock)
        desk.watch(parts.feed.told)
        app.state.parts = parts
        app.state.open.set()
        await _work(parts, Arrivals(parts.feed, ground.sources, parts.hub, clock), desk, storage.journal)
    finally:
        app.state.parts = None
        if wake_ups is not None:
            await wake_ups.close()
        await _close(storage)


async def _opened(ground: Ground) -> tuple[Storage, JournalWakeUps | None]:
    """Open the storage in a thread; a standby waits there until the writer is gone."""
    settings, city = ground.settings, ground.pack.name
    if settings.journal is None:
        return await asyncio.to_thread(open_local_storage, settings.data, city, settings.accounts), None
    fanout, stop = fanout_for(settings.redis, city), Event()
    wake_ups = JournalWakeUps(fanout)
    places = SharedPlaces(
        settings.journal, sqlalchemy_url(settings.accounts or settings.journal), fanout, on_durable=wake_ups
    )
    try:
        return await asyncio.to_thread(open_shared_storage, settings.data, city, places, stop), wake_ups
    except BaseException:
        await wake_ups.close()
        await fanout.close()
        raise
    finally:
        stop.set()


@dataclass(frozen=True, slots=True)
class Mind:
    """Who decides and remembers: the desk itself, or a gateway's follower and its way to the desk."""

    city: City
    feed_epoch: str
    handles: Handles
    facts: ReadsFacts
    ready: Callable[[], bool]


async def _join(ground: Ground, kept: Kept, mind: Mind, clock: Clock) -> Parts:
    """Join everything that routes and sockets work with."""
    settings = ground.settings
    feed = LiveFeed(mind.city, mind.city.seq, mind.feed_epoch, replay_changes=settings.limits.replay_changes)
    hub = TelemetryHub(kept.fanout, lambda: feed.city, clock.now)
    _place_units(ground.sources.fleet, kept.telemetry, hub, mind.city)
    measurements = Measurements(kept.telemetry, ground.sources.fleet, hub, lambda: feed.city, clock)
    hub.heard = measurements.hear
    return Parts(
        pack=ground.pack,
        sources=ground.sources,
        rules=builtin(),
        clock=clock,
        limits=settings.limits,
        origins=frozenset(settings.origins),
        access=Access(
            kept.accounts, sign_ins_waiting=settings.limits.sign_ins_waiting, remember_passwords=settings.demo
        ),
        feed=feed,
        submission=Submission(mind.handles, feed, clock),
        journal=mind.facts,
        telemetry=kept.telemetry,
        measurements=measurements,
        hub=hub,
        ecgs=kept.ecgs,
        demo_accounts=await open_demo(kept.accounts, mind.city) if settings.demo else (),
        web=settings.web or WEB,
        ready=mind.ready,
        city_key=await _city_key(kept.accounts) if settings.journal is not None else None,
    )


async def _city_key(accounts: AccountStore) -> str:
    return await asyncio.to_thread(accounts.shared_key, "gateways", secrets.token_hex(32))


def _place_units(fleet: FleetIndex, telemetry: Telemetry, hub: TelemetryHub, city: City) -> None:
    """Put every unit where it was last seen, or at its station; each with the age of what is known."""
    seen = telemetry.positions()
    known = [each for unit_id, each in seen.items() if unit_id in city.units]
    positions = [*known, *parked(city, set(seen))]
    for each in positions:
        fleet.move(each.unit_id, Point(each.lon, each.lat), each.at, each.heading_deg, each.speed_mps)
    hub.learn(positions)


async def _serve_gateway(app: FastAPI, ground: Ground) -> None:
    """Follow the journal, serve reads and sockets, and send commands to the desk."""
    settings, clock = ground.settings, RunningClock()
    places = SharedPlaces(
        settings.journal or "", sqlalchemy_url(settings.accounts or settings.journal or ""),
        fanout_for(settings.redis, ground.pack.name),
    )  # fmt: skip
    kept = await asyncio.to_thread(open_gateway_storage, settings.data, ground.pack.name, places)
    follower = await asyncio.to_thread(CityFollower, kept.journal, kept.keyring)
    desk = RemoteDesk(settings.desk_url or "", await _city_key(kept.accounts), follower)
    try:
        mind = Mind(follower.city, follower.feed_epoch, desk, follower, lambda: follower.following)
        parts = await _join(ground, kept, mind, clock)
        app.state.parts = parts
        app.state.open.set()
        woken = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(wake_on_news(kept.fanout, woken))
            group.create_task(follower.run(woken, parts.feed.told))
            _start_beats(group, parts)
    finally:
        app.state.parts = None
        await desk.close()
        await kept.fanout.close()
        await asyncio.to_thread(kept.close)


async def _work(parts: Parts, arrivals: Arrivals, desk: Desk, journal: Journal) -> None:
    """Do what nobody asks for: fan out, keep time, forget what is old. One that breaks ends the server."""
    deadline_s = max(DEADLINE_BEAT_LEAST_S, BEAT_S / parts.clock.speed)
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.until_fenced())
        _start_beats(group, parts)
        group.create_task(_every(BEAT_S, _announcer(arrivals)))
        group.create_task(_every(deadline_s, lambda: _keep_deadlines(desk, parts.clock)))
        group.create_task(_every(BEAT_S, lambda: _keep_seat(desk, journal)))
        group.create_task(_every(RETENTION_S, lambda: _forget(parts)))


def _start_beats(group: asyncio.TaskGroup, parts: Parts) -> None:
    """Start what the desk's process and every gateway do for their own viewers."""
    group.create_task(parts.hub.run())
    group.create_task(_every(BEAT_S, parts.hub.send_positions))
    group.create_task(_every(BEAT_S, _leveller(parts.feed)))
    group.create_task(_every(RECHECK_S, parts.access.recheck))


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
