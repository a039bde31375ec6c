"""What every serving process does, whoever decides: join the parts, place the units, beat once a second."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from dispatch.adapters.accounts.access import RECHECK_S, Access
from dispatch.adapters.accounts.demo import open_demo
from dispatch.adapters.accounts.storage import AccountsUnavailable
from dispatch.adapters.clock import Clock
from dispatch.adapters.furnish import parked
from dispatch.adapters.live.feed import LiveFeed
from dispatch.adapters.location.no_places import NoPlaces
from dispatch.adapters.pages.text_message import TextMessages
from dispatch.adapters.parts import Parts, ReadsFacts
from dispatch.adapters.photos.sealed import Photos
from dispatch.adapters.photos.uploads import PartialUploads
from dispatch.adapters.record.erasures import Erasures
from dispatch.adapters.roads.fleet_speeds import FleetSpeeds
from dispatch.adapters.roads.live_roads import LiveRoads
from dispatch.adapters.storage.local import Kept
from dispatch.adapters.storage.written_once import write_once
from dispatch.adapters.submission import Handles, Submission
from dispatch.adapters.team.web_push import PushSender, sender_from
from dispatch.adapters.telemetry.hub import Row, TelemetryHub
from dispatch.adapters.telemetry.measurements import Measurements
from dispatch.ports import Fenced, JournalUnavailable, Places, Telemetry, TelemetryUnavailable
from dispatch.rules import Rules
from dispatch.settings import Settings
from dispatch.sources import Sources
from dispatch.state.city import City
from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex
from geo.live_weights import LiveWeights
from geo.point import Point
from geo.tracks.following import FollowedFleet
from geo.tracks.learned_speeds import LearnedSpeeds
from geo.tracks.learning_rules import read_rules

log = logging.getLogger(__name__)

WEB = Path(__file__).resolve().parent.parent / "web" / "dist"
PUSH_SECRET_FILE = "push.secret"  # noqa: S105 - the name of a file
BEAT_S, CATCH_UP_S, RETENTION_S = 1.0, 3.0, 3_600.0
UPLOADS_FOLDER = "uploads"
ERASING_FOLDER = "erasing"  # what was counted of patients who are being forgotten
WEIGHTS_S = 0.2  # so soon a screen asks anew after roads have changed


@dataclass(frozen=True, slots=True)
class Ground:
    """What a server stands on before any storage is open: a city and its roads."""

    settings: Settings
    pack: CityPack
    sources: Sources
    rules: Rules
    learned: LearnedSpeeds | None = None


@dataclass(frozen=True, slots=True)
class Mind:
    """Who decides and remembers: the desk itself, or a gateway's follower and its way to the desk."""

    city: City
    feed_epoch: str
    handles: Handles
    facts: ReadsFacts
    ready: Callable[[], bool]


async def join(ground: Ground, kept: Kept, mind: Mind, clock: Clock) -> Parts:
    """Join everything that routes and sockets work with."""
    settings = ground.settings
    feed = LiveFeed(mind.city, mind.city.seq, mind.feed_epoch, replay_changes=settings.limits.replay_changes)
    hub = TelemetryHub(kept.fanout, lambda: feed.city, clock.now)
    ground.sources.tell_units(mind.city.units.values())
    _place_units(ground.sources.fleet, kept.telemetry, hub, mind.city)
    weights = LiveWeights(ground.sources.travel, ground.pack.graph)
    roads = LiveRoads(ground.sources.travel, weights, lambda: feed.city, clock, ground.learned)
    await roads.start()
    followed = FollowedFleet(ground.sources.travel, ground.sources.fleet)
    measurements = Measurements(kept.telemetry, followed, hub, lambda: feed.city, clock)
    fleet_speeds = _fleet_speeds(ground, roads, lambda: feed.city, clock)
    hub.heard = _hearers(measurements, fleet_speeds)
    uploads = PartialUploads(settings.data / UPLOADS_FOLDER)
    return Parts(
        pack=ground.pack,
        sources=ground.sources,
        roads=roads,
        rules=ground.rules,
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
        photos=Photos(kept.photos, kept.keyring),
        keyring=kept.keyring,
        push=await asyncio.to_thread(_push_sender, settings),
        erasures=Erasures(kept, uploads, settings.data / ERASING_FOLDER, mind.city),
        uploads=uploads,
        text_messages=TextMessages(settings.sms_url, settings.sms_secret, clock),
        places=_places(settings),
        link_url=settings.link_url,
        demo_accounts=await open_demo(kept.accounts, mind.city) if settings.demo else (),
        web=settings.web or WEB,
        ready=mind.ready,
        exchange_secret=settings.exchange_secret,
        gateway_secret=None if settings.role == "gateway" else settings.gateway_secret,
        fleet_speeds=fleet_speeds,
    )


