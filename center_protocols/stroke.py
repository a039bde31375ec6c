"""Recognise stroke, and within it a suspected large-vessel occlusion; say what each needs.

An unknown last-known-well time excludes nothing. Adult scales are unproven in children, and fire all the same.
"""

from typing import Final

from center_protocols.assessment import Evidence
from center_protocols.case import Case, Proof
from center_protocols.findings import UNKNOWN_TIME, Consciousness
from center_protocols.protocol import Plan, Protocol, Recognised, suspected
from center_protocols.scores.stroke import lvo_scale, van
from center_protocols.vocabulary import (
    Activation,
    Advice,
    Blocked,
    Bypass,
    Capability,
    Condition,
    Known,
    LvoScale,
    TimePoint,
)

BE_FAST: Final = "BE-FAST / 中风120 / CPSS: any item"
TELEPHONE: Final = "telephone stroke questions (AHA/ASA 2026 §2.3; EMD practice)"
VAN_SOURCE: Final = "VAN (JNIS 2017;9:122 Table 1)"

BE_FAST_SIGNS: Final = (
    "stroke.face_droop",
    "stroke.arm_weakness",
    "stroke.speech_problem",
    "stroke.balance_loss",
    "stroke.vision_loss",
)
TELEPHONE_SIGNS: Final = ("stroke.leg_weakness", "stroke.one_sided_numbness", "stroke.worst_headache")
SUMMED_SCALES: Final = (LvoScale.LAMS, LvoScale.RACE, LvoScale.FAST_ED, LvoScale.CSTAT)
NOT_ALERT: Final = (
    Consciousness.CONFUSED,
    Consciousness.VOICE,
    Consciousness.PAIN,
    Consciousness.UNRESPONSIVE,
)


def recognise(case: Case) -> list[Recognised]:
    """Fire the large-vessel condition inside its window, plain stroke otherwise; never both."""
    signs = [*case.yes(BE_FAST, *BE_FAST_SIGNS), *case.yes(TELEPHONE, *TELEPHONE_SIGNS)]
    large = [*_scales(case), *_van(case), *_van_exception(case)]
    if large and not case.is_past(case.findings.last_known_well_at, "stroke.lvo_window"):
        return suspected(Condition.STROKE_LVO, [*large, *signs])
    return suspected(Condition.STROKE, [*signs, *large])


def _in_use(case: Case, scale: LvoScale) -> bool:
    return case.settings.lvo_scale in (LvoScale.ANY, scale)


def _scales(case: Case) -> Proof:
    proof: Proof = []
    for scale in SUMMED_SCALES:
        scored = lvo_scale(scale, case.findings.stroke, case.thresholds)
        if scored is not None and _in_use(case, scale):
            proof += case.score_at_least(*scored)
    return proof


def _van(case: Case) -> Proof:
    if not _in_use(case, LvoScale.VAN) or van(case.findings.stroke.van) is not Known.YES:
        return []
    return [Evidence("van.positive", {}, VAN_SOURCE)]


def _van_exception(case: Case) -> Proof:
    """Think of a basilar occlusion: not alert and dizzy with a focal sign, without arm weakness."""
    dizzy = case.is_yes("stroke.dizzy_with_focal_sign")
    if not dizzy or case.is_yes("stroke.arm_weakness", "stroke.van.arm_weakness"):
        return []
    return case.is_one_of("consciousness", NOT_ALERT, VAN_SOURCE)


def _advice(case: Case) -> tuple[Advice, ...]:
    advice = []
    if case.below("vitals.glucose_mmol_l", "stroke.glucose_first_below"):
        advice.append(Advice.TREAT_GLUCOSE_FIRST)
    if case.findings.last_known_well_at is UNKNOWN_TIME:
        advice.append(Advice.ASK_LAST_KNOWN_WELL)
    return tuple(advice)


def stroke_plan(case: Case) -> Plan:
    """Send to the nearest centre that can give lysis, onto its CT on the ambulance stretcher."""
    gate = TimePoint.ARRIVAL_GATE
    return Plan(
        requires=frozenset({Capability.CT, Capability.IVT_24_7}),
        bypass=(Bypass.CT,),
        activate=(Activation.STROKE_TEAM, Activation.CT, Activation.LABORATORY),
        blocked=(Blocked.PREHOSPITAL_NITRATE, Blocked.INTENSIVE_BP_LOWERING),
        advice=_advice(case),
        time_points=(
            case.expect(TimePoint.LAST_KNOWN_WELL),
            case.expect(TimePoint.GLUCOSE_MEASURED),
            case.expect(TimePoint.PHYSICIAN_SEEN, gate, "stroke.door_to_physician"),
            case.expect(TimePoint.STROKE_TEAM_ARRIVED, gate, "stroke.door_to_team"),
            case.expect(TimePoint.CT_STARTED, gate, "stroke.door_to_ct"),
            case.expect(TimePoint.CT_READ, gate, "stroke.door_to_ct_read"),
            case.expect(TimePoint.NEEDLE, gate, "stroke.door_to_needle"),
        ),
    )


def lvo_plan(case: Case) -> Plan:
    """Send to a thrombectomy centre inside the added-time gates of ``destination_stroke``; onto CT-angiography."""
    stroke = stroke_plan(case)
    direct = case.settings.direct_to_angio
    to_groin = "stroke.door_to_groin_transfer" if case.is_transfer else "stroke.door_to_groin"
    return Plan(
        requires=frozenset({Capability.CT, Capability.EVT_24_7}),
        prefers=frozenset({Capability.IVT_24_7}),
        bypass=(Bypass.ANGIO_SUITE if direct else Bypass.CTA,),
        activate=(Activation.STROKE_TEAM, Activation.NEURO_INTERVENTION, Activation.CT, Activation.LABORATORY),
        blocked=stroke.blocked,
        advice=stroke.advice,
        time_points=(
            *stroke.time_points,
            case.expect(TimePoint.GROIN, TimePoint.ARRIVAL_GATE, to_groin),
            case.expect(
                TimePoint.FIRST_HOSPITAL_LEFT,
                TimePoint.FIRST_HOSPITAL_DOOR,
                "stroke.door_in_door_out",
                optional=not case.is_transfer,
            ),
        ),
    )


PROTOCOL: Final = Protocol(recognise, {Condition.STROKE: stroke_plan, Condition.STROKE_LVO: lvo_plan})
