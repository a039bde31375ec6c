"""Compiled search for all that can be reached: from a few positions to every node, by one sweep down the tree.

And what lies beside reached roads: the distance from them at the corners of a grid, and the outlines of one distance.
"""

# A kernel takes arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np
from numpy.typing import NDArray

from geo.compiled import i32, i64, rebuild_kernel, struct_at, u32, wide
from geo.hierarchy_kernels import FAR
from geo.query_kernels import ROADS, WEIGHTS, merge_departures


@rebuild_kernel
def reach_arcs(
    weights: int,
    stretch: NDArray[np.int64],
    fraction: NDArray[np.float64],
    junction: NDArray[np.int64],
    entered: NDArray[np.uint32],
) -> None:
    """Fill uint32[stretches, 2]: the ticks after which both arcs of each stretch can be entered at their beginning.

    Positions are given as `fill_matrix` has them; the first to arrive counts. A fastest way climbs, then descends:
    the labels of the positions say the times to all their ancestors, and one sweep from the root down says the others
    (Delling, Goldberg, Nowatzyk, Werneck, *PHAST*, 2011). Forbidden turns are kept: nodes are states, not junctions.
    """
    w = struct_at(weights, WEIGHTS)
    r = struct_at(w.roads, ROADS)
    first_up, up, descend = i64(r.first_up, r.nodes + 1), i32(r.up, r.edges), u32(w.descend, r.edges)
    times = np.full(r.nodes, FAR, np.uint32)
    label = np.empty(r.nodes, np.uint32)
    for p in range(stretch.size):
        lowest, length = merge_departures(w, r, stretch[p], fraction[p], junction[p], label)
        v = wide(lowest)
        for level in range(length - 1, -1, -1):
            times[v] = min(times[v], label[level])
            v = wide(up[first_up[v]]) if first_up[v] < first_up[v + 1] else r.nodes - 1  # its parent in the tree
    for v in range(r.nodes - 1, -1, -1):
        best = times[v]
        for e in range(first_up[v], first_up[v + 1]):
            best = min(best, np.uint32(times[up[e]] + descend[e]))
        times[v] = min(best, FAR)
    entered[:] = FAR
    first = i32(r.first_arrival, r.places + 1)
    node, side = i32(r.arrival_node, r.arrivals), i32(r.arrival_side, r.arrivals)
    for s in range(r.stretches):
        for arrival in range(first[s], first[s + 1]):
            at = side[arrival]
            entered[s, at] = min(entered[s, at], times[node[arrival]])


@rebuild_kernel
def spread_roads(
    x_m: NDArray[np.float32],
    y_m: NDArray[np.float32],
    shape_m: NDArray[np.float64],
    first_shape: NDArray[np.int32],
    stretch: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    frame: NDArray[np.float64],
    away_m: NDArray[np.uint8],
) -> None:
    """Lower ``away_m`` uint8[rows, columns] to each corner's distance from parts of roads, where that is below 255 m.

    Part i runs from share ``low[i]`` to ``high[i]`` of the shape of ``stretch[i]``; ``x_m`` and ``y_m`` are the shape
    points on a plane, ``shape_m`` how far along its shape each lies. ``frame``: west, south, pitch, and how far from a
    road corners are measured, in metres.
    """
    west, south, pitch, radius = frame[0], frame[1], frame[2], frame[3]
    for i in range(stretch.size):
        first, last = first_shape[stretch[i]], first_shape[stretch[i] + 1] - 1
        begin_m, end_m = low[i] * shape_m[last], high[i] * shape_m[last]
        for p in range(first, last):
            a_m, b_m = shape_m[p], shape_m[p + 1]
            if b_m < begin_m or a_m > end_m:
                continue
            piece_m = b_m - a_m
            a = max(0.0, (begin_m - a_m) / piece_m) if piece_m > 0.0 else 0.0
            b = min(1.0, (end_m - a_m) / piece_m) if piece_m > 0.0 else 0.0
            wide_m, tall_m = x_m[p + 1] - x_m[p], y_m[p + 1] - y_m[p]
            _spread_piece(
                (x_m[p] + a * wide_m - west) / pitch,
                (y_m[p] + a * tall_m - south) / pitch,
                (b - a) * wide_m / pitch,
                (b - a) * tall_m / pitch,
                pitch,
                radius / pitch,
                away_m,
            )


