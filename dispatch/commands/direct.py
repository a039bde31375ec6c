"""What can be asked about the direct way: the door, how to get there, consent, registration before the papers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DescribeWay:
    """Write down how a stretcher gets to one place of a hospital; what is not said is unknown."""

    center_id: str
    where: str
    entrance: str | None = None
    lift: str | None = None
    floor: str | None = None
    room: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ChooseDoor:
    """Say to which door of the hospital this patient comes; another than the protocol's needs a reason."""

    activation_id: str
    where: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """Record a step of a consent: who was asked, in whose words; an exemption names who approved it."""

    patient_id: str
    procedure: str
    step: str
    asked: str = "patient"
    signer: str | None = None
    words: str | None = None
    approver: str | None = None


@dataclass(frozen=True, slots=True)
class PreRegister:
    """Give the patient a temporary number at the hospital that expects them: treat first, papers later."""

    patient_id: str
    temporary_id: str | None = None


@dataclass(frozen=True, slots=True)
class MergeRegistration:
    """Join the temporary number with the hospital's own; another one later needs the reason."""

    patient_id: str
    hospital_id: str
    reason: str | None = None
