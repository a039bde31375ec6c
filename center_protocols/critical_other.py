"""Recognise the threats to life outside the five centres, and grade the urgency of everybody else.

The vital-sign rows are those of the Chinese ED triage consensus 2018: level I and a high NEWS2 for the gate, level II
for urgency. They are adult rows and stay silent for newborns and children, who have their own.
"""

from typing import Final

from center_protocols.case import Case, Proof
from center_protocols.findings import Breathing, Complaint, Consciousness
from center_protocols.protocol import Plan, Protocol, Recognised, suspected
from center_protocols.scores.consciousness import gcs
from center_protocols.scores.early_warning import news2, news2_parts
from center_protocols.vocabulary import Activation, Advice, Bypass, Capability, Condition, Known, TimePoint

LEVEL_1: Final = "China ED triage consensus 2018, level I; green-channel disease list (WS/T 390-2012 copy)"
PRIORITY_SYMPTOMS: Final = "priority symptoms asked whatever the complaint"

THREATS: Final = (
    "critical.respiratory_failure",
    "critical.cannot_finish_sentences",
    "critical.shock",
    "critical.abrupt_pressure_fall",
    "critical.serious_poisoning",
    "critical.gi_bleeding_massive",
    "critical.coma",
    "critical.status_epilepticus",
    "critical.anaphylaxis",
    "airway_obstructed",
    "choking",
    "severe_bleeding",
)
URGENT_SIGNS: Final = (
    "cyanosis",
    "sweating_or_pale",
    "chest_pain.present",
    "child.non_blanching_rash",
    "sudden_collapse",
)
URGENT_BREATHING: Final = (Breathing.ABNORMAL, Breathing.GASPING, Breathing.ABSENT, Breathing.NOT_SURE)
URGENT_CONSCIOUSNESS: Final = (Consciousness.CONFUSED, Consciousness.VOICE, Consciousness.PAIN)


def recognise(case: Case) -> list[Recognised]:
    """Open the gate for named threats at any age, and for level I vital signs in adults."""
    proof = [*case.yes(LEVEL_1, *THREATS), *_unconscious(case)]
    if case.reads_as_adult:
        proof += _level_1(case)
    return suspected(Condition.CRITICAL_OTHER, proof)


def _unconscious(case: Case) -> Proof:
    if case.findings.consciousness is Consciousness.UNRESPONSIVE:
        return case.is_one_of("consciousness", (Consciousness.UNRESPONSIVE,), LEVEL_1)
    return case.is_one_of("responsive", (Known.NO,), LEVEL_1)


def _level_1(case: Case) -> Proof:
    coma = gcs(case.findings.vitals)
    row = "critical_other.level1_gcs_below"
    return [
        *case.above("vitals.hr", "critical_other.level1_hr_above"),
        *case.below("vitals.hr", "critical_other.level1_hr_below"),
        *case.below("vitals.sbp", "critical_other.level1_sbp_below"),
        *case.below("vitals.spo2", "critical_other.level1_spo2_below"),
        *case.above("vitals.temp_c", "critical_other.level1_temp_above"),
        *case.below("vitals.glucose_mmol_l", "critical_other.level1_glucose_below"),
        *case.above("critical.potassium_mmol_l", "critical_other.level1_potassium_above"),
        *case.compared("gcs", coma.high, "below", case.limit(row), row),
        *case.at_most("vitals.rr", "cardiac_arrest.breathing_absent_to"),
        *case.score_at_least(news2(case.findings, case.thresholds), "scores.news2_high_from"),
    ]


def urgent_signs(case: Case) -> Proof:
    """Prove what makes an unrecognised patient urgent: priority symptoms, level II vital signs, NEWS2."""
    proof = [
        *case.yes(PRIORITY_SYMPTOMS, *URGENT_SIGNS),
        *case.is_one_of("breathing", URGENT_BREATHING, PRIORITY_SYMPTOMS),
        *case.is_one_of("consciousness", URGENT_CONSCIOUSNESS, PRIORITY_SYMPTOMS),
        *case.at_least("vitals.pain", "critical_other.level2_pain_from"),
    ]
    return [*proof, *_level_2(case), *_early_warning(case)] if case.reads_as_adult else proof


def _level_2(case: Case) -> Proof:
    coma = gcs(case.findings.vitals)
    return [
        *case.at_least("vitals.hr", "critical_other.level2_hr_from"),
        *case.at_most("vitals.hr", "critical_other.level2_hr_to"),
        *case.above("vitals.sbp", "critical_other.level2_sbp_above"),
        *case.below("vitals.sbp", "critical_other.urgent_sbp_below"),
        *case.below("vitals.spo2", "critical_other.urgent_spo2_below"),
        *case.score_at_most(coma, "critical_other.level2_gcs_to"),
    ]


def _early_warning(case: Case) -> Proof:
    """Use NEWS2 to raise urgency; one red parameter is urgent by itself. In pregnancy it is unproven."""
    total = case.score_at_least(news2(case.findings, case.thresholds), "scores.news2_medium_from")
    reds = [
        proof
        for part in news2_parts(case.findings, case.thresholds)
        for proof in case.score_at_least(part, "scores.news2_single_red")
    ]
    return [*total, *reds[:1]]


def plan(case: Case) -> Plan:
    """Send to the nearest resuscitation-capable ED, pre-alerted."""
    advice = (Advice.TREAT_GLUCOSE_FIRST,) if _low_glucose(case) else ()
    bleeding = (Advice.CONTROL_BLEEDING,) if case.is_yes("severe_bleeding") else ()
    return Plan(
        requires=frozenset({Capability.RESUS_ED}),
        bypass=(Bypass.RESUS_BAY,),
        activate=(Activation.RESUS_TEAM,),
        advice=(*advice, *bleeding),
        time_points=(case.expect(TimePoint.RESUS_STARTED, TimePoint.ARRIVAL_GATE, "critical_other.resuscitation"),),
    )


def _low_glucose(case: Case) -> bool:
    return bool(case.below("vitals.glucose_mmol_l", "critical_other.level1_glucose_below"))


def other_plan(_case: Case) -> Plan:
    """Send to any emergency department, hospitals without a centre included."""
    return Plan(requires=frozenset({Capability.ED}))


def is_minor(case: Case) -> bool:
    """Tell whether the call is no emergency: alert, breathing normally, a minor complaint, and no urgent sign."""
    findings = case.findings
    calm = findings.consciousness is Consciousness.ALERT and findings.breathing is Breathing.NORMAL
    return calm and findings.complaint is Complaint.MINOR and not urgent_signs(case)


PROTOCOL: Final = Protocol(recognise, {Condition.CRITICAL_OTHER: plan, Condition.OTHER: other_plan})
