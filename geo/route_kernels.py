"""Compiled route: find where the fastest way turns from climbing to descending, unpack its shortcuts, draw its line."""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np
from numpy.typing import NDArray

from geo.compiled import Struct, f64, i32, i64, query_kernel, struct_at, u8, u32, wide
from geo.hierarchy_kernels import FAR
from geo.query_kernels import (
    ROADS,
    WEIGHTS,
    arrival_ticks,
    backward_label,
    departure_ticks,
    forward_label,
    shared_length,
)
from geo.snap_kernels import GRID

# More arcs than any way through a city has; a longer one would be cut, so it is refused (`find_way` returns -2).
ARCS_MAX = 65_536
NO_WAY, TOO_LONG = -1, -2


@query_kernel
def find_way(
    weights: int,
    a_stretch: int,
    a_fraction: float,
    a_junction: int,
    b_stretch: int,
    b_fraction: float,
    b_junction: int,
    arcs: NDArray[np.int32],
) -> tuple[int, np.uint32]:
    """Write the arcs of the fastest way over at least one junction into ``arcs``; return how many, and the ticks.

    The first arc is the one the start lies on, the last the one the end lies on, unless they are junctions.
    """
    w = struct_at(weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    side, arrival, meeting, ticks = _best_meeting(
        w, r, a_stretch, a_fraction, a_junction, b_stretch, b_fraction, b_junction
    )
    if ticks >= FAR:
        return NO_WAY, FAR
    start = wide(i32(r.departures, 2 * r.stretches)[2 * a_stretch + side])
    if a_junction >= 0:
        start = wide(i32(r.junction_node, r.nodes)[a_junction])
    stack = np.empty((1024, 3), np.int64)
    count = 0
    if a_junction < 0:
        arcs[0] = i32(r.stretch_arcs, 2 * r.stretches)[2 * a_stretch + side]
        count = 1
    count = _climb(w, r, start, meeting, stack, arcs, count)
    if count >= 0:
        count = _descend(w, r, wide(i32(r.arrival_node, r.arrivals)[arrival]), meeting, stack, arcs, count)
    if count < 0 or count >= arcs.size:
        return TOO_LONG, ticks
    if b_junction < 0:
        its_side = i32(r.arrival_side, r.arrivals)[arrival]
        arcs[count] = i32(r.stretch_arcs, 2 * r.stretches)[2 * b_stretch + its_side]
        count += 1
    return count, ticks


@query_kernel
def _best_meeting(
    w: Struct,
    r: Struct,
    a_stretch: int,
    a_fraction: float,
    a_junction: int,
    b_stretch: int,
    b_fraction: float,
    b_junction: int,
) -> tuple[int, int, int, np.uint32]:
    """Return departure side, arrival, depth of the highest node, and ticks of the fastest way."""
    place = b_stretch if b_junction < 0 else r.stretches + b_junction
    first = i32(r.first_arrival, r.places + 1)
    best, best_side, best_arrival, best_depth = FAR, 0, 0, 0
    for side in range(2 if a_junction < 0 else 1):
        v = wide(i32(r.departures, 2 * r.stretches)[2 * a_stretch + side])
        offset = np.uint32(0)
        if a_junction >= 0:
            v = wide(i32(r.junction_node, r.nodes)[a_junction])
        elif v >= 0:
            offset = departure_ticks(w, a_stretch, side, a_fraction)
        if v < 0 or offset >= FAR:
            continue
        to = forward_label(w, r, v)
        for arrival in range(first[place], first[place + 1]):
            node = wide(i32(r.arrival_node, r.arrivals)[arrival])
            more = arrival_ticks(w, b_stretch, wide(i32(r.arrival_side, r.arrivals)[arrival]), b_fraction)
            since = backward_label(w, r, node)
            for i in range(shared_length(r, v, node)):
                way = min(FAR, np.uint32(to[i] + since[i]))
                way = min(FAR, np.uint32(way + min(FAR, np.uint32(offset + more))))
                if way < best:
                    best, best_side, best_arrival, best_depth = way, side, wide(arrival), i
    return best_side, best_arrival, best_depth, best


@query_kernel
def _climb(w: Struct, r: Struct, v: int, meeting: int, stack: Struct, arcs: Struct, count: int) -> int:
    """Append the arcs from a node up to its ancestor at a depth; return how many there are now, -1: too many."""
    depth, climb = i32(r.depth, r.nodes), u32(w.climb, r.edges)
    first_up, up = i64(r.first_up, r.nodes + 1), i32(r.up, r.edges)
    while depth[v] > meeting:
        left = forward_label(w, r, v)[meeting]
        for e in range(first_up[v], first_up[v + 1]):
            u = wide(up[e])
            if depth[u] >= meeting and np.uint32(climb[e] + forward_label(w, r, u)[meeting]) == left:
                count = _unpack(w, r, e, v, 1, stack, arcs, count)
                v = u
                break
        if count < 0:
            return count
    return count


@query_kernel
def _descend(w: Struct, r: Struct, v: int, meeting: int, stack: Struct, arcs: Struct, count: int) -> int:
    """Append the arcs from the ancestor at a depth down to a node."""
    depth, descend = i32(r.depth, r.nodes), u32(w.descend, r.edges)
    first_up, up = i64(r.first_up, r.nodes + 1), i32(r.up, r.edges)
    chain = np.empty((wide(depth[v]) + 1, 2), np.int64)
    links = 0
    while depth[v] > meeting:
        left = backward_label(w, r, v)[meeting]
        for e in range(first_up[v], first_up[v + 1]):
            u = wide(up[e])
            if depth[u] >= meeting and np.uint32(descend[e] + backward_label(w, r, u)[meeting]) == left:
                chain[links, 0], chain[links, 1] = e, v
                links += 1
                v = u
                break
    while links > 0 and count >= 0:
        links -= 1
        count = _unpack(w, r, chain[links, 0], chain[links, 1], 0, stack, arcs, count)
    return count


@query_kernel
def _unpack(w: Struct, r: Struct, edge: int, low: int, climbs: int, stack: Struct, arcs: Struct, count: int) -> int:
    """Append the arcs of one edge, its shortcuts opened in driving order."""
    first_up, up = i64(r.first_up, r.nodes + 1), i32(r.up, r.edges)
    climb_by, descend_by = i32(w.climb_by, r.edges), i32(w.descend_by, r.edges)
    stack[0, 0], stack[0, 1], stack[0, 2] = edge, low, climbs
    height = 1
    while height > 0:
        height -= 1
        e, v, up_wards = stack[height, 0], stack[height, 1], stack[height, 2]
        by = wide(climb_by[e] if up_wards == 1 else descend_by[e])
        if by < 0:
            if count >= arcs.size or height + 2 >= stack.shape[0]:
                return -1
            arcs[count] = ~by
            count += 1
            continue
        begin, end = (v, wide(up[e])) if up_wards == 1 else (wide(up[e]), v)
        between = up[first_up[by] : first_up[by + 1]]
        # The later half goes below the earlier one.
        stack[height, 0], stack[height, 1], stack[height, 2] = first_up[by] + np.searchsorted(between, end), by, 1
        height += 1
        stack[height, 0], stack[height, 1], stack[height, 2] = first_up[by] + np.searchsorted(between, begin), by, 0
        height += 1
    return count


@query_kernel
def draw_way(weights: int, arcs: NDArray[np.int32], count: int, begin: float, end: float) -> NDArray[np.float64]:
    """Return the line of a way, float64[points, 2]: lon, lat. ``begin`` and ``end`` cut its first and its last arc.

    They are shares of the arc in driving direction, 0 to 1. Neighbouring points differ.
    """
    r = struct_at(struct_at(weights, WEIGHTS).roads, ROADS)
    g = struct_at(r.grid, GRID)
    first, arc_stretch = i32(g.first_shape, g.stretches + 1), i32(r.arc_stretch, r.arcs)
    room = 0
    for nth in range(count):
        stretch = arc_stretch[arcs[nth]]
        room += first[stretch + 1] - first[stretch] + 2
    line = np.empty((room, 2), np.float64)
    points = 0
    for nth in range(count):
        low = begin if nth == 0 else 0.0
        high = end if nth == count - 1 else 1.0
        points = _draw_arc(r, g, wide(arcs[nth]), low, high, line, points)
    return line[:points]


@query_kernel
def _draw_arc(r: Struct, g: Struct, arc: int, begin: float, end: float, line: Struct, points: int) -> int:
    shape_lon, shape_lat, shape_m = f64(g.shape_lon, g.shapes), f64(g.shape_lat, g.shapes), f64(g.shape_m, g.shapes)
    first, stretch = i32(g.first_shape, g.stretches + 1), wide(i32(r.arc_stretch, r.arcs)[arc])
    forward = u8(r.arc_forward, r.arcs)[arc] == 1
    low, high = wide(first[stretch]), wide(first[stretch + 1]) - 1
    total_m = shape_m[high]
    from_m = begin * total_m if forward else (1.0 - begin) * total_m
    to_m = end * total_m if forward else (1.0 - end) * total_m
    points = _add(g, low, high, from_m, line, points)
    for nth in range(1, high - low):
        at = low + nth if forward else high - nth
        if min(from_m, to_m) < shape_m[at] < max(from_m, to_m):
            points = _append(line, points, shape_lon[at], shape_lat[at])
    return _add(g, low, high, to_m, line, points)


@query_kernel
def _add(g: Struct, low: int, high: int, metre: float, line: Struct, points: int) -> int:
    """Append the place so many metres along a shape."""
    shape_lon, shape_lat, shape_m = f64(g.shape_lon, g.shapes), f64(g.shape_lat, g.shapes), f64(g.shape_m, g.shapes)
    after = low
    while after < high and shape_m[after] < metre:
        after += 1
    if after == low:
        return _append(line, points, shape_lon[low], shape_lat[low])
    piece_m = shape_m[after] - shape_m[after - 1]
    share = min(1.0, (metre - shape_m[after - 1]) / piece_m) if piece_m > 0.0 else 1.0
    if share == 1.0:
        return _append(line, points, shape_lon[after], shape_lat[after])
    lon = shape_lon[after - 1] + share * (shape_lon[after] - shape_lon[after - 1])
    lat = shape_lat[after - 1] + share * (shape_lat[after] - shape_lat[after - 1])
    return _append(line, points, lon, lat)


@query_kernel
def _append(line: Struct, points: int, lon: float, lat: float) -> int:
    if points > 0 and line[points - 1, 0] == lon and line[points - 1, 1] == lat:
        return points
    line[points, 0], line[points, 1] = lon, lat
    return points + 1
