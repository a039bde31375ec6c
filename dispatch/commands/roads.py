"""What can be asked about roads: close them, slow them, lift a measure early."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.road_measure import LonLat


@dataclass(frozen=True, slots=True)
class CloseRoad:
    """Close every road inside an outline, or the roads that were picked, from ``begins`` (None: now) until ``ends``."""

    reason: str
    outline: tuple[LonLat, ...] = ()
    picks: tuple[LonLat, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class SlowRoads:
    """Say that drives inside an outline, or on the roads that were picked, take ``factor`` times as long."""

    reason: str
    factor: float
    outline: tuple[LonLat, ...] = ()
    picks: tuple[LonLat, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class LiftRoadMeasure:
    """Take a closure or slow zone away before its end."""

    measure_id: str
    reason: str | None = None
