"""Compiled following of a unit from fix to fix: which road it is on now. `following` says what it means."""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import math

import numpy as np

from geo.compiled import Struct, f64, i32, query_kernel, struct_at, wide
from geo.hierarchy_kernels import FAR
from geo.query_kernels import ROADS, WEIGHTS
from geo.snap_kernels import GRID, metres_between
from geo.tracks.matching_kernels import candidates_near, ticks_between

_RADIANS_PER_DEGREE = math.radians(1.0)
_TICKS_PER_S = 16_000.0
_NOBODY = -1
_ONLY_ONWARD, _ONLY_BACK = 1, 2  # `geo.snap_kernels.GridLayout.one_way`
LON, LAT, AT, COUNT, CHOSEN = range(5)


@query_kernel
def follow_fix(
    weights: int,
    lon: float,
    lat: float,
    at_s: float,
    heading_deg: float,
    model: Struct,
    last: Struct,
    stretch: Struct,
    fraction: Struct,
    cost: Struct,
) -> tuple[int, float, float]:
    """Take a newer fix of one unit; return the stretch that it is on, and where: longitude and latitude. -1: on none.

    ``model`` float64[9]: sigma_m, radius_m, still_m, speed_max_mps, silence_s, against_cost, late_s, lost_cost, fading.
    What is known of the unit, and changes: ``last`` float64[5] (the fix that counted, how many candidates it left, the
    chosen one), and for each candidate its ``stretch`` int32, ``fraction`` and ``cost`` float64. NaN: no heading.
    """
    w = struct_at(weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    g = struct_at(r.grid, GRID)
    sigma_m, radius_m, still_m, speed_max_mps, silence_s, against_cost, late_s, lost_cost, fading = model
    known, gap_s = int(last[COUNT]), at_s - last[AT]
    away_m = metres_between(last[LON], last[LAT], lon, lat) if known > 0 else np.inf
    if known > 0 and away_m < still_m:
        last[AT] = at_s
        chosen = int(last[CHOSEN])
        x, y = place_on(g, wide(stretch[chosen]), fraction[chosen])
        return wide(stretch[chosen]), x, y
    new_stretch, new_fraction = np.empty(stretch.size, np.int32), np.empty(stretch.size)
    own = np.empty(stretch.size)
    count = candidates_near(g, lon, lat, radius_m, new_stretch, new_fraction, own)
    count = _likely(g, heading_deg, sigma_m, against_cost, lost_cost, new_stretch, new_fraction, own, count)
    follows = known > 0 and gap_s <= silence_s and away_m <= speed_max_mps * gap_s + 2.0 * radius_m
    last[LON], last[LAT], last[AT], last[COUNT] = lon, lat, at_s, count
    if count == 0:
        return _NOBODY, lon, lat
    if follows:
        labels, ticks = np.empty((known + 1, r.deepest), np.uint32), np.empty((known, count), np.uint32)
        before, ahead = stretch[:known], new_stretch[:count]
        ticks_between(w, r, before, fraction[:known], ahead, new_fraction[:count], labels, ticks)
        for b in range(count):
            coming = np.inf
            for a in range(known):
                late = lost_cost if ticks[a, b] >= FAR else (ticks[a, b] / _TICKS_PER_S - 2.0 * gap_s) / late_s
                coming = min(coming, fading * cost[a] + min(lost_cost, max(0.0, late)))
            own[b] += coming
    chosen = wide(own[:count].argmin())
    for b in range(count):
        stretch[b], fraction[b], cost[b] = new_stretch[b], new_fraction[b], own[b] - own[chosen]
    last[CHOSEN] = chosen
    x, y = place_on(g, wide(stretch[chosen]), fraction[chosen])
    return wide(stretch[chosen]), x, y


@query_kernel
def _likely(
    g: Struct,
    heading_deg: float,
    sigma_m: float,
    against_cost: float,
    lost_cost: float,
    stretch: Struct,
    fraction: Struct,
    own: Struct,
    count: int,
) -> int:
    """Turn distances in ``own`` into costs, drop what no way to it makes the likeliest; return how many stay."""
    least = np.inf
    for b in range(count):
        off = own[b] / sigma_m
        own[b] = 0.5 * off * off + against_cost * _against(g, wide(stretch[b]), fraction[b], heading_deg)
        least = min(least, own[b])
    kept = 0
    for b in range(count):
        if own[b] <= least + lost_cost:
            stretch[kept], fraction[kept], own[kept] = stretch[b], fraction[b], own[b]
            kept += 1
    return kept


@query_kernel
def _piece_at(g: Struct, stretch: int, fraction: float) -> tuple[int, float]:
    """Return the first shape point of the piece at a fraction of a stretch, and the share of the piece."""
    shape_m, first = f64(g.shape_m, g.shapes), i32(g.first_shape, g.stretches + 1)
    low, high = wide(first[stretch]), wide(first[stretch + 1]) - 2
    wanted_m = fraction * shape_m[high + 1]
    while low < high:
        middle = (low + high + 1) // 2
        if shape_m[middle] <= wanted_m:
            low = middle
        else:
            high = middle - 1
    piece_m = shape_m[low + 1] - shape_m[low]
    return low, min(1.0, max(0.0, (wanted_m - shape_m[low]) / piece_m)) if piece_m > 0.0 else 0.0


@query_kernel
def place_on(g: Struct, stretch: int, fraction: float) -> tuple[float, float]:
    """Return longitude and latitude of a position."""
    lon, lat = f64(g.shape_lon, g.shapes), f64(g.shape_lat, g.shapes)
    p, share = _piece_at(g, stretch, fraction)
    return lon[p] + share * (lon[p + 1] - lon[p]), lat[p] + share * (lat[p + 1] - lat[p])


@query_kernel
def _against(g: Struct, stretch: int, fraction: float, heading_deg: float) -> float:
    """Return how much driving here would be against a heading: 0 along it, 1 against it; 0 without one."""
    if math.isnan(heading_deg):
        return 0.0
    lon, lat = f64(g.shape_lon, g.shapes), f64(g.shape_lat, g.shapes)
    p, _ = _piece_at(g, stretch, fraction)
    east = (lon[p + 1] - lon[p]) * math.cos(lat[p] * _RADIANS_PER_DEGREE)
    north = lat[p + 1] - lat[p]
    long = math.hypot(east, north)
    if long == 0.0:
        return 0.0
    heading = heading_deg * _RADIANS_PER_DEGREE
    course: float = (east * math.sin(heading) + north * math.cos(heading)) / long
    way = i32(g.one_way, g.stretches)[stretch]
    if way == _ONLY_BACK:
        course = -course
    elif way != _ONLY_ONWARD:
        course = abs(course)
    return (1.0 - course) / 2.0
