"""What the run facts change: assignment, journey, outcome."""

from dataclasses import replace

from dispatch import incident as i
from dispatch import unit as u
from dispatch.changes.change import Change
from dispatch.city import City
from dispatch.events import incident as e
from dispatch.fact import Fact
from dispatch.words import UnitStatus


def assigned(city: City, fact: Fact, d: e.UnitAssigned) -> City:
    ranked = next((row for row in d.evidence.rows if row.id == d.unit_id), None) if d.evidence else None
    run = u.Assignment(
        d.assignment_id,
        d.incident_id,
        d.unit_id,
        fact.at,
        fact.actor.account,
        ranked.eta_s if ranked else None,
        ranked.rank if ranked else None,
        d.reason,
        points={"unit_assigned": i.point_row(fact)},
    )
    case = i.stepped(city.incidents[d.incident_id], fact)
    case = replace(
        case,
        assignment_ids=(*case.assignment_ids, run.id),
        waiting_since=None,
        review_at=None,
        taken=None,
        points=i.with_point(case.points, "unit_assigned", i.point_row(fact)),
    )
    unit = replace(
        city.units[d.unit_id],
        status=UnitStatus.ASSIGNED,
        status_since=fact.at,
        assignment_id=run.id,
        last_assignment_id=run.id,
    )
    return city.with_assignment(run).with_incident(case).with_unit(unit)


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
    return city.with_unit(moved)


def _registered(city: City, run: u.Assignment | None, point: str | None, fact: Fact) -> City:
    if run is None or point is None:
        return city
    return city.with_assignment(replace(run, points=i.with_point(run.points, point, i.point_row(fact))))


def _left_first_door(city: City, run: u.Assignment, fact: Fact) -> City:
    left = i.point_row(fact)
    city = city.with_assignment(replace(run, points=u.beyond_first_door(run.points, left)))
    for each in city.incidents[run.incident_id].patient_ids:
        patient = city.patients[each]
        if patient.assignment_id == run.id:
            city = city.with_patient(replace(patient, points=u.beyond_first_door(patient.points, left)))
    return city


def assignment_ended(city: City, fact: Fact, d: e.AssignmentEnded) -> City:
    run = replace(city.assignments[d.assignment_id], outcome=d.outcome, outcome_reason=d.reason, ended_at=fact.at)
    unit = city.units[d.unit_id]
    if unit.assignment_id == run.id:
        unit = replace(unit, assignment_id=None, status=d.next_status, status_since=fact.at)
    return city.with_assignment(run).with_unit(unit)


CHANGES: dict[type, Change] = {
    e.UnitAssigned: assigned,
    e.UnitStatusReported: status_reported,
    e.AssignmentEnded: assignment_ended,
}
