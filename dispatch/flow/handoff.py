"""The handoff: who gave whom what, where, and the minutes the system could not know by itself."""

from datetime import datetime

from center_protocols.vocabulary import TimePoint
from dispatch.center import LIVE
from dispatch.city import City
from dispatch.command import Command
from dispatch.commands import center as cc
from dispatch.commands import incident as c
from dispatch.errors import Refused
from dispatch.events import center as ce
from dispatch.events import incident as e
from dispatch.flow import door
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.flow.resources import taken_into_use
from dispatch.rules import Rules

ED_PLACES = frozenset({"ed", "resus_bay"})  # everything else means that the ED was bypassed


def complete_handoff(city: City, command: Command, ask: cc.CompleteHandoff, _rules: Rules) -> Decision:
    """Record the handover at the door; signatures can follow and never hold the stretcher."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if patient.center_id is None:
        return Refused("handoff.no_destination", {"patient": patient.code})
    facts: Facts = [
        ce.HandoffCompleted(
            patient.id,
            patient.activation_id,
            patient.center_id,
            ask.where,
            ask.where not in ED_PLACES,
            command.actor.entered_for or command.actor.account,
            ask.taken_by,
            ask.signed,
        )
    ]
    return facts + accepted(city, patient.activation_id, command.received_at)


def handed_over(city: City, command: Command, patient_id: str, given_by: str) -> Facts:
    """Record the handover that a crew's tap means: to the place the protocol names, unless it is recorded already."""
    patient = city.patients[patient_id]
    if patient.handoff is not None or patient.center_id is None:
        return []
    activation = city.activations.get(patient.activation_id) if patient.activation_id else None
    where = activation.bypass[0] if activation is not None and activation.bypass else "ed"
    giver = command.actor.entered_for or given_by
    return [
        ce.HandoffCompleted(patient_id, patient.activation_id, patient.center_id, where, where not in ED_PLACES, giver)
    ]


def accepted(city: City, activation_id: str | None, at: datetime) -> Facts:
    """Close the centre's side: the patient is theirs, the rooms that were held are in use."""
    if activation_id is None or city.activations[activation_id].phase not in LIVE:
        return []
    activation = city.activations[activation_id]
    return [ce.PatientAccepted(activation.id, activation.patient_id), *taken_into_use(activation, at)]


def register_time_point(city: City, command: Command, ask: c.RegisterTimePoint, _rules: Rules) -> Decision:
    """Enter a minute; the first registration wins, after that it takes a correction."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if ask.point not in set(TimePoint):
        return Refused("point.unknown", {"point": ask.point})
    if ask.happened_at > command.received_at:
        return Refused("point.in_future", {"point": f"timepoint.{ask.point}"})
    if ask.point in patient.points:
        return Refused("point.registered", {"point": f"timepoint.{ask.point}"})
    return [e.TimePointRegistered(patient.id, ask.point, ask.happened_at, ask.delay_reason)]


def correct_time_point(city: City, command: Command, ask: c.CorrectTimePoint, _rules: Rules) -> Decision:
    """Correct a minute with the reason; the old one stays in the journal."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if ask.point not in set(TimePoint):
        return Refused("point.unknown", {"point": ask.point})
    if ask.happened_at > command.received_at:
        return Refused("point.in_future", {"point": f"timepoint.{ask.point}"})
    return [e.TimePointCorrected(patient.id, ask.point, ask.happened_at, ask.reason, ask.delay_reason)]


DECISIONS: dict[type, Decide] = {
    **door.DECISIONS,
    cc.CompleteHandoff: complete_handoff,
    c.RegisterTimePoint: register_time_point,
    c.CorrectTimePoint: correct_time_point,
}
