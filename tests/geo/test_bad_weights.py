"""Closures that cut places off, and weights that are none: defined answers, and the old weights stay in force."""

import random

import numpy as np
import pytest

from geo.hierarchy import CLOSED_MS
from geo.prepared import DURATION_MS_MAX
from geo.travel import Arrival
from geo.uncertain import Disc
from tests.geo.random_city import random_graph, travel_on


def test_a_closure_that_isolates_a_hospital_leaves_it_last_and_reopens() -> None:
    for seed in range(1, 41, 2):
        graph, rng = random_graph(seed), random.Random(seed)
        cut = rng.randrange(graph.node_count)
        other = (cut + 1) % graph.node_count
        travel = travel_on(graph, {"cut": graph.node_point(cut), "open": graph.node_point(other)})
        duration_ms = graph.duration_ms.copy()
        duration_ms[(graph.arc_to == cut) | (graph.arc_from == cut)] = CLOSED_MS
        travel.reweight(duration_ms)
        assert travel.rank(graph.node_point(other)) == [Arrival("open", 0.0), Arrival("cut", None)], f"seed {seed}"
        on_the_island = travel.rank(graph.node_point(cut))
        assert on_the_island == [Arrival("cut", 0.0), Arrival("open", None)], f"seed {seed}"
        assert travel.route(graph.node_point(cut), graph.node_point(other)) is None, f"seed {seed}"
        assert travel.rank_region(Disc(graph.node_point(cut), 0.0)).outlooks[1].expected_s is None, f"seed {seed}"
        travel.reweight(graph.duration_ms)
        assert all(row.eta_s is not None for row in travel.rank(graph.node_point(other))), f"seed {seed}"


@pytest.mark.parametrize("duration_ms", [0, -1, DURATION_MS_MAX + 1])
def test_impossible_weights_leave_the_old_ones_in_force(duration_ms: int) -> None:
    graph = random_graph(1)
    travel = travel_on(graph, {"a": graph.node_point(0)})
    before = travel.rank(graph.node_point(1))
    with pytest.raises(ValueError, match="weights"):
        travel.reweight(np.full(graph.arc_count, duration_ms, np.int32))
    assert (travel.weights_epoch, travel.rank(graph.node_point(1))) == (1, before)


def test_the_longest_possible_weights_never_wrap_round() -> None:
    graph = random_graph(1)
    travel = travel_on(graph, {f"c{node}": graph.node_point(node) for node in range(graph.node_count)})
    travel.reweight(np.full(graph.arc_count, DURATION_MS_MAX, np.int32))
    times = [row.eta_s for row in travel.rank(graph.node_point(0))]
    assert times[0] == 0.0
    assert all(eta_s is None or eta_s >= DURATION_MS_MAX / 1000.0 for eta_s in times[1:])
