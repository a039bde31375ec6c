"""Bring one request to the desk: rights first, then the envelope, then the desk's answer. HTTP and sockets share it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from ulid import ULID

from dispatch.adapters.clock import Clock
from dispatch.adapters.http.bodies import OLDEST, BadFieldError
from dispatch.adapters.live.feed import LiveFeed
from dispatch.command import Command
from dispatch.desk import Done
from dispatch.errors import Refused
from dispatch.rights import may
from dispatch.words import Actor, ClockSource

# A person's or device's time may be ahead of ours by so much; beyond it is a typing error.
AHEAD_MAX = timedelta(seconds=90)
# An outbox may come a shift late and a record be finished after the holidays; beyond it a clock is not set.
BEHIND_MAX = timedelta(days=14)
# A tablet that measured our clock by ping is right within a second; one that never did is trusted to a minute.
MEASURED_S, UNMEASURED_S = 1.0, 60.0
UNSET_S = 86_400.0  # a device whose clock was never set
TYPED_S = 30.0  # a minute somebody read off a watch


class Handles(Protocol):
    """The desk, or a gateway's way to it."""

    async def handle(self, command: Command) -> Done | Refused:
        """Return the facts that are now durable, or why not."""
        ...


@dataclass(frozen=True, slots=True)
class HeardClock:
    """What a device's own clock said when ours said ``server_at``."""

    device_at: datetime
    server_at: datetime


@dataclass(frozen=True, slots=True)
class When:
    """When it happened, by which clock."""

    at: datetime
    clock: ClockSource
    uncertainty_s: float


class Submission:
    """Turn checked requests into commands."""

    def __init__(self, desk: Handles, feed: LiveFeed, clock: Clock) -> None:
        self.desk = desk
        self._feed = feed
        self._clock = clock

    async def submit(
        self,
        actor: Actor,
        data: Any,  # noqa: ANN401 - any of commands.COMMANDS
        *,
        command_id: str | None = None,
        when: When | None = None,
    ) -> Done | Refused:
        """Return the durable outcome of a request; ``Forbidden`` when the actor may not ask for it."""
        refused = may(actor, data, self._feed.city)
        if refused is not None:
            raise Forbidden(refused)
        now = self._clock.now()
        told = when or When(now, ClockSource.SERVER, 0.0)
        command = Command(
            command_id or str(ULID.from_datetime(now)),
            data,
            actor,
            told.at,
            now,
            told.clock,
            told.uncertainty_s,
        )
        return await self.desk.handle(command)

    def typed(self, at: datetime | None) -> When | None:
        """Return when a person says it happened; raise ``BadFieldError`` for the future and for long ago."""
        if at is None:
            return None
        if (why := self.unlikely(at)) is not None:
            raise BadFieldError("at", why)
        return When(min(at, self._clock.now()), ClockSource.HUMAN, TYPED_S)

    def unlikely(self, at: datetime) -> str | None:
        """Return the code why this cannot be when something happened, None when it can."""
        now = self._clock.now()
        if at - now > AHEAD_MAX * self._clock.speed:
            return "why.in_future"
        if now - at > BEHIND_MAX:
            return "why.long_ago"
        return None

    def by_device(self, at: datetime, *, measured: bool, heard: HeardClock | None = None) -> When:
        """Return when a tablet says it happened. A clock that runs ahead, or was never set: now, and so uncertain.

        What was not measured when it happened is corrected by what the device's clock said since, ``heard``.
        """
        now = self._clock.now()
        if not measured and heard is not None:
            at = self._corrected(at, heard)
        if at < OLDEST:
            return When(now, ClockSource.DEVICE, UNSET_S)  # it happened, and nobody knows when: not a reason to lose it
        uncertainty_s = MEASURED_S if measured else UNMEASURED_S
        ahead_s = (at - now).total_seconds()
        if -ahead_s > BEHIND_MAX.total_seconds():
            return When(now, ClockSource.DEVICE, BEHIND_MAX.total_seconds())
        return When(min(at, now), ClockSource.DEVICE, max(uncertainty_s, ahead_s))

    def _corrected(self, at: datetime, heard: HeardClock) -> datetime:
        """Move a device's time onto our clock; what no clock can say stays as it is."""
        try:
            return heard.server_at + (at - heard.device_at) * self._clock.speed
        except OverflowError:
            return at


class Forbidden(Exception):  # noqa: N818 - an answer, not a failure
    """Say that the actor has no right to ask for this; 403 or nack."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


def entered_for(actor: Actor, whom: str | None) -> Actor:
    """Return the actor with the mark of whose voice report it was."""
    return actor if whom is None else replace(actor, entered_for=whom)
