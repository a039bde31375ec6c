"""Find roundabouts in a road graph: small round rings of one-way arcs, driven against the clock as the law has it.

A pack does not store OSM's ``junction=roundabout``: what is round and one-way is one to a driver, too.
"""

import math

import numpy as np

from geo.point import EARTH_RADIUS_M
from geo.roads import NO_ARC, RoadGraph
from geo.route import Leg, leg_points

# The largest one in China (Dalian's Xinghai Square aside) has about 250 m across.
PERIMETER_MAX_M = 800.0

# 4 pi area / perimeter^2 of a circle is 1, of a square 0.785: a block of one-way streets is no roundabout.
ROUNDNESS_MIN = 0.86

_ARCS_MAX = 32
_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M
_NOT_ROUND: frozenset[int] = frozenset()


def ring_of(graph: RoadGraph, arc: int) -> frozenset[int]:
    """Return the arcs of the roundabout that an arc belongs to; none when it belongs to none."""
    ring, length_m = [arc], 0.0
    while True:
        if graph.arc_twin[ring[-1]] != NO_ARC:
            return _NOT_ROUND
        length_m += float(graph.length_m[graph.arc_stretch[ring[-1]]])
        node = int(graph.arc_to[ring[-1]])
        if node == graph.arc_from[arc]:
            return frozenset(ring) if _is_round(graph, ring) else _NOT_ROUND
        onward = _onward(graph, ring[-1], node)
        if onward is None or length_m > PERIMETER_MAX_M or len(ring) == _ARCS_MAX:
            return _NOT_ROUND
        ring.append(onward)


def _onward(graph: RoadGraph, arc: int, node: int) -> int | None:
    """Return the one-way arc of the same class and name that goes on; None unless there is just one."""
    stretch = graph.arc_stretch[arc]
    going_on = [
        other
        for other in range(int(graph.first_arc[node]), int(graph.first_arc[node + 1]))
        if graph.arc_twin[other] == NO_ARC
        and graph.road_class[graph.arc_stretch[other]] == graph.road_class[stretch]
        and graph.road_name[graph.arc_stretch[other]] == graph.road_name[stretch]
    ]
    return going_on[0] if len(going_on) == 1 else None


def _is_round(graph: RoadGraph, ring: list[int]) -> bool:
    """Tell whether a closed ring is nearly a circle, driven against the clock."""
    line = np.array([(point.lon, point.lat) for arc in ring for point in leg_points(graph, Leg(arc, 0.0, 1.0))])
    flat = (line - line[0]) * _METRES_PER_DEGREE * (math.cos(math.radians(line[0, 1])), 1.0)
    x, y = flat.T
    area = float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2.0)
    around_m = float(np.hypot(*(np.roll(flat, -1, axis=0) - flat).T).sum())
    return around_m > 0.0 and 4.0 * math.pi * area / around_m**2 >= ROUNDNESS_MIN
