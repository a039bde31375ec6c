"""Where ways are cut and joined, which part of the city is kept, and what the graph's arrays promise."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from geo.city_pack import CityPack
from geo.junctions import Islands, LaidRoads, lay_roads
from geo.osm_import import read_osm
from geo.point import Point
from geo.roads import NO_ARC, RoadGraph
from geo.speeds import ROAD_CLASSES
from tests.geo.osm_files import OsmNode, OsmTurn, OsmWay, silent, write_osm
from tests.geo.random_city import PROFILE, random_graph

#   1 --- 2 --- 3        4 lies north of 2, 5 south of it; 6 and 7 are far away
#         4 / 5
NODES = [
    OsmNode(1, 116.400, 39.900),
    OsmNode(2, 116.402, 39.900),
    OsmNode(3, 116.404, 39.900),
    OsmNode(4, 116.402, 39.902),
    OsmNode(5, 116.402, 39.898),
    OsmNode(6, 116.420, 39.900),
    OsmNode(7, 116.422, 39.900),
]
PRIMARY = {"highway": "primary"}
ONE_WAY = {"highway": "primary", "oneway": "yes"}


def lay(tmp_path: Path, ways: list[OsmWay], turns: list[OsmTurn] | None = None) -> LaidRoads:
    path = write_osm(tmp_path / "city.osm", NODES, ways, turns or [])
    return lay_roads(read_osm(path, PROFILE, silent), PROFILE)


def arcs_of(graph: RoadGraph) -> set[tuple[float, float, float, float]]:
    """Return each arc as the places it joins, so that numbers do not matter."""
    places = [graph.node_point(node) for node in range(graph.node_count)]
    return {
        (places[tail].lon, places[tail].lat, places[head].lon, places[head].lat)
        for tail, head in zip(graph.arc_from.tolist(), graph.arc_to.tolist(), strict=True)
    }


def between(*refs: int) -> set[tuple[float, float, float, float]]:
    """Return the arcs 1 -> 2, 2 -> 3 ... of a chain of nodes."""
    places = {node.ref: (node.lon, node.lat) for node in NODES}
    return {(*places[tail], *places[head]) for tail, head in pairwise(refs)}


def test_a_node_of_one_way_is_no_junction(tmp_path: Path) -> None:
    graph = lay(tmp_path, [OsmWay(1, (1, 2, 3))]).graph
    assert (graph.node_count, graph.stretch_count) == (2, 1)
    assert arcs_of(graph) == between(1, 3, 1)
    assert graph.first_shape.tolist() == [0, 3]


def test_ways_are_cut_where_they_share_a_node(tmp_path: Path) -> None:
    graph = lay(tmp_path, [OsmWay(1, (1, 2, 3)), OsmWay(2, (4, 2, 5))]).graph
    assert (graph.node_count, graph.stretch_count, graph.arc_count) == (5, 4, 8)
    assert arcs_of(graph) == between(1, 2, 3, 2, 1) | between(4, 2, 5, 2, 4)


def test_roads_that_only_cross_are_not_joined(tmp_path: Path) -> None:
    laid = lay(tmp_path, [OsmWay(1, (1, 3)), OsmWay(2, (4, 5), {"highway": "primary", "bridge": "yes", "layer": "1"})])
    assert laid.graph.node_count == 2
    assert laid.islands == Islands(count=1, nodes=2, largest=2, main_share=0.5)


def test_one_ways_run_one_way(tmp_path: Path) -> None:
    ring = [OsmWay(1, (1, 2, 3), ONE_WAY), OsmWay(2, (3, 4, 1), ONE_WAY), OsmWay(3, (1, 5, 2))]
    graph = lay(tmp_path, ring).graph
    assert arcs_of(graph) == between(1, 2, 3, 1) | between(1, 2, 1)
    stretches = [stretch for stretch in range(graph.stretch_count) if len(graph.arcs_of(stretch)) == 1]
    assert len(stretches) == 3
    assert all(graph.arc_twin[arc] == NO_ARC for stretch in stretches for arc in graph.arcs_of(stretch))


def test_a_roundabout_runs_one_way_without_a_tag(tmp_path: Path) -> None:
    ways = [
        OsmWay(1, (5, 3, 4, 1, 5), {"highway": "primary", "junction": "roundabout"}),
        OsmWay(2, (3, 6)),
        OsmWay(3, (1, 7)),
    ]
    assert arcs_of(lay(tmp_path, ways).graph) == between(5, 3, 1, 5) | between(3, 6, 3) | between(1, 7, 1)


def test_a_loop_keeps_both_its_directions(tmp_path: Path) -> None:
    graph = lay(tmp_path, [OsmWay(1, (1, 2)), OsmWay(2, (2, 3, 4, 2))]).graph
    loops = np.flatnonzero(graph.arc_from == graph.arc_to)
    assert len(loops) == 2
    assert graph.arc_twin[loops].tolist() == loops[::-1].tolist()


def test_what_cannot_be_left_or_reached_is_an_island(tmp_path: Path) -> None:
    ways = [OsmWay(1, (1, 2)), OsmWay(2, (2, 3), ONE_WAY), OsmWay(3, (4, 1), ONE_WAY), OsmWay(4, (6, 7))]
    laid = lay(tmp_path, ways)
    assert arcs_of(laid.graph) == between(1, 2, 1)
    assert laid.islands == Islands(count=3, nodes=4, largest=2, main_share=1.0 - 4 / 6)


def test_a_forbidden_turn_is_kept_by_its_junctions(tmp_path: Path) -> None:
    ways = [OsmWay(1, (1, 2)), OsmWay(2, (2, 3)), OsmWay(3, (2, 4))]
    graph = lay(tmp_path, ways, [OsmTurn("no_left_turn", 1, 2, 3)]).graph
    (turn,) = graph.forbidden_turns.tolist()
    assert [graph.node_point(node) for node in turn] == [Point(NODES[at].lon, NODES[at].lat) for at in (0, 1, 3)]


def test_a_turn_that_cuts_off_its_road_leaves_the_graph_with_it(tmp_path: Path) -> None:
    # The only way into the one-way 2 -> 3 is from 1; forbidding it leaves that road without access.
    ways = [OsmWay(1, (1, 2)), OsmWay(2, (2, 3), ONE_WAY), OsmWay(3, (3, 4, 1), ONE_WAY)]
    laid = lay(tmp_path, ways, [OsmTurn("no_right_turn", 1, 2, 2)])
    assert arcs_of(laid.graph) == between(1, 2, 1)
    assert laid.graph.forbidden_turns.shape == (0, 3)


@pytest.mark.parametrize("seed", range(0, 1000, 10))
def test_the_arrays_of_random_cities_agree_with_one_another(seed: int) -> None:
    assert_consistent(random_graph(seed))


def test_the_arrays_of_beijing_agree_with_one_another(beijing_pack: CityPack) -> None:
    graph = beijing_pack.graph
    assert_consistent(graph)
    assert graph.node_count > 50_000
    assert beijing_pack.summary().main_component_share > 0.97
    assert beijing_pack.summary().islands["count"] > 0
    assert "trunk_link" in {ROAD_CLASSES[road_class] for road_class in np.unique(graph.road_class)}


def assert_consistent(graph: RoadGraph) -> None:
    """Check what `RoadGraph` promises about its arrays."""
    arcs = np.arange(graph.arc_count)
    assert (graph.duration_ms >= 1).all()
    assert (np.diff(graph.arc_from) >= 0).all()
    assert (graph.first_arc == np.searchsorted(graph.arc_from, np.arange(graph.node_count + 1))).all()
    twin = graph.arc_twin
    paired = twin != NO_ARC
    assert (twin[twin[paired]] == arcs[paired]).all()
    assert (graph.arc_from[twin[paired]] == graph.arc_to[paired]).all()
    assert (graph.duration_ms[twin[paired]] == graph.duration_ms[paired]).all()
    driven = np.where(graph.arc_forward, graph.forward_arc[graph.arc_stretch], graph.backward_arc[graph.arc_stretch])
    assert (driven == arcs).all()
    first, last = graph.first_shape[:-1][graph.arc_stretch], graph.first_shape[1:][graph.arc_stretch] - 1
    begin = np.where(graph.arc_forward, first, last)
    assert (graph.shape_lon[begin] == graph.node_lon[graph.arc_from]).all()
    assert (graph.shape_lat[begin] == graph.node_lat[graph.arc_from]).all()
    np.testing.assert_allclose(graph.length_m, graph.shape_m[graph.first_shape[1:] - 1], atol=0.000_51)
    assert (graph.shape_m[graph.first_shape[:-1]] == 0.0).all()
