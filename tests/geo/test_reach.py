"""Reach against the plain search: which part of every road is reached, and whether the area says so honestly."""

import math
import random
from functools import cache

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from geo.hierarchy import CLOSED_MS, TICKS_PER_MS
from geo.point import EARTH_RADIUS_M, Point
from geo.reach import (
    BESIDE_M,
    BLOCK_M2,
    LEVEL_M,
    ROUGHER_M,
    BadReach,
    Covered,
    as_geojson,
    covered,
    polygons_of,
    reaches,
)
from geo.roads import RoadGraph
from geo.snap import NoRoad, Snap
from geo.travel import TravelTimes
from tests.geo.random_city import random_graph, random_point, travel_on
from tests.geo.slow_search import SearchGraph

CASES = 1000
PLACES = (0.02, 0.31, 0.5, 0.77, 0.98)
KEPT: dict[int, TravelTimes] = {}


def kept_city(seed: int) -> tuple[RoadGraph, TravelTimes]:
    if seed not in KEPT:
        KEPT[seed] = travel_on(random_graph(seed))
    return random_graph(seed), KEPT[seed]


@cache
def plain_search(seed: int, variant: int) -> SearchGraph:
    """Return the plain search on a little city with some roads closed; variant 0 has none."""
    graph, rng = random_graph(seed), random.Random(variant)
    duration_ms = graph.duration_ms.copy()
    duration_ms[[rng.randrange(graph.arc_count) for _ in range(2 * variant)]] = CLOSED_MS
    return SearchGraph(graph, duration_ms)


