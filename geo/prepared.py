"""A road graph made ready for exact answers: what is ordered once, and what follows each set of weights.

`PreparedRoads` never changes. `Weighted` is one set of weights with its labels, table and bounds; it is immutable once
built, so publishing it is one assignment. Its large arrays go back to a pool when the last reader has let go of it.
"""

import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from geo import label_kernels
from geo.compiled import Record
from geo.hierarchy import CLOSED_MS, TICKS_PER_MS, EdgeWeights, Hierarchy, build_hierarchy, customized, order_states
from geo.hierarchy_kernels import FAR, fill_ticks
from geo.labels import LabelIndex, Labels, labelled
from geo.query_kernels import ROADS, WEIGHTS
from geo.regions import Regions, cut_regions, region_rows
from geo.road_ends import AT_JUNCTION, BY_FORWARD_ARC, RoadEnds, joined_states, road_ends
from geo.roads import RoadGraph
from geo.row_instructions import in_cache_lines, with_room
from geo.search_kernels import NEAR_ANCESTORS, SEARCH, WAITING_MAX
from geo.snap import Snap
from geo.turn_states import steps_of

# A longer duration of one arc could not be told from "no road leads there".
DURATION_MS_MAX = int(FAR) // TICKS_PER_MS - 1

# One set of weights; there are two, one in force and one being built. A city of 500,000 junctions fits untruncated.
WEIGHTS_BYTES_MAX = 3_000_000_000

# How many nodes, itself included, may lie below a node that owns no label: tried in this order.
LOW_SUBTREES = (1, 2, 4, 8, 16)

_NOBODY = -1

# Every set of weights has its own, so that a unit's label tells for which it holds.
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Buffers:
    """The arrays of one set of weights, to be filled again and again."""

    edges: EdgeWeights
    labels: Labels
    table: NDArray[np.uint32]
    bound: NDArray[np.uint16]
    ticks: NDArray[np.uint32]
    arc_ticks: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class CenterColumns:
    """Positions of the centres, in columns of the table: their arrivals, and which of them lie on each stretch.

    ``first`` int64[c + 1], ``node`` int32, ``side`` int32, ``stretch`` int32, ``fraction`` float64: flat arrivals.
    ``first_on`` int32[stretches] and ``next_on`` int32[c] chain the columns in the middle of one stretch.
    """

    first: NDArray[np.int64]
    node: NDArray[np.int32]
    side: NDArray[np.int32]
    stretch: NDArray[np.int32]
    fraction: NDArray[np.float64]
    own_fraction: NDArray[np.float64]
    first_on: NDArray[np.int32]
    next_on: NDArray[np.int32]


class Weighted:
    """One set of weights, ready for queries through `address`."""

    def __init__(
        self, epoch: int, number: int, duration_ms: NDArray[np.int32], record: Record, buffers: Buffers
    ) -> None:
        self.epoch = epoch
        self.number = number
        self.duration_ms = duration_ms
        self.address = record.address
        self.buffers = buffers
        self._record = record


