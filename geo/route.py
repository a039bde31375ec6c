"""A route as it is shown: its line on the map, its length, and the arcs it follows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.point import Point
from geo.roads import RoadGraph
from geo.snap import Snap

_MS_PER_S = 1000.0


class Leg(NamedTuple):
    """A piece of a route: the share of one arc from ``begin`` to ``end``, 0 to 1 in driving direction."""

    arc: int
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Route:
    """The fastest way between two points.

    ``duration_s`` and ``distance_m`` are those on the road; ``from_snap_m, to_snap_m`` are the straight ways between
    the points and the road. ``geometry`` is the line on the road, WGS-84, at least two points. ``legs`` are the arcs
    it follows, ``leg_s`` the seconds on each: `geo.turn_list` makes words of them, when somebody wants to read them.
    """

    duration_s: float
    distance_m: float
    geometry: tuple[Point, ...]
    from_snap_m: float
    to_snap_m: float
    legs: tuple[Leg, ...]
    leg_s: tuple[float, ...]


def route_along(
    graph: RoadGraph,
    duration_ms: NDArray[np.int32],
    ends: tuple[Snap, Snap],
    legs: Sequence[Leg],
    line: Sequence[Point],
) -> Route:
    """Describe a route that follows ``legs`` along ``line``; ``duration_ms`` are the weights of all arcs."""
    apart = [point for nth, point in enumerate(line) if nth == 0 or point != line[nth - 1]]
    leg_s = tuple((leg.end - leg.begin) * float(duration_ms[leg.arc]) / _MS_PER_S for leg in legs)
    return Route(
        duration_s=sum(leg_s),
        distance_m=sum(_leg_m(graph, leg) for leg in legs),
        geometry=tuple(apart) if len(apart) > 1 else (ends[0].point, ends[1].point),
        from_snap_m=ends[0].distance_m,
        to_snap_m=ends[1].distance_m,
        legs=tuple(legs),
        leg_s=leg_s,
    )


def leg_points(graph: RoadGraph, leg: Leg) -> Iterator[Point]:
    """Yield the line of one leg in driving direction, its cut ends included."""
    stretch = int(graph.arc_stretch[leg.arc])
    forward = bool(graph.arc_forward[leg.arc])
    low, high = (leg.begin, leg.end) if forward else (1.0 - leg.end, 1.0 - leg.begin)
    first, last = int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1])
    along_m = graph.shape_m[first:last]
    low_m, high_m = low * float(along_m[-1]), high * float(along_m[-1])
    inner = [first + at for at in range(last - first) if low_m < along_m[at] < high_m]
    line = [
        _at_metre(graph, first, last, low_m),
        *(Point(float(graph.shape_lon[at]), float(graph.shape_lat[at])) for at in inner),
        _at_metre(graph, first, last, high_m),
    ]
    yield from line if forward else reversed(line)


def _at_metre(graph: RoadGraph, first: int, last: int, metre: float) -> Point:
    """Return the place so many metres along the shape points ``first:last`` of one stretch."""
    after = first + int(graph.shape_m[first:last].searchsorted(metre))
    if after == first:
        return Point(float(graph.shape_lon[first]), float(graph.shape_lat[first]))
    after = min(after, last - 1)
    before_m, after_m = float(graph.shape_m[after - 1]), float(graph.shape_m[after])
    share = min(1.0, (metre - before_m) / (after_m - before_m)) if after_m > before_m else 1.0
    lon, lat = float(graph.shape_lon[after - 1]), float(graph.shape_lat[after - 1])
    if share == 1.0:
        return Point(float(graph.shape_lon[after]), float(graph.shape_lat[after]))
    return Point(
        lon + share * (float(graph.shape_lon[after]) - lon), lat + share * (float(graph.shape_lat[after]) - lat)
    )


def _leg_m(graph: RoadGraph, leg: Leg) -> float:
    return (leg.end - leg.begin) * float(graph.length_m[graph.arc_stretch[leg.arc]])
