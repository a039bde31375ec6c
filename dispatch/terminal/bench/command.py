"""``greenchannel bench``: ours and the peers in one run, on the same input; ratios count, absolute figures do not."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from dispatch.errors import BadInput

# Each module offers ``measure(given) -> Bench``; it is imported only when it is called.
TARGETS = {
    "geo": "dispatch.terminal.bench.geo.run",
    "calls": "dispatch.terminal.bench.calls",
    "desk": "dispatch.terminal.bench.desk",
    "live": "dispatch.terminal.bench.live.run",
    "places": "dispatch.terminal.bench.places",
    "scale": "dispatch.terminal.bench.geo.scale",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing: how long it took ``system``, in microseconds."""

    what: str
    system: str
    n: int
    median_us: float
    p99_us: float


@dataclass(frozen=True, slots=True)
class Absent:
    """A row that could not be measured on this machine, and why."""

    what: str
    system: str
    why: str


@dataclass(slots=True)
class Bench:
    """What one target measured, and what it checked while measuring; ``notes`` say of a system how to read its rows."""

    rows: list[Row] = field(default_factory=list)
    checks: dict[str, float | bool] = field(default_factory=dict)
    absent: list[Absent] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


def row(what: str, system: str, seconds: Sequence[float]) -> Row:
    """Make a row of measured durations."""
    p99 = quantiles(seconds, n=100)[-1] if len(seconds) > 1 else seconds[0]
    return Row(what, system, len(seconds), round(median(seconds) * 1e6, 2), round(p99 * 1e6, 2))


def pack_path(given: argparse.Namespace) -> Path:
    """Return the city pack that was named; raise ``BadInput`` when none was."""
    path = given.city or os.environ.get("GREENCHANNEL_CITY")
    if path is None:
        raise BadInput("which city? name its pack with --city PACK or GREENCHANNEL_CITY")
    return Path(path)


def machine() -> dict[str, Any]:
    """Name the machine, as far as a figure depends on it."""
    return {
        "python": platform.python_version(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "load_1_min": round(os.getloadavg()[0], 2),
    }


def add_to(subparsers: Any) -> None:  # noqa: ANN401 - argparse keeps this class to itself
    """Offer ``bench``."""
    parser = subparsers.add_parser("bench", help="measure ours beside the peers")
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--city", type=Path, metavar="PACK", help="the city pack; GREENCHANNEL_CITY")
    parser.add_argument("--pbf", type=Path, metavar="FILE", help="geo: the pack's map file, for OSRM and Valhalla")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run_bench)


def run_bench(given: argparse.Namespace) -> int:
    """Measure one target and print it."""
    measured: Bench = import_module(TARGETS[given.target]).measure(given)
    document = asdict(measured) | {"machine": machine()}
    if given.json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return 0
    for each in measured.rows:
        times = f"median {each.median_us:>11.2f} µs  p99 {each.p99_us:>11.2f} µs"
        sys.stdout.write(f"{each.what:42} {each.system:16} n {each.n:<7} {times}\n")
    for gap in measured.absent:
        sys.stdout.write(f"{gap.what:42} {gap.system:16} absent: {gap.why}\n")
    for system, note in measured.notes.items():
        sys.stdout.write(f"{system}: {note}\n")
    for name, value in measured.checks.items():
        sys.stdout.write(f"{name}: {value}\n")
    return 0
