"""Send commands from a gateway to the one desk, and take them there; the key lies in the city's own database."""

import asyncio
import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import httpx
import msgspec
from fastapi import APIRouter, Depends, Request, Response

from dispatch.adapters.city_follower import CityFollower
from dispatch.adapters.http_guards import RefusedError, refusals
from dispatch.adapters.parts import HasParts
from dispatch.adapters.wire import FrameError, JsonResponse, encoded
from dispatch.command import BY_NAME, Command
from dispatch.desk import Done
from dispatch.errors import Refused
from dispatch.ports import JournalUnavailable
from dispatch.words import Actor, ClockSource

router = APIRouter()

ANSWER_WITHIN_S = 15.0
SEEN_WITHIN_S = 3.0
KEY_HEADER = "X-City-Key"
REFUSED = 409


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
    """Be the desk for the routes and sockets of a gateway."""

    def __init__(self, url: str, key: str, follower: CityFollower) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=ANSWER_WITHIN_S, headers={KEY_HEADER: key})
        self._follower = follower

    async def handle(self, command: Command) -> Done | Refused:
        """Return what the desk answers, once this gateway has seen the facts.

        Raises
        ------
        JournalUnavailable
            The desk cannot be reached or cannot write; ask again with the same command id.
        """
        body = encoded(
            {
                "id": command.id,
                "kind": type(command.data).__name__,
                "data": command.data,
                "actor": command.actor,
                "at": command.at,
                "clock": command.clock,
                "uncertainty_s": command.uncertainty_s,
            }
        )
        try:
            answer = await self._client.post("/internal/commands", content=body)
        except httpx.TransportError as error:
            raise JournalUnavailable(f"the desk cannot be reached: {error}") from error
        if answer.status_code == REFUSED:
            return msgspec.json.decode(answer.content, type=Refused)
        if answer.status_code != httpx.codes.OK:
            raise JournalUnavailable(f"the desk answers {answer.status_code}")
        return await self._seen(msgspec.json.decode(answer.content, type=Span))

    async def _seen(self, span: Span) -> Done:
        await self._follower.reaches(span.last, SEEN_WITHIN_S)
        facts = await asyncio.to_thread(self._follower.facts_between, span.first, span.last)
        return Done(span.last, tuple(facts))

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()


def from_a_gateway(request: Request, parts: HasParts) -> None:
    """Let in who knows the city's key."""
    given = request.headers.get(KEY_HEADER, "")
    if parts.city_key is None or not hmac.compare_digest(given.encode(), parts.city_key.encode()):
        raise RefusedError(401, Refused("not_signed_in"))


FromGateway = Annotated[None, Depends(from_a_gateway)]


@router.post("/internal/commands", include_in_schema=False, responses=refusals(401, 409, 422, 503))
async def take(_gateway: FromGateway, request: Request, parts: HasParts) -> Response:
    """Bring a gateway's command to the desk; its rights were checked where its session is."""
    command = _command(await request.body())
    now = parts.clock.now()
    outcome = await parts.submission.desk.handle(replace(command, at=min(command.at, now), received_at=now))
    if isinstance(outcome, Refused):
        return JsonResponse({"code": outcome.code, "params": outcome.params}, REFUSED)
    first = outcome.facts[0].seq if outcome.facts else outcome.seq + 1
    return JsonResponse(Span(first, outcome.seq))


def _command(body: bytes) -> Command:
    sent = msgspec.json.decode(body, type=Envelope)
    kind = BY_NAME.get(sent.kind)
    if kind is None:
        raise FrameError(f"{sent.kind} is no command; gateway and desk run different versions")
    data: Any = msgspec.convert(sent.data, kind)
    return Command(sent.id, data, sent.actor, sent.at, sent.at, sent.clock, sent.uncertainty_s)
