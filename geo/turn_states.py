"""Number the places where a journey can stand, so that forbidden turns become plain graph structure.

A *state* is a junction, or a junction entered by an arc after which some turn is forbidden. Only junctions that carry a
forbidden turn have more than one state. A *step* drives one arc from one state to another.
See Geisberger/Vetter, *Efficient Routing in Road Networks with Turn Costs*, SEA 2011, for edge expansion; here only
what carries a restriction is expanded.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.roads import RoadGraph


@dataclass(frozen=True, slots=True)
class Steps:
    """All steps of a road graph.

    ``states`` counts them: state v < ``node_count`` is junction v, at the start of a journey or after an unrestricted
    arc; the others follow. ``tail, head, arc`` int32 per step. ``arc_head`` int32[arcs]: the state after each arc.
    ``via`` int32: the junction of each further state, in their order.
    """

    states: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    arc: NDArray[np.int32]
    arc_head: NDArray[np.int32]
    via: NDArray[np.int32]


def steps_of(graph: RoadGraph) -> Steps:
    """Expand the junctions that carry a forbidden turn."""
    n = graph.node_count
    turns = graph.forbidden_turns.astype(np.int64)
    entered, state_of_turn = np.unique(turns[:, 0] * n + turns[:, 1], return_inverse=True)
    via = entered % n
    arc_head = graph.arc_to.astype(np.int64)
    driven = graph.arc_from.astype(np.int64) * n + arc_head
    at = np.searchsorted(entered, driven)
    restricted = at < len(entered)
    restricted[restricted] = entered[at[restricted]] == driven[restricted]
    arc_head[restricted] = n + at[restricted]
    # From each further state: every arc that leaves its junction, the forbidden ones apart.
    first = graph.first_arc.astype(np.int64)
    count = first[via + 1] - first[via]
    state = np.repeat(np.arange(len(via)), count)
    arc = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first[via], count)
    banned = np.isin(state * n + graph.arc_to[arc], state_of_turn.reshape(-1) * n + turns[:, 2])
    tail = np.concatenate([graph.arc_from, n + state[~banned]])
    driven_arc = np.concatenate([np.arange(graph.arc_count), arc[~banned]])
    return Steps(
        states=n + len(via),
        tail=tail.astype(np.int32),
        head=arc_head[driven_arc].astype(np.int32),
        arc=driven_arc.astype(np.int32),
        arc_head=arc_head.astype(np.int32),
        via=via.astype(np.int32),
    )
