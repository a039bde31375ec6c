"""The handoff: who gave whom what, where, and the minutes the system could not know by itself."""

from datetime import datetime

from center_protocols.vocabulary import TimePoint
from dispatch import commands as c
from dispatch import events as e
from dispatch.called import called
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow import door
from dispatch.flow.decision import Decide, Decision, Facts, words_in
from dispatch.flow.resources import taken_into_use
from dispatch.rights_of_care import center_of
from dispatch.rules import Rules
from dispatch.state.center import LIVE
from dispatch.state.city import City
from dispatch.state.consult import side_of
from dispatch.state.direct import DISPUTED, ED, ED_DOORS
from dispatch.state.incident import Patient


def complete_handoff(city: City, command: Command, ask: c.CompleteHandoff, _rules: Rules) -> Decision:
    """Record the handover at the door; signatures can follow and never hold the stretcher."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    center_id = center_of(city, patient)
    if center_id is None:
        return Refused("handoff.no_destination", {"patient": patient.code})
    facts: Facts = [
        e.HandoffCompleted(
            patient.id,
            patient.activation_id,
            center_id,
            ask.where,
            ask.where not in ED_DOORS,
            called(city, command.actor),
            ask.taken_by,
            ask.signed,
        )
    ]
    return facts + accepted(city, patient.activation_id, command.received_at)


def sign_handoff(city: City, command: Command, ask: c.SignHandoff, _rules: Rules) -> Decision:
    """Take a signature whenever it comes; one's own side only."""
    if (refused := _unless_handed_over(city, ask.patient_id)) is not None:
        return refused
    if (name := words_in(ask.name)) is None:
        return Refused("handoff.no_name")
    return [e.HandoffSigned(ask.patient_id, side_of(command.actor), name)]


def dispute_handoff(city: City, command: Command, ask: c.DisputeHandoff, _rules: Rules) -> Decision:
    """Keep what one side says was otherwise; nobody decides who is right here."""
    if (refused := _unless_handed_over(city, ask.patient_id)) is not None:
        return refused
    words = words_in(ask.words)
    if ask.about not in DISPUTED or words is None:
        return Refused("handoff.no_words")
    return [e.HandoffDisputed(ask.patient_id, side_of(command.actor), ask.about, words)]


def _unless_handed_over(city: City, patient_id: str) -> Refused | None:
    patient = city.patients.get(patient_id)
    if patient is None:
        return Refused("patient.unknown")
    return Refused("handoff.none", {"patient": patient.code}) if patient.handoff is None else None


def handed_over(city: City, command: Command, patient_id: str, given_by: str) -> Facts:
    """Record the handover that a crew's tap means: at the door as things stand, unless it is recorded already."""
    patient = city.patients[patient_id]
    center_id = center_of(city, patient)
    if patient.handoff is not None or center_id is None:
        return []
    activation = city.activations.get(patient.activation_id) if patient.activation_id else None
    where = ED if activation is None else activation.door_now
    giver = command.actor.entered_for or given_by
    return [e.HandoffCompleted(patient_id, patient.activation_id, center_id, where, where not in ED_DOORS, giver)]


def accepted(city: City, activation_id: str | None, at: datetime) -> Facts:
    """Close the centre's side: the patient is theirs, the rooms that were held are in use."""
    if activation_id is None or city.activations[activation_id].phase not in LIVE:
        return []
    activation = city.activations[activation_id]
    return [e.PatientAccepted(activation.id, activation.patient_id), *taken_into_use(activation, at)]


def register_time_point(city: City, command: Command, ask: c.RegisterTimePoint, _rules: Rules) -> Decision:
    """Enter a minute; the first registration wins, after that it takes a correction."""
    patient = _whose(city, ask, command.received_at, ask.happened_at)
    if isinstance(patient, Refused):
        return patient
    if ask.point in patient.points:
        return Refused("point.registered", {"point": f"timepoint.{ask.point}"})
    return [e.TimePointRegistered(patient.id, ask.point, ask.happened_at, ask.delay_reason)]


def leave_time_point_open(city: City, command: Command, ask: c.LeaveTimePointOpen, _rules: Rules) -> Decision:
    """Note that a minute is not known, so that it is asked for once."""
    patient = _whose(city, ask, command.received_at)
    if isinstance(patient, Refused):
        return patient
    if ask.point in patient.left_open or ask.point in patient.points:
        return []
    return [e.TimePointLeftOpen(patient.id, ask.point)]


def correct_time_point(city: City, command: Command, ask: c.CorrectTimePoint, _rules: Rules) -> Decision:
    """Correct a minute with the reason; the old one stays in the journal."""
    patient = _whose(city, ask, command.received_at, ask.happened_at)
    if isinstance(patient, Refused):
        return patient
    return [e.TimePointCorrected(patient.id, ask.point, ask.happened_at, ask.reason, ask.delay_reason)]


def _whose(
    city: City,
    ask: c.RegisterTimePoint | c.LeaveTimePointOpen | c.CorrectTimePoint,
    now: datetime,
    happened_at: datetime | None = None,
) -> Patient | Refused:
    """Return whose minute it is, or why there is no such minute: it is in no list, or still to come."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if ask.point not in set(TimePoint):
        return Refused("point.unknown", {"point": ask.point})
    if happened_at is not None and happened_at > now:
        return Refused("point.in_future", {"point": f"timepoint.{ask.point}"})
    return patient


DECISIONS: dict[type, Decide] = {
    **door.DECISIONS,
    c.CompleteHandoff: complete_handoff,
    c.SignHandoff: sign_handoff,
    c.DisputeHandoff: dispute_handoff,
    c.RegisterTimePoint: register_time_point,
    c.LeaveTimePointOpen: leave_time_point_open,
    c.CorrectTimePoint: correct_time_point,
}
