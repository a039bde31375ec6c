"""The hierarchy by itself: orders, edges and triangles against their definitions, weights against scipy."""

import random
from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.hierarchy import EdgeWeights, Hierarchy, build_hierarchy, customized, order_states
from geo.hierarchy_kernels import FAR
from geo.label_kernels import common_ancestor
from geo.labels import LabelIndex, Labels, labelled
from geo.regions import Regions
from geo.turn_states import Steps, steps_of
from tests.geo.random_city import random_graph

CASES = 1000
NOTHING_JOINED = np.empty((0, 2), np.int32)


def random_steps(rng: random.Random) -> tuple[Steps, NDArray[np.uint32]]:
    """Draw any directed graph, torn apart or not: up to 60 states, weights up to the largest, some closed."""
    states = rng.randint(1, 60)
    arcs = rng.randint(0, 3 * states)
    tail, head = (np.array([rng.randrange(states) for _ in range(arcs)], dtype=np.int32) for _ in range(2))
    ticks = [int(FAR) if rng.random() < 0.1 else int(10 ** rng.uniform(0, 9.3)) for _ in range(arcs)]
    number = np.arange(arcs, dtype=np.int32)
    return Steps(states, tail, head, number, head, np.empty(0, np.int32)), np.array(ticks, dtype=np.uint32)


def weighed(hierarchy: Hierarchy, ticks: NDArray[np.uint32]) -> EdgeWeights:
    return customized(hierarchy, ticks, EdgeWeights.empty(len(hierarchy.up)))


def test_labels_equal_scipy_on_any_graph_and_never_overflow() -> None:
    for seed in range(CASES):
        rng = random.Random(seed)
        steps, ticks = random_steps(rng)
        hierarchy = build_hierarchy(steps, NOTHING_JOINED)
        index = LabelIndex.of(hierarchy)
        weights, regions = weighed(hierarchy, ticks), one_empty_region(hierarchy.node_count)
        labels = labelled(hierarchy, index, weights, regions, Labels.empty(index), np.empty(0, np.uint16))
        expected = all_pairs(steps, ticks)
        for _ in range(10):
            start, end = rng.randrange(steps.states), rng.randrange(steps.states)
            found = least(hierarchy, index, labels, int(hierarchy.rank[start]), int(hierarchy.rank[end]))
            # What takes longer than FAR counts as unreachable: 34 hours.
            assert found == min(float(FAR), expected[start, end]), f"seed {seed}: {start} to {end}"
        assert int(labels.forward.max()) <= int(FAR), f"seed {seed}"


def one_empty_region(nodes: int) -> Regions:
    """Return a city that is one region in which no unit may set off."""
    nowhere = np.zeros(nodes + 1, np.int32)
    root, nobody = np.full(1, nodes - 1, np.int32), np.full(1, -1, np.int32)
    none, no_child = np.zeros(1, np.int32), np.ones(2, np.int32)
    nobody_sets_off = np.empty(0, np.int32)
    return Regions(
        of_node=nowhere[:nodes],
        top=root,
        parent=nobody,
        first_child=no_child,
        first_region=nowhere,
        setting_off=nobody_sets_off,
        above=none,
        first_bound=np.zeros(1, np.int64),
        stride=none,
        bounds=0,
    )


def all_pairs(steps: Steps, ticks: NDArray[np.uint32]) -> NDArray[np.float64]:
    least_ticks = np.full((steps.states, steps.states), np.inf)
    np.minimum.at(least_ticks, (steps.tail, steps.head), np.where(ticks >= FAR, np.inf, ticks.astype(np.float64)))
    tail, head = np.nonzero(np.isfinite(least_ticks))
    return np.asarray(dijkstra(csr_array((least_ticks[tail, head], (tail, head)), shape=least_ticks.shape)))


def least(hierarchy: Hierarchy, index: LabelIndex, labels: Labels, u: int, v: int) -> float:
    """Return the least sum over all ancestors that two nodes share, found one by one."""
    above_u, above_v = ancestors(hierarchy, u), ancestors(hierarchy, v)
    shared = [node for node in above_u if node in above_v]
    lowest = common_ancestor(u, v, hierarchy.subtree, index.highest.reshape(-1), hierarchy.node_count)
    assert lowest == shared[0]
    sums = [
        float(labels.forward[index.first_label[u] + hierarchy.depth[node]])
        + float(labels.backward[index.first_label[v] + hierarchy.depth[node]])
        for node in shared
    ]
    return min(float(FAR), *sums)


