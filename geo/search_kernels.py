"""The compiled search for the units that arrive first by road. See `geo.regions` and `geo.fleet_index`.

It opens regions in the order of their bounds and stops when the next bound is no better than the k-th best unit: after
Buchhold, Wagner, SEA 2021, with every road of a region in its bound instead of its units alone, so that a move costs
nothing but its list. An ancestor that lies farther from the target than the k-th best unit is on no better way; the
highest ones nearly always do, so labels and bounds are read from the first ancestor of use on, and regions that share
none of use are not opened. Most of the time is spent waiting for memory: what will be read is asked for early, and a
unit that is too far even at the fastest pace of the city is not read at all.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np

from geo.compiled import Struct, f32, f64, i32, i64, prefetch, query_kernel, struct_at, struct_type, u16, u32, wide
from geo.hierarchy_kernels import FAR
from geo.label_kernels import BOUND_SHIFT, coarse, least_of, least_sum
from geo.query_kernels import (
    ROADS,
    WEIGHTS,
    departure_ticks,
    forward_label,
    merge_arrivals,
    shared_length,
    straight_ticks,
)
from geo.row_instructions import least_sum_u16, least_sum_u32
from geo.snap_kernels import GRID, plane_position, snap_to_road
from geo.unit_kernels import (
    ABOVE,
    BOUND_64,
    CHAINED,
    DEPTH_ONE,
    EAST,
    END_CHILD,
    FIRST_CHILD,
    FIRST_LISTED,
    FRACTION_64,
    JUNCTION,
    LABEL_ONE_64,
    LINE_COLUMNS,
    LISTED,
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

# Units that may wait for their labels at once.
WAITING_MAX = 32

# So many are compared together once the worst of k is known: fewer wait longer for the memory, more are read in vain.
_TOGETHER = 4

# A first guess (`RoadsLayout.near`): only so many lowest ancestors of a target are nearer to it than the k-th best
# unit. Where that is wrong the question is asked again without it.
NEAR_ANCESTORS = 64

# Both ends of a way in the middle of a road are rounded to a tick.
_ROUNDING_TICKS = 2.0


class QuestionLayout:
    """What is asked, time and again: of which weights and units, and where the answer goes.

    Only the ``k`` best with all the ``wanted`` traits count; ``order`` int32[k] gets their slots, ``times`` uint32[k]
    their ticks.
    """

    weights: int
    units: int
    k: int
    wanted: int
    order: int
    times: int


class SearchLayout:
    """One question on its way: the target, and what was found so far.

    ``lowest`` and ``length`` describe the target's label; ``own`` is its stretch, -1 at a junction, ``fraction`` where
    on it; ``east`` and ``north`` are its metres. ``kept`` units are known, the k-th comes after ``worst`` ticks.
    Ancestors before ``first`` are of no use, if the guess holds. ``size`` of the heap;
    ``waiting`` units wait for their labels. The rows of the units of ``asked`` (-1: no region) are on their way; its
    nodes share ``asked_shared`` ancestors with the target.
    """

    lowest: int
    length: int
    own: int
    fraction: float
    east: float
    north: float
    k: int
    wanted: int
    order: int
    times: int
    kept: int
    worst: int
    first: int
    size: int
    waiting: int
    asked: int
    asked_shared: int


QUESTION = struct_type(QuestionLayout)
SEARCH = struct_type(SearchLayout)


@query_kernel
def nearest_units(question: int, lon: float, lat: float) -> int:
    """Find the k units that reach a point first; return how many there are.

    Units beside every road never count. -1: no road is near the point.
    """
    r = struct_at(struct_at(struct_at(question, QUESTION).weights, WEIGHTS).roads, ROADS)
    stretch, fraction, junction, piece, along = snap_to_road(struct_at(r.grid, GRID), lon, lat, np.nan)
    if stretch < 0:
        return _NOBODY
    return nearest_to_place(question, stretch, fraction, junction, piece, along)


@query_kernel
def nearest_to_place(question: int, stretch: int, fraction: float, junction: int, piece: int, along: float) -> int:
    """Answer `nearest_units` for a position on the road, as `snap_to_road` tells it."""
    q = struct_at(question, QUESTION)
    w, u = struct_at(q.weights, WEIGHTS), struct_at(q.units, UNITS)
    r = struct_at(w.roads, ROADS)
    s, label = struct_at(r.search, SEARCH), u32(r.target, r.deepest)
    s.lowest, s.length = merge_arrivals(w, r, stretch, fraction, junction, label)
    coarse(label, s.length, u16(r.target_coarse, r.deepest))
    s.own, s.fraction = stretch if junction < 0 else wide(_NOBODY), fraction
    s.east, s.north = plane_position(struct_at(r.grid, GRID), junction, piece, along)
    s.k, s.wanted, s.order, s.times = q.k, q.wanted, q.order, q.times
    s.worst = wide(_NEVER)
    guess = max(0, s.length - r.near)
    if guess == 0 or i64(u.size, 1)[0] < s.k or not _searched(s, w, r, u, guess):
        s.worst += 1  # even a wrong guess finds ways, and so k units that come no later than that
        _searched(s, w, r, u, wide(0))
    kept: int = s.kept
    return kept


@query_kernel
def _searched(s: Struct, w: Struct, r: Struct, u: Struct, guess: int) -> bool:
    """Search outwards from the target; False: the guess, that so many ancestors are of no use, did not hold."""
    s.kept, s.size, s.waiting, s.asked, s.first = 0, 0, 0, wide(_NOBODY), guess
    if guess == 0:
        _leave_out(s, r)
    if s.own >= 0:
        _look_on_the_stretch(s, w, r, u)
    _look_around(s, w, r, u)
    heap = i64(u.heap, r.regions + 1)
    while True:
        while s.size > 0 and heap[0] >> 32 < s.worst:
            _follow(s, w, r, u)
            if s.waiting >= _TOGETHER:
                _compare(s, w, r, u)
        _look_into_asked(s, w, r, u)
        if s.waiting == 0:
            break
        _compare(s, w, r, u)
    return bool(guess == 0 or (s.kept == s.k and least_of(u32(r.target, r.deepest), guess) >= s.worst))


@query_kernel
def _look_around(s: Struct, w: Struct, r: Struct, u: Struct) -> None:
    """Look into the regions around the target, from its own towards the root, as far as an ancestor is of use.

    No bound holds for their units. What lies nearest below them is followed until k units are known.
    """
    regions = i32(r.region, REGION_COLUMNS * r.regions)
    region, below, shared = wide(i32(r.region_of_node, r.nodes)[s.lowest]), wide(_NOBODY), s.length
    _ask_for_bounds(s, w, r, u, region, shared)
    _ask_for_rows(u, region)
    _look_into(s, w, r, u, region, wide(_NOBODY))
    while True:
        above = wide(regions[REGION_COLUMNS * region + PARENT])
        if above >= 0:
            prefetch(u.there + _LINE_BYTES * above)
            _ask_for_bounds(s, w, r, u, above, wide(regions[REGION_COLUMNS * region + ABOVE]))
        _open(s, w, r, u, region, below, shared)
        if above >= 0:
            _ask_for_rows(u, above)
        while s.size > 0 and s.kept + s.waiting < s.k:
            _follow(s, w, r, u)
        _look_into_asked(s, w, r, u)
        if s.kept + s.waiting >= s.k:
            _compare(s, w, r, u)
        # A region with others below is a chain of nodes: it shares with the target all above the way down to it.
        shared = wide(regions[REGION_COLUMNS * region + ABOVE])
        below, region = region, above
        if region < 0 or s.first >= shared:
            return
        _look_into(s, w, r, u, region, shared)


@query_kernel
def _follow(s: Struct, w: Struct, r: Struct, u: Struct) -> None:
    """Open the regions below the one with the least bound, and look at the units of the one before it."""
    heap = i64(u.heap, r.regions + 1)
    found = heap[0] & 0xFFFFFFFF
    s.size = _pop(heap, s.size)
    shared = wide(i32(r.heap_region, r.regions)[found])
    _ask_for_rows(u, found)
    _open(s, w, r, u, found, wide(_NOBODY), shared)
    _look_into_asked(s, w, r, u)
    s.asked, s.asked_shared = found, shared


@query_kernel
def _look_into_asked(s: Struct, w: Struct, r: Struct, u: Struct) -> None:
    """Look at the units whose rows were asked for."""
    if s.asked >= 0:
        _look_into(s, w, r, u, s.asked, s.asked_shared)
        s.asked = wide(_NOBODY)


@query_kernel
def _look_on_the_stretch(s: Struct, w: Struct, r: Struct, u: Struct) -> None:
    """Begin with the units on the target's own stretch: between them one may drive straight on."""
    departures = i32(r.departures, 2 * r.stretches)
    one, other = wide(departures[2 * s.own]), wide(departures[2 * s.own + 1])
    low = one if other < 0 or (one >= 0 and one < other) else other
    line = u.there + _LINE_BYTES * wide(i32(r.region_of_node, r.nodes)[low])
    nth, slot = wide(0), _first_there(line)
    while slot >= 0:
        row = i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)
        if row[STRETCH] == s.own and row[JUNCTION] < 0 and row[TRAITS] & s.wanted == s.wanted:
            _wait_for(s, w, r, u, slot, wide(_NOBODY))
        nth, slot = _next_there(line, nth, row)


