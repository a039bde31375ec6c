"""Measure how fast a query could be on this machine at best."""

import resource
from time import perf_counter_ns

import numpy as np

from geo.latency_kernels import chase, do_nothing

# A chase over more memory than any cache holds costs what a first look at a row of labels costs.
_CHASES_MIB = (8, 256)
_STEPS = 200_000
_CALLS = 20_000

# What `rank` cannot avoid: the cell of the grid, the ends of the stretch, the row of the table.
MISSES_OF_RANK = 3
# What `nearest` cannot avoid: those, and a label for each of the ten answers.
MISSES_OF_NEAREST = 13


def latencies() -> dict[str, float | bool]:
    """Return what a call and a missed cache cost here, and the floors of `rank` and `nearest` that follow."""
    call_us = _call_us()
    missed = {mib: _miss_ns(mib) for mib in _CHASES_MIB}
    miss_us = missed[_CHASES_MIB[0]] / 1000.0
    return {
        "kernel_call_us": round(call_us, 3),
        **{f"cache_miss_ns_{mib}_mib": round(ns, 1) for mib, ns in missed.items()},
        "floor_rank_us": round(call_us + MISSES_OF_RANK * miss_us, 3),
        "floor_nearest_us": round(call_us + MISSES_OF_NEAREST * miss_us, 3),
    }


def resident_mb() -> float:
    """Return the most memory this process ever held, in megabytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, 1)


def _call_us() -> float:
    took = np.empty(_CALLS)
    for nth in range(_CALLS):
        began = perf_counter_ns()
        do_nothing(0, 0.0, 0.0, 0, 0, 0, 0)
        took[nth] = perf_counter_ns() - began
    return float(np.median(took)) / 1000.0


def _miss_ns(mib: int) -> float:
    """Chase a random cycle through so much memory."""
    size = mib * (1 << 20) // 8
    order = np.random.default_rng(mib).permutation(size)
    following = np.empty(size, np.int64)
    following[order] = np.roll(order, -1)
    chase(following, _STEPS)
    began = perf_counter_ns()
    chase(following, _STEPS)
    return (perf_counter_ns() - began) / _STEPS
