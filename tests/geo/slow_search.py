"""Search travel times over one set of weights: one-to-all, forwards and backwards, with forbidden turns.

A *state* is where a search can stand: a junction, or a junction entered by an arc after which some turn is forbidden.
Only junctions that carry a forbidden turn have more than one state, so a city without any searches plain junctions.
The heap is scipy's; weights are whole milliseconds in float64, so sums are exact up to 2**53.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.hierarchy import CLOSED_MS
from geo.roads import NO_ARC, RoadGraph
from geo.snap import Snap

# The last searches from and to single positions are kept: a call asks about its place again and again while it grows.
SEARCHES_KEPT = 32

# Searches in one batch: each needs one float64 per state, so this bounds a batch to some 30 MB in a large city.
BATCH_SEARCHES_MAX = 64


class Seed(NamedTuple):
    """Where a search starts or ends: a state, the milliseconds between it and the position, the arc they are driven on.

    ``arc`` is `NO_ARC` where the position is the junction itself.
    """

    state: int
    offset_ms: float
    arc: int


class Path(NamedTuple):
    """A fastest journey: part of an arc (unless it starts at a junction), whole arcs, part of an arc."""

    duration_ms: float
    departure: Seed
    arcs: tuple[int, ...]
    arrival: Seed


@dataclass(frozen=True, slots=True)
class Seeds:
    """The seeds of many positions, flat: position i owns ``first[i]:first[i + 1]`` of ``state`` and ``offset_ms``."""

    first: NDArray[np.int64]
    state: NDArray[np.int64]
    offset_ms: NDArray[np.float64]

    @classmethod
    def of(cls, seeds: Iterable[Sequence[Seed]]) -> "Seeds":
        """Flatten the seeds of positions; each position has at least one."""
        rows = list(seeds)
        return cls(
            np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64),
            np.array([seed.state for row in rows for seed in row], dtype=np.int64),
            np.array([seed.offset_ms for row in rows for seed in row], dtype=np.float64),
        )

    def best(self, times_ms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each position's least time, given the times of all states along the last axis."""
        if not len(self.state):
            return np.empty((*times_ms.shape[:-1], 0))
        through = times_ms[..., self.state] + self.offset_ms
        return np.asarray(np.minimum.reduceat(through, self.first[:-1], axis=-1))


