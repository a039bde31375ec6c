"""Compiled parts of `geo.hierarchy`. Nodes are numbered by their rank; sums of two weights fit uint32 (`FAR`)."""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np
from numpy.typing import NDArray

from geo.compiled import query_kernel, rebuild_kernel, wide
from geo.row_instructions import LANES, NUMBER_BYTES, lower_run, lower_scattered

# "No road leads there", in ticks. Two of them still fit 32 bits, so a sum needs a clamp and never overflows.
FAR = np.uint32(2_000_000_000)
NOBODY = -1

# Ticks are sixteenths of a millisecond: a position in the middle of a road is rounded to them, a junction is exact.
TICKS_PER_MS = 16

# As the duration of an arc: nobody may drive it.
CLOSED_MS = int(np.iinfo(np.int32).max)

# Fewer triangles than this are not worth an instruction on whole vectors.
_MANY = 4


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
def chains_below(first_up: NDArray[np.int64], parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return, for each node, its child with the same upper neighbours but for the node itself, -1 for none.

    Such chains ("supernodes" of sparse elimination) hold nearly all triangles: their rows end with the same nodes.
    """
    below = np.full(parent.size, NOBODY, np.int32)
    for v in range(parent.size - 1):
        p = parent[v]
        if first_up[v + 1] - first_up[v] == first_up[p + 1] - first_up[p] + 1:
            below[p] = v
    return below


@rebuild_kernel
def triangle_tops(
    first_up: NDArray[np.int64], up: NDArray[np.int32], parent: NDArray[np.int32], below: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return where in ``up`` the upper edge (a, b) lies of each lower triangle v < a < b whose v is a chain's top."""
    count = 0
    for v in range(parent.size):
        if not inside_chain(v, parent, below):
            degree = first_up[v + 1] - first_up[v]
            count += degree * (degree - 1) // 2
    top = np.empty(count, np.int32)
    found = 0
    for v in range(parent.size):
        if inside_chain(v, parent, below):
            continue
        for i in range(first_up[v], first_up[v + 1]):
            at = first_up[up[i]]
            for j in range(i + 1, first_up[v + 1]):
                while up[at] != up[j]:
                    at += 1
                top[found] = at
                found += 1
    return top


@query_kernel
def inside_chain(v: int, parent: NDArray[np.int32], below: NDArray[np.int32]) -> bool:
    """Tell whether a node is in the chain of its parent."""
    return bool(parent[v] >= 0 and below[parent[v]] == v)


@rebuild_kernel
def fill_ticks(
    duration_ms: NDArray[np.int32],
    forward_arc: NDArray[np.int32],
    backward_arc: NDArray[np.int32],
    arc_ticks: NDArray[np.uint32],
    ticks: NDArray[np.uint32],
) -> None:
    """Fill ticks by arc, and uint32[stretches, 2] by direction; `FAR` for a closed arc, and where there is none."""
    for arc in range(duration_ms.size):
        closed = duration_ms[arc] == CLOSED_MS
        arc_ticks[arc] = FAR if closed else np.uint32(duration_ms[arc] * TICKS_PER_MS)
    for stretch in range(forward_arc.size):
        for side in range(2):
            arc = forward_arc[stretch] if side == 0 else backward_arc[stretch]
            ticks[stretch, side] = arc_ticks[arc] if arc >= 0 else FAR


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
    parent: NDArray[np.int32],
    below: NDArray[np.int32],
    tops: NDArray[np.int32],
    climb: NDArray[np.uint32],
    descend: NDArray[np.uint32],
    climb_by: NDArray[np.int32],
    descend_by: NDArray[np.int32],
) -> None:
    """Relax every lower triangle, bottom up, chain by chain; ``..._by`` remembers the node a shortcut passes.

    The rows of a chain end with the same upper neighbours. So it lowers their edges once, by the least over its nodes,
    where node by node the same edges would be looked up again and again.
    """
    values, by = (climb.ctypes.data, descend.ctypes.data), (climb_by.ctypes.data, descend_by.ctypes.data)
    most = 1 + longest_row(first_up)
    chain, begin = np.empty(most, np.int32), np.empty(most, np.int64)
    rows, added = np.empty((2, most), np.int64), np.empty((2, most), np.uint32)
    nth = wide(0)
    for top in range(parent.size):
        if inside_chain(top, parent, below):
            continue
        length, v = 0, wide(top)
        while v >= 0:
            chain[length], begin[length] = v, first_up[v] + length  # where the common neighbours of its row begin
            for side in range(2):
                rows[side, length] = values[side] + NUMBER_BYTES * begin[length]
            length, v = length + 1, wide(below[v])
        common = first_up[top + 1] - first_up[top]
        for m in range(length - 2, -1, -1):
            _lower_within(m, chain, begin, length, common, climb, descend, rows, added, values, by)
        for i in range(common - 1):
            count = common - 1 - i
            if length == 1 and count < _MANY:
                _relax_few(top, first_up[top] + i, count, tops, nth, climb, descend, climb_by, descend_by)
            else:
                slots = tops.ctypes.data + NUMBER_BYTES * nth
                _list_sides(begin, 0, length, i, climb, descend, added)
                _lower_above(i, count, slots, chain, length, rows, added, values, by)
            nth += count


