"""Closures, slow zones and hours: what is in force when, on real searches; and a rebuild that fails."""

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from geo.chosen_roads import NoChoice, stretches_within
from geo.hierarchy import CLOSED_MS
from geo.live_weights import (
    CLOSED,
    BadMeasure,
    LiveWeights,
    RoadMeasure,
    durations_at,
    no_hour_factors,
)
from geo.point import Point
from geo.prepared import DURATION_MS_MAX
from geo.roads import RoadGraph
from geo.speeds import ROAD_CLASSES
from tests.geo.random_city import oracle_ms, random_graph, random_point, travel_on
from tests.geo.test_prepared import ROUNDING_MS, open_oracle_ms

AT = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)  # Monday, 08:30 in Beijing
WITHIN_S = 90.0


def measure(graph: RoadGraph, rng: random.Random, number: int) -> RoadMeasure:
    roads = frozenset(rng.sample(range(graph.stretch_count), rng.randint(1, min(3, graph.stretch_count))))
    begins = AT + timedelta(minutes=rng.randint(-60, 60))
    ends = rng.choice([None, begins + timedelta(minutes=rng.randint(1, 90))])
    return RoadMeasure(f"m{number}", roads, rng.choice([CLOSED, 0.5, 3.0, 40.0]), begins, ends)


def test_durations_are_what_each_road_alone_would_say() -> None:
    for seed in range(100):  # some 3,000 arcs
        graph, rng = random_graph(seed), random.Random(seed)
        measures = [measure(graph, rng, number) for number in range(rng.randint(0, 4))]
        factors = np.array([[rng.uniform(0.5, 3.0) for _ in range(168)] for _ in ROAD_CLASSES])
        found = durations_at(graph, factors, measures, AT)
        for arc in range(graph.arc_count):
            stretch = int(graph.arc_stretch[arc])
            here = [one.factor for one in measures if stretch in one.stretches and one.in_force(AT)]
            factor = factors[graph.road_class[stretch], 8] * max(here, default=1.0)
            expected = CLOSED_MS if math.isinf(factor) else max(1, round(int(graph.duration_ms[arc]) * factor))
            assert int(found[arc]) == expected, f"seed {seed}"


def test_answers_follow_the_measures_in_force() -> None:
    for seed in range(60):
        graph, rng = random_graph(seed), random.Random(seed)
        travel = travel_on(graph)
        live = LiveWeights(travel, graph)
        for number in range(3):
            live.put(measure(graph, rng, number))
        a, b = random_point(rng, graph), random_point(rng, graph)
        start, end = travel.roads.snap(a), travel.roads.snap(b)
        for hours in (0, 1, 3):
            at = AT + timedelta(hours=hours)
            live.ask(at)
            assert live.settled(WITHIN_S)
            weighed = durations_at(graph, no_hour_factors(), live.measures(), at)
            expected = open_oracle_ms(with_durations(graph, weighed), start, end)
            assert travel.matrix([a], [b])[0, 0] * 1000.0 == pytest.approx(expected, abs=ROUNDING_MS), f"seed {seed}"
            assert live.status(at + timedelta(seconds=5)).age_s == 5.0
        live.close()


def with_durations(graph: RoadGraph, duration_ms: "np.ndarray[tuple[int], np.dtype[np.int32]]") -> RoadGraph:
    return replace(graph, duration_ms=duration_ms)


@pytest.fixture
def live() -> Iterator[LiveWeights]:
    graph = random_graph(1)
    weights = LiveWeights(travel_on(graph), graph)
    yield weights
    weights.close()


def test_an_outline_takes_every_road_that_touches_it() -> None:
    for seed in range(1000):
        graph, rng = random_graph(seed % 200), random.Random(seed)
        center = random_point(rng, graph)
        corners = [Point(center.lon + rng.uniform(0.0, 0.01), center.lat + rng.uniform(0.0, 0.01)) for _ in range(3)]
        area = shapely.Polygon([(corner.lon, corner.lat) for corner in corners])
        expected = {
            stretch
            for stretch in range(graph.stretch_count)
            if area.intersects(
                shapely.LineString(
                    [
                        (float(graph.shape_lon[at]), float(graph.shape_lat[at]))
                        for at in range(int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1]))
                    ]
                )
            )
        }
        assert stretches_within(graph, corners) == expected, f"seed {seed}"


@pytest.mark.parametrize("corners", [[], [(0, 0), (1, 1)], [(0, 0), (1, 1), (1, 0), (0, 1)]])
def test_an_outline_that_encloses_nothing_is_refused(corners: list[tuple[float, float]]) -> None:
    with pytest.raises(NoChoice, match="crossing"):
        stretches_within(random_graph(1), [Point(*corner) for corner in corners])


@pytest.mark.parametrize(
    ("roads", "factor", "begins", "ends"),
    [
        ({0}, 0.0, AT, None),
        ({0}, math.nan, AT, None),
        ({0}, -1.0, AT, None),
        ({0}, 2.0, AT, AT),
        ({0}, 2.0, AT.replace(tzinfo=None), None),
        (set(), 2.0, AT, None),
    ],
)
def test_a_measure_that_makes_no_sense_is_refused(
    roads: set[int], factor: float, begins: datetime, ends: datetime | None
) -> None:
    with pytest.raises(BadMeasure, match="m1"):
        RoadMeasure("m1", frozenset(roads), factor, begins, ends)


