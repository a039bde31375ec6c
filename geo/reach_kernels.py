"""Compiled search for all that can be reached: from a few positions to every node, by one sweep down the tree."""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import i32, i64, rebuild_kernel, struct_at, u32, wide
from geo.hierarchy_kernels import FAR
from geo.query_kernels import ROADS, WEIGHTS, merge_departures


@rebuild_kernel
def reach_arcs(
    weights: int,
    stretch: NDArray[np.int64],
    fraction: NDArray[np.float64],
    junction: NDArray[np.int64],
    entered: NDArray[np.uint32],
) -> None:
    """Fill uint32[stretches, 2]: the ticks after which both arcs of each stretch can be entered at their beginning.

    Positions are given as `fill_matrix` has them; the first to arrive counts. A fastest way climbs, then descends:
    the labels of the positions say the times to all their ancestors, and one sweep from the root down says the others
    (Delling, Goldberg, Nowatzyk, Werneck, *PHAST*, 2011). Forbidden turns are kept: nodes are states, not junctions.
    """
    w = struct_at(weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    first_up, up, descend = i64(r.first_up, r.nodes + 1), i32(r.up, r.edges), u32(w.descend, r.edges)
    times = np.full(r.nodes, FAR, np.uint32)
    label = np.empty(r.nodes, np.uint32)
    for p in range(stretch.size):
        lowest, length = merge_departures(w, r, stretch[p], fraction[p], junction[p], label)
        v = wide(lowest)
        for level in range(length - 1, -1, -1):
            times[v] = min(times[v], label[level])
            v = wide(up[first_up[v]]) if first_up[v] < first_up[v + 1] else r.nodes - 1  # its parent in the tree
    for v in range(r.nodes - 1, -1, -1):
        best = times[v]
        for e in range(first_up[v], first_up[v + 1]):
            best = min(best, np.uint32(times[up[e]] + descend[e]))
        times[v] = min(best, FAR)
    entered[:] = FAR
    first = i32(r.first_arrival, r.places + 1)
    node, side = i32(r.arrival_node, r.arrivals), i32(r.arrival_side, r.arrivals)
    for s in range(r.stretches):
        for arrival in range(first[s], first[s + 1]):
            at = side[arrival]
            entered[s, at] = min(entered[s, at], times[node[arrival]])
