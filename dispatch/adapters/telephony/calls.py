"""Answer what a seat asks about a call: who rang before, what it may repeat, what is expected; take a record out."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import PlainTextResponse

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.http.bodies import Words
from dispatch.adapters.http.guards import ReadsHistory, RefusedError, SignedIn, actor_of, may_send, one_of, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts, Parts
from dispatch.adapters.telephony.record import Export, record_of, record_text
from dispatch.adapters.wire import JsonResponse
from dispatch.adapters.worded import worded
from dispatch.commands.call import ExportRecord
from dispatch.errors import Refused
from dispatch.events.call import CallLinked
from dispatch.evolve import history_of
from dispatch.fact import Fact
from dispatch.flow.duplicates import same_events
from dispatch.rights import SEATS
from dispatch.state.city import City
from dispatch.views.caller import caller_history

router = APIRouter(prefix="/api", tags=["telephony"], default_response_class=JsonResponse, route_class=StrictRoute)
SeatOnly = Annotated[Session, Depends(one_of(*sorted(SEATS)))]
MayExport = Annotated[Session, Depends(may_send(ExportRecord))]


@router.get("/calls/{call_id}/caller", responses=refusals(401, 403, 404))
async def caller(call_id: str, _session: SeatOnly, parts: HasParts) -> Response:
    """List earlier calls of this number, where they led and how they ended, and the marks it carries."""
    city = parts.feed.city
    if call_id not in city.calls:
        raise RefusedError(404, Refused("not_found", {"what": "what.call"}))
    return JsonResponse(caller_history(city, call_id))


@router.get("/incidents/{incident_id}/same-events", responses=refusals(401, 403, 404))
async def same(incident_id: str, _session: ReadsHistory, parts: HasParts) -> Response:
    """Propose open incidents that this one may repeat, with what speaks for it. Nothing links itself."""
    city = parts.feed.city
    return JsonResponse(worded(await asyncio.to_thread(same_events, city, incident_id, parts.rules)))


@router.get("/telephony/targets", responses=refusals(401))
async def targets(_session: SignedIn, parts: HasParts) -> Response:
    """Say within how many seconds a ring is answered and an abandoned caller rung back."""
    rules = parts.rules
    names = ("answer_within_s", "claim_within_s", "overflow_after_s", "overflow_group", "call_back_within_s")
    return JsonResponse({name: getattr(rules, name) for name in names})


class RecordAsked(BaseModel):
    """What a record is taken out for, and in which form."""

    model_config = ConfigDict(extra="forbid")
    purpose: Annotated[Words, Field(max_length=500)]
    form: Literal["json", "text"] = "json"


@router.post("/incidents/{incident_id}/record", responses=refusals(401, 403, 404, 409, 422, 503))
async def take_record(incident_id: str, asked: RecordAsked, session: MayExport, parts: HasParts) -> Response:
    """Take an incident's whole record out: first it is written down who does and what for, then it is given."""
    if incident_id not in parts.feed.city.incidents:
        raise RefusedError(404, Refused("not_found", {"what": "what.incident"}))
    outcome = await parts.submission.submit(actor_of(session), ExportRecord(incident_id, asked.purpose, asked.form))
    if isinstance(outcome, Refused):
        raise RefusedError(409, outcome)
    city, now = parts.feed.city, parts.clock.now()
    facts = await asyncio.to_thread(every_fact, parts, city, incident_id)
    record = record_of(city, incident_id, facts, Export(session.account, now, asked.purpose))
    return PlainTextResponse(record_text(record)) if asked.form == "text" else JsonResponse(record)


@router.post("/calls/{call_id}/record", responses=refusals(401, 403, 404, 409, 422, 503))
async def take_record_of_call(call_id: str, asked: RecordAsked, session: MayExport, parts: HasParts) -> Response:
    """Take the record out by one of its calls, named by its id here or at the exchange, where its recording lies."""
    city = parts.feed.city
    ours = city.exchange_calls.get(call_id, call_id)
    if ours not in city.calls:
        raise RefusedError(404, Refused("not_found", {"what": "what.call"}))
    return await take_record(city.calls[ours].incident_id, asked, session, parts)


def every_fact(parts: Parts, city: City, incident_id: str) -> list[Fact]:
    """Read the facts of an incident, and what callers said before their calls were linked to it."""
    facts = parts.journal.facts_of(history_of(city, incident_id))
    before = {each.data.from_incident_id for each in facts if isinstance(each.data, CallLinked)} - {incident_id}
    more = [seq for each in sorted(before) for seq in history_of(city, each)]
    known = {each.seq for each in facts}
    linked = parts.journal.facts_of(tuple(seq for seq in more if seq not in known))
    return sorted([*facts, *linked], key=lambda each: each.seq)
