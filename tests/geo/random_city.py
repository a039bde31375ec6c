"""Random little cities, and a slow oracle for positions in the middle of a road.

Ways are random walks over random points: they share nodes, cross without joining, run in parallel, close to loops.
"""

import math
import random
from collections import defaultdict
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np

from geo.dijkstra import Arc, travel_times_ms
from geo.junctions import lay_roads
from geo.osm_import import UNITS_PER_DEGREE, OsmCity, OsmWays
from geo.point import Point
from geo.roads import RoadGraph
from geo.snap import RoadIndex, Snap, build_grid
from geo.speeds import ROAD_CLASSES, read_profile
from geo.travel import TravelTimes

WEST, SOUTH, SIZE = 116.40, 39.90, 0.03
PROFILE = read_profile()


def random_ways(rng: random.Random) -> OsmWays:
    """Draw the ways of a city of about 3 km: 4 to 16 points, 3 to 14 ways."""
    points = [
        (rng.randrange(int(SIZE * UNITS_PER_DEGREE)), rng.randrange(int(SIZE * UNITS_PER_DEGREE)))
        for _ in range(rng.randint(4, 16))
    ]
    walks = []
    for _ in range(rng.randint(3, 14)):
        walk = [rng.randrange(len(points))]
        for _ in range(rng.randint(1, 4)):
            walk.append(rng.choice([at for at in range(len(points)) if at != walk[-1]]))
        walks.append(walk)
    nodes = [node for walk in walks for node in walk]
    directions = [rng.choice(["both", "both", "both", "forward", "backward"]) for _ in walks]
    return OsmWays(
        first=np.cumsum([0, *map(len, walks)]).astype(np.int64),
        node=np.array(nodes, dtype=np.int64) + 1,
        x=np.array([int(WEST * UNITS_PER_DEGREE) + points[node][0] for node in nodes], dtype=np.int32),
        y=np.array([int(SOUTH * UNITS_PER_DEGREE) + points[node][1] for node in nodes], dtype=np.int32),
        way_id=np.arange(len(walks), dtype=np.int64),
        road_class=np.array([rng.randrange(len(ROAD_CLASSES)) for _ in walks], dtype=np.uint8),
        name=np.array([rng.randrange(3) for _ in walks], dtype=np.int32),
        layer=np.zeros(len(walks), dtype=np.int8),
        forward=np.array([direction != "backward" for direction in directions]),
        backward=np.array([direction != "forward" for direction in directions]),
        bridge=np.zeros(len(walks), dtype=np.bool_),
        tunnel=np.zeros(len(walks), dtype=np.bool_),
    )


@cache
def random_graph(seed: int) -> RoadGraph:
    """Lay a random city; even seeds get random forbidden turns, which may cut places off from one another."""
    rng = random.Random(seed)
    graph = lay_roads(OsmCity(random_ways(rng), (None,), (), (), {}, ""), PROFILE).graph
    if seed % 2:
        return graph
    pairs = [
        (int(graph.arc_from[arc]), int(graph.arc_to[arc]), int(graph.arc_to[onward]))
        for arc in range(graph.arc_count)
        for onward in range(graph.first_arc[graph.arc_to[arc]], graph.first_arc[graph.arc_to[arc] + 1])
    ]
    chosen = sorted(set(rng.sample(pairs, min(len(pairs), rng.randint(1, 12)))))
    return replace(graph, forbidden_turns=np.array(chosen, dtype=np.int32).reshape(-1, 3))


def travel_on(graph: RoadGraph, centers: dict[str, Point] | None = None) -> TravelTimes:
    """Open travel times on a graph that was never stored."""
    return TravelTimes(graph, RoadIndex(graph, build_grid(graph)), centers or {}, (None, None, None))


@cache
def travel_of(seed: int) -> TravelTimes:
    """Open the travel times of a random city once; who changes its weights opens one of their own."""
    return travel_on(random_graph(seed))


def random_point(rng: random.Random, graph: RoadGraph) -> Point:
    """Draw a junction, a point on a road, or a point beside one."""
    kind = rng.random()
    if kind < 0.3:
        return graph.node_point(rng.randrange(graph.node_count))
    stretch, share = rng.randrange(graph.stretch_count), rng.random()
    at = rng.randrange(int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1]) - 1)
    lon = float(graph.shape_lon[at] + share * (graph.shape_lon[at + 1] - graph.shape_lon[at]))
    lat = float(graph.shape_lat[at] + share * (graph.shape_lat[at + 1] - graph.shape_lat[at]))
    if kind < 0.8:
        return Point(lon, lat)
    return Point(lon + rng.uniform(-0.005, 0.005), lat + rng.uniform(-0.005, 0.005))


def oracle_ms(graph: RoadGraph, start: Snap, end: Snap) -> float:
    """Return the milliseconds between two positions: every road is cut at the positions, then plain Dijkstra.

    Each direction of a road gets its own cut, so nobody turns round in the middle of a road except at the start.
    """
    source, target, spare = graph.node_count, graph.node_count + 1, graph.node_count + 2
    arcs: list[tuple[int, int, float]] = []
    between: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)  # first head and last tail of each arc
    columns = (graph.arc_from, graph.arc_to, graph.arc_stretch, graph.arc_forward, graph.duration_ms)
    for arc_from, arc_to, stretch, forward, duration_ms in zip(*(each.tolist() for each in columns), strict=True):
        cuts = []
        for snap, is_start in ((start, True), (end, False)):
            if snap.junction is None and snap.stretch == stretch:
                share = snap.fraction if forward else 1.0 - snap.fraction
                cuts.append((share, not is_start, is_start, spare))
                spare += 1
        cuts.sort()
        chain = [(0.0, arc_from), *((share, node) for share, _, _, node in cuts), (1.0, arc_to)]
        for (low, tail), (high, head) in pairwise(chain):
            arcs.append((tail, head, (high - low) * duration_ms))
        arcs.extend((source, node, 0.0) if is_start else (node, target, 0.0) for _, _, is_start, node in cuts)
        between[arc_from, arc_to].append((chain[1][1], chain[-2][1]))
    if start.junction is not None:
        source = start.junction
    if end.junction is not None:
        target = end.junction
    forbidden = {
        (last_tail, via, first_head)
        for origin, via, to in graph.forbidden_turns.tolist()
        for _, last_tail in between[origin, via]
        for first_head, _ in between[via, to]
    }
    # The reference counts whole numbers: a nanosecond is whole enough.
    plain = [Arc(tail, head, round(time_ms * 1e6)) for tail, head, time_ms in arcs]
    return travel_times_ms(plain, source, forbidden).get(target, math.inf) / 1e6
