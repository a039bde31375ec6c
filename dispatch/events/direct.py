"""The facts of the direct way: which door, how to get there, consents, numbers before the papers."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import FiredCondition, personal


@fact
class WayDescribed:
    """A department wrote down how a stretcher gets to one of its places; None: not said."""

    center_id: str
    where: str
    check_after: datetime
    entrance: str | None = None
    lift: str | None = None
    floor: str | None = None
    room: str | None = None
    note: str | None = None


@fact
class DoorChosen:
    """The receiving department chose the door, or confirmed the proposed one."""

    activation_id: str
    patient_id: str
    center_id: str
    where: str
    proposed: str
    reason: str | None = personal("patient_id")


@fact
class ActivationUpdated:
    """What is now suspected or confirmed asks the centre for something else than the alarm did."""

    activation_id: str
    patient_id: str
    center_id: str
    conditions: tuple[FiredCondition, ...]
    bypass: tuple[str, ...]
    activate: tuple[str, ...]


@fact
class ConsentRecorded:
    """Somebody was asked for consent, or answered."""

    patient_id: str
    procedure: str
    step: str
    asked: str
    signer: str | None = personal("patient_id")
    words: str | None = personal("patient_id")
    approver: str | None = personal("patient_id")


@fact
class PatientPreRegistered:
    """The patient has a temporary number at a hospital."""

    patient_id: str
    center_id: str
    temporary_id: str


@fact
class RegistrationMerged:
    """The temporary number was joined with the hospital's own; both stay."""

    patient_id: str
    center_id: str
    hospital_id: str = personal("patient_id", required=True)
    reason: str | None = personal("patient_id")
