"""Give callers their page, and show the seats what comes from it."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.http.guards import (
    ReadsIncident,
    RefusedError,
    actor_of,
    by_rule,
    may_send,
    reads_incident,
    refusals,
)
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.location.network import Dialled
from dispatch.adapters.pages.one_time import PageSent, drawn_qr, fresh_token, page_url, sent_as_text, token_hash
from dispatch.adapters.parts import HasParts
from dispatch.adapters.wire import JsonResponse
from dispatch.commands.link import ReportLinkMessage, SendLink
from dispatch.errors import Refused
from dispatch.events.link import LinkSent

router = APIRouter(
    prefix="/api/incidents", tags=["location"], default_response_class=JsonResponse, route_class=StrictRoute
)
PhotoId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class LinkWanted(BaseModel):
    """To whom, in which language."""

    model_config = ConfigDict(extra="forbid")
    number: Dialled | None = None
    language: Literal["zh", "en"] = "zh"


class LinkMade(PageSent):
    """The link, once: it can be read out, scanned, or has gone out as a text message."""

    link_id: str


@router.post("/{incident_id}/link", response_model=LinkMade, responses=refusals(401, 403, 404, 409, 422, 429, 503))
async def send_link(
    incident_id: str,
    wanted: LinkWanted,
    request: Request,
    session: Annotated[Session, Depends(may_send(SendLink))],
    _reads: Annotated[Session, Depends(reads_incident)],
    parts: HasParts,
) -> Response:
    """Make a one-time page for a caller, and send it when there is a way to send text messages."""
    token = fresh_token()
    data = SendLink(incident_id, token_hash(token), wanted.number, wanted.language)
    outcome = await parts.submission.submit(actor_of(session), data)
    if isinstance(outcome, Refused):
        raise by_rule(outcome)
    sent = next(each.data for each in outcome.facts if isinstance(each.data, LinkSent))
    url = page_url(parts, request, "link", token)
    message = await sent_as_text(parts, wanted.number, "link.message", wanted.language, url)
    if wanted.number is not None:
        await parts.submission.submit(actor_of(session), ReportLinkMessage(sent.link_id, message))
    answer = {"link_id": sent.link_id, "url": url, "expires_at": sent.expires_at, "message": message}
    return JsonResponse({**answer, "qr_svg": await drawn_qr(url)})


@router.get("/{incident_id}/photos/{photo_id}", responses=refusals(401, 403, 404, 422))
async def photo(incident_id: str, photo_id: PhotoId, _session: ReadsIncident, parts: HasParts) -> Response:
    """Show a caller's photo to who may see the incident."""
    city = parts.feed.city
    links = (city.links[each] for each in city.incidents[incident_id].link_ids)
    owner = next((link.id for link in links if any(each.id == photo_id for each in link.photos)), None)
    jpeg = None if owner is None else await asyncio.to_thread(parts.photos.get, owner, photo_id)
    if jpeg is None:
        raise RefusedError(404, Refused("not_found", {"what": "what.photo"}))
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})
