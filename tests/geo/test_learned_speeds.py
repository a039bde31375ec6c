"""Learned speeds: factors found again in spite of outliers, shrunk where few drove, kept in a file that is checked."""

import json
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from geo.live_weights import LiveWeights, durations_at
from geo.roads import RoadGraph
from geo.speeds import ROAD_CLASSES, read_profile
from geo.tracks.drives import Drives
from geo.tracks.learned_speeds import (
    BANDS,
    UNLEARNED,
    AreaCell,
    BadLearnedSpeeds,
    Factor,
    LearnedSpeeds,
    band_of,
    read_learned,
    write_learned,
)
from geo.tracks.learning_rules import LearningRules, read_rules
from geo.tracks.speed_learning import NothingToLearn, learn, live_factors, usable, weighted_medians
from tests.geo.random_city import random_graph, travel_on

RULES, PROFILE = read_rules(), read_profile()
MONDAY_8 = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 08:00 in Beijing
RUSH = 8


def drawn(graph: RoadGraph, rng: random.Random, count: int, hour_of: int | None = None) -> Drives:
    """Draw drives over a few whole arcs at the profile's speed, in a random hour of a Monday."""
    first, arcs, began = [0], [], []
    for _ in range(count):
        arcs += [rng.randrange(graph.arc_count) for _ in range(rng.randint(1, 4))]
        first.append(len(arcs))
        hours = rng.randrange(24) if hour_of is None else hour_of
        began.append((MONDAY_8 + timedelta(hours=hours - RUSH, minutes=rng.randrange(60))).timestamp())
    drives = Drives(
        np.array(began), np.ones(count), np.array(first), np.array(arcs, dtype=np.int32), np.ones(len(arcs))
    )
    return with_times(drives, np.add.reduceat(drives.profile_s(graph), drives.first[:-1]))


def with_times(drives: Drives, elapsed_s: NDArray[np.float64]) -> Drives:
    return Drives(drives.began_s, elapsed_s, drives.first, drives.arc, drives.share)


def learned_from(graph: RoadGraph, drives: Drives, rules: LearningRules = RULES) -> LearnedSpeeds:
    return learn(graph, PROFILE, drives, rules, source="drawn", vehicles="taxi")


def test_weighted_medians_are_those_of_the_plain_definition() -> None:
    for seed in range(1000):
        rng = random.Random(seed)
        count, groups = rng.randint(1, 30), rng.randint(1, 4)
        value = [float(rng.randint(-5, 5)) for _ in range(count)]
        weight = [float(rng.randint(1, 4)) for _ in range(count)]
        group = [rng.randrange(groups) for _ in range(count)]
        found, total = weighted_medians(np.array(value), np.array(weight), np.array(group), groups)
        for one in range(groups):
            mine = sorted((v, w) for v, w, g in zip(value, weight, group, strict=True) if g == one)
            heavy = sum(w for _, w in mine)
            below = [v for nth, (v, _) in enumerate(mine) if sum(w for _, w in mine[: nth + 1]) >= heavy / 2.0]
            assert (found[one], total[one]) == (below[0] if below else 0.0, heavy), f"seed {seed}"


def test_factors_are_found_again_in_spite_of_outliers() -> None:
    graph, rng = random_graph(1), random.Random(5)
    true = {name: rng.uniform(0.7, 1.6) for name in ROAD_CLASSES}
    drives = drawn(graph, rng, 20_000)
    owner = np.repeat(np.arange(drives.count), np.diff(drives.first))
    by_class = np.array([true[name] for name in ROAD_CLASSES])[graph.road_class[graph.arc_stretch[drives.arc]]]
    rush = np.where(band_of(drives.began_s) == RUSH, 1.5, 1.0)
    elapsed_s = np.bincount(owner, drives.profile_s(graph) * by_class) * rush
    noise = np.array([rng.lognormvariate(0.0, 0.2) * (4.0 if rng.random() < 0.1 else 1.0) for _ in elapsed_s])
    learned = learned_from(graph, with_times(drives, elapsed_s * noise))
    hours = learned.hour_factors()
    present = set(graph.road_class.tolist())
    for at, name in enumerate(ROAD_CLASSES):
        if at not in present:
            assert name not in learned.classes
            continue
        # One drive in ten that stops on the way moves the median by some per cent, a mean by a third.
        assert hours[at, 3] == pytest.approx(true[name], rel=0.15), name
        assert hours[at, RUSH] == pytest.approx(1.5 * true[name], rel=0.2), name


