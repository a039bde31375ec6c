"""The assignment: one unit to one incident, until its one coded outcome. Wheels never wait for findings."""

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.call import PATIENTS_LIMIT, unless_open
from dispatch.flow.decision import Decide, Decision, Evidence, Facts
from dispatch.flow.recommend import rank_units, units_used
from dispatch.flow.standby import freed_from_standby, unless_dispatchable_to, unless_free
from dispatch.rules import Rules
from dispatch.state.center import LIVE
from dispatch.state.city import City
from dispatch.state.incident import IncidentPhase
from dispatch.state.unit import DIVERTIBLE, Assignment, Unit
from dispatch.words import Outcome, RankingUsed, UnitStatus

# These outcomes end the run, not the patient: somebody is still waiting.
UNSERVED = frozenset({Outcome.CANCELLED, Outcome.HANDED_TO_OTHER_UNIT})
STILL_BROUGHT = frozenset({Outcome.DELIVERED, Outcome.HANDED_TO_OTHER_UNIT})  # the centre goes on expecting them
NOT_ROLLING = "not_rolling"
STILL_PARKED = frozenset({UnitStatus.ASSIGNED, UnitStatus.ACCEPTED})


def assign_unit(city: City, command: Command, ask: c.AssignUnit, rules: Rules) -> Decision:
    """Send a unit that is free at this very moment."""
    if (refused := unless_dispatchable_to(city, ask.incident_id)) is not None:
        return refused
    unit = city.units.get(ask.unit_id)
    if unit is None:
        return Refused("unit.unknown", {"unit": ask.unit_id})
    if (refused := unless_free(unit, ask.seen_status)) is not None:
        return refused
    return [*freed_from_standby(unit, ask.incident_id), _assigned(city, command, ask, rules)]


def divert_unit(city: City, command: Command, ask: c.DivertUnit, rules: Rules) -> Decision:
    """Take a unit off its run before it has touched anybody, and send it here."""
    if (refused := unless_dispatchable_to(city, ask.incident_id)) is not None:
        return refused
    unit = city.units.get(ask.unit_id)
    if unit is None:
        return Refused("unit.unknown", {"unit": ask.unit_id})
    if unit.status not in DIVERTIBLE or unit.assignment_id is None:
        return Refused("unit.not_divertible", {"unit": unit.call_sign, "status": f"status.{unit.status}"})
    run = city.assignments[unit.assignment_id]
    if run.incident_id == ask.incident_id:
        return Refused("unit.already_here", {"unit": unit.call_sign})
    ended = e.AssignmentEnded(run.id, run.incident_id, unit.id, Outcome.CANCELLED, ask.reason, UnitStatus.RETURNING)
    after = _after_run(city, run, Outcome.CANCELLED, "diverted")
    robbed = [e.UnitTakenAway(run.incident_id, unit.id, ask.incident_id)] if _waits_again(after) else []
    return [ended, *after, *robbed, _assigned(city, command, ask, rules)]


def _waits_again(facts: Facts) -> bool:
    return any(isinstance(each, e.IncidentReturned) for each in facts)


def replace_unit(city: City, command: Command, ask: c.ReplaceUnit, rules: Rules) -> Decision:
    """Send another unit for one that does not roll; that one counts as out of service until it answers."""
    run = city.assignments.get(ask.assignment_id)
    if run is None:
        return Refused("assignment.unknown")
    if run.outcome is not None:
        return Refused("assignment.ended", {"outcome": f"outcome.{run.outcome}"})
    silent, unit = city.units[run.unit_id], city.units.get(ask.unit_id)
    if silent.status not in STILL_PARKED:
        return Refused("unit.rolling", {"unit": silent.call_sign, "status": f"status.{silent.status}"})
    if unit is None:
        return Refused("unit.unknown", {"unit": ask.unit_id})
    if (refused := unless_free(unit)) is not None:
        return refused
    outcome = Outcome.HANDED_TO_OTHER_UNIT
    sent = c.AssignUnit(run.incident_id, unit.id, NOT_ROLLING)
    return [
        *freed_from_standby(unit, run.incident_id),
        _assigned(city, command, sent, rules),
        e.AssignmentEnded(run.id, run.incident_id, silent.id, outcome, NOT_ROLLING, UnitStatus.AVAILABLE),
        e.UnitOutOfService(silent.id, NOT_ROLLING),
    ]


def _assigned(city: City, command: Command, ask: c.AssignUnit | c.DivertUnit, rules: Rules) -> e.UnitAssigned:
    ranking = _ranking(city, command, ask.incident_id, rules)
    return e.UnitAssigned(command.new_id(1), ask.incident_id, ask.unit_id, ranking, ask.reason)


def _ranking(city: City, command: Command, incident_id: str, rules: Rules) -> RankingUsed | None:
    if not isinstance(command.evidence, Evidence):
        return None  # no travel times at this moment: wheels roll, and the journal says that nothing was ranked
    return units_used(rank_units(city, incident_id, command.evidence, rules), command.evidence)


