"""What a decision may know while a place is only a region: who is first there, and whether that depends on where.

`units_over_region` and `centers_over_region` answer only when the reported radius makes them worth asking; below it the
plain ranking of `dispatch.evidence` says all there is.
"""

from dispatch.city import City
from dispatch.evidence import UNITS_LOOKED_AT, Sources, patient_point
from dispatch.unit_traits import READY
from dispatch.words import Place
from geo.point import Point
from geo.snap import NoRoad
from geo.uncertain import RADIUS_MAX_M, Disc, RegionAnswer


def region_of(place: Place, from_m: float) -> Disc | None:
    """Return where a reported place may lie; None when its radius is below ``from_m``, or it is confirmed."""
    if place.confirmed or place.radius_m < from_m:
        return None
    return Disc(Point(place.lon, place.lat), min(place.radius_m, RADIUS_MAX_M))


def units_over_region(
    city: City, incident_id: str, sources: Sources, from_m: float, wanted: int = 0
) -> RegionAnswer | None:
    """Return the ready units by expected time to where an incident may be; None when its place is known or unknown.

    ``choice_changes`` of the answer says that another unit is first somewhere in there.
    """
    region = _region(city, incident_id, from_m)
    if region is None:
        return None
    try:
        return sources.travel.nearest_region(region, sources.fleet, UNITS_LOOKED_AT, wanted=READY | wanted)
    except NoRoad:
        return None


def centers_over_region(city: City, patient_id: str, sources: Sources, from_m: float) -> RegionAnswer | None:
    """Return the centres by expected drive from where a patient may be; None as soon as a unit has the patient."""
    patient = city.patients.get(patient_id)
    region = None if patient is None else _region(city, patient.incident_id, from_m)
    if region is None or patient_point(city, patient_id, sources) != region.center:
        return None
    try:
        return sources.travel.rank_region(region)
    except NoRoad:
        return None


def _region(city: City, incident_id: str, from_m: float) -> Disc | None:
    incident = city.incidents.get(incident_id)
    return None if incident is None or incident.place is None else region_of(incident.place, from_m)
