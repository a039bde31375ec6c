"""The facts of the telephone: what lines did, who sits where, which numbers are marked, how a caller was questioned."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import personal


@fact
class SeatOpened:
    """Somebody sat down at a seat."""

    seat_id: str
    kind: str  # call_taker | dispatcher | supervisor
    group: str
    account: str
    extension: str | None = None


@fact
class SeatLeft:
    """Nobody sits there any more."""

    seat_id: str


@fact
class DeskHandedOver:
    """Everything a seat owned passed to its successor."""

    seat_id: str
    to_seat_id: str
    call_ids: tuple[str, ...]
    incident_ids: tuple[str, ...]


@fact
class NumberMarked:
    """A number carries a mark, for a reason and until a time; it still rings."""

    mark_id: str
    kind: str  # prank | nuisance | frequent | threat
    expires_at: datetime
    number: str = personal("mark_id", required=True)
    reason: str = personal("mark_id", required=True)


@fact
class MarkLifted:
    """A mark was taken off; without a reason another took its place."""

    mark_id: str
    reason: str | None = personal("mark_id")


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
class CallOverflowed:
    """All seats of a group were busy too long: the call rings at the neighbouring group as well."""

    call_id: str
    group: str


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
class CallWrappedUp:
    """The writing after the call is done; the seat is free."""

    call_id: str
    reason: str  # operator | next_call | time


@fact
class LineStepCameLate:
    """The exchange told a step after a later one: it fills the record and moves nothing."""

    call_id: str
    step: str
    seat: str | None = None


@fact
class CallerNumberLearned:
    """The number of a call became known after its first event."""

    call_id: str
    number: str = personal("call_id", required=True)
    line: str | None = None


@fact
class RecordingReferenced:
    """The exchange told where it keeps the sound of this call."""

    call_id: str
    recording: str


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
class IncidentTaken:
    """A seat looks after the incident."""

    incident_id: str
    seat: str


@fact
class RecordExported:
    """Somebody took the whole record of an incident out of the system."""

    incident_id: str
    form: str  # json | text
    purpose: str = personal("incident_id", required=True)
