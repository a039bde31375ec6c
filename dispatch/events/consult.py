"""The facts between crew, department and remote physicians: who joined, what was said, what was ordered and done."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import personal


@fact
class AdviceRequested:
    """Somebody with the patient wants a specialist."""

    patient_id: str
    question: str | None = personal("patient_id")


@fact
class SpecialistJoined:
    """A remote physician looks after this patient too, until they leave."""

    patient_id: str
    specialist_id: str  # the account, or the link, that speaks for them
    name: str | None = personal("patient_id")


@fact
class SpecialistLeft:
    """A remote physician is gone again."""

    patient_id: str
    specialist_id: str
    reason: str  # left | link_over


@fact
class ReaderLinkSent:
    """A physician without an account was given a page of their own for one patient. Only the token's hash is kept."""

    reader_link_id: str
    patient_id: str
    token_hash: str
    expires_at: datetime
    language: str
    physician: str = personal("reader_link_id", required=True)


@fact
class ReaderLinkOpened:
    """The page was opened, by the one device that may use it from now on."""

    reader_link_id: str
    patient_id: str
    device_hash: str


@fact
class ReaderLinkEnded:
    """The page answers no more."""

    reader_link_id: str
    patient_id: str
    reason: str  # replaced | ended | expired | left


@fact
class TeamLineWritten:
    """Somebody wrote to everybody who looks after the patient."""

    patient_id: str
    side: str  # crew | department | physician | seat
    text: str | None = personal("patient_id")


@fact
class OrderGiven:
    """A physician asks the crew for something."""

    order_id: str
    patient_id: str
    code: str  # one of dispatch.state.consult.ORDER_CODES
    side: str
    dose: str | None = personal("patient_id")
    note: str | None = personal("patient_id")
    physician: str | None = personal("patient_id")  # who orders, where the account does not say it


@fact
class OrderAcknowledged:
    """The crew has read it."""

    order_id: str
    patient_id: str


@fact
class OrderDone:
    """The crew has done it; the dose that was given where it is another one."""

    order_id: str
    patient_id: str
    dose: str | None = personal("patient_id")


@fact
class OrderDeclined:
    """The crew does not do it, and why."""

    order_id: str
    patient_id: str
    why: str  # one of dispatch.state.consult.DECLINES
    words: str | None = personal("patient_id")


@fact
class OrderWithdrawn:
    """Whoever asked wants it no more."""

    order_id: str
    patient_id: str
    reason: str | None = personal("patient_id")
