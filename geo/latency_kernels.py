"""Measure what no query can be faster than: a call into compiled code, and a read that misses every cache."""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import query_kernel, rebuild_kernel


@query_kernel
def do_nothing(ranking: int, lon: float, lat: float) -> int:  # noqa: ARG001 - the arguments of `rank_centers`, so that the call costs the same
    """Return at once."""
    return ranking


@rebuild_kernel
def chase(following: NDArray[np.int64], steps: int) -> int:
    """Follow a chain of indices, each known only when the one before has been read; return where it ends."""
    at = np.int64(0)
    for _ in range(steps):
        at = following[at]
    return int(at)
