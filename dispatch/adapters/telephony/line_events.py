"""Read what an exchange or a softphone tells about a line, and bring it to the desk.

An event has its own id: the same id is the same command, however often it comes. The same id with other content is
refused and logged.
"""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from ulid import ULID

from dispatch.adapters.http.bodies import BadFieldError, LineEvent, Moment, PlaceBody, place_of
from dispatch.adapters.submission import Submission, When
from dispatch.commands.switchboard import ReportLineEvent
from dispatch.desk import Done
from dispatch.errors import Refused
from dispatch.words import Actor, ClockSource

log = logging.getLogger(__name__)
Word = Annotated[str, Field(min_length=1, max_length=80)]
EVENTS_MAX = 200  # in one request; fifty lines that ring, are answered and hung up are 150
EVENTS_KEPT = 20_000  # ids whose content is remembered: a busy city's half day
CLOCK_UNCERTAINTY_S = 1.0


class LineEventBody(BaseModel):
    """One event of one line, by the exchange's own clock."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    event_id: Word
    event: LineEvent
    call_id: Word  # the exchange's own id of the call
    at: Moment
    number: Word | None = None
    trunk: Word | None = None
    extension: Word | None = None
    group: Word | None = None
    recording: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    place: PlaceBody | None = None


class LineEventBodies(BaseModel):
    """Some events, in the order in which the exchange tells them."""

    model_config = ConfigDict(extra="forbid")
    events: Annotated[list[LineEventBody], Field(min_length=1, max_length=EVENTS_MAX)]


@dataclass(slots=True)
class SeenEvents:
    """Remember what events said, so that one that comes back changed is noticed."""

    _kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict)

    def is_changed(self, sender: str, body: LineEventBody) -> bool:
        """Keep an event; say whether it came before with other content."""
        key, content = f"{sender}/{body.event_id}", hashlib.sha256(body.model_dump_json().encode()).digest()
        known = self._kept.setdefault(key, content)
        if len(self._kept) > EVENTS_KEPT:
            self._kept.popitem(last=False)
        return known != content


@dataclass(frozen=True, slots=True)
class LineTeller:
    """Bring the events of one sender to the desk; ``behind`` is how far its clock is behind ours."""

    submission: Submission
    seen: SeenEvents
    actor: Actor
    behind: timedelta = timedelta()

    async def tell_all(self, bodies: Sequence[LineEventBody]) -> list[Done | Refused]:
        """Return what became of each event: calls beside each other, the events of one call one after the other."""
        for place, body in enumerate(bodies):
            if (why := self.submission.unlikely(body.at + self.behind)) is not None:
                raise BadFieldError(f"events.{place}.at", why)
        turns: dict[str, list[int]] = {}
        for place, body in enumerate(bodies):
            turns.setdefault(body.call_id, []).append(place)
        outcomes: dict[int, Done | Refused] = {}

        async def one_call(places: Sequence[int]) -> None:
            for place in places:
                outcomes[place] = await self.tell(bodies[place])

        await asyncio.gather(*(one_call(places) for places in turns.values()))
        return [outcomes[place] for place in range(len(bodies))]

    async def tell(self, body: LineEventBody) -> Done | Refused:
        """Return what became of one event."""
        if self.seen.is_changed(self.actor.account, body):
            log.error("an event came again with other content", extra={"sender": self.actor.account})
            return Refused("exchange.event_changed", {"event_id": body.event_id})
        place = None if body.place is None else place_of(body.place, "place")
        data: Any = ReportLineEvent(
            body.call_id, body.event, body.number, body.trunk, body.extension, body.group, body.recording, place
        )
        when = When(body.at + self.behind, ClockSource.DEVICE, CLOCK_UNCERTAINTY_S)
        command_id = command_id_of(self.actor.account, body)
        return await self.submission.submit(self.actor, data, command_id=command_id, when=when)


def command_id_of(sender: str, body: LineEventBody) -> str:
    """Return the command id of an event: its own time, and a hash of its id for chance."""
    at_ms = int(body.at.timestamp() * 1000)
    chance = hashlib.sha256(f"{sender}/{body.event_id}".encode()).digest()[:10]
    return str(ULID.from_bytes(at_ms.to_bytes(6, "big") + chance))
