"""The plain reference search: slow, obvious, and the judge of every faster one.

Dijkstra, *A Note on Two Problems in Connexion with Graphs*, Numerische Mathematik 1, 1959, with a binary heap. It knows
nothing of arrays, snapping or positions: junctions, arcs, whole milliseconds, forbidden turns.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from heapq import heappop, heappush
from typing import NamedTuple

# What stands before the source in a journey: no junction, so no turn out of it is forbidden.
START = -1


class Arc(NamedTuple):
    """One arc as the exported list has it."""

    tail: int
    head: int
    duration_ms: int


def travel_times_ms(
    arcs: Iterable[Arc], source: int, forbidden: Collection[tuple[int, int, int]] = ()
) -> dict[int, int]:
    """Return the least milliseconds from ``source`` to every junction that can be reached.

    ``forbidden`` holds junctions (from, via, to): after driving from -> via one may not drive via -> to. A journey may
    begin with any arc that leaves the source.
    """
    leaving: defaultdict[int, list[Arc]] = defaultdict(list)
    for arc in arcs:
        leaving[arc.tail].append(arc)
    banned = frozenset(forbidden)
    least_ms: dict[int, int] = {}
    settled: set[tuple[int, int]] = set()
    queue: list[tuple[int, int, int]] = [(0, source, START)]
    while queue:
        time_ms, junction, before = heappop(queue)
        if (before, junction) in settled:
            continue
        settled.add((before, junction))
        least_ms.setdefault(junction, time_ms)
        for arc in leaving[junction]:
            if (before, junction, arc.head) not in banned:
                heappush(queue, (time_ms + arc.duration_ms, arc.head, junction))
    return least_ms
