"""Order a road graph once, so that new weights need milliseconds: a customizable contraction hierarchy.

Dibbelt, Strasser, Wagner, *Customizable Contraction Hierarchies*, ACM JEA 21, 2016: a nested-dissection order and the
edges that elimination adds depend on the roads alone; weights are put on afterwards. It departs from the textbook in
one thing: instead of junctions it orders the states of `geo.turn_states`, so forbidden turns cost nothing extra.
"""

from dataclasses import dataclass

import numpy as np
import pymetis
from numpy.typing import NDArray

from geo import hierarchy_kernels as kernels
from geo.hierarchy_kernels import CLOSED_MS, TICKS_PER_MS
from geo.turn_states import Steps

__all__ = ["CLOSED_MS", "TICKS_PER_MS", "EdgeWeights", "Hierarchy", "build_hierarchy", "customized", "order_states"]

# Below this METIS has nothing to dissect.
DISSECTION_NODES_MIN = 32


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The topology: what never changes when weights do. Nodes are states, numbered by rank in post-order.

    ``rank`` int32[states]: state -> node. ``first_up`` int64[n + 1], ``up`` int32: the higher neighbours, sorted.
    ``parent, depth, subtree`` int32[n]: the elimination tree; a node's subtree is ``subtree[v]..v``; the root is n - 1.
    ``below`` int32[n], ``tops`` int32: see `hierarchy_kernels.chains_below` and `triangle_tops`.
    ``step_arc, step_slot, step_climbs``: on which edge, and in which direction, each step lies.
    """

    rank: NDArray[np.int32]
    first_up: NDArray[np.int64]
    up: NDArray[np.int32]
    parent: NDArray[np.int32]
    depth: NDArray[np.int32]
    subtree: NDArray[np.int32]
    below: NDArray[np.int32]
    tops: NDArray[np.int32]
    step_arc: NDArray[np.int32]
    step_slot: NDArray[np.int64]
    step_climbs: NDArray[np.bool_]

    @property
    def node_count(self) -> int:
        """Return the number of nodes."""
        return len(self.parent)


@dataclass(frozen=True, slots=True)
class EdgeWeights:
    """Weights on every edge of a hierarchy, in ticks; ``climb`` drives up, ``descend`` down, `FAR` where nothing does.

    ``climb_by, descend_by`` int32: the lower node a shortcut passes, or ~arc where an arc itself is the fastest.
    """

    climb: NDArray[np.uint32]
    descend: NDArray[np.uint32]
    climb_by: NDArray[np.int32]
    descend_by: NDArray[np.int32]

    @classmethod
    def empty(cls, edges: int) -> "EdgeWeights":
        """Return unfilled arrays."""
        climb, descend = np.empty(edges, np.uint32), np.empty(edges, np.uint32)
        return cls(climb, descend, np.empty(edges, np.int32), np.empty(edges, np.int32))


def order_states(steps: Steps, joined: NDArray[np.int32]) -> NDArray[np.int32]:
    """Order the states of a city once; ``joined`` int32[j, 2] are pairs that must share a path to the root.

    A nested dissection, put in post-order: the edges that elimination adds stay the same, every subtree is one range.
    """
    pair = _pairs(steps, joined)
    order = _dissected(steps.states, pair)
    _, _, parent = kernels.eliminate(*_adjacency(steps.states, _rank(order)[pair]))
    return np.asarray(order[kernels.post_order(parent)])


def build_hierarchy(
    steps: Steps,
    joined: NDArray[np.int32],
    order: NDArray[np.int32] | None = None,
) -> Hierarchy:
    """Eliminate the states of a city in an order of `order_states`; without one, order them now.

    Raises ValueError for the order of another city.
    """
    if order is None:
        order = order_states(steps, joined)
    if len(order) != steps.states:
        raise ValueError(f"an order of {len(order)} states does not fit a city of {steps.states}")
    rank = _rank(order)
    first_up, up, parent = kernels.eliminate(*_adjacency(steps.states, rank[_pairs(steps, joined)]))
    depth, subtree = kernels.depths_and_subtrees(parent)
    below = kernels.chains_below(first_up, parent)
    tail, head = rank[steps.tail], rank[steps.head]
    real = tail != head  # a loop road leads back to its own junction: never on a fastest way
    low, high = np.minimum(tail, head)[real], np.maximum(tail, head)[real]
    return Hierarchy(
        rank=rank,
        first_up=first_up,
        up=up,
        parent=parent,
        depth=depth,
        subtree=subtree,
        below=below,
        tops=kernels.triangle_tops(first_up, up, parent, below),
        step_arc=steps.arc[real],
        step_slot=kernels.slots_of(low, high, first_up, up),
        step_climbs=(tail < head)[real],
    )


def customized(hierarchy: Hierarchy, arc_ticks: NDArray[np.uint32], into: EdgeWeights) -> EdgeWeights:
    """Fill ``into`` with the least weight of every edge, given one weight per arc (`FAR` closes it), and return it."""
    filled = (into.climb, into.descend, into.climb_by, into.descend_by)
    kernels.load_weights(arc_ticks, hierarchy.step_arc, hierarchy.step_slot, hierarchy.step_climbs, *filled)
    kernels.customize(hierarchy.first_up, hierarchy.parent, hierarchy.below, hierarchy.tops, *filled)
    return into


def _pairs(steps: Steps, joined: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the pairs of different states that an edge joins."""
    pair: NDArray[np.int32] = np.concatenate([np.stack([steps.tail, steps.head], axis=1), joined])
    return np.asarray(pair[pair[:, 0] != pair[:, 1]])


def _rank(order: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return where in the order each state comes."""
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank


def _dissected(states: int, pair: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the states in the order of a nested dissection, lowest first."""
    if states < DISSECTION_NODES_MIN:
        return np.arange(states, dtype=np.int32)
    first, neighbour = _adjacency(states, pair)
    order, _ = pymetis.nested_dissection(pymetis.CSRAdjacency(first.astype(np.int32), neighbour))
    return np.asarray(order, dtype=np.int32)


def _adjacency(nodes: int, pair: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the neighbours of each node, each once, as ``first, neighbour``."""
    one, other = pair[:, 0].astype(np.int64), pair[:, 1].astype(np.int64)
    key = np.sort(np.concatenate([one * nodes + other, other * nodes + one]))
    key = key[np.append(True, key[1:] != key[:-1])[: len(key)]]  # ten times as fast as np.unique
    first = np.searchsorted(key, np.arange(nodes + 1, dtype=np.int64) * nodes)
    return first.astype(np.int64), (key % nodes).astype(np.int32)
