"""What the facts of the telephone change: calls, seats, marks."""

from dataclasses import replace
from typing import Any

from dispatch.call import Call, CallBack, CallPhase, StepAnswer, stepped_call
from dispatch.changes.change import Change
from dispatch.city import City
from dispatch.events import call as ce
from dispatch.events import incident as e
from dispatch.fact import Fact
from dispatch.incident import point_row, with_point
from dispatch.switchboard import NumberMark, Seat, SeatKind


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


def answered(city: City, fact: Fact, d: e.CallAnswered) -> City:
    call = stepped_call(city.calls[d.call_id], fact)
    return _answered(city, fact, replace(call, seat=d.seat, answered_at=fact.at))


def _answered(city: City, fact: Fact, call: Call) -> City:
    row = city.incidents[call.incident_id]
    points = with_point(row.points, "call_answered", point_row(fact))
    return city.with_call(call).with_incident(replace(row, points=points, seat=row.seat or call.seat))


def moved(city: City, fact: Fact, d: Any) -> City:  # noqa: ANN401 - any step that only moves the call
    return city.with_call(stepped_call(city.calls[d.call_id], fact))


def ended(city: City, fact: Fact, d: e.CallEnded) -> City:
    call = city.calls[d.call_id]
    abandoned = call.answered_at is None and d.reason != "operator"
    return city.with_call(replace(stepped_call(call, fact), ended_at=fact.at, abandoned=abandoned))


def owned(city: City, fact: Fact, d: ce.CallClaimed | ce.CallTransferred) -> City:
    return city.with_call(replace(stepped_call(city.calls[d.call_id], fact), seat=d.seat))


def lapsed(city: City, fact: Fact, d: ce.ClaimLapsed) -> City:
    return city.with_call(replace(stepped_call(city.calls[d.call_id], fact), seat=None))


def overflowed(city: City, _fact: Fact, d: ce.CallOverflowed) -> City:
    return city.with_call(replace(city.calls[d.call_id], overflow_group=d.group))


def came_late(city: City, fact: Fact, d: ce.LineStepCameLate) -> City:
    call = city.calls[d.call_id]
    if d.step != "answered" or (call.answered_at is not None and call.answered_at <= fact.at):
        return city
    return _answered(city, fact, replace(call, seat=call.seat or d.seat, answered_at=fact.at, abandoned=False))


def number_learned(city: City, _fact: Fact, d: ce.CallerNumberLearned) -> City:
    call = city.calls[d.call_id]
    return city.with_call(replace(call, number=d.number, line=call.line or d.line))


def recording_referenced(city: City, _fact: Fact, d: ce.RecordingReferenced) -> City:
    return city.with_call(replace(city.calls[d.call_id], recording=d.recording))


def words_taken(city: City, _fact: Fact, d: ce.WordsTaken) -> City:
    call, row = city.calls[d.call_id], city.incidents[d.incident_id]
    city = city.with_call(replace(call, words=d.words or call.words, complaint=d.complaint or call.complaint))
    return city.with_incident(replace(row, words=d.words or row.words, complaint=d.complaint or row.complaint))


def asked(city: City, _fact: Fact, _d: ce.QuestionAsked) -> City:
    return city


def question_answered(city: City, _fact: Fact, d: ce.QuestionAnswered) -> City:
    call = city.calls[d.call_id]
    others = tuple(each for each in call.answers if each.question != d.question)
    return city.with_call(replace(call, answers=(*others, StepAnswer(d.question, d.answer))))


def rung_back(city: City, fact: Fact, d: ce.CallBackRecorded) -> City:
    call = city.calls[d.call_id]
    row = CallBack(fact.at, fact.actor.account, d.outcome)
    return city.with_call(replace(call, call_backs=(*call.call_backs, row)))


def linked(city: City, _fact: Fact, d: e.CallLinked) -> City:
    call = replace(city.calls[d.call_id], incident_id=d.incident_id)
    left = city.incidents[d.from_incident_id]
    city = city.with_call(call)
    city = city.with_incident(replace(left, call_ids=tuple(each for each in left.call_ids if each != call.id)))
    joined = city.incidents[d.incident_id]
    return city.with_incident(replace(joined, call_ids=(*joined.call_ids, call.id)))


def seat_opened(city: City, fact: Fact, d: ce.SeatOpened) -> City:
    seat = Seat(d.seat_id, SeatKind(d.kind), d.group, d.account, fact.at, d.extension)
    return city.with_seat(seat)


def seat_left(city: City, fact: Fact, d: ce.SeatLeft) -> City:
    seat = replace(city.seats[d.seat_id], account=None, since=fact.at)
    return city.with_seat(seat)


def handed_over(city: City, _fact: Fact, d: ce.DeskHandedOver) -> City:
    for call_id in d.call_ids:
        city = city.with_call(replace(city.calls[call_id], seat=d.to_seat_id))
    for incident_id in d.incident_ids:
        city = city.with_incident(replace(city.incidents[incident_id], seat=d.to_seat_id))
    return city


def incident_taken(city: City, _fact: Fact, d: ce.IncidentTaken) -> City:
    return city.with_incident(replace(city.incidents[d.incident_id], seat=d.seat))


def marked(city: City, fact: Fact, d: ce.NumberMarked) -> City:
    mark = NumberMark(d.mark_id, d.kind, fact.actor.account, fact.at, d.expires_at, d.number, d.reason)
    return city.with_mark(mark)


def mark_lifted(city: City, fact: Fact, d: ce.MarkLifted) -> City:
    return city.with_mark(replace(city.marks[d.mark_id], lifted_at=fact.at))


def exported(city: City, _fact: Fact, _d: ce.RecordExported) -> City:
    return city


CHANGES: dict[type, Change] = {
    e.CallReceived: received,
    e.CallAnswered: answered,
    e.CallEnded: ended,
    e.CallLinked: linked,
    ce.SeatOpened: seat_opened,
    ce.SeatLeft: seat_left,
    ce.DeskHandedOver: handed_over,
    ce.NumberMarked: marked,
    ce.MarkLifted: mark_lifted,
    ce.CallClaimed: owned,
    ce.ClaimLapsed: lapsed,
    ce.CallOverflowed: overflowed,
    ce.CallHeld: moved,
    ce.CallRetrieved: moved,
    ce.CallTransferred: owned,
    ce.CallWrappedUp: moved,
    ce.LineStepCameLate: came_late,
    ce.CallerNumberLearned: number_learned,
    ce.RecordingReferenced: recording_referenced,
    ce.WordsTaken: words_taken,
    ce.QuestionAsked: asked,
    ce.QuestionAnswered: question_answered,
    ce.CallBackRecorded: rung_back,
    ce.IncidentTaken: incident_taken,
    ce.RecordExported: exported,
}
