"""Compiled snap: from a point to a position on the road in a microsecond. `geo.snap.RoadIndex` says what it means.

Candidates are compared in float32 relative to their cell, exact to a millimetre; the winner is measured in float64.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import math

import numpy as np

from geo.compiled import Struct, f32, f64, i32, prefetch, query_kernel, struct_at, struct_type, wide
from geo.point import EARTH_RADIUS_M
from geo.snap_limits import HEADING_WEIGHT_M, JUNCTION_RADIUS_M, SNAP_LIMIT_M

_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M
_RADIANS_PER_DEGREE = math.radians(1.0)
_LON_MAX, _LAT_MAX = 180.0, 89.0
_NOWHERE = -1
_LINE_BYTES, _ASKED_BYTES = 64, 1024


class GridLayout:
    """The grid of road pieces, and the shapes it points into.

    ``first_entry`` int32[cells + 1]; per entry ``ends`` float32[e, 4]: both ends of the piece in metres at the equator
    from the south-west corner of the cell, and ``piece`` int32: its first shape point. ``stretch_nodes`` int32[s, 2]:
    the junctions at the start and the end of each shape; ``one_way`` int32[s]: 1 only onward, 2 only back, 0 both.
    """

    west: float
    south: float
    width: float
    height: float
    columns: int
    rows: int
    entries: int
    first_entry: int
    ends: int
    piece: int
    shapes: int
    shape_lon: int
    shape_lat: int
    shape_m: int
    shape_stretch: int
    stretches: int
    first_shape: int
    stretch_nodes: int
    one_way: int
    nodes: int
    node_lon: int
    node_lat: int


GRID = struct_type(GridLayout)


@query_kernel
def snap_to_road(g: Struct, lon: float, lat: float, heading_deg: float) -> tuple[int, float, int, int, float]:
    """Return (stretch, fraction, junction or -1, piece, along); stretch -1 where no road is near. NaN: no heading."""
    if not (abs(lon) <= _LON_MAX and abs(lat) <= _LAT_MAX):  # not a number is not within either
        return _NOWHERE, 0.0, _NOWHERE, 0, 0.0
    best, headed, near_m = _nearest_entries(g, lon, lat, heading_deg)
    if best < 0 or near_m > SNAP_LIMIT_M:
        return _NOWHERE, 0.0, _NOWHERE, 0, 0.0
    if near_m <= JUNCTION_RADIUS_M:
        junction, its_stretch, its_end = _junction_near(g, lon, lat)
        if junction >= 0:
            return its_stretch, its_end, junction, 0, 0.0
        return _position(g, best, lon, lat)
    return _position(g, headed, lon, lat)


@query_kernel
def _nearest_entries(g: Struct, lon: float, lat: float, heading_deg: float) -> tuple[int, int, float]:
    """Return the nearest piece, the one with the best score, and the nearest distance in metres. Rings of cells."""
    weight = 0.0 if math.isnan(heading_deg) else HEADING_WEIGHT_M
    east, north = 0.0, 0.0
    if weight > 0.0:
        east = math.sin(heading_deg * _RADIANS_PER_DEGREE)
        north = math.cos(heading_deg * _RADIANS_PER_DEGREE)
    shrink = math.cos(lat * _RADIANS_PER_DEGREE)
    column = min(g.columns - 1, max(0, int((lon - g.west) / g.width)))
    row = min(g.rows - 1, max(0, int((lat - g.south) / g.height)))
    best, headed = _NOWHERE, _NOWHERE
    near_m, score_m = SNAP_LIMIT_M + 1.0, SNAP_LIMIT_M + weight + 1.0
    ring = 0
    while True:
        looked = 0
        for r in range(max(0, row - ring), min(g.rows - 1, row + ring) + 1):
            step = 1 if abs(r - row) == ring or ring == 0 else 2 * ring
            for c in range(column - ring, column + ring + 1, step):
                if c < 0 or c >= g.columns:
                    continue
                x, y = (lon - g.west - c * g.width), (lat - g.south - r * g.height)
                away_x = max(0.0, -x, x - g.width) * shrink * _METRES_PER_DEGREE
                away_y = max(0.0, -y, y - g.height) * _METRES_PER_DEGREE
                # A piece that crosses the border is in both cells; a millimetre covers the float32.
                if away_x * away_x + away_y * away_y > (score_m + 0.001) ** 2:
                    continue
                looked += 1
                x, y = x * _METRES_PER_DEGREE, y * _METRES_PER_DEGREE
                if weight == 0.0:
                    best, near_m = _scan(g, r * g.columns + c, x, y, shrink, best, near_m)
                    score_m = near_m
                else:
                    best, near_m, headed, score_m = _scan_headed(
                        g, r * g.columns + c, x, y, shrink, east, north, best, near_m, headed, score_m
                    )
        if looked == 0:
            return best, (best if weight == 0.0 else headed), near_m
        ring += 1


@query_kernel
def cell_of(g: Struct, lon: float, lat: float) -> int:
    """Return the cell of a point; of one outside the grid, or of no number, some cell."""
    column = min(g.columns - 1, max(0, int((lon - g.west) / g.width)))
    row = min(g.rows - 1, max(0, int((lat - g.south) / g.height)))
    return wide(row * g.columns + column)


@query_kernel
def ask_for_pieces(g: Struct, lon: float, lat: float) -> None:
    """Let the memory bring the pieces in the cell of a point that is going to be snapped."""
    first, cell = i32(g.first_entry, g.columns * g.rows + 1), cell_of(g, lon, lat)
    begin, end = g.ends + 16 * wide(first[cell]), g.ends + 16 * wide(first[cell + 1])
    for line in range(begin & -_LINE_BYTES, min(end, begin + _ASKED_BYTES), _LINE_BYTES):
        prefetch(line)


@query_kernel
def _scan(g: Struct, cell: int, x: float, y: float, shrink: float, best: int, near_m: float) -> tuple[int, float]:
    """Look for a nearer piece in one cell."""
    first = i32(g.first_entry, g.columns * g.rows + 1)
    ends, piece = f32(g.ends, g.entries * 4), i32(g.piece, g.entries)
    px, py, narrow = np.float32(x), np.float32(y), np.float32(shrink)
    least = np.float32(near_m * near_m)
    found = wide(_NOWHERE)
    for e in range(first[cell], first[cell + 1]):
        ax, ay = (ends[4 * e] - px) * narrow, ends[4 * e + 1] - py
        dx, dy = (ends[4 * e + 2] - px) * narrow - ax, ends[4 * e + 3] - py - ay
        square = dx * dx + dy * dy
        along = np.float32(0.0)
        if square > np.float32(0.0):
            along = min(np.float32(1.0), max(np.float32(0.0), -(ax * dx + ay * dy) / square))
        ax += along * dx
        ay += along * dy
        away = ax * ax + ay * ay
        if away < least:
            least = away
            found = wide(e)
    if found < 0:
        return best, near_m
    return wide(piece[found]), math.sqrt(np.float64(least))


@query_kernel
def _scan_headed(
    g: Struct,
    cell: int,
    x: float,
    y: float,
    shrink: float,
    east: float,
    north: float,
    best: int,
    near_m: float,
    headed: int,
    score_m: float,
) -> tuple[int, float, int, float]:
    """Look for a nearer piece, and for one that runs along the heading, in one cell."""
    first = i32(g.first_entry, g.columns * g.rows + 1)
    ends, piece = f32(g.ends, g.entries * 4), i32(g.piece, g.entries)
    stretch_of, one_way = i32(g.shape_stretch, g.shapes), i32(g.one_way, g.stretches)
    for e in range(first[cell], first[cell + 1]):
        ax, ay = (ends[4 * e] - x) * shrink, ends[4 * e + 1] - y
        dx, dy = (ends[4 * e + 2] - x) * shrink - ax, ends[4 * e + 3] - y - ay
        square = dx * dx + dy * dy
        along = min(1.0, max(0.0, -(ax * dx + ay * dy) / square)) if square > 0.0 else 0.0
        away = math.sqrt((ax + along * dx) ** 2 + (ay + along * dy) ** 2)
        if away < near_m:
            near_m = away
            best = wide(piece[e])
        if away >= score_m:
            continue
        cosine = (dx * east + dy * north) / math.sqrt(square) if square > 0.0 else 0.0
        way = one_way[stretch_of[piece[e]]]
        course = cosine if way == 1 else (-cosine if way == 2 else abs(cosine))  # noqa: PLR2004 - see GridLayout
        score = away + HEADING_WEIGHT_M * (1.0 - course) / 2.0
        if score < score_m:
            score_m = score
            headed = wide(piece[e])
    return best, near_m, headed, score_m


@query_kernel
def _position(g: Struct, piece: int, lon: float, lat: float) -> tuple[int, float, int, int, float]:
    """Measure the winner in float64; its end is a junction when it is near enough."""
    shape_lon, shape_lat, shape_m = f64(g.shape_lon, g.shapes), f64(g.shape_lat, g.shapes), f64(g.shape_m, g.shapes)
    first = i32(g.first_shape, g.stretches + 1)
    metres_east = _METRES_PER_DEGREE * math.cos(lat * _RADIANS_PER_DEGREE)
    ax, ay = (shape_lon[piece] - lon) * metres_east, (shape_lat[piece] - lat) * _METRES_PER_DEGREE
    dx = (shape_lon[piece + 1] - lon) * metres_east - ax
    dy = (shape_lat[piece + 1] - lat) * _METRES_PER_DEGREE - ay
    square = dx * dx + dy * dy
    along = min(1.0, max(0.0, -(ax * dx + ay * dy) / square)) if square > 0.0 else 0.0
    stretch = i32(g.shape_stretch, g.shapes)[piece]
    total_m = shape_m[first[stretch + 1] - 1]
    here_m = shape_m[piece] + along * (shape_m[piece + 1] - shape_m[piece])
    nodes = i32(g.stretch_nodes, 2 * g.stretches)
    if here_m <= JUNCTION_RADIUS_M and here_m <= total_m - here_m:
        return wide(stretch), 0.0, wide(nodes[2 * stretch]), piece, along
    if total_m - here_m <= JUNCTION_RADIUS_M:
        return wide(stretch), 1.0, wide(nodes[2 * stretch + 1]), piece, along
    return wide(stretch), here_m / total_m, wide(_NOWHERE), piece, along


@query_kernel
def _junction_near(g: Struct, lon: float, lat: float) -> tuple[int, int, float]:
    """Return (junction, stretch, its end) of the nearest junction within the radius, -1 where there is none."""
    shrink = math.cos(lat * _RADIANS_PER_DEGREE)
    tall = 2.0 * JUNCTION_RADIUS_M / _METRES_PER_DEGREE
    broad = tall / shrink
    first, piece = i32(g.first_entry, g.columns * g.rows + 1), i32(g.piece, g.entries)
    stretch_of, nodes = i32(g.shape_stretch, g.shapes), i32(g.stretch_nodes, 2 * g.stretches)
    found, its_stretch, its_end, least_m = wide(_NOWHERE), wide(0), 0.0, JUNCTION_RADIUS_M
    for row in range(max(0, int((lat - tall - g.south) / g.height)), int((lat + tall - g.south) / g.height) + 1):
        for column in range(max(0, int((lon - broad - g.west) / g.width)), int((lon + broad - g.west) / g.width) + 1):
            if row >= g.rows or column >= g.columns:
                continue
            cell = row * g.columns + column
            for e in range(first[cell], first[cell + 1]):
                stretch = wide(stretch_of[piece[e]])
                for end in range(2):
                    junction = wide(nodes[2 * stretch + end])
                    away_m = metres_between(
                        lon, lat, f64(g.node_lon, g.nodes)[junction], f64(g.node_lat, g.nodes)[junction]
                    )
                    if away_m < least_m or (away_m == least_m and (found < 0 or junction < found)):
                        found, its_stretch, its_end, least_m = junction, stretch, float(end), away_m
    return found, its_stretch, its_end


@query_kernel
def metres_between(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Return the great-circle distance, as `geo.point.distance_m` does."""
    half_lat = math.sin((lat_b - lat_a) * _RADIANS_PER_DEGREE / 2.0)
    half_lon = math.sin((lon_b - lon_a) * _RADIANS_PER_DEGREE / 2.0)
    across = math.cos(lat_a * _RADIANS_PER_DEGREE) * math.cos(lat_b * _RADIANS_PER_DEGREE)
    chord = half_lat * half_lat + across * half_lon * half_lon
    return 2.0 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


@query_kernel
def snap_point(grid: int, lon: float, lat: float, heading_deg: float) -> tuple[int, float, int, int, float]:
    """Answer `snap_to_road` for the grid at an address."""
    return snap_to_road(struct_at(grid, GRID), lon, lat, heading_deg)
