"""Find where on the road a point is: exactly, with its distance told, and only on roads that can be left and reached.

The pack's graph holds only the main component, so an island is never snapped to. The index is a uniform grid of road
pieces (a piece joins two neighbouring shape points); a search widens until nothing nearer can hide outside.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.point import EARTH_RADIUS_M, Box, Point, distance_m
from geo.roads import RoadGraph

# A point this near to a junction is that junction.
JUNCTION_RADIUS_M = 0.5

# Beyond this a point has no road: an ambulance crew would be told a place it cannot drive to.
SNAP_LIMIT_M = 2_000.0

# Cells of about this size hold a handful of pieces in a dense city.
CELL_M = 200.0

# With a heading, a road that runs across it must be this much nearer to win (carriageways and ramps lie within it).
HEADING_WEIGHT_M = 40.0

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


class RoadIndex:
    """Snap points to the roads of one graph. Reads only: safe from any number of threads."""

    def __init__(self, graph: RoadGraph, grid: SnapGrid) -> None:
        self._graph = graph
        self._grid = grid
        self._west, self._south, self._width, self._height = (float(value) for value in grid.frame)
        self._columns, self._rows = (int(value) for value in grid.cells)
        self._served = graph.box().widened(SNAP_LIMIT_M)

    @property
    def served(self) -> Box:
        """Return the box outside which every point is off the map."""
        return self._served

    def snap(self, point: Point, heading_deg: float | None = None) -> Snap:
        """Return the nearest position on a road; with a heading, prefer roads that run along it.

        A junction within `JUNCTION_RADIUS_M` of the point, or of the position, is the position.
        Raises `NoRoad` when the nearest road is farther than `SNAP_LIMIT_M`.
        """
        found = self._nearest(point, 0.0 if heading_deg is None else HEADING_WEIGHT_M)
        if heading_deg is None or found.near_m.min() <= JUNCTION_RADIUS_M:
            best = int(found.near_m.argmin())
        else:
            best = int(self._scores(found, heading_deg).argmin())
        return self._junction_near(point, found) or self._position(point, found, best)

    def candidates(self, point: Point, radius_m: float) -> list[Snap]:
        """Return the nearest position on every stretch within ``radius_m`` of the point, nearest first."""
        found = self._within(point, radius_m)
        order = np.argsort(found.near_m, kind="stable")
        order = order[found.near_m[order] <= radius_m]
        _, first = np.unique(self._graph.shape_stretch[found.piece[order]], return_index=True)
        return [self._position(point, found, int(at)) for at in order[np.sort(first)]]

    def _nearest(self, point: Point, margin_m: float) -> "_Found":
        """Return pieces that surely include all within the nearest distance plus the margin."""
        radius_m = CELL_M
        while point in self._served:
            found = self._within(point, radius_m)
            nearest_m = float(found.near_m.min(initial=math.inf))
            if nearest_m + margin_m <= radius_m and nearest_m <= SNAP_LIMIT_M:
                return found
            if radius_m > SNAP_LIMIT_M + margin_m:
                break
            radius_m *= 2.0
        everything = self._measure(point, np.unique(self._grid.pieces))
        raise NoRoad(point, self._position(point, everything, int(everything.near_m.argmin())).distance_m)

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
        return _Found(piece, along, np.hypot(ax + along * dx, ay + along * dy), dx, dy)

    def _scores(self, found: "_Found", heading_deg: float) -> NDArray[np.float64]:
        """Add to each distance what the road's course differs from the heading: nothing along it, all of it against."""
        heading = math.radians(heading_deg)
        length = np.hypot(found.dx, found.dy)
        cosine = (found.dx * math.sin(heading) + found.dy * math.cos(heading)) / np.where(length > 0.0, length, 1.0)
        stretch = self._graph.shape_stretch[found.piece]
        onward = np.where(self._graph.forward_arc[stretch] >= 0, cosine, -1.0)
        back = np.where(self._graph.backward_arc[stretch] >= 0, -cosine, -1.0)
        scores: NDArray[np.float64] = found.near_m + HEADING_WEIGHT_M * (1.0 - np.maximum(onward, back)) / 2.0
        return scores

    def _junction_near(self, point: Point, found: "_Found") -> Snap | None:
        """Return the nearest junction within the radius, even where another road passes nearer."""
        best: Snap | None = None
        touched = found.piece[found.near_m <= JUNCTION_RADIUS_M]
        for stretch in np.unique(self._graph.shape_stretch[touched]).tolist():
            for fraction in (0.0, 1.0):
                end = self._at_end(point, stretch, fraction)
                if end.distance_m <= JUNCTION_RADIUS_M and (best is None or _rank(end) < _rank(best)):
                    best = end
        return best

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
        lon, lat = float(graph.shape_lon[piece]), float(graph.shape_lat[piece])
        place = Point(
            lon + along * (float(graph.shape_lon[piece + 1]) - lon),
            lat + along * (float(graph.shape_lat[piece + 1]) - lat),
        )
        return Snap(stretch, here_m / total_m, None, place, distance_m(point, place))

    def _at_end(self, point: Point, stretch: int, fraction: float) -> Snap:
        graph = self._graph
        arc = graph.arcs_of(stretch)[0]
        starts = bool(graph.arc_forward[arc]) == (fraction == 0.0)
        junction = int(graph.arc_from[arc] if starts else graph.arc_to[arc])
        place = graph.node_point(junction)
        return Snap(stretch, fraction, junction, place, distance_m(point, place))


@dataclass(frozen=True, slots=True)
class _Found:
    """Measured pieces: where along each (0..1) the nearest place is, how far that is, and its vector in metres."""

    piece: NDArray[np.int32]
    along: NDArray[np.float64]
    near_m: NDArray[np.float64]
    dx: NDArray[np.float64]
    dy: NDArray[np.float64]


def _rank(end: Snap) -> tuple[float, int]:
    return end.distance_m, -1 if end.junction is None else end.junction
