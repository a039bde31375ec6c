"""Gather what a decision may look at, before it is made: travel times of one moment.

The only slow step of a command; it runs in a worker thread on an immutable city. ``decide`` re-checks availability
afterwards.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from center_protocols.vocabulary import Capability, Condition
from dispatch import commands as c
from dispatch.flow.decision import CenterArrival, Evidence, OverRegion, PositionEvidence, RoadsChosen, UnitArrival
from dispatch.region_evidence import DIVERTS_LOOKED_AT, HELD_LOOKED_AT, UNITS_LOOKED_AT, units_over_region
from dispatch.rules import Rules
from dispatch.sources import Neighbor, Sources
from dispatch.state.city import City
from dispatch.state.incident import Incident
from dispatch.state.scene import Flag
from dispatch.state.unit_traits import DIVERTIBLE_NOW, INFECTION_EQUIPMENT, READY, STRETCHER_HELD, wanted_traits
from dispatch.words import Place
from geo.chosen_roads import NoChoice
from geo.point import Box, Point, distance_m
from geo.snap import NoRoad

FITTING_LOOKED_AT = 4
SEALED = wanted_traits(equipment=(INFECTION_EQUIPMENT,))
LAT_MOST = 90.0


def gather(
    data: Any,  # noqa: ANN401 - any command has its own gatherer
    city: City,
    sources: Sources,
    at: datetime,
    rules: Rules,
) -> Evidence | PositionEvidence | None:
    """Return the evidence for a command, or None when it needs none or the place has no road."""
    gatherer = GATHERERS.get(type(data))
    return None if gatherer is None else gatherer(data, city, sources, at, rules)


Found = TypeVar("Found")


def of_one_epoch(sources: Sources, ask: Callable[[], Found]) -> tuple[Found, int]:
    """Return what several searches find and the epoch of the weights that all of them used."""
    while True:
        epoch = sources.travel.weights_epoch
        found = ask()
        if sources.travel.weights_epoch == epoch:
            return found, epoch


def units_evidence(  # noqa: PLR0913 - a question with its filter
    city: City, incident_id: str, sources: Sources, at: datetime, rules: Rules, *, wanted: int = 0
) -> Evidence | None:
    """Return who is nearest to an incident by road time: free, divertible, or held at a hospital's door.

    While the place is only a region the times are those over it (`dispatch.region_evidence`). Only units with all
    ``wanted`` traits (`dispatch.state.unit_traits`) count.
    """
    incident = city.incidents.get(incident_id)
    if incident is None or incident.place is None:
        return None
    place = Point(incident.place.lon, incident.place.lat)

    def near() -> tuple[OverRegion | None, tuple[UnitArrival, ...]]:
        over = units_over_region(city, incident_id, sources, rules, wanted)
        return over or (None, _near_point(incident, place, sources, wanted))

    try:
        (region, arrivals), epoch = of_one_epoch(sources, near)
    except NoRoad:
        return None
    return Evidence(at, epoch, arrivals, region=region)


def _near_point(incident: Incident, place: Point, sources: Sources, wanted: int) -> tuple[UnitArrival, ...]:
    travel, fleet = sources.travel, sources.fleet
    found = travel.nearest(place, fleet, UNITS_LOOKED_AT, wanted=READY | wanted)
    if incident.flags.get(Flag.INFECTION) == "yes":
        found += travel.nearest(place, fleet, FITTING_LOOKED_AT, wanted=READY | wanted | SEALED)
    found += travel.nearest(place, fleet, DIVERTS_LOOKED_AT, wanted=DIVERTIBLE_NOW | wanted)
    found += travel.nearest(place, fleet, HELD_LOOKED_AT, wanted=STRETCHER_HELD | wanted)
    once = {row.id: row for row in found}.values()
    return tuple(UnitArrival(row.id, row.eta_s, sources.fix_at(row.id)) for row in once)


def centers_evidence(city: City, patient_id: str, sources: Sources, at: datetime) -> Evidence | None:
    """Return the drive to every centre from where the patient is: in the vehicle, or at the incident."""
    start = patient_point(city, patient_id, sources)
    if start is None:
        return None
    try:
        arrivals, epoch = of_one_epoch(sources, lambda: sources.travel.rank(start))
    except NoRoad:
        return None
    rows = tuple(CenterArrival(row.id, row.eta_s) for row in arrivals)
    large_vessel = any(each.code == Condition.STROKE_LVO for each in city.patients[patient_id].conditions)
    onward = _transfers(city, sources) if large_vessel else ()
    return Evidence(at, epoch, centers=rows, transfers=onward)


def _transfers(city: City, sources: Sources) -> tuple[CenterArrival, ...]:
    """Return the drive from every centre that only lyses on to the nearest one that opens vessels."""
    opening = {row.id for row in city.centers.values() if Capability.EVT_24_7 in row.capabilities}
    lysing = [row for row in city.centers.values() if Capability.IVT_24_7 in row.capabilities]
    found = []
    for center in sorted((row for row in lysing if row.id not in opening), key=lambda row: row.id):
        with suppress(NoRoad):
            onward = sources.travel.rank(Point(center.lon, center.lat), 1, opening)
            found += [CenterArrival(center.id, each.eta_s) for each in onward]
    return tuple(found)


def patient_point(city: City, patient_id: str, sources: Sources) -> Point | None:
    """Return where the patient is, as far as anybody knows."""
    patient = city.patients.get(patient_id)
    if patient is None:
        return None
    if (vehicle := sources.vehicle_of(city, patient)) is not None:
        return vehicle
    place = city.incidents[patient.incident_id].place
    return None if place is None else Point(place.lon, place.lat)


def roads_evidence(ask: c.CloseRoad | c.SlowRoads, sources: Sources, at: datetime) -> Evidence:
    """Return which roads an outline or picks name, or what is wrong with them."""
    epoch = sources.travel.weights_epoch
    try:
        chosen = sources.travel.chooser.choose(
            [Point(*each) for each in ask.outline], [Point(*each) for each in ask.picks]
        )
    except NoChoice as none:
        return Evidence(at, epoch, roads=RoadsChosen(none.why.value))
    lines = tuple(tuple((point.lon, point.lat) for point in line) for line in chosen.picked)
    return Evidence(at, epoch, roads=RoadsChosen(None, len(chosen.stretches), chosen.names, lines))


def position_evidence(place: Place, served: Box, neighbors: tuple[Neighbor, ...]) -> PositionEvidence:
    """Return whether a position lies in this city, or would with its numbers swapped, and whose it is otherwise."""
    if Point(place.lon, place.lat) in served:
        return PositionEvidence()
    if Point(place.lat, place.lon) in served:
        turned = Place(place.lat, place.lon, place.radius_m, place.datum, place.source)
        return PositionEvidence(inside=False, swapped=turned)
    here = Point(place.lon, max(-LAT_MOST, min(LAT_MOST, place.lat)))
    nearest = min(neighbors, key=lambda each: distance_m(here, each.point), default=None)
    return PositionEvidence(inside=False, neighbor=None if nearest is None else (nearest.name, nearest.phone))


def _incident_of_run(city: City, assignment_id: str) -> str:
    run = city.assignments.get(assignment_id)
    return "" if run is None else run.incident_id


Gatherer: TypeAlias = Callable[[Any, City, Sources, datetime, Rules], Evidence | PositionEvidence | None]
GATHERERS: dict[type, Gatherer] = {
    c.ReportPosition: lambda ask, _city, sources, _at, _rules: position_evidence(
        ask.place, sources.travel.roads.served, sources.neighbors
    ),
    c.AssignUnit: lambda ask, city, sources, at, rules: units_evidence(city, ask.incident_id, sources, at, rules),
    c.ReplaceUnit: lambda ask, city, sources, at, rules: units_evidence(
        city, _incident_of_run(city, ask.assignment_id), sources, at, rules
    ),
    c.DivertUnit: lambda ask, city, sources, at, rules: units_evidence(city, ask.incident_id, sources, at, rules),
    c.ChooseDestination: lambda ask, city, sources, at, _rules: centers_evidence(city, ask.patient_id, sources, at),
    c.CloseRoad: lambda ask, _city, sources, at, _rules: roads_evidence(ask, sources, at),
    c.SlowRoads: lambda ask, _city, sources, at, _rules: roads_evidence(ask, sources, at),
    c.PreAlert: lambda ask, city, sources, at, _rules: centers_evidence(city, ask.patient_id, sources, at),
}
