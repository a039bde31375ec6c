"""The facts of the ground a city stands on: its hospitals and vehicles."""

from dispatch.fact import fact


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
class CenterLineSet:
    """A hospital's emergency department answers this telephone at any hour."""

    center_id: str
    phone: str


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
