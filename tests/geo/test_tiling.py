"""Copies of a city side by side: a sound graph in which every copy keeps its own times, and all can be reached."""

import random

import numpy as np
import pytest

from geo.roads import NO_ARC
from geo.tiling import JOINTS, tiled
from tests.geo.random_city import oracle_ms, random_graph, travel_on

CASES = 100


def test_a_block_is_a_sound_graph_with_a_joint_between_neighbours() -> None:
    for seed in range(CASES):
        graph, times = random_graph(seed), random.Random(seed).randint(2, 6)
        block = tiled(graph, times)
        columns = int(np.ceil(np.sqrt(times)))
        borders = sum((nth % columns > 0) + (nth >= columns) for nth in range(times))
        assert block.node_count == times * graph.node_count, f"seed {seed}"
        assert block.stretch_count == times * graph.stretch_count + borders * JOINTS, f"seed {seed}"
        assert (np.diff(block.arc_from * np.int64(block.node_count) + block.arc_to) >= 0).all(), f"seed {seed}"
        arc = np.arange(block.arc_count)
        assert ((block.first_arc[block.arc_from] <= arc) & (arc < block.first_arc[block.arc_from + 1])).all()
        two_way = block.arc_twin != NO_ARC
        np.testing.assert_array_equal(block.arc_twin[block.arc_twin[two_way]], arc[two_way], err_msg=f"seed {seed}")
        onward, back = block.forward_arc[block.arc_stretch], block.backward_arc[block.arc_stretch]
        by_direction = np.where(block.arc_forward, onward, back)
        np.testing.assert_array_equal(by_direction, arc, err_msg=f"seed {seed}")
        point = np.arange(len(block.shape_lon))
        stretch = block.shape_stretch
        assert ((block.first_shape[stretch] <= point) & (point < block.first_shape[stretch + 1])).all()


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_times_across_copies_equal_the_plain_search(seed: int) -> None:
    block, rng = tiled(random_graph(seed), 4), random.Random(seed)
    travel = travel_on(block)
    for _ in range(4):
        a, b = (rng.randrange(block.node_count) for _ in range(2))
        found_s = travel.matrix([block.node_point(a)], [block.node_point(b)])[0, 0]
        start, end = (travel.roads.snap(block.node_point(node)) for node in (a, b))
        assert found_s * 1000.0 == pytest.approx(oracle_ms(block, start, end), abs=0.2), f"seed {seed}: {a} to {b}"
