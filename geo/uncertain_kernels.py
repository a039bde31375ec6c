"""The compiled question about a place that is only known as a region of positions.

All times are ticks (`geo.hierarchy.TICKS_PER_MS`), `FAR` where no road leads. See `geo.uncertain`.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np

from geo.compiled import f64, i64, query_kernel, struct_at, u32, wide
from geo.hierarchy_kernels import FAR
from geo.query_kernels import ROADS, WEIGHTS, times_to_centers
from geo.snap_kernels import GRID, snap_to_road

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
