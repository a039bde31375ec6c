"""Place turn restrictions on the road graph as forbidden triples of junctions (from, via, to).

See OSM wiki, Relation:restriction. A restriction that is not unambiguous on the ground (its way passes through the via
node instead of ending there, or is not in the file) is counted, never guessed.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from geo.osm_import import TurnRestriction

# (from, via, to) is packed into one 63-bit number; more junctions than this would not fit.
_JUNCTIONS_MAX = 2_000_000


def forbidden_turns(
    restrictions: Sequence[TurnRestriction],
    node_id: NDArray[np.int64],
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    way_id: NDArray[np.int64],
) -> tuple[NDArray[np.int64], int]:
    """Return the forbidden triples as int64[t, 3], sorted and unique, and how many restrictions had no clear place.

    ``node_id`` holds the sorted OSM ids of the junctions, ``tail, head, way_id`` one entry per arc, sorted by tail.
    """
    triples: set[tuple[int, int, int]] = set()
    unplaced = 0
    for restriction in restrictions:
        placed = list(_triples(restriction, node_id, tail, head, way_id))
        triples.update(placed)
        unplaced += not placed
    return np.array(sorted(triples), dtype=np.int64).reshape(-1, 3), unplaced


def _triples(
    restriction: TurnRestriction,
    node_id: NDArray[np.int64],
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    way_id: NDArray[np.int64],
) -> Iterator[tuple[int, int, int]]:
    via = int(np.searchsorted(node_id, restriction.via_node))
    if via == len(node_id) or node_id[via] != restriction.via_node:
        return
    entering = np.flatnonzero(head == via)
    leaving = np.flatnonzero(tail == via)
    origins = {int(tail[arc]) for arc in entering if way_id[arc] == restriction.from_way}
    targets = {int(head[arc]) for arc in leaving if way_id[arc] == restriction.to_way}
    if len(origins) != 1 or len(targets) != 1:
        return
    (origin,), (target,) = origins, targets
    if restriction.kind.startswith("no_"):
        yield origin, via, target
    elif restriction.kind.startswith("only_"):
        yield from ((origin, via, int(head[arc])) for arc in leaving if head[arc] != target)


def turn_keys(
    origin: NDArray[np.int64], via: NDArray[np.int64], target: NDArray[np.int64], junctions: int
) -> NDArray[np.int64]:
    """Pack each triple into one number, so that sets of triples can be compared as arrays."""
    if junctions > _JUNCTIONS_MAX:
        raise ValueError(f"{junctions} junctions are more than the {_JUNCTIONS_MAX} a packed turn can name")
    return (origin * junctions + via) * junctions + target
