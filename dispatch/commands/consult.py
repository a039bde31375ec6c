"""What can be asked between crew, department and remote physicians: advice, joining, lines, orders, a reader's page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestAdvice:
    """Ask for a specialist; those with an account see the patient until one has joined."""

    patient_id: str
    question: str | None = None


@dataclass(frozen=True, slots=True)
class JoinPatient:
    """Look after this patient too, as a remote physician."""

    patient_id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class LeavePatient:
    """Be gone again; from then on the patient is not shown."""

    patient_id: str


@dataclass(frozen=True, slots=True)
class SendReaderLink:
    """Give a physician without an account a page for this patient; the one before it ends."""

    patient_id: str
    token_hash: str
    physician: str
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class OpenReaderLink:
    """Note that the page is open; it belongs to this device from now on."""

    patient_id: str
    reader_link_id: str
    device_hash: str


@dataclass(frozen=True, slots=True)
class EndReaderLink:
    """Close a physician's page by hand."""

    patient_id: str
    reader_link_id: str


@dataclass(frozen=True, slots=True)
class WriteToTeam:
    """Write a line to everybody who looks after the patient."""

    patient_id: str
    text: str


@dataclass(frozen=True, slots=True)
class GiveOrder:
    """Ask the crew for a drug, a procedure, another ECG; ``other`` needs its words.

    ``physician`` says who orders where the account is a whole department's.
    """

    patient_id: str
    code: str
    dose: str | None = None
    note: str | None = None
    physician: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerOrder:
    """Say that an order was read, done or declined; declined needs why, and the words where that is ``other``."""

    patient_id: str
    order_id: str
    answer: str
    why: str | None = None
    words: str | None = None
    dose: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawOrder:
    """Take an order back that nobody has answered for good."""

    patient_id: str
    order_id: str
    reason: str | None = None
