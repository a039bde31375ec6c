"""What can be asked about a department's people: who they are, who is on duty, who is summoned, who comes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ListMember:
    """Enter a person in a department's list; with ``member_id`` change one who is there."""

    center_id: str
    name: str
    roles: tuple[str, ...]
    phone: str | None = None
    member_id: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Take a person off the list and off every roster."""

    center_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class SubscribePush:
    """Let a person's own device be pushed to; ``push`` is the browser's subscription as JSON."""

    member_id: str
    push: str


@dataclass(frozen=True, slots=True)
class SetDuty:
    """Put a person on duty in one role; ``conditions`` empty: for all that the role is called for."""

    center_id: str
    member_id: str
    role: str
    begins: datetime
    ends: datetime
    rank: int = 1
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiftDuty:
    """Take a duty off the roster."""

    center_id: str
    duty_id: str


@dataclass(frozen=True, slots=True)
class SummonMember:
    """Ask one person by hand to come for an activation, on duty or not."""

    activation_id: str
    member_id: str
    role: str


@dataclass(frozen=True, slots=True)
class AnswerSummons:
    """Say whether one comes: ``coming`` (in so many minutes), ``in_place``, or ``declined`` with the reason."""

    activation_id: str
    summons_id: str
    answer: str
    minutes: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReportSummons:
    """Say by which ways a message went out, or that none took it; only the desk's own messenger says this."""

    activation_id: str
    summons_id: str
    attempt: int
    delivered: bool
    ways: tuple[str, ...] = ()
