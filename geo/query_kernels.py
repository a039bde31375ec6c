"""Compiled queries over one set of weights: centres by time, units by time, many pairs. See `geo.prepared`.

All times are ticks (`geo.hierarchy.TICKS_PER_MS`), `FAR` where no road leads. Scratch space belongs to the weights: a
query holds the GIL, so only one runs at a time.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np

from geo.compiled import Struct, f64, i32, i64, query_kernel, rebuild_kernel, struct_at, struct_type, u32, wide
from geo.hierarchy_kernels import FAR
from geo.label_kernels import climb_out, climbed_label, common_ancestor, least_sum
from geo.snap_kernels import GRID, snap_to_road

_NOBODY = -1
_NEVER = np.uint32(4_294_967_295)  # later than `FAR`: a candidate that does not count


class RoadsLayout:
    """What never changes: `geo.hierarchy`, `geo.road_ends`, `geo.regions`, and the grid. Lengths, then addresses.

    Some nodes low in the tree of a large city own no label and no row of the table: `forward_label`, `backward_label`
    and `lower_times` know what to do. ``rows`` counts the rows; ``row_of`` int32[nodes] names each node's, or -1.
    ``region`` is `geo.regions.region_rows`. The last ones are scratch space and a tuning of `geo.search_kernels`.
    """

    grid: int
    nodes: int
    levels: int
    places: int
    arrivals: int
    stretches: int
    regions: int
    rows: int
    row_of: int
    edges: int
    arcs: int
    depth: int
    subtree: int
    highest: int
    first_label: int
    departures: int
    first_arrival: int
    arrival_node: int
    arrival_side: int
    junction_node: int
    stretch_arcs: int
    arc_stretch: int
    arc_forward: int
    first_up: int
    up: int
    region_of_node: int
    region: int
    deepest: int
    heap_region: int
    waiting: int
    search: int
    near: int
    target: int
    target_coarse: int
    scratch: int


class WeightsLayout:
    """One set of weights: labels, edges, table, bounds, and the ticks of both arcs of each stretch (uint32[s, 2]).

    ``number`` is no other set's, ever.
    """

    roads: int
    number: int
    entries: int
    forward: int
    backward: int
    climb: int
    descend: int
    climb_by: int
    descend_by: int
    ticks: int
    bound: int
    centers: int
    columns: int
    table: int
    first_center_on: int
    next_center_on: int
    center_fraction: int


class RankingLayout:
    """What is asked, time and again: of which weights, which centres count, and where the answer goes.

    ``barred`` uint32[centers]: 0, or all ones for a centre that does not count. ``order`` int32[k] gets the columns of
    the ``k`` first, ``times`` uint32[k] their ticks.
    """

    weights: int
    k: int
    barred: int
    order: int
    times: int


ROADS = struct_type(RoadsLayout)
WEIGHTS = struct_type(WeightsLayout)
RANKING = struct_type(RankingLayout)


@query_kernel
def departure_ticks(w: Struct, stretch: int, side: int, fraction: float) -> np.uint32:
    """Return the ticks from a position to the end of one of its stretch's arcs."""
    ticks = u32(w.ticks, w.entries)[2 * stretch + side]
    if ticks >= FAR:
        return FAR
    left = 1.0 - fraction if side == 0 else fraction
    return np.uint32(left * ticks + 0.5)


@query_kernel
def arrival_ticks(w: Struct, stretch: int, side: int, fraction: float) -> np.uint32:
    """Return the ticks from the beginning of one of the arcs to a position; side 2 is the junction itself."""
    if side == 2:  # noqa: PLR2004 - road_ends.AT_JUNCTION
        return np.uint32(0)
    return departure_ticks(w, stretch, side, 1.0 - fraction)


@query_kernel
def straight_ticks(w: Struct, stretch: int, start: float, end: float) -> np.uint32:
    """Return the ticks of driving straight on between two positions inside one stretch, `FAR` if one cannot."""
    best = FAR
    onward, back = u32(w.ticks, w.entries)[2 * stretch], u32(w.ticks, w.entries)[2 * stretch + 1]
    if end >= start and onward < FAR:
        best = min(best, np.uint32((end - start) * onward + 0.5))
    if end <= start and back < FAR:
        best = min(best, np.uint32((start - end) * back + 0.5))
    return best


