"""The compiled search for the units that arrive first by road. See `geo.regions` and `geo.fleet_index`.

It opens regions in the order of their bounds and stops when the next bound is no better than the k-th best unit: after
Buchhold, Wagner, SEA 2021, with every road of a region in its bound instead of its units alone, so that a move costs
nothing but its list. Nearly all its time is spent waiting for memory, so what will be read is asked for early, and a
unit that is too far even at the fastest pace of the city is not read at all.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import math

import numpy as np

from geo.compiled import Struct, f32, f64, i32, i64, prefetch, query_kernel, struct_at, u16, u32, wide
from geo.hierarchy_kernels import FAR
from geo.label_kernels import BOUND_SHIFT, coarse, least_coarse_sum, least_sum
from geo.query_kernels import (
    ROADS,
    WEIGHTS,
    departure_ticks,
    forward_label,
    merge_arrivals,
    shared_length,
    straight_ticks,
)
from geo.snap_kernels import GRID, plane_position, snap_to_road
from geo.unit_kernels import (
    ABOVE,
    BOUND_64,
    DEPTH_ONE,
    EAST,
    END_CHILD,
    FIRST_CHILD,
    FRACTION_64,
    JUNCTION,
    LABEL_ONE_64,
    NEXT,
    NORTH,
    PARENT,
    REGION_COLUMNS,
    ROW_COLUMNS,
    STRETCH,
    TRAITS,
    UNITS,
)

_NOBODY = -1
_NEVER = np.uint32(4_294_967_295)
_ROW_BYTES, _REGION_BYTES, _LINE_BYTES = 4 * ROW_COLUMNS, 4 * REGION_COLUMNS, 64

# Units whose labels are asked for before the first of them is read.
_AT_ONCE = 32

# Both ends of a way in the middle of a road are rounded to a tick.
_ROUNDING_TICKS = 2.0


@query_kernel
def nearest_units(weights: int, units: int, lon: float, lat: float, k: int, wanted: int, order: int, times: int) -> int:
    """Find the k units that reach a point first: slots into ``order``, ticks into ``times``; return how many.

    Only units with all the ``wanted`` traits count; units beside every road never do. -1: no road is near the point.
    """
    r = struct_at(struct_at(weights, WEIGHTS).roads, ROADS)
    stretch, fraction, junction, piece, along = snap_to_road(struct_at(r.grid, GRID), lon, lat, np.nan)
    if stretch < 0:
        return _NOBODY
    return nearest_to_place(weights, units, stretch, fraction, junction, piece, along, k, wanted, order, times)


@query_kernel
def nearest_to_place(
    weights: int,
    units: int,
    stretch: int,
    fraction: float,
    junction: int,
    piece: int,
    along: float,
    k: int,
    wanted: int,
    order: int,
    times: int,
) -> int:
    """Answer `nearest_units` for a position on the road, as `snap_to_road` tells it."""
    w, u = struct_at(weights, WEIGHTS), struct_at(units, UNITS)
    r = struct_at(w.roads, ROADS)
    east, north = plane_position(struct_at(r.grid, GRID), junction, piece, along)
    label, roughly = u32(r.target, r.deepest), i32(r.target_coarse, r.deepest)
    lowest, shared = merge_arrivals(w, r, stretch, fraction, junction, label)
    coarse(label, shared, roughly)
    slots, ticks = i32(order, k), u32(times, k)
    regions, shared_of = i32(r.region, REGION_COLUMNS * r.regions), i32(r.heap_region, r.regions)
    heap = i64(u.heap, r.regions + u.capacity + 1)
    kept, worst, size = 0, _NEVER, 0
    own = stretch if junction < 0 else wide(_NOBODY)
    if junction < 0:
        kept, worst = _on_the_stretch(w, r, u, stretch, fraction, lowest, label, k, wanted, slots, ticks)
    # First the regions around the target, from its own to the root: no bound holds for their units.
    region, below = wide(i32(r.region_of_node, r.nodes)[lowest]), wide(_NOBODY)
    kept, worst = _visit(
        w, r, u, region, _NOBODY, label, lowest, own, east, north, k, wanted, slots, ticks, kept, worst
    )
    while region >= 0:
        if below >= 0:
            size = _queue(w, r, u, region, own, east, north, wanted, heap, size, worst)
        size = _open(w, r, u, region, below, shared, roughly, heap, shared_of, size, worst)
        # A region with others below is a chain of nodes: it shares with the target all above the way down to it.
        shared = wide(regions[REGION_COLUMNS * region + ABOVE])
        below, region = region, wide(regions[REGION_COLUMNS * region + PARENT])
    while size > 0:
        bound, found = heap[0] >> 32, heap[0] & 0xFFFFFFFF
        size = _pop(heap, size)
        if kept == k and bound >= worst:
            break
        if found >= r.regions:
            slot = found - r.regions
            t = _unit_ticks(w, r, u, slot, label, lowest, _NOBODY)
            kept, worst = _keep(slots, ticks, kept, k, slot, t, worst)
            continue
        shared = wide(shared_of[found])
        kept, worst = _visit(
            w, r, u, found, shared, label, lowest, own, east, north, k, wanted, slots, ticks, kept, worst
        )
        size = _open(w, r, u, found, wide(_NOBODY), shared, roughly, heap, shared_of, size, worst)
    return kept


@query_kernel
def _on_the_stretch(
    w: Struct,
    r: Struct,
    u: Struct,
    stretch: int,
    fraction: float,
    lowest: int,
    label: Struct,
    k: int,
    wanted: int,
    slots: Struct,
    ticks: Struct,
) -> tuple[int, np.uint32]:
    """Begin with the units on the target's own stretch: between them one may drive straight on."""
    departures = i32(r.departures, 2 * r.stretches)
    one, other = wide(departures[2 * stretch]), wide(departures[2 * stretch + 1])
    low = one if other < 0 or (one >= 0 and one < other) else other
    slot = wide(i32(u.there, 2 * r.regions)[2 * wide(i32(r.region_of_node, r.nodes)[low])])
    kept, worst = 0, _NEVER
    while slot >= 0:
        row = i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)
        if row[STRETCH] == stretch and row[JUNCTION] < 0 and row[TRAITS] & wanted == wanted:
            start = f64(u.row + _ROW_BYTES * slot, ROW_COLUMNS // 2)[FRACTION_64]
            t = _unit_ticks(w, r, u, slot, label, lowest, _NOBODY)
            t = min(t, straight_ticks(w, stretch, start, fraction))
            kept, worst = _keep(slots, ticks, kept, k, slot, t, worst)
        slot = wide(row[NEXT])
    return kept, worst


@query_kernel
def _visit(
    w: Struct,
    r: Struct,
    u: Struct,
    region: int,
    shared: int,
    label: Struct,
    lowest: int,
    own: int,
    east: float,
    north: float,
    k: int,
    wanted: int,
    slots: Struct,
    ticks: Struct,
    kept: int,
    worst: np.uint32,
) -> tuple[int, np.uint32]:
    """Look at the units of one region, as many at once as may be waited for together; return as `_keep` does."""
    waiting = i32(r.waiting, _AT_ONCE)
    slot, count = wide(i32(u.there, 2 * r.regions)[2 * region]), 0
    while slot >= 0:
        row, place = i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS), f32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)
        after = wide(row[NEXT])
        seen = row[STRETCH] == own and row[JUNCTION] < 0
        if row[TRAITS] & wanted == wanted and not seen:
            away_m = math.hypot(place[EAST] - east, place[NORTH] - north)
            if not away_m * w.least_pace > worst + _ROUNDING_TICKS:
                _ask_for(w, u, slot, shared)
                waiting[count] = slot
                count += 1
        slot = after
        if count == _AT_ONCE or slot < 0:
            for nth in range(count):
                t = _unit_ticks(w, r, u, wide(waiting[nth]), label, lowest, shared)
                kept, worst = _keep(slots, ticks, kept, k, wide(waiting[nth]), t, worst)
            count = 0
    return kept, worst