@query_kernel
def _first_there(line: int) -> int:
    """Return the first unit of a region's line; -1 when it is empty."""
    listed = i32(line, LINE_COLUMNS)
    return wide(listed[FIRST_LISTED]) if listed[LISTED] > 0 else wide(_NOBODY)


@query_kernel
def _next_there(line: int, nth: int, row: Struct) -> tuple[int, int]:
    """Return the number and the slot of the unit after the nth of a region; slot -1 when that was the last."""
    listed = i32(line, LINE_COLUMNS)
    if nth + 1 < listed[LISTED]:
        return nth + 1, wide(listed[FIRST_LISTED + nth + 1])
    if nth < listed[LISTED]:
        return nth + 1, wide(listed[CHAINED])
    return nth + 1, wide(row[NEXT])


@query_kernel
def _ask_for_rows(u: Struct, region: int) -> None:
    """Let the memory bring the rows of the units that a region lists."""
    line = i32(u.there + _LINE_BYTES * region, LINE_COLUMNS)
    for nth in range(line[LISTED]):
        prefetch(u.row + _ROW_BYTES * wide(line[FIRST_LISTED + nth]))


@query_kernel
def _look_into(s: Struct, w: Struct, r: Struct, u: Struct, region: int, shared: int) -> None:
    """Note the units of one region that may be near enough, and ask the memory for their labels."""
    line = u.there + _LINE_BYTES * region
    nth, slot = wide(0), _first_there(line)
    late = (s.worst + _ROUNDING_TICKS) ** 2
    while slot >= 0:
        row, place = i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS), f32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)
        seen = row[STRETCH] == s.own and row[JUNCTION] < 0
        if row[TRAITS] & s.wanted == s.wanted and not seen:
            east, north = place[EAST] - s.east, place[NORTH] - s.north
            if not (east * east + north * north) * w.least_pace * w.least_pace > late:
                _wait_for(s, w, r, u, slot, shared)
        nth, slot = _next_there(line, nth, row)


