"""The facts of the room: who sits where and looks after what, which numbers are marked, what lines did late."""

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
class IncidentTaken:
    """A seat looks after the incident."""

    incident_id: str
    seat: str


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
class CallOverflowed:
    """All seats of a group were busy too long: the call rings at the neighbouring group as well."""

    call_id: str
    group: str


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
