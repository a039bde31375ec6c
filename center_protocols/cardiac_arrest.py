"""Recognise cardiac arrest in two answers, and say what it needs.

Unresponsive and not breathing normally is an arrest; gasping is not breathing, and so is a caller who is not sure.
"""

from typing import Final

from center_protocols.case import Case, Proof
from center_protocols.findings import Breathing
from center_protocols.maternal import still_pregnant
from center_protocols.protocol import Plan, Protocol, Recognised, suspected
from center_protocols.vocabulary import (
    UNKNOWN,
    Activation,
    Advice,
    Bypass,
    Capability,
    Condition,
    FindingStatus,
    Known,
    TimePoint,
)

RECOGNITION: Final = "AHA BLS/EMD focused update 2019 (copy): unresponsive and not breathing normally"
COLLAPSE: Final = "EMD teaching: sudden unexplained collapse is an arrest until shown otherwise"
CREW: Final = "confirmed by the crew physician"

NOT_BREATHING: Final = (Breathing.ABSENT, Breathing.GASPING, Breathing.ABNORMAL, Breathing.NOT_SURE)


def recognise(case: Case) -> list[Recognised]:
    """Recognise it from the telephone until the crew has seen the patient; then the crew decides."""
    confirmed = case.answer("arrest.confirmed_by_crew")
    if confirmed is Known.YES:
        proof = case.yes(CREW, "arrest.confirmed_by_crew")
        return [Recognised(Condition.CARDIAC_ARREST, tuple(proof), FindingStatus.CONFIRMED)]
    if confirmed is Known.NO:
        return []
    return suspected(Condition.CARDIAC_ARREST, _from_the_telephone(case))


def _from_the_telephone(case: Case) -> Proof:
    breathing = [*case.is_one_of("breathing", NOT_BREATHING, RECOGNITION), *_measured_zero(case)]
    if case.unresponsive is Known.YES and breathing:
        return [*_unresponsive(case), *breathing]
    if case.unresponsive is Known.NO or case.findings.breathing is Breathing.NORMAL:
        return []
    return case.yes(COLLAPSE, "sudden_collapse")


def _measured_zero(case: Case) -> Proof:
    """Count a measured zero as not breathing and without pulse; a monitor alone, on somebody awake, proves nothing."""
    return [
        *case.at_most("vitals.rr", "cardiac_arrest.breathing_absent_to"),
        *case.at_most("vitals.hr", "cardiac_arrest.pulse_absent_to"),
    ]


def _unresponsive(case: Case) -> Proof:
    graded = case.is_one_of("consciousness", ("unresponsive",), RECOGNITION)
    return graded or case.is_one_of("responsive", (Known.NO,), RECOGNITION)


def is_refractory(case: Case) -> bool:
    """Tell whether extracorporeal CPR should be considered; an unknown age, witness or time excludes nothing."""
    arrest = case.findings.arrest
    if arrest.rosc is Known.YES or arrest.witnessed is Known.NO or arrest.shockable_rhythm is Known.NO:
        return False
    if arrest.low_flow_min is not UNKNOWN and arrest.low_flow_min > case.limit("cardiac_arrest.ecpr_low_flow_max"):
        return False
    if case.age is not None and case.age.years > case.limit("cardiac_arrest.ecpr_age_max"):
        return False
    return bool(case.at_least("arrest.shocks_given", "cardiac_arrest.refractory_shocks"))


def plan(case: Case) -> Plan:
    """Resuscitate on scene; after ROSC prefer a PCI centre, and extracorporeal CPR while it is still in time."""
    refractory = is_refractory(case)
    rosc = case.is_yes("arrest.rosc")
    wishes = {Capability.ECPR: refractory, Capability.PCI_24_7: rosc}
    telephone = () if rosc else (Activation.TELEPHONE_CPR, Activation.NEAREST_AED)
    return Plan(
        requires=frozenset({Capability.RESUS_ED}),
        prefers=frozenset(capability for capability, wished in wishes.items() if wished),
        bypass=(Bypass.ECPR_SUITE,) if refractory else (Bypass.RESUS_BAY,),
        activate=(*telephone, Activation.RESUS_TEAM, *((Activation.ECMO_TEAM,) if refractory else ())),
        advice=_advice(case, rosc=rosc, refractory=refractory),
        time_points=(
            case.expect(
                TimePoint.ARREST_RECOGNISED,
                TimePoint.CALL_RECEIVED,
                "cardiac_arrest.recognition_target",
                floor="cardiac_arrest.recognition_floor",
            ),
            case.expect(TimePoint.TCPR_STARTED, TimePoint.CALL_RECEIVED),
            case.expect(
                TimePoint.FIRST_COMPRESSION,
                TimePoint.CALL_RECEIVED,
                "cardiac_arrest.compression_target",
                floor="cardiac_arrest.compression_floor",
            ),
            case.expect(TimePoint.FIRST_SHOCK, TimePoint.CALL_RECEIVED, optional=True),
            case.expect(TimePoint.ROSC, optional=True),
            case.expect(TimePoint.ECPR_FLOW, TimePoint.ARRIVAL_GATE, optional=True),
        ),
    )


def _advice(case: Case, *, rosc: bool, refractory: bool) -> tuple[Advice, ...]:
    advice = [] if rosc else [Advice.RESUSCITATE_ON_SCENE]
    if refractory:
        advice.append(Advice.CONSIDER_ECPR)
    late = case.at_least("obstetric.weeks", "cardiac_arrest.uterine_displacement_from")
    if case.maternal and still_pregnant(case) and late:
        advice.append(Advice.LEFT_UTERINE_DISPLACEMENT)
    return tuple(advice)


PROTOCOL: Final = Protocol(recognise, {Condition.CARDIAC_ARREST: plan})
