"""Recognise STEMI, other acute coronary syndromes and aortic dissection, and say what each needs.

Only a physician's read makes a STEMI; an algorithm's read asks for one. A possible dissection blocks antithrombotics.
"""

from typing import Final

from center_protocols.assessment import Evidence, ExpectedTimePoint
from center_protocols.case import Case, Proof
from center_protocols.finding_groups import EcgReader, EcgResult, Killip
from center_protocols.protocol import Plan, Protocol, Recognised, suspected
from center_protocols.vocabulary import (
    Activation,
    Advice,
    Blocked,
    Bypass,
    Capability,
    Condition,
    FindingStatus,
    Known,
    TimePoint,
)

PHYSICIAN_READ: Final = "ACC/AHA 2025 summaries: a physician's read is the gate"
VERY_HIGH_RISK: Final = "ESC very-high-risk NSTE-ACS (from memory)"
DISSECTION: Final = "suspected dissection (from memory)"
SUSPICIOUS_PAIN: Final = "chest_pain.suspicious_pain_above"

STEMI_READS: Final = (EcgResult.STEMI, EcgResult.STEMI_EQUIVALENT)
HIGH_RISK: Final = (
    "chest_pain.shock_signs",
    "chest_pain.malignant_arrhythmia",
    "chest_pain.acute_heart_failure",
    "chest_pain.refractory_pain",
    "chest_pain.mechanical_complication",
)
DISSECTION_SIGNS: Final = (
    "chest_pain.tearing",
    "chest_pain.pulse_or_pressure_difference",
    "chest_pain.new_neurological_sign",
)
COMPANIONS: Final = (
    "chest_pain.radiating",
    "chest_pain.sweating_or_pale",
    "chest_pain.breathless",
    "chest_pain.fainted",
    "chest_pain.heart_history",
    "sweating_or_pale",
)


def recognise(case: Case) -> list[Recognised]:
    """Open the three gates; a STEMI says more than the other acute coronary syndromes."""
    stemi = _stemi(case)
    acs = [] if stemi else suspected(Condition.ACS_NON_ST, _acs(case))
    return [*stemi, *acs, *suspected(Condition.AORTIC_DISSECTION, case.yes(DISSECTION, *DISSECTION_SIGNS))]


def _stemi(case: Case) -> list[Recognised]:
    ecg = case.findings.ecg
    if ecg.read_by is not EcgReader.PHYSICIAN:
        return []
    proof = case.is_one_of("ecg.result", STEMI_READS, PHYSICIAN_READ)
    return [Recognised(Condition.STEMI, tuple(proof), FindingStatus.CONFIRMED)] if proof else []


def _unread_stemi(case: Case) -> bool:
    """Tell whether an ECG looks like a STEMI to something or somebody that is no physician."""
    ecg = case.findings.ecg
    return ecg.result in STEMI_READS and ecg.read_by is not EcgReader.PHYSICIAN


def _acs(case: Case) -> Proof:
    if _unread_stemi(case):
        return [Evidence("ecg.stemi_not_read_by_physician", {}, PHYSICIAN_READ)]
    if not case.is_yes("chest_pain.present"):
        return []
    return [
        *case.yes(VERY_HIGH_RISK, *HIGH_RISK),
        *case.is_one_of("chest_pain.killip", (Killip.II, Killip.III, Killip.IV), VERY_HIGH_RISK),
        *case.is_one_of("ecg.result", (EcgResult.DYNAMIC_ST, EcgResult.ARRHYTHMIA), VERY_HIGH_RISK),
        *(case.below("vitals.sbp", "chest_pain.shock_sbp_below") if case.reads_as_adult else []),
        *_suspicious_pain(case),
    ]


def _suspicious_pain(case: Case) -> Proof:
    """Take pain of more than a quarter of an hour with a companion sign as suspicious before any ECG is read."""
    ecg = case.findings.ecg
    if ecg.read_by is EcgReader.PHYSICIAN and ecg.result is EcgResult.NORMAL:
        return []
    long_enough = case.above("chest_pain.duration_min", SUSPICIOUS_PAIN)
    companions = case.yes(SUSPICIOUS_PAIN, *COMPANIONS)
    return [*long_enough, *companions] if long_enough and companions else []


