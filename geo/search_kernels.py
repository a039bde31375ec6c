"""The compiled search for the units that arrive first by road. See `geo.regions` and `geo.fleet_index`.

It opens regions in the order of their bounds and stops when the next bound is no better than the k-th best unit: after
Buchhold, Wagner, SEA 2021, with every road of a region in its bound instead of its units alone, so that a move costs
nothing but its list. An ancestor that lies farther from the target than the k-th best unit is on no better way; the
highest ones nearly always do, so labels and bounds are read from the first ancestor of use on, and regions that share
none of use are not opened. Most of the time is spent waiting for memory, and for branches that the processor guessed
wrong: what will be read is asked for early, the units of a region while those of the one before it are looked at, and
what is short is added without a loop.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np

from geo.compiled import Struct, f64, i32, i64, prefetch, query_kernel, struct_at, struct_type, u16, u32, wide
from geo.hierarchy_kernels import FAR
from geo.label_kernels import BOUND_SHIFT, coarse, least_of
from geo.query_kernels import (
    ROADS,
    WEIGHTS,
    merge_arrivals,
    shared_length,
    straight_ticks,
)
from geo.row_instructions import LANES, NEAR, least_sum_near_u16, least_sum_near_u32, least_sum_u16, least_sum_u32
from geo.snap_kernels import GRID, snap_to_road
from geo.unit_kernels import (
    ABOVE,
    BOUND_64,
    CHAINED,
    END_CHILD,
    FIRST_CHILD,
    FIRST_LISTED,
    FRACTION_64,
    JUNCTION,
    LENGTH,
    LINE_COLUMNS,
    LISTED,
    LISTED_MAX,
    LOWEST,
    NEXT,
    PARENT,
    REGION_COLUMNS,
    ROW_COLUMNS,
    STRETCH,
    STRIDE,
    TRAITS,
    UNITS,
    WEIGHTS_64,
    label_unit,
)

_NOBODY = -1
_NEVER = np.uint32(4_294_967_295)
_ROW_BYTES, _REGION_BYTES, _LINE_BYTES = 4 * ROW_COLUMNS, 4 * REGION_COLUMNS, 64

# A first guess (`RoadsLayout.near`): only so many lowest ancestors of a target are nearer to it than the k-th best
# unit. Where that is wrong the question is asked again without it.
NEAR_ANCESTORS = 64

# So many units may be noted at once.
WAITING_MAX = 256

# Cache lines in which so few numbers lie as are added without a loop, wherever they begin.
_LABEL_LINES, _BOUND_LINES = NEAR // LANES + 1, NEAR // (2 * LANES) + 1


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
    on it. ``kept`` units are known, the k-th comes after ``worst`` ticks.
    Ancestors before ``first`` are of no use, if the guess holds. ``size`` of the heap. ``asked`` units were noted, so
    many of them were ``looked_at``; the others are on their way.
    """

    lowest: int
    length: int
    own: int
    fraction: float
    k: int
    wanted: int
    order: int
    times: int
    kept: int
    worst: int
    first: int
    size: int
    asked: int
    looked_at: int


QUESTION = struct_type(QuestionLayout)
SEARCH = struct_type(SearchLayout)


@query_kernel
def nearest_units(question: int, lon: float, lat: float) -> int:
    """Find the k units that reach a point first; return how many there are.

    Units beside every road never count. -1: no road is near the point.
    """
    r = struct_at(struct_at(struct_at(question, QUESTION).weights, WEIGHTS).roads, ROADS)
    stretch, fraction, junction, _, _ = snap_to_road(struct_at(r.grid, GRID), lon, lat, np.nan)
    if stretch < 0:
        return _NOBODY
    return nearest_to_place(question, stretch, fraction, junction)


