"""Give a physician without an account their own page for one patient."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.http.guards import RefusedError, actor_of, may_send, reads_patient, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.location.network import Dialled
from dispatch.adapters.pages.one_time import PageSent, drawn_qr, fresh_token, page_url, sent_as_text, token_hash
from dispatch.adapters.parts import HasParts
from dispatch.adapters.wire import JsonResponse
from dispatch.commands.consult import SendReaderLink
from dispatch.errors import Refused
from dispatch.events.consult import ReaderLinkSent

router = APIRouter(
    prefix="/api/patients", tags=["consult"], default_response_class=JsonResponse, route_class=StrictRoute
)


class ReaderWanted(BaseModel):
    """Who is asked to look, at which number, in which language."""

    model_config = ConfigDict(extra="forbid")
    physician: Annotated[str, Field(min_length=1, max_length=80)]
    number: Dialled | None = None
    language: Literal["zh", "en"] = "zh"


class ReaderLinkMade(PageSent):
    """The link, once: it can be scanned, or has gone out as a text message."""

    reader_link_id: str


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
    token = fresh_token()
    data = SendReaderLink(patient_id, token_hash(token), wanted.physician, wanted.language)
    outcome = await parts.submission.submit(actor_of(session), data)
    if isinstance(outcome, Refused):
        raise RefusedError(409, outcome)
    sent = next(each.data for each in outcome.facts if isinstance(each.data, ReaderLinkSent))
    url = page_url(parts, request, "reader", token)
    message = await sent_as_text(parts, wanted.number, "reader.message", wanted.language, url)
    answer = {"reader_link_id": sent.reader_link_id, "url": url, "expires_at": sent.expires_at, "message": message}
    return JsonResponse({**answer, "qr_svg": await drawn_qr(url)})
