"""The fleet's own drives: bounded while they wait, matched as recorded tracks are, factors as the plain rule says."""

import math
import random
from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.roads import RoadGraph
from geo.speeds import ROAD_CLASSES
from geo.tracks.drives import Drives
from geo.tracks.fleet_drives import (
    DRIVES_KEPT,
    FIXES_AT_ONCE,
    FIXES_KEPT,
    TRACKS_WAITING,
    RecentDrives,
    RunTrack,
    RunTracks,
    slices,
)
from geo.tracks.learned_speeds import AreaGrid
from geo.tracks.learning_rules import LearningRules, read_rules
from geo.tracks.speed_learning import live_factors
from tests.geo.random_city import random_graph
from tests.geo.test_learned_speeds import drawn, with_times

RULES = read_rules()
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CASES = 1000


def plain_fit(
    pieces: list[list[tuple[int, float]]],
    elapsed_s: list[float],
    weight: list[float],
    group_of: dict[int, int],
    rules: LearningRules,
) -> dict[int, float]:
    """Return the factor of each group: the weighted median of what is unexplained, shrunk."""
    told: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for own, took_s, heavy in zip(pieces, elapsed_s, weight, strict=True):
        predicted_s = sum(seconds for _, seconds in own)
        in_group: dict[int, float] = defaultdict(float)
        for stretch, seconds in own:
            in_group[group_of[stretch]] += seconds
        for group, seconds in in_group.items():
            told[group].append((math.log(took_s / predicted_s), heavy * seconds / predicted_s))
    factors = {}
    for group, rows in told.items():
        count = sum(share for _, share in rows)
        if count < rules.count_min:
            continue
        rows.sort()
        passed = 0.0
        for value, share in rows:
            passed += share
            if passed >= count / 2.0 * (1.0 - 1e-12):
                shrunk = value * count / (count + rules.prior_count)
                factors[group] = min(rules.factor_max, max(rules.factor_min, math.exp(shrunk)))
                break
    return factors


def plain_roads(graph: RoadGraph, drives: Drives, rules: LearningRules) -> list[float]:
    """Return the live factor of every stretch."""
    pieces, elapsed_s, weight = [], [], []
    for nth in range(drives.count):
        part = slice(int(drives.first[nth]), int(drives.first[nth + 1]))
        ends_s, took_s = float(drives.began_s[nth] + drives.elapsed_s[nth]), float(drives.elapsed_s[nth])
        age_s = NOW.timestamp() - ends_s
        own = [
            (int(graph.arc_stretch[arc]), share * float(graph.duration_ms[arc]) / 1000.0)
            for arc, share in zip(drives.arc[part].tolist(), drives.share[part].tolist(), strict=True)
        ]
        ratio = took_s / sum(seconds for _, seconds in own)
        if 0.0 <= age_s <= rules.recent_s and rules.factor_min <= ratio <= rules.factor_max:
            pieces.append(own)
            elapsed_s.append(took_s)
            weight.append(0.5 ** (age_s / rules.half_life_s))
    cells = AreaGrid(float(graph.shape_lon.min()), float(graph.shape_lat.min()), rules.cell_m).cells_of(graph).tolist()
    number = {cell: nth for nth, cell in enumerate(sorted({tuple(cell) for cell in cells}))}
    stretches = range(graph.stretch_count)
    roads = [1.0] * graph.stretch_count
    for group_of in (
        dict.fromkeys(stretches, 0),
        {at: int(graph.road_class[at]) for at in stretches},
        {at: number[tuple(cells[at])] for at in stretches},
    ):
        factors = plain_fit(pieces, elapsed_s, weight, group_of, rules)
        pieces = [
            [(stretch, seconds * factors.get(group_of[stretch], 1.0)) for stretch, seconds in own] for own in pieces
        ]
        roads = [factor * factors.get(group_of[at], 1.0) for at, factor in enumerate(roads)]
    return [min(rules.factor_max, max(rules.factor_min, factor)) for factor in roads]


def test_live_factors_are_those_of_the_plain_rule() -> None:
    moved = 0
    for seed in range(CASES):
        graph, rng = random_graph(seed % 25), random.Random(seed)
        rules = LearningRules(
            **{**asdict(RULES), "count_min": rng.choice([2.0, 5.0]), "prior_count": 5.0, "cell_m": 900.0}
        )
        drives = drawn(graph, rng, rng.randint(0, 40))
        began_s = np.array([NOW.timestamp() - rng.uniform(-100.0, 4000.0) for _ in range(drives.count)])
        usual = rng.choice([0.6, 1.0, 2.5])
        slower = np.array(
            [usual * rng.choice([0.01, 0.8, 1.0, 1.0, 1.5, 50.0]) * rng.uniform(0.9, 1.1) for _ in began_s]
        )
        drives = Drives(began_s, drives.elapsed_s * slower, drives.first, drives.arc, drives.share)
        live = live_factors(graph, drives, rules, NOW)
        expected = plain_roads(graph, drives, rules)
        # A factor is kept to four digits.
        assert live.road_factors == pytest.approx(expected, rel=2e-3), f"seed {seed}"
        moved += max(expected) > 1.02 or min(expected) < 0.98
    assert moved > CASES / 10


def fix(at_s: float) -> tuple[float, float, float]:
    return 116.4, 39.9, at_s


