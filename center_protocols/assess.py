"""Turn findings into the conditions that fire, with their evidence, and into everything that follows from them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, TypeVar

from center_protocols import cardiac_arrest, chest_pain, critical_other, maternal, newborn_child, stroke, trauma
from center_protocols.assessment import (
    DEFAULT_SETTINGS,
    Assessment,
    Evidence,
    ExpectedTimePoint,
    FiredCondition,
    ProtocolSettings,
    ReperfusionFacts,
)
from center_protocols.case import Case
from center_protocols.contradictions import contradictions
from center_protocols.findings import Breathing, Findings
from center_protocols.protocol import Plan, Recognised
from center_protocols.scores.china_triage import triage_level
from center_protocols.scores.stroke import race
from center_protocols.vocabulary import (
    Advice,
    Blocked,
    Capability,
    Condition,
    FindingStatus,
    Known,
    Priority,
    TimePoint,
)

T = TypeVar("T")

PROTOCOLS: Final = (
    cardiac_arrest.PROTOCOL,
    newborn_child.PROTOCOL,
    trauma.PROTOCOL,
    maternal.PROTOCOL,
    critical_other.PROTOCOL,
    chest_pain.PROTOCOL,
    stroke.PROTOCOL,
)
PLANS: Final = {condition: plan for protocol in PROTOCOLS for condition, plan in protocol.plans.items()}

# Airway and arrest, then haemorrhage, then reperfusion, then limb (our rule): the first one rules the destination when
# no centre can do everything.
THREAT_ORDER: Final = (
    Condition.CARDIAC_ARREST,
    Condition.CRITICAL_NEWBORN,
    Condition.CRITICAL_CHILD,
    Condition.TRAUMA_RED,
    Condition.CRITICAL_PREGNANCY,
    Condition.IMMINENT_DELIVERY,
    Condition.CRITICAL_OTHER,
    Condition.AORTIC_DISSECTION,
    Condition.STEMI,
    Condition.STROKE_LVO,
    Condition.STROKE,
    Condition.ACS_NON_ST,
    Condition.TRAUMA_YELLOW,
    Condition.OTHER,
)

# What the first condition says includes what the others would say.
SAYS_MORE: Final = {
    Condition.CARDIAC_ARREST: (Condition.CRITICAL_OTHER,),
    Condition.CRITICAL_NEWBORN: (Condition.CRITICAL_OTHER, Condition.CRITICAL_CHILD),
    Condition.CRITICAL_CHILD: (Condition.CRITICAL_OTHER,),
    Condition.TRAUMA_RED: (Condition.TRAUMA_YELLOW,),
    Condition.STEMI: (Condition.ACS_NON_ST,),
    Condition.STROKE_LVO: (Condition.STROKE,),
}

AIRWAY_OR_BLEEDING: Final = (
    "airway_obstructed",
    "choking",
    "severe_bleeding",
    "critical.respiratory_failure",
    "critical.gi_bleeding_massive",
    "child.airway_failure",
    "trauma.respiratory_distress",
    "trauma.bleeding_needs_tourniquet_or_packing",
    "obstetric.heavy_bleeding",
)


def assess(findings: Findings, at: datetime | None = None, settings: ProtocolSettings = DEFAULT_SETTINGS) -> Assessment:
    """Assess one patient; ``at`` is the minute of the question, needed only for time windows."""
    case = Case(findings, at, settings)
    conditions = _fired(case)
    plans = [PLANS[fired.code](case) for fired in conditions]
    priority, reasons = _priority(case, conditions)
    blocked = _each_once(item for plan in plans for item in plan.blocked)
    required = frozenset(capability for plan in plans for capability in plan.requires)
    return Assessment(
        conditions=conditions,
        priority=priority,
        priority_reasons=reasons,
        required_capabilities=required,
        preferred_capabilities=_preferred(case, plans) - required,
        requirements=tuple((fired.code, plan.requires) for fired, plan in zip(conditions, plans, strict=True)),
        bypass=_each_once(place for plan in plans for place in plan.bypass),
        activate=_each_once(whom for plan in plans for whom in plan.activate),
        time_points=_time_points(case, plans),
        blocked=blocked,
        advice=_advice(plans, blocked),
        contradictions=contradictions(case),
        china_triage=triage_level(case, [fired.code for fired in conditions]),
        list_nearest_resus_ed=_lists_nearest_resus_ed(case, conditions),
        reperfusion=_reperfusion(case),
        is_child=Known.YES in (case.newborn, case.child),
    )


def assessment_of(condition: Condition, settings: ProtocolSettings = DEFAULT_SETTINGS) -> Assessment:
    """Assess a patient of whom a clinician has said one word."""
    return assess(Findings(clinician_says=(condition,)), settings=settings)


def _fired(case: Case) -> tuple[FiredCondition, ...]:
    recognised = [fired for protocol in PROTOCOLS for fired in protocol.recognise(case)]
    found: dict[Condition, FiredCondition] = {}
    for item in [*recognised, *_said(case.findings)]:
        found[item.code] = _joined(found.get(item.code), item)
    for code in list(found):
        for lesser in SAYS_MORE.get(code, ()):
            found.pop(lesser, None)
    if len(found) > 1:
        found.pop(Condition.OTHER, None)
    if not found:
        found[Condition.OTHER] = FiredCondition(Condition.OTHER, FindingStatus.SUSPECTED, ())
    return tuple(found[code] for code in THREAT_ORDER if code in found)


def _said(findings: Findings) -> list[Recognised]:
    """Let a clinician open any gate, and a physician confirm it; neither closes one."""
    said = [
        Recognised(code, (Evidence(f"clinician_says.{code}", {}, "a clinician says so"),))
        for code in findings.clinician_says
    ]
    confirmed = [
        Recognised(
            code,
            (Evidence(f"clinician_confirms.{code}", {}, "a physician confirmed it"),),
            FindingStatus.CONFIRMED,
        )
        for code in findings.clinician_confirms
    ]
    return [*said, *confirmed]


def _joined(before: FiredCondition | None, item: Recognised) -> FiredCondition:
    if before is None:
        return FiredCondition(item.code, item.status, item.evidence)
    confirmed = FindingStatus.CONFIRMED in (before.status, item.status)
    status = FindingStatus.CONFIRMED if confirmed else FindingStatus.SUSPECTED
    return FiredCondition(item.code, status, (*before.evidence, *item.evidence))


def _priority(case: Case, conditions: tuple[FiredCondition, ...]) -> tuple[Priority, tuple[Evidence, ...]]:
    """Take the most urgent of everything that fired; unknown is never normal, so an unasked call is not stable."""
    ranks = {_rank(case, f"priority.{fired.code}"): fired.evidence[:1] for fired in reversed(conditions)}
    best = min(ranks)
    reasons = ranks[best]
    urgent = critical_other.urgent_signs(case)
    if urgent and _rank(case, "priority.urgent_sign") < best:
        return _level(_rank(case, "priority.urgent_sign")), tuple(urgent)
    if _not_yet_assessed(case) and _rank(case, "priority.not_yet_assessed") < best:
        return _level(_rank(case, "priority.not_yet_assessed")), (Evidence("priority.not_yet_assessed"),)
    if conditions[0].code is Condition.OTHER and critical_other.is_minor(case):
        return _level(_rank(case, "priority.minor")), (Evidence("priority.minor"),)
    return _level(best), reasons


def _rank(case: Case, row: str) -> int:
    return int(case.limit(row))


def _level(rank: int) -> Priority:
    return list(Priority)[rank - 1]


def _not_yet_assessed(case: Case) -> bool:
    """Tell whether the first two questions are still open."""
    return case.unresponsive is Known.UNKNOWN or case.findings.breathing is Breathing.UNKNOWN


def _preferred(case: Case, plans: list[Plan]) -> frozenset[Capability]:
    wishes = {capability for plan in plans for capability in plan.prefers}
    if case.is_yes("scene.infectious_suspected"):
        wishes.add(Capability.NEGATIVE_PRESSURE)
    return frozenset(wishes)


def _time_points(case: Case, plans: list[Plan]) -> tuple[ExpectedTimePoint, ...]:
    """Expect the way there and back of every run, then what the conditions add; the same row only once."""
    call, assigned = TimePoint.CALL_RECEIVED, TimePoint.UNIT_ASSIGNED
    common = (
        case.expect(TimePoint.CALL_ANSWERED, call, "dispatch.call_to_answer"),
        case.expect(TimePoint.UNIT_ASSIGNED, call, "dispatch.call_to_assignment"),
        case.expect(TimePoint.UNIT_EN_ROUTE, assigned, "dispatch.assignment_to_departure"),
        case.expect(TimePoint.UNIT_ON_SCENE, call, "dispatch.response_time"),
        case.expect(TimePoint.PATIENT_CONTACT),
        case.expect(TimePoint.DESTINATION_CONFIRMED),
        case.expect(TimePoint.PREALERT_SENT),
        case.expect(TimePoint.PREALERT_ACKNOWLEDGED, TimePoint.PREALERT_SENT),
        case.expect(TimePoint.ARRIVAL_GATE),
        case.expect(TimePoint.HANDOFF_COMPLETE),
    )
    rows = {(row.code, row.since): row for row in common}
    for row in (row for plan in plans for row in plan.time_points):
        known = rows.get((row.code, row.since))
        if known is None or _is_stricter(row, known):
            rows[row.code, row.since] = row
    return tuple(rows.values())


def _is_stricter(row: ExpectedTimePoint, known: ExpectedTimePoint) -> bool:
    if row.target_min is None:
        return False
    return known.target_min is None or row.target_min < known.target_min


def _advice(plans: list[Plan], blocked: tuple[Blocked, ...]) -> tuple[Advice, ...]:
    """Join the advice, without what a suspicion of another condition forbids."""
    forbidden = {Advice.ASPIRIN} if Blocked.ANTITHROMBOTICS in blocked else set()
    return _each_once(item for plan in plans for item in plan.advice if item not in forbidden)


def _lists_nearest_resus_ed(case: Case, conditions: tuple[FiredCondition, ...]) -> bool:
    arrest = any(fired.code is Condition.CARDIAC_ARREST for fired in conditions)
    return arrest or case.is_yes(*AIRWAY_OR_BLEEDING)


def _reperfusion(case: Case) -> ReperfusionFacts:
    findings = case.findings
    contraindicated = case.is_yes("stroke.ivt_contraindicated", "chest_pain.lysis_contraindicated")
    scored = race(findings.stroke.race)
    return ReperfusionFacts(
        last_known_well_at=_usable(case, findings.last_known_well_at),
        onset_at=_usable(case, findings.onset_at),
        lysis_contraindicated=contraindicated,
        race=scored.low if scored.is_complete else None,
    )


def _usable(case: Case, moment: object) -> datetime | None:
    """Drop a clock time that is named as impossible; without ``at`` nothing can be said against it."""
    if not isinstance(moment, datetime):
        return None
    return moment if case.at is None or case.elapsed(moment) is not None else None


def _each_once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