def ancestors(hierarchy: Hierarchy, node: int) -> list[int]:
    above = [node]
    while hierarchy.parent[above[-1]] >= 0:
        above.append(int(hierarchy.parent[above[-1]]))
    return above


def test_customized_weights_are_those_of_triangles_relaxed_one_by_one_and_say_over_which_node() -> None:
    for seed in range(CASES):
        steps, ticks = random_steps(random.Random(seed))
        hierarchy = build_hierarchy(steps, NOTHING_JOINED)
        found, way = weighed(hierarchy, ticks), one_by_one(hierarchy, steps, ticks)
        for low, edge in edges_of(hierarchy):
            high = int(hierarchy.up[edge])
            for weight, by, start, end in (
                (int(found.climb[edge]), int(found.climb_by[edge]), low, high),
                (int(found.descend[edge]), int(found.descend_by[edge]), high, low),
            ):
                assert weight == way[start, end], f"seed {seed}"
                if weight < FAR:
                    assert weight == (ticks[~by] if by < 0 else way[start, by] + way[by, end]), f"seed {seed}"


def edges_of(hierarchy: Hierarchy) -> list[tuple[int, int]]:
    """Return the lower node of each edge, and its place."""
    first = hierarchy.first_up.tolist()
    return [(v, edge) for v in range(hierarchy.node_count) for edge in range(first[v], first[v + 1])]


def one_by_one(hierarchy: Hierarchy, steps: Steps, ticks: NDArray[np.uint32]) -> dict[tuple[int, int], int]:
    """Return the ticks of each edge in both directions, from one node to the other, as the textbook has it."""
    way = {}
    for low, edge in edges_of(hierarchy):
        way[low, int(hierarchy.up[edge])] = way[int(hierarchy.up[edge]), low] = int(FAR)
    ranks = (hierarchy.rank[steps.tail].tolist(), hierarchy.rank[steps.head].tolist(), ticks.tolist())
    for tail, head, own in zip(*ranks, strict=True):
        if tail != head:
            way[tail, head] = min(way[tail, head], own)
    for v in range(hierarchy.node_count):
        above = hierarchy.up[hierarchy.first_up[v] : hierarchy.first_up[v + 1]].tolist()
        for start, end in permutations(above, 2):
            way[start, end] = min(way[start, end], way[start, v] + way[v, end])
    return way


def test_joined_states_lie_on_one_path_to_the_root() -> None:
    for seed in range(CASES):
        rng = random.Random(seed)
        steps, _ = random_steps(rng)
        joined = np.array([[rng.randrange(steps.states) for _ in range(2)] for _ in range(3)], dtype=np.int32)
        hierarchy = build_hierarchy(steps, joined)
        for one, other in hierarchy.rank[joined].tolist():
            assert max(one, other) in ancestors(hierarchy, min(one, other)), f"seed {seed}"
        assert sorted(hierarchy.rank.tolist()) == list(range(steps.states)), f"seed {seed}"
        for node in rng.sample(range(steps.states), min(3, steps.states)):
            below = [other for other in range(steps.states) if node in ancestors(hierarchy, other)]
            assert below == list(range(int(hierarchy.subtree[node]), node + 1)), f"seed {seed}"


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_only_junctions_with_a_forbidden_turn_are_expanded(seed: int) -> None:
    graph = random_graph(seed)
    steps = steps_of(graph)
    entered = {(origin, via) for origin, via, _ in graph.forbidden_turns.tolist()}
    assert steps.states == graph.node_count + len(entered)
    assert steps_of(random_graph(seed + 1)).states == random_graph(seed + 1).node_count


def test_a_stored_order_gives_the_same_hierarchy_and_one_of_another_city_is_refused() -> None:
    for seed in range(CASES):
        steps, _ = random_steps(random.Random(seed))
        order = order_states(steps, NOTHING_JOINED)
        ordered_now, stored = build_hierarchy(steps, NOTHING_JOINED), build_hierarchy(steps, NOTHING_JOINED, order)
        np.testing.assert_array_equal(ordered_now.rank, stored.rank, err_msg=f"seed {seed}")
        np.testing.assert_array_equal(stored.rank[order], np.arange(steps.states), err_msg=f"seed {seed}")
        with pytest.raises(ValueError, match="does not fit"):
            build_hierarchy(steps, NOTHING_JOINED, order[:-1])
