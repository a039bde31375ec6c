"""Cut ways into stretches where they share a node, keep the main component, and lay the road graph.

A node is a junction when a way begins or ends there, or when it occurs more than once in all ways together. Nothing
else joins two roads: ways that only cross on the map are not joined.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.osm_import import UNITS_PER_DEGREE, BadOsm, OsmCity, OsmWays
from geo.roads import NO_ARC, RoadGraph, piece_lengths_m
from geo.speeds import Profile, durations_ms
from geo.turns import forbidden_turns, turn_keys


@dataclass(frozen=True, slots=True)
class Islands:
    """Roads cut off from the rest of the city, which no position is snapped to.

    ``count`` pieces with together ``nodes`` junctions, the largest with ``largest`` of them; ``main_share`` is the
    share of all junctions that the main component has.
    """

    count: int
    nodes: int
    largest: int
    main_share: float


@dataclass(frozen=True, slots=True)
class LaidRoads:
    """The graph of the main component, what was cut off, and how many turn restrictions could not be placed."""

    graph: RoadGraph
    islands: Islands
    unplaced_turns: int


@dataclass(frozen=True, slots=True)
class _Stretches:
    """All stretches before the main component is known.

    ``node_id`` holds the sorted OSM ids of the junctions; per stretch ``tail, head`` index it, ``way`` is its way, and
    its nodes are ``first`` to ``last`` (inclusive) in `OsmWays`.
    """

    node_id: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    way: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Arcs:
    """All arcs, sorted by (tail, head, stretch)."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    stretch: NDArray[np.int64]
    forward: NDArray[np.bool_]


def lay_roads(city: OsmCity, profile: Profile) -> LaidRoads:
    """Build the routable graph: every arc in it can reach every other, forbidden turns respected.

    Raises `geo.osm_import.BadOsm` when no road can be both left and reached again.
    """
    stretches = _cut(city.ways)
    arcs = _arcs(city.ways, stretches)
    way_id = city.ways.way_id[stretches.way[arcs.stretch]]
    turns, unplaced = forbidden_turns(city.restrictions, stretches.node_id, arcs.tail, arcs.head, way_id)
    component = _components(arcs, turns, len(stretches.node_id))
    kept = component == np.bincount(component).argmax()
    main = _Arcs(arcs.tail[kept], arcs.head[kept], arcs.stretch[kept], arcs.forward[kept])
    if not np.isin(main.head, main.tail).all():
        raise BadOsm("holds no road that can be left and reached again")
    islands = _islands(arcs, main, len(stretches.node_id))
    return LaidRoads(_graph(city.ways, stretches, main, turns, profile), islands, unplaced)


def _cut(ways: OsmWays) -> _Stretches:
    _, at, uses = np.unique(ways.node, return_inverse=True, return_counts=True)
    joins = uses > 1
    joins[at[ways.first[:-1]]] = True
    joins[at[ways.first[1:] - 1]] = True
    cuts = np.flatnonzero(joins[at])
    way_of = np.repeat(np.arange(len(ways.way_id)), np.diff(ways.first))
    same_way = way_of[cuts[:-1]] == way_of[cuts[1:]]
    first, last = cuts[:-1][same_way], cuts[1:][same_way]
    node_id = np.unique(ways.node[cuts])
    return _Stretches(
        node_id=node_id,
        tail=np.searchsorted(node_id, ways.node[first]),
        head=np.searchsorted(node_id, ways.node[last]),
        way=way_of[first],
        first=first,
        last=last,
    )


def _arcs(ways: OsmWays, stretches: _Stretches) -> _Arcs:
    onward = np.flatnonzero(ways.forward[stretches.way])
    back = np.flatnonzero(ways.backward[stretches.way])
    tail = np.concatenate([stretches.tail[onward], stretches.head[back]])
    head = np.concatenate([stretches.head[onward], stretches.tail[back]])
    stretch = np.concatenate([onward, back])
    forward = np.repeat([True, False], [len(onward), len(back)])
    order = np.lexsort((~forward, stretch, head, tail))
    return _Arcs(tail[order], head[order], stretch[order], forward[order])


def _components(arcs: _Arcs, turns: NDArray[np.int64], junctions: int) -> NDArray[np.int32]:
    """Return the strongly connected component of each arc, in the graph whose steps are the allowed turns."""
    count = len(arcs.tail)
    leaving = np.searchsorted(arcs.tail, arcs.head, side="left")
    choices = np.searchsorted(arcs.tail, arcs.head, side="right") - leaving
    before = np.repeat(np.arange(count), choices)
    after = np.arange(len(before)) + np.repeat(leaving - np.cumsum(choices) + choices, choices)
    if len(turns):
        steps = turn_keys(arcs.tail[before], arcs.head[before], arcs.head[after], junctions)
        allowed = ~np.isin(steps, turn_keys(turns[:, 0], turns[:, 1], turns[:, 2], junctions))
        before, after = before[allowed], after[allowed]
    return _pieces(before, after, count, strong=True)[1]


