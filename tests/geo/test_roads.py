"""The small questions a road graph answers about itself."""

import random

import numpy as np
import pytest

from geo.point import Box, Point, distance_m
from geo.roads import NO_ARC, piece_lengths_m
from tests.geo.random_city import random_graph


def test_the_arcs_of_a_stretch_forward_first() -> None:
    for seed in range(0, 1000, 10):
        graph = random_graph(seed)
        for stretch in range(graph.stretch_count):
            arcs = graph.arcs_of(stretch)
            assert [int(graph.arc_stretch[arc]) for arc in arcs] == [stretch] * len(arcs), f"seed {seed}"
            expected = [arc for arc in (graph.forward_arc[stretch], graph.backward_arc[stretch]) if arc != NO_ARC]
            assert arcs == expected, f"seed {seed}"
            assert 1 <= len(arcs) <= 2, f"seed {seed}"


def test_the_box_holds_every_junction() -> None:
    graph = random_graph(1)
    box = graph.box()
    assert all(graph.node_point(node) in box for node in range(graph.node_count))
    assert box == Box(graph.shape_lon.min(), graph.shape_lat.min(), graph.shape_lon.max(), graph.shape_lat.max())


def test_lengths_are_those_of_the_plain_formula() -> None:
    rng = random.Random(4)
    points = [Point(rng.uniform(-180, 180), rng.uniform(-90, 90)) for _ in range(1001)]
    plain = [distance_m(points[at], points[at + 1]) for at in range(1000)]
    lon, lat = np.array([point.lon for point in points]), np.array([point.lat for point in points])
    assert piece_lengths_m(lon, lat).tolist() == pytest.approx(plain, rel=1e-9)
