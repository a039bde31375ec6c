"""Lay copies of one city side by side and join them by roads: a network of any size to measure, with no town in it.

The copies stand in columns to the east and rows to the north, as they are drawn: only their place changes. Between two
neighbours run straight two-way roads, between the junctions that lie nearest to their common border.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from geo.point import Point, distance_m
from geo.roads import NO_ARC, RoadGraph
from geo.speeds import ROAD_CLASSES

# Roads that join two neighbours, and how fast they are driven: a main road every few kilometres.
JOINTS = 16
JOINT_SPEED_MPS = 15.0
_GAP_DEG = 0.005

_SHAPES = {"shape_lon", "shape_lat", "shape_m", "shape_stretch"}
_JUNCTIONS = {"node_lon", "node_lat"}
_ARCS = {"arc_from", "arc_to", "arc_stretch", "arc_twin", "arc_forward", "duration_ms"}


@dataclass(frozen=True, slots=True)
class _Joints:
    """Roads between copies: the junctions at both ends, metres, and milliseconds."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    length_m: NDArray[np.float64]
    duration_ms: NDArray[np.int32]


def tiled(graph: RoadGraph, times: int) -> RoadGraph:
    """Return ``times`` joined copies of a city, in as square a block as that number allows."""
    columns = int(np.ceil(np.sqrt(times)))
    box = graph.box()
    east, north = box.east - box.west + _GAP_DEG, box.north - box.south + _GAP_DEG
    places = [(nth % columns * east, nth // columns * north) for nth in range(times)]
    n = graph.node_count
    lon = np.concatenate([graph.node_lon + dx for dx, _ in places])
    lat = np.concatenate([graph.node_lat + dy for _, dy in places])
    rims = {side: _rim(graph, side) for side in ("west", "east", "south", "north")}
    pairs = []
    for nth in range(times):
        if nth % columns > 0:
            pairs.append(np.stack([rims["east"] + (nth - 1) * n, rims["west"] + nth * n], axis=1))
        if nth >= columns:
            pairs.append(np.stack([rims["north"] + (nth - columns) * n, rims["south"] + nth * n], axis=1))
    pair = np.concatenate([np.empty((0, 2), np.int64), *pairs])
    ends = zip(lon[pair].tolist(), lat[pair].tolist(), strict=True)
    length_m = np.array([distance_m(Point(a, c), Point(b, d)) for (a, b), (c, d) in ends])
    duration_ms = np.maximum(1, np.rint(length_m / JOINT_SPEED_MPS * 1000.0)).astype(np.int32)
    joints = _Joints(pair[:, 0], pair[:, 1], np.round(length_m, 3), duration_ms)
    return _joined(graph, places, lon, lat, joints)


def _rim(graph: RoadGraph, side: str) -> NDArray[np.int64]:
    """Return the junction farthest to one side in each of `JOINTS` strips across, one at least."""
    across = graph.node_lat if side in {"west", "east"} else graph.node_lon
    outward = {"west": -graph.node_lon, "east": graph.node_lon, "south": -graph.node_lat, "north": graph.node_lat}[side]
    edges = np.linspace(across.min(), across.max(), JOINTS + 1)
    strip = np.clip(np.searchsorted(edges, across, side="right") - 1, 0, JOINTS - 1)
    best = np.zeros(JOINTS, np.int64)
    for nth in range(JOINTS):
        inside = np.flatnonzero(strip == nth)
        nearest = np.argmin(np.abs(across - (edges[nth] + edges[nth + 1]) / 2.0))
        best[nth] = inside[np.argmax(outward[inside])] if len(inside) else nearest
    return best


def _joined(
    graph: RoadGraph,
    places: list[tuple[float, float]],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    joints: _Joints,
) -> RoadGraph:
    """Put copies and joints into one graph, its arcs sorted by (from, to)."""
    times, n, m, s = len(places), graph.node_count, graph.arc_count, graph.stretch_count
    points, roads = len(graph.shape_lon), len(joints.one)
    copies = {
        column.name: np.concatenate([getattr(graph, column.name)] * times)
        for column in fields(graph)
        if column.name not in _JUNCTIONS | _SHAPES | {"first_arc", "first_shape"}
    }
    nth = np.arange(times)
    for name, each, step in (
        ("arc_from", m, n),
        ("arc_to", m, n),
        ("arc_stretch", m, s),
        ("forbidden_turns", len(graph.forbidden_turns), n),
    ):
        shift = np.repeat(nth * step, each)
        copies[name] = copies[name] + (shift if copies[name].ndim == 1 else shift[:, None])
    for name, each in (("arc_twin", m), ("forward_arc", s), ("backward_arc", s)):
        copies[name] = np.where(copies[name] == NO_ARC, NO_ARC, copies[name] + np.repeat(nth * m, each))
    new = np.arange(roads)
    stretch, onward, back = times * s + new, times * m + new, times * m + roads + new
    added = {
        "arc_from": np.concatenate([joints.one, joints.other]),
        "arc_to": np.concatenate([joints.other, joints.one]),
        "arc_stretch": np.concatenate([stretch, stretch]),
        "arc_twin": np.concatenate([back, onward]),
        "arc_forward": np.repeat([True, False], roads),
        "duration_ms": np.concatenate([joints.duration_ms] * 2),
        "length_m": joints.length_m,
        "road_class": np.full(roads, ROAD_CLASSES.index("primary")),
        "forward_arc": onward,
        "backward_arc": back,
    }
    whole = {
        name: np.concatenate([values, added.get(name, np.zeros((0, 3)) if values.ndim > 1 else np.zeros(roads))])
        for name, values in copies.items()
    }
    order = np.lexsort((whole["arc_to"], whole["arc_from"]))
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    for name in _ARCS:
        whole[name] = whole[name][order]
    for name in ("arc_twin", "forward_arc", "backward_arc"):
        old = whole[name].astype(np.int64)
        whole[name] = np.where(old == NO_ARC, NO_ARC, number[old])
    whole["first_arc"] = np.searchsorted(whole["arc_from"], np.arange(times * n + 1))
    whole["first_shape"] = np.concatenate(
        [(graph.first_shape[:-1] + nth[:, None] * points).reshape(-1), times * points + 2 * np.arange(roads + 1)]
    )
    whole["node_lon"], whole["node_lat"] = lon, lat
    both = np.stack([joints.one, joints.other], axis=1).reshape(-1)
    whole["shape_lon"] = np.concatenate([*(graph.shape_lon + dx for dx, _ in places), lon[both]])
    whole["shape_lat"] = np.concatenate([*(graph.shape_lat + dy for _, dy in places), lat[both]])
    ends_m = np.stack([np.zeros(roads), joints.length_m], axis=1).reshape(-1)
    whole["shape_m"] = np.concatenate([np.tile(graph.shape_m, times), ends_m])
    of_copies = (graph.shape_stretch + nth[:, None] * s).reshape(-1)
    whole["shape_stretch"] = np.concatenate([of_copies, np.repeat(stretch, 2)])
    return RoadGraph(**{name: values.astype(getattr(graph, name).dtype) for name, values in whole.items()})
