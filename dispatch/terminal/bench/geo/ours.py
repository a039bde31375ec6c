"""Our own rows of ``bench geo``, and the checks that our answers are exact."""

import math
import threading
from datetime import timedelta
from time import thread_time

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from dispatch.terminal.bench.geo.ground import AT, CENTERS, UNITS, Ground
from dispatch.terminal.bench.geo.rows import Report
from geo.hierarchy import CLOSED_MS, TICKS_PER_MS
from geo.point import Point
from geo.snap_kernels import snap_point
from geo.uncertain import Disc

K = 10
RANK = "rank 200 centers k=10"
NEAREST = "nearest k=10 of 10000 units"
UNCERTAIN = "uncertain rank over 64 positions"
MOVE, MOVE_BATCH = "unit move", "unit move in a batch"
REWEIGHT, ROUTE, PAIR = "reweight all", "route", "point to point"

_ROUTES, _REWEIGHTS = 300, 9
# A mobile phone in a city; more regions than `geo.uncertain` remembers.
_UNCERTAIN_M, _UNCERTAIN = 300.0, 600
_CHECK_SOURCES, _CHECK_TARGETS, _CHECK_RANKS, _CHECK_NEAREST, _FEW_SOURCES = 40, 250, 100, 40, 10
_CLOSURE_ROUNDS, _CLOSED_ROADS, _REBUILD_ROUNDS = 100, 50, 7
# A unit in the middle of a road is rounded to a tick at each end.
_ROUNDING_MS = 1.0 / TICKS_PER_MS


def measure_ours(ground: Ground, report: Report) -> None:
    """Measure every row of ours."""
    travel, fleet = ground.travel, ground.fleet
    ranking, search = travel.ranking(K), travel.unit_search(fleet, K)
    report.measure(RANK, "ours", ranking, ground.questions)
    report.measure(NEAREST, "ours", search, ground.questions)
    regions = [(Disc(Point(lon, lat), _UNCERTAIN_M),) for lon, lat in ground.questions[:_UNCERTAIN]]
    report.measure(UNCERTAIN, "ours", lambda region: travel.rank_region(region, K), regions)
    _measure_without_snap(ground, report)
    points = [(ground.graph.node_point(int(node)),) for node in ground.question_nodes[:500]]
    report.measure(f"{RANK} as objects", "ours", lambda point: travel.rank(point, K), points)
    report.measure(f"{NEAREST} as objects", "ours", lambda point: travel.nearest(point, fleet, K), points)
    moves = [(f"unit {nth}", point, AT + timedelta(seconds=1)) for nth, point in enumerate(ground.unit_points)]
    report.measure_once(MOVE, "ours", fleet.move, moves)
    rows = np.array([(point.lon, point.lat, 0.0, np.nan, np.nan) for point in ground.unit_points])
    slots, began_s = fleet.slots([f"unit {nth}" for nth in range(UNITS)]), AT.timestamp() + 2.0
    batches = [(slots, rows + np.array([0.0, 0.0, began_s + turn, 0.0, 0.0])) for turn in range(9)]
    report.measure_once(MOVE_BATCH, "ours", fleet.move_rows, batches, each=UNITS)
    pairs = [(ground.graph.node_point(int(a)), ground.graph.node_point(int(b))) for a, b in _pairs(ground)]
    report.measure(ROUTE, "ours", travel.way, pairs)
    report.measure(PAIR, "ours", lambda a, b: travel.matrix([a], [b]), pairs)
    measure_reweight(ground, report)
    report.checks["rank p99 during rebuild / idle"] = _rank_during_rebuild(ground, report)


def measure_reweight(ground: Ground, report: Report, times: int = _REWEIGHTS) -> None:
    """Measure a whole rebuild; its processor time beside it, because other processes share the machine."""
    used_ms: list[float] = []

    def rebuild() -> None:
        began = thread_time()
        ground.travel.reweight(ground.graph.duration_ms)
        used_ms.append((thread_time() - began) * 1000.0)

    rebuild()  # fills the spare buffers for the first time
    report.measure_once(REWEIGHT, "ours", rebuild, [()] * times)
    report.checks["reweight_processor_ms"] = round(float(np.median(used_ms)), 1)
    report.checks["relabel_units_processor_ms"] = round(_relabel_ms(ground), 1)


