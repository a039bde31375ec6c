"""The activation: the crew doctor's choice becomes a centre that stands ready. It never blocks the crew."""

from datetime import datetime, timedelta

from center_protocols.vocabulary import Condition, Resource
from dispatch import commands as c
from dispatch import events as e
from dispatch.called import called
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.assignment import released
from dispatch.flow.decision import Decide, Decision, Evidence, Facts
from dispatch.flow.handoff import accepted
from dispatch.flow.recommend import TOPIC_KINDS, centers_used, rank_centers
from dispatch.rules import Rules
from dispatch.state.center import ACTIVATION_STEPS, LATE, LIVE, Activation
from dispatch.state.city import City
from dispatch.state.incident import Patient
from dispatch.state.unit import RUN, Assignment
from dispatch.words import RankingUsed, Role, UnitStatus

ALARM_BEFORE_CONTACT = frozenset({Condition.CARDIAC_ARREST, Condition.IMMINENT_DELIVERY})
STATUS_MOST = timedelta(days=7)  # longer is a slip of the hand: what nobody confirms for a week is unknown
CONTACT = RUN.index(UnitStatus.AT_PATIENT)


def choose_destination(city: City, command: Command, ask: c.ChooseDestination, rules: Rules) -> Decision:
    """Decide where to, after patient contact; another choice than the first carries its reason."""
    refused = _unless_choosable(city, ask)
    if refused is not None:
        return refused
    patient, center = city.patients[ask.patient_id], city.centers[ask.center_id]
    if (refused := _unless_newest(city, command, patient)) is not None:
        return refused
    run = _run_with_contact(city, patient, command.actor.unit_id)
    if run is None:
        return Refused("destination.before_contact", {"patient": patient.code})
    used, needs_no_reason = _ranking(city, command, patient, rules)
    if needs_no_reason is not None and center.id not in needs_no_reason and not ask.reason:
        return Refused("destination.reason_needed", {"center": center.name})
    chosen = e.DestinationChosen(
        patient.id, patient.incident_id, center.id, run.id, ask.chosen_by, used, ask.reason, ask.risk_told
    )
    facts = _released_elsewhere(city, patient, center.id, ask.reason or ask.chosen_by)
    return [chosen, *facts, *_alarmed(city, command, patient, center.id, rules)]


def _unless_choosable(city: City, ask: c.ChooseDestination) -> Refused | None:
    patient, center = city.patients.get(ask.patient_id), city.centers.get(ask.center_id)
    if patient is None or center is None:
        return Refused("patient.unknown" if patient is None else "center.unknown")
    if patient.outcome is not None:
        return Refused("patient.ended", {"outcome": f"outcome.{patient.outcome}"})
    if patient.center_id == center.id and patient.activation_id is not None:
        return Refused("destination.already", {"center": center.name})
    if ask.chosen_by == "patient_or_family" and not ask.risk_told:
        return Refused("destination.risk_not_told")
    return None


def _unless_newest(city: City, command: Command, patient: Patient) -> Refused | None:
    """Return why an outbox that comes late does not turn the ambulance around: something newer was decided since.

    A pre-alert before contact is no decision about where to.
    """
    for row in (city.activations[each] for each in city.incidents[patient.incident_id].activation_ids):
        decided_at = row.ended_at or (None if row.early else row.sent_at)
        late = decided_at is not None and command.at + timedelta(seconds=command.uncertainty_s) < decided_at
        if row.patient_id == patient.id and late:
            return Refused(
                "destination.decided_since", {"center": city.centers[row.to_center_id or row.center_id].name}
            )
    return None


def _run_with_contact(city: City, patient: Patient, unit_id: str | None) -> Assignment | None:
    """Return the run that is with the patient: their own first, then the one that came last."""
    active = city.active_assignments(patient.incident_id)
    for run in sorted(active, key=lambda each: (each.id == patient.assignment_id, each.assigned_at), reverse=True):
        status = city.units[run.unit_id].status
        if unit_id in (None, run.unit_id) and status in RUN and RUN.index(status) >= CONTACT:
            return run
    return None


def _ranking(
    city: City, command: Command, patient: Patient, rules: Rules
) -> tuple[RankingUsed | None, frozenset[str] | None]:
    """Return the ranking used and the ids that need no reason: the first and what ties with it."""
    if not isinstance(command.evidence, Evidence):
        return None, None
    ranked = rank_centers(city, patient, command.evidence, command.received_at, rules)
    options = ranked.destinations.options
    best = frozenset(row.center_id for rank, row in enumerate(options) if rank == 0 or row.tie)
    return centers_used(ranked, command.evidence), best or None