@query_kernel
def rank_centers(ranking: int, lon: float, lat: float) -> int:
    """Find the k first centres from a point; return how many there are. -1: no road is near the point."""
    w = struct_at(struct_at(ranking, RANKING).weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    stretch, fraction, junction, _, _ = snap_to_road(struct_at(r.grid, GRID), lon, lat, np.nan)
    if stretch < 0:
        return _NOBODY
    return rank_from_place(ranking, stretch, fraction, junction)


@query_kernel
def rank_from_place(ranking: int, stretch: int, fraction: float, junction: int) -> int:
    """Answer `rank_centers` for a position on the road; ``junction`` is -1 in the middle of a stretch."""
    asked = struct_at(ranking, RANKING)
    w = struct_at(asked.weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    every = u32(r.scratch, w.centers)
    times_to_centers(w, r, stretch, fraction, junction, every)
    bars = u32(asked.barred, w.centers)
    for c in range(w.centers):
        every[c] |= bars[c]
    return _first_k(every, w.centers, asked.k, i32(asked.order, asked.k), u32(asked.times, asked.k))


@query_kernel
def forward_label(w: Struct, r: Struct, v: int) -> Struct:
    """Return a node's ticks to its ancestors, root first, itself last."""
    first_label = i64(r.first_label, r.nodes + 1)
    if first_label[v + 1] > first_label[v]:
        return u32(w.forward + 4 * first_label[v], wide(i32(r.depth, r.nodes)[v]) + 1)
    first_up, up, depth = i64(r.first_up, r.nodes + 1), i32(r.up, r.edges), i32(r.depth, r.nodes)
    labels = u32(w.forward, first_label[r.nodes])
    return climbed_label(v, first_up, up, u32(w.climb, r.edges), depth, first_label, labels)


@query_kernel
def backward_label(w: Struct, r: Struct, v: int) -> Struct:
    """Return the ticks to a node from its ancestors, root first, itself last."""
    first_label = i64(r.first_label, r.nodes + 1)
    if first_label[v + 1] > first_label[v]:
        return u32(w.backward + 4 * first_label[v], wide(i32(r.depth, r.nodes)[v]) + 1)
    first_up, up, depth = i64(r.first_up, r.nodes + 1), i32(r.up, r.edges), i32(r.depth, r.nodes)
    labels = u32(w.backward, first_label[r.nodes])
    return climbed_label(v, first_up, up, u32(w.descend, r.edges), depth, first_label, labels)


@query_kernel
def times_to_centers(w: Struct, r: Struct, stretch: int, fraction: float, junction: int, out: Struct) -> None:
    """Fill the ticks from a position to every centre, in columns of the table."""
    if junction >= 0:
        out[: w.centers] = FAR
        lower_times(w, r, wide(i32(r.junction_node, r.nodes)[junction]), np.uint32(0), out)
        return
    departures = i32(r.departures, 2 * r.stretches)
    onward, back = wide(departures[2 * stretch]), wide(departures[2 * stretch + 1])
    onward_ticks, back_ticks = FAR, FAR
    if onward >= 0:
        onward_ticks = departure_ticks(w, stretch, 0, fraction)
    if back >= 0:
        back_ticks = departure_ticks(w, stretch, 1, fraction)
    if r.rows == r.nodes:
        one = u32(w.table + 4 * w.columns * max(0, onward), w.centers)
        other = u32(w.table + 4 * w.columns * max(0, back), w.centers)
        for c in range(w.centers):
            best = min(np.uint32(one[c] + onward_ticks), np.uint32(other[c] + back_ticks))
            out[c] = min(best, FAR)
    else:
        out[: w.centers] = FAR
        lower_times(w, r, max(0, onward), onward_ticks, out)
        lower_times(w, r, max(0, back), back_ticks, out)
    c = wide(i32(w.first_center_on, r.stretches)[stretch])
    while c >= 0:
        out[c] = min(out[c], straight_ticks(w, stretch, fraction, f64(w.center_fraction, w.centers)[c]))
        c = wide(i32(w.next_center_on, w.centers)[c])


@query_kernel
def lower_times(w: Struct, r: Struct, v: int, offset: np.uint32, out: Struct) -> None:
    """Lower the ticks to every centre, in columns of the table, to those over a node that is ``offset`` away."""
    row = v if r.rows == r.nodes else wide(i32(r.row_of, r.nodes)[v])
    if row >= 0:
        _lower_by_row(w, row, offset, out)
        return
    first_up, up, depth = i64(r.first_up, r.nodes + 1), i32(r.up, r.edges), i32(r.depth, r.nodes)
    first_label, climb = i64(r.first_label, r.nodes + 1), u32(w.climb, r.edges)
    _, nodes, ticks = climb_out(v, first_up, up, climb, depth, first_label)
    for nth in range(nodes.size):
        row = wide(i32(r.row_of, r.nodes)[nodes[nth]])
        _lower_by_row(w, row, min(FAR, np.uint32(ticks[nth] + offset)), out)


@query_kernel
def _lower_by_row(w: Struct, row: int, offset: np.uint32, out: Struct) -> None:
    times = u32(w.table + 4 * w.columns * row, w.centers)
    for c in range(w.centers):
        out[c] = min(out[c], np.uint32(times[c] + offset))


@query_kernel
def _first_k(all_times: Struct, count: int, k: int, order: Struct, times: Struct) -> int:
    """Keep the k least, least first, equal ones in their order."""
    kept = 0
    worst = _NEVER
    for c in range(count):
        t = all_times[c]
        if t >= worst:
            continue
        at = kept if kept < k else k - 1
        while at > 0 and times[at - 1] > t:
            times[at] = times[at - 1]
            order[at] = order[at - 1]
            at -= 1
        times[at] = t
        order[at] = c
        kept = min(k, kept + 1)
        if kept == k:
            worst = times[k - 1]
    return kept


@query_kernel
def merge_arrivals(
    w: Struct, r: Struct, stretch: int, fraction: float, junction: int, label: Struct
) -> tuple[int, int]:
    """Fill the label of times from each ancestor to a position; return its lowest node and the label's length."""
    place = stretch if junction < 0 else r.stretches + junction
    first = i32(r.first_arrival, r.places + 1)
    node, side = i32(r.arrival_node, r.arrivals), i32(r.arrival_side, r.arrivals)
    depth = i32(r.depth, r.nodes)
    lowest = wide(node[first[place]])
    for s in range(first[place], first[place + 1]):
        lowest = min(lowest, wide(node[s]))
    length = wide(depth[lowest]) + 1
    for i in range(length):
        label[i] = FAR
    for s in range(first[place], first[place + 1]):
        offset = arrival_ticks(w, stretch, wide(side[s]), fraction)
        own = backward_label(w, r, wide(node[s]))
        for i in range(own.size):
            label[i] = min(label[i], np.uint32(own[i] + offset))
    return lowest, length


@query_kernel
def merge_departures(
    w: Struct, r: Struct, stretch: int, fraction: float, junction: int, label: Struct
) -> tuple[int, int]:
    """Fill the label of times from a position to each ancestor; return its lowest node and the label's length."""
    depth = i32(r.depth, r.nodes)
    departures = i32(r.departures, 2 * r.stretches)
    one, other = wide(departures[2 * stretch]), wide(departures[2 * stretch + 1])
    if junction >= 0:
        one, other = wide(i32(r.junction_node, r.nodes)[junction]), wide(_NOBODY)
    lowest = one if other < 0 or (one >= 0 and one < other) else other
    length = wide(depth[lowest]) + 1
    for i in range(length):
        label[i] = FAR
    for side in range(2):
        v = one if side == 0 else other
        if v < 0:
            continue
        offset = np.uint32(0) if junction >= 0 else departure_ticks(w, stretch, side, fraction)
        own = forward_label(w, r, v)
        for i in range(own.size):
            label[i] = min(label[i], np.uint32(own[i] + offset))
    return lowest, length


@query_kernel
def shared_length(r: Struct, u: int, v: int) -> int:
    """Return how many ancestors two nodes share, themselves included."""
    subtree, highest = i32(r.subtree, r.nodes), i32(r.highest, r.nodes * r.levels)
    return wide(i32(r.depth, r.nodes)[common_ancestor(u, v, subtree, highest, r.nodes)]) + 1


@rebuild_kernel
def fill_matrix(
    weights: int,
    a_stretch: Struct,
    a_fraction: Struct,
    a_junction: Struct,
    b_stretch: Struct,
    b_fraction: Struct,
    b_junction: Struct,
    out: Struct,
) -> None:
    """Fill uint32[sources, targets] ticks. Holds no GIL: its scratch is its own."""
    w = struct_at(weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    deepest = 0
    for v in i32(r.depth, r.nodes):
        deepest = max(deepest, v)
    labels = np.empty((b_stretch.size, deepest + 1), np.uint32)
    lowest = np.empty(b_stretch.size, np.int64)
    for b in range(b_stretch.size):
        lowest[b], _ = merge_arrivals(w, r, b_stretch[b], b_fraction[b], b_junction[b], labels[b])
    label = np.empty(deepest + 1, np.uint32)
    for a in range(a_stretch.size):
        own, _ = merge_departures(w, r, a_stretch[a], a_fraction[a], a_junction[a], label)
        for b in range(b_stretch.size):
            best = min(FAR, least_sum(label, labels[b], shared_length(r, own, lowest[b])))
            if a_junction[a] < 0 and b_junction[b] < 0 and a_stretch[a] == b_stretch[b]:
                best = min(best, straight_ticks(w, a_stretch[a], a_fraction[a], b_fraction[b]))
            out[a, b] = best