@rebuild_kernel
def _spread_piece(
    ax: float, ay: float, dx: float, dy: float, pitch: float, radius: float, away_m: NDArray[np.uint8]
) -> None:
    """Measure the corners near one piece; positions are in pitches from the south-west corner."""
    rows, columns = away_m.shape
    low = max(0, int(np.ceil(min(ay, ay + dy) - radius)))
    high = min(rows - 1, int(np.floor(max(ay, ay + dy) + radius)))
    left = max(0, int(np.ceil(min(ax, ax + dx) - radius)))
    right = min(columns - 1, int(np.floor(max(ax, ax + dx) + radius)))
    square = dx * dx + dy * dy
    each = np.float32(1.0 / square) if square > 0.0 else np.float32(0.0)
    fx, fy, scale, west = np.float32(dx), np.float32(dy), np.float32(pitch), np.float32(left - ax)
    zero, one, half, most = np.float32(0.0), np.float32(1.0), np.float32(0.5), np.float32(255.0)
    for row in range(low, high + 1):
        py = np.float32(row - ay)
        line = away_m[row, left : right + 1]
        for i in range(line.size):  # eight corners at a time, as long as nothing here is wider than 32 bits
            px = west + np.float32(np.int32(i))
            along = min(one, max(zero, (px * fx + py * fy) * each))
            qx, qy = px - along * fx, py - along * fy
            metres = min(most, np.sqrt(qx * qx + qy * qy) * scale + half)
            line[i] = min(line[i], np.uint8(np.int32(metres)))


@rebuild_kernel
def outline_rings(away_m: NDArray[np.uint8], level_m: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return where the distance passes ``level_m`` + a half: points in pitches, and where each ring begins.

    Marching squares (Lorensen and Cline 1987, in the plane), followed ring by ring with the inside on the left: rings
    around an area run counter-clockwise, those around a hole clockwise. Corners that touch across join the inside. The
    border lies outside everywhere. Rings are not closed: their last point is the one before their first.
    """
    rows, columns = away_m.shape
    count = 0
    for row in range(rows):
        for column in range(columns):
            inside = away_m[row, column] <= level_m
            if column + 1 < columns and (away_m[row, column + 1] <= level_m) != inside:
                count += 1
            if row + 1 < rows and (away_m[row + 1, column] <= level_m) != inside:
                count += 1
    points, starts = np.empty((count, 2)), np.empty(count // 4 + 1, np.int64)
    begun = np.zeros(away_m.shape, np.bool_)
    at, rings = 0, 0
    for row in range(rows):
        for column in range(columns - 1):
            leaves = away_m[row, column] <= level_m and away_m[row, column + 1] > level_m
            if leaves and not begun[row, column]:
                starts[rings] = at
                rings += 1
                at = _follow_ring(away_m, level_m, row, column, begun, points, at)
    starts[rings] = at
    return points[:at], starts[: rings + 1]


@rebuild_kernel
def _follow_ring(
    away_m: NDArray[np.uint8],
    level_m: int,
    row: int,
    column: int,
    begun: NDArray[np.bool_],
    points: NDArray[np.float64],
    at: int,
) -> int:
    """Follow one ring from where it runs north between a corner inside and the next one east of it."""
    left_r, left_c, right_r, right_c = row, column, row, column + 1
    while True:
        ahead_r, ahead_c = right_c - left_c, left_r - right_r  # a quarter turn left of "from left to right"
        if ahead_r == 1:
            begun[left_r, left_c] = True
        inner, outer = float(away_m[left_r, left_c]), float(away_m[right_r, right_c])
        share = (level_m + 0.5 - inner) / (outer - inner)
        points[at, 0] = left_c + share * (right_c - left_c)
        points[at, 1] = left_r + share * (right_r - left_r)
        at += 1
        if away_m[right_r + ahead_r, right_c + ahead_c] <= level_m:
            left_r, left_c = right_r + ahead_r, right_c + ahead_c
        elif away_m[left_r + ahead_r, left_c + ahead_c] <= level_m:
            left_r, left_c, right_r, right_c = (
                left_r + ahead_r,
                left_c + ahead_c,
                right_r + ahead_r,
                right_c + ahead_c,
            )
        else:
            right_r, right_c = left_r + ahead_r, left_c + ahead_c
        if left_r == row and left_c == column and right_r == row and right_c == column + 1:
            return at