def _islands(arcs: _Arcs, main: _Arcs, junctions: int) -> Islands:
    """Count the pieces of road that the main component leaves over, one-way stubs included."""
    in_main = np.zeros(junctions, dtype=np.bool_)
    in_main[main.tail] = True
    cut_off = np.flatnonzero(~in_main)
    if not len(cut_off):
        return Islands(0, 0, 0, 1.0)
    between = ~in_main[arcs.tail] & ~in_main[arcs.head]
    tail, head = np.searchsorted(cut_off, arcs.tail[between]), np.searchsorted(cut_off, arcs.head[between])
    count, piece = _pieces(tail, head, len(cut_off), strong=False)
    return Islands(count, len(cut_off), int(np.bincount(piece).max()), 1.0 - len(cut_off) / junctions)


def _pieces(
    tail: NDArray[np.int64], head: NDArray[np.int64], size: int, *, strong: bool
) -> tuple[int, NDArray[np.int32]]:
    """Count the pieces of a graph and number each node's own; strong ones can be driven round."""
    # Imported here: only building a pack needs it, and every server's start would pay a fifth of a second for it.
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    joined = csr_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(size, size))
    count, piece = connected_components(joined, directed=strong, connection="strong" if strong else "weak")
    return int(count), np.asarray(piece, dtype=np.int32)


def _graph(ways: OsmWays, stretches: _Stretches, main: _Arcs, turns: NDArray[np.int64], profile: Profile) -> RoadGraph:
    """Renumber what the main component needs and store it as arrays."""
    kept = np.unique(main.stretch)
    junction = np.unique(main.tail)
    way = stretches.way[kept]
    shape = _Shape.of(ways, stretches.first[kept], stretches.last[kept])
    arc_from, arc_to = np.searchsorted(junction, main.tail), np.searchsorted(junction, main.head)
    arc_stretch = np.searchsorted(kept, main.stretch)
    forward_arc = _arc_of_stretch(arc_stretch, main.forward, len(kept))
    backward_arc = _arc_of_stretch(arc_stretch, ~main.forward, len(kept))
    # Each junction is an end of some kept stretch: its place is that end's shape point.
    node_shape = np.empty(len(junction), dtype=np.int64)
    node_shape[np.searchsorted(junction, stretches.tail[kept])] = shape.first[:-1]
    node_shape[np.searchsorted(junction, stretches.head[kept])] = shape.first[1:] - 1
    length_m = np.round(shape.m[shape.first[1:] - 1], 3)
    duration_ms = durations_ms(length_m, ways.road_class[way], profile.speeds_mps())
    return RoadGraph(
        node_lon=shape.lon[node_shape],
        node_lat=shape.lat[node_shape],
        first_arc=np.searchsorted(arc_from, np.arange(len(junction) + 1)).astype(np.int32),
        arc_from=arc_from.astype(np.int32),
        arc_to=arc_to.astype(np.int32),
        arc_stretch=arc_stretch.astype(np.int32),
        arc_twin=np.where(main.forward, backward_arc[arc_stretch], forward_arc[arc_stretch]),
        arc_forward=main.forward,
        duration_ms=duration_ms[arc_stretch],
        first_shape=shape.first.astype(np.int32),
        length_m=length_m,
        road_class=ways.road_class[way],
        road_name=ways.name[way],
        layer=ways.layer[way],
        bridge=ways.bridge[way],
        tunnel=ways.tunnel[way],
        forward_arc=forward_arc,
        backward_arc=backward_arc,
        shape_lon=shape.lon,
        shape_lat=shape.lat,
        shape_m=shape.m,
        shape_stretch=np.repeat(np.arange(len(kept), dtype=np.int32), np.diff(shape.first)),
        forbidden_turns=_kept_turns(turns, junction, arc_from, arc_to),
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """The geometry of stretches: points ``first[i]:first[i + 1]`` in degrees, metres from the start of the stretch."""

    first: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    m: NDArray[np.float64]

    @classmethod
    def of(cls, ways: OsmWays, first: NDArray[np.int64], last: NDArray[np.int64]) -> "_Shape":
        """Gather the nodes ``first`` to ``last`` (inclusive) of every stretch."""
        count = last - first + 1
        start = np.concatenate([[0], np.cumsum(count)])
        at = np.arange(start[-1]) + np.repeat(first - start[:-1], count)
        lon, lat = ways.x[at] / UNITS_PER_DEGREE, ways.y[at] / UNITS_PER_DEGREE
        piece_m = piece_lengths_m(lon, lat)
        piece_m[start[1:-1] - 1] = 0.0  # the jump from one stretch to the next is no road
        along_m = np.concatenate([[0.0], np.cumsum(piece_m)])
        return cls(start, lon, lat, along_m - np.repeat(along_m[start[:-1]], count))


def _arc_of_stretch(arc_stretch: NDArray[np.int64], wanted: NDArray[np.bool_], stretches: int) -> NDArray[np.int32]:
    arc = np.full(stretches, NO_ARC, dtype=np.int32)
    arc[arc_stretch[wanted]] = np.flatnonzero(wanted)
    return arc


def _kept_turns(
    turns: NDArray[np.int64], junction: NDArray[np.int64], arc_from: NDArray[np.int64], arc_to: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Renumber the forbidden turns; one whose roads are not in the graph forbids nothing and is dropped."""
    renumbered = np.searchsorted(junction, turns[np.isin(turns, junction).all(axis=1)])
    arcs = arc_from * len(junction) + arc_to
    enters = np.isin(renumbered[:, 0] * len(junction) + renumbered[:, 1], arcs)
    leaves = np.isin(renumbered[:, 1] * len(junction) + renumbered[:, 2], arcs)
    return renumbered[enters & leaves].astype(np.int32)
