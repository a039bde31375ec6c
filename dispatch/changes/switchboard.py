"""What seats, marked numbers and late words of a line change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.changes.call import with_answer
from dispatch.changes.change import Change
from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.state.switchboard import NumberMark, Seat, SeatKind


def seat_opened(city: City, fact: Fact, d: e.SeatOpened) -> City:
    seat = Seat(d.seat_id, SeatKind(d.kind), d.group, d.account, fact.at, d.extension)
    return city.with_seat(seat)


def seat_left(city: City, fact: Fact, d: e.SeatLeft) -> City:
    seat = replace(city.seats[d.seat_id], account=None, since=fact.at)
    return city.with_seat(seat)


def handed_over(city: City, _fact: Fact, d: e.DeskHandedOver) -> City:
    for call_id in d.call_ids:
        city = city.with_call(replace(city.calls[call_id], seat=d.to_seat_id))
    for incident_id in d.incident_ids:
        city = city.with_incident(replace(city.incidents[incident_id], seat=d.to_seat_id))
    return city


def incident_taken(city: City, _fact: Fact, d: e.IncidentTaken) -> City:
    return city.with_incident(replace(city.incidents[d.incident_id], seat=d.seat))


def marked(city: City, fact: Fact, d: e.NumberMarked) -> City:
    mark = NumberMark(d.mark_id, d.kind, fact.actor.account, fact.at, d.expires_at, d.number, d.reason)
    return city.with_mark(mark)


def mark_lifted(city: City, fact: Fact, d: e.MarkLifted) -> City:
    return city.with_mark(replace(city.marks[d.mark_id], lifted_at=fact.at))


def overflowed(city: City, _fact: Fact, d: e.CallOverflowed) -> City:
    return city.with_call(replace(city.calls[d.call_id], overflow_group=d.group))


def came_late(city: City, fact: Fact, d: e.LineStepCameLate) -> City:
    call = city.calls[d.call_id]
    if d.step != "answered" or (call.answered_at is not None and call.answered_at <= fact.at):
        return city
    return with_answer(city, fact, replace(call, seat=call.seat or d.seat, answered_at=fact.at, abandoned=False))


def number_learned(city: City, _fact: Fact, d: e.CallerNumberLearned) -> City:
    call = city.calls[d.call_id]
    return city.with_call(replace(call, number=d.number, line=call.line or d.line))


def recording_referenced(city: City, _fact: Fact, d: e.RecordingReferenced) -> City:
    return city.with_call(replace(city.calls[d.call_id], recording=d.recording))


CHANGES: dict[type, Change] = {
    e.SeatOpened: seat_opened,
    e.SeatLeft: seat_left,
    e.DeskHandedOver: handed_over,
    e.IncidentTaken: incident_taken,
    e.NumberMarked: marked,
    e.MarkLifted: mark_lifted,
    e.CallOverflowed: overflowed,
    e.LineStepCameLate: came_late,
    e.CallerNumberLearned: number_learned,
    e.RecordingReferenced: recording_referenced,
}
