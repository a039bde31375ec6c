"""Keep travel times true to the city: its closures and slow zones, from their beginning to their end, and the hour.

Every process of a city follows the same facts and so has the same measures. Nothing waits for a rebuild: until it is
whole the old weights answer, and a rebuild that fails leaves them, with their age, and is tried again.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rpds import HashTrieMap

from dispatch.adapters.clock import Clock
from dispatch.road_measure import RoadMeasure
from dispatch.state.city import City
from geo.chosen_roads import NoChoice
from geo.live_weights import CLOSED, BadMeasure, LiveWeights, no_hour_factors
from geo.live_weights import RoadMeasure as OnRoads
from geo.point import Point
from geo.tracks.learned_speeds import LearnedSpeeds
from geo.tracks.speed_learning import LiveFactors
from geo.travel import TravelTimes

log = logging.getLogger(__name__)

BEAT_S = 1.0
AGAIN_S = 10.0  # after a rebuild that failed
FIRST_WITHIN_S = 60.0  # at the start; then the server serves with the map's own weights and says so


@dataclass(frozen=True, slots=True)
class LiveFactor:
    """What drives take, relative to the speeds before: on all roads (``what`` "all") or those of one class."""

    what: str
    factor: float
    drives: float  # parts of drives add up, each weighs less with its age
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class LiveSpeeds:
    """What the own fleet's drives of the last hour say; no ``factors`` while too few of them speak.

    ``areas`` have a factor of their own, from ``area_least`` to ``area_most``.
    """

    drives: int = 0
    newest_at: datetime | None = None
    learned_at: datetime | None = None
    factors: tuple[LiveFactor, ...] = ()
    areas: int = 0
    area_least: float | None = None
    area_most: float | None = None

    @classmethod
    def of(cls, live: LiveFactors, at: datetime) -> "LiveSpeeds":
        """Say what was learned at a moment."""
        told = {"all": live.overall, **live.classes} if live.overall.count else {}
        rows = tuple(LiveFactor(what, row.factor, row.count, row.newest_at) for what, row in told.items())
        areas = [cell.learned.factor for cell in live.areas]
        bounds = (min(areas), max(areas)) if areas else (None, None)
        return cls(live.drives, live.newest_at, at, rows, len(areas), *bounds)


@dataclass(frozen=True, slots=True)
class SpeedsInForce:
    """Which speeds the weights begin with: the profile's, or learned ones, from how many drives of whom until when.

    ``mark`` says how far to trust them: "measured on taxis, unverified for ambulances". ``live`` is what the fleet's
    own drives change about them; None when that is switched off.
    """

    kind: Literal["profile", "learned"]
    drives: int = 0
    vehicles: str | None = None
    mark: str | None = None
    last_at: datetime | None = None
    live: LiveSpeeds | None = None


@dataclass(frozen=True, slots=True)
class WeightsInForce:
    """Which weights answer: their epoch, the moment they describe and how long ago that was.

    ``failed_at`` says since when no newer ones could be made; ``not_on_map`` which measures name no road of this map.
    """

    epoch: int
    as_of: datetime | None
    age_s: float | None
    failed_at: datetime | None
    not_on_map: tuple[str, ...]
    speeds: SpeedsInForce = SpeedsInForce("profile")


class LiveRoads:
    """Bring one city's measures to one process's travel times."""

    def __init__(
        self,
        travel: TravelTimes,
        weights: LiveWeights,
        city: Callable[[], City],
        clock: Clock,
        learned: LearnedSpeeds | None = None,
    ) -> None:
        self._travel = travel
        self._weights = weights
        self._city = city
        self._clock = clock
        self._woken = asyncio.Event()
        self._followed: HashTrieMap[str, RoadMeasure] = HashTrieMap()
        self._not_on_map: frozenset[str] = frozenset()
        self._asked_at = self._due = clock.now()
        self._speeds = SpeedsInForce("profile")
        self._hour_factors = no_hour_factors() if learned is None else learned.hour_factors()
        if learned is not None:
            weights.learn(self._hour_factors, learned.road_factors(travel.graph))
            self._speeds = SpeedsInForce("learned", learned.drives, learned.vehicles, learned.mark, learned.last_at)

    async def start(self) -> None:
        """Put in force what stands already, before anybody is answered."""
        await self.renew()
        if not await asyncio.to_thread(self._weights.settled, FIRST_WITHIN_S):
            log.error("the first weights are not there after %.0f s", FIRST_WITHIN_S)

    def wake(self) -> None:
        """Look at once, if the city has other measures than were followed."""
        if self._city().measures is not self._followed:
            self._woken.set()

    async def run(self) -> None:
        """Follow measures and the clock until cancelled."""
        while True:
            self._woken.clear()
            await self.renew_if_due()
            left_s = (self._due - self._clock.now()).total_seconds() / self._clock.speed
            with suppress(TimeoutError):
                async with asyncio.timeout(min(BEAT_S, max(0.0, left_s))):
                    await self._woken.wait()

    async def renew_if_due(self) -> None:
        """Renew when other measures stand, one begins or ends, the hour is over, or a rebuild failed a while ago."""
        if self._city().measures is not self._followed or self._is_due():
            await self.renew()

    def in_force(self) -> WeightsInForce:
        """Return which weights answer now."""
        now = self._clock.now()
        status = self._weights.status(now)
        unknown = tuple(sorted(self._not_on_map))
        age_s = None if status.age_s is None else max(0.0, round(status.age_s, 1))
        return WeightsInForce(status.epoch, status.as_of, age_s, status.failed_at, unknown, self._speeds)

    def expect_live(self) -> None:
        """Say that the fleet's own drives are learned from; nothing is known of them yet."""
        self._speeds = replace(self._speeds, live=LiveSpeeds())

    def take_live(self, live: LiveFactors, at: datetime) -> None:
        """Take what the fleet's own drives say for the next weights, to the hundredth: a breath is no other traffic."""
        self._weights.learn(self._hour_factors, np.round(live.road_factors, 2))
        self._speeds = replace(self._speeds, live=LiveSpeeds.of(live, at))

    def measured(self, at: datetime) -> NDArray[np.bool_]:
        """Tell which stretches somebody has closed or slowed at a moment."""
        found = np.zeros(self._travel.graph.stretch_count, np.bool_)
        for measure in self._weights.measures():
            if measure.in_force(at):
                found[list(measure.stretches)] = True
        return found

    async def close(self) -> None:
        """End the thread that rebuilds."""
        await asyncio.to_thread(self._weights.close)

    async def renew(self) -> None:
        """Follow the measures that stand now, and ask for weights of this moment; the rebuild runs beside."""
        measures, now = self._city().measures, self._clock.now()
        if measures is not self._followed:
            await asyncio.to_thread(self._follow, measures)
            self._followed = measures
        self._weights.ask(now)
        self._asked_at, self._due = now, self._weights.next_change(now)

    def _is_due(self) -> bool:
        now = self._clock.now()
        failed = self._weights.status(now).failed_at is not None
        return now >= self._due or (failed and now - self._asked_at >= timedelta(seconds=AGAIN_S * self._clock.speed))

    def _follow(self, measures: "HashTrieMap[str, RoadMeasure]") -> None:
        """Lift what is over, put what is new."""
        for measure_id in self._followed:
            if measure_id not in measures:
                self._weights.lift(measure_id)
        self._not_on_map &= frozenset(measures)
        for measure_id, row in measures.items():
            if measure_id not in self._followed:
                self._put(row)

    def _put(self, row: RoadMeasure) -> None:
        try:
            chosen = self._travel.chooser.choose([Point(*at) for at in row.outline], [Point(*at) for at in row.picks])
            factor = CLOSED if row.factor is None else row.factor
            self._weights.put(OnRoads(row.id, chosen.stretches, factor, row.begins, row.ends))
        except (NoChoice, BadMeasure) as error:
            log.warning("measure %s cannot be put in force on this map: %s", row.id, error)
            self._not_on_map |= {row.id}
