"""Compiled parts of `geo.labels`: fill labels, tables and bounds after each re-weight."""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import numpy as np
from numpy.typing import NDArray

from geo.compiled import query_kernel, rebuild_kernel, wide
from geo.hierarchy_kernels import FAR

# Bounds are kept in 2048 ticks, 128 ms: half the bytes to wait for. What takes more than 2.3 hours counts as just that.
BOUND_SHIFT = 11
BOUND_MAX = np.uint16(65_535)


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
) -> None:
    """Fill each node's times to (forward) and from (backward) all its ancestors, root first, itself last: top down."""
    for v in range(first_up.size - 2, -1, -1):
        begin, length = first_label[v], depth[v]
        if first_label[v + 1] == begin:
            continue
        own_to, own_from = forward[begin : begin + length], backward[begin : begin + length]
        own_to[:] = FAR
        own_from[:] = FAR
        forward[begin + length] = 0
        backward[begin + length] = 0
        for e in range(first_up[v], first_up[v + 1]):
            u = up[e]
            there, back = climb[e], descend[e]
            shared = depth[u] + 1
            u_to = forward[first_label[u] : first_label[u] + shared]
            u_from = backward[first_label[u] : first_label[u] + shared]
            for i in range(shared):
                own_to[i] = min(own_to[i], np.uint32(there + u_to[i]))
                own_from[i] = min(own_from[i], np.uint32(back + u_from[i]))


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
        own = labels[first_label[u] : first_label[u + 1]]
        for i in range(own.size):
            label[i] = min(label[i], np.uint32(own[i] + ticks[nth]))
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
    says the time; everywhere else a fastest way first climbs.
    """
    table[:] = FAR
    for c in range(first_seed.size - 1):
        for s in range(first_seed[c], first_seed[c + 1]):
            v = seed_node[s]
            label = first_label[v]
            while v >= 0:
                table[row_of[v], c] = min(table[row_of[v], c], np.uint32(backward[label + depth[v]] + seed_ticks[s]))
                v = parent[v]
    for v in range(row_of.size - 1, -1, -1):
        if row_of[v] < 0:
            continue
        row = table[row_of[v]]
        for e in range(first_up[v], first_up[v + 1]):
            above, there = table[row_of[up[e]]], climb[e]
            for c in range(row.size):
                row[c] = min(row[c], np.uint32(there + above[c]))


@rebuild_kernel
def fill_bounds(
    first_bound: NDArray[np.int64],
    first_member: NDArray[np.int32],
    member: NDArray[np.int32],
    region_parent: NDArray[np.int32],
    first_up: NDArray[np.int64],
    up: NDArray[np.int32],
    climb: NDArray[np.uint32],
    first_label: NDArray[np.int64],
    depth: NDArray[np.int32],
    forward: NDArray[np.uint32],
    bound: NDArray[np.uint16],
) -> None:
    """Fill each region's least time to each ancestor above it, over all nodes where a unit in it may set off.

    In 2**`BOUND_SHIFT` ticks, rounded down, at most `BOUND_MAX`: never more than the true time. ``member`` holds those
    nodes by region; regions are numbered so that a parent comes before its children.
    """
    bound[:] = BOUND_MAX
    for region in range(first_bound.size - 2, -1, -1):
        begin = first_bound[region]
        own = bound[begin : first_bound[region + 1]]
        for m in range(first_member[region], first_member[region + 1]):
            v = wide(member[m])
            label = forward[first_label[v] : first_label[v + 1]]
            if label.size == 0:
                label = climbed_label(v, first_up, up, climb, depth, first_label, forward)
            for i in range(min(own.size, label.size)):
                own[i] = min(np.uint32(own[i]), label[i] >> np.uint32(BOUND_SHIFT))
        above = region_parent[region]
        if above >= 0:
            theirs = bound[first_bound[above] : first_bound[above + 1]]
            for i in range(theirs.size):
                theirs[i] = min(theirs[i], own[i])