def test_a_road_of_another_city_is_refused(live: LiveWeights) -> None:
    with pytest.raises(BadMeasure, match="does not have"):
        live.put(RoadMeasure("m1", frozenset({10_000}), CLOSED, AT, None))


def test_the_longest_slowing_is_still_a_duration() -> None:
    graph = random_graph(1)
    forever = RoadMeasure("m1", frozenset(range(graph.stretch_count)), 1e9, AT, None)
    assert int(durations_at(graph, no_hour_factors(), [forever], AT).max()) == DURATION_MS_MAX


def test_the_next_change_is_an_edge_of_a_measure_or_the_next_hour(live: LiveWeights) -> None:
    assert live.next_change(AT) == AT + timedelta(minutes=30)
    live.put(RoadMeasure("m1", frozenset({0}), 2.0, AT - timedelta(hours=1), AT + timedelta(minutes=7)))
    live.put(RoadMeasure("m2", frozenset({0}), 2.0, AT + timedelta(minutes=3), None))
    assert live.next_change(AT) == AT + timedelta(minutes=3)
    assert live.lift("m2")
    assert not live.lift("m2")
    assert live.next_change(AT) == AT + timedelta(minutes=7)


def test_a_failed_rebuild_leaves_the_old_weights_and_says_how_old_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = random_graph(1)
    travel = travel_on(graph)
    live = LiveWeights(travel, graph)
    live.ask(AT)
    assert live.settled(WITHIN_S)
    start, end = travel.roads.snap(graph.node_point(0)), travel.roads.snap(graph.node_point(1))
    with monkeypatch.context() as full:
        full.setattr("geo.prepared.label_kernels.fill_bounds", out_of_memory)
        live.put(RoadMeasure("m1", frozenset(range(graph.stretch_count)), CLOSED, AT, None))
        live.ask(AT + timedelta(minutes=2))
        assert live.settled(WITHIN_S)
    status = live.status(AT + timedelta(minutes=3))
    assert (status.epoch, status.as_of, status.age_s) == (1, AT, 180.0)
    assert (status.failed_at, status.failure) == (AT + timedelta(minutes=2), "no memory for the bounds")
    found_ms = travel.matrix([start.point], [end.point])[0, 0] * 1000.0
    assert found_ms == pytest.approx(oracle_ms(graph, start, end), abs=ROUNDING_MS)
    live.ask(AT + timedelta(minutes=4))
    assert live.settled(WITHIN_S)
    assert (live.status(AT).epoch, live.status(AT).failure) == (2, None)
    assert math.isinf(travel.matrix([start.point], [end.point])[0, 0])
    live.close()


def out_of_memory(*_: object) -> None:
    raise MemoryError("no memory for the bounds")


@pytest.mark.parametrize("factors", [np.zeros((len(ROAD_CLASSES), 168)), np.ones((2, 168)), np.full((21, 168), np.nan)])
def test_hour_factors_must_be_possible(
    live: LiveWeights, factors: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
) -> None:
    with pytest.raises(ValueError, match="above 0"):
        live.learn(factors)
    live.learn(no_hour_factors() * 2.0)
    live.ask(AT)
    assert live.settled(WITHIN_S)


def test_an_areas_factors_multiply_the_hours(live: LiveWeights) -> None:
    for seed in range(100):  # some 3,000 arcs
        graph, rng = random_graph(seed), random.Random(seed)
        hours = np.array([[rng.uniform(0.5, 3.0) for _ in range(168)] for _ in ROAD_CLASSES])
        roads = np.array([rng.uniform(0.5, 3.0) for _ in range(graph.stretch_count)])
        found = durations_at(graph, hours, [], AT, roads)
        for arc in range(graph.arc_count):
            stretch = int(graph.arc_stretch[arc])
            factor = hours[graph.road_class[stretch], 8] * roads[stretch]
            assert int(found[arc]) == max(1, round(int(graph.duration_ms[arc]) * factor)), f"seed {seed}"
    for impossible in (np.ones(2), np.zeros(random_graph(1).stretch_count)):
        with pytest.raises(ValueError, match="each stretch"):
            live.learn(no_hour_factors(), impossible)


def test_learned_factors_of_an_area_reach_the_answers() -> None:
    graph = random_graph(1)
    travel = travel_on(graph)
    live = LiveWeights(travel, graph)
    a, b = graph.node_point(0), graph.node_point(1)
    before_s = travel.matrix([a], [b])[0, 0]
    live.learn(no_hour_factors() * 2.0, np.full(graph.stretch_count, 1.5))
    live.ask(AT)
    assert live.settled(WITHIN_S)
    assert travel.matrix([a], [b])[0, 0] == pytest.approx(3.0 * before_s, rel=0.001)
    live.close()
