"""What can be asked about a call, from its ring to its wrap-up, and about the incident that it opens."""

from dataclasses import dataclass

from dispatch.words import Place


@dataclass(frozen=True, slots=True)
class ReceiveCall:
    """Report that 120 rings; opens an incident unless one is named."""

    number: str | None = None
    words: str | None = None
    complaint: str | None = None
    place: Place | None = None
    line: str | None = None
    incident_id: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerCall:
    """Take a ringing call."""

    call_id: str
    seat: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Close the line."""

    call_id: str
    reason: str = "operator"


@dataclass(frozen=True, slots=True)
class ClaimCall:
    """Say that this seat takes a ringing call; nobody else can from now on."""

    call_id: str
    seat: str


@dataclass(frozen=True, slots=True)
class HoldCall:
    """Put the caller on hold."""

    call_id: str


@dataclass(frozen=True, slots=True)
class RetrieveCall:
    """Talk on with a caller who was on hold."""

    call_id: str


@dataclass(frozen=True, slots=True)
class TransferCall:
    """Give a caller to another seat."""

    call_id: str
    seat: str


@dataclass(frozen=True, slots=True)
class WrapUpCall:
    """Say that the writing after a call is done."""

    call_id: str


@dataclass(frozen=True, slots=True)
class TakeWords:
    """Write down where the caller says it is, and what is the matter."""

    call_id: str
    words: str | None = None
    complaint: str | None = None


@dataclass(frozen=True, slots=True)
class RecordStep:
    """Keep one step of the questioning: a question that was put, or its answer; a second answer is a correction."""

    call_id: str
    question: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class RecordCallBack:
    """Say how ringing back a caller who hung up went."""

    call_id: str
    outcome: str  # needs_help | no_need | no_answer | unreachable
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """Write an incident's whole record out of the system, for a stated purpose."""

    incident_id: str
    purpose: str
    form: str = "json"  # json | text


@dataclass(frozen=True, slots=True)
class LinkCall:
    """Join a call to an incident that is already known."""

    call_id: str
    incident_id: str


@dataclass(frozen=True, slots=True)
class WriteNote:
    """Write a line on the incident."""

    incident_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AddPatient:
    """Add a person to the incident."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class IdentifyPatient:
    """Enter the patient's name."""

    patient_id: str
    name: str