def _fleet_speeds(ground: Ground, roads: LiveRoads, city: Callable[[], City], clock: Clock) -> FleetSpeeds | None:
    if not ground.settings.live_speeds:
        return None
    roads.expect_live()
    return FleetSpeeds(ground.sources.travel, roads, city, clock, read_rules(), ground.learned)


def _hearers(measurements: Measurements, fleet_speeds: FleetSpeeds | None) -> Callable[[list[Row]], None]:
    def heard(rows: list[Row]) -> None:
        measurements.hear(rows)
        if fleet_speeds is not None:
            fleet_speeds.hear(rows)

    return heard


def _push_sender(settings: Settings) -> PushSender | None:
    """Return who pushes to people's devices: the key is an installation's own and made at its first start."""
    secret = settings.push_secret
    if secret is None and settings.role == "gateway":
        return None  # a gateway's own key would be another one than the desk's
    if secret is None:
        file = settings.data / PUSH_SECRET_FILE
        write_once(file, secrets.token_urlsafe(32).encode())
        secret = file.read_text(encoding="ascii")
    return sender_from(secret, settings.push_hosts, settings.push_contact)


def _places(settings: Settings) -> Places:
    if settings.geocoder is None:
        return NoPlaces()
    from dispatch.adapters.location.places_geopy import GeopyPlaces  # noqa: PLC0415 - a fifth of a second, off by default

    return GeopyPlaces(settings.geocoder, settings.geocoder_key or "", settings.geocoder_url, time.monotonic)


def _place_units(fleet: FleetIndex, telemetry: Telemetry, hub: TelemetryHub, city: City) -> None:
    """Put every unit where it was last seen, or at its station; each with the age of what is known."""
    seen = telemetry.positions()
    known = [each for unit_id, each in seen.items() if unit_id in city.units]
    positions = [*known, *parked(city, set(seen))]
    for each in positions:
        fleet.move(each.unit_id, Point(each.lon, each.lat), each.at, each.heading_deg, each.speed_mps)
    hub.learn(positions)


def start_beats(group: asyncio.TaskGroup, parts: Parts) -> None:
    """Start what desk and gateways alike do for their own viewers and their own files."""
    group.create_task(parts.hub.run())
    group.create_task(parts.roads.run())
    if parts.fleet_speeds is not None:
        group.create_task(parts.fleet_speeds.run())
    group.create_task(every(WEIGHTS_S, _teller(parts)))
    group.create_task(every(BEAT_S, parts.hub.send_positions))
    group.create_task(every(BEAT_S, _leveller(parts.feed)))
    group.create_task(every(RECHECK_S, parts.access.recheck))
    group.create_task(every(CATCH_UP_S, lambda: _catch_up(parts)))
    group.create_task(every(RETENTION_S, lambda: _forget(parts)))


async def every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do something again and again; storage that is away for a while ends nothing."""
    while True:
        try:
            await work()
        except Fenced:
            raise  # another process writes this city now: end, and come back as its standby
        except (JournalUnavailable, TelemetryUnavailable, AccountsUnavailable) as failure:
            log.warning("put off: %s", failure)
        await asyncio.sleep(seconds)


def _leveller(feed: LiveFeed) -> Callable[[], Awaitable[None]]:
    async def level() -> None:
        feed.level()

    return level


def _teller(parts: Parts) -> Callable[[], Awaitable[None]]:
    async def tell() -> None:
        parts.hub.show_weights(parts.roads.in_force())

    return tell


async def _catch_up(parts: Parts) -> None:
    """Look into the store for positions that the fan-out did not bring: the nearest unit must not be an old place."""
    await parts.hub.catch_up(await asyncio.to_thread(parts.telemetry.reread_positions))


async def _forget(parts: Parts) -> None:
    """Apply retention to vitals, waves and tracks; facts are kept for ever, and what is sealed as long as it is."""
    before = parts.clock.now() - timedelta(days=parts.rules.telemetry_kept_days)
    sealed = await asyncio.to_thread(_sealed_in, parts.feed.city)
    await asyncio.to_thread(parts.telemetry.forget_before, before, sealed)
    await asyncio.to_thread(parts.uploads.forget_abandoned)


def _sealed_in(city: City) -> frozenset[str]:
    """Return whose records are sealed; reads every patient, those asleep too: not on the loop."""
    return frozenset(each.id for each in city.patients.values() if each.sealed is not None)
