"""The grid of road pieces: built once per city and stored, then laid out for the kernel, cell by cell."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.compiled import Record
from geo.point import EARTH_RADIUS_M
from geo.roads import NO_ARC, RoadGraph
from geo.snap_kernels import GRID

# Cells of about this size hold a handful of pieces in a dense city.
CELL_M = 200.0

_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M


@dataclass(frozen=True, slots=True)
class SnapGrid:
    """The stored index: pieces of each cell, row by row from the south-west. See `build_grid`.

    ``frame`` float64[4]: west, south, cell width and cell height in degrees; ``cells`` int32[2]: columns and rows;
    ``first_piece`` int32[columns * rows + 1]; ``pieces`` int32: the shape point that begins each piece.
    """

    frame: NDArray[np.float64]
    cells: NDArray[np.int32]
    first_piece: NDArray[np.int32]
    pieces: NDArray[np.int32]


def build_grid(graph: RoadGraph) -> SnapGrid:
    """Put every road piece into each cell that its bounding box touches."""
    box = graph.box()
    height = CELL_M / _METRES_PER_DEGREE
    width = height / math.cos(math.radians((box.south + box.north) / 2.0))
    columns, rows = int((box.east - box.west) / width) + 1, int((box.north - box.south) / height) + 1
    piece = np.flatnonzero(graph.shape_stretch[:-1] == graph.shape_stretch[1:])
    column = ((graph.shape_lon - box.west) / width).astype(np.int64)
    row = ((graph.shape_lat - box.south) / height).astype(np.int64)
    left, right = np.minimum(column[piece], column[piece + 1]), np.maximum(column[piece], column[piece + 1])
    low, high = np.minimum(row[piece], row[piece + 1]), np.maximum(row[piece], row[piece + 1])
    wide, tall = right - left + 1, high - low + 1
    owner = np.repeat(np.arange(len(piece)), wide * tall)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(wide * tall) - wide * tall, wide * tall)
    cell = (low[owner] + nth // wide[owner]) * columns + left[owner] + nth % wide[owner]
    order = np.argsort(cell, kind="stable")
    return SnapGrid(
        frame=np.array([box.west, box.south, width, height]),
        cells=np.array([columns, rows], dtype=np.int32),
        first_piece=np.searchsorted(cell[order], np.arange(columns * rows + 1)).astype(np.int32),
        pieces=piece[owner[order]].astype(np.int32),
    )


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
