"""Serve the caller's own page: what it may see, and what it may send. Its token is its only right."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.adapters.http.bodies import Moment, Number
from dispatch.adapters.http.guards import RefusedError, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.location.reading import told_point
from dispatch.adapters.pages.gate import PageGate, device_of
from dispatch.adapters.pages.one_time import token_hash
from dispatch.adapters.parts import HasParts, Parts
from dispatch.adapters.photos.sealed import JPEG, PhotoDiffersError
from dispatch.adapters.submission import When
from dispatch.adapters.telemetry.arrivals import TO_INCIDENT, Target, estimate
from dispatch.adapters.wire import JsonResponse
from dispatch.commands.link import OpenLink, SendPhoto, WriteMessage
from dispatch.commands.location import ReportPosition
from dispatch.errors import Refused
from dispatch.flow.link import MESSAGES_LIMIT, PHOTO_BYTES_MAX, PHOTOS_LIMIT
from dispatch.rights import LINK_ACCOUNT
from dispatch.state.city import City
from dispatch.state.location import Link
from dispatch.words import Actor, ClockSource, Place, Role, UnitStatus
from geo.datum import Datum, to_wgs84
from geo.places.locate import SourceKind
from geo.point import Point

router = APIRouter(prefix="/api/link", tags=["link"], default_response_class=JsonResponse, route_class=StrictRoute)

# A browser means 95 % by accuracy (W3C Geolocation API, 6.1).
CONFIDENCE = 0.95
RADIUS_MOST_M = 100_000.0
MESSAGE_MAX = 500
POLL_S = 5
UNCERTAIN_S = 60.0  # a caller's clock was never measured
_gate = PageGate()
ARRIVED = frozenset({UnitStatus.ON_SCENE, UnitStatus.AT_PATIENT})
LEAVING = frozenset({UnitStatus.PATIENT_LOADED, UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL})


async def of_link(request: Request, parts: HasParts, token: Annotated[str, Header(alias="X-Link-Token")] = "") -> Link:
    """Let in whoever holds the token of a link that still counts."""
    city = parts.feed.city
    link = city.links.get(city.link_tokens.get(token_hash(token[:200]), ""))
    return _gate.open_for(request, parts, token, link)


OfLink = Annotated[Link, Depends(of_link)]
ANSWERS = refusals(401, 404, 409, 410, 413, 422, 429, 503)


class Fix(BaseModel):
    """A position as the browser tells it: WGS-84 by the W3C's word, another datum if the page knows better."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    lon: Number
    lat: Number
    accuracy_m: Number = Field(ge=0, le=RADIUS_MOST_M)
    datum: Datum = Datum.WGS84
    at: Moment | None = None


