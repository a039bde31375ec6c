"""Compiled map matching: candidates on the roads near a fix, and Viterbi over exact road distances.

`map_matching` says what it means. Weights here are centimetres, not milliseconds; scratch is each call's own.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import math

import numpy as np

from geo.compiled import Struct, f64, i32, query_kernel, rebuild_kernel, struct_at, u32, wide
from geo.hierarchy_kernels import FAR
from geo.label_kernels import least_sum
from geo.point import EARTH_RADIUS_M
from geo.query_kernels import ROADS, WEIGHTS, merge_arrivals, merge_departures, shared_length, straight_ticks
from geo.route_kernels import NO_WAY, find_way
from geo.snap_kernels import GRID, metres_between

_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M
_RADIANS_PER_DEGREE = math.radians(1.0)
_TICKS_PER_M = 1600.0
_LON_MAX, _LAT_MAX = 180.0, 89.0
_NOBODY = -1

# How a fix follows the one before; `geo.tracks.map_matching.Link` names them in this order.
STARTS, DRIVEN, STOOD, SILENT, NO_ROAD_BETWEEN, NO_ROAD_NEAR, OUT_OF_ORDER, NO_POSITION = range(8)


@query_kernel
def candidates_near(
    g: Struct, lon: float, lat: float, radius_m: float, stretch: Struct, fraction: Struct, away_m: Struct
) -> int:
    """Fill the nearest position on each of the nearest stretches within a radius, nearest first; return how many."""
    shape_lon, shape_lat, shape_m = f64(g.shape_lon, g.shapes), f64(g.shape_lat, g.shapes), f64(g.shape_m, g.shapes)
    entry, piece = i32(g.first_entry, g.columns * g.rows + 1), i32(g.piece, g.entries)
    stretch_of, shapes_of = i32(g.shape_stretch, g.shapes), i32(g.first_shape, g.stretches + 1)
    east_m = _METRES_PER_DEGREE * math.cos(lat * _RADIANS_PER_DEGREE)
    tall, broad = radius_m / _METRES_PER_DEGREE, radius_m / east_m
    left = max(0, math.floor((lon - broad - g.west) / g.width))
    right = min(g.columns - 1, math.floor((lon + broad - g.west) / g.width))
    low = max(0, math.floor((lat - tall - g.south) / g.height))
    high = min(g.rows - 1, math.floor((lat + tall - g.south) / g.height))
    count = 0
    for row in range(low, high + 1):
        for column in range(left, right + 1):
            cell = row * g.columns + column
            for e in range(entry[cell], entry[cell + 1]):
                p = wide(piece[e])
                ax, ay = (shape_lon[p] - lon) * east_m, (shape_lat[p] - lat) * _METRES_PER_DEGREE
                dx = (shape_lon[p + 1] - lon) * east_m - ax
                dy = (shape_lat[p + 1] - lat) * _METRES_PER_DEGREE - ay
                square = dx * dx + dy * dy
                along = min(1.0, max(0.0, -(ax * dx + ay * dy) / square)) if square > 0.0 else 0.0
                away = math.hypot(ax + along * dx, ay + along * dy)
                if away > radius_m:
                    continue
                s = wide(stretch_of[p])
                share = (shape_m[p] + along * (shape_m[p + 1] - shape_m[p])) / shape_m[shapes_of[s + 1] - 1]
                count = _keep(stretch, fraction, away_m, count, s, share, away)
    return count


@query_kernel
def _keep(stretch: Struct, fraction: Struct, away_m: Struct, count: int, s: int, share: float, away: float) -> int:
    """Put a position in its place, one for each stretch, equal ones by stretch; the farthest falls out when full."""
    at = count
    for i in range(count):
        if stretch[i] == s:
            if away_m[i] <= away:
                return count
            at = i
            break
    if at == count:
        if count == stretch.size:
            at = count - 1
            if away > away_m[at] or (away == away_m[at] and s > stretch[at]):
                return count
        else:
            count += 1
    while at > 0 and (away_m[at - 1] > away or (away_m[at - 1] == away and stretch[at - 1] > s)):
        stretch[at], fraction[at], away_m[at] = stretch[at - 1], fraction[at - 1], away_m[at - 1]
        at -= 1
    stretch[at], fraction[at], away_m[at] = s, share, away
    return count


@query_kernel
def keep_fixes(lon: Struct, lat: Struct, at_s: Struct, still_m: float, silence_s: float, link: Struct) -> None:
    """Say which fixes are worth matching (`STARTS`, `DRIVEN`, `SILENT`), and why the others are not."""
    last = wide(_NOBODY)
    newest_s = -np.inf
    for i in range(lon.size):
        if not (abs(lon[i]) <= _LON_MAX and abs(lat[i]) <= _LAT_MAX and math.isfinite(at_s[i])):
            link[i] = NO_POSITION
            continue
        if at_s[i] <= newest_s:
            link[i] = OUT_OF_ORDER
            continue
        silent = at_s[i] - newest_s > silence_s
        newest_s = at_s[i]
        if last < 0:
            link[i] = STARTS
        elif silent:
            link[i] = SILENT
        elif metres_between(lon[last], lat[last], lon[i], lat[i]) < still_m:
            link[i] = STOOD
            continue
        else:
            link[i] = DRIVEN
        last = wide(i)


@rebuild_kernel
def match_fixes(
    weights: int,
    lon: Struct,
    lat: Struct,
    at_s: Struct,
    model: Struct,
    most: int,
    link: Struct,
    stretch: Struct,
    fraction: Struct,
    away_m: Struct,
    route_m: Struct,
) -> None:
    """Place every fix on a road, or say why not: fills link, stretch (-1: none), fraction, distances (NaN: none).

    ``model`` float64[7]: sigma_m, beta_m, beta_mps, radius_m, still_m, speed_max_mps, silence_s.
    """
    w = struct_at(weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    g = struct_at(r.grid, GRID)
    sigma_m, beta_m, beta_mps, radius_m, still_m, speed_max_mps, silence_s = model
    deepest = 0
    for v in i32(r.depth, r.nodes):
        deepest = max(deepest, v)
    n = lon.size
    keep_fixes(lon, lat, at_s, still_m, silence_s, link)
    c_stretch, c_from = np.empty((n, most), np.int32), np.empty((n, most), np.int32)
    c_fraction, c_away, c_route = np.empty((n, most)), np.empty((n, most)), np.empty((n, most))
    labels = np.empty((most + 1, deepest + 1), np.uint32)
    cost, new_cost = np.empty(most), np.empty(most)
    counts, previous = np.zeros(n, np.int64), np.full(n, _NOBODY, np.int64)
    last = wide(_NOBODY)
    for i in range(n):
        stretch[i], fraction[i], away_m[i], route_m[i] = _NOBODY, np.nan, np.nan, np.nan
        if link[i] > SILENT or link[i] == STOOD:
            continue
        count = candidates_near(g, lon[i], lat[i], radius_m, c_stretch[i], c_fraction[i], c_away[i])
        if count == 0:
            link[i] = NO_ROAD_NEAR
            continue
        counts[i] = count
        emission = 0.5 * (c_away[i, :count] / sigma_m) ** 2
        gap_s = at_s[i] - at_s[last] if last >= 0 else np.inf
        link[i] = STARTS if last < 0 else (SILENT if gap_s > silence_s else DRIVEN)
        if link[i] == DRIVEN:
            straight_m = metres_between(lon[last], lat[last], lon[i], lat[i])
            far_m, beta = speed_max_mps * gap_s + 2.0 * radius_m, beta_m + beta_mps * gap_s
            before = (c_stretch[last, : counts[last]], c_fraction[last], cost)
            if not _step(w, r, before, c_stretch[i, :count], c_fraction[i], straight_m, far_m, beta, labels,
                         new_cost, c_from[i], c_route[i]):  # fmt: skip
                link[i] = NO_ROAD_BETWEEN
        if link[i] == DRIVEN:
            previous[i] = last
        else:
            _trace_back(last, cost, counts, previous, c_stretch, c_fraction, c_away, c_from, c_route,
                        stretch, fraction, away_m, route_m)  # fmt: skip
            new_cost[:count] = 0.0
        cost[:count] = new_cost[:count] + emission
        last = wide(i)
    _trace_back(last, cost, counts, previous, c_stretch, c_fraction, c_away, c_from, c_route,
                stretch, fraction, away_m, route_m)  # fmt: skip


@query_kernel
def _step(
    w: Struct,
    r: Struct,
    before: Struct,
    stretch: Struct,
    fraction: Struct,
    straight_m: float,
    far_m: float,
    beta: float,
    labels: Struct,
    cost: Struct,
    came_from: Struct,
    route_m: Struct,
) -> bool:
    """Fill the least cost of reaching each candidate from those before, inf for none; tell whether there is one."""
    b_stretch, b_fraction, b_cost = before
    ticks = np.empty((b_stretch.size, stretch.size), np.uint32)
    ticks_between(w, r, b_stretch, b_fraction, stretch, fraction, labels, ticks)
    found = False
    for b in range(stretch.size):
        cost[b], came_from[b], route_m[b] = np.inf, 0, np.nan
        for a in range(b_stretch.size):
            metres = ticks[a, b] / _TICKS_PER_M
            if ticks[a, b] >= FAR or metres > far_m:
                continue
            total = b_cost[a] + abs(metres - straight_m) / beta
            if total < cost[b]:
                cost[b], came_from[b], route_m[b] = total, a, metres
                found = True
    return found


@query_kernel
def ticks_between(
    w: Struct,
    r: Struct,
    a_stretch: Struct,
    a_fraction: Struct,
    b_stretch: Struct,
    b_fraction: Struct,
    labels: Struct,
    ticks: Struct,
) -> None:
    """Fill uint32[a, b]: the ticks from each position to each other one. ``labels`` is scratch: a + 1 longest ones."""
    low = np.empty(a_stretch.size, np.int64)
    for a in range(a_stretch.size):
        low[a], _ = merge_departures(w, r, a_stretch[a], a_fraction[a], _NOBODY, labels[a])
    arriving = labels[-1]
    for b in range(b_stretch.size):
        arrived_low, _ = merge_arrivals(w, r, b_stretch[b], b_fraction[b], _NOBODY, arriving)
        for a in range(a_stretch.size):
            best = min(FAR, least_sum(labels[a], arriving, shared_length(r, low[a], arrived_low)))
            if a_stretch[a] == b_stretch[b]:
                best = min(best, straight_ticks(w, b_stretch[b], a_fraction[a], b_fraction[b]))
            ticks[a, b] = best


@query_kernel
def _trace_back(
    last: int,
    cost: Struct,
    counts: Struct,
    previous: Struct,
    c_stretch: Struct,
    c_fraction: Struct,
    c_away: Struct,
    c_from: Struct,
    c_route: Struct,
    stretch: Struct,
    fraction: Struct,
    away_m: Struct,
    route_m: Struct,
) -> None:
    """Write the likeliest positions of one unbroken piece, from its last fix back to its first."""
    if last < 0:
        return
    chosen = wide(0)
    for b in range(counts[last]):
        if cost[b] < cost[chosen]:
            chosen = wide(b)
    i = wide(last)
    while i >= 0:
        stretch[i], fraction[i], away_m[i] = c_stretch[i, chosen], c_fraction[i, chosen], c_away[i, chosen]
        if previous[i] >= 0:
            route_m[i] = c_route[i, chosen]
            chosen = wide(c_from[i, chosen])
        i = wide(previous[i])


@rebuild_kernel
def way_between(
    weights: int,
    a_stretch: int,
    a_fraction: float,
    b_stretch: int,
    b_fraction: float,
    arcs: Struct,
    shares: Struct,
) -> tuple[int, np.uint32]:
    """Fill the arcs of the best way between two positions and the share driven of each; return how many, and ticks.

    `geo.route_kernels.NO_WAY` or `TOO_LONG` instead of a count.
    """
    w = struct_at(weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    count, ticks = find_way(weights, a_stretch, a_fraction, _NOBODY, b_stretch, b_fraction, _NOBODY, arcs)
    if a_stretch == b_stretch:
        straight = straight_ticks(w, a_stretch, a_fraction, b_fraction)
        if straight < FAR and straight <= ticks:
            onward = b_fraction > a_fraction or (
                b_fraction == a_fraction and u32(w.ticks, w.entries)[2 * a_stretch] < FAR
            )
            arcs[0] = i32(r.stretch_arcs, 2 * r.stretches)[2 * a_stretch + (0 if onward else 1)]
            shares[0] = abs(b_fraction - a_fraction)
            return 1, straight
    if count <= 0:
        return min(count, NO_WAY), ticks
    onward_arc = i32(r.stretch_arcs, 2 * r.stretches)
    for i in range(count):
        shares[i] = 1.0
    shares[0] = 1.0 - a_fraction if arcs[0] == onward_arc[2 * a_stretch] else a_fraction
    last = b_fraction if arcs[count - 1] == onward_arc[2 * b_stretch] else 1.0 - b_fraction
    shares[count - 1] = last
    return count, ticks
