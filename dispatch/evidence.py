"""Gather what a decision may look at, before it is made: travel times of one moment.

The only slow step of a command; it runs in a worker thread on an immutable city. ``decide`` re-checks availability
afterwards.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from center_protocols.vocabulary import Capability, Condition
from dispatch.city import City
from dispatch.commands import center as cc
from dispatch.commands import early as ec
from dispatch.commands import ground as gc
from dispatch.commands import incident as c
from dispatch.commands import location as lc
from dispatch.fact import Fact
from dispatch.flow.decision import CenterArrival, Evidence, PositionEvidence, RoadsChosen, UnitArrival
from dispatch.scene import Flag
from dispatch.unit import Unit
from dispatch.unit_traits import DIVERTIBLE_NOW, READY, STRETCHER_HELD, traits_of, wanted_traits
from dispatch.words import Place, UnitStatus
from geo.chosen_roads import NoChoice
from geo.fleet_index import FleetIndex
from geo.point import Box, Point, distance_m
from geo.snap import NoRoad
from geo.travel import Arrival, TravelTimes

UNITS_LOOKED_AT = 16  # more than any panel offers; the panel drops who is not fit
DIVERTS_LOOKED_AT = 8
HELD_LOOKED_AT = 4
FITTING_LOOKED_AT = 4
SEALED = wanted_traits(equipment=("negative_pressure",))
LAT_MOST = 90.0
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


def gather(  # any command has its own gatherer
    data: Any,  # noqa: ANN401
    city: City,
    sources: Sources,
    at: datetime,
) -> Evidence | PositionEvidence | None:
    """Return the evidence for a command, or None when it needs none or the place has no road."""
    gatherer = GATHERERS.get(type(data))
    return None if gatherer is None else gatherer(data, city, sources, at)


Found = TypeVar("Found")


def of_one_epoch(sources: Sources, ask: Callable[[], Found]) -> tuple[Found, int]:
    """Return what several searches find and the epoch of the weights that all of them used."""
    while True:
        epoch = sources.travel.weights_epoch
        found = ask()
        if sources.travel.weights_epoch == epoch:
            return found, epoch


def units_evidence(city: City, incident_id: str, sources: Sources, at: datetime, wanted: int = 0) -> Evidence | None:
    """Return who is nearest to an incident by road time: free, divertible, or held at a hospital's door.

    Only units with all ``wanted`` traits (`dispatch.unit_traits`) count.
    """
    incident = city.incidents.get(incident_id)
    if incident is None or incident.place is None:
        return None
    place = Point(incident.place.lon, incident.place.lat)

    def near() -> list[Arrival]:
        travel, fleet = sources.travel, sources.fleet
        ready = travel.nearest(place, fleet, UNITS_LOOKED_AT, wanted=READY | wanted)
        if incident.flags.get(Flag.INFECTION) == "yes":
            ready += travel.nearest(place, fleet, FITTING_LOOKED_AT, wanted=READY | wanted | SEALED)
        held = travel.nearest(place, fleet, HELD_LOOKED_AT, wanted=STRETCHER_HELD | wanted)
        return ready + travel.nearest(place, fleet, DIVERTS_LOOKED_AT, wanted=DIVERTIBLE_NOW | wanted) + held

    try:
        found, epoch = of_one_epoch(sources, near)
    except NoRoad:
        return None
    once = {row.id: row for row in found}.values()
    return Evidence(at, epoch, tuple(UnitArrival(row.id, row.eta_s, _fix_at(sources, row.id)) for row in once))


def _fix_at(sources: Sources, unit_id: str) -> datetime | None:
    fix = sources.fleet.fix(unit_id)
    return None if fix is None else fix.at


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
    for run in reversed(city.active_assignments(patient.incident_id)):
        fix = sources.fleet.fix(run.unit_id)
        if fix is not None and city.units[run.unit_id].status in WITH_PATIENT:
            return fix.point
    place = city.incidents[patient.incident_id].place
    return None if place is None else Point(place.lon, place.lat)


def roads_evidence(ask: gc.CloseRoad | gc.SlowRoads, sources: Sources, at: datetime) -> Evidence:
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


GATHERERS: dict[type, Callable[[Any, City, Sources, datetime], Evidence | PositionEvidence | None]] = {
    lc.ReportPosition: lambda ask, _city, sources, _at: position_evidence(
        ask.place, sources.travel.roads.served, sources.neighbors
    ),
    c.AssignUnit: lambda ask, city, sources, at: units_evidence(city, ask.incident_id, sources, at),
    ec.ReplaceUnit: lambda ask, city, sources, at: units_evidence(
        city, _incident_of_run(city, ask.assignment_id), sources, at
    ),
    c.DivertUnit: lambda ask, city, sources, at: units_evidence(city, ask.incident_id, sources, at),
    cc.ChooseDestination: lambda ask, city, sources, at: centers_evidence(city, ask.patient_id, sources, at),
    gc.CloseRoad: lambda ask, _city, sources, at: roads_evidence(ask, sources, at),
    gc.SlowRoads: lambda ask, _city, sources, at: roads_evidence(ask, sources, at),
    cc.PreAlert: lambda ask, city, sources, at: centers_evidence(city, ask.patient_id, sources, at),
}
