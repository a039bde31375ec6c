"""The direct way: the receiving department's door, the way to it, consent on the way, numbers before the papers.

Nothing here is asked of a crew that has its hands full, and nothing unfinished here stops a stretcher.
"""

from datetime import timedelta
from typing import Any

from center_protocols.vocabulary import Resource
from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision, Facts, words_in
from dispatch.rights_of_care import center_of
from dispatch.rules import Rules
from dispatch.state.center import LIVE, Activation, ActivationPhase
from dispatch.state.city import City
from dispatch.state.direct import DOORS, ConsentBy, ConsentStep, Procedure, Registration
from dispatch.state.incident import Patient

ANSWERED = frozenset({ActivationPhase.ACKNOWLEDGED, ActivationPhase.TEAM_READY, ActivationPhase.ARRIVED})
FIRST_UPDATE_ID = 21  # ids of the holds that an update adds; the decisions around it use the first few


def describe_way(city: City, command: Command, ask: c.DescribeWay, rules: Rules) -> Decision:
    """Keep how to get to a door; the whole of it, so that what was true once does not stay by half."""
    if ask.center_id not in city.centers:
        return Refused("center.unknown")
    if ask.where not in DOORS:
        return Refused("door.unknown")
    said = [words_in(each) for each in (ask.entrance, ask.lift, ask.floor, ask.room, ask.note)]
    if not any(said):
        return Refused("way.nothing_said")
    check_after = command.received_at + timedelta(days=rules.way_check_days)
    return [e.WayDescribed(ask.center_id, ask.where, check_after, *said)]


def choose_door(city: City, _command: Command, ask: c.ChooseDoor, _rules: Rules) -> Decision:
    """Take the department's door; its own choice outranks the protocol's, with the reason."""
    row = city.activations.get(ask.activation_id)
    if row is None:
        return Refused("activation.unknown")
    if row.phase not in LIVE or city.patients[row.patient_id].handoff is not None:
        return Refused("door.too_late")
    if ask.where not in DOORS:
        return Refused("door.unknown")
    reason = words_in(ask.reason)
    if ask.where != row.proposed_door and reason is None:
        return Refused("door.reason_needed", {"place": f"place.{row.proposed_door}"})
    if row.chosen_door is not None and row.chosen_door.where == ask.where:
        return []
    return [e.DoorChosen(row.id, row.patient_id, row.center_id, ask.where, row.proposed_door, reason)]


def record_consent(city: City, _command: Command, ask: c.RecordConsent, _rules: Rules) -> Decision:
    """Keep a step of a consent; an exemption without whoever approved it is none."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if ask.procedure not in set(Procedure) or ask.step not in set(ConsentStep) or ask.asked not in set(ConsentBy):
        return Refused("consent.unknown")
    if ask.asked == ConsentBy.NOBODY and ask.step in (ConsentStep.STARTED, ConsentStep.SIGNED, ConsentStep.REFUSED):
        return Refused("consent.nobody_asked")
    approver = words_in(ask.approver)
    if ask.step == ConsentStep.EMERGENCY_EXEMPTION and approver is None:
        return Refused("consent.no_approver")
    signer, words = words_in(ask.signer), words_in(ask.words)
    return [e.ConsentRecorded(patient.id, ask.procedure, ask.step, ask.asked, signer, words, approver)]


def pre_register(city: City, _command: Command, ask: c.PreRegister, _rules: Rules) -> Decision:
    """Give a temporary number at the hospital that expects the patient; once per hospital."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    center_id = center_of(city, patient)
    if center_id is None:
        return Refused("handoff.no_destination", {"patient": patient.code})
    known = registration_at(patient, center_id)
    if known is not None:
        return Refused("registration.exists", {"number": known.temporary_id})
    number = words_in(ask.temporary_id) or f"T-{patient.code}"
    return [e.PatientPreRegistered(patient.id, center_id, number)]


def merge_registration(city: City, _command: Command, ask: c.MergeRegistration, _rules: Rules) -> Decision:
    """Join the numbers; a second hospital number is a correction and says why."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    center_id = center_of(city, patient)
    known = None if center_id is None else registration_at(patient, center_id)
    if known is None:
        return Refused("registration.none", {"patient": patient.code})
    number, reason = words_in(ask.hospital_id), words_in(ask.reason)
    if number is None:
        return Refused("registration.no_number")
    if known.numbers and known.numbers[-1].hospital_id == number:
        return []
    if known.numbers and reason is None:
        return Refused("registration.reason_needed")
    return [e.RegistrationMerged(patient.id, known.center_id, number, reason)]


def registration_at(patient: Patient, center_id: str) -> Registration | None:
    """Return the patient's registration at one hospital."""
    return next((each for each in patient.registrations if each.center_id == center_id), None)


def told_center(city: City, command: Command, found: e.PatientAssessed, rules: Rules) -> Facts:
    """Tell the centre that waits when the patient now needs something else than it was alarmed for.

    A physician's reading turns a chest pain into a cath lab: what the protocol asks for is held at once where the
    centre has answered already.
    """
    patient = city.patients[found.patient_id]
    row = city.activations.get(patient.activation_id) if patient.activation_id else None
    if row is None or row.phase not in LIVE:
        return []
    codes = [each.code for each in found.conditions]
    offered = city.centers[row.center_id].capabilities
    bypass = rules.protocols.bypass_at(row.center_id, found.bypass, codes, offered)
    if (tuple(codes), bypass, found.activate) == (
        tuple(each.code for each in row.conditions),
        row.bypass,
        row.activate,
    ):
        return []
    updated = e.ActivationUpdated(row.id, patient.id, row.center_id, found.conditions, bypass, found.activate)
    return [updated, *_held_now(command, row, found.activate, rules)]


def _held_now(command: Command, row: Activation, activate: tuple[str, ...], rules: Rules) -> list[Any]:
    if row.phase not in ANSWERED:
        return []
    held = {each.resource for each in row.reservations if each.ended is None}
    wanted = [code for code in activate if code in set(Resource) and code not in held and code not in row.activate]
    expires_at = command.received_at + timedelta(minutes=rules.reservation_min)
    return [
        e.ResourceReserved(command.new_id(number), row.id, row.center_id, code, expires_at)
        for number, code in enumerate(wanted, FIRST_UPDATE_ID)
    ]


DECISIONS: dict[type, Decide] = {
    c.DescribeWay: describe_way,
    c.ChooseDoor: choose_door,
    c.RecordConsent: record_consent,
    c.PreRegister: pre_register,
    c.MergeRegistration: merge_registration,
}
