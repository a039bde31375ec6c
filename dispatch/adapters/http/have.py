"""Tell other systems how the city's hospitals stand, in the words of EDXL-HAVE."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.http.guards import one_of, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts
from dispatch.adapters.wire import JsonResponse
from dispatch.rights import SEATS
from dispatch.views.have import availability
from dispatch.words import Role

router = APIRouter(prefix="/api/exchange", tags=["reads"], default_response_class=JsonResponse, route_class=StrictRoute)

ReadsAvailability = Annotated[Session, Depends(one_of(*sorted(SEATS), Role.ADMIN, Role.SERVICE))]


@router.get("/have", responses=refusals(401, 403))
async def have(_session: ReadsAvailability, parts: HasParts) -> Response:
    """List every hospital's traffic, beds and clinical status; what has expired is named stale, no patient is in it."""
    now = parts.clock.now()
    return JsonResponse({"sent_at": now, "Hospital": availability(parts.feed.city, now)})