def _relabel_ms(ground: Ground) -> float:
    """Return what labelling every unit costs the first questions after a rebuild, if they look at all of them."""
    search, (here, *_) = ground.travel.unit_search(ground.fleet, UNITS), ground.questions
    took_ms: list[float] = []
    for _ in range(2):
        began = thread_time()
        search(*here)
        took_ms.append((thread_time() - began) * 1000.0)
    return took_ms[0] - took_ms[1]


def _measure_without_snap(ground: Ground, report: Report) -> None:
    """Ask both questions of positions on the road, as the peers are asked."""
    ranking, search = ground.travel.ranking(K), ground.travel.unit_search(ground.fleet, K)
    asked = [(ground.travel.roads.compiled.address, lon, lat, math.nan) for lon, lat in ground.questions]
    report.measure("snap", "ours", snap_point, asked)
    placed = [snap_point(*question)[:3] for question in asked]
    report.measure(f"{RANK} without snap", "ours", ranking.from_place, placed)
    report.measure(f"{NEAREST} without snap", "ours", search.to_place, placed)


def _pairs(ground: Ground) -> list[tuple[int, int]]:
    return list(zip(ground.question_nodes[:_ROUTES].tolist(), ground.question_nodes[-_ROUTES:].tolist(), strict=True))


def _rank_during_rebuild(ground: Ground, report: Report) -> float:
    """Return how much slower the slowest hundredth of `rank` is while another thread rebuilds everything."""
    ranking, silent = ground.travel.ranking(K), Report(lambda _: None)
    p99_us: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(_REBUILD_ROUNDS):  # in turns: the machine itself is not equally fast all the time
        for busy in (False, True):
            done = threading.Event()
            builder = threading.Thread(target=_rebuild_until, args=(ground, done))
            if busy:
                builder.start()
            try:
                kept = report if busy and not p99_us[True] else silent
                row = kept.measure(f"{RANK} during a rebuild", "ours", ranking, ground.questions)
            finally:
                done.set()
                if busy:
                    builder.join()
            p99_us[busy].append(row.p99_us)
    return round(float(np.median(p99_us[True]) / np.median(p99_us[False])), 2)


def _rebuild_until(ground: Ground, done: threading.Event) -> None:
    while not done.is_set():
        ground.travel.reweight(ground.graph.duration_ms)


def check_ours(ground: Ground, report: Report) -> None:
    """Count every answer that differs from scipy's Dijkstra on the same roads."""
    report.tell("comparing with Dijkstra")
    duration_ms = ground.graph.duration_ms
    report.checks["p2p_mismatches"] = _pairs_wrong(ground, duration_ms, _CHECK_SOURCES, _CHECK_TARGETS, 0)
    report.checks["rank_mismatches"] = _ranks_wrong(ground, _CHECK_RANKS)
    report.checks["nearest_mismatches"] = _nearest_wrong(ground, _CHECK_NEAREST)
    rng = np.random.default_rng(1)
    wrong = 0
    for turn in range(_CLOSURE_ROUNDS):
        closed = duration_ms.copy()
        roads = rng.choice(ground.graph.stretch_count, size=_CLOSED_ROADS, replace=False)
        closed[np.isin(ground.graph.arc_stretch, roads)] = CLOSED_MS
        ground.travel.reweight(closed)
        wrong += _pairs_wrong(ground, closed, 1, 100, turn)
    ground.travel.reweight(duration_ms)
    report.checks[f"p2p_mismatches_after_{_CLOSURE_ROUNDS}_closure_rounds"] = wrong
    report.checks["p2p_compared"] = _CHECK_SOURCES * _CHECK_TARGETS + _CLOSURE_ROUNDS * 100
    report.checks["forbidden_turns"] = len(ground.graph.forbidden_turns)


