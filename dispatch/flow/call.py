"""The call: 120 rings, somebody answers, an incident and its first patient exist from the first second."""

from dispatch import commands as c
from dispatch import events as e
from dispatch.city import City
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.incident import CALL_STEPS, IncidentPhase
from dispatch.rules import Rules
from dispatch.words import Outcome

PATIENTS_LIMIT = 26  # one letter each; more people are a mass-casualty incident with its own rules


def receive_call(city: City, command: Command, ask: c.ReceiveCall, _rules: Rules) -> Decision:
    """Open an incident for a ring, or join one that is named."""
    call_id, incident_id = command.new_id(1), ask.incident_id or command.new_id(2)
    call = e.CallReceived(call_id, incident_id, ask.number, ask.words, ask.complaint, ask.place, ask.line)
    if ask.incident_id is not None:
        if (refused := unless_open(city, ask.incident_id)) is not None:
            return refused
        return [call]
    number = f"E{city.incidents_opened + 1:04d}"
    facts: Facts = [call, e.IncidentOpened(incident_id, number, call_id, command.new_id(3), f"{number}-A")]
    if ask.place is not None:
        facts.append(e.IncidentLocated(incident_id, ask.place, ask.words))
    return facts


def answer_call(city: City, _command: Command, ask: c.AnswerCall, _rules: Rules) -> Decision:
    """Give a ringing call its one owner."""
    call = city.calls.get(ask.call_id)
    if call is None:
        return Refused("call.unknown")
    if (call.phase, e.CallAnswered) not in CALL_STEPS:
        return Refused("call.taken", {"seat": call.seat or "—"})
    return [e.CallAnswered(ask.call_id, ask.seat)]


def end_call(city: City, _command: Command, ask: c.EndCall, _rules: Rules) -> Decision:
    """Close the line."""
    call = city.calls.get(ask.call_id)
    if call is None:
        return Refused("call.unknown")
    if (call.phase, e.CallEnded) not in CALL_STEPS:
        return Refused("call.ended")
    return [e.CallEnded(ask.call_id, ask.reason)]


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
    c.LinkCall: link_call,
    c.WriteNote: write_note,
    c.AddPatient: add_patient,
    c.IdentifyPatient: identify_patient,
}
