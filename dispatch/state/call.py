"""One ring at 120: its state, and the one table of its steps. A missing entry is the refusal.

The exchange may tell its steps late, twice or in the wrong order: ``flow/switchboard.py`` sorts that out, so that the
journal holds only steps of this table, and those that came late as ``LineStepCameLate``.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch import events as e
from dispatch.words import ERASED, Place, personal


class CallPhase(StrEnum):
    """Where a call stands."""

    RINGING = "ringing"
    CLAIMED = "claimed"
    TALKING = "talking"
    HELD = "held"
    WRAP_UP = "wrap_up"
    ENDED = "ended"


RINGS, CLAIMED, TALKS, HELD, WRAP_UP, ENDED = CallPhase
CALL_STEPS: dict[tuple[CallPhase, type], CallPhase] = {
    (RINGS, e.CallClaimed): CLAIMED,
    (CLAIMED, e.ClaimLapsed): RINGS,
    (RINGS, e.CallOverflowed): RINGS,
    (RINGS, e.CallAnswered): TALKS,
    (CLAIMED, e.CallAnswered): TALKS,
    (TALKS, e.CallHeld): HELD,
    (HELD, e.CallRetrieved): TALKS,
    (TALKS, e.CallTransferred): TALKS,
    (HELD, e.CallTransferred): TALKS,
    (RINGS, e.CallEnded): ENDED,
    (CLAIMED, e.CallEnded): ENDED,
    (TALKS, e.CallEnded): WRAP_UP,
    (HELD, e.CallEnded): WRAP_UP,
    (WRAP_UP, e.CallWrappedUp): ENDED,
}
UNANSWERED = frozenset({RINGS, CLAIMED})
ON_THE_LINE = frozenset({CLAIMED, TALKS, HELD})  # a seat that owns one of these cannot take another call
BACK_DONE = frozenset({"needs_help", "no_need", "unreachable", "rang_again"})  # nobody need ring back any more


@dataclass(frozen=True, slots=True)
class CallBack:
    """One try to ring a caller back."""

    at: datetime
    by: str
    outcome: str


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """What was answered to one question, as it stands after corrections."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Call:
    """One ring at 120."""

    id: str
    incident_id: str
    phase: CallPhase
    received_at: datetime
    number: str | None = personal("id")
    words: str | None = personal("id")
    complaint: str | None = personal("id")
    place: Place | None = None
    line: str | None = None
    seat: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    exchange_id: str | None = None
    group: str | None = None  # the seat group that it rings at; None: at all
    overflow_group: str | None = None
    moved_at: datetime | None = None  # of the last step; what happened before it came late
    recording: str | None = None
    abandoned: bool = False  # the caller hung up before anybody answered
    call_backs: tuple[CallBack, ...] = ()
    answers: tuple[StepAnswer, ...] = ()  # the last one to each question

    @property
    def owes_call_back(self) -> bool:
        """Say whether somebody must still ring this caller back."""
        return self.abandoned and not any(each.outcome in BACK_DONE for each in self.call_backs)

    def answer_to(self, question: str) -> str | None:
        """Return what stands noted for a question, None when it was not answered."""
        return next((each.answer for each in self.answers if each.question == question), None)

    @property
    def is_open(self) -> bool:
        """Say whether a seat still has business with this call."""
        return self.phase is not CallPhase.ENDED or self.owes_call_back


def dialled(number: str | None) -> str | None:
    """Return a number as one dials it within China, so that one telephone has one spelling; None when unknown."""
    if number is None or number == ERASED:
        return None
    digits = re.sub(r"[^0-9*#]", "", number)
    digits = re.sub(r"^(?:0086|86(?=1\d{10}$)|0(?=1\d{10}$))", "", digits)
    return digits or None