def test_few_drives_change_little_and_none_nothing() -> None:
    graph, rng = random_graph(1), random.Random(9)
    for count in (11, 30, 300):
        drives = drawn(graph, rng, count)
        learned = learned_from(graph, with_times(drives, drives.elapsed_s * 2.0))
        whole = count / (count + RULES.prior_count)
        assert learned.overall == Factor(round(2.0**whole, 4), count, datetime.fromtimestamp(drives.began_s.max(), UTC))
        assert learned.drives == count
    weekend = np.array([24 * 6 + 8])
    assert learned.bands[BANDS // 2 + 8] == UNLEARNED
    assert learned.hour_factors()[0, weekend] == pytest.approx(
        learned.overall.factor * learned.classes.get(ROAD_CLASSES[0], UNLEARNED).factor
    )
    with pytest.raises(NothingToLearn, match="9 usable drives"):
        learned_from(graph, drawn(graph, rng, 9))


def test_an_area_that_is_slower_gets_its_own_factor() -> None:
    graph, rng = random_graph(3), random.Random(2)
    rules = msgspec.convert({**as_dict(RULES), "cell_m": 800.0}, LearningRules)
    drives = drawn(graph, rng, 8_000)
    single = drives.chosen(np.diff(drives.first) == 1)
    grid = learned_from(graph, single, rules).grid
    east = grid.cells_of(graph)[:, 0] >= 2
    slow = np.where(east[graph.arc_stretch[single.arc]], 2.0, 1.0)
    roads = learned_from(graph, with_times(single, single.elapsed_s * slow), rules).road_factors(graph)
    assert roads[east].min() > 1.2 * roads[~east].max()


def as_dict(rules: LearningRules) -> dict[str, float]:
    return {name: getattr(rules, name) for name in LearningRules.__dataclass_fields__}


def test_learned_factors_weigh_every_road_as_they_say() -> None:
    graph = random_graph(1)
    learned = learned_from(graph, slowed(graph, 400, 1.7))
    found = durations_at(graph, learned.hour_factors(), [], MONDAY_8, learned.road_factors(graph))
    expected = (
        graph.duration_ms
        * (learned.hour_factors()[graph.road_class, RUSH] * learned.road_factors(graph))[graph.arc_stretch]
    )
    assert found.tolist() == np.maximum(1, np.rint(expected)).astype(int).tolist()
    live = LiveWeights(travel_on(graph), graph)
    live.learn(learned.hour_factors(), learned.road_factors(graph))
    live.ask(MONDAY_8)
    assert live.settled(30.0)
    assert live.status(MONDAY_8).epoch == 2
    live.close()
    assert learned.age_s(learned.last_at + timedelta(hours=2)) == 7200.0


def slowed(graph: RoadGraph, count: int, factor: float, seed: int = 4) -> Drives:
    drives = drawn(graph, random.Random(seed), count)
    return with_times(drives, drives.elapsed_s * factor)


def test_live_factors_follow_the_last_hour_and_forget_it() -> None:
    graph = random_graph(1)
    learned = learned_from(graph, slowed(graph, 2_000, 1.2))
    before = drawn(graph, random.Random(8), 300, hour_of=RUSH)
    recent = with_times(before, before.elapsed_s * 2.4)
    at = MONDAY_8 + timedelta(minutes=60)
    live = live_factors(graph, recent, RULES, at, learned)
    assert 1.3 < live.overall.factor < 2.1
    assert 100 < live.drives < 300  # the others had not ended
    assert 20.0 < live.overall.count < 300.0
    assert live.newest_at is not None
    assert timedelta(0) <= at - live.newest_at < timedelta(seconds=200)
    assert bool((live.road_factors >= learned.road_factors(graph)).all())
    later = live_factors(graph, recent, RULES, at + timedelta(minutes=30), learned)
    assert later.overall.count < live.overall.count
    assert 1.0 < later.overall.factor < live.overall.factor
    gone = live_factors(graph, recent, RULES, at + timedelta(hours=3), learned)
    assert (gone.drives, gone.newest_at, gone.overall) == (0, None, UNLEARNED)
    assert gone.road_factors.tolist() == learned.road_factors(graph).tolist()
    assert live_factors(graph, recent, RULES, MONDAY_8 - timedelta(hours=1)).drives == 0


@pytest.mark.parametrize("elapsed_s", [0.0, -1.0, math.nan, math.inf])
def test_a_drive_that_took_no_time_is_refused(elapsed_s: float) -> None:
    arcs = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="finite time above 0"):
        Drives(np.zeros(1), np.array([elapsed_s]), np.array([0, 1]), arcs, np.ones(1))
    with pytest.raises(ValueError, match="share"):
        Drives(np.zeros(1), np.ones(1), np.array([0, 1]), arcs, np.array([1.5]))