@query_kernel
def _wait_for(s: Struct, w: Struct, r: Struct, u: Struct, slot: int, shared: int) -> None:
    """Ask for the labels of a unit that shares so many ancestors with the target (-1: not yet known)."""
    if s.waiting == WAITING_MAX:
        _compare(s, w, r, u)
    _ask_for(w, u, slot, shared, s.first)
    waiting = i32(r.waiting, 2 * WAITING_MAX)
    waiting[2 * s.waiting], waiting[2 * s.waiting + 1] = slot, shared
    s.waiting += 1


@query_kernel
def _compare(s: Struct, w: Struct, r: Struct, u: Struct) -> None:
    """Keep the best of the units whose labels were asked for; leave out the ancestors that are too far then."""
    waiting, first = i32(r.waiting, 2 * WAITING_MAX), s.first
    for nth in range(s.waiting):
        slot = wide(waiting[2 * nth])
        _keep(s, slot, _unit_ticks(s, w, r, u, slot, wide(waiting[2 * nth + 1]), first))
    s.waiting = 0
    if s.kept == s.k:
        _leave_out(s, r)


@query_kernel
def _leave_out(s: Struct, r: Struct) -> None:
    """Leave out the highest ancestors, as far as they are so far from the target that no better unit passes them."""
    label, first, worst = u32(r.target, r.deepest), s.first, s.worst
    while first < s.length and label[first] >= worst:
        first += 1
    s.first = first


