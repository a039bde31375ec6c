"""What can be asked at the door and after it: who came, who took over, which minutes are missing."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CheckAtDoor:
    """Compare who came through the door with who was announced; None where what is seen is not what was announced."""

    activation_id: str
    call_sign: str | None = None
    sex: str | None = None  # male | female | unknown
    age_band: str | None = None  # newborn | infant | unknown | "60-69"
    code: str | None = None


@dataclass(frozen=True, slots=True)
class CompleteHandoff:
    """Record the handover: where, and whether the ED was bypassed."""

    patient_id: str
    where: str
    taken_by: str | None = None
    signed: bool = False


@dataclass(frozen=True, slots=True)
class SignHandoff:
    """Sign the handover afterwards, for one's own side; it never held the stretcher."""

    patient_id: str
    name: str


@dataclass(frozen=True, slots=True)
class DisputeHandoff:
    """Say that it was otherwise: about what, in one's own words; both versions stay."""

    patient_id: str
    about: str
    words: str


@dataclass(frozen=True, slots=True)
class RegisterTimePoint:
    """Enter a minute the system could not know."""

    patient_id: str
    point: str
    happened_at: datetime
    delay_reason: str | None = None  # why it was late, in the words of whoever enters it


@dataclass(frozen=True, slots=True)
class LeaveTimePointOpen:
    """Say that nobody here knows this minute: it stays missing and is not asked for again."""

    patient_id: str
    point: str


@dataclass(frozen=True, slots=True)
class CorrectTimePoint:
    """Correct a registered minute, with the reason; the same minute with a reason for its delay is a correction too."""

    patient_id: str
    point: str
    happened_at: datetime
    reason: str
    delay_reason: str | None = None