def test_drives_that_no_traffic_explains_do_not_count() -> None:
    graph = random_graph(1)
    drives = drawn(graph, random.Random(1), 100)
    times = np.where(np.arange(100) % 2 == 0, 100.0, 1.0)
    assert usable(graph, with_times(drives, drives.elapsed_s * times), RULES).count == 50


def changed(path: Path, **values: object) -> Path:
    """Write the file again with other values, sealed as if they had been learned."""
    learned = read_learned(path, PROFILE, RULES)
    write_learned(path, msgspec.structs.replace(learned, **values))
    return path


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    graph = random_graph(1)
    write_learned(tmp_path / "learned.json", learned_from(graph, slowed(graph, 400, 1.7)))
    return tmp_path / "learned.json"


def test_a_file_holds_what_was_learned(kept: Path) -> None:
    graph = random_graph(1)
    learned = read_learned(kept, PROFILE, RULES)
    assert learned == learned_from(graph, slowed(graph, 400, 1.7))
    assert "unverified for ambulances" in learned.mark


FAST = Factor(0.01, 5.0, MONDAY_8)
WRONG: dict[str, dict[str, object]] = {
    "not greenchannel.learned-speeds 1": {"version": 2},
    "learned against profile emergency 0": {"profile_version": 0},
    "a day needs 48 bands": {"bands": (UNLEARNED,)},
    "road classes that nobody else does: canal": {"classes": {"canal": UNLEARNED}},
    "an hour factor is not from 0.2": {"overall": FAST},
    "an area factor is not from 0.2": {"areas": (AreaCell(0, 0, FAST),)},
    "carry no zone": {"first_at": datetime(2026, 3, 2)},  # noqa: DTZ001 - that is what is wrong with it
}


@pytest.mark.parametrize("why", list(WRONG))
def test_a_file_that_cannot_be_is_refused(kept: Path, why: str) -> None:
    with pytest.raises(BadLearnedSpeeds, match=why):
        read_learned(changed(kept, **WRONG[why]), PROFILE, RULES)


def test_a_file_that_was_touched_or_cut_is_refused(kept: Path) -> None:
    whole = json.loads(kept.read_text(encoding="utf-8"))
    whole["learned"]["overall"]["factor"] = 1.25
    kept.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(BadLearnedSpeeds, match="checksum"):
        read_learned(kept, PROFILE, RULES)
    kept.write_bytes(kept.read_bytes()[:500])
    with pytest.raises(BadLearnedSpeeds, match="no readable file"):
        read_learned(kept, PROFILE, RULES)
    with pytest.raises(BadLearnedSpeeds, match="no readable file"):
        read_learned(kept.with_name("absent.json"), PROFILE, RULES)


@pytest.mark.parametrize("wrong", [{"span_m": 0.0}, {"half_life_s": math.inf}, {"factor_min": 1.5}])
def test_impossible_rules_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"no possible rule|able to be 1"):
        LearningRules(**{**as_dict(RULES), **wrong})
