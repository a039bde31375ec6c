"""Feed the fleet's own drives to the weights: what its units on runs need now, by road class and area.

Every process hears every position and so learns the same, each for itself. Learning runs beside the loop, a few tracks
at a time, on the spare set of weights; a closure waits for one such lot at most.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from dispatch.adapters.clock import Clock
from dispatch.adapters.roads.live_roads import LiveRoads
from dispatch.state.city import City
from dispatch.words import UnitStatus as S
from geo.prepared import Weighted
from geo.tracks.drives import Drives
from geo.tracks.fleet_drives import RecentDrives, RunTrack, RunTracks, drives_on, slices, warm_matching
from geo.tracks.learned_speeds import LearnedSpeeds
from geo.tracks.learning_rules import LearningRules
from geo.tracks.map_matching import MapMatcher, length_cm, read_settings
from geo.tracks.speed_learning import LiveFactors, live_factors
from geo.travel import TravelTimes

# Emergency drives are what an estimate is asked for. Whoever returns drives with the traffic and says little of them.
DRIVING: Final = frozenset({S.EN_ROUTE, S.TRANSPORTING})


class FleetSpeeds:
    """Learn live factors from the positions of one city's units."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is learned on, from whom, by which rules
        self,
        travel: TravelTimes,
        roads: LiveRoads,
        city: Callable[[], City],
        clock: Clock,
        rules: LearningRules,
        learned: LearnedSpeeds | None = None,
    ) -> None:
        self._travel = travel
        self._roads = roads
        self._city = city
        self._clock = clock
        self._rules = rules
        self._learned = learned
        self._settings = read_settings()
        self._length_cm = length_cm(travel.graph)
        self._tracks = RunTracks(rules.live_fix_s)
        self._recent = RecentDrives(travel.graph, rules)
        warm_matching(travel)

    def hear(self, rows: Iterable[list[Any]]) -> None:
        """Note positions as the hub delivers them: unit, longitude, latitude, heading, speed, moment of the fix."""
        units = self._city().units
        for unit_id, lon, lat, _, _, fix_at in rows:
            unit = units.get(unit_id)
            leg = f"{unit.assignment_id} {unit.status}" if unit is not None and unit.status in DRIVING else None
            self._tracks.note(unit_id, leg, (lon, lat, datetime.fromisoformat(fix_at).timestamp()))

    async def run(self) -> None:
        """Learn every ``live_every_s`` of the city's clock until cancelled."""
        while True:
            await asyncio.sleep(self._rules.live_every_s / self._clock.speed)
            await self.learn()

    async def learn(self) -> None:
        """Turn what was driven since the last time into drives, and put what the last hour says in force."""
        new: list[Drives] = []
        for lot in slices(self._tracks.take()):
            found = await asyncio.to_thread(self._matched, lot)
            for track, drives in zip(lot, found, strict=True):
                if drives.count:
                    self._tracks.learned(track, float(drives.began_s[-1] + drives.elapsed_s[-1]))
            new += found
        now = self._clock.now()
        self._recent.add(new, self._roads.measured(now), now.timestamp())
        self._roads.take_live(await asyncio.to_thread(self._factors, now), now)
        await self._roads.renew()

    def _matched(self, lot: list[RunTrack]) -> list[Drives]:
        found: list[Drives] = []

        def match(lengths: Weighted) -> None:
            matcher = MapMatcher(lengths, self._settings)
            found.extend(drives_on(matcher, track, self._rules) for track in lot)

        self._travel.with_spare(self._length_cm, match)
        return found

    def _factors(self, now: datetime) -> LiveFactors:
        return live_factors(self._travel.graph, self._recent.drives, self._rules, now, self._learned)
