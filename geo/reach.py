"""How far one comes: everything within some minutes of one or several places, as areas on the map.

The boundary is honest: it lies around the roads that are reached, cut where the time is up, and not around straight
lines between junctions. What lies within `BESIDE_M` of a reached road counts as reached; so does the inside of a block.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.hierarchy import TICKS_PER_MS
from geo.hierarchy_kernels import FAR
from geo.point import EARTH_RADIUS_M
from geo.roads import RoadGraph
from geo.route import Leg, leg_points
from geo.snap import Snap

# A crew walks so far from its vehicle: beyond that a place is not reached, even when its road is.
BESIDE_M = 100.0

# The inside of a city block is reached with its streets: one of 300 m by 300 m.
BLOCK_M2 = 90_000.0

# The boundary is drawn so much rougher than it is; it is drawn so much farther out, that no reached road is cut off.
ROUGHER_M = 10.0

# An ambulance that is an hour away serves another city.
MINUTES_MAX = 120.0

_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M
_TICKS_PER_MINUTE = 60_000.0 * TICKS_PER_MS


class BadReach(ValueError):  # noqa: N818 - the name is the sentence
    """Say why nothing can be reached within such a time."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is reached within ``minutes``: an area in WGS-84, and how many metres of road lie in it."""

    minutes: float
    area: shapely.MultiPolygon
    road_m: float


