"""What the incident facts change."""

from dataclasses import replace
from typing import Any

from dispatch import incident as i
from dispatch.changes.change import Change
from dispatch.changes.early import without_standby
from dispatch.city import City
from dispatch.events import incident as e
from dispatch.fact import Fact
from dispatch.location import FUSED, ToldPlace, kind_told


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
    return city.with_opened(row).with_patient(i.Patient(d.patient_id, d.incident_id, d.patient_code))


def located(city: City, fact: Fact, d: e.IncidentLocated) -> City:
    row = i.stepped(city.incidents[d.incident_id], fact)
    points = i.with_point(row.points, "incident_located", i.point_row(fact))
    if d.place.confirmed:
        points = i.with_point(points, "address_verified", i.point_row(fact))
    told = row.told
    if d.place.source != FUSED:
        kind = kind_told(d.place, fact.actor.role)
        told = {**told, kind.value: ToldPlace(d.place, fact.at)}
    return city.with_incident(replace(row, place=d.place, told=told, words=d.words or row.words, points=points))


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
    for unit_id in city.incidents[d.incident_id].standby_unit_ids:
        city = without_standby(city, unit_id)
    row = i.stepped(city.incidents[d.incident_id], fact)
    return city.with_incident(replace(row, closed_at=fact.at, outcome=d.outcome, waiting_since=None, review_at=None))


def reopened(city: City, fact: Fact, d: e.IncidentReopened) -> City:
    row = i.stepped(city.incidents[d.incident_id], fact)
    return city.with_incident(replace(row, closed_at=None, outcome=None, waiting_since=fact.at))


CHANGES: dict[type, Change] = {
    e.IncidentOpened: incident_opened,
    e.IncidentLocated: located,
    e.NoteWritten: unchanged,
    e.PriorityOverridden: priority_overridden,
    e.IncidentReturned: returned,
    e.IncidentHeld: held,
    e.IncidentResumed: resumed,
    e.IncidentClosed: closed,
    e.IncidentReopened: reopened,
}
