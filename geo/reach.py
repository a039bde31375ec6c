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
from geo.reach_kernels import outline_rings, spread_roads
from geo.roads import RoadGraph
from geo.snap import Snap

# A crew walks so far from its vehicle: beyond that a place is not reached, even when its road is.
BESIDE_M = 100.0

# The inside of a city block is reached with its streets: one of 300 m by 300 m.
BLOCK_M2 = 90_000.0

# The boundary is drawn so much rougher than it is; it is drawn so much farther out, that no reached road is cut off.
ROUGHER_M = 10.0
LEVEL_M = round(BESIDE_M + ROUGHER_M)

# The distance from the roads is measured at the corners of such a grid; where the area is so large that it would have
# more corners than that, on a coarser one.
PITCH_M = 25.0
CORNERS_MAX = 16_000_000

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
    limits = sorted(set(minutes))
    parts = [_parts(covered(entered, ticks, starts, limit * _TICKS_PER_MINUTE)) for limit in limits]
    field = _Field(graph, parts[-1]) if limits else None
    found: dict[float, Reach] = {}
    for limit, reached in zip(limits, parts, strict=True):  # each holds the one before it, so its roads only add
        if field is not None:
            field.spread(reached)
            found[limit] = Reach(limit, field.area(), _metres(graph, reached))
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
class _Parts:
    """Reached parts of roads: from share ``low`` to ``high`` of each ``stretch``; one may come several times."""

    stretch: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def _parts(reached: Covered) -> _Parts:
    """Return everything that is reached; a whole stretch once."""
    whole = reached.whole
    begun, ended = (
        np.flatnonzero(~whole & (reached.from_start > 0.0)),
        np.flatnonzero(~whole & (reached.from_end > 0.0)),
    )
    between = [piece for piece in reached.between if not whole[piece[0]]]
    own, low, high = np.array(between, dtype=np.float64).reshape(-1, 3).T
    whole_at = np.flatnonzero(whole)
    return _Parts(
        np.concatenate([whole_at, begun, ended, own.astype(np.int64)]),
        np.concatenate([np.zeros(len(whole_at) + len(begun)), 1.0 - reached.from_end[ended], low]),
        np.concatenate([np.ones(len(whole_at)), reached.from_start[begun], np.ones(len(ended)), high]),
    )


def _metres(graph: RoadGraph, parts: _Parts) -> float:
    """Return the metres of road in some parts; where two of one stretch overlap, once."""
    order = np.lexsort((parts.low, parts.stretch))
    stretch, low, high = parts.stretch[order], parts.low[order], parts.high[order]
    done = np.zeros(graph.stretch_count)
    total_m = 0.0
    left = np.arange(len(stretch))
    while len(left):  # the first part of each stretch, then the second: there are seldom more than two
        _, first = np.unique(stretch[left], return_index=True)
        now = left[first]
        begin = np.maximum(low[now], done[stretch[now]])
        total_m += float((np.maximum(0.0, high[now] - begin) * graph.length_m[stretch[now]]).sum())
        done[stretch[now]] = np.maximum(done[stretch[now]], high[now])
        left = np.delete(left, first)
    return total_m


class _Field:
    """How far every corner of a grid lies from reached roads, in whole metres up to 255; roads are only added."""

    def __init__(self, graph: RoadGraph, parts: _Parts) -> None:
        """Make room for everything beside some roads; where two fields meet, their corners are the same."""
        self._graph = graph
        self._middle = np.array([graph.node_lon.mean(), graph.node_lat.mean()])
        self._scale = _METRES_PER_DEGREE * np.array([math.cos(math.radians(float(self._middle[1]))), 1.0])
        self._x_m = ((graph.shape_lon - self._middle[0]) * self._scale[0]).astype(np.float32)
        self._y_m = ((graph.shape_lat - self._middle[1]) * self._scale[1]).astype(np.float32)
        at = _shape_points(graph, np.unique(parts.stretch))
        least = np.array([self._x_m[at].min(), self._y_m[at].min()], dtype=np.float64)
        most = np.array([self._x_m[at].max(), self._y_m[at].max()], dtype=np.float64)
        self._pitch_m = max(PITCH_M, math.sqrt(float((most - least).prod()) / CORNERS_MAX))
        self._radius_m = LEVEL_M + self._pitch_m + 1.0
        first = np.floor((least - self._radius_m) / self._pitch_m) - 1.0
        self._corner_m = first * self._pitch_m
        columns, rows = (np.ceil((most + self._radius_m) / self._pitch_m) + 2.0 - first).astype(int).tolist()
        self._away_m = np.full((rows, columns), 255, np.uint8)
        self._whole = np.zeros(graph.stretch_count, np.bool_)

    def spread(self, parts: _Parts) -> None:
        """Add roads; those that are there from end to end are not measured again."""
        graph, new = self._graph, ~self._whole[parts.stretch]
        stretch, low, high = parts.stretch[new], parts.low[new], parts.high[new]
        frame = np.array([*self._corner_m, self._pitch_m, self._radius_m])
        shape = (self._x_m, self._y_m, graph.shape_m, graph.first_shape)
        spread_roads(*shape, stretch, low, high, frame, self._away_m)
        self._whole[stretch[(low == 0.0) & (high == 1.0)]] = True

    def area(self) -> shapely.MultiPolygon:
        """Return what lies beside the roads, its blocks filled, in WGS-84."""
        points, starts = outline_rings(self._away_m, LEVEL_M)
        area = polygons_of(points * self._pitch_m + self._corner_m, starts)
        return shapely.transform(area, lambda metres: metres / self._scale + self._middle)