class PreparedRoads:
    """The ordered graph of one city and the columns of its centres."""

    def __init__(
        self,
        graph: RoadGraph,
        grid: Record,
        centers: Sequence[Snap],
        order: NDArray[np.int32] | None = None,
        weights_bytes_max: int = WEIGHTS_BYTES_MAX,
    ) -> None:
        self.graph = graph
        steps = steps_of(graph)
        in_states = road_ends(graph, steps)
        self.hierarchy: Hierarchy = build_hierarchy(steps, joined_states(in_states), order)
        self.ends: RoadEnds = in_states.in_ranks(self.hierarchy.rank)
        self.regions: Regions = cut_regions(self.hierarchy, self.ends)
        self.columns = _columns(self.ends, centers, graph.stretch_count)
        self.index = LabelIndex.of(self.hierarchy, labelled_nodes(self.hierarchy, self.columns, weights_bytes_max))
        labelled = self.index.labelled
        self.row_of = np.where(labelled, np.cumsum(labelled) - 1, _NOBODY).astype(np.int32)
        self.record = self._record(grid, len(centers))
        self._grid = grid
        self._spare: deque[Buffers] = deque()

    @property
    def region_count(self) -> int:
        """Return how many regions the city is cut into."""
        return len(self.regions.top)

    @property
    def label_length(self) -> int:
        """Return how many numbers the longest label has, in whole cache lines."""
        return int(in_cache_lines(self.hierarchy.depth.max(keepdims=True).astype(np.int64) + 1)[0])

    def weighted(self, epoch: int, duration_ms: NDArray[np.int32]) -> Weighted:
        """Customize, label and tabulate one duration per arc (`CLOSED_MS` closes it). Raises ValueError on bad ones."""
        check_durations(self.graph, duration_ms)
        duration_ms = duration_ms.copy()  # the caller may go on drawing in its own
        buffers = self._spare.popleft() if self._spare else self._new_buffers()
        self._fill(buffers, duration_ms)
        number = next(_NUMBERS)
        record = self._weights_record(buffers, number)
        weighted = Weighted(epoch, number, duration_ms, record, buffers)
        weakref.finalize(weighted, self._spare.append, buffers)
        return weighted

    def _new_buffers(self) -> Buffers:
        rows, columns = int(self.row_of.max()) + 1, _table_columns(self.columns)
        return Buffers(
            edges=EdgeWeights.empty(len(self.hierarchy.up)),
            labels=Labels.empty(self.index),
            table=with_room(rows * columns, np.uint32).reshape(rows, columns),
            bound=with_room(self.regions.bounds, np.uint16),
            ticks=np.empty((self.graph.stretch_count, 2), np.uint32),
            arc_ticks=np.empty(self.graph.arc_count, np.uint32),
        )

    def _fill(self, buffers: Buffers, duration_ms: NDArray[np.int32]) -> None:
        """Fill the arrays, in kernels that let others run."""
        graph, hierarchy, index, columns = self.graph, self.hierarchy, self.index, self.columns
        both = (graph.forward_arc, graph.backward_arc)
        fill_ticks(duration_ms, *both, buffers.arc_ticks, buffers.ticks)
        edges = customized(hierarchy, buffers.arc_ticks, buffers.edges)
        labels = labelled(hierarchy, index, edges, self.regions, buffers.labels, buffers.bound)
        label_kernels.fill_table(
            hierarchy.first_up,
            hierarchy.up,
            edges.climb,
            hierarchy.parent,
            hierarchy.depth,
            index.first_label,
            labels.backward,
            columns.first,
            columns.node,
            _column_ticks(columns, buffers.ticks),
            self.row_of,
            buffers.table,
        )

    def _weights_record(self, buffers: Buffers, number: int) -> Record:
        return Record(
            WEIGHTS,
            roads=self.record.address,
            number=number,
            entries=buffers.ticks.size,
            forward=buffers.labels.forward,
            backward=buffers.labels.backward,
            climb=buffers.edges.climb,
            descend=buffers.edges.descend,
            climb_by=buffers.edges.climb_by,
            descend_by=buffers.edges.descend_by,
            ticks=buffers.ticks,
            bound=buffers.bound,
            centers=len(self.columns.next_on),
            columns=buffers.table.shape[1],
            table=buffers.table,
            first_center_on=self.columns.first_on,
            next_center_on=self.columns.next_on,
            center_fraction=self.columns.own_fraction,
        )

    def _record(self, grid: Record, centers: int) -> Record:
        hierarchy, ends, regions = self.hierarchy, self.ends, self.regions
        deepest = int(hierarchy.depth.max()) + 1
        return Record(
            ROADS,
            grid=grid.address,
            nodes=hierarchy.node_count,
            levels=len(self.index.highest),
            places=len(ends.first) - 1,
            arrivals=len(ends.state),
            stretches=self.graph.stretch_count,
            regions=len(regions.top),
            rows=int(self.row_of.max()) + 1,
            row_of=self.row_of,
            edges=len(hierarchy.up),
            arcs=self.graph.arc_count,
            depth=hierarchy.depth,
            subtree=hierarchy.subtree,
            highest=self.index.highest,
            first_label=self.index.first_label,
            departures=np.ascontiguousarray(ends.departures),
            first_arrival=ends.first,
            arrival_node=ends.state,
            arrival_side=ends.side,
            junction_node=ends.junction_state,
            stretch_arcs=np.stack([self.graph.forward_arc, self.graph.backward_arc], axis=1).astype(np.int32),
            arc_stretch=self.graph.arc_stretch.astype(np.int32),
            arc_forward=self.graph.arc_forward.astype(np.uint8),
            first_up=hierarchy.first_up,
            up=hierarchy.up,
            region_of_node=regions.of_node,
            region=region_rows(regions),
            deepest=deepest,
            heap_region=np.empty(len(regions.top), np.int32),
            waiting=np.empty(2 * WAITING_MAX, np.int32),
            search=np.zeros(1, SEARCH),
            near=NEAR_ANCESTORS,
            target=with_room(deepest, np.uint32),
            target_coarse=with_room(deepest, np.uint16),
            scratch=np.empty(centers, np.uint32),
        )


