"""The line of a route: cut where it begins and ends, in driving direction."""

import random

import pytest

from geo.point import Point, distance_m
from geo.roads import RoadGraph
from geo.route import Leg, leg_points, route_along
from geo.snap import Snap
from tests.geo.random_city import random_graph


def plain_place(graph: RoadGraph, arc: int, share: float) -> Point:
    """Walk along the shape of an arc, piece by piece, until the share of its length is used up."""
    stretch = int(graph.arc_stretch[arc])
    points = [
        Point(float(graph.shape_lon[at]), float(graph.shape_lat[at]))
        for at in range(int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1]))
    ]
    if not graph.arc_forward[arc]:
        points.reverse()
    left_m = share * sum(distance_m(points[at], points[at + 1]) for at in range(len(points) - 1))
    for at in range(len(points) - 1):
        piece_m = distance_m(points[at], points[at + 1])
        if left_m <= piece_m:
            part = left_m / piece_m
            lon = points[at].lon + part * (points[at + 1].lon - points[at].lon)
            return Point(lon, points[at].lat + part * (points[at + 1].lat - points[at].lat))
        left_m -= piece_m
    return points[-1]


def test_a_leg_begins_and_ends_where_its_shares_say() -> None:
    for seed in range(1000):
        graph, rng = random_graph(seed), random.Random(seed)
        arc = rng.randrange(graph.arc_count)
        begin, end = sorted((rng.choice([0.0, rng.random()]), rng.choice([1.0, rng.random()])))
        line = list(leg_points(graph, Leg(arc, begin, end)))
        assert distance_m(line[0], plain_place(graph, arc, begin)) < 0.01, f"seed {seed}"
        assert distance_m(line[-1], plain_place(graph, arc, end)) < 0.01, f"seed {seed}"
        line_m = sum(distance_m(line[at], line[at + 1]) for at in range(len(line) - 1))
        whole_m = float(graph.length_m[graph.arc_stretch[arc]])
        assert line_m == pytest.approx((end - begin) * whole_m, rel=1e-4, abs=0.05), f"seed {seed}"


def test_a_route_adds_its_legs_up() -> None:
    graph = random_graph(1)
    arc, back = next((arc, twin) for arc, twin in enumerate(graph.arc_twin.tolist()) if twin >= 0)
    end = Snap(
        int(graph.arc_stretch[arc]), 0.0, int(graph.arc_from[arc]), graph.node_point(int(graph.arc_from[arc])), 3.0
    )
    legs = [Leg(arc, 0.0, 1.0), Leg(back, 0.0, 1.0)]
    line = [point for leg in legs for point in leg_points(graph, leg)]
    route = route_along(graph, graph.duration_ms, (end, end), legs, line)
    assert route.distance_m == pytest.approx(2 * float(graph.length_m[graph.arc_stretch[arc]]))
    assert route.duration_s == sum(route.leg_s) == 2 * float(graph.duration_ms[arc]) / 1000.0
    assert route.legs == tuple(legs)
    assert (route.from_snap_m, route.to_snap_m) == (3.0, 3.0)
    assert route.geometry[0] == route.geometry[-1] == end.point


def test_a_route_that_goes_nowhere_still_has_a_line() -> None:
    graph = random_graph(1)
    here = Snap(0, 0.0, 0, graph.node_point(0), 0.0)
    route = route_along(graph, graph.duration_ms, (here, here), [], [here.point])
    assert (route.geometry, route.distance_m, route.legs) == ((here.point, here.point), 0.0, ())