@query_kernel
def _queue(
    w: Struct,
    r: Struct,
    u: Struct,
    region: int,
    own: int,
    east: float,
    north: float,
    wanted: int,
    heap: Struct,
    size: int,
    worst: np.uint32,
) -> int:
    """Put the units of a region around the target into the heap, bounded by the fastest pace; return its size."""
    slot = wide(i32(u.there, 2 * r.regions)[2 * region])
    while slot >= 0:
        row, place = i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS), f32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)
        seen = row[STRETCH] == own and row[JUNCTION] < 0
        if row[TRAITS] & wanted == wanted and not seen:
            away_m = math.hypot(place[EAST] - east, place[NORTH] - north)
            bound = wide(max(0.0, min(float(FAR), away_m * w.least_pace) - _ROUNDING_TICKS))
            if bound < worst:
                size = _push(heap, size, (bound << 32) | (r.regions + slot))
        slot = wide(row[NEXT])
    return size


@query_kernel
def _ask_for(w: Struct, u: Struct, slot: int, shared: int) -> None:
    """Let the memory bring what `_unit_ticks` is going to read."""
    address = u.row + _ROW_BYTES * slot
    row, labels = i32(address, ROW_COLUMNS), i64(address, ROW_COLUMNS // 2)
    if row[JUNCTION] < 0:
        prefetch(w.ticks + 8 * wide(row[STRETCH]))
    for side in range(2):
        if row[side] >= 0 and labels[LABEL_ONE_64 + side] >= 0:
            length = wide(row[DEPTH_ONE + side]) + 1
            first = w.forward + 4 * labels[LABEL_ONE_64 + side]
            for line in range(first, first + 4 * (length if shared < 0 else min(shared, length)), _LINE_BYTES):
                prefetch(line)


@query_kernel
def _unit_ticks(w: Struct, r: Struct, u: Struct, slot: int, label: Struct, lowest: int, shared: int) -> np.uint32:
    """Return the ticks from a unit to the target whose label this is; ``shared`` ancestors, -1 when not yet known."""
    address = u.row + _ROW_BYTES * slot
    row, labels = i32(address, ROW_COLUMNS), i64(address, ROW_COLUMNS // 2)
    fraction = f64(address, ROW_COLUMNS // 2)[FRACTION_64]
    best = FAR
    for side in range(2):
        v = wide(row[side])
        if v < 0:
            continue
        offset = np.uint32(0)
        if row[JUNCTION] < 0:
            offset = departure_ticks(w, wide(row[STRETCH]), side, fraction)
        if offset >= best:
            continue
        length = shared_length(r, v, lowest) if shared < 0 else min(shared, wide(row[DEPTH_ONE + side]) + 1)
        if labels[LABEL_ONE_64 + side] >= 0:
            way = least_sum(u32(w.forward + 4 * labels[LABEL_ONE_64 + side], length), label, length)
        else:
            way = least_sum(forward_label(w, r, v), label, length)
        if way < FAR:
            best = min(best, np.uint32(way + offset))
    return best


@query_kernel
def _open(
    w: Struct,
    r: Struct,
    u: Struct,
    region: int,
    opened: int,
    shared: int,
    roughly: Struct,
    heap: Struct,
    shared_of: Struct,
    size: int,
    worst: np.uint32,
) -> int:
    """Put the regions below one into the heap that hold units and may hold a better one; return the heap's size."""
    regions, there = i32(r.region, REGION_COLUMNS * r.regions), i32(u.there, 2 * r.regions)
    at = REGION_COLUMNS * region
    for below in range(regions[at + FIRST_CHILD], regions[at + END_CHILD]):
        if there[2 * below + 1] == 0 or below == opened:
            continue
        length = min(shared, wide(regions[REGION_COLUMNS * below + ABOVE]))
        first_bound = i64(r.region + _REGION_BYTES * below, REGION_COLUMNS // 2)[BOUND_64]
        least = least_coarse_sum(u16(w.bound + 2 * first_bound, length), roughly, length)
        bound = wide(least) << BOUND_SHIFT
        if bound < worst:
            shared_of[below] = length
            prefetch(u.row + _ROW_BYTES * max(0, wide(there[2 * below])))
            size = _push(heap, size, (bound << 32) | below)
    return size


@query_kernel
def _keep(
    slots: Struct, ticks: Struct, kept: int, k: int, slot: int, t: np.uint32, worst: np.uint32
) -> tuple[int, np.uint32]:
    """Insert a unit among the k best; return how many they are, and the time to beat."""
    if t >= worst:
        return kept, worst
    at = kept if kept < k else k - 1
    while at > 0 and ticks[at - 1] > t:
        ticks[at] = ticks[at - 1]
        slots[at] = slots[at - 1]
        at -= 1
    ticks[at] = t
    slots[at] = slot
    kept = min(k, kept + 1)
    return kept, (ticks[k - 1] if kept == k else _NEVER)


@query_kernel
def _push(heap: Struct, size: int, key: int) -> int:
    at = size
    while at > 0 and heap[(at - 1) >> 1] > key:
        heap[at] = heap[(at - 1) >> 1]
        at = (at - 1) >> 1
    heap[at] = key
    return size + 1


@query_kernel
def _pop(heap: Struct, size: int) -> int:
    size -= 1
    key = heap[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= key:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = key
    return size
