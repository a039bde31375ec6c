"""Compiled parts of `geo.hierarchy`. Nodes are numbered by their rank; sums of two weights fit uint32 (`FAR`)."""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np
from numpy.typing import NDArray

from geo.compiled import rebuild_kernel, wide
from geo.row_instructions import LANES, NUMBER_BYTES, lower_scattered

# "No road leads there", in ticks. Two of them still fit 32 bits, so a sum needs a clamp and never overflows.
FAR = np.uint32(2_000_000_000)
NOBODY = -1

# Ticks are sixteenths of a millisecond: a position in the middle of a road is rounded to them, a junction is exact.
TICKS_PER_MS = 16

# As the duration of an arc: nobody may drive it.
CLOSED_MS = int(np.iinfo(np.int32).max)

# Fewer triangles than this are not worth an instruction on whole vectors.
_MANY = 4

# Lengths are rounded to it.
MILLIMETRE = 0.001


@rebuild_kernel
def eliminate(  # noqa: C901 - one loop of the textbook
    first: NDArray[np.int64], neighbour: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Return the up-neighbours of every node (sorted, as ``first_up, up``) and its parent, the lowest of them.

    Symbolic elimination: a node inherits the up-neighbours of its tree children (Dibbelt, Strasser, Wagner,
    *Customizable Contraction Hierarchies*, 2016, §5.2). A node without any is adopted by the last one: one tree.
    """
    n = first.size - 1
    up = np.empty(max(16, neighbour.size * 2), np.int32)
    first_up = np.zeros(n + 1, np.int64)
    parent = np.full(n, NOBODY, np.int32)
    child, sibling = np.full(n, NOBODY, np.int32), np.full(n, NOBODY, np.int32)
    seen = np.full(n, NOBODY, np.int32)
    end = np.int64(0)
    for v in range(n):
        begin = end
        room = first[v + 1] - first[v]
        c = child[v]
        while c >= 0:
            room += first_up[c + 1] - first_up[c]
            c = sibling[c]
        if end + room > up.size:
            grown = np.empty(max(up.size * 2, end + room), np.int32)
            grown[:end] = up[:end]
            up = grown
        seen[v] = v
        for e in range(first[v], first[v + 1]):
            u = neighbour[e]
            if u > v and seen[u] != v:
                seen[u] = v
                up[end] = u
                end += 1
        c = child[v]
        while c >= 0:
            for e in range(first_up[c], first_up[c + 1]):
                u = up[e]
                if u > v and seen[u] != v:
                    seen[u] = v
                    up[end] = u
                    end += 1
            c = sibling[c]
        first_up[v + 1] = end
        if end > begin:
            up[begin:end].sort()
            parent[v] = up[begin]
        elif v < n - 1:
            parent[v] = n - 1
        if parent[v] >= 0:
            sibling[v] = child[parent[v]]
            child[parent[v]] = v
    return first_up, up[:end].copy(), parent


@rebuild_kernel
def post_order(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the nodes so that every subtree is one range that ends with its root. The last node is the one root."""
    n = parent.size
    child, sibling = np.full(n, NOBODY, np.int32), np.full(n, NOBODY, np.int32)
    for v in range(n):
        p = parent[v]
        if p >= 0:
            sibling[v] = child[p]
            child[p] = v
    order, stack = np.empty(n, np.int32), np.empty(n, np.int32)
    placed, height = 0, 0
    stack[0] = n - 1
    while height >= 0:
        v = stack[height]
        c = child[v]
        if c >= 0:
            child[v] = sibling[c]
            height += 1
            stack[height] = c
        else:
            order[placed] = v
            placed += 1
            height -= 1
    return order


@rebuild_kernel
def depths_and_subtrees(parent: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return each node's depth (root 0) and the first node of its subtree (which ends with the node itself)."""
    n = parent.size
    depth, subtree = np.zeros(n, np.int32), np.arange(n).astype(np.int32)
    for v in range(n - 2, -1, -1):
        depth[v] = depth[parent[v]] + 1
    for v in range(n - 1):
        subtree[parent[v]] = min(subtree[parent[v]], subtree[v])
    return depth, subtree


@rebuild_kernel
def slots_of(
    low: NDArray[np.int32], high: NDArray[np.int32], first_up: NDArray[np.int64], up: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return where in ``up`` each edge (low, high) lies."""
    slot = np.empty(low.size, np.int64)
    for e in range(low.size):
        begin, end = first_up[low[e]], first_up[low[e] + 1]
        slot[e] = begin + np.searchsorted(up[begin:end], high[e])
    return slot


@rebuild_kernel
def triangle_tops(first_up: NDArray[np.int64], up: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Return, for each lower triangle v < a < b in order, where in ``up`` its upper edge (a, b) lies."""
    top = np.empty(count, np.int32)
    found = 0
    for v in range(first_up.size - 1):
        for i in range(first_up[v], first_up[v + 1]):
            at = first_up[up[i]]
            for j in range(i + 1, first_up[v + 1]):
                while up[at] != up[j]:
                    at += 1
                top[found] = at
                found += 1
    return top


@rebuild_kernel
def fill_ticks(
    duration_ms: NDArray[np.int32],
    length_m: NDArray[np.float64],
    forward_arc: NDArray[np.int32],
    backward_arc: NDArray[np.int32],
    arc_ticks: NDArray[np.uint32],
    ticks: NDArray[np.uint32],
) -> float:
    """Fill ticks by arc, and uint32[stretches, 2] by direction; `FAR` for a closed arc, and where there is none.

    Return the least ticks for a metre of all open arcs, less a thousandth for rounded figures; 0 when none is open.
    """
    for arc in range(duration_ms.size):
        closed = duration_ms[arc] == CLOSED_MS
        arc_ticks[arc] = FAR if closed else np.uint32(duration_ms[arc] * TICKS_PER_MS)
    least = np.inf
    for stretch in range(length_m.size):
        for side in range(2):
            arc = forward_arc[stretch] if side == 0 else backward_arc[stretch]
            own = arc_ticks[arc] if arc >= 0 else FAR
            ticks[stretch, side] = own
            if own < FAR:
                least = min(least, own / (length_m[stretch] + MILLIMETRE))
    return 0.0 if least == np.inf else least * 0.999


@rebuild_kernel
def load_weights(
    ticks: NDArray[np.uint32],
    step_arc: NDArray[np.int32],
    step_slot: NDArray[np.int64],
    step_climbs: NDArray[np.bool_],
    climb: NDArray[np.uint32],
    descend: NDArray[np.uint32],
    climb_by: NDArray[np.int32],
    descend_by: NDArray[np.int32],
) -> None:
    """Put the fastest arc of each direction on its edge; ``..._by`` remembers it as ~arc, so that it is negative."""
    climb[:] = FAR
    descend[:] = FAR
    for s in range(step_arc.size):
        slot, w = step_slot[s], ticks[step_arc[s]]
        if step_climbs[s]:
            if w < climb[slot]:
                climb[slot] = w
                climb_by[slot] = ~step_arc[s]
        elif w < descend[slot]:
            descend[slot] = w
            descend_by[slot] = ~step_arc[s]


@rebuild_kernel
def customize(
    first_up: NDArray[np.int64],
    up: NDArray[np.int32],
    tops: NDArray[np.int32],
    climb: NDArray[np.uint32],
    descend: NDArray[np.uint32],
    climb_by: NDArray[np.int32],
    descend_by: NDArray[np.int32],
) -> None:
    """Relax every lower triangle, bottom up; ``..._by`` remembers the node a shortcut passes.

    An empty ``tops`` means: find each upper edge by walking both sorted neighbour lists (slower, no memory).
    """
    climbs, descends, triangles = climb.ctypes.data, descend.ctypes.data, tops.ctypes.data
    climbs_by, descends_by = climb_by.ctypes.data, descend_by.ctypes.data
    listed, nth = tops.size > 0, 0
    for v in range(first_up.size - 1):
        end = first_up[v + 1]
        for i in range(first_up[v], end):
            to_a, from_a = wide(climb[i]), wide(descend[i])
            if listed and end - i > _MANY:
                for j in range(i + 1, end, LANES):
                    slots, row, count = triangles + NUMBER_BYTES * nth, NUMBER_BYTES * j, min(LANES, end - j)
                    lower_scattered(climbs, climbs_by, slots, climbs + row, from_a, v, count)
                    lower_scattered(descends, descends_by, slots, descends + row, to_a, v, count)
                    nth += count
                continue
            at = first_up[up[i]]
            for j in range(i + 1, end):
                if listed:
                    at = np.int64(tops[nth])
                    nth += 1
                else:
                    while up[at] != up[j]:
                        at += 1
                over = np.uint32(from_a + climb[j])
                if over < climb[at]:
                    climb[at] = over
                    climb_by[at] = v
                back = np.uint32(descend[j] + to_a)
                if back < descend[at]:
                    descend[at] = back
                    descend_by[at] = v