@query_kernel
def nearest_to_place(question: int, stretch: int, fraction: float, junction: int) -> int:
    """Answer `nearest_units` for a position on the road, as `snap_to_road` tells it."""
    q = struct_at(question, QUESTION)
    w, u = struct_at(q.weights, WEIGHTS), struct_at(q.units, UNITS)
    r = struct_at(w.roads, ROADS)
    s, label = struct_at(r.search, SEARCH), u32(r.target, r.deepest)
    _ask_for_target(s, w, r, u, stretch, junction)
    merge_arrivals(w, r, stretch, fraction, junction, label)
    coarse(label, s.length, u16(r.target_coarse, r.deepest))
    s.own, s.fraction = stretch if junction < 0 else wide(_NOBODY), fraction
    s.k, s.wanted, s.order, s.times = q.k, q.wanted, q.order, q.times
    s.worst = wide(_NEVER)
    guess = s.first
    if guess == 0 or i64(u.size, 1)[0] < s.k or not _searched(s, w, r, u, guess):
        s.worst += 1  # even a wrong guess finds ways, and so k units that come no later than that
        _searched(s, w, r, u, wide(0))
    kept: int = s.kept
    return kept


@query_kernel
def _ask_for_target(s: Struct, w: Struct, r: Struct, u: Struct, stretch: int, junction: int) -> None:
    """Find the lowest node of a target, and let the memory bring what the search reads first.

    Those are its labels, and of its own region and all above it the lists of units and the bounds of those below.
    """
    place = stretch if junction < 0 else r.stretches + junction
    first, node = i32(r.first_arrival, r.places + 1), i32(r.arrival_node, r.arrivals)
    first_label, region_of = i64(r.first_label, r.nodes + 1), i32(r.region_of_node, r.nodes)
    departs = wide(i32(r.departures, 2 * r.stretches)[2 * stretch])
    prefetch(w.ticks + 8 * stretch)
    s.lowest = wide(node[first[place]])
    for nth in range(first[place], first[place + 1]):
        v = wide(node[nth])
        s.lowest = min(s.lowest, v)
        for at in range(w.backward + 4 * first_label[v], w.backward + 4 * first_label[v + 1], _LINE_BYTES):
            prefetch(at)
    s.length = wide(i32(r.depth, r.nodes)[s.lowest]) + 1
    s.first = max(0, s.length - r.near)
    if departs >= 0:
        prefetch(u.there + _LINE_BYTES * wide(region_of[departs]))
    region, shared = wide(region_of[s.lowest]), s.length
    while region >= 0 and s.first < shared:
        prefetch(u.there + _LINE_BYTES * region)
        _ask_for_bounds(s, w, r, u, region, shared)
        row = i32(r.region + _REGION_BYTES * region, REGION_COLUMNS)
        region, shared = wide(row[PARENT]), wide(row[ABOVE])


@query_kernel
def _searched(s: Struct, w: Struct, r: Struct, u: Struct, guess: int) -> bool:
    """Search outwards from the target; False: the guess, that so many ancestors are of no use, did not hold."""
    s.kept, s.size, s.asked, s.looked_at, s.first = 0, 0, 0, 0, guess
    if guess == 0:
        _leave_out(s, r)
    own = wide(i32(r.region_of_node, r.nodes)[s.lowest])
    _ask_for_units(s, w, r, u, own, wide(_NOBODY))
    if s.own >= 0:
        _look_on_the_stretch(s, w, r, u)
    _look_around(s, w, r, u, own)
    heap = i64(u.heap, r.regions + 1)
    while True:
        while s.size > 0 and heap[0] >> 32 < s.worst:
            _follow(s, w, r, u)
        if s.looked_at == s.asked:
            break
        _look_at(s, w, r, u, s.asked)
    return bool(guess == 0 or (s.kept == s.k and least_of(u32(r.target, r.deepest), guess) >= s.worst))


