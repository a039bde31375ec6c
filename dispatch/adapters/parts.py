"""Name what the routes and sockets work with. ``main.build`` makes one of these and nobody else does."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Protocol

from fastapi import Depends
from starlette.requests import HTTPConnection

from dispatch.adapters.accounts.access import Access
from dispatch.adapters.clock import Clock
from dispatch.adapters.journal.chain_watch import ChainWatch
from dispatch.adapters.limits import Limits
from dispatch.adapters.live.feed import LiveFeed
from dispatch.adapters.pages.text_message import TextMessages
from dispatch.adapters.photos.sealed import Photos
from dispatch.adapters.photos.uploads import PartialUploads
from dispatch.adapters.record.erasures import Erasures
from dispatch.adapters.roads.fleet_speeds import FleetSpeeds
from dispatch.adapters.roads.live_roads import LiveRoads
from dispatch.adapters.submission import Submission
from dispatch.adapters.team.web_push import PushSender
from dispatch.adapters.telemetry.ecg_files import KeepsEcgs
from dispatch.adapters.telemetry.hub import TelemetryHub
from dispatch.adapters.telemetry.measurements import Measurements
from dispatch.adapters.telephony.line_events import SeenEvents
from dispatch.desk import Told
from dispatch.fact import Fact
from dispatch.ports import Keyring, Places, Telemetry
from dispatch.rules import Rules
from dispatch.sources import Sources
from geo.city_pack import CityPack
from geo.point import Point
from geo.reach import Reach


class ReadsFacts(Protocol):
    """Whoever can read single facts back."""

    def facts_of(self, seqs: tuple[int, ...]) -> list[Fact]:
        """Return facts by number, in order; blocks."""
        ...


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to try, for the door page."""

    account: str
    password: str
    role: str
    page: str
    label_zh: str
    label_en: str


@dataclass(slots=True)
class Reaching:
    """Who asks what is reached in some minutes: whose turn it is, and the last answers by place, minutes, epoch."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    kept: dict[tuple[Point, tuple[float, ...], int], list[Reach]] = field(default_factory=dict)


class NotReadyError(Exception):
    """Say that this server is starting, or stands by for another; 503."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything one server process is made of."""

    pack: CityPack
    sources: Sources
    roads: LiveRoads
    rules: Rules
    clock: Clock
    limits: Limits
    origins: frozenset[str]
    access: Access
    feed: LiveFeed
    submission: Submission
    journal: ReadsFacts
    telemetry: Telemetry
    measurements: Measurements
    hub: TelemetryHub
    ecgs: KeepsEcgs
    photos: Photos
    keyring: Keyring
    erasures: Erasures
    uploads: PartialUploads
    text_messages: TextMessages
    places: Places
    demo_accounts: tuple[DemoAccount, ...]
    web: Path
    ready: Callable[[], bool]
    push: PushSender | None = None  # None: this process knows no push key
    link_url: str | None = None  # where callers reach their page; None: where the seat reached us
    gateway_secret: str | None = None  # what gateways show when they bring commands; None: there are none
    exchange_secret: str | None = None  # what the exchange signs with; None: only connected systems' accounts
    line_events: SeenEvents = field(default_factory=SeenEvents)
    reaching: Reaching = field(default_factory=Reaching)
    chain: ChainWatch = field(default_factory=ChainWatch)  # the desk checks; a gateway leaves it to the desk
    fleet_speeds: FleetSpeeds | None = None  # None: not learned from

    def told(self, told: Told) -> None:
        """Take durable facts: the roads and the search for units first, then every screen."""
        self.sources.follow(told.after, told.facts)
        self.feed.told(told)
        self.erasures.told(told.facts)
        self.roads.wake()


async def parts_of(connection: HTTPConnection) -> Parts:
    """Return the parts of the server that took this connection; a standby has none before it takes over."""
    parts = getattr(connection.app.state, "parts", None)
    if not isinstance(parts, Parts):
        raise NotReadyError
    return parts


def weights_used(parts: Parts, epoch: int) -> dict[str, Any]:
    """Say which weights an answer used, the moment they describe, how old they are, and since when newer ones fail.

    ``weights_live_at`` is when the newest of the own drives ended that they were learned from, None without any.
    """
    used = parts.roads.in_force()
    return {
        "weights_epoch": epoch,
        "weights_as_of": used.as_of,
        "weights_age_s": used.age_s,
        "weights_failed_at": used.failed_at,
        "weights_live_at": None if used.speeds.live is None else used.speeds.live.newest_at,
    }


HasParts = Annotated[Parts, Depends(parts_of)]
