"""Snapping against a full scan in plain Python, and the rules about junctions, rivers, headings and the map's edge."""

import math
import random
from pathlib import Path

import numpy as np
import pytest

from geo.city_pack import CityPack
from geo.junctions import lay_roads
from geo.osm_import import read_osm
from geo.point import EARTH_RADIUS_M, Point, destination_point, distance_m
from geo.roads import RoadGraph
from geo.snap import HEADING_WEIGHT_M, JUNCTION_RADIUS_M, SNAP_LIMIT_M, NoRoad, RoadIndex, build_grid
from tests.geo.osm_files import OsmNode, OsmWay, silent, write_osm
from tests.geo.random_city import PROFILE, random_graph, random_point

CASES = 1000


def pieces_of(graph: RoadGraph, point: Point) -> list[tuple[float, int, float]]:
    """Return the distance in metres, the stretch and the course of every piece of road, one after the other."""
    found = []
    shrink = math.cos(math.radians(point.lat))
    for stretch in range(graph.stretch_count):
        for at in range(int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1]) - 1):
            (ax, ay), (bx, by) = (
                (
                    math.radians(float(graph.shape_lon[end]) - point.lon) * shrink * EARTH_RADIUS_M,
                    math.radians(float(graph.shape_lat[end]) - point.lat) * EARTH_RADIUS_M,
                )
                for end in (at, at + 1)
            )
            square = (bx - ax) ** 2 + (by - ay) ** 2
            share = 0.0 if square == 0 else max(0.0, min(1.0, -(ax * (bx - ax) + ay * (by - ay)) / square))
            course = math.degrees(math.atan2(bx - ax, by - ay)) % 360.0
            found.append((math.hypot(ax + share * (bx - ax), ay + share * (by - ay)), stretch, course))
    return found


def test_the_nearest_road_is_found() -> None:
    for seed in range(CASES):
        graph, rng = random_graph(seed), random.Random(seed)
        point = random_point(rng, graph)
        snap = RoadIndex(graph, build_grid(graph)).snap(point)
        nearest_m = min(pieces_of(graph, point))[0]
        assert snap.distance_m == pytest.approx(nearest_m, abs=JUNCTION_RADIUS_M + 1e-3 * nearest_m), f"seed {seed}"
        if snap.junction is None:
            assert snap.distance_m == pytest.approx(nearest_m, rel=1e-3, abs=1e-3), f"seed {seed}"
            assert 0.0 < snap.fraction < 1.0, f"seed {seed}"


def test_a_heading_picks_the_road_that_runs_along_it() -> None:
    for seed in range(CASES):
        graph, rng = random_graph(seed), random.Random(seed)
        point, heading = random_point(rng, graph), rng.uniform(0, 360)
        snap = RoadIndex(graph, build_grid(graph)).snap(point, heading)
        pieces = pieces_of(graph, point)
        if min(pieces)[0] <= JUNCTION_RADIUS_M * 2:
            continue
        scores = [away_m + detour_m(graph, stretch, course, heading) for away_m, stretch, course in pieces]
        chosen = min(score for score, (_, stretch, _) in zip(scores, pieces, strict=True) if stretch == snap.stretch)
        assert chosen == pytest.approx(min(scores), abs=1e-3), f"seed {seed}"


def detour_m(graph: RoadGraph, stretch: int, course: float, heading: float) -> float:
    """Return how much nearer a road must be whose course differs from the heading."""
    along = [
        math.cos(math.radians(course - heading)) * (1 if graph.arc_forward[arc] else -1)
        for arc in graph.arcs_of(stretch)
    ]
    return HEADING_WEIGHT_M * (1 - max(along)) / 2


def test_snapping_again_changes_nothing() -> None:
    for seed in range(CASES):
        graph, rng = random_graph(seed), random.Random(seed)
        roads = RoadIndex(graph, build_grid(graph))
        once = roads.snap(random_point(rng, graph))
        twice = roads.snap(once.point)
        assert twice.distance_m < 1e-3, f"seed {seed}"
        assert distance_m(once.point, twice.point) < 1e-3, f"seed {seed}"


def test_every_junction_is_itself_within_half_a_metre() -> None:
    for seed in range(CASES):
        graph, rng = random_graph(seed), random.Random(seed)
        junction = rng.randrange(graph.node_count)
        near = destination_point(graph.node_point(junction), rng.uniform(0, 360), rng.uniform(0, 0.499))
        assert RoadIndex(graph, build_grid(graph)).snap(near, rng.choice([None, 10.0])).junction == junction, (
            f"seed {seed}"
        )


