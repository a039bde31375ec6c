"""What the facts of a run change, and those of its incident's end."""

from dataclasses import replace

from dispatch import events as e
from dispatch.called import called
from dispatch.changes.change import Change, point_row, stepped
from dispatch.changes.standby import without_standby
from dispatch.fact import Fact
from dispatch.state import incident as i
from dispatch.state import unit as u
from dispatch.state.city import City
from dispatch.words import UnitStatus


def assigned(city: City, fact: Fact, d: e.UnitAssigned) -> City:
    ranked = next((row for row in d.evidence.rows if row.id == d.unit_id), None) if d.evidence else None
    run = u.Assignment(
        d.assignment_id,
        d.incident_id,
        d.unit_id,
        fact.at,
        called(city, fact.actor),
        ranked.eta_s if ranked else None,
        ranked.rank if ranked else None,
        d.reason,
        points={"unit_assigned": point_row(city, fact)},
    )
    case = stepped(city.incidents[d.incident_id], fact)
    case = replace(
        case,
        assignment_ids=(*case.assignment_ids, run.id),
        waiting_since=None,
        review_at=None,
        taken=None,
        points=i.with_point(case.points, "unit_assigned", point_row(city, fact)),
    )
    unit = replace(
        city.units[d.unit_id],
        status=UnitStatus.ASSIGNED,
        status_since=fact.at,
        assignment_id=run.id,
        last_assignment_id=run.id,
    )
    return city.with_assignment(run).with_incident(case).with_unit(unit)


def assignment_ended(city: City, fact: Fact, d: e.AssignmentEnded) -> City:
    run = replace(city.assignments[d.assignment_id], outcome=d.outcome, outcome_reason=d.reason, ended_at=fact.at)
    unit = city.units[d.unit_id]
    if unit.assignment_id == run.id:
        unit = replace(unit, assignment_id=None, status=d.next_status, status_since=fact.at)
    return city.with_assignment(run).with_unit(unit)


def returned(city: City, fact: Fact, d: e.IncidentReturned) -> City:
    return city.with_incident(replace(stepped(city.incidents[d.incident_id], fact), waiting_since=fact.at))


def closed(city: City, fact: Fact, d: e.IncidentClosed) -> City:
    for unit_id in city.incidents[d.incident_id].standby_unit_ids:
        city = without_standby(city, unit_id)
    row = stepped(city.incidents[d.incident_id], fact)
    return city.with_incident(replace(row, closed_at=fact.at, outcome=d.outcome, waiting_since=None, review_at=None))


def reopened(city: City, fact: Fact, d: e.IncidentReopened) -> City:
    row = stepped(city.incidents[d.incident_id], fact)
    return city.with_incident(replace(row, closed_at=None, outcome=None, waiting_since=fact.at))


CHANGES: dict[type, Change] = {
    e.UnitAssigned: assigned,
    e.AssignmentEnded: assignment_ended,
    e.IncidentReturned: returned,
    e.IncidentClosed: closed,
    e.IncidentReopened: reopened,
}
