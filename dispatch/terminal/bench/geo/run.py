"""``greenchannel bench geo``: ours and the peers in one run on one seeded city, with every wrong answer counted."""

import argparse
import os
from pathlib import Path
from time import perf_counter

from dispatch.errors import BadInput
from dispatch.terminal.bench.command import Bench
from dispatch.terminal.bench.geo.ground import lay_ground
from dispatch.terminal.bench.geo.machine import arrays_mb, build_times, latencies, resident_mb
from dispatch.terminal.bench.geo.map_peers import checked_map, measure_map_peers
from dispatch.terminal.bench.geo.ours import NEAREST, RANK, ROUTE, check_ours, measure_ours
from dispatch.terminal.bench.geo.peers import measure_peers
from dispatch.terminal.bench.geo.rows import Report
from dispatch.terminal.geo_input import open_pack, tell_progress

# Which peers our headline is compared with: others answer something else.
_COMPARED = (
    (RANK, "routingkit-cch"),
    (RANK, "scipy"),
    (NEAREST, "routingkit-cch"),
    (NEAREST, "redis"),
    (NEAREST, "postgis"),
    (NEAREST, "ckdtree"),
    (RANK, "osrm"),
    (RANK, "valhalla"),
    (ROUTE, "osrm"),
    (ROUTE, "valhalla"),
)


def measure(given: argparse.Namespace) -> Bench:
    """Measure, compare and count; the figures of the machine stand among the checks."""
    path = given.city or os.environ.get("GREENCHANNEL_CITY")
    if path is None:
        raise BadInput("which city? name its pack with --city PACK or GREENCHANNEL_CITY")
    report, began = Report(tell_progress), perf_counter()
    pack = open_pack(Path(path))
    pbf = checked_map(pack, given.pbf)
    ground = lay_ground(pack)
    report.checks["load_and_prepare_s"] = round(perf_counter() - began, 3)
    report.checks["nodes"] = ground.graph.node_count
    tell_progress(f"{pack.name}: {ground.graph.node_count} junctions")
    measure_ours(ground, report)
    report.checks["resident_mb"] = resident_mb()
    report.checks["arrays_mb_spare_included"] = arrays_mb(ground.travel, ground.fleet)
    report.checks |= build_times(ground, Path(path))
    check_ours(ground, report)
    measure_peers(ground, report)
    measure_map_peers(ground, pbf, report)
    for what, system in _COMPARED:
        ratio = report.ratio(what, system)
        if ratio is not None:
            report.checks[f"{what}: {system} takes times ours"] = ratio
    report.checks |= latencies()
    return Bench(report.rows, report.checks, report.absent, report.notes)