class Plane:
    """A plane of metres in the middle of a city."""

    def __init__(self, graph: RoadGraph) -> None:
        self._middle = np.array([graph.node_lon.mean(), graph.node_lat.mean()])
        wide = math.cos(math.radians(float(self._middle[1])))
        self._scale = math.radians(1.0) * EARTH_RADIUS_M * np.array([wide, 1.0])

    def flat(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return metres east and north of the middle, float64[n, 2]."""
        return np.asarray((places - self._middle) * self._scale)


def plain_places(search: SearchGraph, starts: list[Snap], limit_ms: float, stretch: int) -> list[bool]:
    """Tell for some places of a stretch whether the plain search reaches them in time."""
    times = [search.times_from(start) for start in starts]
    reached = []
    for place in PLACES:
        snap = Snap(stretch, place, None, Point(0.0, 0.0), 0.0)
        over = min(float(time_ms[seed.state]) + seed.offset_ms for time_ms in times for seed in search.arrivals(snap))
        straight = min(search.along_ms(start, snap) for start in starts)
        reached.append(min(over, straight) <= limit_ms)
    return reached


def test_every_place_on_a_road_is_reached_when_the_plain_search_reaches_it() -> None:
    compared = 0
    for seed in range(CASES):
        (graph, travel), rng, variant = kept_city(seed // 40), random.Random(seed), seed % 40 // 14
        search = plain_search(seed // 40, variant)
        if seed % 40 in {0, 14, 28}:
            closed = np.where(np.isinf(search.duration_ms), CLOSED_MS, search.duration_ms)
            travel.reweight(closed.astype(np.int32))
        starts = [travel.roads.snap(random_point(rng, graph)) for _ in range(rng.randint(1, 2))]
        limit_ms = rng.uniform(1_000, 400_000)
        reached = covered(*travel.entered(starts), starts, limit_ms * TICKS_PER_MS)
        for stretch in rng.sample(range(graph.stretch_count), min(2, graph.stretch_count)):
            plain = plain_places(search, starts, limit_ms, stretch)
            for place, expected in zip(PLACES, plain, strict=True):
                found = (
                    place <= reached.from_start[stretch]
                    or place >= 1.0 - reached.from_end[stretch]
                    or any(low <= place <= high for at, low, high in reached.between if at == stretch)
                )
                assert found == expected, f"seed {seed}, stretch {stretch} at {place}"
                compared += 1
    assert compared > 5 * CASES


def test_the_area_holds_every_reached_road_and_nothing_far_from_one() -> None:
    for seed in range(40):
        (graph, travel), rng = kept_city(seed % 25), random.Random(seed)
        travel.reweight(graph.duration_ms)
        start, minutes = random_point(rng, graph), rng.uniform(0.1, 4.0)
        (reach,) = travel.reach([start], [minutes])
        assert reach.area.is_valid, f"seed {seed}"
        places = [random_point(rng, graph) for _ in range(12)]
        snaps = [travel.roads.snap(place) for place in places]
        seconds = travel.matrix([start], [snap.point for snap in snaps])[0]
        for snap, time_s in zip(snaps, seconds.tolist(), strict=True):
            if time_s <= 60.0 * minutes:
                assert shapely.contains_xy(reach.area, snap.point.lon, snap.point.lat), f"seed {seed}"
        total_m = float(graph.length_m.sum())
        assert 0.0 < reach.road_m <= total_m + 1e-6, f"seed {seed}"


def reached_lines(graph: RoadGraph, reached: Covered, plane: Plane) -> list[shapely.Geometry]:
    """Return the reached parts of all roads, one after the other."""
    lines: list[shapely.Geometry] = []
    for stretch in range(graph.stretch_count):
        shape = slice(int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1]))
        line = shapely.LineString(plane.flat(np.stack([graph.shape_lon[shape], graph.shape_lat[shape]], axis=1)))
        parts = [(0.0, float(reached.from_start[stretch])), (1.0 - float(reached.from_end[stretch]), 1.0)]
        parts += [(low, high) for at, low, high in reached.between if at == stretch]
        lines += [substring(line, low, high, normalized=True) for low, high in parts if low < high]
    return lines


def metres_reached(graph: RoadGraph, reached: Covered) -> float:
    """Return the metres of reached road by trying a thousand places on each."""
    share = (np.arange(1000) + 0.5) / 1000
    inside = (share <= reached.from_start[:, None]) | (share >= 1.0 - reached.from_end[:, None])
    for stretch, low, high in reached.between:
        inside[stretch] |= (share >= low) & (share <= high)
    return float((inside.mean(axis=1) * graph.length_m).sum())


def drawn_by_geos(lines: list[shapely.Geometry], block_m2: float) -> shapely.Geometry:
    """Return what lies beside some lines: each widened, all joined, small holes filled."""
    joined = shapely.union_all(shapely.buffer(np.array(lines, dtype=object), LEVEL_M, quad_segs=16))
    filled = [
        shapely.Polygon(part.exterior, [hole for hole in part.interiors if shapely.Polygon(hole).area > block_m2])
        for part in shapely.get_parts(joined)
    ]
    return shapely.union_all(filled)


def test_the_area_is_what_geos_draws_and_holds_all_that_lies_beside_a_reached_road() -> None:
    differing, beside = [], 0
    for seed in range(CASES):
        (graph, travel), rng = kept_city(seed % 25), random.Random(seed)
        if seed < 25:
            travel.reweight(graph.duration_ms)
        plane = Plane(graph)
        start, minutes = travel.roads.snap(random_point(rng, graph)), rng.uniform(0.05, 3.0)
        entered, ticks = travel.entered([start])
        reached = covered(entered, ticks, [start], minutes * 60_000.0 * TICKS_PER_MS)
        lines = reached_lines(graph, reached, plane)
        (reach,) = reaches(graph, entered, ticks, [start], [minutes])
        area = shapely.transform(reach.area, plane.flat)
        assert area.is_valid, f"seed {seed}"
        roads = shapely.GeometryCollection(lines)
        places = [shapely.Point(plane.flat(np.array([[at.lon, at.lat]]))[0]) for at in random_places(rng, graph, 20)]
        near = [place for place in places if shapely.distance(place, roads) <= BESIDE_M]
        beside += len(near)
        assert all(shapely.contains(area, place) for place in near), f"seed {seed}"
        if seed % 10:
            continue
        assert reach.road_m == pytest.approx(metres_reached(graph, reached), rel=0.01, abs=10.0), f"seed {seed}"
        plain = drawn_by_geos(lines, BLOCK_M2)
        differing.append(area.symmetric_difference(plain).area / shapely.area(plain))
    assert beside > CASES
    # Small areas: one of half a square kilometre has three kilometres of boundary, drawn some metres rougher.
    assert float(np.median(differing)) < 0.015
    assert float(np.quantile(differing, 0.9)) < 0.03


def random_places(rng: random.Random, graph: RoadGraph, count: int) -> list[Point]:
    return [random_point(rng, graph) for _ in range(count)]


def test_an_area_in_a_block_that_is_filled_is_no_area_of_its_own() -> None:
    rings = [square(0.0, 0.0, 900.0), square(200.0, 200.0, 290.0)[::-1], square(290.0, 290.0, 100.0)]
    filled = joined(rings)
    assert (len(filled.geoms), filled.area) == (1, 900.0**2)
    rings[1] = square(200.0, 200.0, 400.0)[::-1]
    (outer, inner) = sorted(joined(rings).geoms, key=lambda part: -part.area)
    assert (outer.area, inner.area) == (900.0**2 - 400.0**2, 100.0**2)


def square(west: float, south: float, wide: float) -> NDArray[np.float64]:
    return np.array([[west, south], [west + wide, south], [west + wide, south + wide], [west, south + wide]])


def joined(rings: list[NDArray[np.float64]]) -> shapely.MultiPolygon:
    return polygons_of(np.concatenate(rings), np.cumsum([0, *map(len, rings)]))


def test_an_unreached_road_lies_outside() -> None:
    graph, travel = kept_city(1)
    travel.reweight(graph.duration_ms)
    start = graph.node_point(0)
    (reach,) = travel.reach([start], [0.05])
    wide = math.degrees((BESIDE_M + ROUGHER_M) / 6_371_008.8) / math.cos(math.radians(start.lat))
    farthest = max(abs(value - start.lon) for value in shapely.get_coordinates(reach.area)[:, 0])
    assert farthest <= wide + 0.05 * 60 * 40 / 85_000  # three seconds at most 40 m/s


def test_areas_grow_and_several_starts_join() -> None:
    graph, travel = kept_city(3)
    travel.reweight(graph.duration_ms)
    starts = [graph.node_point(0), graph.node_point(graph.node_count - 1)]
    both = travel.reach(starts, [2.0, 0.5, 1.0])
    assert [reach.minutes for reach in both] == [2.0, 0.5, 1.0]
    assert both[1].road_m <= both[2].road_m <= both[0].road_m
    for start in starts:
        (one,) = travel.reach([start], [1.0])
        assert one.area.difference(both[2].area.buffer(3e-4)).is_empty


def test_geojson_is_a_feature_for_each_limit() -> None:
    graph, travel = kept_city(3)
    document = as_geojson(travel.reach([graph.node_point(0)], [1.0, 2.0]))
    assert document["type"] == "FeatureCollection"
    features = document["features"]
    assert isinstance(features, list)
    assert [feature["properties"]["minutes"] for feature in features] == [1.0, 2.0]
    assert {feature["geometry"]["type"] for feature in features} == {"MultiPolygon"}


@pytest.mark.parametrize("minutes", [0.0, -1.0, math.nan, math.inf, 121.0])
def test_no_time_to_drive_is_refused(minutes: float) -> None:
    graph, travel = kept_city(3)
    with pytest.raises(BadReach, match="minutes"):
        travel.reach([graph.node_point(0)], [minutes])


def test_a_start_without_a_road_is_refused() -> None:
    _, travel = kept_city(3)
    with pytest.raises(NoRoad):
        travel.reach([Point(100.0, 30.0)], [5.0])