class SearchGraph:
    """A road graph with one set of weights, ready to search. Immutable: safe from any number of threads.

    ``duration_ms`` holds one weight per arc, int32 >= 1.
    """

    def __init__(self, graph: RoadGraph, duration_ms: NDArray[np.int32]) -> None:
        self.graph = graph
        self.duration_ms = np.where(duration_ms == CLOSED_MS, np.inf, duration_ms.astype(np.float64))
        self._states = _TurnStates(graph)
        tail, head, arc = self._states.steps()
        # Of parallel arcs only the fastest is ever driven whole.
        order = np.lexsort((arc, duration_ms[arc], head, tail))
        tail, head, arc = tail[order], head[order], arc[order]
        fastest = np.ones(len(arc), dtype=np.bool_)
        fastest[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        self._step_tail, self._step_head, self._step_arc = tail[fastest], head[fastest], arc[fastest]
        weights = np.where(duration_ms == CLOSED_MS, np.inf, duration_ms)[self._step_arc].astype(np.float64)
        shape = (self._states.count, self._states.count)
        self._forward = csr_array((weights, (self._step_tail, self._step_head)), shape=shape)
        self._backward = csr_array(self._forward.T)
        self.times_from = lru_cache(SEARCHES_KEPT)(self._times_from)
        self.times_to = lru_cache(SEARCHES_KEPT)(self._times_to)

    @property
    def forward(self) -> "csr_array[np.float64]":
        """Return the steps of the search as a matrix."""
        return self._forward

    def departures(self, snap: Snap) -> list[Seed]:
        """Return the states a journey from the position stands at next."""
        if snap.junction is not None:
            return [Seed(snap.junction, 0.0, NO_ARC)]
        return [
            Seed(self._states.after(arc), (1.0 - self.share(arc, snap)) * float(self.duration_ms[arc]), arc)
            for arc in self.graph.arcs_of(snap.stretch)
        ]

    def arrivals(self, snap: Snap) -> list[Seed]:
        """Return the states from which a journey reaches the position."""
        if snap.junction is not None:
            return [Seed(state, 0.0, NO_ARC) for state in self._states.at(snap.junction)]
        return [
            Seed(state, self.share(arc, snap) * float(self.duration_ms[arc]), arc)
            for arc in self.graph.arcs_of(snap.stretch)
            for state in self._states.before(arc)
        ]

    def share(self, arc: int, snap: Snap) -> float:
        """Return which share of the arc lies before the position, 0 to 1."""
        return snap.fraction if self.graph.arc_forward[arc] else 1.0 - snap.fraction

    def along(self, start: Snap, end: Snap) -> Seed | None:
        """Return the arc and the time of driving straight on from start to end on one stretch; None if one cannot."""
        if start.junction is not None or end.junction is not None or start.stretch != end.stretch:
            return None
        ways = [
            Seed(
                self._states.after(arc),
                (self.share(arc, end) - self.share(arc, start)) * float(self.duration_ms[arc]),
                arc,
            )
            for arc in self.graph.arcs_of(start.stretch)
            if self.share(arc, start) <= self.share(arc, end)
        ]
        return min(ways, key=lambda way: way.offset_ms, default=None)

    def along_ms(self, start: Snap, end: Snap) -> float:
        """Return the milliseconds of `along`, inf if one cannot."""
        straight = self.along(start, end)
        return np.inf if straight is None else straight.offset_ms

    def _times_from(self, start: Snap) -> NDArray[np.float64]:
        """Return the milliseconds from a position to every state, inf where unreachable; read-only."""
        return np.asarray(self._times(self._forward, [self.departures(start)])[0])

    def _times_to(self, end: Snap) -> NDArray[np.float64]:
        """Return the milliseconds from every state to a position, inf where unreachable; read-only."""
        return np.asarray(self._times(self._backward, [self.arrivals(end)])[0])

    def best_from(self, starts: Sequence[Sequence[Seed]], arrivals: Seeds) -> NDArray[np.float64]:
        """Return the milliseconds from each start to each position, inf where unreachable: [starts, positions]."""
        return self._best(self._forward, starts, arrivals)

    def best_to(self, ends: Sequence[Sequence[Seed]], departures: Seeds) -> NDArray[np.float64]:
        """Return the milliseconds from each position to each end: float64[ends, positions], inf where unreachable."""
        return self._best(self._backward, ends, departures)

    def path(self, departures: Sequence[Seed], arrivals: Sequence[Seed]) -> Path | None:
        """Return the fastest journey over at least one state between two positions; None when there is none."""
        start = self._states.count
        started = _started(self._forward, [departures])
        (times,), (before,) = dijkstra(started, indices=np.array([start]), return_predecessors=True)
        arrival = min(arrivals, key=lambda seed: float(times[seed.state]) + seed.offset_ms)
        duration_ms = float(times[arrival.state]) + arrival.offset_ms
        if not np.isfinite(duration_ms):
            return None
        chain = [arrival.state]
        while (state := int(before[chain[-1]])) != start:
            chain.append(state)
        chain.reverse()
        departure = min((seed for seed in departures if seed.state == chain[0]), key=lambda seed: seed.offset_ms)
        arcs = tuple(self._arc_between(tail, head) for tail, head in pairwise(chain))
        return Path(duration_ms, departure, arcs, arrival)

    def _best(
        self, steps: "csr_array[np.float64]", starts: Sequence[Sequence[Seed]], positions: Seeds
    ) -> NDArray[np.float64]:
        batches = (starts[at : at + BATCH_SEARCHES_MAX] for at in range(0, len(starts), BATCH_SEARCHES_MAX))
        nobody = np.empty((0, len(positions.first) - 1))
        return np.concatenate([nobody, *(positions.best(self._times(steps, batch)) for batch in batches)])

    def _times(self, steps: "csr_array[np.float64]", starts: Sequence[Sequence[Seed]]) -> NDArray[np.float64]:
        """Search from every start at once: float64[starts, states], read-only."""
        count = self._states.count
        times_ms = dijkstra(_started(steps, starts), indices=np.arange(count, count + len(starts)))[:, :count]
        times_ms.setflags(write=False)
        return times_ms

    def _arc_between(self, tail: int, head: int) -> int:
        low, high = np.searchsorted(self._step_tail, [tail, tail + 1])
        return int(self._step_arc[low + np.searchsorted(self._step_head[low:high], head)])


class _TurnStates:
    """Number the states: first the junctions, then one for each (from, via) after which a turn is forbidden.

    The junction's own number is its state after an unrestricted arc, and at the start of a journey.
    """

    def __init__(self, graph: RoadGraph) -> None:
        self._graph = graph
        banned: dict[tuple[int, int], set[int]] = defaultdict(set)
        for origin, via, target in graph.forbidden_turns.tolist():
            banned[origin, via].add(target)
        self._number = {entered: graph.node_count + nth for nth, entered in enumerate(banned)}
        self._banned = banned
        self._entered_at: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for entered in banned:
            self._entered_at[entered[1]].append(entered)
        self.count = graph.node_count + len(banned)

    def at(self, junction: int) -> list[int]:
        """Return every state in which one stands at a junction."""
        return [junction, *(self._number[entered] for entered in self._entered_at.get(junction, ()))]

    def after(self, arc: int) -> int:
        """Return the state at the end of an arc."""
        origin, via = int(self._graph.arc_from[arc]), int(self._graph.arc_to[arc])
        return self._number.get((origin, via), via)

    def before(self, arc: int) -> list[int]:
        """Return the states from which an arc may be driven."""
        via, target = int(self._graph.arc_from[arc]), int(self._graph.arc_to[arc])
        entered = self._entered_at.get(via, ())
        return [via, *(self._number[pair] for pair in entered if target not in self._banned[pair])]

    def steps(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return every step of the search: state before, state after, arc."""
        graph = self._graph
        head = graph.arc_to.astype(np.int64)
        restricted = np.unique(graph.forbidden_turns[:, :2], axis=0)
        for origin, via in restricted.tolist():
            leaving = slice(graph.first_arc[origin], graph.first_arc[origin + 1])
            head[leaving][graph.arc_to[leaving] == via] = self._number[origin, via]
        more = [
            (state, arc)
            for via in np.unique(restricted[:, 1]).tolist()
            for arc in range(graph.first_arc[via], graph.first_arc[via + 1])
            for state in self.before(arc)[1:]
        ]
        extra = np.array(more, dtype=np.int64).reshape(-1, 2)
        arc = np.concatenate([np.arange(graph.arc_count), extra[:, 1]])
        return np.concatenate([graph.arc_from.astype(np.int64), extra[:, 0]]), head[arc], arc


def _started(steps: "csr_array[np.float64]", starts: Sequence[Sequence[Seed]]) -> "csr_array[np.float64]":
    """Return the graph with one state more per start, from which its seeds are reached at their offsets."""
    seeds = Seeds.of(starts)
    size = steps.shape[0] + len(starts)
    weights = np.concatenate([steps.data, seeds.offset_ms])
    heads = np.concatenate([steps.indices, seeds.state.astype(steps.indices.dtype)])
    first = np.concatenate([steps.indptr, steps.nnz + seeds.first[1:].astype(steps.indptr.dtype)])
    return csr_array((weights, heads, first), shape=(size, size))
