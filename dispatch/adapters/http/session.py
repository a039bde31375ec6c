"""Sign in, sign out, and get a ticket for the socket."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.adapters.http.bodies import Column
from dispatch.adapters.http.guards import COOKIE, REFUSED_WITH_TEXT, RefusedError, SignedIn, from_our_pages, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.live.live_socket import session_body
from dispatch.adapters.parts import HasParts
from dispatch.adapters.wire import JsonResponse
from dispatch.errors import Refused

router = APIRouter(prefix="/api", tags=["session"], default_response_class=JsonResponse, route_class=StrictRoute)


class Credentials(BaseModel):
    """Who signs in."""

    model_config = ConfigDict(extra="forbid")
    account: Annotated[Column, Field(min_length=1, max_length=80)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


@router.post("/session", responses=refusals(401, 403, 422, 429))
async def sign_in(credentials: Credentials, request: Request, parts: HasParts) -> Response:
    """Sign in; the token is in the answer and in an HttpOnly cookie."""
    if not from_our_pages(request, parts.origins):
        raise RefusedError(403, Refused("foreign_origin"))
    address = request.client.host if request.client else "unknown"
    outcome = await parts.access.sign_in(credentials.account, credentials.password, address)
    if isinstance(outcome, Refused):
        raise RefusedError(401 if outcome.code == "wrong_password" else 429, outcome)
    token, session = outcome
    answer = JsonResponse({"token": token, **session_body(session)})
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure, expires=session.expires_at)
    return answer


@router.get("/session", responses={**refusals(401), **REFUSED_WITH_TEXT})
async def who_am_i(session: SignedIn) -> Response:
    """Say who is signed in."""
    return JsonResponse(session_body(session))


@router.delete("/session", status_code=204, responses=refusals(401, 403))
async def sign_out(session: SignedIn, parts: HasParts) -> Response:
    """End the session; its sockets close."""
    await parts.access.sign_out(session)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/ticket", responses=refusals(401, 403))
async def ticket(session: SignedIn, parts: HasParts) -> Response:
    """Give a ticket that opens one socket within 30 s."""
    made, expires_at = await parts.access.make_ticket(session)
    return JsonResponse({"ticket": made, "expires_at": expires_at})


@router.get("/demo", responses=refusals(404))
async def demo(parts: HasParts) -> Response:
    """List the accounts to try; there are none outside the demo."""
    if not parts.demo_accounts:
        raise RefusedError(404, Refused("not_found", {"what": "what.demo"}))
    accounts: Any = parts.demo_accounts
    return JsonResponse(accounts)
