"""Answer how one drives: the way with its turns, and what is reached within some minutes."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.http.ground import point_of
from dispatch.adapters.http.guards import RefusedError, Seat, SignedIn, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts, Parts, weights_used
from dispatch.adapters.wire import JsonResponse
from dispatch.errors import Refused
from dispatch.evidence import of_one_epoch
from dispatch.texts_catalogue import Language, say
from geo.point import Point
from geo.reach import Reach, as_geojson
from geo.snap import NoRoad
from geo.turn_list import TurnStep

router = APIRouter(prefix="/api", tags=["driving"], default_response_class=JsonResponse, route_class=StrictRoute)

REACH_WAITING = 4  # questions behind the one that is answered; more are sent away
REACH_KEPT = 16  # areas that several seats look at
REACH_LIMITS = 3  # areas in one answer
REACH_RETRY_S = 2


@router.get("/route", responses=refusals(401, 404, 422))
async def route(
    _session: SignedIn,
    parts: HasParts,
    start: Annotated[str, Query(alias="from")],
    to: Annotated[str, Query()],
    turns: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query's flag
) -> Response:
    """Find the fastest way between two WGS-84 points, as ``lon,lat``; with ``turns`` what a crew is told on it."""
    ends, travel = (point_of(start, "from"), point_of(to, "to")), parts.sources.travel
    try:
        way, epoch = await asyncio.to_thread(of_one_epoch, parts.sources, lambda: travel.route(*ends))
    except NoRoad as error:
        raise RefusedError(404, Refused("not_on_map")) from error
    if way is None:
        raise RefusedError(404, Refused("route_unavailable"))
    line = {"type": "LineString", "coordinates": [[point.lon, point.lat] for point in way.geometry]}
    numbers = {name: getattr(way, name) for name in ("duration_s", "distance_m", "from_snap_m", "to_snap_m")}
    steps = {"steps": [_step(each) for each in travel.turn_list(way)]} if turns else {}
    return JsonResponse({**numbers, "geometry": line, **steps} | weights_used(parts, epoch))


def _step(step: TurnStep) -> dict[str, Any]:
    return {
        "turn": step.turn,
        "text": {"zh": _sentence(step, "zh"), "en": _sentence(step, "en")},
        "distance_m": round(step.distance_m, 1),
        "duration_s": round(step.duration_s, 1),
    }


def _sentence(step: TurnStep, language: Language) -> str:
    """Word one step; a road without an English name keeps its Chinese one."""
    name = None if step.name is None else (step.name.en if language == "en" else None) or step.name.zh
    return say(step.code, {"name": name, "exit": step.exit_number}, language)


@router.get("/reach", responses=refusals(401, 403, 404, 422, 429))
async def reach(
    _session: Seat,
    parts: HasParts,
    minutes: Annotated[str, Query(max_length=40)],
    unit: Annotated[str | None, Query()] = None,
    start: Annotated[str | None, Query(alias="from")] = None,
) -> Response:
    """Draw what is reached within each of ``minutes`` (``5,10``) from a unit's last fix or from a WGS-84 ``lon,lat``.

    A whole city takes a third of a second: one question is answered at a time, a few wait, more get 429.
    """
    limits = _minutes(minutes, parts.limits.reach_minutes)
    if (unit is None) == (start is None):
        raise BadFieldError("from", "is given, or unit, and not both")
    fix = None if unit is None else parts.sources.fleet.fix(unit)
    if unit is not None and fix is None:
        raise RefusedError(404, Refused("not_found", {"what": "what.unit"}))
    point = fix.point if fix is not None else point_of(start or "", "from")
    found, epoch = await _reached(parts, point, limits)
    told = {"from": [point.lon, point.lat], "fix_at": None if fix is None else fix.at}
    return JsonResponse(as_geojson(found) | told | weights_used(parts, epoch))


def _minutes(written: str, most: float) -> tuple[float, ...]:
    try:
        limits = tuple(sorted({float(each) for each in written.split(",")}))
    except ValueError as error:
        raise BadFieldError("minutes", "is one or more numbers, as 5,10") from error
    if len(limits) > REACH_LIMITS or not all(0 < each <= most for each in limits):
        raise BadFieldError("minutes", f"is at most {REACH_LIMITS} numbers above 0 and not above {most:g}")
    return limits


async def _reached(parts: Parts, point: Point, limits: tuple[float, ...]) -> tuple[list[Reach], int]:
    mine = parts.reaching
    if mine.waiting > REACH_WAITING:
        raise RefusedError(429, Refused("reach_busy", {"wait_s": REACH_RETRY_S}))
    mine.waiting += 1
    try:
        async with mine.turn:
            return await _known_or_found(parts, point, limits)
    finally:
        mine.waiting -= 1


async def _known_or_found(parts: Parts, point: Point, limits: tuple[float, ...]) -> tuple[list[Reach], int]:
    kept, travel = parts.reaching.kept, parts.sources.travel
    known = kept.get((point, limits, travel.weights_epoch))
    if known is not None:
        return known, travel.weights_epoch
    try:
        found, epoch = await asyncio.to_thread(of_one_epoch, parts.sources, lambda: travel.reach([point], limits))
    except NoRoad as error:
        raise RefusedError(404, Refused("not_on_map")) from error
    if len(kept) >= REACH_KEPT:
        kept.clear()
    kept[point, limits, epoch] = found
    return found, epoch
