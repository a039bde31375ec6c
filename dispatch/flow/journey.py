"""The journey: what a crew taps, step by step. A tap that comes late fills the register and moves nothing back."""

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.assignment import delivered, patients_of_run
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.flow.handoff import handed_over
from dispatch.flow.standby import freed_from_standby
from dispatch.rules import Rules
from dispatch.state.center import LIVE, ActivationPhase
from dispatch.state.city import City
from dispatch.state.unit import DISPATCHABLE, RUN, STEP_POINTS, Unit, drives_on, is_late, may_move
from dispatch.words import UnitStatus


def sign_on(city: City, _command: Command, ask: c.SignOn, rules: Rules) -> Decision:
    """Take a vehicle; with the whole crew on board it is available."""
    unit = city.units.get(ask.unit_id)
    if unit is None:
        return Refused("unit.unknown", {"unit": ask.unit_id})
    facts: Facts = [e.CrewSignedOn(unit.id, ask.crew, ask.names)]
    waiting_for_crew = unit.status is UnitStatus.OUT_OF_SERVICE and unit.out_reason == "no_crew"
    if waiting_for_crew and set(rules.required_crew) <= set(ask.crew):
        facts.append(e.UnitStatusReported(unit.id, UnitStatus.AVAILABLE, None))
    return facts


def sign_off(city: City, _command: Command, ask: c.SignOff, _rules: Rules) -> Decision:
    """Leave the vehicle when no patient depends on it."""
    unit = city.units.get(ask.unit_id)
    if unit is None:
        return Refused("unit.unknown", {"unit": ask.unit_id})
    if unit.assignment_id is not None:
        return Refused("unit.on_run", {"unit": unit.call_sign})
    return [*freed_from_standby(unit, None), e.CrewSignedOff(unit.id)]


def take_out_of_service(city: City, _command: Command, ask: c.TakeOutOfService, _rules: Rules) -> Decision:
    """Say why a unit cannot be sent and until when."""
    unit = city.units.get(ask.unit_id)
    if unit is None:
        return Refused("unit.unknown", {"unit": ask.unit_id})
    if unit.assignment_id is not None:
        return Refused("unit.on_run", {"unit": unit.call_sign})
    return [*freed_from_standby(unit, None), e.UnitOutOfService(unit.id, ask.reason, ask.until)]


def report_status(city: City, command: Command, ask: c.ReportStatus, rules: Rules) -> Decision:
    """Take a step of the journey, or fill in one that was passed."""
    unit = city.units.get(ask.unit_id)
    if unit is None:
        return Refused("unit.unknown", {"unit": ask.unit_id})
    if ask.status in (UnitStatus.ASSIGNED, UnitStatus.OUT_OF_SERVICE):
        return Refused("unit.not_a_report", {"status": f"status.{ask.status}"})
    if ask.status in RUN and ask.assignment_id not in (None, unit.assignment_id):
        return _of_another_run(city, command, unit, ask)
    return _stepped(city, command, unit, ask, rules)


def _stepped(city: City, command: Command, unit: Unit, ask: c.ReportStatus, rules: Rules) -> Decision:
    run_id = unit.assignment_id
    said = e.UnitStatusReported(unit.id, ask.status, run_id, ask.lon, ask.lat, ask.automatic)
    if ask.status == unit.status or (run_id is not None and _is_late(city, unit, ask.status)):
        return [said] if _fills_a_gap(city, unit, ask.status) else Refused("unit.already", _named(unit, ask.status))
    if not may_move(unit.status, ask.status):
        return Refused("unit.no_such_step", _named(unit, ask.status))
    if ask.status is UnitStatus.AVAILABLE and not set(rules.required_crew) <= set(unit.crew):
        return Refused("unit.crew_incomplete", {"unit": unit.call_sign})
    gone = [] if ask.status in DISPATCHABLE else freed_from_standby(unit, None)
    return [*gone, said, *_consequences(city, command, unit, ask.status)]


def _of_another_run(city: City, command: Command, unit: Unit, ask: c.ReportStatus) -> Decision:
    """Fill the register of a run that is over by now, if the step was taken before it ended; move nothing."""
    run = city.assignments.get(ask.assignment_id or "")
    if run is None or run.unit_id != unit.id:
        return Refused("assignment.unknown")
    if ask.status not in STEP_POINTS or STEP_POINTS[ask.status] in run.points:
        return Refused("unit.already", _named(unit, ask.status))
    if run.ended_at is not None and command.at > run.ended_at:
        return Refused("assignment.ended", {"outcome": f"outcome.{run.outcome}"})
    return [e.UnitStatusReported(unit.id, ask.status, run.id, ask.lon, ask.lat, ask.automatic)]


def _is_late(city: City, unit: Unit, status: UnitStatus) -> bool:
    if drives_on(unit.status, status):
        return not city.expected_at_next_door(unit.assignment_id)
    return is_late(unit.status, status)


def _named(unit: Unit, status: UnitStatus) -> dict[str, str | int | float]:
    return {"unit": unit.call_sign, "status": f"status.{unit.status}", "wanted": f"status.{status}"}


def _fills_a_gap(city: City, unit: Unit, status: UnitStatus) -> bool:
    if unit.assignment_id is None or status not in STEP_POINTS:
        return False
    return STEP_POINTS[status] not in city.assignments[unit.assignment_id].points


def _consequences(city: City, command: Command, unit: Unit, status: UnitStatus) -> Facts:
    if unit.assignment_id is None:
        return []
    run = city.assignments[unit.assignment_id]
    if status is UnitStatus.AT_HOSPITAL:
        return arrivals(city, patients_of_run(city, run))
    if status is UnitStatus.HANDED_OVER:
        given = [
            fact for each in patients_of_run(city, run) for fact in handed_over(city, command, each, unit.call_sign)
        ]
        # Turned away at one door and sent to the next: handing over means that they are there.
        return [*arrivals(city, patients_of_run(city, run)), *given, *delivered(city, run)]
    return []


def arrivals(city: City, patient_ids: tuple[str, ...]) -> Facts:
    """Tell the centres whose patient passes the gate."""
    facts: Facts = []
    for each in patient_ids:
        activation_id = city.patients[each].activation_id
        if activation_id is None:
            continue
        activation = city.activations[activation_id]
        if activation.phase in LIVE and activation.phase is not ActivationPhase.ARRIVED:
            facts.append(e.PatientArrived(activation.id, each))
    return facts


DECISIONS: dict[type, Decide] = {
    c.SignOn: sign_on,
    c.SignOff: sign_off,
    c.TakeOutOfService: take_out_of_service,
    c.ReportStatus: report_status,
}
