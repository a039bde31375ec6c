"""Serve a physician's own page for one patient: what they may see, the ECGs, their reading, lines and orders.

Its token is its only right; it comes behind the # and travels in a header. One device opens it, its time is short.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from center_protocols.finding_groups import EcgResult
from center_protocols.findings import Findings, findings_from
from dispatch import commands as c
from dispatch.adapters.http.bodies import OrderCode
from dispatch.adapters.http.ecg import EcgId, ecg_response
from dispatch.adapters.http.guards import RefusedError, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.pages.gate import PageGate, device_of
from dispatch.adapters.pages.one_time import token_hash
from dispatch.adapters.parts import HasParts, Parts
from dispatch.adapters.wire import JsonResponse
from dispatch.errors import Refused
from dispatch.rights_of_care import READER_ACCOUNT
from dispatch.state.consult import ReaderLink
from dispatch.state.incident import Patient
from dispatch.words import Actor, Role

router = APIRouter(prefix="/api/reader", tags=["consult"], default_response_class=JsonResponse, route_class=StrictRoute)

POLL_S = 3
LINE_MAX = 500
VITALS_BACK = timedelta(minutes=10)
_gate = PageGate()


async def of_reader(
    request: Request, parts: HasParts, token: Annotated[str, Header(alias="X-Link-Token")] = ""
) -> ReaderLink:
    """Let in whoever holds the token of a physician's link that still counts, on the device that opened it."""
    city = parts.feed.city
    link = city.reader_links.get(city.reader_tokens.get(token_hash(token[:200]), ""))
    return _gate.open_for(request, parts, token, link)


async def of_opened(link: Annotated[ReaderLink, Depends(of_reader)]) -> ReaderLink:
    """Let in the device that has opened the page: nothing of the patient is shown before."""
    if link.opened_at is None:
        raise RefusedError(409, Refused("reader.not_open"))
    return link


OfReader = Annotated[ReaderLink, Depends(of_reader)]
OfOpenedReader = Annotated[ReaderLink, Depends(of_opened)]
ANSWERS = refusals(401, 404, 409, 410, 422, 429, 503)


class ReadingGiven(BaseModel):
    """What the physician saw in one ECG."""

    model_config = ConfigDict(extra="forbid")
    ecg_id: EcgId
    reading: Literal[
        EcgResult.STEMI,
        EcgResult.STEMI_EQUIVALENT,
        EcgResult.DYNAMIC_ST,
        EcgResult.NEW_LBBB,
        EcgResult.ARRHYTHMIA,
        EcgResult.OTHER_ABNORMAL,
        EcgResult.NORMAL,
        EcgResult.UNREADABLE,
    ]


class LineWritten(BaseModel):
    """A line to the crew and the department."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=1, max_length=LINE_MAX)]


class OrderWanted(BaseModel):
    """What the crew is asked for."""

    model_config = ConfigDict(extra="forbid")
    code: OrderCode
    dose: Annotated[str, Field(max_length=80)] | None = None
    note: Annotated[str, Field(max_length=LINE_MAX)] | None = None


@router.post("/open", responses=ANSWERS)
async def open_page(link: OfReader, request: Request, parts: HasParts) -> Response:
    """Open the page on this device: from now on on no other."""
    return await _do(parts, link, c.OpenReaderLink(link.patient_id, link.id, device_of(request)))


@router.get("", responses=ANSWERS)
async def look(link: OfOpenedReader, parts: HasParts) -> Response:
    """Show the patient as they are now."""
    return JsonResponse(await _page(parts, link))


@router.get("/ecgs/{ecg_id}", responses=ANSWERS)
async def ecg(ecg_id: EcgId, link: OfOpenedReader, parts: HasParts) -> Response:
    """Give the samples of one of this patient's ECGs."""
    return await asyncio.to_thread(ecg_response, parts, link.patient_id, ecg_id)


@router.post("/readings", responses=ANSWERS)
async def read(given: ReadingGiven, link: OfOpenedReader, parts: HasParts) -> Response:
    """Take the reading: crew and wall see it at once."""
    return await _do(parts, link, c.ReadEcg(link.patient_id, given.ecg_id, given.reading.value))


@router.post("/lines", responses=ANSWERS)
async def write(line: LineWritten, link: OfOpenedReader, parts: HasParts) -> Response:
    """Take a line."""
    return await _do(parts, link, c.WriteToTeam(link.patient_id, line.text))


@router.post("/orders", responses=ANSWERS)
async def order(wanted: OrderWanted, link: OfOpenedReader, parts: HasParts) -> Response:
    """Take an order."""
    return await _do(parts, link, c.GiveOrder(link.patient_id, str(wanted.code), wanted.dose, wanted.note))


@router.post("/leave", responses=ANSWERS)
async def leave(link: OfOpenedReader, parts: HasParts) -> Response:
    """Leave the patient; the page is over."""
    await _submit(parts, link, c.LeavePatient(link.patient_id))
    return JsonResponse({"left": True})


def _actor(link: ReaderLink) -> Actor:
    return Actor(f"{READER_ACCOUNT}{link.id}", Role.REMOTE_PHYSICIAN)


async def _submit(parts: Parts, link: ReaderLink, data: Any) -> None:  # noqa: ANN401 - any command
    outcome = await parts.submission.submit(_actor(link), data)
    if isinstance(outcome, Refused):
        raise RefusedError(409, outcome)


async def _do(parts: Parts, link: ReaderLink, data: Any) -> Response:  # noqa: ANN401 - any command
    await _submit(parts, link, data)
    return JsonResponse(await _page(parts, parts.feed.city.reader_links[link.id]))


async def _page(parts: Parts, link: ReaderLink) -> dict[str, Any]:
    """Return what the physician may see: never a name, never where."""
    city, now = parts.feed.city, parts.clock.now()
    patient = city.patients[link.patient_id]
    center = city.centers[patient.center_id].name if patient.center_id else None
    return {
        "now": now,
        "language": link.language,
        "physician": link.physician,
        "account": _actor(link).account,
        "expires_at": link.expires_at,
        "poll_s": POLL_S,
        "patient": _person(patient),
        "center": center,
        "conditions": [{"code": each.code, "status": each.status} for each in patient.conditions],
        "vitals": await _vitals(parts, patient, now),
        "treatments": patient.treatments,
        "ecgs": patient.ecgs,
        "orders": patient.orders,
        "lines": patient.lines,
        "over": patient.outcome is not None,
    }


def _person(patient: Patient) -> dict[str, Any]:
    known: Findings = findings_from(patient.findings)
    return {
        "code": patient.code,
        "sex": patient.findings.get("sex"),
        "age": patient.findings.get("age"),
        "complaint": known.complaint,
    }


async def _vitals(parts: Parts, patient: Patient, now: datetime) -> dict[str, Any] | None:
    """Return the newest values with their time: the monitor's, or those entered by hand where they are newer."""
    streamed = await parts.measurements.stored_vitals(patient.id, now - VITALS_BACK)
    latest = streamed[-1] if streamed else None
    by_hand = patient.vitals
    if latest is not None and (by_hand is None or latest["at"] >= by_hand.at):
        return {"at": latest["at"], "values": latest["values"], "by_hand": False}
    return None if by_hand is None else {"at": by_hand.at, "values": by_hand.values, "by_hand": True}
