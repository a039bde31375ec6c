"""A closure or slow zone on the city's roads, until it is lifted or over.

It names places, not roads of one map: every process finds the roads on the map that it has. Points are WGS-84.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from dispatch.words import personal

LonLat: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class RoadMeasure:
    """One standing measure: closed roads (``factor`` None), or a drive takes ``factor`` times as long."""

    id: str
    factor: float | None
    outline: tuple[LonLat, ...]  # empty when roads were picked
    picks: tuple[LonLat, ...]
    lines: tuple[tuple[LonLat, ...], ...]  # of the picked roads, as they lay when it was entered
    roads: tuple[str, ...]  # names, the longest first
    road_count: int
    begins: datetime
    ends: datetime | None  # None: until it is lifted
    set_at: datetime
    set_by: str
    reason: str = personal("id", required=True)