def end_assignment(city: City, _command: Command, ask: c.EndAssignment, _rules: Rules) -> Decision:
    """End a run with its outcome and free the unit with one tap."""
    run = city.assignments.get(ask.assignment_id)
    if run is None:
        return Refused("assignment.unknown")
    if run.outcome is not None:
        return Refused("assignment.ended", {"outcome": f"outcome.{run.outcome}"})
    if ask.outcome is Outcome.REFUSED and not (ask.risk_told and (ask.signed or ask.witness)):
        return Refused("outcome.risk_not_told")
    unit = city.units[run.unit_id]
    facts: Facts = []
    if ask.outcome not in UNSERVED:
        facts += [
            e.PatientEnded(each, run.incident_id, ask.outcome, ask.risk_told, ask.signed, ask.witness)
            for each in patients_of_run(city, run)
        ]
    facts.append(
        e.AssignmentEnded(run.id, run.incident_id, unit.id, ask.outcome, ask.reason, _next_status(unit, ask.outcome))
    )
    return facts + _after_run(city, run, ask.outcome, ask.outcome)


def patients_of_run(city: City, run: Assignment) -> tuple[str, ...]:
    """Return the patients without an outcome that this run serves: its own, or everybody nobody else serves."""
    open_ones = [
        patient
        for each in city.incidents[run.incident_id].patient_ids
        if (patient := city.patients[each]).outcome is None
    ]
    own = tuple(patient.id for patient in open_ones if patient.assignment_id == run.id)
    if own:
        return own
    if len(city.active_assignments(run.incident_id)) > 1:
        return ()
    return tuple(patient.id for patient in open_ones if patient.assignment_id is None)


def _next_status(unit: Unit, outcome: Outcome) -> UnitStatus:
    if unit.status in STILL_PARKED:
        return UnitStatus.AVAILABLE
    if outcome is Outcome.DELIVERED:
        return UnitStatus.HANDED_OVER
    return UnitStatus.RETURNING


def _after_run(city: City, run: Assignment, outcome: Outcome, reason: str) -> Facts:
    """Call off the centres that wait for nobody, and put the incident where it belongs now."""
    incident = city.incidents[run.incident_id]
    mine = patients_of_run(city, run)
    others = [each for each in city.active_assignments(incident.id) if each.id != run.id]
    facts: Facts = []
    if outcome not in STILL_BROUGHT:
        facts += called_off(city, mine, outcome)
    if others:
        return facts
    served = () if outcome in UNSERVED else mine
    left = [each for each in incident.patient_ids if city.patients[each].outcome is None and each not in served]
    if left:
        return [*facts, e.IncidentReturned(incident.id, reason)]
    return [*facts, e.IncidentClosed(incident.id, outcome)]


def called_off(city: City, patient_ids: tuple[str, ...], outcome: Outcome) -> Facts:
    """Call off the centres that expect these patients: nobody comes."""
    facts: Facts = []
    for each in patient_ids:
        activation_id = city.patients[each].activation_id
        if activation_id is None or city.activations[activation_id].phase not in LIVE:
            continue
        activation = city.activations[activation_id]
        facts.append(e.ActivationCancelled(activation.id, outcome))
        facts += released(city, activation.id)
    return facts


def released(city: City, activation_id: str) -> Facts:
    """Give back what a centre holds for somebody who does not come."""
    activation = city.activations[activation_id]
    return [
        e.ReservationEnded(hold.id, activation.id, activation.center_id, "released")
        for hold in activation.reservations
        if hold.ended is None
    ]


def delivered(city: City, run: Assignment) -> Facts:
    """End a run at the hospital's door: patients delivered, incident closed when nobody is left."""
    ended = [e.PatientEnded(each, run.incident_id, Outcome.DELIVERED) for each in patients_of_run(city, run)]
    stop = e.AssignmentEnded(run.id, run.incident_id, run.unit_id, Outcome.DELIVERED, None, UnitStatus.HANDED_OVER)
    return [*ended, stop, *_after_run(city, run, Outcome.DELIVERED, "delivered")]


def close_incident(city: City, _command: Command, ask: c.CloseIncident, _rules: Rules) -> Decision:
    """Close what nobody drives to: a prank, a second call, a caller who needs advice only."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    incident = city.incidents[ask.incident_id]
    if city.active_assignments(incident.id):
        return Refused("incident.has_units", {"incident": incident.number})
    if ask.outcome is None and not ask.reason:
        return Refused("incident.reason_needed", {"incident": incident.number})
    outcome = ask.outcome or Outcome.CANCELLED
    left = [each for each in incident.patient_ids if city.patients[each].outcome is None]
    facts: Facts = [e.PatientEnded(each, incident.id, outcome) for each in left]
    facts += called_off(city, tuple(left), outcome)
    return [*facts, e.IncidentClosed(incident.id, outcome, ask.reason)]


def reopen_incident(city: City, command: Command, ask: c.ReopenIncident, _rules: Rules) -> Decision:
    """Open it again: it was not over. The next person on the scene is a new patient."""
    incident = city.incidents.get(ask.incident_id)
    if incident is None:
        return Refused("incident.unknown")
    if incident.phase is not IncidentPhase.CLOSED:
        return Refused("incident.open", {"incident": incident.number})
    if incident.place is None:
        return Refused("incident.not_located", {"incident": incident.number})
    if len(incident.patient_ids) >= PATIENTS_LIMIT:
        return Refused("incident.too_many_patients", {"limit": PATIENTS_LIMIT})
    letter = chr(ord("A") + len(incident.patient_ids))
    return [
        e.IncidentReopened(ask.incident_id, ask.reason),
        e.PatientAdded(incident.id, command.new_id(1), f"{incident.number}-{letter}"),
    ]


DECISIONS: dict[type, Decide] = {
    c.AssignUnit: assign_unit,
    c.DivertUnit: divert_unit,
    c.ReplaceUnit: replace_unit,
    c.EndAssignment: end_assignment,
    c.CloseIncident: close_incident,
    c.ReopenIncident: reopen_incident,
}
