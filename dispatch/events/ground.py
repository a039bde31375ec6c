"""The facts of the ground a city stands on: its hospitals, vehicles, crews and roads, and how they stand."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.road_measure import LonLat
from dispatch.words import personal


@fact
class CenterListed:
    """A hospital entered the city's list with the capabilities it declares."""

    center_id: str
    name: str
    grade: str
    lon: float
    lat: float
    kinds: tuple[str, ...]  # chest_pain, stroke, trauma, maternal, neonatal, paediatric
    capabilities: tuple[str, ...]
    phone: str | None = None


@fact
class UnitCommissioned:
    """A vehicle with its equipment joined a station."""

    unit_id: str
    call_sign: str
    station_id: str
    station_name: str
    lon: float
    lat: float
    level: str = "als"  # als | bls
    equipment: tuple[str, ...] = ()  # negative_pressure, incubator, ecmo, ...


@fact
class CrewSignedOn:
    """A crew took a vehicle: from now on it can be available."""

    unit_id: str
    crew: tuple[str, ...]  # roles on board: doctor, nurse, driver
    names: str | None = personal("unit_id")


@fact
class CrewSignedOff:
    """The crew left the vehicle."""

    unit_id: str


@fact
class UnitOutOfService:
    """A unit cannot be sent, for a reason and until a time (None: until further notice)."""

    unit_id: str
    reason: str = personal("unit_id", required=True)
    until: datetime | None = None


@fact
class CenterStatusReported:
    """A centre said how it stands. Full is not closed: a cost with owner, reason and expiry, never a gate."""

    center_id: str
    topic: str  # diversion | full | a resource code such as cath_lab
    state: str  # open | busy | closed | unknown
    owner: str
    expires_at: datetime
    reason: str | None = personal("center_id")


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
