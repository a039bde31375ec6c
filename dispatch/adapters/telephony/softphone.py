"""Let a seat's softphone tell on the live socket what its own line does: the same events as the webhook's."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from dispatch.adapters.live.outbox import Outbox
from dispatch.adapters.parts import Parts
from dispatch.adapters.telephony.line_events import LineEventBody, LineTeller
from dispatch.adapters.wire import done_body, frame, nack
from dispatch.errors import Refused
from dispatch.protocol.waves import FrameError
from dispatch.rights import SEATS
from dispatch.state.city import City
from dispatch.words import Actor, Role


class Softphone:
    """The telephone of one signed-in seat; a connected system may tell about every line."""

    def __init__(self, actor: Actor, parts: Parts, outbox: Outbox) -> None:
        self._actor, self._parts, self._outbox = actor, parts, outbox
        self._teller = LineTeller(parts.submission, parts.line_events, actor)

    async def take(self, content: Mapping[str, Any]) -> None:
        """Answer one ``line`` frame with ``lined`` or ``nack``."""
        body = _read(content.get("event"))
        refused = self._refused(body)
        if refused is None:
            outcome = (await self._teller.tell_all([body]))[0]
            if not isinstance(outcome, Refused):
                answer = done_body(outcome.seq, outcome.facts)
                self._outbox.offer_event(frame("lined", event_id=body.event_id, **answer))
                return
            refused = outcome
        self._outbox.offer_event(nack(None, None, refused, retry=False))

    def _refused(self, body: LineEventBody) -> Refused | None:
        if self._actor.role is Role.SERVICE:
            return None
        if self._actor.role not in SEATS:
            return Refused("not_your_role", {"role": f"role.{self._actor.role}"})
        if body.extension in own_telephones(self._parts.feed.city, self._actor.account) | {None}:
            return None
        return Refused("seat.not_yours", {"seat": body.extension or "—"})


def own_telephones(city: City, account: str) -> set[str | None]:
    """Return the telephones of the seats that somebody sits at."""
    own = [each for each in city.seats.values() if each.account == account]
    return {each.extension or each.id for each in own}


def _read(event: object) -> LineEventBody:
    try:
        return LineEventBody.model_validate(event)
    except ValidationError as error:
        first = error.errors()[0]
        raise FrameError(f"event.{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
