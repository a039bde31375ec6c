"""The search's states under forbidden turns, and its answers against the reference on whole graphs."""

import random
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.dijkstra import Arc, travel_times_ms
from geo.junctions import lay_roads
from geo.osm_import import read_osm
from geo.roads import NO_ARC
from geo.snap import RoadIndex, Snap, build_grid
from tests.geo.osm_files import OsmNode, OsmTurn, OsmWay, silent, write_osm
from tests.geo.random_city import PROFILE, random_graph
from tests.geo.slow_search import SearchGraph, Seed, Seeds


def at_junction(search: SearchGraph, junction: int) -> Snap:
    return Snap(0, 0.0, junction, search.graph.node_point(junction), 0.0)


def test_junction_to_junction_equals_the_reference_both_ways_and_exactly() -> None:
    for seed in range(1000):
        graph, rng = random_graph(seed), random.Random(seed)
        search = SearchGraph(graph, graph.duration_ms)
        source = rng.randrange(graph.node_count)
        rows = zip(graph.arc_from.tolist(), graph.arc_to.tolist(), graph.duration_ms.tolist(), strict=True)
        least = travel_times_ms(
            [Arc(*row) for row in rows], source, [(a, b, c) for a, b, c in graph.forbidden_turns.tolist()]
        )
        expected = [float(least.get(node, np.inf)) for node in range(graph.node_count)]
        snaps = [at_junction(search, node) for node in range(graph.node_count)]
        start = search.departures(snaps[source])
        forwards = search.best_from([start], Seeds.of(search.arrivals(snap) for snap in snaps))
        backwards = search.best_to([search.arrivals(snap) for snap in snaps], Seeds.of([start]))
        assert forwards[0].tolist() == expected, f"seed {seed}"
        assert backwards[:, 0].tolist() == expected, f"seed {seed}"


def test_a_path_is_a_chain_of_allowed_arcs() -> None:
    for seed in range(1000):
        graph, rng = random_graph(seed), random.Random(seed)
        search = SearchGraph(graph, graph.duration_ms)
        a, b = (at_junction(search, rng.randrange(graph.node_count)) for _ in range(2))
        path = search.path(search.departures(a), search.arrivals(b))
        if path is None:
            assert np.isinf(search.best_from([search.departures(a)], Seeds.of([search.arrivals(b)]))[0, 0]), (
                f"seed {seed}"
            )
            continue
        nodes = [a.junction, *(int(graph.arc_to[arc]) for arc in path.arcs)]
        tails = [int(graph.arc_from[arc]) for arc in path.arcs]
        assert nodes[:-1] == tails, f"seed {seed}"
        assert nodes[-1] == b.junction, f"seed {seed}"
        turns = set(zip(nodes[:-2], nodes[1:-1], nodes[2:], strict=True))
        assert not turns & {(one, via, to) for one, via, to in graph.forbidden_turns.tolist()}, f"seed {seed}"
        assert path.duration_ms == sum(int(graph.duration_ms[arc]) for arc in path.arcs), f"seed {seed}"


def test_only_junctions_with_a_forbidden_turn_have_more_than_one_state(tmp_path: Path) -> None:
    #  1 - 2 - 3 with 4 north of 2: no left turn from 1 to 4, so the way there turns round at 3
    nodes = [OsmNode(1, 116.40, 39.90), OsmNode(2, 116.41, 39.90), OsmNode(3, 116.42, 39.90), OsmNode(4, 116.41, 39.91)]
    ways = [OsmWay(1, (1, 2)), OsmWay(2, (2, 3)), OsmWay(3, (2, 4))]
    path = write_osm(tmp_path / "t.osm", nodes, ways, [OsmTurn("no_left_turn", 1, 2, 3)])
    graph = lay_roads(read_osm(path, PROFILE, silent), PROFILE).graph
    search, roads = SearchGraph(graph, graph.duration_ms), RoadIndex(graph, build_grid(graph))
    west, middle, east, north = (roads.snap(graph.node_point(node)) for node in range(4))
    assert [len(search.arrivals(snap)) for snap in (west, middle, east, north)] == [1, 2, 1, 1]
    assert [len(search.departures(snap)) for snap in (west, middle, east, north)] == [1, 1, 1, 1]
    found = search.path(search.departures(west), search.arrivals(north))
    assert found is not None
    assert [int(graph.arc_to[arc]) for arc in found.arcs] == [1, 2, 1, 3]


def test_driving_straight_on_respects_one_ways(tmp_path: Path) -> None:
    nodes = [OsmNode(1, 116.40, 39.90), OsmNode(2, 116.41, 39.90), OsmNode(3, 116.405, 39.91)]
    ways = [OsmWay(1, (1, 2), {"highway": "primary", "oneway": "yes"}), OsmWay(2, (2, 3, 1))]
    graph = lay_roads(read_osm(write_osm(tmp_path / "o.osm", nodes, ways), PROFILE, silent), PROFILE).graph
    search, roads = SearchGraph(graph, graph.duration_ms), RoadIndex(graph, build_grid(graph))
    early, late = (roads.snap(nodes[0]._replace(lon=lon).place()) for lon in (116.402, 116.408))
    straight = search.along(early, late)
    assert straight is not None
    assert search.along(late, early) is None
    assert search.along(early, roads.snap(graph.node_point(0))) is None
    assert straight.offset_ms == search.along_ms(early, late) < search.along_ms(late, early) == np.inf
    assert abs(straight.offset_ms - 0.6 * float(graph.duration_ms[straight.arc])) < 1.0


def test_seeds_take_the_least_of_each_position() -> None:
    seeds = Seeds.of([[Seed(0, 5.0, NO_ARC)], [Seed(1, 1.0, NO_ARC), Seed(2, 0.0, NO_ARC)]])
    assert seeds.best(np.array([[10.0, 20.0, 30.0], [0.0, np.inf, 7.0]])).tolist() == [[15.0, 21.0], [5.0, 7.0]]
    assert Seeds.of([]).best(np.zeros((3, 4))).shape == (3, 0)


def test_scipy_searches_explicit_zeros_and_parallel_entries_as_we_rely_on() -> None:
    zero = csr_array((np.array([0.0, 5.0]), np.array([1, 2]), np.array([0, 1, 2, 2])), shape=(3, 3))
    assert dijkstra(zero, indices=np.array([0])).tolist() == [[0.0, 0.0, 5.0]]
    parallel = csr_array((np.array([9.0, 5.0]), np.array([1, 1]), np.array([0, 2, 2])), shape=(2, 2))
    assert dijkstra(parallel, indices=np.array([0])).tolist() == [[0.0, 5.0]]