class Words(BaseModel):
    """A line."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX)]


@router.get("", responses=ANSWERS)
async def look(link: OfLink, parts: HasParts) -> Response:
    """Show what the caller may see: the lines, how long the position is taken, how far the ambulance is."""
    return JsonResponse(await asyncio.to_thread(_page, parts, link))


@router.post("/open", responses=ANSWERS)
async def open_page(link: OfLink, request: Request, parts: HasParts) -> Response:
    """Note that the page is open."""
    return await _do(parts, link, OpenLink(link.id, device_of(request)))


@router.post("/position", responses=ANSWERS)
async def position(fix: Fix, link: OfLink, parts: HasParts) -> Response:
    """Take a position; what says nothing new is answered and not kept."""
    point = to_wgs84(told_point(fix.lon, fix.lat, "lon", "lat"), fix.datum)
    place = Place(point.lon, point.lat, fix.accuracy_m, fix.datum.value, SourceKind.LINK.value)
    data = ReportPosition(place, CONFIDENCE, link_id=link.id)
    return await _do(parts, link, data, _when(parts, fix.at))


@router.post("/messages", responses=ANSWERS)
async def write(words: Words, link: OfLink, parts: HasParts) -> Response:
    """Take a line from the caller."""
    return await _do(parts, link, WriteMessage(link.id, words.text))


@router.put("/photos/{photo_id}", responses=ANSWERS)
async def send_photo(
    photo_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")], request: Request, link: OfLink, parts: HasParts
) -> Response:
    """Take a photo that the telephone has made small; the answer means that it is stored."""
    jpeg = await request.body()
    if not jpeg.startswith(JPEG) or len(jpeg) > PHOTO_BYTES_MAX:
        raise RefusedError(422, Refused("link.photo_kind", {"limit_kb": PHOTO_BYTES_MAX // 1000}))
    if len(link.photos) >= PHOTOS_LIMIT and all(each.id != photo_id for each in link.photos):
        raise RefusedError(409, Refused("link.too_many_photos", {"limit": PHOTOS_LIMIT}))
    try:
        await asyncio.to_thread(parts.photos.put, link.id, photo_id, jpeg)
    except PhotoDiffersError as error:
        raise RefusedError(409, Refused("link.photo_differs")) from error
    return await _do(parts, link, SendPhoto(link.id, photo_id, len(jpeg)))


async def _do(parts: Parts, link: Link, data: Any, when: When | None = None) -> Response:  # noqa: ANN401 - a command
    actor = Actor(f"{LINK_ACCOUNT}{link.id}", Role.CALLER)
    outcome = await parts.submission.submit(actor, data, when=when)
    if isinstance(outcome, Refused):
        raise RefusedError(409, outcome)
    fresh = parts.feed.city.links.get(link.id, link)
    return JsonResponse(await asyncio.to_thread(_page, parts, fresh))


def _when(parts: Parts, at: datetime | None) -> When | None:
    """Believe a caller's clock only where it is plausible: not ahead, not older than its stream."""
    now = parts.clock.now()
    if at is None or at > now or (now - at).total_seconds() > UNCERTAIN_S:
        return None
    return When(at, ClockSource.DEVICE, UNCERTAIN_S)


def _page(parts: Parts, link: Link) -> dict[str, Any]:
    city, now = parts.feed.city, parts.clock.now()
    taken = link.stream_until is not None and now < link.stream_until
    return {
        "now": now,
        "language": link.language,
        "expires_at": link.expires_at,
        "stream_until": link.stream_until,
        "position": "wanted" if link.stream_until is None or taken else "over",
        "located": city.incidents[link.incident_id].place is not None,
        "messages": [{"at": each.at, "by": each.by, "text": each.text} for each in link.messages],
        "messages_left": MESSAGES_LIMIT - len(link.messages),
        "photos": len(link.photos),
        "photos_left": PHOTOS_LIMIT - len(link.photos),
        "ambulance": _ambulance(parts, city, link.incident_id, now),
        "poll_s": POLL_S,
    }


def _ambulance(parts: Parts, city: City, incident_id: str, now: datetime) -> dict[str, Any]:
    """Tell the family how far the nearest ambulance is: a phase and minutes, never where it drives."""
    incident, runs = city.incidents[incident_id], city.active_assignments(incident_id)
    statuses = {city.units[run.unit_id].status for run in runs}
    if statuses & LEAVING:
        return {"phase": "leaving"}
    if statuses & ARRIVED:
        return {"phase": "arrived"}
    coming = [run.unit_id for run in runs if city.units[run.unit_id].status in TO_INCIDENT]
    if not coming or incident.place is None:
        return {"phase": "coming" if coming else "waiting"}
    target = Target(f"incident:{incident_id}", Point(incident.place.lon, incident.place.lat))
    etas = estimate(dict.fromkeys(coming, target), parts.sources, now).values()
    known = [(each.low_s, each.high_s) for each in etas if each.low_s is not None and each.high_s is not None]
    if not known:
        return {"phase": "coming"}
    low_s, high_s = min(known)
    return {"phase": "coming", "low_min": max(1, int(low_s // 60)), "high_min": max(1, int(-(-high_s // 60)))}
