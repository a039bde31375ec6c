"""Join the parts: the one place that knows which desk, which storage and which clock a server has."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Protocol

from fastapi import FastAPI
from ulid import ULID

from dispatch.adapters.clock import Clock, RunningClock
from dispatch.adapters.furnish import furnish
from dispatch.adapters.http.api import application
from dispatch.adapters.journal.anchoring import DailyAnchor
from dispatch.adapters.journal.audit import ANCHORS_FILE
from dispatch.adapters.journal.sealing import SealBroken
from dispatch.adapters.journal.wakeups import JournalWakeUps
from dispatch.adapters.live.walls import WallsHeard, WallWatch
from dispatch.adapters.neighbors import read_neighbors
from dispatch.adapters.parts import Parts
from dispatch.adapters.service_notices import ServiceNotices
from dispatch.adapters.site_file import rules_of
from dispatch.adapters.storage.local import Storage, fanout_for, open_local_storage, sqlalchemy_url
from dispatch.adapters.team.messenger import SummonsMessenger, Ways
from dispatch.adapters.telemetry.arrivals import Arrivals
from dispatch.adapters.telemetry.hub import Row
from dispatch.command import Command
from dispatch.commands.deadlines import CheckDeadlines
from dispatch.commands.record import ReportErasure
from dispatch.commands.scene import ReportNotice
from dispatch.commands.teams import ReportSummons
from dispatch.commands.watch import ReportWall
from dispatch.desk import Desk
from dispatch.errors import BadInput
from dispatch.flow.deadlines import due
from dispatch.ports import Journal, JournalUnavailable
from dispatch.serving import BEAT_S, WEB, Ground, Mind, every, join, start_beats
from dispatch.settings import Settings
from dispatch.sources import Sources
from dispatch.state.city import City
from dispatch.words import Actor, Role
from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex
from geo.pack_files import BadPack
from geo.speeds import read_profile
from geo.tracks.learned_speeds import BadLearnedSpeeds, LearnedSpeeds, read_learned
from geo.tracks.learning_rules import read_rules
from geo.travel import TravelTimes

log = logging.getLogger(__name__)

DEADLINE_CLOCK = Actor("desk", Role.SYSTEM)
ARRIVALS_S = 5.0
DEADLINE_BEAT_LEAST_S = 0.1  # however fast a simulated day runs


class Messenger(Protocol):
    """Looks what is to be sent, and sends it."""

    async def look(self, city: City) -> None:
        """Send what is due now."""
        ...


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
    neighbors = read_neighbors(settings.neighbors)
    sources = Sources(TravelTimes.open(pack), FleetIndex(pack.roads), neighbors)
    learned = read_speeds(settings.learned_speeds)
    ground = Ground(settings, pack, sources, rules_of(settings.protocols_site), learned)

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

    app = application(lifespan, settings.limits, settings.web or WEB, settings.monitors)
    app.state.parts = None
    app.state.open = asyncio.Event()
    app.state.waiting = False  # for the process that writes this city now
    return app


def open_pack(path: Path | None) -> CityPack:
    """Open the city pack; raise ``BadInput`` naming what is wrong with it."""
    if path is None:
        raise BadInput("which city? name its pack with --city PACK or GREENCHANNEL_CITY")
    try:
        return CityPack.open(path)
    except BadPack as error:
        raise BadInput(str(error)) from error


def read_speeds(path: Path | None) -> LearnedSpeeds | None:
    """Read what was learned about the city's speeds; raise ``BadInput`` when the file cannot be used."""
    try:
        return None if path is None else read_learned(path, read_profile(), read_rules())
    except BadLearnedSpeeds as error:
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
        from dispatch.gateway import serve_gateway  # noqa: PLC0415 - and with it a driver that no desk of its own needs

        await serve_gateway(app, ground)
        return
    storage, wake_ups = (given, None) if given is not None else await _opened(app, ground)
    try:
        desk = _desk(ground, storage)
        clock = clock or _clock(ground.settings, storage.journal)
        await furnish(desk, ground.pack, clock)
        mind = Mind(desk.durable, desk.feed_epoch, desk, desk, desk.recovered.is_set)
        parts = app.state.parts = await join(ground, storage, mind, clock)
        desk.watch(parts.told)
        app.state.open.set()
        async with _report(ground, parts, desk), _anchored(ground.settings.anchors, storage.journal, clock):
            arrivals = Arrivals(parts.feed, ground.sources, parts.hub, clock)
            await _work(parts, arrivals, desk, storage.journal, ground.settings)
    except asyncio.CancelledError:
        await asyncio.to_thread(_leave_snapshot, desk)
        raise
    finally:
        parts, app.state.parts = app.state.parts, None
        if parts is not None:
            await parts.roads.close()
        if wake_ups is not None:
            await wake_ups.close()
        await storage.fanout.close()
        await asyncio.to_thread(storage.close)


