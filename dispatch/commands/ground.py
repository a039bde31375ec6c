"""What can be asked about the ground: hospitals, vehicles, crews, roads."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.road_measure import LonLat


@dataclass(frozen=True, slots=True)
class ListCenter:
    """Enter a hospital in the city's list, or change what it declares."""

    center_id: str
    name: str
    grade: str
    lon: float
    lat: float
    kinds: tuple[str, ...]
    capabilities: tuple[str, ...]
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class CommissionUnit:
    """Add a vehicle to a station."""

    unit_id: str
    call_sign: str
    station_id: str
    station_name: str
    lon: float
    lat: float
    level: str = "als"
    equipment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOn:
    """Take a vehicle as its crew."""

    unit_id: str
    crew: tuple[str, ...]
    names: str | None = None


@dataclass(frozen=True, slots=True)
class SignOff:
    """Leave the vehicle."""

    unit_id: str


@dataclass(frozen=True, slots=True)
class TakeOutOfService:
    """Say that a unit cannot be sent."""

    unit_id: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportCenterStatus:
    """Say how a centre or one of its resources stands, by whom, why, until when."""

    center_id: str
    topic: str
    state: str
    expires_at: datetime
    reason: str | None = None


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