def _shape_points(graph: RoadGraph, stretch: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of the shape points of some stretches."""
    counts = np.diff(graph.first_shape)[stretch]
    before = np.cumsum(counts) - counts
    return np.asarray(np.repeat(graph.first_shape[stretch] - before, counts) + np.arange(counts.sum()))


def polygons_of(points: NDArray[np.float64], starts: NDArray[np.int64]) -> shapely.MultiPolygon:
    """Join rings to areas, with their blocks filled and their boundaries drawn a little rougher.

    ``points`` float64[n, 2] in metres on a plane, ``starts`` where each ring begins, as `outline_rings` has them.
    """
    nth = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    rings: NDArray[Any] = np.asarray(shapely.linearrings(points, indices=nth))
    area_m2 = _signed_areas(points, starts)
    kept = (area_m2 > 0.0) | (area_m2 < -BLOCK_M2)
    rings, owner = rings[kept], _owners(rings[kept], area_m2[kept])
    drawn = _cut(shapely.simplify(rings, ROUGHER_M / 2.0, preserve_topology=False), owner)
    if shapely.is_valid(drawn):
        return drawn
    # Two rings came so near each other that drawn rougher they cross: then slowly, one with a view to the other.
    rough = shapely.simplify(_cut(rings, owner), ROUGHER_M / 2.0)
    return shapely.MultiPolygon(shapely.get_parts(rough).tolist())


def _owners(rings: NDArray[Any], area_m2: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each ring the one around the area that it bounds: itself, or the smallest one around a hole.

    -1 for an area within another: it lay in a block that was filled.
    """
    tree = shapely.STRtree(np.asarray(shapely.polygons(rings)))
    at, around = tree.query(shapely.get_point(rings, 0), predicate="within")
    at, around = at[at != around], around[at != around]
    is_area = area_m2 > 0.0
    deep = np.bincount(at, np.where(is_area[around], 1, -1), len(rings))
    owner = np.where(is_area & (deep == 0.0), np.arange(len(rings)), -1)
    in_area = ~is_area[at] & is_area[around]
    hole, area = at[in_area], around[in_area]
    order = np.lexsort((area_m2[area], hole))
    found, first = np.unique(hole[order], return_index=True)
    owner[found] = area[order][first]
    return owner


def _cut(rings: NDArray[Any], owner: NDArray[np.int64]) -> shapely.MultiPolygon:
    """Cut the holes out of their areas."""
    areas = np.flatnonzero(owner == np.arange(len(rings)))
    holes: dict[int, list[shapely.LinearRing]] = {area: [] for area in areas.tolist()}
    for ring in np.flatnonzero((owner >= 0) & (owner != np.arange(len(rings)))).tolist():
        holes[int(owner[ring])].append(rings[ring])
    return shapely.MultiPolygon([shapely.Polygon(rings[area], inside) for area, inside in holes.items()])


def _signed_areas(points: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the area of each ring, below 0 for one that runs clockwise."""
    after = np.arange(1, len(points) + 1)
    after[starts[1:] - 1] = starts[:-1]
    cross = points[:, 0] * points[after, 1] - points[after, 0] * points[:, 1]
    return np.asarray(np.add.reduceat(cross, starts[:-1]) / 2.0)
