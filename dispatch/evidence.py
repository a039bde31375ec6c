"""Gather what a decision may look at, before it is made: travel times of one moment.

The only slow step of a command; it runs in a worker thread on an immutable city. ``decide`` re-checks availability
afterwards.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from center_protocols.vocabulary import Capability, Condition
from dispatch import center_commands as cc
from dispatch import commands as c
from dispatch.city import City
from dispatch.flow.decision import CenterArrival, Evidence, UnitArrival
from dispatch.unit import DISPATCHABLE, DIVERTIBLE
from dispatch.words import UnitStatus
from geo.fleet_index import FleetIndex
from geo.point import Point
from geo.snap import NoRoad
from geo.travel import TravelTimes

UNITS_LOOKED_AT = 16  # more than any panel offers; the panel drops who is not fit
DIVERTS_LOOKED_AT = 8
WITH_PATIENT = frozenset({UnitStatus.PATIENT_LOADED, UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL})


@dataclass(frozen=True, slots=True)
class Sources:
    """Where travel times and positions come from."""

    travel: TravelTimes
    fleet: FleetIndex


def gather(data: Any, city: City, sources: Sources, at: datetime) -> Evidence | None:  # noqa: ANN401 - any command
    """Return the evidence for a command, or None when it needs none or the place has no road."""
    gatherer = GATHERERS.get(type(data))
    return None if gatherer is None else gatherer(data, city, sources, at)


def units_evidence(city: City, incident_id: str, sources: Sources, at: datetime) -> Evidence | None:
    """Return who is nearest to an incident by road time: the free ones, and those that could be diverted."""
    incident = city.incidents.get(incident_id)
    if incident is None or incident.place is None:
        return None
    place = Point(incident.place.lon, incident.place.lat)

    def free(unit_id: str) -> bool:
        return unit_id in city.units and city.units[unit_id].status in DISPATCHABLE

    def divertible(unit_id: str) -> bool:
        return unit_id in city.units and city.units[unit_id].status in DIVERTIBLE

    try:
        near = sources.travel.nearest(place, sources.fleet, UNITS_LOOKED_AT, free)
        near += sources.travel.nearest(place, sources.fleet, DIVERTS_LOOKED_AT, divertible)
    except NoRoad:
        return None
    return Evidence(
        at,
        sources.travel.weights_epoch,
        tuple(UnitArrival(row.id, row.eta_s, _fix_at(sources, row.id)) for row in near),
    )


def _fix_at(sources: Sources, unit_id: str) -> datetime | None:
    fix = sources.fleet.fix(unit_id)
    return None if fix is None else fix.at


def centers_evidence(city: City, patient_id: str, sources: Sources, at: datetime) -> Evidence | None:
    """Return the drive to every centre from where the patient is: in the vehicle, or at the incident."""
    start = patient_point(city, patient_id, sources)
    if start is None:
        return None
    try:
        arrivals = sources.travel.rank(start)
    except NoRoad:
        return None
    rows = tuple(CenterArrival(row.id, row.eta_s) for row in arrivals)
    large_vessel = any(each.code == Condition.STROKE_LVO for each in city.patients[patient_id].conditions)
    onward = _transfers(city, sources) if large_vessel else ()
    return Evidence(at, sources.travel.weights_epoch, centers=rows, transfers=onward)


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


GATHERERS: dict[type, Callable[[Any, City, Sources, datetime], Evidence | None]] = {
    c.AssignUnit: lambda ask, city, sources, at: units_evidence(city, ask.incident_id, sources, at),
    c.DivertUnit: lambda ask, city, sources, at: units_evidence(city, ask.incident_id, sources, at),
    cc.ChooseDestination: lambda ask, city, sources, at: centers_evidence(city, ask.patient_id, sources, at),
    cc.PreAlert: lambda ask, city, sources, at: centers_evidence(city, ask.patient_id, sources, at),
}
