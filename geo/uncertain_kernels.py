"""Compiled questions about a place that is not known exactly: a region of positions, or a few candidate roads.

All times are ticks (`geo.hierarchy.TICKS_PER_MS`), `FAR` where no road leads. See `geo.uncertain`.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np

from geo.compiled import Struct, f64, i32, i64, query_kernel, struct_at, u32, wide
from geo.hierarchy_kernels import FAR
from geo.query_kernels import ROADS, WEIGHTS, departure_ticks, lower_times, times_to_centers
from geo.snap_kernels import GRID, snap_to_road

# Which arcs of a stretch a position may be left by, as bits.
ONWARD, BACK, BOTH = 1, 2, 3

_NOBODY = -1


@query_kernel
def rank_over_region(
    weights: int, places: int, count: int, barred: int, every: int, total: int, worst: int, reached: int, first: int
) -> int:
    """Sum up, over ``count`` positions, the ticks to every centre; return how many of the positions have a road.

    ``places`` float64[count, 2]: lon, lat; ``barred`` uint32[centers] as in `rank_centers`; ``every`` is scratch.
    Filled, int64[centers] each: ``total`` of the ticks where a road leads, the ``worst`` of them, from how many
    positions one leads (``reached``), and from how many the centre is the ``first``.
    """
    w = struct_at(weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    g = struct_at(r.grid, GRID)
    centers = w.centers
    lon_lat, bars, times = f64(places, 2 * count), u32(barred, centers), u32(every, centers)
    sums, latest, hits, firsts = i64(total, centers), i64(worst, centers), i64(reached, centers), i64(first, centers)
    for c in range(centers):
        sums[c], latest[c], hits[c], firsts[c] = 0, 0, 0, 0
    placed = 0
    for p in range(count):
        stretch, fraction, junction, _, _ = snap_to_road(g, lon_lat[2 * p], lon_lat[2 * p + 1], np.nan)
        if stretch < 0:
            continue
        placed += 1
        times_to_centers(w, r, stretch, fraction, junction, times)
        best, best_at = wide(FAR), wide(_NOBODY)
        for c in range(centers):
            ticks = wide(times[c] | bars[c])
            if ticks >= FAR:
                continue
            sums[c] += ticks
            hits[c] += 1
            latest[c] = max(latest[c], ticks)
            if ticks < best:
                best, best_at = ticks, wide(c)
        if best_at >= 0:
            firsts[best_at] += 1
    return placed


@query_kernel
def rank_from_choices(
    weights: int, choices: int, fractions: int, count: int, barred: int, every: int, least: int, choice: int
) -> None:
    """Fill, for every centre, the ``least`` ticks (uint32) over the candidates, and which ``choice`` (int32) that is.

    ``choices`` int32[count, 3]: stretch, junction (-1 in the middle), and the arcs that may leave it as bits;
    ``fractions`` float64[count]. A centre that no candidate leads to, or that is barred, keeps at least `FAR`.
    """
    w = struct_at(weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    rows, shares = i32(choices, 3 * count), f64(fractions, count)
    bars, times, best, which = (
        u32(barred, w.centers),
        u32(every, w.centers),
        u32(least, w.centers),
        i32(choice, w.centers),
    )
    for c in range(w.centers):
        best[c], which[c] = FAR | bars[c], 0
    for nth in range(count):
        stretch, junction, sides = wide(rows[3 * nth]), wide(rows[3 * nth + 1]), wide(rows[3 * nth + 2])
        times_from_choice(w, r, stretch, shares[nth], junction, sides, times)
        for c in range(w.centers):
            if times[c] | bars[c] < best[c]:
                best[c], which[c] = times[c], nth


@query_kernel
def times_from_choice(
    w: Struct, r: Struct, stretch: int, fraction: float, junction: int, sides: int, out: Struct
) -> None:
    """Fill the ticks from a position to every centre, leaving it only by the arcs that ``sides`` allows."""
    if junction >= 0 or sides == BOTH:
        times_to_centers(w, r, stretch, fraction, junction, out)
        return
    side = 0 if sides == ONWARD else 1
    node = wide(i32(r.departures, 2 * r.stretches)[2 * stretch + side])
    away = FAR if node < 0 else departure_ticks(w, stretch, side, fraction)
    for c in range(w.centers):
        out[c] = FAR
    if away < FAR:
        lower_times(w, r, node, away, out)
    c = wide(i32(w.first_center_on, r.stretches)[stretch])
    while c >= 0:
        out[c] = min(out[c], ahead_ticks(w, stretch, side, fraction, f64(w.center_fraction, w.centers)[c]))
        c = wide(i32(w.next_center_on, w.centers)[c])


@query_kernel
def ahead_ticks(w: Struct, stretch: int, side: int, start: float, end: float) -> np.uint32:
    """Return the ticks straight on by one arc of a stretch from one place to another; `FAR` when that lies behind."""
    ahead = end - start if side == 0 else start - end
    ticks = u32(w.ticks, w.entries)[2 * stretch + side]
    if ahead < 0.0 or ticks >= FAR:
        return FAR
    return np.uint32(ahead * ticks + 0.5)