def _expected_at(city: City, patient: Patient) -> Activation | None:
    current = city.activations.get(patient.activation_id) if patient.activation_id else None
    return current if current is not None and current.phase in LIVE else None


def _released_elsewhere(city: City, patient: Patient, center_id: str, reason: str) -> Facts:
    """Redirect the centre that expects the patient now, when it is another one."""
    current = _expected_at(city, patient)
    if current is None or current.center_id == center_id:
        return []
    return [e.ActivationRedirected(current.id, center_id, reason), *released(city, current.id)]


def _alarmed(city: City, command: Command, patient: Patient, center_id: str, rules: Rules) -> Facts:
    """Alarm the centre, unless it expects this patient already."""
    current = _expected_at(city, patient)
    if current is not None and current.center_id == center_id:
        return []
    eta_s = _eta(command, center_id)
    return [
        e.ActivationSent(
            command.new_id(2),
            patient.id,
            patient.incident_id,
            center_id,
            patient.conditions,
            _bypass(city, patient, center_id, rules),
            patient.activate,
            eta_s,
            acknowledge_by(command.received_at, eta_s, rules),
            isinstance(command.data, c.PreAlert),
        )
    ]


def _bypass(city: City, patient: Patient, center_id: str, rules: Rules) -> tuple[str, ...]:
    conditions = [each.code for each in patient.conditions]
    return rules.protocols.bypass_at(center_id, patient.bypass, conditions, city.centers[center_id].capabilities)


def _eta(command: Command, center_id: str) -> float | None:
    if not isinstance(command.evidence, Evidence):
        return None
    return next((row.eta_s for row in command.evidence.centers if row.center_id == center_id), None)


def acknowledge_by(sent_at: datetime, eta_s: float | None, rules: Rules) -> datetime:
    """Return until when somebody must answer: a minute, or a quarter of the time that is left if that is less."""
    return sent_at + timedelta(seconds=rules.scaled_s(rules.acknowledge_within_s, eta_s))


def pre_alert(city: City, command: Command, ask: c.PreAlert, rules: Rules) -> Decision:
    """Alarm a centre before patient contact: only arrest and imminent delivery allow it."""
    patient = city.patients.get(ask.patient_id)
    if patient is None or ask.center_id not in city.centers:
        return Refused("patient.unknown" if patient is None else "center.unknown")
    if not any(each.code in ALARM_BEFORE_CONTACT for each in patient.conditions):
        return Refused("activation.too_early", {"patient": patient.code})
    alarmed = _alarmed(city, command, patient, ask.center_id, rules)
    if not alarmed:
        return Refused("destination.already", {"center": city.centers[ask.center_id].name})
    return [*_released_elsewhere(city, patient, ask.center_id, "pre_alert"), *alarmed]


def receive_activation(city: City, _command: Command, ask: c.ReceiveActivation, _rules: Rules) -> Decision:
    """Note that the wall shows it."""
    return _moved(city, ask.activation_id, e.ActivationReceived)


def acknowledge_activation(city: City, command: Command, ask: c.AcknowledgeActivation, rules: Rules) -> Decision:
    """Take the answer, and hold what the protocol asks for."""
    facts = _moved(city, ask.activation_id, e.ActivationAcknowledged)
    if isinstance(facts, Refused):
        return facts
    activation = city.activations[ask.activation_id]
    if command.actor.role is not Role.DEPARTMENT and command.actor.entered_for is None:
        return Refused("activation.only_center", {"center": city.centers[activation.center_id].name})
    if activation.phase not in LIVE:
        return facts
    held = {hold.resource for hold in activation.reservations if hold.ended is None}
    wanted = [code for code in activation.activate if code in set(Resource) and code not in held]
    expires_at = command.received_at + timedelta(minutes=rules.reservation_min)
    return facts + [
        e.ResourceReserved(command.new_id(number), activation.id, activation.center_id, code, expires_at)
        for number, code in enumerate(wanted, 1)
    ]


def report_team_ready(city: City, _command: Command, ask: c.ReportTeamReady, _rules: Rules) -> Decision:
    """Note that the team stands there."""
    return _moved(city, ask.activation_id, e.TeamReady)


def accept_patient(city: City, command: Command, ask: c.AcceptPatient, _rules: Rules) -> Decision:
    """Note that the centre took over, and end the holds as used."""
    activation = city.activations.get(ask.activation_id)
    if activation is None:
        return Refused("activation.unknown")
    return accepted(city, activation.id, command.received_at) or _no_step(activation)


