"""The switchboard: what the exchange tells, who sits where, which numbers are marked, and when nobody answers.

An exchange repeats itself and tells things late. Every event carries its own time: one that is older than the last
step of its call is kept as ``LineStepCameLate`` and moves nothing; one that changes nothing adds no fact.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.call import answered_by, opened_by, talking_seats, unless_open
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.flow.positions import rung
from dispatch.rules import Rules
from dispatch.state.call import CALL_STEPS, UNANSWERED, Call, CallPhase, dialled
from dispatch.state.city import City
from dispatch.state.switchboard import MAY_SIT, Seat, SeatKind
from dispatch.words import Role

SAME_STEP = timedelta(seconds=2)  # console and exchange tell one answer within it


def report_line_event(city: City, command: Command, ask: c.ReportLineEvent, _rules: Rules) -> Decision:
    """Turn what a line did into facts; the first word of a call opens it, whichever it is."""
    known = city.exchange_calls.get(ask.exchange_id)
    if known is None:
        return _first_word(city, command, ask)
    call = city.calls[known]
    learned = _learned(call, ask)
    if any(isinstance(each, e.CallerNumberLearned) for each in learned):
        learned += rung(city, command, call.incident_id, ask.number, None)
    return [*learned, *_stepped(city, command.at, call, ask)]


def _first_word(city: City, command: Command, ask: c.ReportLineEvent) -> Facts:
    call_id, incident_id = command.new_id(1), command.new_id(2)
    rung = e.CallReceived(
        call_id, incident_id, ask.number, None, None, ask.place, ask.trunk, ask.exchange_id, ask.group
    )
    facts: Facts = [rung, *opened_by(city, command, rung)]
    if ask.recording is not None:
        facts.append(e.RecordingReferenced(call_id, ask.recording))
    ringing = Call(call_id, incident_id, CallPhase.RINGING, command.at, ask.number)
    return [*facts, *_moved(city, ringing, ask)]


def _learned(call: Call, ask: c.ReportLineEvent) -> Facts:
    """Return what any event may add: the number, the recording."""
    facts: Facts = []
    if call.number is None and ask.number is not None:
        facts.append(e.CallerNumberLearned(call.id, ask.number, ask.trunk))
    if ask.recording is not None and ask.recording != call.recording:
        facts.append(e.RecordingReferenced(call.id, ask.recording))
    return facts


def _stepped(city: City, at: datetime, call: Call, ask: c.ReportLineEvent) -> Facts:
    if ask.event == "ring" or _is_known(city, at, call, ask):
        return []
    # Nothing comes after a hang-up: it ends the call whatever the clocks say.
    if ask.event != "hung_up" and call.moved_at is not None and at < call.moved_at:
        seat = seat_of(city, ask.extension) if ask.event == "answered" else None
        return [e.LineStepCameLate(call.id, ask.event, seat)]
    return _moved(city, call, ask)


def _moved(city: City, call: Call, ask: c.ReportLineEvent) -> Facts:
    """Return the step itself; whoever is held or transferred has been answered, told or not."""
    seat = seat_of(city, ask.extension)
    if call.phase in UNANSWERED and ask.event in ("answered", "held", "retrieved", "transferred"):
        return [*answered_by(city, call, seat), *([e.CallHeld(call.id)] if ask.event == "held" else [])]
    steps = {
        "held": e.CallHeld(call.id),
        "retrieved": e.CallRetrieved(call.id),
        "transferred": e.CallTransferred(call.id, call.seat, seat),
        "hung_up": e.CallEnded(call.id, "caller"),
    }
    step = steps.get(ask.event)
    return [] if step is None or (call.phase, type(step)) not in CALL_STEPS else [step]


def _is_known(city: City, at: datetime, call: Call, ask: c.ReportLineEvent) -> bool:
    """Say whether an event was told before: by the exchange, or by the console a moment earlier."""
    if ask.event == "answered":
        return call.answered_at is not None and at > call.answered_at - SAME_STEP
    return ask.event == "transferred" and call.seat == seat_of(city, ask.extension)


def seat_of(city: City, extension: str | None) -> str:
    """Return the seat that a telephone stands at; an unknown one is its own seat."""
    if extension is None:
        return "—"
    found = (each.id for each in city.seats.values() if each.extension == extension and each.account is not None)
    return min(found, default=extension)


def open_seat(city: City, command: Command, ask: c.OpenSeat, _rules: Rules) -> Decision:
    """Sit down; again at the same seat says nothing new."""
    kind, account = SeatKind(ask.kind), command.actor.account
    if kind not in MAY_SIT.get(command.actor.role, frozenset()):
        return Refused("seat.not_for_role", {"role": f"role.{command.actor.role}"})
    known = city.seats.get(ask.seat_id)
    if known is not None and known.account not in (None, account):
        return Refused("seat.taken", {"seat": ask.seat_id, "account": known.account or "—"})
    same = (kind, ask.group, account, ask.extension)
    if known is not None and (known.kind, known.group, known.account, known.extension) == same:
        return []
    return [e.SeatOpened(ask.seat_id, ask.kind, ask.group, account, ask.extension)]


def leave_seat(city: City, command: Command, ask: c.LeaveSeat, _rules: Rules) -> Decision:
    """Get up; what the seat still owns must be handed over first."""
    if isinstance(seat := _own_seat(city, command, ask.seat_id), Refused):
        return seat
    calls, incidents = owned_by(city, seat.id)
    if calls or incidents:
        return Refused("seat.owns", {"calls": len(calls), "incidents": len(incidents)})
    return [e.SeatLeft(seat.id)]


def hand_over_desk(city: City, command: Command, ask: c.HandOverDesk, _rules: Rules) -> Decision:
    """Pass everything on: open calls, call-backs owed to whoever rang this seat, and open incidents."""
    if isinstance(seat := _own_seat(city, command, ask.seat_id), Refused):
        return seat
    successor = city.seats.get(ask.to_seat_id)
    if successor is None or successor.account is None or successor.id == seat.id:
        return Refused("seat.empty", {"seat": ask.to_seat_id})
    calls, incidents = owned_by(city, seat.id)
    return [e.DeskHandedOver(seat.id, successor.id, calls, incidents), e.SeatLeft(seat.id)]


def _own_seat(city: City, command: Command, seat_id: str) -> Seat | Refused:
    """Return an open seat of the actor's own; a supervisor may act for anybody who left in a hurry."""
    seat = city.seats.get(seat_id)
    if seat is None or seat.account is None:
        return Refused("seat.empty", {"seat": seat_id})
    if seat.account != command.actor.account and command.actor.role is not Role.SUPERVISOR:
        return Refused("seat.not_yours", {"seat": seat_id})
    return seat


