"""Who sits where, and which numbers are marked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.words import Role, personal


class SeatKind(StrEnum):
    """What a seat is for: 受理席, 调度席, 班长席."""

    CALL_TAKER = "call_taker"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"


# Who may sit where: a dispatcher can take calls, a supervisor can do everything.
MAY_SIT: dict[Role, frozenset[SeatKind]] = {
    Role.CALL_TAKER: frozenset({SeatKind.CALL_TAKER}),
    Role.DISPATCHER: frozenset({SeatKind.CALL_TAKER, SeatKind.DISPATCHER}),
    Role.SUPERVISOR: frozenset(SeatKind),
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in the room; ``account`` None: nobody sits there."""

    id: str
    kind: SeatKind
    group: str
    account: str | None
    since: datetime
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class NumberMark:
    """Why a number is marked, by whom, until when. It never keeps a call from ringing."""

    id: str
    kind: str
    by: str
    at: datetime
    expires_at: datetime
    number: str = personal("id", required=True)
    reason: str = personal("id", required=True)
    lifted_at: datetime | None = None
