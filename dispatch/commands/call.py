"""What can be asked about the telephone: lines, seats, marked numbers, call-backs, and the steps of one call."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.words import Place


@dataclass(frozen=True, slots=True)
class ReportLineEvent:
    """Tell what a line of the exchange did; repeats and late arrivals are harmless.

    ``exchange_id`` is the exchange's own id of the call, ``extension`` the telephone concerned, ``group`` the seat
    group that the trunk rings at first.
    """

    exchange_id: str
    event: str  # ring | answered | held | retrieved | transferred | hung_up
    number: str | None = None
    trunk: str | None = None
    extension: str | None = None
    group: str | None = None
    recording: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class OpenSeat:
    """Sit down at a seat."""

    seat_id: str
    kind: str  # call_taker | dispatcher | supervisor
    group: str = "main"
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class LeaveSeat:
    """Get up; a seat that still owns something is handed over instead."""

    seat_id: str


@dataclass(frozen=True, slots=True)
class HandOverDesk:
    """Give everything that a seat owns to its successor, in one command."""

    seat_id: str
    to_seat_id: str


@dataclass(frozen=True, slots=True)
class MarkNumber:
    """Mark a number for a reason and a time; a marked caller still rings."""

    number: str
    kind: str  # prank | nuisance | frequent | threat
    reason: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LiftMark:
    """Take a mark off a number, for a reason."""

    mark_id: str
    reason: str


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
class TakeIncident:
    """Look after an incident from this seat."""

    incident_id: str
    seat: str


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """Write an incident's whole record out of the system, for a stated purpose."""

    incident_id: str
    purpose: str
    form: str = "json"  # json | text
