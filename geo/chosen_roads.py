"""Which roads a closure or slow zone is about: all that touch an outline, and those that somebody picked."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.osm_import import RoadName
from geo.point import Point
from geo.roads import RoadGraph
from geo.snap import NoRoad, RoadIndex

Line = tuple[Point, ...]

# Who draws around the edge of a city need not stop at its last road.
BEYOND_M = 20_000.0


# What a command names is asked for once more when it is put in force.
CHOICES_KEPT = 4


class NoChoice(ValueError):  # noqa: N818 - the name is the sentence
    """Say why an outline or a pick names no roads."""

    def __init__(self, why: "WhyNoChoice") -> None:
        super().__init__(why.value)
        self.why = why


class WhyNoChoice(StrEnum):
    """What is wrong with an outline or a pick."""

    CROSSING = "crossing"
    OUTSIDE = "outside"
    ROADLESS = "roadless"


@dataclass(frozen=True, slots=True)
class ChosenRoads:
    """The stretches; their names, the longest first; and the line of every stretch that was picked."""

    stretches: frozenset[int]
    names: tuple[str, ...]
    picked: tuple[Line, ...]


class RoadChooser:
    """Choose among the roads of one city. Reads only: safe from any number of threads."""

    def __init__(self, graph: RoadGraph, roads: RoadIndex, names: Sequence[RoadName | None]) -> None:
        self._graph = graph
        self._roads = roads
        self._names = names
        self._ground = roads.served.widened(BEYOND_M)
        self._chosen = lru_cache(CHOICES_KEPT)(self._choose)

    def choose(self, outline: Sequence[Point], picks: Sequence[Point]) -> ChosenRoads:
        """Return the roads that touch ``outline`` (empty: none is drawn) or lie under one of ``picks``.

        Raises `NoChoice` when the outline crosses itself, a point lies outside the city, or no road is touched.
        """
        return self._chosen(tuple(outline), tuple(picks))

    def _choose(self, outline: Line, picks: Line) -> ChosenRoads:
        if not all(point in self._ground for point in (*outline, *picks)):
            raise NoChoice(WhyNoChoice.OUTSIDE)
        picked = list(dict.fromkeys(self._snapped(point) for point in picks))
        stretches = self._inside(outline) | frozenset(picked)
        if not stretches:
            raise NoChoice(WhyNoChoice.ROADLESS)
        return ChosenRoads(stretches, self._named(stretches), tuple(self._line(each) for each in picked))

    def _inside(self, outline: Sequence[Point]) -> frozenset[int]:
        return stretches_within(self._graph, outline) if outline else frozenset()

    def _snapped(self, point: Point) -> int:
        try:
            return self._roads.snap(point).stretch
        except NoRoad as error:
            raise NoChoice(WhyNoChoice.ROADLESS) from error

    def _named(self, stretches: frozenset[int]) -> tuple[str, ...]:
        lengths_m: dict[str, float] = {}
        for stretch in sorted(stretches):
            name = self._names[int(self._graph.road_name[stretch])]
            if name is not None:
                lengths_m[name.zh] = lengths_m.get(name.zh, 0.0) + float(self._graph.length_m[stretch])
        return tuple(sorted(lengths_m, key=lambda name: (-lengths_m[name], name)))

    def _line(self, stretch: int) -> Line:
        points = range(int(self._graph.first_shape[stretch]), int(self._graph.first_shape[stretch + 1]))
        return tuple(Point(float(self._graph.shape_lon[at]), float(self._graph.shape_lat[at])) for at in points)


def stretches_within(graph: RoadGraph, outline: Sequence[Point]) -> frozenset[int]:
    """Return every stretch that touches the area inside an outline in WGS-84, bridges and tunnels included.

    Raises `NoChoice` when the outline is no simple polygon.
    """
    area = shapely.Polygon([(point.lon, point.lat) for point in outline]) if len(outline) > 2 else shapely.Polygon()  # noqa: PLR2004 - a triangle
    if area.is_empty or not area.is_valid:
        raise NoChoice(WhyNoChoice.CROSSING)
    candidates = np.flatnonzero(_boxes_touch(graph, area.bounds))
    shapely.prepare(area)
    touching = shapely.intersects(area, _lines(graph, candidates))
    return frozenset(candidates[touching].tolist())


def _boxes_touch(graph: RoadGraph, bounds: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    west, south, east, north = bounds
    first = graph.first_shape[:-1]
    touch = np.minimum.reduceat(graph.shape_lon, first) <= east
    touch &= np.maximum.reduceat(graph.shape_lon, first) >= west
    touch &= np.minimum.reduceat(graph.shape_lat, first) <= north
    touch &= np.maximum.reduceat(graph.shape_lat, first) >= south
    return np.asarray(touch)


def _lines(graph: RoadGraph, stretches: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the lines of stretches as one array: a whole city takes a tenth of a second."""
    first, last = graph.first_shape[stretches].astype(np.int64), graph.first_shape[stretches + 1].astype(np.int64)
    count = last - first
    owner = np.repeat(np.arange(len(stretches)), count)
    point = np.arange(int(count.sum())) + np.repeat(first - (np.cumsum(count) - count), count)
    lines: NDArray[np.object_] = shapely.linestrings(graph.shape_lon[point], graph.shape_lat[point], indices=owner)
    return lines
