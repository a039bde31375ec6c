"""Follow a unit on its roads, from fix to fix: a parallel carriageway or a road above is not where it suddenly is.

The nearest road alone is wrong wherever two lie within a receiver's error. A hidden Markov model, as
`geo.tracks.map_matching` has it, decided at once instead of afterwards: a candidate costs what its distance, its
direction against the heading, and the way to it from the last candidates say. That way is measured in the travel times
in force, so nothing needs to be kept for it; a way that cannot have been driven in the time is a wrong road.
"""

import math
import threading
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.fleet_index import FleetIndex, Moved
from geo.point import Point
from geo.tracks.following_kernels import follow_fix
from geo.tracks.map_matching import MatchSettings, read_settings
from geo.tracks.numbers import read_numbers
from geo.travel import TravelTimes
from geo.unit_kernels import HEADING_FROM_MPS

RULES_FILE = Path(__file__).with_name("following.toml")


@dataclass(frozen=True, slots=True)
class FollowingRules:
    """How a unit is followed; ``geo/tracks/following.toml`` carries the sources."""

    candidates_max: int
    against_cost: float
    late_s: float
    lost_cost: float
    fading: float

    def __post_init__(self) -> None:
        """Refuse rules that cannot be. Raises ValueError."""
        for field in fields(self):
            if not 0.0 < getattr(self, field.name) < math.inf:
                raise ValueError(f"{field.name} = {getattr(self, field.name)} is no possible rule")
        if self.fading > 1.0:
            raise ValueError(f"fading = {self.fading} would remember more than was said")


def read_following(path: Path = RULES_FILE) -> FollowingRules:
    """Read them as shipped, or from another file."""
    return read_numbers(path, FollowingRules)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one unit, as `follow_fix` has it."""

    last: NDArray[np.float64]
    stretch: NDArray[np.int32]
    fraction: NDArray[np.float64]
    cost: NDArray[np.float64]

    @classmethod
    def of_nothing(cls, most: int) -> "_Known":
        last = np.array([math.nan, math.nan, -math.inf, 0.0, 0.0])
        return cls(last, np.empty(most, np.int32), np.empty(most), np.empty(most))


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a unit is: the stretch of road, None when it is on none; the place on it, or what it told."""

    stretch: int | None
    point: Point


class RoadFollower:
    """Put each unit's fixes on the road that it drives. Safe for any thread; a unit takes about half a kilobyte."""

    def __init__(
        self, travel: TravelTimes, rules: FollowingRules | None = None, model: MatchSettings | None = None
    ) -> None:
        self._travel = travel
        self._rules = read_following() if rules is None else rules
        s, r = read_settings() if model is None else model, self._rules
        self._model = np.array([
            *(s.sigma_m, s.radius_m, s.still_m, s.speed_max_mps, s.silence_s),
            *(r.against_cost, r.late_s, r.lost_cost, r.fading),
        ])  # fmt: skip
        self._units: dict[str, _Known] = {}
        self._changing = threading.Lock()
        at = datetime.fromtimestamp(0, UTC)  # loads the kernel: nobody waits for it later
        self.follow("", travel.graph.node_point(0), at, None, None)
        self._units.clear()

    def follow(
        self, unit_id: str, point: Point, at: datetime, heading_deg: float | None, speed_mps: float | None
    ) -> Followed:
        """Take a fix and return where the unit is; one that is not newer than the last changes nothing."""
        known = self._units.get(unit_id)
        at_s = at.timestamp()
        if known is not None and at_s <= known.last[2]:
            return Followed(None, point)
        if known is None:
            known = self._units[unit_id] = _Known.of_nothing(self._rules.candidates_max)
        moves = heading_deg is not None and (speed_mps is None or speed_mps >= HEADING_FROM_MPS)
        course = float(heading_deg) if heading_deg is not None and moves else math.nan
        told = (float(point.lon), float(point.lat), at_s, course)
        kept = (known.last, known.stretch, known.fraction, known.cost)
        weights = self._travel.weights
        with self._changing:
            stretch, lon, lat = follow_fix(weights.address, *told, self._model, *kept)
        return Followed(None, point) if stretch < 0 else Followed(stretch, Point(lon, lat))


class FollowedFleet:
    """A fleet whose units are indexed where they drive, not where their receivers say: `FleetIndex.fix` tells that."""

    def __init__(self, travel: TravelTimes, fleet: FleetIndex) -> None:
        self._fleet = fleet
        self._follower = RoadFollower(travel)

    def move(
        self, unit_id: str, point: Point, at: datetime, heading_deg: float | None, speed_mps: float | None
    ) -> Moved:
        """Take a fix as `FleetIndex.move` does."""
        there = self._follower.follow(unit_id, point, at, heading_deg, speed_mps).point
        return self._fleet.move(unit_id, there, at, heading_deg, speed_mps)