@dataclass(frozen=True, slots=True)
class Covered:
    """Which part of each stretch is reached, as shares of its shape.

    float64[stretches] each: ``from_start`` from its start on, ``from_end`` the last part. ``between`` holds
    (stretch, low, high) around the places where the journeys begin.
    """

    from_start: NDArray[np.float64]
    from_end: NDArray[np.float64]
    between: tuple[tuple[int, float, float], ...]

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Return which stretches are reached from end to end."""
        return np.asarray(self.from_start + self.from_end >= 1.0)


def checked_minutes(minutes: Sequence[float]) -> list[float]:
    """Return the limits, or raise `BadReach` when one of them is no time to drive."""
    for limit in minutes:
        if not 0.0 < limit <= MINUTES_MAX:
            raise BadReach(f"{limit} minutes are not within 0..{MINUTES_MAX:.0f}")
    return list(minutes)


def reaches(
    graph: RoadGraph,
    entered: NDArray[np.uint32],
    ticks: NDArray[np.uint32],
    starts: Sequence[Snap],
    minutes: Sequence[float],
) -> list[Reach]:
    """Return what is reached within each limit; arguments as `covered` has them."""
    plane = _Plane.of(graph)
    found: dict[float, Reach] = {}
    before = np.zeros(graph.stretch_count, np.bool_)
    joined: shapely.Geometry = shapely.Polygon()
    for limit in sorted(set(minutes)):  # each area holds the one before it: only what is new is joined to it
        reached = covered(entered, ticks, starts, limit * _TICKS_PER_MINUTE)
        whole = reached.whole
        joined = shapely.union_all([joined, *_beside(plane.flat(_lines(graph, whole & ~before, ())))])
        parts = _parts(reached, whole)
        area = shapely.union_all([joined, *_beside(plane.flat(_lines(graph, None, parts)))])
        road_m = float(graph.length_m[whole].sum()) + _metres(graph, parts)
        found[limit] = Reach(limit, plane.degrees(_with_blocks(area)), road_m)
        before = whole
    return [found[limit] for limit in minutes]


def as_geojson(found: Sequence[Reach]) -> dict[str, object]:
    """Return a FeatureCollection in WGS-84, one feature for each limit, degrees to 0.1 m."""
    features = [
        {
            "type": "Feature",
            "properties": {"minutes": reach.minutes, "road_m": round(reach.road_m)},
            "geometry": shapely.geometry.mapping(shapely.set_precision(reach.area, 1e-6, mode="pointwise")),
        }
        for reach in found
    ]
    return {"type": "FeatureCollection", "features": features}


def covered(
    entered: NDArray[np.uint32], ticks: NDArray[np.uint32], starts: Sequence[Snap], limit_ticks: float
) -> Covered:
    """Return what is reached in time; ``entered`` from `reach_arcs`, ``ticks`` of both arcs, uint32[stretches, 2]."""
    left = limit_ticks - entered.astype(np.float64)
    passable = (entered < FAR) & (ticks < FAR) & (left >= 0.0)
    share = np.where(passable, np.clip(left / np.maximum(ticks, 1), 0.0, 1.0), 0.0)
    between = []
    for snap in starts:
        if snap.junction is None:
            onward, back = (limit_ticks / int(each) if each < FAR else 0.0 for each in ticks[snap.stretch])
            between.append((snap.stretch, max(0.0, snap.fraction - back), min(1.0, snap.fraction + onward)))
    return Covered(share[:, 0], share[:, 1], tuple(between))


@dataclass(frozen=True, slots=True)
class _Plane:
    """A plane of metres that touches the earth in the middle of a city."""

    middle: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def of(cls, graph: RoadGraph) -> "_Plane":
        middle = np.array([graph.node_lon.mean(), graph.node_lat.mean()])
        wide = math.cos(math.radians(float(middle[1])))
        return cls(middle, _METRES_PER_DEGREE * np.array([wide, 1.0]))

    def flat(self, lines: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(shapely.transform(lines, lambda lon_lat: (lon_lat - self.middle) * self.scale))

    def degrees(self, area: shapely.MultiPolygon) -> shapely.MultiPolygon:
        return shapely.transform(area, lambda metres: metres / self.scale + self.middle)


def _parts(reached: Covered, whole: NDArray[np.bool_]) -> list[tuple[int, float, float]]:
    """Return the pieces of stretches that are reached in part, (stretch, low, high)."""
    rows = [
        (int(at), *piece)
        for at in np.flatnonzero(~whole & ((reached.from_start > 0.0) | (reached.from_end > 0.0)))
        for piece in ((0.0, float(reached.from_start[at])), (1.0 - float(reached.from_end[at]), 1.0))
        if piece[0] < piece[1]
    ]
    return rows + [piece for piece in reached.between if not whole[piece[0]]]


def _metres(graph: RoadGraph, parts: Sequence[tuple[int, float, float]]) -> float:
    """Return the metres of road in pieces of stretches; where two of one stretch overlap, once."""
    of_stretch: dict[int, list[tuple[float, float]]] = {}
    for stretch, low, high in parts:
        of_stretch.setdefault(stretch, []).append((low, high))
    total_m = 0.0
    for stretch, pieces in of_stretch.items():
        done = 0.0
        for low, high in sorted(pieces):
            total_m += max(0.0, high - max(low, done)) * float(graph.length_m[stretch])
            done = max(done, high)
    return total_m


def _lines(
    graph: RoadGraph, whole: NDArray[np.bool_] | None, parts: Sequence[tuple[int, float, float]]
) -> NDArray[Any]:
    """Return the lines of whole stretches, or of pieces of some."""
    if whole is None:
        return np.array([_part_line(graph, *part) for part in parts], dtype=object)
    kept = whole[graph.shape_stretch]
    places = np.stack([graph.shape_lon[kept], graph.shape_lat[kept]], axis=1)
    nth = np.cumsum(whole) - 1
    return np.asarray(shapely.linestrings(places, indices=nth[graph.shape_stretch[kept]]))


def _part_line(graph: RoadGraph, stretch: int, low: float, high: float) -> shapely.LineString:
    arc = graph.arcs_of(stretch)[0]
    begin, end = (low, high) if graph.arc_forward[arc] else (1.0 - high, 1.0 - low)
    line = [(point.lon, point.lat) for point in leg_points(graph, Leg(arc, begin, end))]
    return shapely.LineString(line if len(line) > 1 else line * 2)


def _beside(roads: NDArray[Any]) -> NDArray[Any]:
    """Return what lies beside each road of a plane."""
    smooth = shapely.simplify(roads, ROUGHER_M / 4.0)
    return np.asarray(shapely.buffer(smooth, BESIDE_M + ROUGHER_M, quad_segs=2))


def _with_blocks(area: shapely.Geometry) -> shapely.MultiPolygon:
    """Return an area of a plane with its blocks filled and its boundary drawn a little rougher."""
    solid = [
        shapely.Polygon(part.exterior, [hole for hole in part.interiors if shapely.Polygon(hole).area > BLOCK_M2])
        for part in shapely.get_parts(shapely.simplify(area, ROUGHER_M / 2.0))
    ]
    return shapely.MultiPolygon([part for part in solid if not part.is_empty])
