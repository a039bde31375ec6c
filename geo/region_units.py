"""The units that reach a region first, out of a fleet that is much too large to be timed to every position.

The k first units of each position are candidates. Whoever is none of them is at no position earlier than the last one
listed there, which bounds his expected time from below: the threshold algorithm of Fagin, Lotem, Naor, *Optimal
Aggregation Algorithms for Middleware*, PODS 2001. Where the bound does not settle it all are timed, as in any small
fleet.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from geo.hierarchy import TICKS_PER_MS
from geo.hierarchy_kernels import FAR
from geo.uncertain import Outlook, Sums, outlooks_of

# A fleet of this size is timed to every position at once: that takes less than listing.
_ALL_AT_ONCE = 1_000

# How many times as many units as wanted are listed at each position of a larger one.
_LISTED = 4

_TICKS_PER_S = 1000.0 * TICKS_PER_MS

# The id of each unit and its seconds, None where no road leads; nearest first.
Listed = Sequence[tuple[str, float | None]]


def first_over_region(
    positions: int,
    units: Sequence[str],
    listed: Callable[[int, int], Listed],
    times: Callable[[Sequence[str]], NDArray[np.uint32]],
    k: int,
) -> tuple[tuple[Outlook, ...], tuple[str | None, ...]]:
    """Return the ``k`` units with the best times over all positions, and who is the first at each, None for nobody.

    ``units`` are all that count, sorted; ``listed(position, count)`` returns the first of them there by road, and
    ``times(ids)`` ticks as uint32[ids, positions], which may be more than the road's but never less.
    """
    if not k:
        return (), (None,) * positions
    if len(units) > _ALL_AT_ONCE:
        rows = [listed(position, _LISTED * k) for position in range(positions)]
        candidates = sorted({unit_id for row in rows for unit_id, _ in row})
        ticks = times(candidates)
        outlooks, reachable, firsts = _summed(candidates, ticks, k)
        latest_s = _latest(rows, _LISTED * k)
        first_here = bool((ticks.min(axis=0)[reachable] / _TICKS_PER_S <= latest_s[reachable]).all())
        if first_here and len(outlooks) == k and _settled(outlooks[-1], latest_s[reachable], positions):
            return outlooks, firsts
    outlooks, _, firsts = _summed(units, times(units), k)
    return outlooks, firsts


def set_off(ticks: NDArray[np.uint32], delays_s: Sequence[float]) -> NDArray[np.uint32]:
    """Return uint32[units, positions] ticks that begin some seconds later; no way stays no way."""
    later = ticks.astype(np.int64) + np.rint(np.array(delays_s) * _TICKS_PER_S).astype(np.int64)[:, None]
    return np.where(ticks < FAR, np.minimum(later, FAR - 1), FAR).astype(np.uint32)


def _latest(rows: Sequence[Listed], asked: int) -> NDArray[np.float64]:
    """Return, for each position, before how many seconds by road nobody is who was not listed there."""
    return np.array([math.inf if len(row) < asked or row[-1][1] is None else row[-1][1] for row in rows])


def _settled(last: Outlook, latest_s: NDArray[np.float64], positions: int) -> bool:
    """Tell whether nobody who was not listed can come before the last one kept, who reaches each of them."""
    everywhere = round(last.reached_share * positions) == len(latest_s)
    return everywhere and last.expected_s is not None and last.expected_s <= float(latest_s.mean())


def _summed(
    ids: Sequence[str], ticks: NDArray[np.uint32], k: int
) -> tuple[tuple[Outlook, ...], NDArray[np.bool_], tuple[str | None, ...]]:
    """Return the best of these units, which positions any of them reaches, and who is the first at each."""
    way = ticks < FAR
    longest = np.where(way, ticks, 0).astype(np.int64)
    reachable: NDArray[np.bool_] = np.asarray(way.any(axis=0))
    first_at = ticks.argmin(axis=0)
    first = np.bincount(first_at[reachable], minlength=len(ids))
    sums = Sums(longest.sum(axis=1), longest.max(axis=1), way.sum(axis=1), first)
    firsts = tuple(ids[at] if any_way else None for at, any_way in zip(first_at, reachable, strict=True))
    return outlooks_of(ids, sums, ticks.shape[1], k), reachable, firsts
