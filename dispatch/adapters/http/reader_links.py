"""Give a physician without an account their own page for one patient."""

import asyncio
import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.http.guards import RefusedError, actor_of, may_send, reads_patient, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.location.links import TOKEN_BYTES, drawn_qr, token_hash
from dispatch.adapters.location.network import Dialled
from dispatch.adapters.parts import HasParts
from dispatch.adapters.wire import JsonResponse
from dispatch.commands.consult import SendReaderLink
from dispatch.errors import Refused
from dispatch.events.consult import ReaderLinkSent
from dispatch.texts_catalogue import text

router = APIRouter(
    prefix="/api/patients", tags=["consult"], default_response_class=JsonResponse, route_class=StrictRoute
)


class ReaderWanted(BaseModel):
    """Who is asked to look, at which number, in which language."""

    model_config = ConfigDict(extra="forbid")
    physician: Annotated[str, Field(min_length=1, max_length=80)]
    number: Dialled | None = None
    language: Literal["zh", "en"] = "zh"


class ReaderLinkMade(BaseModel):
    """The link, once: it can be scanned, or has gone out as a text message."""

    reader_link_id: str
    url: str
    expires_at: str
    message: Literal["sent", "failed", "none"]
    qr_svg: str


@router.post(
    "/{patient_id}/reader-link", response_model=ReaderLinkMade, responses=refusals(401, 403, 404, 409, 422, 503)
)
async def send_reader_link(
    patient_id: str,
    wanted: ReaderWanted,
    request: Request,
    session: Annotated[Session, Depends(may_send(SendReaderLink))],
    _reads: Annotated[Session, Depends(reads_patient)],
    parts: HasParts,
) -> Response:
    """Make a one-time page for a named physician, and send it when there is a way to send text messages."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    data = SendReaderLink(patient_id, token_hash(token), wanted.physician, wanted.language)
    outcome = await parts.submission.submit(actor_of(session), data)
    if isinstance(outcome, Refused):
        raise RefusedError(409, outcome)
    sent = next(each.data for each in outcome.facts if isinstance(each.data, ReaderLinkSent))
    url = f"{parts.link_url or str(request.base_url).rstrip('/')}/reader/#{token}"
    said = text("reader.message")
    words = (said.zh if wanted.language == "zh" else said.en).replace("{url}", url)
    message = await parts.text_messages.send(wanted.number, words)
    answer = {"reader_link_id": sent.reader_link_id, "url": url, "expires_at": sent.expires_at, "message": message}
    return JsonResponse({**answer, "qr_svg": await asyncio.to_thread(drawn_qr, url)})
