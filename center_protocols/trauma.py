"""Recognise the red and the yellow criteria of ACS-COT 2021 by age, and say what each needs.

Vital signs count as trauma criteria only in somebody who is injured. An unknown age reads as 10-64 years. A published
copy lists the paediatric pressure line under "all patients"; it belongs to 0-9 years alone.
"""

from typing import Final

from center_protocols.assessment import ExpectedTimePoint
from center_protocols.case import Case, Proof
from center_protocols.findings import Age, Complaint, Consciousness
from center_protocols.protocol import Plan, Protocol, Recognised, suspected
from center_protocols.scores.trauma import shock_index
from center_protocols.vocabulary import UNKNOWN, Activation, Advice, Bypass, Capability, Condition, Known, TimePoint

ACS_COT: Final = "ACS-COT 2021 field triage (Newgard 2022)"
FROM_MEMORY: Final = "ACS-COT 2021 field triage (this item from memory)"
DIRECT_TO_OR: Final = "direct-to-OR triggers (Martin 2012; synthesis)"

RED_PATTERNS: Final = (
    "trauma.penetrating_head_neck_torso_proximal",
    "trauma.penetrating_torso",
    "trauma.spinal_injury_with_deficit",
    "trauma.unstable_chest_wall",
    "trauma.pelvic_fracture",
    "trauma.two_proximal_long_bone_fractures",
    "trauma.crushed_or_pulseless_limb",
    "trauma.amputation_above_wrist_or_ankle",
    "trauma.bleeding_needs_tourniquet_or_packing",
)
RED_STATE: Final = ("trauma.cannot_follow_commands", "trauma.respiratory_distress")
RED_PERI_ARREST: Final = ("trauma.peri_arrest", "trauma.hypotension_despite_treatment")
YELLOW_SIGNS: Final = (
    "trauma.ejected",
    "trauma.extrication_needed",
    "trauma.death_in_same_compartment",
    "trauma.vehicle_telemetry",
    "trauma.rider_separated_with_impact",
    "trauma.pedestrian_thrown_or_run_over",
    "trauma.suspected_child_abuse",
)
# Who reacts to pain only, or to nothing, follows no command.
NO_COMMANDS: Final = (Consciousness.PAIN, Consciousness.UNRESPONSIVE)


def recognise(case: Case) -> list[Recognised]:
    """Fire red, or yellow when nothing is red."""
    if not injured(case):
        return []
    red = [*_red_patterns(case), *_red_state(case), *_red_pressure(case)]
    return suspected(Condition.TRAUMA_RED, red) or suspected(Condition.TRAUMA_YELLOW, _yellow(case))


def injured(case: Case) -> bool:
    """Tell whether an injury or its mechanism is known."""
    trauma = case.findings.trauma
    if trauma.injured is Known.NO:
        return any(getattr(trauma, field) is Known.YES for field in trauma.__struct_fields__)
    mechanism = any(value > 0 for _, value in trauma.numbers())
    return mechanism or case.findings.complaint is Complaint.TRAUMA or case.any_yes_in(trauma)


def _red_patterns(case: Case) -> Proof:
    return [
        *case.yes(ACS_COT, *RED_PATTERNS),
        *case.yes(FROM_MEMORY, "trauma.skull_deformity"),
        *case.yes(ACS_COT, "severe_bleeding"),
        *case.yes(DIRECT_TO_OR, *RED_PERI_ARREST),
    ]


def _red_state(case: Case) -> Proof:
    """Read consciousness and breathing; SpO2 under the limit counts on oxygen too, where it is worse than on air."""
    return [
        *case.yes(ACS_COT, *RED_STATE),
        *case.below("vitals.gcs_motor", "trauma.gcs_motor_below"),
        *case.is_one_of("consciousness", NO_COMMANDS, "trauma.gcs_motor_below"),
        *case.below("vitals.rr", "trauma.rr_below"),
        *case.above("vitals.rr", "trauma.rr_above"),
        *case.below("vitals.spo2", "trauma.spo2_below"),
    ]


def _red_pressure(case: Case) -> Proof:
    """Choose the pressure line by age."""
    age = case.age
    if age is not None and age.years < case.limit("trauma.child_age_below"):
        return _child_pressure(case, age)
    senior = age is not None and age.years >= case.limit("trauma.senior_age_from")
    row = "trauma.senior_sbp_below" if senior else "trauma.adult_sbp_below"
    if age is None and not case.reads_as_adult:
        return []
    return [*case.below("vitals.sbp", row), *_heart_rate_over_pressure(case)]


def _child_pressure(case: Case, age: Age) -> Proof:
    per_year = case.limit("trauma.child_sbp_per_year")
    limit = case.limit("trauma.child_sbp_base") + per_year * int(age.years)
    return case.compared("vitals.sbp", case.number("vitals.sbp"), "below", limit, "trauma.child_sbp_base")


def _heart_rate_over_pressure(case: Case) -> Proof:
    index = shock_index(case.findings.vitals)
    row = "trauma.hr_over_sbp_above"
    return case.compared("shock_index", index, "above", case.limit(row), row)


