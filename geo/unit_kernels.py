"""Compiled moves of units: each is threaded into the list of its region (`geo.regions`). See `geo.fleet_index`."""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np

from geo.compiled import Struct, f64, i32, i64, prefetch, query_kernel, struct_at, struct_type, u8, u32, wide
from geo.query_kernels import ROADS, WEIGHTS, merge_departures
from geo.snap_kernels import GRID, ask_for_pieces, cell_of, metres_between, snap_to_road

# What became of a fix.
MOVED, JUMPED, STALE = 0, 1, 2

# Faster than any road vehicle or helicopter on this fleet, with measuring noise added: such a fix is a jump.
PLAUSIBLE_SPEED_MPS = 70.0

# Two fixes this near to each other are no jump, however short the time between them: that is the receiver's noise.
NOISE_M = 100.0

# A receiver's heading means nothing while the vehicle stands or crawls.
HEADING_FROM_MPS = 2.0

_NOBODY = -1
# The columns of a unit's ``row``; the last two are 64 bits wide.
LOWEST, LENGTH, STRETCH, JUNCTION, NEXT, TRAITS = range(6)
WEIGHTS_64, FRACTION_64 = 3, 4
ROW_COLUMNS = 16
_ROW_BYTES = 4 * ROW_COLUMNS
_FIX_BYTES = 40
_LINE_BYTES = 64
# So many moves before its turn a move of a batch asks for what it reads first, and then for what that points to.
_ASK_EARLY, _ASK_LATE = 6, 3
# So many moves after its own a unit of a batch is labelled: what that reads was asked for.
_LABEL_LATE = 2
# The columns of a region's line, and of a unit's link.
LISTED, CHAINED, FIRST_LISTED = range(3)
LINE_COLUMNS = 16
LISTED_MAX = LINE_COLUMNS - FIRST_LISTED
_REGION, _NTH, _BEFORE, LINK_COLUMNS = range(4)
# The columns of a region's row (`geo.regions.region_rows`): one of them is 64 bits wide.
ABOVE, PARENT, FIRST_CHILD, END_CHILD = range(4)
BOUND_64, STRIDE, REGION_COLUMNS = 2, 6, 8


class UnitsLayout:
    """The units of a fleet; ``roads`` is 0 until a network was bound.

    ``size`` int64[1]: how many units have a fix. ``jumped`` uint8[capacity]. ``fix`` float64[capacity, 5]: lon, lat,
    seconds since 1970 (-inf: never), heading and speed (NaN: untold). ``link`` int32[capacity, 3]: region, where in its
    line (-1: in none), and the unit before this one in the chain. ``below`` int32[regions]: how many units are in a
    region and below. ``there`` int32[regions, 16], one cache line: how many units of the region it lists, the first
    of the chain of all others, and those it lists; who waits for a line can ask for all their rows at once.
    ``row`` int32[capacity, 16], one cache line, all that a search reads before it knows that a unit may be near enough:
    the lower of its departure nodes (-1: it is beside every road), how many ancestors that has, itself included,
    stretch, junction, next unit of the chain, traits; as int64, the number of the
    weights that its label holds for (0: none); as float64, the fraction. ``label`` uint32[capacity, length]: the ticks
    from the unit to each of those ancestors, root first. ``heap`` int64[regions + 1] is scratch.
    """

    grid: int
    roads: int
    capacity: int
    size: int
    jumped: int
    fix: int
    link: int
    row: int
    label: int
    length: int
    below: int
    there: int
    heap: int


UNITS = struct_type(UnitsLayout)


@query_kernel
def move_unit(
    units: int, weights: int, slot: int, lon: float, lat: float, at_s: float, heading_deg: float, speed_mps: float
) -> int:
    """Take a fix; return `MOVED`, `JUMPED`, or `STALE` when it is not newer than the known one, which stays.

    ``weights`` of the units' own network label the unit at once; 0: who looks at it first does.
    """
    u = struct_at(units, UNITS)
    outcome = _take_fix(u, weights, slot, lon, lat, at_s, heading_deg, speed_mps)
    if weights != 0:
        label_unit(struct_at(weights, WEIGHTS), u, slot)
    return outcome