@query_kernel
def longest_row(first_up: NDArray[np.int64]) -> int:
    """Return the most upper neighbours of a node."""
    most = wide(0)
    for v in range(first_up.size - 1):
        most = max(most, wide(first_up[v + 1] - first_up[v]))
    return most


@query_kernel
def _list_sides(
    begin: NDArray[np.int64],
    first: int,
    end: int,
    column: int,
    climb: NDArray[np.uint32],
    descend: NDArray[np.uint32],
    added: NDArray[np.uint32],
) -> None:
    """List the first sides of triangles over the nodes first..end of a chain: the edges to one upper neighbour."""
    for m in range(first, end):
        added[0, m], added[1, m] = descend[begin[m] + column], climb[begin[m] + column]


@query_kernel
def _lower_within(
    m: int,
    chain: NDArray[np.int32],
    begin: NDArray[np.int64],
    length: int,
    common: int,
    climb: NDArray[np.uint32],
    descend: NDArray[np.uint32],
    rows: NDArray[np.int64],
    added: NDArray[np.uint32],
    values: tuple[int, int],
    by: tuple[int, int],
) -> None:
    """Lower the row of a chain's node by those below it: all rows end alike, so the numbers lie side by side."""
    _list_sides(begin, m + 1, length, -m - 1, climb, descend, added)
    first = NUMBER_BYTES * (begin[m] - m)
    for side in range(2):
        ways, sides, nodes = (
            rows[side, m + 1 :].ctypes.data,
            added[side, m + 1 :].ctypes.data,
            chain[m + 1 :].ctypes.data,
        )
        for j in range(0, common + m, LANES):
            at, count = first + NUMBER_BYTES * j, min(LANES, common + m - j)
            lower_run(
                values[side] + at, by[side] + at, ways, NUMBER_BYTES * (j - m), sides, nodes, length - m - 1, count
            )


@query_kernel
def _lower_above(
    i: int,
    count: int,
    slots: int,
    chain: NDArray[np.int32],
    length: int,
    rows: NDArray[np.int64],
    added: NDArray[np.uint32],
    values: tuple[int, int],
    by: tuple[int, int],
) -> None:
    """Lower the edges from a chain's i-th common neighbour to those above it, by all nodes of the chain."""
    nodes = chain.ctypes.data
    for side in range(2):
        ways, sides = rows[side].ctypes.data, added[side].ctypes.data
        for j in range(0, count, LANES):
            at, lanes = NUMBER_BYTES * (i + 1 + j), min(LANES, count - j)
            lower_scattered(values[side], by[side], slots + NUMBER_BYTES * j, ways, at, sides, nodes, length, lanes)


@query_kernel
def _relax_few(
    v: int,
    edge: int,
    count: int,
    tops: NDArray[np.int32],
    nth: int,
    climb: NDArray[np.uint32],
    descend: NDArray[np.uint32],
    climb_by: NDArray[np.int32],
    descend_by: NDArray[np.int32],
) -> None:
    """Relax the few triangles over a node's edge one by one."""
    for j in range(count):
        at, other = tops[nth + j], edge + 1 + j
        over = np.uint32(descend[edge] + climb[other])
        if over < climb[at]:
            climb[at], climb_by[at] = over, v
        back = np.uint32(climb[edge] + descend[other])
        if back < descend[at]:
            descend[at], descend_by[at] = back, v