def test_candidates_are_the_nearest_place_of_every_road_in_reach() -> None:
    for seed in range(CASES):
        graph, rng = random_graph(seed), random.Random(seed)
        point, radius_m = random_point(rng, graph), rng.uniform(5, 900)
        found = RoadIndex(graph, build_grid(graph)).candidates(point, radius_m)
        nearest: dict[int, float] = {}
        for away_m, stretch, _ in pieces_of(graph, point):
            nearest[stretch] = min(away_m, nearest.get(stretch, math.inf))
        clear = {stretch for stretch, away_m in nearest.items() if away_m < radius_m * 0.999}
        touched = {stretch for stretch, away_m in nearest.items() if away_m < radius_m * 1.001}
        assert clear <= {snap.stretch for snap in found} <= touched, f"seed {seed}"
        assert len(found) == len({snap.stretch for snap in found}), f"seed {seed}"


def test_beijing_snaps_as_a_full_scan_does(beijing_pack: CityPack) -> None:
    graph, rng = beijing_pack.graph, random.Random(9)
    piece = np.flatnonzero(graph.shape_stretch[:-1] == graph.shape_stretch[1:])
    for case in range(50):
        point = Point(rng.uniform(116.15, 116.8), rng.uniform(39.77, 40.07))
        try:
            found_m = beijing_pack.roads.snap(point).distance_m
        except NoRoad as refusal:
            found_m = refusal.distance_m
            assert found_m > SNAP_LIMIT_M
        shrink = math.cos(math.radians(point.lat))
        ax = np.radians(graph.shape_lon[piece] - point.lon) * shrink * EARTH_RADIUS_M
        ay = np.radians(graph.shape_lat[piece] - point.lat) * EARTH_RADIUS_M
        dx = np.radians(graph.shape_lon[piece + 1] - graph.shape_lon[piece]) * shrink * EARTH_RADIUS_M
        dy = np.radians(graph.shape_lat[piece + 1] - graph.shape_lat[piece]) * EARTH_RADIUS_M
        share = np.clip(-(ax * dx + ay * dy) / np.maximum(dx * dx + dy * dy, 1e-12), 0, 1)
        nearest_m = float(np.hypot(ax + share * dx, ay + share * dy).min())
        assert found_m == pytest.approx(nearest_m, rel=1e-3, abs=0.6), f"case {case}"


def test_the_lake_snaps_to_its_shore_with_its_distance_told(beijing_pack: CityPack) -> None:
    kunming_lake = Point(116.2700, 39.9880)
    snap = beijing_pack.roads.snap(kunming_lake)
    assert 50.0 < snap.distance_m < SNAP_LIMIT_M
    assert snap.distance_m == pytest.approx(distance_m(kunming_lake, snap.point))


@pytest.mark.parametrize("point", [Point(110.0, 30.0), Point(-116.4, -39.9), Point(116.9, 39.9), Point(116.4, 40.2)])
def test_off_the_map_there_is_no_road(beijing_pack: CityPack, point: Point) -> None:
    with pytest.raises(NoRoad) as refusal:
        beijing_pack.roads.snap(point)
    assert refusal.value.distance_m > SNAP_LIMIT_M


def test_parallel_carriageways_are_told_apart_by_the_heading(tmp_path: Path) -> None:
    #  3 <------------ 4
    #  |   12 m apart  |     a ring of one-ways, driven against the clock
    #  1 ------------> 2
    west, south, east, north = 116.400, 39.90000, 116.405, 39.90011
    corners = [OsmNode(1, west, south), OsmNode(2, east, south), OsmNode(4, east, north), OsmNode(3, west, north)]
    one_way = {"highway": "primary", "oneway": "yes"}
    ways = [
        OsmWay(10, (1, 2), one_way),
        OsmWay(11, (2, 4), one_way),
        OsmWay(12, (4, 3), one_way),
        OsmWay(13, (3, 1), one_way),
    ]
    graph = lay_roads(read_osm(write_osm(tmp_path / "ring.osm", corners, ways), PROFILE, silent), PROFILE).graph
    roads = RoadIndex(graph, build_grid(graph))
    between = Point((west + east) / 2, south + 0.3 * (north - south))
    assert roads.snap(between).point.lat == pytest.approx(south)
    assert roads.snap(between, heading_deg=90.0).point.lat == pytest.approx(south)
    assert roads.snap(between, heading_deg=270.0).point.lat == pytest.approx(north)