def owned_by(city: City, seat_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the open calls and the open incidents that a seat looks after."""
    calls = tuple(each for each in sorted(city.open_calls) if city.calls[each].seat == seat_id)
    incidents = tuple(each for each in sorted(city.open_incidents) if city.incidents[each].seat == seat_id)
    return calls, incidents


def take_incident(city: City, command: Command, ask: c.TakeIncident, _rules: Rules) -> Decision:
    """Make one seat look after an incident."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    if isinstance(seat := _own_seat(city, command, ask.seat), Refused):
        return seat
    return [] if city.incidents[ask.incident_id].seat == seat.id else [e.IncidentTaken(ask.incident_id, seat.id)]


def mark_number(city: City, command: Command, ask: c.MarkNumber, rules: Rules) -> Decision:
    """Mark a number for a while; the new mark replaces the one before."""
    number = dialled(ask.number)
    if number is None:
        return Refused("mark.no_number")
    longest = command.at + timedelta(days=rules.mark_days_max)
    if not command.at < ask.expires_at <= longest:
        return Refused("mark.expiry", {"days": round(rules.mark_days_max)})
    before = (each for each in city.marks.values() if each.lifted_at is None and each.number == number)
    lifted = [e.MarkLifted(each.id) for each in sorted(before, key=lambda row: row.id)]
    return [*lifted, e.NumberMarked(command.new_id(1), ask.kind, ask.expires_at, number, ask.reason)]


def lift_mark(city: City, _command: Command, ask: c.LiftMark, _rules: Rules) -> Decision:
    """Take a mark off: the caller may yet need help, and somebody says why it was wrong or is over."""
    mark = city.marks.get(ask.mark_id)
    if mark is None or mark.lifted_at is not None:
        return Refused("mark.unknown")
    if not ask.reason.strip():
        return Refused("mark.no_reason")
    return [e.MarkLifted(mark.id, ask.reason.strip())]


def overdue_on_lines(city: City, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    """Yield the alarms of the lines: callers whom nobody answers, and call-backs nobody makes."""
    manned, talking = _manned(city), talking_seats(city)
    room = {"busy": str(sum(each.id in talking for each in manned)), "seats": str(len(manned))}
    for call in _open_calls(city):
        waits_until = call.received_at + timedelta(seconds=rules.overflow_after_s)
        if city.seats and call.phase in UNANSWERED and now >= waits_until:
            params = {"incident": _number(city, call), **room}
            kind = "call_waiting" if manned else "call_waiting_no_seat"
            yield replace(
                _task("call_waiting", call, Role.SUPERVISOR, waits_until, params), kind=kind
            )  # one task for both
        if call.owes_call_back and call.ended_at is not None:
            ring_by = call.ended_at + timedelta(seconds=rules.call_back_within_s)
            if now >= ring_by:
                yield _task("call_back_due", call, Role.CALL_TAKER, ring_by, {"incident": _number(city, call)})


def _number(city: City, call: Call) -> str:
    """Name the incident: the caller's own number is personal, and a task's words are not sealed."""
    return city.incidents[call.incident_id].number


def _task(kind: str, call: Call, owner: Role, due_at: datetime, params: dict[str, str]) -> e.TaskRaised:
    subject = f"call:{call.id}"
    return e.TaskRaised(f"{kind}:{subject}", kind, subject, call.incident_id, owner, due_at, params)


def lapsed_on_lines(city: City, now: datetime, rules: Rules) -> Facts:
    """Return what the clock does to lines: claims that lapse, calls that overflow, writing that has lasted."""
    facts: Facts = []
    for call in _open_calls(city):
        since_s = (now - (call.moved_at or call.received_at)).total_seconds()
        if call.phase is CallPhase.CLAIMED and call.seat is not None and since_s >= rules.claim_within_s:
            facts.append(e.ClaimLapsed(call.id, call.seat))
        if call.phase is CallPhase.WRAP_UP and since_s >= rules.wrap_up_within_s:
            facts.append(e.CallWrappedUp(call.id, "time"))
        if _overflows(city, call, now, rules):
            facts.append(e.CallOverflowed(call.id, rules.overflow_group))
    return facts


def _overflows(city: City, call: Call, now: datetime, rules: Rules) -> bool:
    """Say whether a second group shall ring, too: for so long nobody has answered, whether all are busy or not."""
    if call.phase is not CallPhase.RINGING or call.overflow_group is not None:
        return False
    return bool(city.seats) and now >= call.received_at + timedelta(seconds=rules.overflow_after_s)


def _manned(city: City) -> list[Seat]:
    """Return the seats that take calls."""
    return [each for each in city.seats.values() if each.account is not None and each.kind is SeatKind.CALL_TAKER]


def _open_calls(city: City) -> list[Call]:
    return [city.calls[each] for each in sorted(city.open_calls)]


DECISIONS: dict[type, Decide] = {
    c.ReportLineEvent: report_line_event,
    c.OpenSeat: open_seat,
    c.LeaveSeat: leave_seat,
    c.HandOverDesk: hand_over_desk,
    c.TakeIncident: take_incident,
    c.MarkNumber: mark_number,
    c.LiftMark: lift_mark,
}
