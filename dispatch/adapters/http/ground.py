"""Answer questions about the ground: the city, places by name, map tiles; and the texts."""

import asyncio
import re
from dataclasses import asdict
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.responses import FileResponse

from dispatch.adapters.city_names import names_of
from dispatch.adapters.furnish import ASSUMED
from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.http.guards import SeatOrCrew, SignedIn, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts
from dispatch.adapters.wire import JsonResponse
from dispatch.texts_catalogue import catalogue
from geo.basemap import Basemap
from geo.city_pack import CityPack
from geo.places.rows import PlaceRow, asked_for, rows_of
from geo.point import BadPoint, Point, checked_point

router = APIRouter(default_response_class=JsonResponse, route_class=StrictRoute)
PAIR = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*$")


@router.get("/api/city", tags=["ground"], responses=refusals(401))
async def city(_session: SignedIn, parts: HasParts) -> Response:
    """Say which city this is, and whether it is made up."""
    names_of(parts.pack)  # every page asks this first: they are there before somebody types
    pack, box = parts.pack, parts.pack.bbox
    return JsonResponse(
        {
            "city": pack.name,
            "bbox": [box.west, box.south, box.east, box.north],
            "fictional": pack.fictional,
            "attribution": pack.attribution,
            "center": [(box.west + box.east) / 2, (box.south + box.north) / 2],
            "weights_epoch": parts.sources.travel.weights_epoch,
            "assumed": ASSUMED,
            "online_places": parts.places.provider,
            "wheels": {
                "still_mps": parts.rules.wheels_still_mps,
                "still_s": parts.rules.wheels_still_s,
                "scene_m": parts.rules.wheels_scene_m,
                "gate_m": parts.rules.wheels_gate_m,
            },
            "step_targets": {
                "located": parts.rules.locate_within_s,
                "prealerted": parts.rules.prealert_within_s,
                "assigned": parts.rules.dispatch_within_s,
                "rolling": parts.rules.roll_within_s,
            },
        }
    )


@router.get("/api/search", tags=["ground"], responses=refusals(401, 403, 422))
async def search(
    q: Annotated[str, Query(min_length=1, max_length=80)],
    _session: SeatOrCrew,
    parts: HasParts,
    near: Annotated[str | None, Query()] = None,
) -> Response:
    """Find places by what was typed: Chinese, pinyin, English, misspelled; roads, crossings, house numbers.

    ``near`` is a WGS-84 point as ``lon,lat`` where the caller is thought to be: it ranks, it hides nothing.
    """
    at = None if near is None else point_of(near, "near")
    limit = parts.limits.search_results
    names = await asyncio.wrap_future(names_of(parts.pack))
    found = await asyncio.to_thread(names.gazetteer.find, q, asked_for(limit), at)
    return JsonResponse([_row(each) for each in rows_of(found, limit)])


def _row(row: PlaceRow) -> dict[str, object]:
    found = row.place
    return {
        "name": found.name,
        "name_en": found.name_en,
        "kind": found.kind,
        "lon": found.point.lon,
        "lat": found.point.lat,
        "district": found.district,
        "matched_by": f"geo.matched_by.{found.matched_by}",
        "quality": round(found.quality, 3),
        "distance_m": None if found.distance_m is None else round(found.distance_m),
        "also": [
            {"kind": each.kind, "lon": each.point.lon, "lat": each.point.lat, "distance_m": round(each.away_m)}
            for each in row.also
        ],
    }


@router.get("/api/search/online", tags=["ground"], responses=refusals(401, 403, 422))
async def search_online(
    q: Annotated[str, Query(min_length=1, max_length=80)], _session: SeatOrCrew, parts: HasParts
) -> Response:
    """Ask the site's online geocoder, if it has one; nothing when it is off, slow or broken."""
    return JsonResponse(list(await parts.places.find(q)))


@router.get("/api/whereabouts", tags=["ground"], responses=refusals(401, 403, 422))
async def whereabouts(at: Annotated[str, Query()], _session: SeatOrCrew, parts: HasParts) -> Response:
    """Say where a WGS-84 point ``lon,lat`` is, as codes of the catalogue: road and side, next crossing, landmark."""
    point = point_of(at, "at")
    names = await asyncio.wrap_future(names_of(parts.pack))
    return JsonResponse(asdict(await asyncio.to_thread(names.reverse.describe, point)))


def point_of(written: str, field: str) -> Point:
    """Read ``lon,lat`` in WGS-84; raise `BadFieldError` naming the field."""
    found = PAIR.match(written)
    if found is None:
        raise BadFieldError(field, "is lon,lat in WGS-84 degrees")
    try:
        return checked_point(float(found[1]), float(found[2]))
    except BadPoint as error:
        raise BadFieldError(field, str(error)) from error


@cache
def _basemap(pack: CityPack) -> Basemap:
    return Basemap.open(pack.basemap_path)


@router.get("/tiles/basemap.pmtiles", tags=["ground"])
async def basemap(parts: HasParts) -> FileResponse:
    """Give the whole base map, by ranges, for tablets."""
    return FileResponse(parts.pack.basemap_path, media_type="application/vnd.pmtiles")


@router.get("/tiles/{z}/{x}/{y}.mvt", tags=["ground"], responses={204: {"description": "the map is empty here"}})
async def tile(z: int, x: int, y: int, parts: HasParts) -> Response:
    """Give one vector tile, gzip-compressed as it is stored."""
    content = _basemap(parts.pack).tile(z, x, y)
    kept = {"Cache-Control": "public, max-age=3600"}
    if content is None:
        return Response(status_code=204, headers=kept)
    return Response(content, media_type="application/x-protobuf", headers=kept | {"Content-Encoding": "gzip"})


@router.get("/api/texts", tags=["ground"])
async def texts() -> Response:
    """Give the catalogue: every code in both languages."""
    return JsonResponse(dict(catalogue()))