def order_roads(graph: RoadGraph) -> NDArray[np.int32]:
    """Order a city, for its pack: seconds of work that no start needs to repeat."""
    steps = steps_of(graph)
    return order_states(steps, joined_states(road_ends(graph, steps)))


def labelled_nodes(hierarchy: Hierarchy, columns: CenterColumns, bytes_max: int) -> NDArray[np.bool_]:
    """Choose the nodes that own a label and a row of the table, so that one set of weights fits ``bytes_max``.

    All, if they fit. Else those with few nodes below them own none: most nodes of a city, and least to climb past.
    Nodes on the way from a centre to the root always own one.
    """
    below = np.arange(hierarchy.node_count) - hierarchy.subtree
    above_centers = np.zeros(hierarchy.node_count, np.bool_)
    at = np.unique(columns.node)
    while len(at):
        above_centers[at] = True
        at = np.unique(hierarchy.parent[at])
        at = at[at >= 0]
        at = at[~above_centers[at]]
    entries = 2 * in_cache_lines(hierarchy.depth.astype(np.int64) + 1) + _table_columns(columns)
    labelled = np.ones(hierarchy.node_count, np.bool_)
    for low in LOW_SUBTREES:
        if int(entries[labelled].sum()) * np.dtype(np.uint32).itemsize <= bytes_max:
            break
        labelled = (below >= low) | above_centers
    return labelled


def _table_columns(columns: CenterColumns) -> int:
    return int(in_cache_lines(np.array([len(columns.next_on)]))[0])


def check_durations(graph: RoadGraph, duration_ms: NDArray[np.int32]) -> None:
    """Refuse weights that are not one possible duration for each arc. Raises ValueError."""
    if duration_ms.shape != graph.duration_ms.shape or (len(duration_ms) and int(duration_ms.min()) < 1):
        raise ValueError("weights must be one duration of at least 1 ms for each arc")
    if (duration_ms[duration_ms != CLOSED_MS] > DURATION_MS_MAX).any():
        raise ValueError(f"weights must be at most {DURATION_MS_MAX} ms, or {CLOSED_MS} for a closed arc")


def _columns(ends: RoadEnds, centers: Sequence[Snap], stretches: int) -> CenterColumns:
    places = [snap.stretch if snap.junction is None else stretches + snap.junction for snap in centers]
    rows = [np.arange(ends.first[place], ends.first[place + 1]) for place in places]
    at = np.concatenate([np.empty(0, np.int64), *rows])
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    fraction = np.array([snap.fraction for snap in centers], dtype=np.float64)
    stretch = np.array([snap.stretch for snap in centers], dtype=np.int32)
    first_on, next_on = np.full(stretches, _NOBODY, np.int32), np.full(len(centers), _NOBODY, np.int32)
    for column, snap in enumerate(centers):
        if snap.junction is None:
            next_on[column] = first_on[snap.stretch]
            first_on[snap.stretch] = column
    return CenterColumns(
        first=np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)]).astype(np.int64),
        node=ends.state[at],
        side=ends.side[at],
        stretch=stretch[owner],
        fraction=fraction[owner],
        own_fraction=fraction,
        first_on=first_on,
        next_on=next_on,
    )


def _column_ticks(columns: CenterColumns, ticks: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the ticks from the beginning of each arrival's arc to its centre: 0 at a junction."""
    share = np.where(columns.side == BY_FORWARD_ARC, columns.fraction, 1.0 - columns.fraction)
    whole = ticks[columns.stretch, np.minimum(columns.side, 1)]
    offset = np.where(whole == FAR, FAR, np.floor(share * whole + 0.5)).astype(np.uint32)
    arrived: NDArray[np.uint32] = np.where(columns.side == AT_JUNCTION, np.uint32(0), offset)
    return arrived