@query_kernel
def _take_fix(
    u: Struct, weights: int, slot: int, lon: float, lat: float, at_s: float, heading_deg: float, speed_mps: float
) -> int:
    """Do all that `move_unit` does but label the unit; what that is going to read is asked for."""
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
    g = struct_at(u.grid, GRID)
    stretch, fraction, junction, _, _ = snap_to_road(g, lon, lat, course_deg)
    address = u.row + _ROW_BYTES * slot
    row = i32(address, ROW_COLUMNS)
    row[STRETCH], row[JUNCTION] = stretch, junction
    f64(address, ROW_COLUMNS // 2)[FRACTION_64] = fraction
    if u.roads != 0:
        place_unit(u, weights, slot)
    return JUMPED if jumped else MOVED


@query_kernel
def move_units(units: int, weights: int, slots: Struct, fixes: Struct, outcomes: Struct) -> None:
    """Take many fixes: ``slots`` int32[m], ``fixes`` float64[m, 5] as in `UnitsLayout`, ``outcomes`` uint8[m]."""
    u = struct_at(units, UNITS)
    g = struct_at(u.grid, GRID)
    for m in range(slots.size):
        if m + _ASK_EARLY < slots.size:
            _ask_for(u, g, wide(slots[m + _ASK_EARLY]), fixes[m + _ASK_EARLY, 0], fixes[m + _ASK_EARLY, 1])
        if m + _ASK_LATE < slots.size:
            ask_for_pieces(g, fixes[m + _ASK_LATE, 0], fixes[m + _ASK_LATE, 1])
        lon, lat, at_s, heading_deg, speed_mps = fixes[m, 0], fixes[m, 1], fixes[m, 2], fixes[m, 3], fixes[m, 4]
        outcomes[m] = _take_fix(u, weights, int(np.int64(slots[m])), lon, lat, at_s, heading_deg, speed_mps)
        if weights != 0 and m >= _LABEL_LATE:
            label_unit(struct_at(weights, WEIGHTS), u, wide(slots[m - _LABEL_LATE]))
    if weights != 0:
        for m in range(max(0, slots.size - _LABEL_LATE), slots.size):
            label_unit(struct_at(weights, WEIGHTS), u, wide(slots[m]))


@query_kernel
def _ask_for(u: Struct, g: Struct, slot: int, lon: float, lat: float) -> None:
    """Let the memory bring what a move is going to read of its unit, and where the pieces around it lie."""
    fix = u.fix + _FIX_BYTES * slot
    prefetch(fix)
    prefetch(fix + _FIX_BYTES - 1)
    prefetch(u.row + _ROW_BYTES * slot)
    prefetch(u.link + 4 * LINK_COLUMNS * slot)
    prefetch(g.first_entry + 4 * cell_of(g, lon, lat))


@query_kernel
def place_units(units: int, known: int) -> None:
    """Thread all units into the regions of a network that was just bound."""
    u = struct_at(units, UNITS)
    for slot in range(known):
        i32(u.link, LINK_COLUMNS * u.capacity)[LINK_COLUMNS * slot + _REGION] = _NOBODY
        place_unit(u, wide(0), slot)


@query_kernel
def remove_unit(units: int, slot: int) -> bool:
    """Take a unit out of its region and forget its fix; tell whether there was one."""
    u = struct_at(units, UNITS)
    if f64(u.fix, 5 * u.capacity)[5 * slot + 2] == -np.inf:
        return False
    i64(u.size, 1)[0] -= 1
    row = i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)
    row[STRETCH], row[JUNCTION], row[TRAITS] = _NOBODY, _NOBODY, 0
    f64(u.fix, 5 * u.capacity)[5 * slot + 2] = -np.inf
    if u.roads != 0:
        place_unit(u, wide(0), slot)
    return True


