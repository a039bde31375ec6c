"""Take the events of the exchange: signed with the shared secret, or from the account of a connected system."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from dispatch.adapters.http.guards import RefusedError, actor_of, refusals, signed_in
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts
from dispatch.adapters.telephony.line_events import LineEventBodies, LineTeller
from dispatch.adapters.telephony.signature import FRESH, SIGNATURE_HEADER, TIME_HEADER, is_signed, offset
from dispatch.adapters.wire import JsonResponse, done_body, refusal_body
from dispatch.errors import Refused
from dispatch.words import Actor, Role

router = APIRouter(prefix="/api/telephony", default_response_class=JsonResponse, route_class=StrictRoute)
EXCHANGE = Actor("exchange", Role.SERVICE)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who tells, and how far their clock is behind ours."""

    actor: Actor
    behind: timedelta = timedelta()


async def from_the_exchange(request: Request, parts: HasParts) -> Sender:
    """Let in who signs with the shared secret, or a signed-in connected system."""
    signature = request.headers.get(SIGNATURE_HEADER)
    if signature is None:
        session = await signed_in(request, parts)
        if session.role is not Role.SERVICE:
            raise RefusedError(403, Refused("not_your_role", {"role": f"role.{session.role}"}))
        return Sender(actor_of(session))
    at_ms, body = request.headers.get(TIME_HEADER, ""), await request.body()
    if parts.exchange_secret is None or not is_signed(parts.exchange_secret, at_ms, body, signature):
        raise RefusedError(401, Refused("exchange.not_trusted"))
    behind = offset(at_ms, parts.clock.now())
    if behind is None:
        raise RefusedError(401, Refused("exchange.too_old", {"limit_s": round(FRESH.total_seconds())}))
    return Sender(EXCHANGE, behind)


FromExchange = Annotated[Sender, Depends(from_the_exchange)]


@router.post("/events", tags=["telephony"], responses=refusals(401, 403, 409, 413, 422, 503))
async def take_events(told: LineEventBodies, sender: FromExchange, parts: HasParts) -> Response:
    """Take what lines did: ring, answered, held, retrieved, transferred, hung_up. Repeats are harmless."""
    teller = LineTeller(parts.submission, parts.line_events, sender.actor, sender.behind)
    outcomes = await teller.tell_all(told.events)
    rows: list[dict[str, Any]] = [
        refusal_body(each) if isinstance(each, Refused) else done_body(each.seq, each.facts) for each in outcomes
    ]
    named = [{"event_id": body.event_id, **row} for body, row in zip(told.events, rows, strict=True)]
    changed = any(isinstance(each, Refused) for each in outcomes)
    return JsonResponse({"results": named}, 409 if changed else 200)
