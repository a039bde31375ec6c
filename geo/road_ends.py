"""Where positions on the road meet the graph: which states a journey from a position stands at next, and which before.

In the middle of a stretch a journey leaves by at most two arcs and arrives by at most two. All departures of one
stretch, and all arrivals, are joined (`joined_states`) before the graph is ordered, so they lie on one path to the root
of the elimination tree and one label serves them all.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from geo.roads import NO_ARC, RoadGraph
from geo.turn_states import Steps

# Which arc an arrival is driven on.
BY_FORWARD_ARC, BY_BACKWARD_ARC, AT_JUNCTION = 0, 1, 2


@dataclass(frozen=True, slots=True)
class RoadEnds:
    """Departures and arrivals of every place. States until `in_ranks`, then nodes of the hierarchy.

    ``departures`` int32[stretches, 2]: the state after the forward and after the backward arc, `NO_ARC` without one.
    A place is a stretch, or (numbered after them) a junction: its arrivals are ``first[place]:first[place + 1]`` of
    ``state`` and ``side``. A journey from a junction starts at the junction's own state, ``junction_state``.
    """

    departures: NDArray[np.int32]
    first: NDArray[np.int32]
    state: NDArray[np.int32]
    side: NDArray[np.int32]
    junction_state: NDArray[np.int32]

    def in_ranks(self, rank: NDArray[np.int32]) -> "RoadEnds":
        """Return the same with every state replaced by its node."""
        departures = np.where(self.departures == NO_ARC, NO_ARC, rank[self.departures])
        return RoadEnds(departures, self.first, rank[self.state], self.side, rank[self.junction_state])


def road_ends(graph: RoadGraph, steps: Steps) -> RoadEnds:
    """Find the departures and arrivals of every stretch and junction."""
    both = np.stack([graph.forward_arc, graph.backward_arc], axis=1)
    departures = np.where(both == NO_ARC, NO_ARC, steps.arc_head[both]).astype(np.int32)
    backward = ~graph.arc_forward[steps.arc]
    extra = np.arange(graph.node_count, steps.states)
    place = np.concatenate(
        [
            graph.arc_stretch[steps.arc],
            graph.stretch_count + np.arange(graph.node_count),
            graph.stretch_count + steps.via,
        ]
    )
    state = np.concatenate([steps.tail, np.arange(graph.node_count), extra])
    side = np.full(len(place), AT_JUNCTION)
    side[: len(backward)] = np.where(backward, BY_BACKWARD_ARC, BY_FORWARD_ARC)
    order = np.argsort(place, kind="stable")
    return RoadEnds(
        departures=departures,
        first=np.searchsorted(place[order], np.arange(graph.stretch_count + graph.node_count + 1)).astype(np.int32),
        state=state[order].astype(np.int32),
        side=side[order].astype(np.int32),
        junction_state=np.arange(graph.node_count, dtype=np.int32),
    )


def joined_states(ends: RoadEnds) -> NDArray[np.int32]:
    """Return pairs int32[j, 2] of states that must lie on one path to the root."""
    two_way = ends.departures[(ends.departures != NO_ARC).all(axis=1)]
    count = np.diff(ends.first)
    first = ends.first[:-1][count == 2]  # noqa: PLR2004 - a pair
    pairs = [two_way, np.stack([ends.state[first], ends.state[first + 1]], axis=1)]
    for place in np.flatnonzero(count > 2).tolist():  # noqa: PLR2004 - only beside restricted junctions
        several = np.unique(ends.state[ends.first[place] : ends.first[place + 1]]).tolist()
        pairs.append(np.array(list(combinations(several, 2)), dtype=np.int32).reshape(-1, 2))
    return np.concatenate(pairs).astype(np.int32)
