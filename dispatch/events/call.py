"""The facts of a call, from its ring to its wrap-up, and of the incident that it opens."""

from dispatch.fact import fact
from dispatch.words import Place, personal


@fact
class CallReceived:
    """120 rang."""

    call_id: str
    incident_id: str
    number: str | None = personal("call_id")
    words: str | None = personal("call_id")  # where the caller says it is
    complaint: str | None = personal("call_id")
    place: Place | None = None
    line: str | None = None
    exchange_id: str | None = None
    group: str | None = None  # the seat group that it rings at; None: at all


@fact
class IncidentOpened:
    """Something happened at one place; the first patient is part of it from the start."""

    incident_id: str
    number: str
    call_id: str | None
    patient_id: str
    patient_code: str


@fact
class CallClaimed:
    """A seat said that it takes this call; its telephone is not yet through."""

    call_id: str
    seat: str


@fact
class ClaimLapsed:
    """The seat that claimed the call did not get through: it rings for everybody again."""

    call_id: str
    seat: str


@fact
class CallAnswered:
    """A call-taker took the call."""

    call_id: str
    seat: str


@fact
class CallHeld:
    """The caller waits on the line."""

    call_id: str


@fact
class CallRetrieved:
    """The seat talks to the caller again."""

    call_id: str


@fact
class CallTransferred:
    """Another seat owns the call."""

    call_id: str
    from_seat: str | None
    seat: str


@fact
class CallEnded:
    """The line was closed."""

    call_id: str
    reason: str  # caller | operator | lost


@fact
class CallWrappedUp:
    """The writing after the call is done; the seat is free."""

    call_id: str
    reason: str  # operator | next_call | time


@fact
class WordsTaken:
    """A call-taker wrote down what the caller says: where it is, what is the matter."""

    call_id: str
    incident_id: str
    words: str | None = personal("call_id")
    complaint: str | None = personal("call_id")


@fact
class QuestionAsked:
    """A question stood before the call-taker and was put to the caller."""

    call_id: str
    question: str


@fact
class QuestionAnswered:
    """The caller answered; ``corrects`` is what was noted before."""

    call_id: str
    question: str
    answer: str = personal("call_id", required=True)
    corrects: str | None = personal("call_id")


@fact
class CallBackRecorded:
    """Somebody rang a caller back who had hung up unanswered, or the caller rang again."""

    call_id: str
    outcome: str  # needs_help | no_need | no_answer | unreachable | rang_again
    note: str | None = personal("call_id")


@fact
class CallLinked:
    """A call turned out to be about an incident that is already known."""

    call_id: str
    incident_id: str
    from_incident_id: str


@fact
class NoteWritten:
    """Somebody wrote a line on the incident."""

    incident_id: str
    text: str | None = personal("incident_id")


@fact
class PatientAdded:
    """One more person is affected."""

    incident_id: str
    patient_id: str
    code: str


@fact
class PatientIdentified:
    """The patient's name became known."""

    patient_id: str
    name: str | None = personal("patient_id")


@fact
class RecordExported:
    """Somebody took the whole record of an incident out of the system."""

    incident_id: str
    form: str  # json | text
    purpose: str = personal("incident_id", required=True)
