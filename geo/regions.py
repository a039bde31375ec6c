"""Cut the elimination tree into regions, so that `nearest` can leave out whole parts of the city by one bound each.

Each region knows (after every re-weight) the least time from any road in it, and in the regions below it, to each
ancestor above it. That gives an exact lower bound for all its units at once, by roads and not by straight line.
After Buchhold, Wagner, *Nearest-Neighbor Queries in Customizable Contraction Hierarchies*, SEA 2021.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.compiled import rebuild_kernel
from geo.hierarchy import Hierarchy
from geo.road_ends import RoadEnds
from geo.roads import NO_ARC

# A subtree of at most this many nodes is one region: with 10,000 units in a large city that is a handful of units.
REGION_NODES_MAX = 48

# So many bounds of 16 bits fill a cache line.
BOUNDS_IN_LINE = 32


@dataclass(frozen=True, slots=True)
class Regions:
    """Regions in the order of a walk level by level: those right below one lie side by side, and so do their bounds.

    ``of_node`` int32[n]; ``top`` int32[r]: the highest node of each; ``parent`` int32[r] (-1 for the root);
    ``first_child`` int32[r + 1]: the regions right below one begin there. ``first_region`` int32[n + 1] and
    ``setting_off``: the regions of which a unit may set off at each node. ``above`` int32[r]: the ancestors above
    ``top``. A region has a bound for each of them from ``first_bound`` int64[r] on, ``bounds`` are there in all.
    Those of the regions right below one are ``stride`` int32[r] numbers apart, whole cache lines.
    """

    of_node: NDArray[np.int32]
    top: NDArray[np.int32]
    parent: NDArray[np.int32]
    first_child: NDArray[np.int32]
    first_region: NDArray[np.int32]
    setting_off: NDArray[np.int32]
    above: NDArray[np.int32]
    first_bound: NDArray[np.int64]
    stride: NDArray[np.int32]
    bounds: int


def cut_regions(hierarchy: Hierarchy, ends: RoadEnds, nodes_max: int = REGION_NODES_MAX) -> Regions:
    """Cut a city's tree; ``ends`` is numbered in nodes."""
    of_node, top, parent = _cut(hierarchy.parent, hierarchy.subtree, nodes_max)
    count = len(top)
    by_parent = np.argsort(parent, kind="stable").astype(np.int32)
    order = _level_by_level(np.searchsorted(parent[by_parent], np.arange(count + 1)).astype(np.int32), by_parent)
    number = np.empty(count, np.int32)
    number[order] = np.arange(count, dtype=np.int32)
    of_node, top = number[of_node], top[order]
    parent = np.append(np.int32(-1), number[parent[order[1:]]])
    departs = ends.departures
    lowest = lowest_departure(departs)
    region = np.concatenate([of_node[ends.junction_state], of_node[lowest], of_node[lowest]]).astype(np.int64)
    node = np.concatenate([ends.junction_state, departs[:, 0], departs[:, 1]]).astype(np.int64)
    pair = np.sort((node * count + region)[node != NO_ARC])
    pair = pair[np.append(True, pair[1:] != pair[:-1])[: len(pair)]]
    above = hierarchy.depth[top].astype(np.int32)
    first_child = np.searchsorted(parent, np.arange(count + 1)).astype(np.int32)
    first_bound, stride, bounds = _lay_bounds(above, parent, first_child)
    return Regions(
        of_node=of_node,
        top=top,
        parent=parent,
        first_child=first_child,
        first_region=np.searchsorted(pair, np.arange(len(of_node) + 1, dtype=np.int64) * count).astype(np.int32),
        setting_off=(pair % count).astype(np.int32),
        above=above,
        first_bound=first_bound,
        stride=stride,
        bounds=bounds,
    )


def _lay_bounds(
    above: NDArray[np.int32], parent: NDArray[np.int32], first_child: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], int]:
    """Return where the bounds of each region begin, how far apart those below it are, and how many there are."""
    count = len(above)
    longest = np.zeros(count, np.int64)
    np.maximum.at(longest, parent[1:], above[1:])
    stride = -(-longest // BOUNDS_IN_LINE) * BOUNDS_IN_LINE
    below = np.concatenate([[0], np.cumsum(stride * np.diff(first_child))])
    nth = np.arange(1, count) - first_child[parent[1:]]
    first = np.append(
        np.int64(0), below[parent[1:]] + nth * stride[parent[1:]]
    )  # the first region has no ancestor above
    return first.astype(np.int64), stride.astype(np.int32), int(below[-1])


def region_rows(regions: Regions) -> NDArray[np.int32]:
    """Return what a search reads of each region side by side, int32[r, 8].

    Ancestors above it, parent, first region below and the one after the last; as one int64, where the bounds of those
    below begin; how far apart these are.
    """
    row = np.zeros((len(regions.top), 8), np.int32)
    row[:, 0] = regions.above
    row[:, 1] = regions.parent
    row[:, 2] = regions.first_child[:-1]
    row[:, 3] = regions.first_child[1:]
    has_below = row[:, 3] > row[:, 2]
    row[has_below, 4:6] = regions.first_bound[row[has_below, 2]].view(np.int32).reshape(-1, 2)
    row[:, 6] = regions.stride
    return row


def lowest_departure(departures: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the lower of each stretch's one or two departures: all others lie above it."""
    lowest: NDArray[np.int32] = np.where(departures == NO_ARC, np.iinfo(np.int32).max, departures).min(axis=1)
    return lowest


@rebuild_kernel
def _cut(
    parent: NDArray[np.int32], subtree: NDArray[np.int32], nodes_max: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return region of each node, top node and parent of each region. A chain of large nodes is one region."""
    n = parent.size
    large_children = np.zeros(n, np.int32)
    for v in range(n - 1):
        if v - subtree[v] + 1 > nodes_max:
            large_children[parent[v]] += 1
    of_node = np.zeros(n, np.int32)
    top, above = np.empty(n, np.int32), np.empty(n, np.int32)
    top[0], above[0] = n - 1, -1
    count = 1
    for v in range(n - 2, -1, -1):
        p = parent[v]
        inside = p - subtree[p] + 1 <= nodes_max
        continues = v - subtree[v] + 1 > nodes_max and large_children[p] == 1
        if inside or continues:
            of_node[v] = of_node[p]
            continue
        of_node[v] = count
        top[count], above[count] = v, of_node[p]
        count += 1
    return of_node, top[:count].copy(), above[:count].copy()


@rebuild_kernel
def _level_by_level(first_child: NDArray[np.int32], child: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the regions so that all children of one follow each other, and every parent comes first."""
    order = np.zeros(child.size, np.int32)
    placed = 1
    for nth in range(child.size):
        for c in range(first_child[order[nth]], first_child[order[nth] + 1]):
            order[placed] = child[c]
            placed += 1
    return order
