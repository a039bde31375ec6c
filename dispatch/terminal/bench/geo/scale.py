"""``greenchannel bench scale``: one large network, as ``city tile`` makes it: times, memory, and wrong answers."""

import argparse
from time import perf_counter

from dispatch.terminal.bench.command import Bench, pack_path
from dispatch.terminal.bench.geo.ground import lay_ground
from dispatch.terminal.bench.geo.machine import arrays_mb, resident_mb
from dispatch.terminal.bench.geo.ours import NEAREST, RANK, K, check_samples, measure_reweight
from dispatch.terminal.bench.geo.rows import Report
from dispatch.terminal.geo_input import open_pack, tell_progress

# Of a large network each takes seconds.
_REWEIGHTS = 3


def measure(given: argparse.Namespace) -> Bench:
    """Measure what grows with the network; peers and details are the business of ``bench geo``."""
    report = Report(tell_progress)
    began = perf_counter()
    pack = open_pack(pack_path(given))
    graph = pack.graph
    opened = perf_counter()
    ground = lay_ground(pack)
    laid = perf_counter()
    report.checks |= {
        "nodes": graph.node_count,
        "arcs": graph.arc_count,
        "verify_pack_s": round(opened - began, 3),
        "load_and_prepare_s": round(laid - began, 3),
    }
    travel = ground.travel
    report.measure(RANK, "ours", travel.ranking(K), ground.questions)
    report.measure(NEAREST, "ours", travel.unit_search(ground.fleet, K), ground.questions)
    measure_reweight(ground, report, _REWEIGHTS)
    report.checks["resident_mb"] = resident_mb()
    report.checks["arrays_mb_spare_included"] = arrays_mb(travel, ground.fleet)
    report.checks["labelled_share"] = round(travel.labelled_share, 3)
    report.checks |= check_samples(ground)
    return Bench(report.rows, report.checks)
