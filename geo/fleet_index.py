"""Where every unit is now: its last position, with its age and its place on the road, in memory.

Positions are telemetry: they arrive late, twice and out of order. An older fix never replaces a newer one, and a fix
that no vehicle could have driven to is kept but flagged. Time comes with each fix; there is no clock here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from geo.point import Box, Point, distance_m
from geo.snap import NoRoad, RoadIndex, Snap

# No ambulance drives faster (helicopters snap to no road and are flagged all the same): 250 km/h.
PLAUSIBLE_SPEED_MPS = 70.0

# Two fixes this near to each other are no jump, however short the time between them: that is the receiver's noise.
NOISE_M = 100.0

# A receiver's heading means nothing while the vehicle stands or crawls.
HEADING_FROM_MPS = 2.0


class Moved(StrEnum):
    """What became of a fix."""

    MOVED = "moved"
    JUMPED = "jumped"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Fix:
    """A unit's last known position. ``snap`` is its place on the road; None when no road is near (a helicopter)."""

    unit_id: str
    point: Point
    at: datetime
    heading_deg: float | None
    speed_mps: float | None
    snap: Snap | None
    jumped: bool


class FleetIndex:
    """The live positions of one city's units.

    One thread moves; any number of threads may read meanwhile, each read sees every unit at one of its positions.
    """

    def __init__(self, roads: RoadIndex) -> None:
        self._roads = roads
        self._fixes: dict[str, Fix] = {}

    def move(
        self,
        unit_id: str,
        point: Point,
        at: datetime,
        heading_deg: float | None = None,
        speed_mps: float | None = None,
    ) -> Moved:
        """Take a fix, unless it is not newer than the known one (`Moved.STALE`). ``at`` must be aware."""
        if at.tzinfo is None:
            raise ValueError(f"the fix of {unit_id} carries a time without a time zone")
        known = self._fixes.get(unit_id)
        if known is not None and at <= known.at:
            return Moved.STALE
        jumped = known is not None and _is_jump(known, point, at)
        moving = heading_deg is not None and (speed_mps is None or speed_mps >= HEADING_FROM_MPS)
        snap = self._snap(point, heading_deg if moving else None)
        self._fixes[unit_id] = Fix(unit_id, point, at, heading_deg, speed_mps, snap, jumped)
        return Moved.JUMPED if jumped else Moved.MOVED

    def remove(self, unit_id: str) -> bool:
        """Forget a unit; tell whether it was known."""
        return self._fixes.pop(unit_id, None) is not None

    def fix(self, unit_id: str) -> Fix | None:
        """Return the last fix of a unit, None when it has never told one."""
        return self._fixes.get(unit_id)

    def fixes(self) -> list[Fix]:
        """Return every unit's last fix."""
        return list(self._fixes.values())

    def ids(self) -> list[str]:
        """Return the units with a known position."""
        return list(self._fixes)

    def within(self, box: Box) -> list[Fix]:
        """Return the units inside a rectangle."""
        return [fix for fix in self.fixes() if fix.point in box]

    def near(self, point: Point, radius_m: float) -> list[Fix]:
        """Return the units within a straight-line distance, nearest first."""
        reach = Box(point.lon, point.lat, point.lon, point.lat).widened(radius_m)
        measured = [(distance_m(point, fix.point), fix) for fix in self.within(reach)]
        return [fix for away_m, fix in sorted(measured, key=lambda pair: pair[0]) if away_m <= radius_m]

    def _snap(self, point: Point, heading_deg: float | None) -> Snap | None:
        try:
            return self._roads.snap(point, heading_deg)
        except NoRoad:
            return None


def _is_jump(known: Fix, point: Point, at: datetime) -> bool:
    """Tell whether the way from the known fix is more than noise and faster than any vehicle."""
    away_m = distance_m(known.point, point)
    return away_m > NOISE_M and away_m > PLAUSIBLE_SPEED_MPS * (at - known.at).total_seconds()
