"""Drives from matched tracks: standing and flying are cut out, lengths add up, trips follow one another."""

import math
import random

import numpy as np
import pytest

from geo.prepared import PreparedRoads
from geo.roads import RoadGraph
from geo.snap import RoadIndex, build_grid
from geo.speeds import read_profile
from geo.tracks.drives import Trip, drives_of, trips_of
from geo.tracks.eta_error import by_eta, by_hour, compare, direct, error_row, predict
from geo.tracks.learned_speeds import LearnedSpeeds
from geo.tracks.learning_rules import read_rules
from geo.tracks.map_matching import LINKS, Link, MapMatcher, MatchedTrack
from geo.tracks.speed_learning import learn
from tests.geo.random_city import random_graph
from tests.geo.test_learned_speeds import drawn

RULES = read_rules()


def track(fixes: list[tuple[float, Link, float]]) -> MatchedTrack:
    """Lay (seconds, link, road metres since the last) out as a track that stays on one road."""
    at_s, link, route_m = (list(column) for column in zip(*fixes, strict=True))
    placed = [each in {Link.STARTS, Link.DRIVEN, Link.SILENT, Link.NO_ROAD_BETWEEN} for each in link]
    return MatchedTrack(
        at_s=np.array(at_s, dtype=np.float64),
        link=np.array([LINKS.index(each) for each in link], dtype=np.uint8),
        stretch=np.where(placed, 0, -1).astype(np.int32),
        fraction=np.where(placed, 0.5, math.nan),
        away_m=np.zeros(len(at_s)),
        route_m=np.array(route_m, dtype=np.float64),
    )


def trips(fixes: list[tuple[float, Link, float]], *lengths_m: float) -> list[tuple[float, float, float]]:
    return [(trip.began_s, trip.elapsed_s, trip.metres) for trip in trips_of([track(fixes)], lengths_m, RULES)]


def test_trips_are_cut_by_length_in_turn() -> None:
    even = [(0.0, Link.STARTS, math.nan), *((60.0 * nth, Link.DRIVEN, 500.0) for nth in range(1, 9))]
    assert trips(even, 900.0, 400.0) == [(0.0, 120.0, 1000.0), (120.0, 60.0, 500.0), (180.0, 120.0, 1000.0),
                                         (300.0, 60.0, 500.0), (360.0, 120.0, 1000.0)]  # fmt: skip


@pytest.mark.parametrize(
    "between",
    [
        (400.0, Link.DRIVEN, 50.0),  # stands
        (200.0, Link.SILENT, math.nan),
        (200.0, Link.NO_ROAD_BETWEEN, math.nan),
    ],
)
def test_no_trip_leads_over_a_break_or_a_stand(between: tuple[float, Link, float]) -> None:
    fixes = [(0.0, Link.STARTS, math.nan), (60.0, Link.DRIVEN, 500.0), between]
    later = [(between[0] + 60.0 * nth, Link.DRIVEN, 500.0) for nth in (1, 2)]
    assert trips([*fixes, *later], 900.0) == [(between[0], 120.0, 1000.0)]


def test_nobody_flies() -> None:
    fast = [(0.0, Link.STARTS, math.nan), (20.0, Link.DRIVEN, 1000.0), (140.0, Link.DRIVEN, 1000.0)]
    assert trips(fast, 900.0) == [(20.0, 120.0, 1000.0)]


def test_fixes_that_are_not_matched_change_nothing() -> None:
    plain = [(0.0, Link.STARTS, math.nan), (100.0, Link.DRIVEN, 1000.0)]
    told = [plain[0], *((10.0 + nth, each, math.nan) for nth, each in enumerate(
        (Link.STOOD, Link.NO_ROAD_NEAR, Link.OUT_OF_ORDER, Link.NO_POSITION))), plain[1]]  # fmt: skip
    assert trips(told, 900.0) == trips(plain, 900.0) == [(0.0, 100.0, 1000.0)]


def city() -> tuple[RoadGraph, PreparedRoads]:
    graph = random_graph(11)
    return graph, PreparedRoads(graph, RoadIndex(graph, build_grid(graph)).compiled, [])


def test_spans_lie_on_the_roads_between_their_fixes() -> None:
    graph, prepared = city()
    matcher, rng = MapMatcher.on(prepared), random.Random(3)
    found = 0
    for _ in range(50):
        stretch = rng.randrange(graph.stretch_count)
        shape = slice(int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1]))
        lon, lat = graph.shape_lon[shape], graph.shape_lat[shape]
        if graph.length_m[stretch] < RULES.span_m or graph.forward_arc[stretch] < 0:
            continue
        matched = matcher.match(lon[[0, -1]], lat[[0, -1]], np.array([0.0, 200.0]))
        drives = drives_of(matcher, [matched], RULES)
        metres = float((drives.share * graph.length_m[graph.arc_stretch[drives.arc]]).sum())
        assert drives.elapsed_s.tolist() == [200.0]
        assert metres == pytest.approx(float(matched.route_m[1]), abs=0.1)
        found += 1
    assert found > 5


def learned_on(graph: RoadGraph, factor: float) -> LearnedSpeeds:
    drives = drawn(graph, random.Random(6), 3_000)
    slow = type(drives)(drives.began_s, drives.elapsed_s * factor, drives.first, drives.arc, drives.share)
    return learn(graph, read_profile(), slow, RULES, source="drawn", vehicles="taxi")


def test_estimates_of_trips_are_the_fastest_ways_of_both_weights() -> None:
    graph, prepared = city()
    learned, rng = learned_on(graph, 2.0), random.Random(1)
    drawn_trips = [
        Trip(3600.0 * rng.randrange(48), 600.0, 3000.0, *(
            (rng.randrange(graph.stretch_count), rng.random()) for _ in range(2)))
        for _ in range(200)
    ]  # fmt: skip
    predicted = predict(prepared, drawn_trips, learned, RULES)
    assert len(predicted.elapsed_s) > 50
    assert predicted.learned_s == pytest.approx(2.0 * predicted.profile_s, rel=0.1)
    assert direct(predicted, RULES).detour.max() <= RULES.detour_max
    assert sum(row.profile.trips for row in by_hour(predicted).values()) == len(predicted.elapsed_s)
    assert sum(row.trips for _, row in by_eta(predicted, lambda some: some.learned_s)) == len(predicted.elapsed_s)
    both = compare(predicted)
    assert both.profile.ratio_p50 == pytest.approx(2.0 * (both.learned.ratio_p50 or 0.0), rel=0.1)


def test_errors_are_counted_as_they_are_named() -> None:
    row = error_row(np.array([100.0, 100.0, 200.0]), np.array([50.0, 110.0, 100.0]))
    assert (row.trips, row.median_abs_s, row.bias, row.ratio_p50) == (3, 50.0, -0.5, 2.0)
    assert error_row(np.empty(0), np.empty(0)).bias is None