@query_kernel
def place_unit(u: Struct, weights: int, slot: int) -> None:
    """Note where a unit sets off, and move it between the lists of its old region and its new one.

    Its label holds no longer; ``weights`` (0: none) say which labels are going to be read for the next.
    """
    r = struct_at(u.roads, ROADS)
    row = i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)
    one, other, region = _NOBODY, _NOBODY, _NOBODY
    if row[JUNCTION] >= 0:
        one = wide(i32(r.junction_node, r.nodes)[row[JUNCTION]])
    elif row[STRETCH] >= 0:
        departures = i32(r.departures, 2 * r.stretches)
        one, other = wide(departures[2 * row[STRETCH]]), wide(departures[2 * row[STRETCH] + 1])
    lowest = one if other < 0 or (one >= 0 and one < other) else other
    row[LOWEST] = lowest
    i64(u.row + _ROW_BYTES * slot, ROW_COLUMNS // 2)[WEIGHTS_64] = 0
    if lowest >= 0:
        row[LENGTH] = i32(r.depth, r.nodes)[lowest] + 1
        region = wide(i32(r.region_of_node, r.nodes)[lowest])
        if weights != 0:
            _ask_for_label(struct_at(weights, WEIGHTS), r, one)
            _ask_for_label(struct_at(weights, WEIGHTS), r, other)
    known = wide(i32(u.link, LINK_COLUMNS * u.capacity)[LINK_COLUMNS * slot + _REGION])
    if region == known:
        return
    if known >= 0:
        _take_out(u, slot, known)
        _count(u, r, known, -1)
    if region >= 0:
        _put_in(u, slot, region)
        _count(u, r, region, 1)


@query_kernel
def _ask_for_label(w: Struct, r: Struct, v: int) -> None:
    """Let the memory bring the label of a node (-1: of none), if it owns one."""
    if v < 0:
        return
    first_label = i64(r.first_label, r.nodes + 1)
    for line in range(w.forward + 4 * first_label[v], w.forward + 4 * first_label[v + 1], _LINE_BYTES):
        prefetch(line)


@query_kernel
def label_unit(w: Struct, u: Struct, slot: int) -> None:
    """Fill the label of a unit on the road, if it does not hold for these weights.

    The ways from a position lead over the ends of its road, all ancestors of the lowest: one label says it all.
    """
    address = u.row + _ROW_BYTES * slot
    row, fraction = i32(address, ROW_COLUMNS), f64(address, ROW_COLUMNS // 2)[FRACTION_64]
    known = i64(address, ROW_COLUMNS // 2)
    if row[LOWEST] < 0 or known[WEIGHTS_64] == w.number:
        return
    label = u32(u.label + 4 * u.length * slot, u.length)
    merge_departures(w, struct_at(w.roads, ROADS), wide(row[STRETCH]), fraction, wide(row[JUNCTION]), label)
    known[WEIGHTS_64] = w.number


@query_kernel
def _put_in(u: Struct, slot: int, region: int) -> None:
    """List a unit in the line of a region; when that is full, begin the chain with it."""
    line = i32(u.there + 4 * LINE_COLUMNS * region, LINE_COLUMNS)
    link = i32(u.link, LINK_COLUMNS * u.capacity)
    at, listed = LINK_COLUMNS * slot, wide(line[LISTED])
    link[at + _REGION], link[at + _BEFORE] = region, _NOBODY
    if listed < LISTED_MAX:
        link[at + _NTH] = listed
        line[FIRST_LISTED + listed] = slot
        line[LISTED] = listed + 1
        return
    after = wide(line[CHAINED])
    link[at + _NTH] = _NOBODY
    i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)[NEXT] = after
    if after >= 0:
        link[LINK_COLUMNS * after + _BEFORE] = slot
    line[CHAINED] = slot


@query_kernel
def _take_out(u: Struct, slot: int, region: int) -> None:
    """Take a unit out of the line or the chain of its region; the line stays full while there is a chain."""
    line = i32(u.there + 4 * LINE_COLUMNS * region, LINE_COLUMNS)
    link = i32(u.link, LINK_COLUMNS * u.capacity)
    at = LINK_COLUMNS * slot
    nth = wide(link[at + _NTH])
    link[at + _REGION] = _NOBODY
    if nth < 0:
        _unchain(u, line, link, slot)
        return
    other = wide(line[CHAINED])
    if other >= 0:
        _unchain(u, line, link, other)
    else:
        line[LISTED] -= 1
        other = wide(line[FIRST_LISTED + line[LISTED]])
    if other != slot:
        line[FIRST_LISTED + nth] = other
        link[LINK_COLUMNS * other + _NTH] = nth


@query_kernel
def _unchain(u: Struct, line: Struct, link: Struct, slot: int) -> None:
    before, after = wide(link[LINK_COLUMNS * slot + _BEFORE]), wide(i32(u.row + _ROW_BYTES * slot, ROW_COLUMNS)[NEXT])
    if before >= 0:
        i32(u.row + _ROW_BYTES * before, ROW_COLUMNS)[NEXT] = after
    else:
        line[CHAINED] = after
    if after >= 0:
        link[LINK_COLUMNS * after + _BEFORE] = before


@query_kernel
def _count(u: Struct, r: Struct, region: int, more: int) -> None:
    """Add to the number of units of a region and of all above it."""
    below, regions = i32(u.below, r.regions), i32(r.region, REGION_COLUMNS * r.regions)
    while region >= 0:
        below[region] += more
        region = wide(regions[REGION_COLUMNS * region + PARENT])
