"""The call: 120 rings, somebody answers, an incident and its first patient exist from the first second."""

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.flow.positions import rung
from dispatch.rules import Rules
from dispatch.state.call import CALL_STEPS, ON_THE_LINE, Call, CallPhase, dialled
from dispatch.state.city import City
from dispatch.state.incident import IncidentPhase
from dispatch.words import Outcome, Role

PATIENTS_LIMIT = 26  # one letter each; more people are a mass-casualty incident with its own rules


def receive_call(city: City, command: Command, ask: c.ReceiveCall, _rules: Rules) -> Decision:
    """Open an incident for a ring, or join one that is named."""
    call_id, incident_id = command.new_id(1), ask.incident_id or command.new_id(2)
    call = e.CallReceived(call_id, incident_id, ask.number, ask.words, ask.complaint, ask.place, ask.line)
    if ask.incident_id is not None:
        if (refused := unless_open(city, ask.incident_id)) is not None:
            return refused
        return [call, *rung(city, command, incident_id, ask.number, None)]
    return [call, *opened_by(city, command, call)]


def opened_by(city: City, command: Command, call: e.CallReceived) -> Facts:
    """Return the facts that open an incident for a call of its own."""
    number = f"E{city.incidents_opened + 1:04d}"
    facts: Facts = [
        e.IncidentOpened(call.incident_id, number, call.call_id, command.new_id(3), f"{number}-A"),
    ]
    if call.place is not None:
        facts.append(e.IncidentLocated(call.incident_id, call.place, call.words))
    return [*facts, *rung(city, command, call.incident_id, call.number, call.place)]


def claim_call(city: City, command: Command, ask: c.ClaimCall, _rules: Rules) -> Decision:
    """Give a ringing call to the seat whose telephone is about to take it."""
    refused = _unless(city, ask.call_id, e.CallClaimed) or _unless_at(city, command, ask.seat)
    return refused or [e.CallClaimed(ask.call_id, ask.seat)]


def answer_call(city: City, command: Command, ask: c.AnswerCall, _rules: Rules) -> Decision:
    """Give a ringing call its one owner."""
    refused = _unless(city, ask.call_id, e.CallAnswered) or _unless_at(city, command, ask.seat)
    if refused is not None:
        return refused
    call = city.calls[ask.call_id]
    if call.phase is CallPhase.CLAIMED and call.seat != ask.seat:
        return Refused("call.taken", {"seat": call.seat or "—"})
    return answered_by(city, call, ask.seat)


def answered_by(city: City, call: Call, seat: str) -> Facts:
    """Return what follows when a seat talks to a caller.

    Whoever it talked to waits on the line, what it still wrote about the call before is done, and earlier calls of
    this caller that nobody answered need no call-back any more.
    """
    return [
        *(e.CallHeld(each.id) for each in _owned(city, seat, CallPhase.TALKING) if each.id != call.id),
        *(e.CallWrappedUp(each.id, "next_call") for each in _owned(city, seat, CallPhase.WRAP_UP)),
        e.CallAnswered(call.id, seat),
        *(e.CallBackRecorded(each, "rang_again") for each in _waiting_for_call_back(city, call)),
    ]


def _waiting_for_call_back(city: City, call: Call) -> list[str]:
    number = dialled(call.number)
    return [] if number is None else [each for each in city.callers.get(number, ()) if city.calls[each].owes_call_back]


def hold_call(city: City, _command: Command, ask: c.HoldCall, _rules: Rules) -> Decision:
    """Let the caller wait on the line."""
    return _unless(city, ask.call_id, e.CallHeld) or [e.CallHeld(ask.call_id)]


def retrieve_call(city: City, _command: Command, ask: c.RetrieveCall, _rules: Rules) -> Decision:
    """Talk on."""
    return _unless(city, ask.call_id, e.CallRetrieved) or [e.CallRetrieved(ask.call_id)]


def transfer_call(city: City, _command: Command, ask: c.TransferCall, _rules: Rules) -> Decision:
    """Give the caller to another seat, which must be manned when seats are kept at all."""
    refused = _unless(city, ask.call_id, e.CallTransferred) or _unless_free(city, ask.seat)
    if refused is not None:
        return refused
    call = city.calls[ask.call_id]
    if call.seat == ask.seat:
        return Refused("call.taken", {"seat": ask.seat})
    return [e.CallTransferred(ask.call_id, call.seat, ask.seat)]


def end_call(city: City, _command: Command, ask: c.EndCall, _rules: Rules) -> Decision:
    """Close the line; a call that was talked on is wrapped up next."""
    return _unless(city, ask.call_id, e.CallEnded) or [e.CallEnded(ask.call_id, ask.reason)]


def wrap_up_call(city: City, _command: Command, ask: c.WrapUpCall, _rules: Rules) -> Decision:
    """Free the seat."""
    return _unless(city, ask.call_id, e.CallWrappedUp) or [e.CallWrappedUp(ask.call_id, "operator")]


def take_words(city: City, _command: Command, ask: c.TakeWords, _rules: Rules) -> Decision:
    """Write down what the caller says."""
    call = city.calls.get(ask.call_id)
    if call is None:
        return Refused("call.unknown")
    if ask.words is None and ask.complaint is None:
        return Refused("call.no_words")
    return [e.WordsTaken(call.id, call.incident_id, ask.words, ask.complaint)]


def record_step(city: City, _command: Command, ask: c.RecordStep, _rules: Rules) -> Decision:
    """Keep a question or its answer; the same again adds nothing, another answer is a correction."""
    call = city.calls.get(ask.call_id)
    if call is None:
        return Refused("call.unknown")
    if ask.answer is None:
        return [e.QuestionAsked(call.id, ask.question)]
    before = call.answer_to(ask.question)
    return [] if before == ask.answer else [e.QuestionAnswered(call.id, ask.question, ask.answer, before)]


