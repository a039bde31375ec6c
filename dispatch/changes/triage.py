"""What findings, assessments and a physician's confirmation change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.called import called
from dispatch.changes.change import Change
from dispatch.changes.minutes import diagnosed, stated
from dispatch.fact import Fact
from dispatch.state import incident as i
from dispatch.state.city import City


def findings(city: City, fact: Fact, d: e.FindingsRecorded) -> City:
    row = city.patients[d.patient_id]
    known = i.merged_findings(row.findings, d.findings)
    points = stated(city, row.points, fact, d.findings)
    return city.with_patient(replace(row, findings=known, findings_at=fact.at, points=points))


def assessed(city: City, fact: Fact, d: e.PatientAssessed) -> City:
    row = replace(
        city.patients[d.patient_id],
        conditions=d.conditions,
        priority=d.priority,
        blocked=d.blocked,
        advice=d.advice,
        required_capabilities=d.required_capabilities,
        bypass=d.bypass,
        activate=d.activate,
        targets=d.targets,
        contradictions=d.contradictions,
        plan=d.plan,
        china_triage=d.china_triage,
    )
    city = city.with_patient(replace(row, points=diagnosed(city, row.points, fact, d.conditions)))
    case = city.incidents[d.incident_id]
    if case.priority_fixed:
        return city
    worst = min(p for each in case.patient_ids if (p := city.patients[each].priority) is not None)
    return city.with_incident(replace(case, priority=worst))


def priority_overridden(city: City, fact: Fact, d: e.PriorityOverridden) -> City:
    row = city.incidents[d.incident_id]
    return city.with_incident(replace(row, priority=d.priority, priority_reason=d.reason, priority_fixed=True))


def condition_confirmed(city: City, fact: Fact, d: e.ConditionConfirmed) -> City:
    row = city.patients[d.patient_id]
    conditions = tuple(
        replace(each, status="confirmed", confirmed_by=called(city, fact.actor, row), confirmed_at=fact.at)
        if each.code == d.condition
        else each
        for each in row.conditions
    )
    points = diagnosed(city, row.points, fact, conditions)
    return city.with_patient(replace(row, conditions=conditions, points=points))


CHANGES: dict[type, Change] = {
    e.FindingsRecorded: findings,
    e.PatientAssessed: assessed,
    e.PriorityOverridden: priority_overridden,
    e.ConditionConfirmed: condition_confirmed,
}
