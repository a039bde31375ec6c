"""Answer questions about the ground: the city, places by name, routes, map tiles; and the texts."""

import asyncio
import re
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.responses import FileResponse

from dispatch.adapters.furnish import ASSUMED
from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.http.guards import RefusedError, SeatOrCrew, SignedIn, refusals
from dispatch.adapters.http.strict import StrictRoute
from dispatch.adapters.parts import HasParts, weights_used
from dispatch.adapters.wire import JsonResponse
from dispatch.errors import Refused
from dispatch.evidence import of_one_epoch
from dispatch.texts_catalogue import catalogue
from geo.basemap import Basemap
from geo.city_pack import CityPack
from geo.place_names import PlaceNames
from geo.point import BadPoint, Point, checked_point
from geo.snap import NoRoad

router = APIRouter(default_response_class=JsonResponse, route_class=StrictRoute)
PAIR = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*$")


@router.get("/api/city", tags=["ground"], responses=refusals(401))
async def city(_session: SignedIn, parts: HasParts) -> Response:
    """Say which city this is, and whether it is made up."""
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
        }
    )


@router.get("/api/search", tags=["ground"], responses=refusals(401, 403, 422))
async def search(
    q: Annotated[str, Query(min_length=1, max_length=80)], _session: SeatOrCrew, parts: HasParts
) -> Response:
    """Find places whose name contains the words: those that begin with them first, short names before long."""
    found = await asyncio.to_thread(_names(parts.pack).find, q, parts.limits.search_results)
    rows = ({"name": row.name, "kind": row.kind, "lon": row.point.lon, "lat": row.point.lat} for row in found)
    return JsonResponse(list(rows))


@cache
def _names(pack: CityPack) -> PlaceNames:
    return PlaceNames(pack.places)


@router.get("/api/route", tags=["ground"], responses=refusals(401, 404, 422))
async def route(
    _session: SignedIn, parts: HasParts, start: Annotated[str, Query(alias="from")], to: Annotated[str, Query()]
) -> Response:
    """Find the fastest way between two WGS-84 points, as ``lon,lat``."""
    ends, travel = (_point(start, "from"), _point(to, "to")), parts.sources.travel
    try:
        way, epoch = await asyncio.to_thread(of_one_epoch, parts.sources, lambda: travel.route(*ends))
    except NoRoad as error:
        raise RefusedError(404, Refused("not_on_map")) from error
    if way is None:
        raise RefusedError(404, Refused("route_unavailable"))
    line = {"type": "LineString", "coordinates": [[point.lon, point.lat] for point in way.geometry]}
    numbers = {name: getattr(way, name) for name in ("duration_s", "distance_m", "from_snap_m", "to_snap_m")}
    return JsonResponse({**numbers, "geometry": line} | weights_used(parts, epoch))


def _point(written: str, field: str) -> Point:
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