def test_fixes_wait_by_leg_thinned_and_bounded() -> None:
    tracks = RunTracks(10.0)
    for second in range(100):
        tracks.note("A", "r1 en_route", fix(float(second)))
    tracks.note("A", "r1 en_route", fix(50.0))  # out of order
    assert [row[2] for row in tracks.take()[0].fixes] == [float(at) for at in range(0, 100, 10)]
    tracks.note("A", "r1 transporting", fix(200.0))
    tracks.note("A", "r1 transporting", fix(210.0))
    assert [(track.leg, len(track.fixes)) for track in tracks.take()] == [("r1 en_route", 10), ("r1 transporting", 2)]
    (there,) = tracks.take()  # the leg that ended was taken
    tracks.learned(there, 205.0)
    tracks.learned(RunTrack("A", "another", ()), 900.0)
    tracks.learned(RunTrack("nobody", "r1", ()), 900.0)
    tracks.note("A", "r1 transporting", fix(220.0))
    assert [row[2] for row in tracks.take()[0].fixes] == [210.0, 220.0]
    tracks.note("A", None, fix(230.0))
    assert [len(track.fixes) for track in tracks.take()] == [2]
    assert tracks.take() == []
    tracks.note("A", None, fix(240.0))
    assert tracks.take() == []


def test_nothing_grows_without_end() -> None:
    tracks = RunTracks(10.0)
    for nth in range(FIXES_KEPT + 50):
        tracks.note("A", "r1", fix(10.0 * nth))
    assert len(tracks.take()[0].fixes) == FIXES_KEPT
    for nth in range(TRACKS_WAITING + 10):
        tracks.note("B", str(nth), fix(20.0 * nth))
        tracks.note("B", str(nth), fix(20.0 * nth + 10.0))
    assert len(tracks.take()) == TRACKS_WAITING + 2
    long = [RunTrack(str(nth), "r", [fix(0.0)] * 1000) for nth in range(5)]
    assert [len(lot) for lot in slices(long)] == [2, 2, 1]
    assert [len(lot) for lot in slices([RunTrack("x", "r", [fix(0.0)] * (FIXES_AT_ONCE + 1))])] == [1]
    assert list(slices([])) == []


def recent_of(graph: RoadGraph, count: int) -> Drives:
    drives = drawn(graph, random.Random(1), count)
    return Drives(np.full(count, NOW.timestamp() - 60.0), drives.elapsed_s, drives.first, drives.arc, drives.share)


def nowhere(graph: RoadGraph) -> NDArray[np.bool_]:
    return np.zeros(graph.stretch_count, np.bool_)


def test_drives_are_forgotten_with_their_hour_and_when_there_are_too_many() -> None:
    graph = random_graph(1)
    recent = RecentDrives(graph, RULES)
    recent.add([recent_of(graph, 50), recent_of(graph, 30)], nowhere(graph), NOW.timestamp())
    assert recent.drives.count == 80
    recent.add([], nowhere(graph), NOW.timestamp() + RULES.recent_s + 3600.0)
    assert recent.drives.count == 0
    many = recent_of(graph, DRIVES_KEPT + 500)
    recent.add([many], nowhere(graph), NOW.timestamp())
    assert recent.drives.count == DRIVES_KEPT
    assert recent.drives.elapsed_s.tolist() == many.elapsed_s[500:].tolist()


def test_a_drive_over_a_measure_is_not_counted_twice() -> None:
    graph = random_graph(1)
    drives, measured = recent_of(graph, 200), nowhere(graph)
    measured[graph.arc_stretch[drives.arc[0]]] = True
    recent = RecentDrives(graph, RULES)
    recent.add([drives], measured, NOW.timestamp())
    kept = recent.drives
    assert 0 < kept.count < 200
    assert not bool(measured[graph.arc_stretch[kept.arc]].any())
    whole = [
        nth
        for nth in range(200)
        if not measured[graph.arc_stretch[drives.arc[drives.first[nth] : drives.first[nth + 1]]]].any()
    ]
    assert kept.elapsed_s.tolist() == drives.elapsed_s[whole].tolist()


def test_joined_drives_keep_their_roads() -> None:
    graph = random_graph(1)
    some = [drawn(graph, random.Random(seed), 5) for seed in range(3)]
    whole = Drives.joined(some)
    assert whole.count == 15
    assert whole.profile_s(graph).tolist() == [each for one in some for each in one.profile_s(graph).tolist()]
    assert np.diff(whole.first).tolist() == [each for one in some for each in np.diff(one.first).tolist()]
    assert with_times(whole, whole.elapsed_s).count == Drives.joined([Drives.joined([]), whole]).count


def test_half_of_what_was_driven_counts_after_one_half_life() -> None:
    graph = random_graph(1)
    drives = recent_of(graph, 100)
    at = NOW - timedelta(seconds=60) + timedelta(seconds=float(drives.elapsed_s.max()))
    first = live_factors(graph, drives, RULES, at)
    later = live_factors(graph, drives, RULES, at + timedelta(seconds=RULES.half_life_s))
    assert later.overall.count == pytest.approx(first.overall.count / 2.0, rel=0.01)
    assert set(first.classes) <= set(ROAD_CLASSES)
    assert all(factor.count >= RULES.count_min for factor in first.classes.values())
