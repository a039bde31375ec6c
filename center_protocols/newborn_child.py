"""Recognise the critically ill newborn and child, and say what each needs."""

from typing import Final

from center_protocols.case import Case, Proof
from center_protocols.findings import Consciousness
from center_protocols.newborn_level import level_for, required, support_for, wished
from center_protocols.protocol import Plan, Protocol, Recognised, suspected
from center_protocols.scores.child import apgar, hypotension_below, pews
from center_protocols.vocabulary import UNKNOWN, Activation, Advice, Bypass, Capability, Condition, Known, TimePoint

NEWBORN: Final = "critically ill newborn (from memory; NRP copies)"
CHILD: Final = "critically ill child: airway, breathing, circulation failure (PEWS, PALS; from memory)"

NEWBORN_SIGNS: Final = (
    "newborn.apnoea_or_gasping",
    "newborn.cyanosis",
    "cyanosis",
    "newborn.floppy",
    "newborn.seizure",
)
NOT_BREATHING_WELL: Final = ("gasping", "absent")
CHILD_SIGNS: Final = (
    "child.airway_failure",
    "child.breathing_failure",
    "child.circulation_failure",
    "child.fitting_now",
    "airway_obstructed",
    "choking",
    "cyanosis",
    "critical.respiratory_failure",
    "critical.shock",
    "critical.coma",
    "critical.status_epilepticus",
    "critical.anaphylaxis",
)
UNCONSCIOUS: Final = (Consciousness.PAIN, Consciousness.UNRESPONSIVE)


def recognise(case: Case) -> list[Recognised]:
    """Open the gate of whom the patient is; at an unknown age the signs of both may speak."""
    newborn = _newborn(case) if case.newborn is Known.YES else []
    child = _child(case) if case.child is Known.YES else []
    return [*suspected(Condition.CRITICAL_NEWBORN, newborn), *suspected(Condition.CRITICAL_CHILD, child)]


def _newborn(case: Case) -> Proof:
    return [
        *case.yes(NEWBORN, *NEWBORN_SIGNS),
        *case.is_one_of("breathing", NOT_BREATHING_WELL, NEWBORN),
        *case.below("vitals.hr", "newborn_child.newborn_hr_below"),
        *case.below("vitals.temp_c", "newborn_child.newborn_temp_below"),
        *case.below("newborn.gestation_weeks", "newborn_child.preterm_below"),
        *case.score_at_most(apgar(case.findings.newborn), "newborn_child.apgar_severe_to"),
        *_hypotension(case),
    ]


def _child(case: Case) -> Proof:
    unresponsive = case.is_one_of("consciousness", UNCONSCIOUS, CHILD)
    if not unresponsive and case.findings.responsive is Known.NO:
        unresponsive = case.is_one_of("responsive", (Known.NO,), CHILD)
    return [
        *case.yes(CHILD, *CHILD_SIGNS),
        *unresponsive,
        *case.is_one_of("breathing", NOT_BREATHING_WELL, CHILD),
        *_hypotension(case),
        *case.score_at_least(pews(case.findings.child, case.thresholds), "newborn_child.pews_call_from"),
    ]


def _hypotension(case: Case) -> Proof:
    """Use the PALS limit of the age; without an age, what is low at every age is low."""
    if case.age is None:
        return case.below("vitals.sbp", "newborn_child.neonate_sbp_below")
    limit, row = hypotension_below(case.age, case.thresholds)
    return case.compared("vitals.sbp", case.number("vitals.sbp"), "below", limit, row)


def newborn_plan(case: Case) -> Plan:
    """Send to a NICU of the level that week and weight ask for, in a transport incubator; ventilation comes first."""
    slow = case.below("vitals.hr", "newborn_child.newborn_hr_below")
    very_slow = case.below("vitals.hr", "newborn_child.newborn_compressions_hr_below")
    advice = [Advice.KEEP_WARM]
    if _low_glucose(case):
        advice.insert(0, Advice.TREAT_GLUCOSE_FIRST)
    if slow or case.is_yes("newborn.apnoea_or_gasping"):
        advice.insert(0, Advice.VENTILATE_NEWBORN)
    if very_slow and case.is_yes("newborn.effective_ppv_30s"):
        advice.insert(0, Advice.COMPRESS_NEWBORN)
    level = level_for(case, case.findings.newborn.gestation_weeks, case.findings.newborn.weight_g)
    return Plan(
        requires=frozenset({Capability.NICU}) | required(case, level),
        prefers=wished(case, level) | support_for(case),
        bypass=(Bypass.NICU,),
        activate=(Activation.NEONATAL_TRANSPORT_TEAM, Activation.NEONATOLOGY),
        advice=tuple(advice),
        time_points=(
            case.expect(TimePoint.TEMPERATURE_MEASURED),
            case.expect(TimePoint.GLUCOSE_MEASURED),
            case.expect(TimePoint.NICU_ARRIVAL, TimePoint.ARRIVAL_GATE),
        ),
    )


def child_plan(case: Case) -> Plan:
    """Send to a paediatric intensive care unit."""
    return Plan(
        requires=frozenset({Capability.PICU}),
        prefers=frozenset({Capability.PAEDIATRIC_ED}),
        bypass=(Bypass.PICU,),
        activate=(Activation.PICU, Activation.ANAESTHESIA),
        time_points=(
            case.expect(TimePoint.GLUCOSE_MEASURED),
            case.expect(TimePoint.PICU_ARRIVAL, TimePoint.ARRIVAL_GATE),
        ),
    )


def _low_glucose(case: Case) -> bool:
    """Tell whether a newborn's glucose is known to be too low to set off; unknown is asked for, not treated."""
    glucose = case.number("vitals.glucose_mmol_l")
    return glucose is not UNKNOWN and glucose <= case.limit("newborn_child.newborn_glucose_above")


PROTOCOL: Final = Protocol(recognise, {Condition.CRITICAL_NEWBORN: newborn_plan, Condition.CRITICAL_CHILD: child_plan})
