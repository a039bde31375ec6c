"""Triage: what was learned becomes suspected conditions and a priority, on every answer."""

from datetime import datetime
from typing import Any

from center_protocols.activation_plan import ActivationStep, activation_plan
from center_protocols.assess import assess
from center_protocols.assessment import Assessment, Coded, ExpectedTimePoint, FiredCondition
from center_protocols.findings import Findings, InvalidFindingsError, findings_from
from center_protocols.vocabulary import UNKNOWN, Condition, FindingStatus, Priority, TimePoint
from dispatch import commands as c
from dispatch import events as e
from dispatch import words as w
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.call import unless_open
from dispatch.flow.decision import Decide, Decision
from dispatch.flow.direct import told_center
from dispatch.flow.scene import flagged
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.incident import Patient, merged_findings
from dispatch.words import Role


def record_findings(city: City, command: Command, ask: c.RecordFindings, rules: Rules) -> Decision:
    """Keep what was learned and draw the conclusions at once."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    known = merged_findings(patient.findings, ask.findings)
    try:
        findings = findings_from(known)
    except InvalidFindingsError as error:
        return Refused("findings.invalid", {"what": str(error)})
    learned = e.FindingsRecorded(patient.id, patient.incident_id, ask.findings)
    result = assess(findings, command.at, rules.protocols)
    scene = flagged(city, patient.incident_id, patient.id, known)
    found = assessed(patient, result)
    told = told_center(city, command, found, rules)
    return [learned, *scene, found, *_recognised_arrest(patient, result, command.at), *told]


def _recognised_arrest(patient: Patient, result: Assessment, at: datetime) -> list[e.TimePointRegistered]:
    """Register the minute in which the answers first added up to an arrest: the clock of telephone CPR."""
    point = TimePoint.ARREST_RECOGNISED
    if point in patient.points or not result.has(Condition.CARDIAC_ARREST):
        return []
    return [e.TimePointRegistered(patient.id, point, at)]


def assessed(patient: Patient, result: Assessment) -> e.PatientAssessed:
    """Write an assessment down as a fact; what a physician confirmed stays confirmed."""
    confirmed: dict[str, w.FiredCondition] = {
        each.code: each for each in patient.conditions if each.status == FindingStatus.CONFIRMED
    }
    conditions = tuple(
        confirmed[fired.code] if fired.code in confirmed else _fired(fired) for fired in result.conditions
    )
    kept = tuple(each for code, each in confirmed.items() if code not in result.codes)
    return e.PatientAssessed(
        patient.id,
        patient.incident_id,
        (*kept, *conditions),
        result.priority,
        tuple(sorted(result.required_capabilities)),
        tuple(result.bypass),
        tuple(result.activate),
        tuple(_target(row) for row in result.time_points),
        tuple(result.blocked),
        tuple(result.advice),
        contradictions=tuple(reason(each) for each in result.contradictions),
        plan=tuple(_planned(step) for step in activation_plan(result)),
        china_triage=None if result.china_triage is UNKNOWN else result.china_triage.name,
    )


def _planned(step: ActivationStep) -> w.PlannedActivation:
    return w.PlannedActivation(step.order, step.code, step.since, step.within_min, step.source, step.shown_by)


def _target(row: ExpectedTimePoint) -> w.TargetPoint:
    return w.TargetPoint(row.code, row.since, row.target_min, row.source, row.optional, row.floor_min)


def _fired(fired: FiredCondition) -> w.FiredCondition:
    return w.FiredCondition(fired.code, fired.status, tuple(reason(item, item.source) for item in fired.evidence))


def reason(coded: Coded, source: str = "") -> w.Reason:
    """Turn a reason of the protocols into one of the journal."""
    return w.Reason(coded.code, dict(coded.params), source)


def current_assessment(patient: Patient, at: datetime, rules: Rules) -> Assessment:
    """Assess a patient again from everything known; what was confirmed counts as said by a clinician."""
    return assess(findings_of(patient), at, rules.protocols)


def findings_of(patient: Patient) -> Findings:
    """Return the patient's findings as the protocols read them, with the conditions that were confirmed."""
    confirmed = [each.code for each in patient.conditions if each.status == FindingStatus.CONFIRMED]
    known: dict[str, Any] = dict(patient.findings)
    if confirmed:
        known["clinician_confirms"] = sorted({*known.get("clinician_confirms", ()), *confirmed})
    return findings_from(known)


def set_priority(city: City, _command: Command, ask: c.SetPriority, _rules: Rules) -> Decision:
    """Let a person overrule: upward at any time, downward only with a reason."""
    if (refused := unless_open(city, ask.incident_id)) is not None:
        return refused
    if ask.priority not in set(Priority):
        return Refused("priority.unknown", {"priority": ask.priority})
    before = city.incidents[ask.incident_id].priority
    if before is not None and ask.priority > before and not ask.reason:
        return Refused("priority.reason_needed", {"before": before, "after": ask.priority})
    return [e.PriorityOverridden(ask.incident_id, ask.priority, ask.reason)]


def confirm_condition(city: City, command: Command, ask: c.ConfirmCondition, rules: Rules) -> Decision:
    """Turn 疑似 into 已确认, in a physician's name."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if ask.condition not in set(Condition):
        return Refused("condition.unknown", {"condition": ask.condition})
    if command.actor.role is Role.CREW and "doctor" not in crew_of(city, command):
        return Refused("condition.needs_physician")
    confirmed = e.ConditionConfirmed(patient.id, patient.incident_id, ask.condition)
    if any(each.code == ask.condition for each in patient.conditions):
        return [confirmed]
    said = {"clinician_says": sorted({*patient.findings.get("clinician_says", ()), ask.condition})}
    result = assess(findings_from(merged_findings(patient.findings, said)), command.at, rules.protocols)
    found = assessed(patient, result)
    learned = e.FindingsRecorded(patient.id, patient.incident_id, said)
    return [learned, found, confirmed, *told_center(city, command, found, rules)]


def crew_of(city: City, command: Command) -> tuple[str, ...]:
    """Return who is on board of the acting unit."""
    unit = city.units.get(command.actor.unit_id) if command.actor.unit_id else None
    return unit.crew if unit else ()


DECISIONS: dict[type, Decide] = {
    c.RecordFindings: record_findings,
    c.SetPriority: set_priority,
    c.ConfirmCondition: confirm_condition,
}
