"""What is known of a caller from earlier calls of the same number. Where and how it ended; never what was said."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.state.call import dialled
from dispatch.state.city import City
from dispatch.state.switchboard import NumberMark
from dispatch.words import Outcome, Place


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """One earlier call of the number: when, where it led, how it ended."""

    call_id: str
    received_at: datetime
    answered: bool
    incident_id: str
    incident: str
    is_open: bool
    where: str | None
    place: Place | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class CallerHistory:
    """The last calls of a number, newest first, and the marks it carries or carried."""

    calls: tuple[EarlierCall, ...]
    marks: tuple[NumberMark, ...]


def caller_history(city: City, call_id: str) -> CallerHistory:
    """Return what a call-taker may know of whoever rings; nothing for a hidden number."""
    number = dialled(city.calls[call_id].number)
    if number is None:
        return CallerHistory((), ())
    earlier = [each for each in reversed(city.callers.get(number, ())) if each != call_id]
    marks = sorted((each for each in city.marks.values() if each.number == number), key=lambda each: each.at)
    return CallerHistory(tuple(_earlier(city, each) for each in earlier), tuple(reversed(marks)))


def _earlier(city: City, call_id: str) -> EarlierCall:
    call = city.calls[call_id]
    incident = city.incidents[call.incident_id]
    outcomes = (city.patients[each].outcome for each in incident.patient_ids)
    return EarlierCall(
        call.id,
        call.received_at,
        call.answered_at is not None,
        incident.id,
        incident.number,
        incident.closed_at is None,
        incident.words,
        incident.place,
        incident.outcome or next((each for each in outcomes if each is not None), None),
    )
