"""Where travel times and positions come from, and whose city lies next to ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.state.incident import Patient
from dispatch.state.unit import Unit
from dispatch.state.unit_traits import traits_of
from dispatch.words import UnitStatus
from geo.fleet_index import FleetIndex
from geo.point import Point
from geo.travel import TravelTimes

WITH_PATIENT = frozenset({UnitStatus.PATIENT_LOADED, UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL})


@dataclass(frozen=True, slots=True)
class Neighbor:
    """Another city's centre, and the number at which a caller of theirs is handed over."""

    name: str
    phone: str
    point: Point


@dataclass(frozen=True, slots=True)
class Sources:
    """Where travel times and positions come from."""

    travel: TravelTimes
    fleet: FleetIndex
    neighbors: tuple[Neighbor, ...] = ()

    def tell_units(self, units: Iterable[Unit]) -> None:
        """Say what units are and have, so that a search looks at nobody else than it wants."""
        for unit in units:
            self.fleet.tell_traits(unit.id, traits_of(unit))

    def follow(self, city: City, facts: Iterable[Fact]) -> None:
        """Learn what these facts have changed about units."""
        named = {unit_id for fact in facts if (unit_id := getattr(fact.data, "unit_id", None)) is not None}
        self.tell_units(city.units[unit_id] for unit_id in sorted(named))

    def fix_at(self, unit_id: str) -> datetime | None:
        """Return when a unit's position was measured; None when it never told one."""
        fix = self.fleet.fix(unit_id)
        return None if fix is None else fix.at

    def vehicle_of(self, city: City, patient: Patient) -> Point | None:
        """Return where the vehicle is that has a patient; None while nobody has."""
        for run in reversed(city.active_assignments(patient.incident_id)):
            fix = self.fleet.fix(run.unit_id)
            if fix is not None and city.units[run.unit_id].status in WITH_PATIENT:
                return fix.point
        return None
