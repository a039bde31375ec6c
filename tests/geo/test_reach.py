"""Reach against the plain search: which part of every road is reached, and whether the area says so honestly."""

import math
import random
from functools import cache

import numpy as np
import pytest
import shapely

from geo.hierarchy import CLOSED_MS, TICKS_PER_MS
from geo.point import Point
from geo.reach import BESIDE_M, ROUGHER_M, BadReach, as_geojson, covered
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
