"""What a crew's shift and its steps change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.changes.change import Change, point_row
from dispatch.fact import Fact
from dispatch.rights_of_care import center_of
from dispatch.state import incident as i
from dispatch.state import unit as u
from dispatch.state.city import City
from dispatch.words import UnitStatus

CARRYING = frozenset({
    UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL, UnitStatus.STRETCHER_HELD, UnitStatus.HANDED_OVER,
})  # fmt: skip


def signed_on(city: City, fact: Fact, d: e.CrewSignedOn) -> City:
    row = replace(city.units[d.unit_id], crew=d.crew, crew_names=d.names)
    return city.with_unit(row)


def signed_off(city: City, fact: Fact, d: e.CrewSignedOff) -> City:
    row = city.units[d.unit_id]
    return city.with_unit(
        replace(
            row, crew=(), crew_names=None, status=UnitStatus.OUT_OF_SERVICE, status_since=fact.at, out_reason="no_crew"
        )
    )


def out_of_service(city: City, fact: Fact, d: e.UnitOutOfService) -> City:
    row = city.units[d.unit_id]
    return city.with_unit(
        replace(row, status=UnitStatus.OUT_OF_SERVICE, status_since=fact.at, out_reason=d.reason, out_until=d.until)
    )


def status_reported(city: City, fact: Fact, d: e.UnitStatusReported) -> City:
    unit = city.units[d.unit_id]
    run = city.assignments.get(d.assignment_id) if d.assignment_id else None
    point = u.STEP_POINTS.get(d.status)
    onward = u.drives_on(unit.status, d.status) and unit.assignment_id == d.assignment_id
    if onward and not city.expected_at_next_door(d.assignment_id):
        return _registered(city, run, point, fact)  # late: this run left the scene long ago
    if onward and run is not None:
        return _left_first_door(city, run, fact).with_unit(replace(unit, status=d.status, status_since=fact.at))
    city = _registered(city, run, point, fact)
    if unit.assignment_id != d.assignment_id or not u.may_move(unit.status, d.status):
        return city  # late: it has filled the register and moves nothing
    moved = replace(unit, status=d.status, status_since=fact.at)
    if d.status is UnitStatus.AVAILABLE:
        moved = replace(moved, out_reason=None, out_until=None)
    city = city.with_unit(moved)
    return _brought_where_expected(city, run) if run is not None and d.status in CARRYING else city


def _brought_where_expected(city: City, run: u.Assignment) -> City:
    """Take the centre that a pre-alert told as the destination of whom this run carries, while nobody has chosen one.

    An arrest leaves no hand for a tap: arrival times, the call sign on the wall and the handover follow all the same.
    """
    others = len(city.active_assignments(run.incident_id)) > 1
    for patient in (city.patients[each] for each in city.incidents[run.incident_id].patient_ids):
        center_id = center_of(city, patient)
        mine = patient.assignment_id == run.id or (patient.assignment_id is None and not others)
        if mine and patient.center_id is None and center_id is not None and patient.outcome is None:
            city = city.with_patient(replace(patient, center_id=center_id, assignment_id=run.id))
    return city


def _registered(city: City, run: u.Assignment | None, point: str | None, fact: Fact) -> City:
    if run is None or point is None:
        return city
    return city.with_assignment(replace(run, points=i.with_point(run.points, point, point_row(city, fact))))


def _left_first_door(city: City, run: u.Assignment, fact: Fact) -> City:
    left = point_row(city, fact)
    city = city.with_assignment(replace(run, points=u.beyond_first_door(run.points, left)))
    for each in city.incidents[run.incident_id].patient_ids:
        patient = city.patients[each]
        if patient.assignment_id == run.id:
            city = city.with_patient(replace(patient, points=u.beyond_first_door(patient.points, left)))
    return city


CHANGES: dict[type, Change] = {
    e.CrewSignedOn: signed_on,
    e.CrewSignedOff: signed_off,
    e.UnitOutOfService: out_of_service,
    e.UnitStatusReported: status_reported,
}