def _first_ecg(case: Case) -> ExpectedTimePoint:
    return case.expect(TimePoint.FIRST_ECG, TimePoint.PATIENT_CONTACT, "chest_pain.fmc_to_ecg")


def stemi_plan(case: Case) -> Plan:
    """Send straight to the cath lab, past ED and CCU; consent starts in the ambulance."""
    advice = [Advice.START_CONSENT]
    transfer = case.is_transfer
    to_wire = "chest_pain.fmc_to_wire_transfer" if transfer else "chest_pain.fmc_to_wire_direct"
    diagnosis_to_wire = "chest_pain.diagnosis_to_wire_transfer" if transfer else "chest_pain.diagnosis_to_wire"
    if case.answer("chest_pain.aspirin_allergy") is not Known.YES:
        advice.append(Advice.ASPIRIN)
    return Plan(
        requires=frozenset({Capability.PCI_24_7}),
        bypass=(Bypass.CATH_LAB,),
        activate=(Activation.CATH_LAB, Activation.INTERVENTIONAL_CARDIOLOGIST),
        advice=tuple(advice),
        time_points=(
            _first_ecg(case),
            case.expect(TimePoint.ECG_TRANSMITTED, TimePoint.FIRST_ECG),
            case.expect(TimePoint.DIAGNOSIS, TimePoint.FIRST_ECG, "chest_pain.ecg_to_diagnosis"),
            case.expect(TimePoint.LAB_ACTIVATED),
            case.expect(TimePoint.LAB_READY, TimePoint.LAB_ACTIVATED, "chest_pain.lab_ready"),
            case.expect(TimePoint.LAB_ARRIVAL, TimePoint.ARRIVAL_GATE),
            case.expect(TimePoint.WIRE, TimePoint.PATIENT_CONTACT, to_wire),
            case.expect(TimePoint.WIRE, TimePoint.DIAGNOSIS, diagnosis_to_wire),
            case.expect(TimePoint.WIRE, TimePoint.ARRIVAL_GATE, "chest_pain.door_to_wire"),
            case.expect(TimePoint.NEEDLE, TimePoint.ARRIVAL_GATE, "chest_pain.lysis_start", optional=True),
            case.expect(
                TimePoint.FIRST_HOSPITAL_LEFT,
                TimePoint.FIRST_HOSPITAL_DOOR,
                "chest_pain.door_in_door_out",
                optional=not transfer,
            ),
        ),
    )


def acs_plan(case: Case) -> Plan:
    """Send to a centre with PCI, into its resuscitation room; repeat the ECG."""
    unread = (Activation.PHYSICIAN_ECG_READ,) if _unread_stemi(case) else ()
    return Plan(
        requires=frozenset({Capability.PCI_24_7}),
        bypass=(Bypass.RESUS_BAY,),
        activate=(*unread, Activation.CARDIOLOGY),
        advice=(Advice.PHYSICIAN_READ_ECG, Advice.REPEAT_ECG),
        time_points=(
            _first_ecg(case),
            case.expect(TimePoint.ECG_READ, TimePoint.FIRST_ECG, "chest_pain.ecg_to_diagnosis"),
            case.expect(TimePoint.TROPONIN_RESULT, TimePoint.ARRIVAL_GATE, "chest_pain.troponin"),
        ),
    )


def dissection_plan(case: Case) -> Plan:
    """Send to CT-angiography where chest surgery exists; nothing that thins the blood."""
    return Plan(
        requires=frozenset({Capability.CTA, Capability.CARDIAC_SURGERY}),
        bypass=(Bypass.CTA,),
        activate=(Activation.CT, Activation.VASCULAR_SURGERY),
        blocked=(Blocked.ANTITHROMBOTICS, Blocked.LYSIS),
        time_points=(_first_ecg(case), case.expect(TimePoint.CTA_STARTED, TimePoint.ARRIVAL_GATE)),
    )


PROTOCOL: Final = Protocol(
    recognise,
    {
        Condition.STEMI: stemi_plan,
        Condition.ACS_NON_ST: acs_plan,
        Condition.AORTIC_DISSECTION: dissection_plan,
    },
)
