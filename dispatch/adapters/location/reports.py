"""Take positions: from networks and telephones (signed, or a connected system's account), and pasted by a seat."""

import hashlib
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from ulid import ULID

from dispatch.adapters.accounts.storage import Session
from dispatch.adapters.http.bodies import TEXT_MAX, BadFieldError
from dispatch.adapters.http.commands import CommandDone, carry_out
from dispatch.adapters.http.guards import RefusedError, may_send, reads_incident, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.location.aml import read_form, read_sms
from dispatch.adapters.location.network import CellSector, Dialled, FixedLine
from dispatch.adapters.location.pasted import find_coordinates
from dispatch.adapters.location.pidf import read_pidf
from dispatch.adapters.location.reading import Reading
from dispatch.adapters.parts import HasParts, Parts
from dispatch.adapters.submission import AHEAD_MAX, When
from dispatch.adapters.telephony.webhook import FromExchange, Sender
from dispatch.adapters.wire import JsonResponse, done_body
from dispatch.commands.location import ReportPosition
from dispatch.errors import Refused
from dispatch.words import ClockSource, Place
from geo.places.locate import SourceKind

router = APIRouter(prefix="/api", tags=["location"], default_response_class=JsonResponse, route_class=StrictRoute)
ANSWERS = refusals(401, 403, 409, 413, 422, 503)
MEASURED_S = 1.0  # a telephone's time comes from its network or its satellites
SEVERAL_CONFIDENCE = 0.95


class AmlSms(BaseModel):
    """A text message as the mobile network hands it over."""

    model_config = ConfigDict(extra="forbid")
    number: Dialled
    body: Annotated[str, Field(max_length=TEXT_MAX)]


class PastedText(BaseModel):
    """What somebody sent or read out."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]


@router.post("/location/aml-sms", response_model=CommandDone, responses=ANSWERS)
async def aml_sms(message: AmlSms, sender: FromExchange, parts: HasParts) -> Response:
    """Take an AML text message (ETSI TS 103 625)."""
    return await _take(
        parts, sender, read_sms(message.body, message.number), f"{message.number}{message.body}".encode()
    )


@router.post("/location/aml", response_model=CommandDone, responses=ANSWERS)
async def aml_form(request: Request, sender: FromExchange, parts: HasParts) -> Response:
    """Take an AML form, as telephones post it over HTTPS."""
    body = await request.body()
    return await _take(parts, sender, read_form(body), body)


@router.post("/location/pidf", response_model=CommandDone, responses=ANSWERS)
async def pidf(request: Request, sender: FromExchange, parts: HasParts) -> Response:
    """Take a position by value: PIDF-LO, alone or in a HELD answer."""
    body = await request.body()
    return await _take(parts, sender, read_pidf(body), body)


@router.post("/location/cell", response_model=CommandDone, responses=ANSWERS)
async def cell(told: CellSector, request: Request, sender: FromExchange, parts: HasParts) -> Response:
    """Take the sector of the base station that carries the call."""
    return await _take(parts, sender, told.reading(), await request.body())


@router.post("/location/fixed-line", response_model=CommandDone, responses=ANSWERS)
async def fixed_line(told: FixedLine, request: Request, sender: FromExchange, parts: HasParts) -> Response:
    """Take the address of a fixed line."""
    return await _take(parts, sender, told.reading(), await request.body())


@router.post("/incidents/{incident_id}/pasted", response_model=CommandDone, responses=refusals(401, 403, 404, 409, 422))
async def pasted(
    incident_id: str,
    told: PastedText,
    session: Annotated[Session, Depends(may_send(ReportPosition))],
    _reads: Annotated[Session, Depends(reads_incident)],
    parts: HasParts,
) -> Response:
    """Find the coordinates in a text, in any notation; every place that they can mean is kept."""
    found = find_coordinates(told.text, parts.pack.bbox)
    if found is None:
        raise RefusedError(409, Refused("position.no_coordinates"))
    places = tuple(
        Place(each.point.lon, each.point.lat, found.radius_m, each.datum.value, SourceKind.PASTED.value)
        for each in found.candidates
    )
    data = ReportPosition(
        places[0],
        SEVERAL_CONFIDENCE,
        incident_id=incident_id,
        alternatives=places[1:],
        detail={"notation": found.notation},
    )
    return await carry_out(parts, session, data)


async def _take(parts: Parts, sender: Sender, reading: Reading, body: bytes) -> Response:
    """Bring a reading to the desk; the same bytes are the same command, however often they come."""
    at = reading.at or parts.clock.now() - sender.behind
    data = ReportPosition(
        reading.place(),
        reading.confidence,
        number=reading.number,
        outline=reading.outline(),
        indoors=reading.indoors,
        detail=reading.detail,
    )
    when = _measured(parts, at)
    command_id = None if reading.at is None else _id_of(when.at, body)
    outcome = await parts.submission.submit(sender.actor, data, command_id=command_id, when=when)
    if isinstance(outcome, Refused):
        raise RefusedError(409, outcome)
    return JsonResponse(done_body(outcome.seq, outcome.facts))


def _measured(parts: Parts, at: datetime) -> When:
    now = parts.clock.now()
    if at - now > AHEAD_MAX * parts.clock.speed:
        raise BadFieldError("at", "why.in_future")
    return When(min(at, now), ClockSource.DEVICE, MEASURED_S)


def _id_of(at: datetime, body: bytes) -> str:
    """Derive a command's id from its content: its time, and a hash for chance."""
    chance = hashlib.sha256(body).digest()[:10]
    return str(ULID.from_bytes(int(at.timestamp() * 1000).to_bytes(6, "big") + chance))
