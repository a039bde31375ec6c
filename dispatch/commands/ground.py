"""What can be asked about the ground: hospitals and vehicles."""

from dataclasses import dataclass


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
class SetCenterLine:
    """Say which telephone a hospital's emergency department answers at any hour: phone tasks name it."""

    center_id: str
    phone: str


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
