"""Send commands from a gateway to the one desk, and take them there.

A gateway shows the secret of the installation; that alone opens nothing. The desk looks up the account that a command
comes from, and its rights, itself: a gateway cannot make people up, nor speak for the desk's own clock.
"""

import asyncio
import hmac
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import httpx
import msgspec
from fastapi import APIRouter, Depends, Request, Response

from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.http.guards import RefusedError, refusals
from dispatch.adapters.live.city_follower import CityFollower
from dispatch.adapters.parts import HasParts
from dispatch.adapters.submission import Forbidden, When
from dispatch.adapters.wire import JsonResponse, encoded
from dispatch.client.steady_http import SteadyClient
from dispatch.command import BY_NAME, Command
from dispatch.desk import Done
from dispatch.errors import Refused
from dispatch.ports import JournalUnavailable
from dispatch.words import Actor, ClockSource, Role

log = logging.getLogger(__name__)
router = APIRouter()

ANSWER_WITHIN_S = 15.0
TAKE_OVER_S = 5.0  # a standby needs a second or two; who waits longer is told so, and asks again
AGAIN_AFTER_S = 0.1
SEEN_WITHIN_S = 3.0
SECRET_HEADER = "X-Gateway-Secret"  # noqa: S105 - the name of a header


class Envelope(msgspec.Struct, frozen=True):
    """A command on its way between two processes of a city."""

    id: str
    kind: str
    data: dict[str, Any]
    actor: Actor
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    clock: ClockSource
    uncertainty_s: float


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers of a command's facts; ``first`` is behind ``last`` when there are none."""

    first: int
    last: int


class RemoteDesk:
    """Be the desk for the routes and sockets of a gateway: ask whoever writes, the desk or its standby."""

    def __init__(self, urls: Sequence[str], secret: str, follower: CityFollower) -> None:
        self._client = SteadyClient(timeout=ANSWER_WITHIN_S, headers={SECRET_HEADER: secret})
        self._urls = deque(urls)  # who answered last stands first
        self._follower = follower

    async def handle(self, command: Command) -> Done | Refused:
        """Return what the desk answers, once this gateway has seen the facts.

        Raises
        ------
        JournalUnavailable
            Nobody who writes could be reached; ask again with the same command id.
        Forbidden
            The desk knows better who may ask for this.
        """
        span = await self._asked(encoded(_envelope(command)))
        if isinstance(span, Refused):
            return span
        await self._follower.reaches(span.last, SEEN_WITHIN_S)
        facts = await asyncio.to_thread(self._follower.facts_between, span.first, span.last)
        return Done(span.last, tuple(facts))

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _asked(self, body: bytes) -> "Span | Refused":
        """Ask each in turn. An answer that was lost is asked for again: the command's id makes it harmless."""
        last = time.monotonic() + TAKE_OVER_S
        while True:
            url = self._urls[0]
            try:
                answer = await self._client.post(f"{url}/internal/commands", content=body)
            except httpx.TransportError as error:
                why = f"{url} cannot be reached: {error!r}"
            else:
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return _answered(url, answer)
                why = f"{url} does not write now"
            if time.monotonic() > last:
                raise JournalUnavailable(f"no desk takes commands: {why}")
            self._urls.rotate(-1)
            await asyncio.sleep(AGAIN_AFTER_S)


def _envelope(command: Command) -> dict[str, object]:
    return {
        "id": command.id,
        "kind": type(command.data).__name__,
        "data": command.data,
        "actor": command.actor,
        "at": command.at,
        "clock": command.clock,
        "uncertainty_s": command.uncertainty_s,
    }


def _answered(url: str, answer: httpx.Response) -> Span | Refused:
    if answer.status_code == httpx.codes.OK:
        return msgspec.json.decode(answer.content, type=Span)
    if answer.status_code == httpx.codes.CONFLICT:
        return msgspec.json.decode(answer.content, type=Refused)
    if answer.status_code == httpx.codes.FORBIDDEN:
        raise Forbidden(msgspec.json.decode(answer.content, type=Refused))
    log.error("the desk does not take this gateway's commands", extra={"url": url, "status": answer.status_code})
    raise JournalUnavailable(f"{url} answers {answer.status_code}: {answer.text[:200]}")


async def from_a_gateway(request: Request, parts: HasParts) -> None:
    """Let in who knows the secret of this installation; without one there are no gateways."""
    given = request.headers.get(SECRET_HEADER, "").encode()
    if parts.gateway_secret is None or not hmac.compare_digest(given, parts.gateway_secret.encode()):
        raise RefusedError(401, Refused("not_signed_in"))


FromGateway = Annotated[None, Depends(from_a_gateway)]


@router.post("/internal/commands", include_in_schema=False, responses=refusals(401, 403, 409, 422, 503))
async def take(_gateway: FromGateway, request: Request, parts: HasParts) -> Response:
    """Bring a gateway's command to the desk. The desk itself looks up who asks, and what they may."""
    sent, data = _read(await request.body())
    # Who opened a link has no account: that link, whose token the gateway has checked, is all they may speak for.
    by_link = sent.actor.role in (Role.CALLER, Role.MEMBER)
    if not by_link and not await parts.access.knows(replace(sent.actor, entered_for=None)):
        log.error("a gateway speaks for nobody", extra={"account": sent.actor.account, "role": sent.actor.role})
        raise RefusedError(403, Refused("not_signed_in"))
    when = When(min(sent.at, parts.clock.now()), sent.clock, sent.uncertainty_s)
    outcome = await parts.submission.submit(
        sent.actor, data, command_id=sent.id, when=None if sent.clock is ClockSource.SERVER else when
    )
    if isinstance(outcome, Refused):
        return JsonResponse({"code": outcome.code, "params": outcome.params}, 409)
    first = outcome.facts[0].seq if outcome.facts else outcome.seq + 1
    return JsonResponse(Span(first, outcome.seq))


def _read(body: bytes) -> tuple[Envelope, Any]:
    try:
        sent = msgspec.json.decode(body, type=Envelope)
        kind = BY_NAME.get(sent.kind)
        if kind is None:
            raise BadFieldError("kind", f"{sent.kind} is no command; do gateway and desk run the same version?")
        return sent, msgspec.convert(sent.data, kind)
    except msgspec.MsgspecError as error:
        raise BadFieldError("body", str(error)) from error
