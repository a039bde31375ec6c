"""Say whether it matters where exactly it is: the same unit first from everywhere, or the one question that decides."""

import asyncio
from collections import Counter, defaultdict
from typing import Any

from fastapi import APIRouter, Response

from dispatch.adapters.http.ground import reverse_of
from dispatch.adapters.http.guards import ReadsRecommendation, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts, Parts
from dispatch.adapters.wire import JsonResponse
from dispatch.adapters.worded import worded
from dispatch.city import City
from dispatch.incident import Incident
from dispatch.unit_traits import READY
from dispatch.words import Reason
from geo.places.reverse_place import Whereabouts
from geo.point import Point, distance_m
from geo.snap import NoRoad
from geo.uncertain import Disc, positions_in

router = APIRouter(prefix="/api/incidents", tags=["location"], route_class=StrictRoute)
LOOKED_AT = 16  # positions of each possible place; a screen asks again with every fix
DISCS_MOST = 6
RADIUS_MOST_M = 5_000.0  # wider, and the question is not which street


@router.get("/{incident_id}/whereabouts", responses=refusals(401, 403, 404))
async def whereabouts(incident_id: str, _session: ReadsRecommendation, parts: HasParts) -> Response:
    """Rank the nearest unit over every possible place; when it is not the same, name what separates the places."""
    city = parts.feed.city
    return JsonResponse(await asyncio.to_thread(_answer, parts, city, incident_id))


def possible_discs(city: City, incident: Incident) -> list[Disc]:
    """Return where it may be: the estimate's places, and every place of words that nobody has chosen yet."""
    if incident.place is not None and incident.place.confirmed:
        return [_disc(incident.place.lon, incident.place.lat, incident.place.radius_m)]
    found = [] if incident.estimate is None else list(incident.estimate.possible)
    open_words = [city.positions[each] for each in incident.position_ids if city.positions[each].alternatives]
    named = {each.id for each in open_words}
    discs = [_disc(each.lon, each.lat, each.radius_m) for each in found if not set(each.sources) <= named]
    discs += [_disc(place.lon, place.lat, place.radius_m) for each in open_words for place in each.places]
    if not discs and incident.place is not None:
        discs = [_disc(incident.place.lon, incident.place.lat, incident.place.radius_m)]
    return discs[:DISCS_MOST]


def _disc(lon: float, lat: float, radius_m: float) -> Disc:
    return Disc(Point(lon, lat), min(radius_m, RADIUS_MOST_M))


def _answer(parts: Parts, city: City, incident_id: str) -> dict[str, Any]:
    firsts: dict[str, list[Point]] = defaultdict(list)
    for disc in possible_discs(city, city.incidents[incident_id]):
        for lon, lat in positions_in(disc)[:LOOKED_AT].tolist():
            first = _first_unit(parts, Point(lon, lat))
            if first is not None:
                firsts[first].append(Point(lon, lat))
    if not firsts:
        return {"same_unit": None, "unit_id": None, "question": None}
    ranked = Counter({unit_id: len(points) for unit_id, points in firsts.items()}).most_common()
    best = ranked[0][0]
    if len(ranked) == 1:
        return {"same_unit": True, "unit_id": best, "question": None}
    asked = deciding_question(*(_described(parts, firsts[unit_id]) for unit_id, _ in ranked[:2]))
    return {"same_unit": False, "unit_id": best, "question": worded(asked)}


def _first_unit(parts: Parts, point: Point) -> str | None:
    try:
        near = parts.sources.travel.nearest(point, parts.sources.fleet, 1, wanted=READY)
    except NoRoad:
        return None
    return next((each.id for each in near if each.eta_s is not None), None)


def _described(parts: Parts, points: list[Point]) -> Whereabouts:
    """Describe the middle one of some points."""
    middle = min(points, key=lambda each: sum(distance_m(each, other) for other in points))
    return reverse_of(parts.pack).describe(middle)


def deciding_question(one: Whereabouts, other: Whereabouts) -> Reason:
    """Return the question that tells two places apart: district, else road, else crossing or landmark."""
    for code, a, b in (
        ("ask.district", one.district, other.district),
        ("ask.road", one.road, other.road),
        ("ask.crossing", next(iter(one.cross_streets), None), next(iter(other.cross_streets), None)),
    ):
        if a is not None and b is not None and a != b:
            return Reason(code, {"one": a, "other": b})
    return Reason("ask.landmark")
