"""Compiled parts of `geo.labels`: fill labels, tables and bounds after each re-weight."""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np
from numpy.typing import NDArray

from geo.compiled import query_kernel, rebuild_kernel, wide
from geo.hierarchy_kernels import FAR
from geo.row_instructions import BLOCK, LANES, NUMBER_BYTES, copy_lines, lower_block, lower_bounds

# Bounds are kept in 2048 ticks, 128 ms: half the bytes to wait for. What takes more than 2.3 hours counts as just that.
BOUND_SHIFT = 11
BOUND_MAX = np.uint16(65_535)

# Rows of more bytes than this altogether are written past the caches: nothing would be left of them there anyway.
KEPT_BYTES_MAX = 256_000_000


@rebuild_kernel
def ancestor_maxima(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return int32[levels, n]: row k holds the highest parent among 2**k nodes from each node on.

    In post-order the lowest common ancestor of u < v, if it is not v, is the highest parent of the nodes u..v-1
    (Bender, Farach-Colton, *The LCA Problem Revisited*, 2000, gives the range query).
    """
    n = parent.size
    levels = 1
    while (1 << levels) <= n:
        levels += 1
    highest = np.empty((levels, n), np.int32)
    for v in range(n):
        highest[0, v] = parent[v] if v < n - 1 else n - 1
    for level in range(1, levels):
        half = 1 << (level - 1)
        for v in range(n):
            other = highest[level - 1, v + half] if v + half < n else n - 1
            highest[level, v] = max(highest[level - 1, v], other)
    return highest


@query_kernel
def common_ancestor(u: int, v: int, subtree: NDArray[np.int32], highest: NDArray[np.int32], n: int) -> int:
    """Return the lowest common ancestor; ``highest`` is `ancestor_maxima`, flat."""
    if u > v:
        u, v = v, u
    if subtree[v] <= u:
        return v
    length = v - u
    level = 0
    while (2 << level) <= length:
        level += 1
    ancestor: int = max(highest[level * n + u], highest[level * n + v - (1 << level)])
    return ancestor


@rebuild_kernel
def fill_labels(
    first_up: NDArray[np.int64],
    up: NDArray[np.int32],
    climb: NDArray[np.uint32],
    descend: NDArray[np.uint32],
    depth: NDArray[np.int32],
    first_label: NDArray[np.int64],
    forward: NDArray[np.uint32],
    backward: NDArray[np.uint32],
    first_region: NDArray[np.int32],
    setting_off: NDArray[np.int32],
    first_bound: NDArray[np.int64],
    above: NDArray[np.int32],
    bound: NDArray[np.uint16],
) -> None:
    """Fill each node's times to (forward) and from (backward) all its ancestors, root first, itself last: top down.

    In post-order read backwards a node comes after its ancestors, with nothing but its own branch between: so the rows
    of the way to the root, one for each depth, are all that is read, and they stay in the cache. On the way the bounds
    of the regions ``setting_off[first_region[v]:...]``, in which a unit may set off at v, are lowered to its label.
    """
    bound[:] = BOUND_MAX
    deepest = wide(depth.max())
    rows = way_to_root(2 * (deepest + 1) + 2, deepest + 1)
    row_bytes, every = NUMBER_BYTES * rows.shape[1], (deepest + 1) * NUMBER_BYTES * rows.shape[1]
    bounds, past_caches = bound.ctypes.data, forward.nbytes > KEPT_BYTES_MAX
    # The node itself is a row with nothing but a zero, read from so far before it that the zero comes at its place.
    rows[2 * (deepest + 1) + 1, 0] = 0
    ways, ticks, last = _no_ways(deepest)
    for v in range(first_up.size - 2, -1, -1):
        if first_label[v + 1] == first_label[v]:
            continue
        length, begin, end, label = wide(depth[v]), first_up[v], first_up[v + 1], NUMBER_BYTES * first_label[v]
        to = wide(rows.ctypes.data)  # asked for in the loop: an array is freed after its last use by name
        zero = to + 2 * every + row_bytes
        for side in range(2):
            weight, labels, root = (climb, forward, to) if side == 0 else (descend, backward, to + every)
            count = _list_ways(begin, end, up, weight, depth, root, row_bytes, ways, ticks, last)
            into, out = root + row_bytes * length, labels.ctypes.data + label
            for at in range(0, length + 1, BLOCK):
                while count > 0 and last[count - 1] < at:
                    count -= 1  # the row of so high an ancestor ends before
                if at + BLOCK > length:
                    ways[count], ticks[count] = zero - NUMBER_BYTES * length, 0
                    count += 1
                lower_block(ways.ctypes.data, ticks.ctypes.data, count, NUMBER_BYTES * at, into)
            copy_lines(into, out, length + 1, past_caches)
        for nth in range(first_region[v], first_region[v + 1]):
            first_of = first_bound[setting_off[nth]]
            shared = min(wide(above[setting_off[nth]]), length + 1)
            lower_bounds(to + row_bytes * length, bounds + 2 * first_of, shared, BOUND_SHIFT)


@query_kernel
def _no_ways(deepest: int) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64]]:
    """Return room for what `_list_ways` lists of one node, and for one row more."""
    return np.empty(deepest + 2, np.int64), np.empty(deepest + 2, np.uint32), np.empty(deepest + 2, np.int64)


@query_kernel
def _list_ways(
    begin: int,
    end: int,
    up: NDArray[np.int32],
    weight: NDArray[np.uint32],
    depth: NDArray[np.int32],
    root: int,
    row_bytes: int,
    ways: NDArray[np.int64],
    ticks: NDArray[np.uint32],
    last: NDArray[np.int64],
) -> int:
    """List the rows of the upper neighbours that a way leads to, lowest first; return how many.

    ``ways`` are their addresses, ``ticks`` the way to each, ``last`` the number where each ends.
    """
    count = 0
    for e in range(begin, end):
        if weight[e] < FAR:
            above = wide(depth[up[e]])
            ways[count], ticks[count], last[count] = root + row_bytes * above, weight[e], above
            count += 1
    return count


@query_kernel
def way_to_root(depths: int, length: int) -> NDArray[np.uint32]:
    """Return a row for each depth, `FAR` as far as blocks and vectors are read, each from a cache line on."""
    columns = (length + BLOCK - 1) // BLOCK * BLOCK
    raw = np.full(depths * columns + 2 * LANES, FAR, np.uint32)
    first = (-raw.ctypes.data & (NUMBER_BYTES * LANES - 1)) // NUMBER_BYTES
    return raw[first : first + depths * columns].reshape(depths, columns)


@query_kernel
def climb_out(
    v: int,
    first_up: NDArray[np.int64],
    up: NDArray[np.int32],
    weight: NDArray[np.uint32],
    depth: NDArray[np.int32],
    first_label: NDArray[np.int64],
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint32]]:
    """Climb from a node without a label to those that own one.

    Returns the ticks to the node and its ancestors without a label, lowest first; then the nodes with a label that
    such a climb reaches (one may come several times) and the ticks to each.
    """
    steps, room = 0, 0
    p = v
    while first_label[p + 1] == first_label[p]:
        steps += 1
        room += first_up[p + 1] - first_up[p]
        if first_up[p + 1] == first_up[p]:
            break
        p = wide(up[first_up[p]])
    inside = np.full(steps, FAR, np.uint32)
    nodes, ticks = np.empty(room, np.int64), np.empty(room, np.uint32)
    inside[0] = 0
    count = 0
    p = v
    for step in range(steps):
        for e in range(first_up[p], first_up[p + 1]):
            u = wide(up[e])
            to = min(FAR, np.uint32(inside[step] + weight[e]))
            if first_label[u + 1] == first_label[u]:
                below = depth[v] - depth[u]
                inside[below] = min(inside[below], to)
            elif to < FAR:
                nodes[count], ticks[count] = u, to
                count += 1
        if step + 1 < steps:
            p = wide(up[first_up[p]])
    return inside, nodes[:count], ticks[:count]


@query_kernel
def climbed_label(
    v: int,
    first_up: NDArray[np.int64],
    up: NDArray[np.int32],
    weight: NDArray[np.uint32],
    depth: NDArray[np.int32],
    first_label: NDArray[np.int64],
    labels: NDArray[np.uint32],
) -> NDArray[np.uint32]:
    """Return the label of a node that owns none, from the labels above it."""
    inside, nodes, ticks = climb_out(v, first_up, up, weight, depth, first_label)
    label = np.full(depth[v] + 1, FAR, np.uint32)
    for step in range(inside.size):
        label[depth[v] - step] = inside[step]
    for nth in range(nodes.size):
        u = nodes[nth]
        first = first_label[u]
        for i in range(depth[u] + 1):
            label[i] = min(label[i], np.uint32(labels[first + i] + ticks[nth]))
    return label


@query_kernel
def least_sum(to: NDArray[np.uint32], since: NDArray[np.uint32], length: int) -> np.uint32:
    """Return the least sum of the first entries of two labels; more than `FAR` means that there is none."""
    best = np.uint32(4_000_000_000)
    for i in range(length):
        best = min(best, np.uint32(to[i] + since[i]))
    return best


@query_kernel
def coarse(label: NDArray[np.uint32], length: int, into: NDArray[np.uint16]) -> None:
    """Round a label down to the unit of the regions' bounds."""
    for i in range(length):
        into[i] = np.uint16(min(np.uint32(BOUND_MAX), np.uint32(label[i] >> np.uint32(BOUND_SHIFT))))


@query_kernel
def least_of(label: NDArray[np.uint32], length: int) -> np.uint32:
    """Return the least of the first entries of a label."""
    least = np.uint32(4_000_000_000)
    for i in range(length):
        least = min(least, label[i])
    return least


@rebuild_kernel
def fill_table(
    first_up: NDArray[np.int64],
    up: NDArray[np.int32],
    climb: NDArray[np.uint32],
    parent: NDArray[np.int32],
    depth: NDArray[np.int32],
    first_label: NDArray[np.int64],
    backward: NDArray[np.uint32],
    first_seed: NDArray[np.int64],
    seed_node: NDArray[np.int32],
    seed_ticks: NDArray[np.uint32],
    row_of: NDArray[np.int32],
    table: NDArray[np.uint32],
) -> None:
    """Fill ``table[row_of[v], c]``, the time from node v to place c, by one sweep from the root down.

    Nodes without a label have no row; those above a place have. On the tree paths above a place its backward label
    says the time; everywhere else a fastest way first climbs. `fill_labels` says why rows of one way are enough.
    """
    above = _fill_above(parent, depth, first_label, backward, first_seed, seed_node, seed_ticks, row_of, table)
    deepest, columns = wide(depth.max()), table.shape[1]
    rows = way_to_root(deepest + 1, columns)
    row_bytes, past_caches = NUMBER_BYTES * rows.shape[1], table.nbytes > KEPT_BYTES_MAX
    ways, ticks, last = _no_ways(deepest)
    for v in range(row_of.size - 1, -1, -1):
        if row_of[v] < 0:
            continue
        to = wide(rows.ctypes.data)  # asked for in the loop: an array is freed after its last use by name
        count = _list_ways(first_up[v], first_up[v + 1], up, climb, depth, to, row_bytes, ways, ticks, last)
        into, out = to + row_bytes * depth[v], table.ctypes.data + NUMBER_BYTES * columns * row_of[v]
        if above[v]:
            ways[count], ticks[count] = out, 0
            count += 1
        for at in range(0, columns, BLOCK):
            lower_block(ways.ctypes.data, ticks.ctypes.data, count, NUMBER_BYTES * at, into)
        copy_lines(into, out, columns, past_caches)


@query_kernel
def _fill_above(
    parent: NDArray[np.int32],
    depth: NDArray[np.int32],
    first_label: NDArray[np.int64],
    backward: NDArray[np.uint32],
    first_seed: NDArray[np.int64],
    seed_node: NDArray[np.int32],
    seed_ticks: NDArray[np.uint32],
    row_of: NDArray[np.int32],
    table: NDArray[np.uint32],
) -> NDArray[np.bool_]:
    """Fill the rows of all nodes above a place from its own label; tell which nodes those are."""
    above = np.zeros(row_of.size, np.bool_)
    for c in range(first_seed.size - 1):
        for s in range(first_seed[c], first_seed[c + 1]):
            v = seed_node[s]
            label = first_label[v]
            while v >= 0:
                if not above[v]:
                    above[v] = True
                    table[row_of[v]] = FAR
                table[row_of[v], c] = min(table[row_of[v], c], np.uint32(backward[label + depth[v]] + seed_ticks[s]))
                v = parent[v]
    return above


@rebuild_kernel
def fill_bounds(
    first_bound: NDArray[np.int64],
    above: NDArray[np.int32],
    first_region: NDArray[np.int32],
    setting_off: NDArray[np.int32],
    region_parent: NDArray[np.int32],
    first_up: NDArray[np.int64],
    up: NDArray[np.int32],
    climb: NDArray[np.uint32],
    first_label: NDArray[np.int64],
    depth: NDArray[np.int32],
    forward: NDArray[np.uint32],
    bound: NDArray[np.uint16],
) -> None:
    """Lower each region's bounds to the nodes without a label, and to the regions below it.

    Then they are its least times to each ancestor above it, over all nodes where a unit in it may set off, in
    2**`BOUND_SHIFT` ticks, rounded down, at most `BOUND_MAX`: never more than the true time. ``setting_off`` as in
    `fill_labels`; regions are numbered so that a parent comes before its children.
    """
    for v in range(first_label.size - 1):
        if first_label[v + 1] > first_label[v] or first_region[v + 1] == first_region[v]:
            continue
        label = climbed_label(v, first_up, up, climb, depth, first_label, forward)
        for nth in range(first_region[v], first_region[v + 1]):
            own = _bounds_of(setting_off[nth], first_bound, above, bound)
            for i in range(min(own.size, label.size)):
                own[i] = min(np.uint32(own[i]), label[i] >> np.uint32(BOUND_SHIFT))
    for region in range(first_bound.size - 1, 0, -1):
        own = _bounds_of(region, first_bound, above, bound)
        theirs = _bounds_of(region_parent[region], first_bound, above, bound)
        for i in range(theirs.size):
            theirs[i] = min(theirs[i], own[i])


@query_kernel
def _bounds_of(
    region: int, first_bound: NDArray[np.int64], above: NDArray[np.int32], bound: NDArray[np.uint16]
) -> NDArray[np.uint16]:
    """Return the bounds of a region, one for each ancestor above it."""
    return bound[first_bound[region] : first_bound[region] + above[region]]
