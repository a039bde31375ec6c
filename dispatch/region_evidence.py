"""What a decision may know while a place is only a region: who is first there, and whether that depends on where.

Below the radius that makes a region worth asking about, and once a person has confirmed the place, there is none, and
the plain ranking of `dispatch.evidence` says all there is.
"""

from collections.abc import Collection

from dispatch.flow.decision import OverRegion, UnitArrival
from dispatch.possible_places import region_of
from dispatch.rules import Rules
from dispatch.sources import Sources
from dispatch.state.city import City
from dispatch.state.scene import Flag
from dispatch.state.unit_traits import DIVERTIBLE_NOW, INFECTION_EQUIPMENT, READY, STRETCHER_HELD
from dispatch.words import UnitStatus
from geo.snap import NoRoad
from geo.uncertain import Disc, OneOf, Outlook, RegionAnswer

UNITS_LOOKED_AT = 16  # more than any panel offers; the panel drops who is not fit
DIVERTS_LOOKED_AT = 8
HELD_LOOKED_AT = 4


def units_over_region(
    city: City, incident_id: str, sources: Sources, rules: Rules, wanted: int = 0
) -> tuple[OverRegion, tuple[UnitArrival, ...]] | None:
    """Return the choice among the ready units, and everybody's drive over the region; None when there is no region.

    Raises `geo.snap.NoRoad` when no road is near any of it.
    """
    region = _region(city, incident_id, rules)
    if region is None:
        return None
    sealed = city.incidents[incident_id].flags.get(Flag.INFECTION) == "yes"

    def delay_s(unit_id: str) -> float:
        """Count turnout, and the head start that suspected infection gives to negative-pressure units."""
        unit = city.units.get(unit_id)
        if unit is None:
            return 0.0
        turnout_s = rules.turnout_s if unit.status is UnitStatus.AVAILABLE else 0.0
        return turnout_s + (rules.infection_prefer_s if sealed and INFECTION_EQUIPMENT not in unit.equipment else 0.0)

    def over(traits: int, most: int) -> RegionAnswer:
        return sources.travel.nearest_region(region, sources.fleet, most, wanted=traits | wanted, delay_s=delay_s)

    ready = over(READY, UNITS_LOOKED_AT)
    others = [*over(DIVERTIBLE_NOW, DIVERTS_LOOKED_AT).outlooks, *over(STRETCHER_HELD, HELD_LOOKED_AT).outlooks]
    arrivals = [_drive(row, delay_s(row.id), sources) for row in (*ready.outlooks, *others)]
    return _over(region, ready), tuple(arrivals)


def _drive(row: Outlook, delay_s: float, sources: Sources) -> UnitArrival:
    """Return one unit's drive alone: who counts turnout, and how, is a rule."""
    eta_s = None if row.expected_s is None else row.expected_s - delay_s
    worst_s = None if row.worst_s is None else row.worst_s - delay_s
    return UnitArrival(row.id, eta_s, sources.fix_at(row.id), worst_s, row.reached_share, row.first_share)


def centers_over_region(
    city: City, patient_id: str, sources: Sources, rules: Rules, among: Collection[str] | None = None
) -> OverRegion | None:
    """Return the centres by expected drive from where a patient may be; None as soon as a unit has the patient."""
    patient = city.patients.get(patient_id)
    region = None if patient is None else _region(city, patient.incident_id, rules)
    if patient is None or region is None or sources.vehicle_of(city, patient) is not None:
        return None
    try:
        return _over(region, sources.travel.rank_region(region, among=among))
    except NoRoad:
        return None


def _region(city: City, incident_id: str, rules: Rules) -> Disc | OneOf | None:
    incident = city.incidents.get(incident_id)
    return None if incident is None else region_of(city, incident, rules.region_from_m)


def _over(region: Disc | OneOf, answer: RegionAnswer) -> OverRegion:
    discs = region.discs if isinstance(region, OneOf) else (region,)
    radius_m = max(disc.radius_m for disc in discs)
    return OverRegion(
        len(discs), radius_m, answer.choice_changes, answer.roadless_share, answer.outlooks, answer.firsts
    )
