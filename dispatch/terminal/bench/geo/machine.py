"""Measure how fast a query could be on this machine at best."""

import json
import resource
import subprocess
import sys
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter, perf_counter_ns

import numpy as np

from dispatch.terminal.bench.geo.ground import Ground
from geo.latency_kernels import chase, do_nothing
from geo.prepared import PreparedRoads, order_roads

# A chase over more memory than any cache holds costs what a first look at a row of labels costs.
_CHASES_MIB = (8, 256)
_STEPS = 200_000
_CALLS = 20_000

# A longer list holds names and ids, no arrays.
_FEW = 64

_OPEN = """
import json, pathlib, sys, time
began = time.perf_counter()
from geo.travel import TravelTimes
imported = time.perf_counter()
travel = TravelTimes.open(pathlib.Path(sys.argv[1]))
ready = time.perf_counter()
print(json.dumps({"import_s": round(imported - began, 3), "pack_load_and_query_ready_s": round(ready - imported, 3)}))
"""

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


def arrays_mb(*roots: object) -> float:
    """Return the megabytes of all arrays that objects of ours hold, each once, those mapped from files included."""
    seen: set[int] = set()
    arrays: dict[int, int] = {}
    waiting = list(roots)
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, np.ndarray):
            arrays[each.ctypes.data] = max(each.nbytes, arrays.get(each.ctypes.data, 0))
        else:
            waiting += _held_by(each)
    return round(sum(arrays.values()) / 1e6, 1)


def _held_by(each: object) -> Iterable[object]:
    """Return what an object of ours, or a small collection, holds."""
    if isinstance(each, dict):
        return each.values()
    if isinstance(each, (list, tuple, deque)):
        return each if len(each) <= _FEW else ()
    if not type(each).__module__.startswith("geo."):
        return ()
    names = [name for kind in type(each).__mro__ for name in getattr(kind, "__slots__", ())]
    slots = [getattr(each, name) for name in names if hasattr(each, name)]
    return [*slots, *getattr(each, "__dict__", {}).values()]


def build_times(ground: Ground, pack: Path) -> dict[str, float]:
    """Return the seconds of what is done once per city (ordering), once per start, and once per set of weights."""
    graph = ground.graph
    began = perf_counter()
    order = order_roads(graph)
    ordered = perf_counter()
    PreparedRoads(graph, ground.travel.roads.compiled, (), order)
    prepared = perf_counter()
    return {"order_s": round(ordered - began, 3), "hierarchy_s": round(prepared - ordered, 3), **start_times(pack)}


def start_times(pack: Path) -> dict[str, float]:
    """Open a pack in a process of its own, its files and kernels in the page cache; return the seconds it took."""
    command = [sys.executable, "-c", _OPEN, str(pack)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    found: dict[str, float] = json.loads(run.stdout)
    return found


def _call_us() -> float:
    took = np.empty(_CALLS)
    for nth in range(_CALLS):
        began = perf_counter_ns()
        do_nothing(0, 0.0, 0.0)
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
