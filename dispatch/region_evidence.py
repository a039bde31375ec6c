"""What a decision may know while a place is only a region: who is first there, and whether that depends on where.

`units_over_region` and `centers_over_region` answer only when the reported radius makes them worth asking; below it the
plain ranking of `dispatch.evidence` says all there is.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from dispatch.city import City
from dispatch.evidence import UNITS_LOOKED_AT, Sources, patient_point
from dispatch.rules import Rules
from dispatch.unit_traits import READY
from dispatch.words import Place, UnitStatus
from geo.point import Point
from geo.snap import NoRoad
from geo.uncertain import RADIUS_MAX_M, Disc, Outlook, RegionAnswer


@dataclass(frozen=True, slots=True)
class OverRegion:
    """The choice over all places within ``radius_m`` of the reported one.

    ``choice_changes`` tells whether another one is first somewhere in there; ``roadless_share`` which share of the
    places has no road. ``rows`` have the expected and the worst time (turnout included), the best expected first.
    """

    radius_m: float
    choice_changes: bool
    roadless_share: float
    rows: tuple[Outlook, ...]


def region_of(place: Place, from_m: float) -> Disc | None:
    """Return where a reported place may lie; None when its radius is below ``from_m``, or it is confirmed."""
    if place.confirmed or place.radius_m < from_m:
        return None
    return Disc(Point(place.lon, place.lat), min(place.radius_m, RADIUS_MAX_M))


def units_over_region(
    city: City, incident_id: str, sources: Sources, rules: Rules, wanted: int = 0
) -> OverRegion | None:
    """Return the ready units by expected time to where an incident may be; None when its place is known or unknown."""
    region = _region(city, incident_id, rules.region_from_m)
    if region is None:
        return None

    def turnout_s(unit_id: str) -> float:
        unit = city.units.get(unit_id)
        return rules.turnout_s if unit is not None and unit.status is UnitStatus.AVAILABLE else 0.0

    return _over(
        region,
        lambda: sources.travel.nearest_region(
            region, sources.fleet, UNITS_LOOKED_AT, wanted=READY | wanted, delay_s=turnout_s
        ),
    )


def centers_over_region(
    city: City, patient_id: str, sources: Sources, rules: Rules, among: Collection[str] | None = None
) -> OverRegion | None:
    """Return the centres by expected drive from where a patient may be; None as soon as a unit has the patient."""
    patient = city.patients.get(patient_id)
    region = None if patient is None else _region(city, patient.incident_id, rules.region_from_m)
    if region is None or patient_point(city, patient_id, sources) != region.center:
        return None
    return _over(region, lambda: sources.travel.rank_region(region, among=among))


def _region(city: City, incident_id: str, from_m: float) -> Disc | None:
    incident = city.incidents.get(incident_id)
    return None if incident is None or incident.place is None else region_of(incident.place, from_m)


def _over(region: Disc, ask: Callable[[], RegionAnswer]) -> OverRegion | None:
    try:
        answer = ask()
    except NoRoad:
        return None
    return OverRegion(region.radius_m, answer.choice_changes, answer.roadless_share, answer.outlooks)
