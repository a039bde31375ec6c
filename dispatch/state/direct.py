"""Straight to the cath lab, CT, OR or ICU: the door, the way to it, consent on the way there, papers that come later.

Nothing here ever holds the stretcher: a door nobody confirmed, a refused consent, a missing number are shown.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from center_protocols.vocabulary import Bypass, TimePoint

ED = "ed"
DOORS = (ED, *(each.value for each in Bypass))  # where a stretcher can be taken to
ED_DOORS = frozenset({ED, Bypass.RESUS_BAY.value})  # everything else means that the ED was bypassed


class Procedure(StrEnum):
    """Name what is consented to."""

    PCI = "pci"
    LYSIS = "lysis"
    THROMBECTOMY = "thrombectomy"
    SURGERY = "surgery"
    CAESAREAN = "caesarean"
    TRANSFUSION = "transfusion"


class ConsentStep(StrEnum):
    """Say how far a consent is; an exemption is the law's, for who cannot be asked in time (Civil Code art. 1220)."""

    STARTED = "started"
    SIGNED = "signed"
    REFUSED = "refused"
    UNABLE = "unable"
    EMERGENCY_EXEMPTION = "emergency_exemption"


class ConsentBy(StrEnum):
    """Say who was asked."""

    PATIENT = "patient"
    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    RELATIVE = "relative"
    GUARDIAN = "guardian"
    NOBODY = "nobody"


# Which minute a consent registers (China CPC data platform); the others have none of their own.
CONSENT_POINTS: dict[tuple[Procedure, ConsentStep], TimePoint] = {
    (Procedure.PCI, ConsentStep.STARTED): TimePoint.CONSENT_STARTED,
    (Procedure.PCI, ConsentStep.SIGNED): TimePoint.CONSENT_SIGNED,
    (Procedure.LYSIS, ConsentStep.STARTED): TimePoint.LYSIS_CONSENT_STARTED,
    (Procedure.LYSIS, ConsentStep.SIGNED): TimePoint.LYSIS_CONSENT_SIGNED,
}


@dataclass(frozen=True, slots=True)
class WayInside:
    """How a stretcher gets to one place of one hospital, as its department wrote it; None: nobody said."""

    entrance: str | None
    lift: str | None
    floor: str | None
    room: str | None
    note: str | None
    described_at: datetime
    described_by: str
    check_after: datetime  # from then on somebody should look whether it is still true


@dataclass(frozen=True, slots=True)
class ChosenDoor:
    """Where the receiving department wants the stretcher, and whether that is what the protocol proposed."""

    where: str
    proposed: str
    at: datetime
    by: str
    entered_for: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Consent:
    """One step of one consent: who was asked what, by whom, in whose words."""

    procedure: str
    step: str
    at: datetime
    asked: str  # ConsentBy
    told_by: str
    entered_for: str | None
    signer: str | None
    words: str | None
    approver: str | None


# What two sides of a handover may remember differently.
DISPUTED = ("where", "when", "condition", "treatment", "belongings", "other")


@dataclass(frozen=True, slots=True)
class HandoffTold:
    """How one side recorded the handover; the one that stands is the receiving side's last, else the crew's."""

    side: str
    at: datetime
    by: str
    where: str
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed the handover for which side, when."""

    side: str
    at: datetime
    by: str
    name: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """What one side says was otherwise."""

    side: str
    at: datetime
    by: str
    about: str
    words: str


@dataclass(frozen=True, slots=True)
class HospitalNumber:
    """A number of the hospital's own that the temporary one was merged with."""

    hospital_id: str
    at: datetime
    by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Registration:
    """A patient at one hospital before anybody has the papers; every number is kept."""

    center_id: str
    temporary_id: str
    at: datetime
    by: str
    numbers: tuple[HospitalNumber, ...] = ()