@query_kernel
def _ask_for(w: Struct, u: Struct, slot: int, shared: int, first: int) -> None:
    """Let the memory bring what `_unit_ticks` is going to read."""
    address = u.row + _ROW_BYTES * slot
    row, labels = i32(address, ROW_COLUMNS), i64(address, ROW_COLUMNS // 2)
    if row[JUNCTION] < 0:
        prefetch(w.ticks + 8 * wide(row[STRETCH]))
    for side in range(2):
        if row[side] >= 0 and labels[LABEL_ONE_64 + side] >= 0:
            length = wide(row[DEPTH_ONE + side]) + 1
            end = length if shared < 0 else min(shared, length)
            if end > first:
                at = w.forward + 4 * labels[LABEL_ONE_64 + side]
                for line in range((at + 4 * first) & -_LINE_BYTES, at + 4 * end, _LINE_BYTES):
                    prefetch(line)


@query_kernel
def _unit_ticks(s: Struct, w: Struct, r: Struct, u: Struct, slot: int, shared: int, first: int) -> np.uint32:
    """Return the ticks from a unit to the target whose label this is; ``shared`` ancestors, -1 when not yet known."""
    label = u32(r.target, r.deepest)
    address = u.row + _ROW_BYTES * slot
    row, labels = i32(address, ROW_COLUMNS), i64(address, ROW_COLUMNS // 2)
    fraction = f64(address, ROW_COLUMNS // 2)[FRACTION_64]
    best = FAR
    if row[STRETCH] == s.own and row[JUNCTION] < 0:
        best = straight_ticks(w, s.own, fraction, s.fraction)
    for side in range(2):
        v = wide(row[side])
        if v < 0:
            continue
        offset = np.uint32(0)
        if row[JUNCTION] < 0:
            offset = departure_ticks(w, wide(row[STRETCH]), side, fraction)
        if offset >= best or offset >= s.worst:
            continue
        length = shared_length(r, v, s.lowest) if shared < 0 else min(shared, wide(row[DEPTH_ONE + side]) + 1)
        if labels[LABEL_ONE_64 + side] >= 0:
            way = least_sum_u32(w.forward + 4 * labels[LABEL_ONE_64 + side], r.target, first, length)
        else:
            way = least_sum(forward_label(w, r, v), label, length)
        if way < FAR:
            best = min(best, np.uint32(way + offset))
    return best


@query_kernel
def _ask_for_bounds(s: Struct, w: Struct, r: Struct, u: Struct, region: int, shared: int) -> None:
    """Let the memory bring the bounds that `_open` is going to read: nearly all regions in the heap are opened."""
    regions, units_below = i32(r.region, REGION_COLUMNS * r.regions), i32(u.below, r.regions)
    at, first = REGION_COLUMNS * region, s.first
    for below in range(regions[at + FIRST_CHILD], regions[at + END_CHILD]):
        first_bound = i64(r.region + _REGION_BYTES * below, REGION_COLUMNS // 2)[BOUND_64]
        length = min(shared, wide(regions[REGION_COLUMNS * below + ABOVE]))
        if first < length and units_below[below] > 0:
            for line in range(w.bound + 2 * (first_bound + first), w.bound + 2 * (first_bound + length), _LINE_BYTES):
                prefetch(line)


@query_kernel
def _open(s: Struct, w: Struct, r: Struct, u: Struct, region: int, opened: int, shared: int) -> None:
    """Put the regions below one into the heap that hold units and may hold a better one."""
    regions, units_below = i32(r.region, REGION_COLUMNS * r.regions), i32(u.below, r.regions)
    heap, shared_of = i64(u.heap, r.regions + 1), i32(r.heap_region, r.regions)
    at, first, worst = REGION_COLUMNS * region, s.first, s.worst
    for below in range(regions[at + FIRST_CHILD], regions[at + END_CHILD]):
        if units_below[below] == 0 or below == opened:
            continue
        length = min(shared, wide(regions[REGION_COLUMNS * below + ABOVE]))
        if first >= length:
            continue
        first_bound = i64(r.region + _REGION_BYTES * below, REGION_COLUMNS // 2)[BOUND_64]
        least = least_sum_u16(w.bound + 2 * first_bound, r.target_coarse, first, length)
        bound = wide(least) << BOUND_SHIFT
        if bound < worst:
            shared_of[below] = length
            prefetch(u.there + _LINE_BYTES * below)
            _ask_for_bounds(s, w, r, u, below, length)
            s.size = _push(heap, s.size, (bound << 32) | below)


@query_kernel
def _keep(s: Struct, slot: int, t: np.uint32) -> None:
    """Insert a unit among the k best, and note the time to beat."""
    if t >= s.worst:
        return
    kept, k = s.kept, s.k
    slots, ticks = i32(s.order, k), u32(s.times, k)
    at = kept if kept < k else k - 1
    while at > 0 and ticks[at - 1] > t:
        ticks[at] = ticks[at - 1]
        slots[at] = slots[at - 1]
        at -= 1
    ticks[at] = t
    slots[at] = slot
    s.kept = min(k, kept + 1)
    if s.kept == k:
        s.worst = ticks[k - 1]


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