@query_kernel
def _look_around(s: Struct, w: Struct, r: Struct, u: Struct, own: int) -> None:
    """Look into the regions around the target, from its own towards the root, as far as an ancestor is of use.

    No bound holds for their units. What lies nearest below them is followed until k units are known.
    """
    regions = i32(r.region, REGION_COLUMNS * r.regions)
    region, below, shared = own, wide(_NOBODY), s.length
    while region >= 0 and s.first < shared:
        above = wide(regions[REGION_COLUMNS * region + PARENT])
        # A region with others below is a chain of nodes: it shares with the target all above the way down to it.
        above_shared = wide(regions[REGION_COLUMNS * region + ABOVE])
        asked = s.asked
        if above >= 0 and s.first < above_shared:
            _ask_for_units(s, w, r, u, above, above_shared)
        _look_at(s, w, r, u, asked)
        _open(s, w, r, u, region, below, shared)
        while s.size > 0 and s.kept + s.asked - s.looked_at < s.k:
            _follow(s, w, r, u)
        below, region, shared = region, above, above_shared


@query_kernel
def _follow(s: Struct, w: Struct, r: Struct, u: Struct) -> None:
    """Open the regions below the one with the least bound, and look at the units that were asked for before its own."""
    heap = i64(u.heap, r.regions + 1)
    found = heap[0] & 0xFFFFFFFF
    s.size = _pop(heap, s.size)
    above = wide(i32(r.region + _REGION_BYTES * found, REGION_COLUMNS)[ABOVE])
    shared, asked = min(wide(i32(r.heap_region, r.regions)[found]), above), s.asked
    _ask_for_units(s, w, r, u, found, shared)
    _ask_for_bounds(s, w, r, u, found, shared)
    _look_at(s, w, r, u, asked)
    _open(s, w, r, u, found, wide(_NOBODY), shared)


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
            _keep(s, r, slot, _unit_ticks(s, w, r, u, slot, wide(_NOBODY)))
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
def _ask_for_units(s: Struct, w: Struct, r: Struct, u: Struct, region: int, shared: int) -> None:
    """Note the units of a region, and let the memory bring their rows and labels, as far as those are of use.

    They share so many ancestors with the target (-1: not known).
    """
    if s.asked > WAITING_MAX - LINE_COLUMNS:
        _look_at(s, w, r, u, s.asked)
        s.asked, s.looked_at = 0, 0
    line = i32(u.there + _LINE_BYTES * region, LINE_COLUMNS)
    waiting = i32(r.waiting, 2 * WAITING_MAX)
    listed, asked = wide(line[LISTED]), s.asked
    for nth in range(LISTED_MAX):  # always all: a loop of so many turns as units are listed is guessed wrong
        waiting[asked + nth] = line[FIRST_LISTED + nth]
        waiting[WAITING_MAX + asked + nth] = shared
    s.asked = asked + listed
    last = (s.length if shared < 0 else shared) - 1
    first = max(s.first, last + 1 - NEAR)
    for nth in range(listed):
        slot = wide(line[FIRST_LISTED + nth])
        prefetch(u.row + _ROW_BYTES * slot)
        label = u.label + 4 * u.length * slot
        for part in range(_LABEL_LINES):
            prefetch(label + 4 * min(first + LANES * part, last))
    slot = wide(line[CHAINED])
    while slot >= 0:
        if s.asked == WAITING_MAX:
            _look_at(s, w, r, u, s.asked)
            s.asked, s.looked_at = 0, 0
        waiting[s.asked], waiting[WAITING_MAX + s.asked] = slot, shared
        s.asked += 1
        slot = wide(i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)[NEXT])


@query_kernel
def _look_at(s: Struct, w: Struct, r: Struct, u: Struct, end: int) -> None:
    """Keep those of the units that were asked for, up to the one before ``end``, that are near enough."""
    waiting = i32(r.waiting, 2 * WAITING_MAX)
    last = min(end, s.asked)  # who makes room for others begins to count anew
    for nth in range(s.looked_at, last):
        slot = wide(waiting[nth])
        row = i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)
        seen = row[STRETCH] == s.own and row[JUNCTION] < 0
        if row[TRAITS] & s.wanted == s.wanted and not seen:
            _keep(s, r, slot, _unit_ticks(s, w, r, u, slot, wide(waiting[WAITING_MAX + nth])))
    s.looked_at = max(s.looked_at, last)


