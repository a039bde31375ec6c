"""What the facts of a call change: the call itself, and the incident that it opens."""

from dataclasses import replace
from typing import Any

from dispatch import events as e
from dispatch.called import called
from dispatch.changes.change import Change, point_row, step, unchanged
from dispatch.fact import Fact
from dispatch.state import incident as i
from dispatch.state.call import CALL_STEPS, Call, CallBack, CallPhase, StepAnswer
from dispatch.state.city import City


def received(city: City, fact: Fact, d: e.CallReceived) -> City:
    call = Call(
        d.call_id,
        d.incident_id,
        CallPhase.RINGING,
        fact.at,
        d.number,
        d.words,
        d.complaint,
        d.place,
        d.line,
        exchange_id=d.exchange_id,
        group=d.group,
        moved_at=fact.at,
    )
    city = city.with_call(call)
    known = city.incidents.get(d.incident_id)
    if known is None or call.id in known.call_ids:
        return city
    return city.with_incident(replace(known, call_ids=(*known.call_ids, call.id)))


def incident_opened(city: City, fact: Fact, d: e.IncidentOpened) -> City:
    call = city.calls.get(d.call_id) if d.call_id else None
    points = {"call_received": point_row(city, fact)} if call else {}
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


def owned(city: City, fact: Fact, d: e.CallClaimed | e.CallTransferred) -> City:
    return city.with_call(replace(_stepped(city.calls[d.call_id], fact), seat=d.seat))


def _stepped(call: Call, fact: Fact) -> Call:
    return replace(call, phase=step(CALL_STEPS, call.phase, fact), moved_at=fact.at)


def lapsed(city: City, fact: Fact, d: e.ClaimLapsed) -> City:
    return city.with_call(replace(_stepped(city.calls[d.call_id], fact), seat=None))


def answered(city: City, fact: Fact, d: e.CallAnswered) -> City:
    call = _stepped(city.calls[d.call_id], fact)
    return with_answer(city, fact, replace(call, seat=d.seat, answered_at=fact.at))


def with_answer(city: City, fact: Fact, call: Call) -> City:
    row = city.incidents[call.incident_id]
    points = i.with_point(row.points, "call_answered", point_row(city, fact))
    return city.with_call(call).with_incident(replace(row, points=points, seat=row.seat or call.seat))


def moved(city: City, fact: Fact, d: Any) -> City:  # noqa: ANN401 - any step that only moves the call
    return city.with_call(_stepped(city.calls[d.call_id], fact))


def ended(city: City, fact: Fact, d: e.CallEnded) -> City:
    call = city.calls[d.call_id]
    abandoned = call.answered_at is None and d.reason != "operator"
    return city.with_call(replace(_stepped(call, fact), ended_at=fact.at, abandoned=abandoned))


def words_taken(city: City, _fact: Fact, d: e.WordsTaken) -> City:
    call, row = city.calls[d.call_id], city.incidents[d.incident_id]
    city = city.with_call(replace(call, words=d.words or call.words, complaint=d.complaint or call.complaint))
    return city.with_incident(replace(row, words=d.words or row.words, complaint=d.complaint or row.complaint))


def question_answered(city: City, _fact: Fact, d: e.QuestionAnswered) -> City:
    call = city.calls[d.call_id]
    others = tuple(each for each in call.answers if each.question != d.question)
    return city.with_call(replace(call, answers=(*others, StepAnswer(d.question, d.answer))))


def rung_back(city: City, fact: Fact, d: e.CallBackRecorded) -> City:
    call = city.calls[d.call_id]
    row = CallBack(fact.at, called(city, fact.actor), d.outcome)
    return city.with_call(replace(call, call_backs=(*call.call_backs, row)))


def linked(city: City, _fact: Fact, d: e.CallLinked) -> City:
    call = replace(city.calls[d.call_id], incident_id=d.incident_id)
    left = city.incidents[d.from_incident_id]
    city = city.with_call(call)
    city = city.with_incident(replace(left, call_ids=tuple(each for each in left.call_ids if each != call.id)))
    joined = city.incidents[d.incident_id]
    return city.with_incident(replace(joined, call_ids=(*joined.call_ids, call.id)))


def patient_added(city: City, fact: Fact, d: e.PatientAdded) -> City:
    row = city.incidents[d.incident_id]
    city = city.with_incident(replace(row, patient_ids=(*row.patient_ids, d.patient_id)))
    return city.with_patient(i.Patient(d.patient_id, d.incident_id, d.code))


def identified(city: City, fact: Fact, d: e.PatientIdentified) -> City:
    return city.with_patient(replace(city.patients[d.patient_id], name=d.name))


CHANGES: dict[type, Change] = {
    e.CallReceived: received,
    e.IncidentOpened: incident_opened,
    e.CallClaimed: owned,
    e.ClaimLapsed: lapsed,
    e.CallAnswered: answered,
    e.CallHeld: moved,
    e.CallRetrieved: moved,
    e.CallTransferred: owned,
    e.CallEnded: ended,
    e.CallWrappedUp: moved,
    e.WordsTaken: words_taken,
    e.QuestionAsked: unchanged,
    e.QuestionAnswered: question_answered,
    e.CallBackRecorded: rung_back,
    e.CallLinked: linked,
    e.NoteWritten: unchanged,
    e.PatientAdded: patient_added,
    e.PatientIdentified: identified,
    e.RecordExported: unchanged,
}