def _yellow(case: Case) -> Proof:
    pregnant = case.above("obstetric.weeks", "trauma.pregnancy_above") if case.maternal else []
    return [
        *case.yes(ACS_COT, *YELLOW_SIGNS, "anticoagulant", "trauma.burn"),
        *case.yes(FROM_MEMORY, "trauma.special_resource_need"),
        *case.above("trauma.intrusion_occupant_cm", "trauma.intrusion_occupant_above"),
        *case.above("trauma.intrusion_any_cm", "trauma.intrusion_any_above"),
        *case.above("trauma.fall_height_m", "trauma.fall_above"),
        *(case.yes(ACS_COT, "trauma.unrestrained_child") if _may_be_under_ten(case) else []),
        *(case.yes(ACS_COT, "trauma.low_fall_with_head_impact") if _may_be_young_or_old(case) else []),
        *pregnant,
    ]


def _may_be_under_ten(case: Case) -> bool:
    return case.age is None or case.age.years < case.limit("trauma.child_age_below")


def _may_be_young_or_old(case: Case) -> bool:
    """Keep the low fall open at an unknown age; children count until the end of their last year."""
    if case.age is None:
        return True
    young = int(case.age.years) <= case.limit("trauma.low_fall_young_to")
    return young or case.age.years >= case.limit("trauma.senior_age_from")


def needs_operating_room(case: Case) -> Proof:
    """Prove the triggers for the operating room instead of the resuscitation bay."""
    low = case.below("vitals.sbp", "trauma.direct_or_sbp_below")
    with_low = case.yes(
        DIRECT_TO_OR,
        "trauma.penetrating_torso",
        "trauma.amputation_above_wrist_or_ankle",
        "trauma.crushed_or_pulseless_limb",
    )
    alone = case.yes(DIRECT_TO_OR, *RED_PERI_ARREST, "trauma.bleeding_needs_tourniquet_or_packing")
    return [*alone, *([*low, *with_low] if low and with_low else [])]


def _bleeds(case: Case) -> bool:
    return case.is_yes("severe_bleeding", "trauma.bleeding_needs_tourniquet_or_packing")


def _advice(case: Case) -> tuple[Advice, ...]:
    if not _bleeds(case):
        return ()
    if case.is_past(case.findings.onset_at, "trauma.tranexamic_window"):
        return (Advice.CONTROL_BLEEDING,)
    return (Advice.CONTROL_BLEEDING, Advice.TRANEXAMIC_ACID)


def _prefers(case: Case) -> frozenset[Capability]:
    """Prefer what helps beside the requirement: children, burns, heads, pregnancies."""
    wishes = {
        Capability.PAEDIATRIC_ED: case.child is Known.YES,
        Capability.PAEDIATRIC_SURGERY: case.child is Known.YES,
        Capability.BURNS: case.is_yes("trauma.burn"),
        Capability.NEUROSURGERY: case.is_yes("trauma.skull_deformity", "trauma.spinal_injury_with_deficit"),
        Capability.OBSTETRIC_OR: case.maternal and case.findings.obstetric.postpartum_days is UNKNOWN,
    }
    return frozenset(capability for capability, wished in wishes.items() if wished)


def _time_points(case: Case) -> tuple[ExpectedTimePoint, ...]:
    gate = TimePoint.ARRIVAL_GATE
    return (
        case.expect(TimePoint.DEPART_SCENE, TimePoint.UNIT_ON_SCENE, "trauma.scene_time"),
        case.expect(TimePoint.RESUS_STARTED, gate, "trauma.resuscitation"),
        case.expect(TimePoint.AIRWAY_SECURED, gate, "trauma.airway", optional=True),
        case.expect(TimePoint.BLOOD_RESULTS, gate, "trauma.blood_results"),
        case.expect(TimePoint.IMAGING_DONE, gate, "trauma.imaging"),
        case.expect(
            TimePoint.TRANSFUSION_STARTED, TimePoint.TRANSFUSION_REQUESTED, "trauma.transfusion", optional=True
        ),
        case.expect(TimePoint.OR_ARRIVAL, gate, "trauma.operating_room", optional=True),
    )


def red_plan(case: Case) -> Plan:
    """Send to the highest-level trauma centre: resuscitation bay, or the operating room where a trigger says so."""
    direct = bool(needs_operating_room(case))
    return Plan(
        requires=frozenset({Capability.TRAUMA_HIGH, Capability.BLOOD_BANK}),
        prefers=_prefers(case),
        bypass=(Bypass.OR,) if direct else (Bypass.RESUS_BAY,),
        activate=(Activation.TRAUMA_TEAM, Activation.BLOOD_BANK, Activation.OR, Activation.CT),
        advice=_advice(case),
        time_points=_time_points(case),
    )


def yellow_plan(case: Case) -> Plan:
    """Send to a trauma centre, not necessarily the highest."""
    return Plan(
        requires=frozenset({Capability.TRAUMA}),
        prefers=_prefers(case),
        activate=(Activation.TRAUMA_ALERT,),
        advice=_advice(case),
        time_points=_time_points(case),
    )


PROTOCOL: Final = Protocol(recognise, {Condition.TRAUMA_RED: red_plan, Condition.TRAUMA_YELLOW: yellow_plan})