@query_kernel
def _leave_out(s: Struct, r: Struct) -> None:
    """Leave out the highest ancestors, as far as they are so far from the target that no better unit passes them."""
    label, first, worst = u32(r.target, r.deepest), s.first, s.worst
    while first < s.length and label[first] >= worst:
        first += 1
    s.first = first


@query_kernel
def _unit_ticks(s: Struct, w: Struct, r: Struct, u: Struct, slot: int, shared: int) -> np.uint32:
    """Return the ticks from a unit to the target whose label this is; ``shared`` ancestors, -1 when not yet known."""
    address = u.row + _ROW_BYTES * slot
    row, best = i32(address, ROW_COLUMNS), FAR
    if i64(address, ROW_COLUMNS // 2)[WEIGHTS_64] != w.number:
        label_unit(w, u, slot)
    if row[STRETCH] == s.own and row[JUNCTION] < 0:
        best = straight_ticks(w, s.own, f64(address, ROW_COLUMNS // 2)[FRACTION_64], s.fraction)
    length = shared_length(r, wide(row[LOWEST]), s.lowest) if shared < 0 else min(shared, wide(row[LENGTH]))
    own, first = u.label + 4 * u.length * slot, s.first
    if length - first <= NEAR:
        return min(best, least_sum_near_u32(own, r.target, first, length))
    return min(best, least_sum_u32(own, r.target, first, length))


@query_kernel
def _ask_for_bounds(s: Struct, w: Struct, r: Struct, u: Struct, region: int, shared: int) -> None:
    """Let the memory bring the bounds that `_open` is going to read: nearly all regions in the heap are opened."""
    row, units_below = i32(r.region + _REGION_BYTES * region, REGION_COLUMNS), i32(u.below, r.regions)
    first_bound = i64(r.region + _REGION_BYTES * region, REGION_COLUMNS // 2)[BOUND_64]
    last = min(shared, wide(row[STRIDE])) - 1
    first = max(s.first, last + 1 - NEAR)
    for nth in range(row[END_CHILD] - row[FIRST_CHILD]):
        if units_below[row[FIRST_CHILD] + nth] > 0:
            bounds = w.bound + 2 * (first_bound + nth * wide(row[STRIDE]))
            for part in range(_BOUND_LINES):
                prefetch(bounds + 2 * min(first + 2 * LANES * part, last))


@query_kernel
def _open(s: Struct, w: Struct, r: Struct, u: Struct, region: int, opened: int, shared: int) -> None:
    """Put the regions below one into the heap that hold units and may hold a better one.

    A region with fewer ancestors than ``shared`` has bounds beyond its own: 65,535, which counts as far away.
    """
    row, units_below = i32(r.region + _REGION_BYTES * region, REGION_COLUMNS), i32(u.below, r.regions)
    heap, shared_of = i64(u.heap, r.regions + 1), i32(r.heap_region, r.regions)
    first_bound = i64(r.region + _REGION_BYTES * region, REGION_COLUMNS // 2)[BOUND_64]
    first, worst, length = s.first, s.worst, min(shared, wide(row[STRIDE]))
    if first >= length:
        return
    for nth in range(row[END_CHILD] - row[FIRST_CHILD]):
        below = wide(row[FIRST_CHILD]) + nth
        if units_below[below] == 0 or below == opened:
            continue
        bounds = w.bound + 2 * (first_bound + nth * wide(row[STRIDE]))
        if length - first <= NEAR:
            least = least_sum_near_u16(bounds, r.target_coarse, first, length)
        else:
            least = least_sum_u16(bounds, r.target_coarse, first, length)
        bound = wide(least) << BOUND_SHIFT
        if bound < worst:
            shared_of[below] = length
            prefetch(u.there + _LINE_BYTES * below)
            prefetch(r.region + _REGION_BYTES * below)
            s.size = _push(heap, s.size, (bound << 32) | below)


@query_kernel
def _keep(s: Struct, r: Struct, slot: int, t: np.uint32) -> None:
    """Insert a unit among the k best, note the time to beat, and leave out the ancestors that are too far then."""
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
        _leave_out(s, r)


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
