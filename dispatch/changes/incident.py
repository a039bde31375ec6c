"""What the call and incident facts change."""

from dataclasses import replace
from typing import Any

from dispatch import events as e
from dispatch import incident as i
from dispatch.changes.change import Change
from dispatch.city import City
from dispatch.fact import Fact


def call_received(city: City, fact: Fact, d: e.CallReceived) -> City:
    call = i.Call(
        d.call_id, d.incident_id, i.CallPhase.RINGING, fact.at, d.number, d.words, d.complaint, d.place, d.line
    )
    city = replace(city, calls=city.calls.insert(call.id, call))
    known = city.incidents.get(d.incident_id)
    if known is None or call.id in known.call_ids:
        return city
    return city.with_incident(replace(known, call_ids=(*known.call_ids, call.id)))


def incident_opened(city: City, fact: Fact, d: e.IncidentOpened) -> City:
    call = city.calls.get(d.call_id) if d.call_id else None
    points = {"call_received": i.point_row(fact)} if call else {}
    row = i.Incident(
        d.incident_id,
        d.number,
        i.IncidentPhase.UNLOCATED,
        fact.at,
        (d.call_id,) if d.call_id else (),
        (d.patient_id,),
        words=call.words if call else None,
        complaint=call.complaint if call else None,
        waiting_since=fact.at,
        points=points,
    )
    city = replace(city, incidents_opened=city.incidents_opened + 1)
    return city.with_incident(row).with_patient(i.Patient(d.patient_id, d.incident_id, d.patient_code))


def call_answered(city: City, fact: Fact, d: e.CallAnswered) -> City:
    call = city.calls[d.call_id]
    phase = i.CALL_STEPS[call.phase, e.CallAnswered]
    city = replace(city, calls=city.calls.insert(call.id, replace(call, phase=phase, seat=d.seat, answered_at=fact.at)))
    row = city.incidents[call.incident_id]
    return city.with_incident(replace(row, points=i.with_point(row.points, "call_answered", i.point_row(fact))))


def call_ended(city: City, fact: Fact, d: e.CallEnded) -> City:
    call = city.calls[d.call_id]
    phase = i.CALL_STEPS[call.phase, e.CallEnded]
    return replace(city, calls=city.calls.insert(call.id, replace(call, phase=phase, ended_at=fact.at)))


def call_linked(city: City, fact: Fact, d: e.CallLinked) -> City:
    call = replace(city.calls[d.call_id], incident_id=d.incident_id)
    left = city.incidents[d.from_incident_id]
    city = replace(city, calls=city.calls.insert(call.id, call))
    city = city.with_incident(replace(left, call_ids=tuple(each for each in left.call_ids if each != call.id)))
    joined = city.incidents[d.incident_id]
    return city.with_incident(replace(joined, call_ids=(*joined.call_ids, call.id)))


def located(city: City, fact: Fact, d: e.IncidentLocated) -> City:
    row = i.stepped(city.incidents[d.incident_id], fact)
    points = i.with_point(row.points, "incident_located", i.point_row(fact))
    if d.place.confirmed:
        points = i.with_point(points, "address_verified", i.point_row(fact))
    return city.with_incident(replace(row, place=d.place, words=d.words or row.words, points=points))


def unchanged(city: City, fact: Fact, d: Any) -> City:  # noqa: ANN401 - the fact lives in the history only
    return city


def priority_overridden(city: City, fact: Fact, d: e.PriorityOverridden) -> City:
    row = city.incidents[d.incident_id]
    return city.with_incident(replace(row, priority=d.priority, priority_reason=d.reason, priority_fixed=True))


def held(city: City, fact: Fact, d: e.IncidentHeld) -> City:
    return city.with_incident(replace(i.stepped(city.incidents[d.incident_id], fact), review_at=d.review_at))


def resumed(city: City, fact: Fact, d: e.IncidentResumed) -> City:
    return city.with_incident(replace(i.stepped(city.incidents[d.incident_id], fact), review_at=None))


def returned(city: City, fact: Fact, d: e.IncidentReturned) -> City:
    return city.with_incident(replace(i.stepped(city.incidents[d.incident_id], fact), waiting_since=fact.at))


def closed(city: City, fact: Fact, d: e.IncidentClosed) -> City:
    row = i.stepped(city.incidents[d.incident_id], fact)
    return city.with_incident(replace(row, closed_at=fact.at, outcome=d.outcome, waiting_since=None, review_at=None))


def reopened(city: City, fact: Fact, d: e.IncidentReopened) -> City:
    row = i.stepped(city.incidents[d.incident_id], fact)
    return city.with_incident(replace(row, closed_at=None, outcome=None, waiting_since=fact.at))


CHANGES: dict[type, Change] = {
    e.CallReceived: call_received,
    e.IncidentOpened: incident_opened,
    e.CallAnswered: call_answered,
    e.CallEnded: call_ended,
    e.CallLinked: call_linked,
    e.IncidentLocated: located,
    e.NoteWritten: unchanged,
    e.PriorityOverridden: priority_overridden,
    e.IncidentReturned: returned,
    e.IncidentHeld: held,
    e.IncidentResumed: resumed,
    e.IncidentClosed: closed,
    e.IncidentReopened: reopened,
}