def cancel_activation(city: City, _command: Command, ask: c.CancelActivation, _rules: Rules) -> Decision:
    """Call the centre off, with the reason."""
    activation = city.activations.get(ask.activation_id)
    if activation is None:
        return Refused("activation.unknown")
    if activation.phase not in LIVE:
        return _no_step(activation)
    return [e.ActivationCancelled(activation.id, ask.reason), *released(city, activation.id)]


def acknowledge_end(city: City, _command: Command, ask: c.AcknowledgeEnd, _rules: Rules) -> Decision:
    """Note that the centre has seen that nobody comes."""
    return _moved(city, ask.activation_id, e.ActivationEndAcknowledged)


def reserve_resource(city: City, command: Command, ask: c.ReserveResource, _rules: Rules) -> Decision:
    """Hold one more thing for this patient."""
    activation = city.activations.get(ask.activation_id)
    if activation is None:
        return Refused("activation.unknown")
    if activation.phase not in LIVE:
        return _no_step(activation)
    if ask.resource not in set(Resource):
        return Refused("resource.unknown", {"resource": ask.resource})
    if any(hold.resource == ask.resource and hold.ended is None for hold in activation.reservations):
        return Refused("resource.held", {"resource": f"resource.{ask.resource}"})
    expires_at = command.received_at + timedelta(minutes=ask.minutes)
    return [e.ResourceReserved(command.new_id(1), activation.id, activation.center_id, ask.resource, expires_at)]


def report_resource_ready(city: City, _command: Command, ask: c.ReportResourceReady, _rules: Rules) -> Decision:
    """Note that what is held is ready."""
    activation = city.activations.get(ask.activation_id)
    if activation is None:
        return Refused("activation.unknown")
    waiting = [row for row in activation.reservations if row.resource == ask.resource and row.ended is None]
    if not any(row.ready_at is None for row in waiting):
        return Refused("resource.not_held", {"resource": f"resource.{ask.resource}"})
    return [e.ResourceReady(activation.id, ask.resource)]


def release_resource(city: City, _command: Command, ask: c.ReleaseResource, _rules: Rules) -> Decision:
    """Give one hold back."""
    for activation_id in city.live_activations:
        for hold in city.activations[activation_id].reservations:
            if hold.id == ask.reservation_id and hold.ended is None:
                center_id = city.activations[activation_id].center_id
                return [e.ReservationEnded(hold.id, activation_id, center_id, "released")]
    return Refused("resource.not_held", {"resource": "—"})


def report_center_status(city: City, command: Command, ask: c.ReportCenterStatus, _rules: Rules) -> Decision:
    """Take what a centre says about itself, with owner, reason and expiry."""
    if ask.center_id not in city.centers:
        return Refused("center.unknown")
    if ask.topic not in TOPIC_KINDS and ask.topic not in set(Resource):
        return Refused("center.topic_unknown", {"topic": ask.topic})
    if ask.expires_at <= command.received_at:
        return Refused("center.status_expired")
    if ask.expires_at - command.received_at > STATUS_MOST:
        return Refused("center.status_too_long", {"days": STATUS_MOST.days})
    if ask.topic == "diversion" and ask.state != "open" and not (ask.reason or "").strip():
        return Refused("center.reason_needed")
    owner = called(city, command.actor)
    return [e.CenterStatusReported(ask.center_id, ask.topic, ask.state, owner, ask.expires_at, ask.reason)]


def _moved(city: City, activation_id: str, fact_kind: type) -> Decision:
    activation = city.activations.get(activation_id)
    if activation is None:
        return Refused("activation.unknown")
    step = (activation.phase, fact_kind)
    if step not in ACTIVATION_STEPS and not (step in LATE and _tells_something(activation, fact_kind)):
        return _no_step(activation)
    return [fact_kind(activation_id)]


def _tells_something(activation: Activation, fact_kind: type) -> bool:
    if fact_kind is e.ActivationAcknowledged:
        return activation.acknowledged_at is None
    return fact_kind is e.TeamReady and activation.team_ready_at is None


def _no_step(activation: Activation) -> Refused:
    return Refused("activation.no_such_step", {"phase": f"activation.{activation.phase}"})


DECISIONS: dict[type, Decide] = {
    c.ChooseDestination: choose_destination,
    c.PreAlert: pre_alert,
    c.ReceiveActivation: receive_activation,
    c.AcknowledgeActivation: acknowledge_activation,
    c.ReportTeamReady: report_team_ready,
    c.AcceptPatient: accept_patient,
    c.CancelActivation: cancel_activation,
    c.AcknowledgeEnd: acknowledge_end,
    c.ReserveResource: reserve_resource,
    c.ReportResourceReady: report_resource_ready,
    c.ReleaseResource: release_resource,
    c.ReportCenterStatus: report_center_status,
}
