"""Compiled moves of units, and the exact search for those that arrive first by road. See `geo.fleet_index`.

Each unit is threaded into the list of its region (`geo.regions`). A search opens regions in the order of their bounds
and stops when the next bound is no better than the k-th best unit: after Buchhold, Wagner, SEA 2021, with every road of
a region in its bound instead of its units alone, so that a move costs nothing but its list.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np

from geo.compiled import Struct, f64, i32, i64, query_kernel, struct_at, struct_type, u8, u32, wide
from geo.hierarchy_kernels import FAR
from geo.label_kernels import least_sum
from geo.query_kernels import ROADS, WEIGHTS, departure_ticks, merge_arrivals, shared_length, straight_ticks
from geo.snap_kernels import GRID, metres_between, snap_to_road

# What became of a fix.
MOVED, JUMPED, STALE = 0, 1, 2

# Faster than any road vehicle or helicopter on this fleet, with measuring noise added: such a fix is a jump.
PLAUSIBLE_SPEED_MPS = 70.0

# Two fixes this near to each other are no jump, however short the time between them: that is the receiver's noise.
NOISE_M = 100.0

# A receiver's heading means nothing while the vehicle stands or crawls.
HEADING_FROM_MPS = 2.0

_NOBODY = -1
_NEVER = np.uint32(4_294_967_295)
# The columns of ``row``.
_ONE, _OTHER, _STRETCH, _JUNCTION, _REGION, _NEXT, _BEFORE, _TRAITS = range(8)
ROW_COLUMNS = 8


class UnitsLayout:
    """The units of a fleet; ``roads`` is 0 until a network was bound.

    ``size`` int64[1]: how many units have a fix. ``jumped`` uint8[capacity]. ``fix`` float64[capacity, 5]: lon, lat,
    seconds since 1970 (-inf: never), heading and speed (NaN: untold). ``fraction`` float64[capacity]. ``row``
    int32[capacity, 8]: both departure nodes, stretch, junction, region, next and previous unit of the region, traits.
    ``first_unit`` int32[regions], ``count`` int32[regions]: units there and below.
    """

    grid: int
    roads: int
    capacity: int
    size: int
    jumped: int
    fix: int
    fraction: int
    row: int
    first_unit: int
    count: int


UNITS = struct_type(UnitsLayout)


@query_kernel
def move_unit(units: int, slot: int, lon: float, lat: float, at_s: float, heading_deg: float, speed_mps: float) -> int:
    """Take a fix; return `MOVED`, `JUMPED`, or `STALE` when it is not newer than the known one, which stays."""
    u = struct_at(units, UNITS)
    fix = f64(u.fix, 5 * u.capacity)
    known_s = fix[5 * slot + 2]
    if not at_s > known_s:  # no number is not newer either
        return STALE
    jumped = False
    if known_s == -np.inf:
        i64(u.size, 1)[0] += 1
    else:
        away_m = metres_between(fix[5 * slot], fix[5 * slot + 1], lon, lat)
        jumped = away_m > NOISE_M and away_m > PLAUSIBLE_SPEED_MPS * (at_s - known_s)
    fix[5 * slot], fix[5 * slot + 1], fix[5 * slot + 2] = lon, lat, at_s
    fix[5 * slot + 3], fix[5 * slot + 4] = heading_deg, speed_mps
    course_deg = np.nan if speed_mps < HEADING_FROM_MPS else heading_deg
    u8(u.jumped, u.capacity)[slot] = jumped
    stretch, fraction, junction, _, _ = snap_to_road(struct_at(u.grid, GRID), lon, lat, course_deg)
    f64(u.fraction, u.capacity)[slot] = fraction
    row = i32(u.row + 4 * ROW_COLUMNS * slot, ROW_COLUMNS)
    row[_STRETCH], row[_JUNCTION] = stretch, junction
    if u.roads != 0:
        place_unit(u, slot)
    return JUMPED if jumped else MOVED


@query_kernel
def move_units(units: int, slots: Struct, fixes: Struct, outcomes: Struct) -> None:
    """Take many fixes: ``slots`` int32[m], ``fixes`` float64[m, 5] as in `UnitsLayout`, ``outcomes`` uint8[m]."""
    for m in range(slots.size):
        lon, lat, at_s, heading_deg, speed_mps = fixes[m, 0], fixes[m, 1], fixes[m, 2], fixes[m, 3], fixes[m, 4]
        outcomes[m] = move_unit(units, slots[m], lon, lat, at_s, heading_deg, speed_mps)


@query_kernel
def place_units(units: int, known: int) -> None:
    """Thread all units into the regions of a network that was just bound."""
    u = struct_at(units, UNITS)
    for slot in range(known):
        i32(u.row + 4 * ROW_COLUMNS * slot, ROW_COLUMNS)[_REGION] = _NOBODY
        place_unit(u, slot)


@query_kernel
def remove_unit(units: int, slot: int) -> bool:
    """Take a unit out of its region and forget its fix; tell whether there was one."""
    u = struct_at(units, UNITS)
    if f64(u.fix, 5 * u.capacity)[5 * slot + 2] == -np.inf:
        return False
    i64(u.size, 1)[0] -= 1
    row = i32(u.row + 4 * ROW_COLUMNS * slot, ROW_COLUMNS)
    row[_STRETCH], row[_JUNCTION], row[_TRAITS] = _NOBODY, _NOBODY, 0
    f64(u.fix, 5 * u.capacity)[5 * slot + 2] = -np.inf
    if u.roads != 0:
        place_unit(u, slot)
    return True


@query_kernel
def place_unit(u: Struct, slot: int) -> None:
    """Note where a unit sets off, and move it between the lists of its old region and its new one."""
    r = struct_at(u.roads, ROADS)
    row = i32(u.row + 4 * ROW_COLUMNS * slot, ROW_COLUMNS)
    one, other, region = _NOBODY, _NOBODY, _NOBODY
    if row[_JUNCTION] >= 0:
        one = wide(i32(r.junction_node, r.nodes)[row[_JUNCTION]])
    elif row[_STRETCH] >= 0:
        departures = i32(r.departures, 2 * r.stretches)
        one, other = wide(departures[2 * row[_STRETCH]]), wide(departures[2 * row[_STRETCH] + 1])
    row[_ONE], row[_OTHER] = one, other
    lowest = one if other < 0 or (one >= 0 and one < other) else other
    if lowest >= 0:
        region = wide(i32(r.region_of_node, r.nodes)[lowest])
    if region == row[_REGION]:
        return
    _unthread(u, r, row)
    if region >= 0:
        _thread(u, r, slot, row, region)


@query_kernel
def _unthread(u: Struct, r: Struct, row: Struct) -> None:
    region = wide(row[_REGION])
    if region < 0:
        return
    rows = i32(u.row, ROW_COLUMNS * u.capacity)
    if row[_BEFORE] >= 0:
        rows[ROW_COLUMNS * wide(row[_BEFORE]) + _NEXT] = row[_NEXT]
    else:
        i32(u.first_unit, r.regions)[region] = row[_NEXT]
    if row[_NEXT] >= 0:
        rows[ROW_COLUMNS * wide(row[_NEXT]) + _BEFORE] = row[_BEFORE]
    row[_REGION] = _NOBODY
    while region >= 0:
        i32(u.count, r.regions)[region] -= 1
        region = wide(i32(r.region_parent, r.regions)[region])


@query_kernel
def _thread(u: Struct, r: Struct, slot: int, row: Struct, region: int) -> None:
    rows, first_unit = i32(u.row, ROW_COLUMNS * u.capacity), i32(u.first_unit, r.regions)
    after = wide(first_unit[region])
    row[_REGION], row[_NEXT], row[_BEFORE] = region, after, _NOBODY
    if after >= 0:
        rows[ROW_COLUMNS * after + _BEFORE] = slot
    first_unit[region] = slot
    while region >= 0:
        i32(u.count, r.regions)[region] += 1
        region = wide(i32(r.region_parent, r.regions)[region])


@query_kernel
def nearest_units(weights: int, units: int, lon: float, lat: float, k: int, wanted: int, order: int, times: int) -> int:
    """Find the k units that reach a point first: slots into ``order``, ticks into ``times``; return how many.

    Only units with all the ``wanted`` traits count; units beside every road never do. -1: no road is near the point.
    """
    w, u = struct_at(weights, WEIGHTS), struct_at(units, UNITS)
    r = struct_at(w.roads, ROADS)
    stretch, fraction, junction, _, _ = snap_to_road(struct_at(r.grid, GRID), lon, lat, np.nan)
    if stretch < 0:
        return _NOBODY
    label = u32(r.target, r.nodes)
    lowest, _ = merge_arrivals(w, r, stretch, fraction, junction, label)
    slots, ticks = i32(order, k), u32(times, k)
    subtree, top = i32(r.subtree, r.nodes), i32(r.region_top, r.regions)
    rows, first_unit = i32(u.row, ROW_COLUMNS * u.capacity), i32(u.first_unit, r.regions)
    heap, shared_of = i64(r.heap, r.regions + 1), i32(r.heap_region, r.regions)
    kept, worst, size = 0, _NEVER, 1
    heap[0] = 0
    if junction < 0:
        kept, worst = _on_the_stretch(w, r, u, stretch, fraction, lowest, label, k, wanted, slots, ticks)
    while size > 0:
        bound, region = np.uint32(heap[0] >> 32), heap[0] & 0xFFFFFFFF
        size = _pop(heap, size)
        if kept == k and bound >= worst:
            break
        around = subtree[top[region]] <= lowest <= top[region]
        slot = wide(first_unit[region])
        while slot >= 0:
            at = ROW_COLUMNS * slot
            slot_now = slot
            slot = wide(rows[at + _NEXT])
            if rows[at + _TRAITS] & wanted != wanted:
                continue
            if junction < 0 and rows[at + _STRETCH] == stretch and rows[at + _JUNCTION] < 0:
                continue  # already seen
            t = _unit_ticks(w, r, u, slot_now, label, lowest, _NOBODY if around else wide(shared_of[region]))
            kept, worst = _keep(slots, ticks, kept, k, slot_now, t, worst)
        size = _open(w, r, u, region, around, lowest, label, heap, shared_of, size, worst)
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
    rows = i32(u.row, ROW_COLUMNS * u.capacity)
    departures = i32(r.departures, 2 * r.stretches)
    one, other = wide(departures[2 * stretch]), wide(departures[2 * stretch + 1])
    low = one if other < 0 or (one >= 0 and one < other) else other
    slot = wide(i32(u.first_unit, r.regions)[i32(r.region_of_node, r.nodes)[low]])
    kept, worst = 0, _NEVER
    while slot >= 0:
        at = ROW_COLUMNS * slot
        counts = rows[at + _STRETCH] == stretch and rows[at + _JUNCTION] < 0 and rows[at + _TRAITS] & wanted == wanted
        if counts:
            t = _unit_ticks(w, r, u, slot, label, lowest, _NOBODY)
            t = min(t, straight_ticks(w, stretch, f64(u.fraction, u.capacity)[slot], fraction))
            kept, worst = _keep(slots, ticks, kept, k, slot, t, worst)
        slot = wide(rows[at + _NEXT])
    return kept, worst


@query_kernel
def _unit_ticks(w: Struct, r: Struct, u: Struct, slot: int, label: Struct, lowest: int, shared: int) -> np.uint32:
    """Return the ticks from a unit to the target whose label this is; ``shared`` ancestors, -1 when not yet known."""
    row = i32(u.row + 4 * ROW_COLUMNS * slot, ROW_COLUMNS)
    depth, first_label = i32(r.depth, r.nodes), i64(r.first_label, r.nodes + 1)
    best = FAR
    for side in range(2):
        v = wide(row[side])
        if v < 0:
            continue
        offset = np.uint32(0)
        if row[_JUNCTION] < 0:
            offset = departure_ticks(w, wide(row[_STRETCH]), side, f64(u.fraction, u.capacity)[slot])
        if offset >= best:
            continue
        length = shared_length(r, v, lowest) if shared < 0 else min(shared, wide(depth[v]) + 1)
        way = least_sum(u32(w.forward + 4 * first_label[v], length), label, length)
        if way < FAR:
            best = min(best, np.uint32(way + offset))
    return best


@query_kernel
def _open(
    w: Struct,
    r: Struct,
    u: Struct,
    region: int,
    around: bool,  # noqa: FBT001 - a kernel has no keywords
    lowest: int,
    label: Struct,
    heap: Struct,
    shared_of: Struct,
    size: int,
    worst: np.uint32,
) -> int:
    """Put the regions below one into the heap that hold units and may hold a better one; return the heap's size."""
    first_child, child = i32(r.first_child, r.regions + 1), i32(r.child, r.regions)
    subtree, top, depth = i32(r.subtree, r.nodes), i32(r.region_top, r.regions), i32(r.depth, r.nodes)
    count, first_bound = i32(u.count, r.regions), i64(r.first_bound, r.regions + 1)
    for c in range(first_child[region], first_child[region + 1]):
        below = wide(child[c])
        if count[below] == 0:
            continue
        bound = np.uint32(0)
        its_top = wide(top[below])
        if not subtree[its_top] <= lowest <= its_top:
            shared = shared_length(r, its_top, lowest) if around else wide(shared_of[region])
            shared_of[below] = shared
            length = min(shared, wide(depth[its_top]))
            bound = min(FAR, least_sum(u32(w.bound + 4 * first_bound[below], length), label, length))
        if bound < worst:
            size = _push(heap, size, (wide(bound) << 32) | below)
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
