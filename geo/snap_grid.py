"""Snap by kernel: lay a road graph out for it, pieces in the order of their cells, and read its answers."""

import math

import numpy as np
from numpy.typing import NDArray

from geo.compiled import Record
from geo.point import EARTH_RADIUS_M, Point, distance_m
from geo.roads import NO_ARC, RoadGraph
from geo.snap import Snap, SnapGrid
from geo.snap_kernels import GRID, snap_point

_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M


def compiled_grid(graph: RoadGraph, grid: SnapGrid) -> Record:
    """Return the record that `geo.snap_kernels` reads."""
    columns, rows = (int(count) for count in grid.cells)
    west, south, width, height = (float(value) for value in grid.frame)
    cell = np.repeat(np.arange(columns * rows), np.diff(grid.first_piece))
    corner_lon, corner_lat = west + (cell % columns) * width, south + (cell // columns) * height
    ends = np.empty((len(cell), 4), np.float32)
    for end in range(2):
        ends[:, 2 * end] = (graph.shape_lon[grid.pieces + end] - corner_lon) * _METRES_PER_DEGREE
        ends[:, 2 * end + 1] = (graph.shape_lat[grid.pieces + end] - corner_lat) * _METRES_PER_DEGREE
    only_onward, only_back = graph.backward_arc == NO_ARC, graph.forward_arc == NO_ARC
    return Record(
        GRID,
        west=west,
        south=south,
        width=width,
        height=height,
        columns=columns,
        rows=rows,
        entries=len(cell),
        first_entry=np.ascontiguousarray(grid.first_piece),
        ends=ends,
        piece=np.ascontiguousarray(grid.pieces),
        shapes=len(graph.shape_lon),
        shape_lon=graph.shape_lon,
        shape_lat=graph.shape_lat,
        shape_m=graph.shape_m,
        shape_stretch=graph.shape_stretch,
        stretches=graph.stretch_count,
        first_shape=graph.first_shape,
        stretch_nodes=stretch_nodes(graph),
        one_way=np.where(only_onward, 1, np.where(only_back, 2, 0)).astype(np.int32),
        nodes=graph.node_count,
        node_lon=graph.node_lon,
        node_lat=graph.node_lat,
    )


def stretch_nodes(graph: RoadGraph) -> NDArray[np.int32]:
    """Return int32[stretches, 2]: the junctions where each shape starts and ends."""
    onward = graph.forward_arc != NO_ARC
    arc = np.where(onward, graph.forward_arc, graph.backward_arc)
    start = np.where(onward, graph.arc_from[arc], graph.arc_to[arc])
    end = np.where(onward, graph.arc_to[arc], graph.arc_from[arc])
    return np.ascontiguousarray(np.stack([start, end], axis=1).astype(np.int32))


def snapped(graph: RoadGraph, grid: Record, point: Point, heading_deg: float | None = None) -> Snap | None:
    """Return the position that `geo.snap.RoadIndex.snap` describes; None when no road is near enough."""
    heading = math.nan if heading_deg is None else heading_deg
    stretch, fraction, junction, piece, along = snap_point(grid.address, point.lon, point.lat, heading)
    if stretch < 0:
        return None
    if junction >= 0:
        place = graph.node_point(junction)
        return Snap(stretch, fraction, junction, place, distance_m(point, place))
    lon, lat = graph.shape_lon, graph.shape_lat
    place = Point(
        float(lon[piece] + along * (lon[piece + 1] - lon[piece])),
        float(lat[piece] + along * (lat[piece + 1] - lat[piece])),
    )
    return Snap(stretch, fraction, None, place, distance_m(point, place))