def _anchors(settings: Settings) -> Path | None:
    """Name the anchors that the desk keeps elsewhere, else those that somebody put beside an embedded journal."""
    beside = settings.data / ANCHORS_FILE
    return settings.anchors or (beside if settings.journal is None and beside.is_file() else None)


def _leave_snapshot(desk: Desk) -> None:
    """Keep a snapshot at an orderly end; a journal that cannot take it only makes the next start slower."""
    try:
        desk.save_snapshot()
    except JournalUnavailable as failure:
        log.warning("no snapshot was kept; the next start folds more facts: %s", failure)


def _desk(ground: Ground, storage: Storage) -> Desk:
    """Read the journal; raise ``BadInput`` when its keys are not those that it was sealed with."""
    try:
        return Desk(storage.journal, storage.keyring, ground.sources, ground.rules)
    except SealBroken as error:
        raise BadInput(f"{error}: restore the keys that belong to this journal (docs/operations.md)") from error


async def _opened(app: FastAPI, ground: Ground) -> tuple[Storage, JournalWakeUps | None]:
    """Open the storage in a thread; while another process writes the city, wait there as its standby."""
    settings, city = ground.settings, ground.pack.name
    if settings.journal is None:
        return await asyncio.to_thread(open_local_storage, settings.data, city, settings.accounts), None
    # An embedded city has no use for a driver of PostgreSQL: 12 MB, and a tenth of a second of its start.
    from dispatch.adapters.storage.shared import SharedPlaces, open_shared_storage  # noqa: PLC0415

    fanout, stop, loop = fanout_for(settings.redis, city), Event(), asyncio.get_running_loop()

    def waiting() -> None:
        app.state.waiting = True
        loop.call_soon_threadsafe(app.state.open.set)  # it answers, if only that it waits

    wake_ups = JournalWakeUps(fanout)
    accounts = sqlalchemy_url(settings.accounts or settings.journal)
    places = SharedPlaces(settings.journal, accounts, fanout, on_durable=wake_ups, standby=stop, waiting=waiting)
    try:
        while True:
            try:
                return await asyncio.to_thread(open_shared_storage, settings.data, city, places), wake_ups
            except JournalUnavailable as failure:
                if not app.state.waiting:
                    raise  # at the very start it is more likely a wrong address than an outage
                log.warning("this standby waits for the database: %s", failure)
            await asyncio.sleep(BEAT_S)
    except BaseException:
        await wake_ups.close()
        await fanout.close()
        raise
    finally:
        stop.set()


@asynccontextmanager
async def _report(ground: Ground, parts: Parts, desk: Desk) -> AsyncIterator[None]:
    """Keep the report in PostGIS behind the desk, when there is one; nothing here waits for it."""
    if ground.settings.journal is None:
        yield
        return
    from dispatch.adapters.report.keeping import ReportKeeper  # noqa: PLC0415 - an embedded city has no use for it

    keeper = ReportKeeper(ground.settings.journal, ground.pack.name, ground.pack)
    desk.watch(keeper.wake)

    hear = parts.hub.heard

    def heard(rows: list[Row]) -> None:
        hear(rows)
        keeper.note(rows)

    parts.hub.heard = heard
    keeping = keeper.start()
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])


