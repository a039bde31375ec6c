"""The facts of a department's people: who belongs to it, who is on duty, who was summoned and what they said."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import personal


@fact
class MemberListed:
    """A person was entered in a department's list, or changed."""

    member_id: str
    center_id: str
    roles: tuple[str, ...]  # `dispatch.state.team.TeamRole`
    name: str = personal("member_id", required=True)
    phone: str | None = personal("member_id")


@fact
class MemberRemoved:
    """A person left the department: off every roster, and no link of theirs answers any more."""

    member_id: str
    center_id: str


@fact
class PushSubscribed:
    """A person's own device may be pushed to; the newest one counts. ``push`` is the browser's subscription as JSON."""

    member_id: str
    center_id: str
    push: str = personal("member_id", required=True)


@fact
class DutySet:
    """A person is on duty in one role from ``begins`` to ``ends``; ``rank`` 1 is summoned first."""

    duty_id: str
    member_id: str
    center_id: str
    role: str
    begins: datetime
    ends: datetime
    rank: int = 1
    conditions: tuple[str, ...] = ()  # only for these; empty: for all


@fact
class DutyLifted:
    """A duty was taken off the roster."""

    duty_id: str
    member_id: str
    center_id: str


@fact
class MemberSummoned:
    """One person was asked to come for one activation in one role. ``attempt`` 1; a message must go out."""

    summons_id: str
    activation_id: str
    member_id: str
    role: str
    answer_by: datetime
    by_hand: bool = False  # a person chose them, not the roster


@fact
class SummonsRepeated:
    """Nobody has answered for this role: the same person is asked again."""

    summons_id: str
    activation_id: str
    attempt: int


@fact
class SummonsDelivered:
    """A message went out by these ways: push, gateway, text_message. It says nothing of being read."""

    summons_id: str
    activation_id: str
    attempt: int
    ways: tuple[str, ...]


@fact
class SummonsUndelivered:
    """No way took the message; ``ways`` were tried, none of them when there is none."""

    summons_id: str
    activation_id: str
    attempt: int
    ways: tuple[str, ...]


@fact
class SummonsAcknowledged:
    """The person comes, in so many minutes if they said so."""

    summons_id: str
    activation_id: str
    minutes: int | None = None


@fact
class SummonsDeclined:
    """The person cannot come; the next one is asked at once."""

    summons_id: str
    activation_id: str
    reason: str = personal("activation_id", required=True)


@fact
class MemberInPlace:
    """The person stands there."""

    summons_id: str
    activation_id: str


@fact
class SummonsLapsed:
    """The person did not answer in time; the next one is asked, and this one may still come."""

    summons_id: str
    activation_id: str


@fact
class MemberStoodDown:
    """The patient goes elsewhere or does not come: the person is told so."""

    summons_id: str
    activation_id: str
