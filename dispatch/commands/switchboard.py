"""What can be asked about the room: lines, seats, who looks after what, marked numbers."""

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
class TakeIncident:
    """Look after an incident from this seat."""

    incident_id: str
    seat: str


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