def _messengers(settings: Settings, parts: Parts, desk: Desk) -> tuple[Messenger, ...]:
    """Make what carries the desk's words out of the house."""

    async def say(data: ReportNotice | ReportSummons | ReportWall) -> None:
        await _say(desk, parts, data)

    hook = settings.service_url, settings.service_secret
    gateway = settings.team_url, settings.team_secret
    ways = Ways(gateway, parts.text_messages, parts.push, parts.keyring, settings.link_url)
    heard = parts.hub.walls = WallsHeard(time.monotonic, parts.rules.wall_lost_after_s)
    return (
        ServiceNotices(hook, parts.rules, parts.clock, say),
        SummonsMessenger(ways, parts.clock, say),
        WallWatch(heard, say),
    )


@asynccontextmanager
async def _anchored(path: Path | None, journal: Journal, clock: Clock) -> AsyncIterator[None]:
    """Anchor the journal's head once a day, where a file for it is named."""
    if path is None:
        yield
        return
    anchoring = asyncio.create_task(DailyAnchor(path, journal, clock).run())
    try:
        yield
    finally:
        anchoring.cancel()
        await asyncio.wait([anchoring])


async def _work(parts: Parts, arrivals: Arrivals, desk: Desk, journal: Journal, settings: Settings) -> None:
    """Do what nobody asks for: fan out, keep time, forget what is old. One that breaks ends the server."""
    deadline_s = max(DEADLINE_BEAT_LEAST_S, BEAT_S / parts.clock.speed)
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.until_fenced())
        group.create_task(desk.keep_snapshot())  # a start that folded much spares the next one
        group.create_task(parts.chain.check(journal, _anchors(settings)))
        start_beats(group, parts)
        group.create_task(every(BEAT_S, _announcer(arrivals)))
        group.create_task(every(deadline_s, lambda: _keep_deadlines(desk, parts)))
        for messenger in _messengers(settings, parts, desk):
            group.create_task(every(BEAT_S, _looker(messenger, desk)))
        group.create_task(every(BEAT_S, lambda: parts.erasures.look(lambda proof: _say(desk, parts, proof))))
        group.create_task(every(BEAT_S, lambda: _keep_seat(desk, journal)))


def _announcer(arrivals: Arrivals) -> Callable[[], Awaitable[None]]:
    """Publish arrivals every 5 s, and within a second when somebody drives elsewhere."""
    beats = 0

    async def announce() -> None:
        nonlocal beats
        beats += 1
        if beats * BEAT_S >= ARRIVALS_S or await asyncio.to_thread(arrivals.is_stale):
            beats = 0
            await arrivals.publish()

    return announce


def _looker(messenger: Messenger, desk: Desk) -> Callable[[], Awaitable[None]]:
    async def look() -> None:
        await messenger.look(desk.durable)

    return look


async def _say(desk: Desk, parts: Parts, data: ReportNotice | ReportSummons | ReportWall | ReportErasure) -> None:
    now = parts.clock.now()
    await desk.handle(Command(str(ULID.from_datetime(now)), data, DEADLINE_CLOCK, now, now))


async def _keep_deadlines(desk: Desk, parts: Parts) -> None:
    """Ask the desk to look at the clock, if the clock has anything to say; looking takes 10 ms in a large city."""
    now = parts.clock.now()
    if await asyncio.to_thread(due, desk.durable, now, parts.rules):
        await desk.handle(Command(str(ULID.from_datetime(now)), CheckDeadlines(), DEADLINE_CLOCK, now, now))


async def _keep_seat(desk: Desk, journal: Journal) -> None:
    """Find out whether this desk was fenced: while it waits for its journal, and while nobody asks it anything."""
    await asyncio.to_thread(journal.confirm_seat if desk.recovered.is_set() else journal.recover)


def _clock(settings: Settings, journal: Journal) -> Clock:
    """Start the clock; never before the last fact, or a restarted simulated day would run backwards."""
    clock = RunningClock(settings.clock_start, settings.clock_speed)
    head = journal.head()
    last = next(iter(journal.read(head.seq - 1, 1)), None) if head.seq else None
    if last is None or last.recorded_at <= clock.now():
        return clock
    ahead_s = (last.recorded_at - clock.now()).total_seconds()
    log.warning(
        "the last fact is %.0f s ahead of this machine's clock; time goes on from there: set the clock", ahead_s
    )
    return RunningClock(last.recorded_at, settings.clock_speed)