def check_samples(ground: Ground) -> dict[str, float | bool]:
    """Count wrong answers in a few samples: what is left of `check_ours` where one search takes seconds."""
    duration_ms = ground.graph.duration_ms
    return {
        "p2p_mismatches": _pairs_wrong(ground, duration_ms, _FEW_SOURCES, _CHECK_TARGETS, 0),
        "p2p_compared": _FEW_SOURCES * _CHECK_TARGETS,
        "rank_mismatches": _ranks_wrong(ground, _FEW_SOURCES),
        "nearest_mismatches": _nearest_wrong(ground, _FEW_SOURCES),
    }


def _least_ms(ground: Ground, times_ms: NDArray[np.float64], nodes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the least time of all states of each junction."""
    least = times_ms[..., : ground.graph.node_count].copy()
    for nth, via in enumerate(ground.steps.via.tolist()):
        least[..., via] = np.minimum(least[..., via], times_ms[..., ground.graph.node_count + nth])
    return least[..., nodes]


def _pairs_wrong(ground: Ground, duration_ms: NDArray[np.int32], sources: int, targets: int, seed: int) -> int:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(ground.graph.node_count, size=sources), rng.integers(ground.graph.node_count, size=targets)
    expected = _least_ms(ground, dijkstra(ground.plain(duration_ms), indices=a), b)
    points = [[ground.graph.node_point(int(node)) for node in nodes] for nodes in (a, b)]
    found = ground.travel.matrix(points[0], points[1]) * 1000.0
    return int((~np.isclose(found, expected, rtol=0.0, atol=1e-6)).sum())


def _ranks_wrong(ground: Ground, questions: int) -> int:
    nodes = ground.question_nodes[:questions]
    expected = _least_ms(ground, dijkstra(ground.plain(ground.graph.duration_ms), indices=nodes), ground.center_nodes)
    ranking, wrong = ground.travel.ranking(CENTERS), 0
    for node, times_ms in zip(nodes.tolist(), expected, strict=True):
        here = ground.graph.node_point(node)
        count = ranking(here.lon, here.lat)
        found = ranking.ticks[:count] / TICKS_PER_MS
        by_column = times_ms[ranking.columns[:count]]
        wrong += int((found != by_column).sum()) + int((np.diff(found) < 0).sum())
    return wrong


def _nearest_wrong(ground: Ground, questions: int) -> int:
    """Compare the ten times, from the middle of roads, with a backward search and every unit's departures."""
    back = ground.plain(ground.graph.duration_ms).T.tocsr()
    search, wrong = ground.travel.unit_search(ground.fleet, K), 0
    departures = _departures(ground)
    for node in ground.question_nodes[:questions].tolist():
        here = ground.graph.node_point(node)
        states = [node, *(ground.graph.node_count + np.flatnonzero(ground.steps.via == node))]
        times_ms = dijkstra(back, indices=states, min_only=True)
        through = np.min(
            [np.where(state >= 0, times_ms[state] + offset, np.inf) for state, offset in departures], axis=0
        )
        count = search(here.lon, here.lat)
        expected = np.sort(through)[:K]
        wrong += (
            int((np.abs(search.ticks[:count] / TICKS_PER_MS - expected[:count]) > 2 * _ROUNDING_MS).sum()) + K - count
        )
    return wrong


def _departures(ground: Ground) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Return, for both arcs of each unit's road, the state at its end and the milliseconds to it."""
    graph = ground.graph
    snaps = [ground.travel.roads.snap(point) for point in ground.unit_points]
    stretch = np.array([snap.stretch for snap in snaps])
    fraction = np.array([snap.fraction for snap in snaps])
    junction = np.array([-1 if snap.junction is None else snap.junction for snap in snaps])
    sides = []
    for arcs, left in ((graph.forward_arc, 1.0 - fraction), (graph.backward_arc, fraction)):
        arc = arcs[stretch]
        state = np.where(junction >= 0, junction, np.where(arc >= 0, ground.steps.arc_head[arc], -1))
        sides.append((state, np.where(junction >= 0, 0.0, left * graph.duration_ms[arc])))
    return sides