def record_call_back(city: City, _command: Command, ask: c.RecordCallBack, _rules: Rules) -> Decision:
    """Note how ringing back went."""
    call = city.calls.get(ask.call_id)
    if call is None:
        return Refused("call.unknown")
    if not call.owes_call_back:
        return Refused("call.no_call_back")
    return [e.CallBackRecorded(call.id, ask.outcome, ask.note)]


def export_record(city: City, _command: Command, ask: c.ExportRecord, _rules: Rules) -> Decision:
    """Note who takes a record out, and what for, before it leaves."""
    if ask.incident_id not in city.incidents:
        return Refused("incident.unknown")
    if not ask.purpose.strip():
        return Refused("record.no_purpose")
    return [e.RecordExported(ask.incident_id, ask.form, ask.purpose)]


def _unless(city: City, call_id: str, step: type) -> Refused | None:
    """Return the refusal when the table has no such step for this call now."""
    call = city.calls.get(call_id)
    if call is None:
        return Refused("call.unknown")
    if (call.phase, step) in CALL_STEPS:
        return None
    if call.phase in (CallPhase.WRAP_UP, CallPhase.ENDED):
        return Refused("call.ended")
    if step in (e.CallAnswered, e.CallClaimed):
        return Refused("call.taken", {"seat": call.seat or "—"})
    return Refused("call.no_such_step")


def _unless_at(city: City, command: Command, seat_id: str) -> Refused | None:
    """Return the refusal for a seat at which somebody else sits; a room may also work without kept seats."""
    seat = city.seats.get(seat_id)
    if seat is None or command.actor.role is Role.SERVICE or seat.account in (None, command.actor.account):
        return None
    return Refused("seat.not_yours", {"seat": seat_id})


def _unless_free(city: City, seat_id: str) -> Refused | None:
    """Return the refusal for a seat that talks already, or that nobody sits at."""
    seat = city.seats.get(seat_id)
    if seat is not None and seat.account is None:
        return Refused("seat.empty", {"seat": seat_id})
    return Refused("seat.busy", {"seat": seat_id}) if seat_id in talking_seats(city) else None


def talking_seats(city: City) -> set[str | None]:
    """Return the seats that are on the line with somebody; None for a talk that belongs to no seat."""
    rows = (city.calls[each] for each in city.open_calls)
    return {each.seat for each in rows if each.phase in ON_THE_LINE}


def _owned(city: City, seat: str, phase: CallPhase) -> list[Call]:
    rows = (city.calls[each] for each in sorted(city.open_calls))
    return [each for each in rows if each.seat == seat and each.phase is phase]


def link_call(city: City, _command: Command, ask: c.LinkCall, _rules: Rules) -> Decision:
    """Join a call to a known incident; its own empty incident closes, none of its words are lost."""
    call = city.calls.get(ask.call_id)
    if call is None:
        return Refused("call.unknown")
    if call.incident_id == ask.incident_id:
        return Refused("call.already_linked")
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    left = city.incidents[call.incident_id]
    if city.active_assignments(left.id):
        return Refused("incident.has_units", {"incident": left.number})
    facts: Facts = [e.CallLinked(ask.call_id, ask.incident_id, left.id)]
    if len(left.call_ids) == 1 and left.phase is not IncidentPhase.CLOSED:
        facts += [
            e.PatientEnded(each, left.id, Outcome.CANCELLED)
            for each in left.patient_ids
            if city.patients[each].outcome is None
        ]
        facts.append(e.IncidentClosed(left.id, None, "linked"))
    return facts


def write_note(city: City, _command: Command, ask: c.WriteNote, _rules: Rules) -> Decision:
    """Keep a line, also after the incident has closed."""
    if ask.incident_id not in city.incidents:
        return Refused("incident.unknown")
    return [e.NoteWritten(ask.incident_id, ask.text)]


def add_patient(city: City, command: Command, ask: c.AddPatient, _rules: Rules) -> Decision:
    """Give the next person the next letter."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    incident = city.incidents[ask.incident_id]
    if len(incident.patient_ids) >= PATIENTS_LIMIT:
        return Refused("incident.too_many_patients", {"limit": PATIENTS_LIMIT})
    letter = chr(ord("A") + len(incident.patient_ids))
    return [e.PatientAdded(ask.incident_id, command.new_id(1), f"{incident.number}-{letter}")]


def identify_patient(city: City, _command: Command, ask: c.IdentifyPatient, _rules: Rules) -> Decision:
    """Enter a name."""
    if ask.patient_id not in city.patients:
        return Refused("patient.unknown")
    return [e.PatientIdentified(ask.patient_id, ask.name)]


def unless_open(city: City, incident_id: str) -> Refused | None:
    """Return the refusal for an incident that is unknown or closed."""
    incident = city.incidents.get(incident_id)
    if incident is None:
        return Refused("incident.unknown")
    if incident.phase is IncidentPhase.CLOSED:
        return Refused("incident.closed", {"incident": incident.number})
    return None


DECISIONS: dict[type, Decide] = {
    c.ReceiveCall: receive_call,
    c.AnswerCall: answer_call,
    c.EndCall: end_call,
    c.ClaimCall: claim_call,
    c.HoldCall: hold_call,
    c.RetrieveCall: retrieve_call,
    c.TransferCall: transfer_call,
    c.WrapUpCall: wrap_up_call,
    c.TakeWords: take_words,
    c.RecordStep: record_step,
    c.RecordCallBack: record_call_back,
    c.ExportRecord: export_record,
    c.LinkCall: link_call,
    c.WriteNote: write_note,
    c.AddPatient: add_patient,
    c.IdentifyPatient: identify_patient,
}
