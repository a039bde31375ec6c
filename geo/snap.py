"""Find where on the road a point is: exactly, with its distance told, and only on roads that can be left and reached.

The pack's graph holds only the main component, so an island is never snapped to. The index is a uniform grid of road
pieces (a piece joins two neighbouring shape points); a search widens until nothing nearer can hide outside.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.compiled import Record
from geo.point import EARTH_RADIUS_M, Box, Point, distance_m
from geo.roads import RoadGraph
from geo.snap_grid import SnapGrid, build_grid, compiled_grid
from geo.snap_kernels import snap_point
from geo.snap_limits import HEADING_WEIGHT_M, JUNCTION_RADIUS_M, SNAP_LIMIT_M

__all__ = [
    "HEADING_WEIGHT_M",
    "JUNCTION_RADIUS_M",
    "SNAP_LIMIT_M",
    "NoRoad",
    "RoadIndex",
    "Snap",
    "SnapGrid",
    "build_grid",
]

_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M


class NoRoad(ValueError):  # noqa: N818 - the name is the sentence
    """Say that no road is near enough; ``distance_m`` tells how far the nearest one is."""

    def __init__(self, point: Point, distance_m: float) -> None:
        place = f"{point.lon:.6f},{point.lat:.6f}"
        super().__init__(f"no road within {SNAP_LIMIT_M:.0f} m of {place}: the nearest is {distance_m:.0f} m away")
        self.point = point
        self.distance_m = distance_m


@dataclass(frozen=True, slots=True)
class Snap:
    """A position on the road.

    ``fraction`` runs from 0 to 1 along the shape of ``stretch``; ``junction`` is set when the position is a junction.
    ``point`` is the position itself, ``distance_m`` the way to it from the point that was asked for.
    """

    stretch: int
    fraction: float
    junction: int | None
    point: Point
    distance_m: float


class RoadIndex:
    """Snap points to the roads of one graph. Reads only: safe from any number of threads."""

    def __init__(self, graph: RoadGraph, grid: SnapGrid) -> None:
        self._graph = graph
        self._grid = grid
        self._west, self._south, self._width, self._height = (float(value) for value in grid.frame)
        self._columns, self._rows = (int(value) for value in grid.cells)
        self._served = graph.box().widened(SNAP_LIMIT_M)

    @cached_property
    def compiled(self) -> Record:
        """Return the index as kernels read it."""
        return compiled_grid(self._graph, self._grid)

    @property
    def served(self) -> Box:
        """Return the box outside which every point is off the map."""
        return self._served

    def snap(self, point: Point, heading_deg: float | None = None) -> Snap:
        """Return the nearest position on a road; with a heading, prefer roads that run along it.

        A junction within `JUNCTION_RADIUS_M` of the point, or of the position, is the position.
        Raises `NoRoad` when the nearest road is farther than `SNAP_LIMIT_M`.
        """
        snap = self.snap_if_near(point, heading_deg)
        if snap is None:
            raise self.no_road(point)
        return snap

    def snap_if_near(self, point: Point, heading_deg: float | None = None) -> Snap | None:
        """Return what `snap` does, or None at once where it would look for the far road that `NoRoad` tells of."""
        heading = math.nan if heading_deg is None else float(heading_deg)
        stretch, fraction, junction, piece, along = snap_point(
            self.compiled.address, float(point.lon), float(point.lat), heading
        )
        if stretch < 0:
            return None
        if junction >= 0:
            place = self._graph.node_point(junction)
            return Snap(stretch, fraction, junction, place, distance_m(point, place))
        place = self._on_piece(piece, along)
        return Snap(stretch, fraction, None, place, distance_m(point, place))

    def no_road(self, point: Point) -> NoRoad:
        """Return the refusal for a point that has no road, with the distance to the nearest one."""
        everything = self._measure(point, np.unique(self._grid.pieces))
        return NoRoad(point, self._position(point, everything, int(everything.near_m.argmin())).distance_m)

    def candidates(self, point: Point, radius_m: float) -> list[Snap]:
        """Return the nearest position on every stretch within ``radius_m`` of the point, nearest first."""
        found = self._within(point, radius_m)
        order = np.argsort(found.near_m, kind="stable")
        order = order[found.near_m[order] <= radius_m]
        _, first = np.unique(self._graph.shape_stretch[found.piece[order]], return_index=True)
        return [self._position(point, found, int(at)) for at in order[np.sort(first)]]

    def _within(self, point: Point, radius_m: float) -> "_Found":
        """Measure the pieces of all cells that a circle touches; a piece may come up several times."""
        tall = radius_m / _METRES_PER_DEGREE
        wide = tall / math.cos(math.radians(point.lat))
        left = max(0, int((point.lon - wide - self._west) / self._width))
        right = min(self._columns - 1, int((point.lon + wide - self._west) / self._width))
        low = max(0, int((point.lat - tall - self._south) / self._height))
        high = min(self._rows - 1, int((point.lat + tall - self._south) / self._height))
        first, pieces = self._grid.first_piece, self._grid.pieces
        strips = [
            pieces[first[row * self._columns + left] : first[row * self._columns + right + 1]]
            for row in range(low, high + 1)
            if left <= right
        ]
        return self._measure(point, np.concatenate(strips) if strips else pieces[:0])

    def _measure(self, point: Point, piece: NDArray[np.int32]) -> "_Found":
        """Project pieces to the plane that touches the earth at the point, and find the nearest place on each."""
        graph = self._graph
        metres_east = _METRES_PER_DEGREE * math.cos(math.radians(point.lat))
        ax = (graph.shape_lon[piece] - point.lon) * metres_east
        ay = (graph.shape_lat[piece] - point.lat) * _METRES_PER_DEGREE
        dx = (graph.shape_lon[piece + 1] - point.lon) * metres_east - ax
        dy = (graph.shape_lat[piece + 1] - point.lat) * _METRES_PER_DEGREE - ay
        square = dx * dx + dy * dy
        along = -(ax * dx + ay * dy) / np.where(square > 0.0, square, 1.0)
        np.clip(along, 0.0, 1.0, out=along)
        return _Found(piece, along, np.hypot(ax + along * dx, ay + along * dy))

    def _position(self, point: Point, found: "_Found", at: int) -> Snap:
        graph, piece, along = self._graph, int(found.piece[at]), float(found.along[at])
        stretch = int(graph.shape_stretch[piece])
        start_m, end_m = float(graph.shape_m[piece]), float(graph.shape_m[piece + 1])
        total_m = float(graph.shape_m[graph.first_shape[stretch + 1] - 1])
        here_m = start_m + along * (end_m - start_m)
        if here_m <= JUNCTION_RADIUS_M and here_m <= total_m - here_m:
            return self._at_end(point, stretch, 0.0)
        if total_m - here_m <= JUNCTION_RADIUS_M:
            return self._at_end(point, stretch, 1.0)
        place = self._on_piece(piece, along)
        return Snap(stretch, here_m / total_m, None, place, distance_m(point, place))

    def _on_piece(self, piece: int, along: float) -> Point:
        lon, lat = float(self._graph.shape_lon[piece]), float(self._graph.shape_lat[piece])
        return Point(
            lon + along * (float(self._graph.shape_lon[piece + 1]) - lon),
            lat + along * (float(self._graph.shape_lat[piece + 1]) - lat),
        )

    def _at_end(self, point: Point, stretch: int, fraction: float) -> Snap:
        graph = self._graph
        arc = graph.arcs_of(stretch)[0]
        starts = bool(graph.arc_forward[arc]) == (fraction == 0.0)
        junction = int(graph.arc_from[arc] if starts else graph.arc_to[arc])
        place = graph.node_point(junction)
        return Snap(stretch, fraction, junction, place, distance_m(point, place))


@dataclass(frozen=True, slots=True)
class _Found:
    """Measured pieces: where along each (0..1) the nearest place is, and how far that is."""

    piece: NDArray[np.int32]
    along: NDArray[np.float64]
    near_m: NDArray[np.float64]
