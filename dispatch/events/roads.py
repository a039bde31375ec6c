"""The facts of roads that are closed or slow."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.road_measure import LonLat
from dispatch.words import personal


@fact
class RoadClosed:
    """Roads were closed. ``lines``, ``roads`` and ``road_count`` are what the map said of them then."""

    measure_id: str
    outline: tuple[LonLat, ...]
    picks: tuple[LonLat, ...]
    begins: datetime
    ends: datetime | None
    lines: tuple[tuple[LonLat, ...], ...]
    roads: tuple[str, ...]
    road_count: int
    reason: str = personal("measure_id", required=True)


@fact
class RoadsSlowed:
    """Drives on some roads take ``factor`` times as long."""

    measure_id: str
    factor: float
    outline: tuple[LonLat, ...]
    picks: tuple[LonLat, ...]
    begins: datetime
    ends: datetime | None
    lines: tuple[tuple[LonLat, ...], ...]
    roads: tuple[str, ...]
    road_count: int
    reason: str = personal("measure_id", required=True)


@fact
class RoadMeasureLifted:
    """A closure or slow zone is over."""

    measure_id: str
    result: str  # lifted | expired
    reason: str | None = personal("measure_id")
