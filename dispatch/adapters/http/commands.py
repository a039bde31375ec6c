"""One route per command, made from the table of commands; and the exchange's short form of a call."""

from collections.abc import Awaitable, Callable
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.http.bodies import (
    TEXT_MAX,
    BadFieldError,
    Number,
    PlaceBody,
    PlaceSource,
    command_data,
    envelope_of,
    place_of,
)
from dispatch.adapters.http.guards import TakesCalls, actor_of, by_rule, may_send, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts, Parts
from dispatch.adapters.submission import entered_for
from dispatch.adapters.wire import JsonResponse, done_body
from dispatch.command import slug
from dispatch.command_roles import COMMANDS, RIGHTS
from dispatch.commands.call import ReceiveCall
from dispatch.errors import Refused
from dispatch.words import NO_ACCOUNT
from geo.datum import Datum

router = APIRouter(prefix="/api", default_response_class=JsonResponse, route_class=StrictRoute)

HANDSET_RADIUS_M = 500.0  # what a mobile network's position is good for when it does not say
Phrase = Annotated[str, Field(max_length=TEXT_MAX)]


class FactNamed(BaseModel):
    """A fact that followed, without its content; the ids that it names stand beside."""

    model_config = ConfigDict(extra="allow")
    seq: int
    kind: str


class CommandDone(BaseModel):
    """The facts that are durable now, and every id they name."""

    seq: int
    facts: list[FactNamed]
    ids: dict[str, str]


async def carry_out(parts: Parts, session: Session, data: Any, envelope: Any = None) -> Response:  # noqa: ANN401
    """Bring a command to the desk and answer with its facts, or with the rule's refusal."""
    actor = entered_for(actor_of(session), getattr(envelope, "entered_for", None))
    when = parts.submission.typed(getattr(envelope, "at", None))
    command_id = getattr(envelope, "command_id", None)
    outcome = await parts.submission.submit(actor, data, command_id=command_id, when=when)
    if isinstance(outcome, Refused):
        raise by_rule(outcome)
    return JsonResponse(done_body(outcome.seq, outcome.facts))


def _route(kind: type) -> Callable[..., Awaitable[Response]]:
    """Make the route function of one command; its signature is what OpenAPI and the guards read."""

    async def route(envelope: Any, session: Session, parts: Parts) -> Response:  # noqa: ANN401 - the signature says it
        return await carry_out(parts, session, command_data(kind, envelope.data), envelope)

    parameters = {
        "envelope": envelope_of(kind),
        "session": Annotated[Session, Depends(may_send(kind))],
        "parts": HasParts,
    }
    route.__signature__ = Signature(  # type: ignore[attr-defined] # FastAPI reads the signature from here
        [Parameter(name, Parameter.KEYWORD_ONLY, annotation=each) for name, each in parameters.items()]
    )
    route.__name__ = slug(kind).replace("-", "_")
    route.__doc__ = kind.__doc__
    return route


for _kind in COMMANDS:
    if not RIGHTS[_kind] <= NO_ACCOUNT:
        router.post(
            f"/commands/{slug(_kind)}",
            tags=["commands"],
            response_model=CommandDone,
            responses=refusals(401, 403, 409, 413, 422, 429, 503),
        )(_route(_kind))


class ShortCall(BaseModel):
    """A call as a telephone exchange tells it."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    number: Phrase | None = None
    words: Phrase | None = None
    complaint: Phrase | None = None
    lon: Number | None = None
    lat: Number | None = None
    radius_m: Number | None = Field(default=None, ge=0, le=100_000)
    datum: Datum | None = None
    line: Phrase | None = None


@router.post("/calls", tags=["commands"], response_model=CommandDone, responses=refusals(401, 403, 409, 413, 422, 503))
async def receive_call(call: ShortCall, session: TakesCalls, parts: HasParts) -> Response:
    """Report that 120 rings, in the exchange's short form; coordinates name their datum."""
    data = ReceiveCall(call.number, call.words, call.complaint, _handset_place(call), call.line)
    return await carry_out(parts, session, data)


def _handset_place(call: ShortCall) -> Any:  # noqa: ANN401 - Place | None
    if call.lon is None and call.lat is None:
        return None
    if call.lon is None or call.lat is None:
        raise BadFieldError("lon" if call.lon is None else "lat", "why.other_coordinate")
    if call.datum is None:
        raise BadFieldError("datum", "why.datum")
    radius_m = HANDSET_RADIUS_M if call.radius_m is None else call.radius_m
    body = PlaceBody(lon=call.lon, lat=call.lat, radius_m=radius_m, datum=call.datum, source=PlaceSource.HANDSET)
    return place_of(body, "lon")
