"""A place known as a region: the compiled sums against plain questions at every position, and regions that are none."""

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest
import shapely

from geo.fleet_index import FleetIndex
from geo.hierarchy import CLOSED_MS
from geo.point import Point, destination_point, distance_m
from geo.roads import RoadGraph
from geo.snap import NoRoad
from geo.travel import Arrival, TravelTimes, nearest_first
from geo.uncertain import (
    POSITIONS_MAX,
    BadRegion,
    Disc,
    OneOf,
    Outline,
    Outlook,
    Region,
    RegionAnswer,
    positions_in,
    region_center,
)
from tests.geo.random_city import random_graph, random_point, travel_on

CASES = 1000
AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def random_region(rng: random.Random, graph: RoadGraph) -> Region:
    """Draw a disc (0 m to 30 km, at worst beside every road), several, or a crooked outline round a place."""
    drawn = rng.random()
    if drawn < 0.5:
        return random_disc(rng, graph)
    if drawn < 0.7:
        discs = tuple(random_disc(rng, graph) for _ in range(rng.randint(1, 4)))
        return OneOf(discs, tuple(rng.uniform(0.01, 1.0) for _ in discs))
    return star(rng, random_point(rng, graph), 1_500.0)


def random_disc(rng: random.Random, graph: RoadGraph) -> Disc:
    radius_m = rng.choice([0.0, rng.uniform(1, 300), rng.uniform(300, 3_000), rng.uniform(3_000, 30_000)])
    return Disc(random_point(rng, graph), radius_m)


def star(rng: random.Random, at: Point, widest_m: float) -> Outline:
    """Draw a crooked outline round a place."""
    count = rng.randint(5, 9)  # no gap of half a turn: it never crosses itself
    bearings = [360.0 * (nth + rng.random()) / count for nth in range(count)]
    return Outline(tuple(destination_point(at, bearing, rng.uniform(10.0, widest_m)) for bearing in bearings))


def plain_answer(rows: Sequence[Sequence[Arrival]], positions: int) -> dict[str, Outlook]:
    """Sum plain answers up: one list of arrivals, nearest first, for each position on a road."""
    times: dict[str, list[float | None]] = {}
    firsts = Counter(row[0].id for row in rows if row and row[0].eta_s is not None)
    for row in rows:
        for arrival in row:
            times.setdefault(arrival.id, []).append(arrival.eta_s)
    assert len(rows) <= positions
    return {each: plain_outlook(each, eta_s, firsts[each] / len(rows)) for each, eta_s in times.items()}


def plain_outlook(each: str, eta_s: Sequence[float | None], first_share: float) -> Outlook:
    known = [time_s for time_s in eta_s if time_s is not None]
    expected_s = sum(known) / len(known) if known else None
    worst_s = max(known) if len(known) == len(eta_s) else None
    return Outlook(each, expected_s, worst_s, len(known) / len(eta_s), first_share)


def assert_same(answer: RegionAnswer, plain: Mapping[str, Outlook], k: int, seed: int) -> None:
    """Compare all the numbers of an answer with the plain ones, and its order with theirs."""
    assert len(answer.outlooks) == min(k, len(plain)), f"seed {seed}"
    for outlook in answer.outlooks:
        expected = plain[outlook.id]
        assert outlook.reached_share == pytest.approx(expected.reached_share), f"seed {seed}"
        assert near(outlook.expected_s, expected.expected_s), f"seed {seed}"
        assert near(outlook.worst_s, expected.worst_s), f"seed {seed}"
    best = sorted(plain.values(), key=place_of)[:k]
    found, wished = (np.array([place_of(row) for row in rows]) for rows in (answer.outlooks, best))
    np.testing.assert_allclose(found, wished, rtol=0.0, atol=1e-4, err_msg=f"seed {seed}")


def place_of(outlook: Outlook) -> tuple[float, float]:
    return (-outlook.reached_share, math.inf if outlook.expected_s is None else outlook.expected_s)


def near(one: float | None, other: float | None) -> bool:
    """Tell whether two times are the same to the tick, or both unknown."""
    if one is None or other is None:
        return one is other
    return abs(one - other) < 1e-4


@cache
def city(seed: int) -> tuple[RoadGraph, TravelTimes]:
    """Open one of some little cities with up to six centres."""
    graph, rng = random_graph(seed), random.Random(seed)
    return graph, travel_on(graph, {f"c{nth}": random_point(rng, graph) for nth in range(rng.randint(1, 6))})


def with_closures(rng: random.Random, graph: RoadGraph, travel: TravelTimes) -> None:
    """Close some roads or none, so that parts of the city may be cut off."""
    duration_ms = graph.duration_ms.copy()
    if rng.random() < 0.5:
        duration_ms[[rng.randrange(graph.arc_count) for _ in range(rng.randint(1, 6))]] = CLOSED_MS
    travel.reweight(duration_ms)


def on_roads(travel: TravelTimes, region: Region) -> list[Point]:
    places = [Point(lon, lat) for lon, lat in positions_in(region).tolist()]
    return [place for place in places if travel.roads.snap_if_near(place) is not None]


def test_a_ranked_region_is_the_sum_of_plain_rankings() -> None:
    compared = 0
    for seed in range(CASES):
        (graph, travel), rng = city(seed % 60), random.Random(seed)
        with_closures(rng, graph, travel)
        region, k = random_region(rng, graph), rng.randint(1, 6)
        among = None if rng.random() < 0.7 else {"c0", "c2", "unheard of"}
        places = on_roads(travel, region)
        if not places:
            with pytest.raises(NoRoad):
                travel.rank_region(region)
            continue
        plain = plain_answer([travel.rank(place, among=among) for place in places], len(positions_in(region)))
        answer = travel.rank_region(region, k, among)
        assert_same(answer, plain, k, seed)
        firsts = [outlook.first_share for outlook in travel.rank_region(region, None, among).outlooks]
        assert sorted(firsts) == pytest.approx(sorted(row.first_share for row in plain.values())), f"seed {seed}"
        assert answer.choice_changes == (sum(share > 0 for share in firsts) > 1), f"seed {seed}"
        assert answer.roadless_share == pytest.approx(1 - len(places) / answer.positions), f"seed {seed}"
        compared += 1
    assert compared > 0.9 * CASES


def test_the_nearest_units_of_a_region_are_those_of_its_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.region_units._ALL_AT_ONCE", 12)  # so that a large fleet is one of more than twelve
    for seed in range(CASES):
        (graph, travel), rng = city(seed % 60), random.Random(seed)
        fleet = FleetIndex(travel.roads)
        with_closures(rng, graph, travel)
        units = [f"u{nth}" for nth in range(rng.choice([0, 1, 5, 15]))]
        for unit in units:
            fleet.tell_traits(unit, rng.randint(0, 3))
            fleet.move(unit, random_point(rng, graph) if rng.random() < 0.95 else Point(118.0, 39.0), AT)
        region, k, wanted = random_region(rng, graph), rng.randint(1, 5), rng.choice([0, 0, 1])
        places = on_roads(travel, region)
        if not places:
            continue
        late_s = rng.choice([0.0, 45.0, 600.0])  # of every third unit
        delay_s = {unit: late_s if is_late(unit) else 0.0 for unit in units}.__getitem__
        answer = travel.nearest_region(region, fleet, k, lambda unit: unit != "u3", wanted, delay_s=delay_s)
        rows = [
            later(travel.nearest(place, fleet, None, lambda unit: unit != "u3", wanted), late_s) for place in places
        ]
        plain = plain_answer(rows, len(places))
        assert_same(answer, plain, k, seed)
        assert answer.choice_changes == (sum(row.first_share > 0 for row in plain.values()) > 1), f"seed {seed}"
        at_places = {place: {each.id: each.eta_s for each in row} for place, row in zip(places, rows, strict=True)}
        for place, first in answer.firsts:
            soonest_s = min(eta_s for eta_s in at_places[place].values() if eta_s is not None)
            assert near(at_places[place][first], soonest_s), f"seed {seed}"
        reached = sum(any(each.eta_s is not None for each in row) for row in rows)
        assert len(answer.firsts) == reached, f"seed {seed}"


def is_late(unit: str) -> bool:
    return int(unit[1:]) % 3 == 0


def later(rows: Sequence[Arrival], late_s: float) -> list[Arrival]:
    """Let every third unit arrive so much later."""
    return nearest_first(
        Arrival(row.id, row.eta_s + late_s) if is_late(row.id) and row.eta_s is not None else row for row in rows
    )


def test_a_point_is_a_disc_without_a_radius() -> None:
    for seed in range(200):
        (graph, travel), rng = city(seed % 60), random.Random(seed)
        at = random_point(rng, graph)
        answer = travel.rank_region(Disc(at, 0.0))
        assert [(row.id, row.expected_s) for row in answer.outlooks] == [
            (arrival.id, arrival.eta_s) for arrival in travel.rank(at)
        ], f"seed {seed}"
        assert (answer.positions, answer.choice_changes) == (1, False)


def test_positions_lie_inside_and_share_the_area_evenly() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        center = Point(rng.uniform(75, 130), rng.uniform(-50, 50))
        radius_m = rng.uniform(1, 50_000)
        places = positions_in(Disc(center, radius_m))
        away_m = np.array([distance_m(center, Point(lon, lat)) for lon, lat in places.tolist()])
        assert len(places) == POSITIONS_MAX
        assert (away_m < radius_m * 1.02).all(), f"seed {seed}"
        assert (away_m < radius_m / math.sqrt(2)).sum() == pytest.approx(POSITIONS_MAX / 2, abs=2), f"seed {seed}"
        quarter = (places[:, 0] > center.lon) & (places[:, 1] > center.lat)
        assert quarter.sum() == pytest.approx(POSITIONS_MAX / 4, abs=3), f"seed {seed}"


def test_positions_of_an_outline_lie_inside_it() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        region = star(rng, Point(116.4, 39.9), 9_000.0)
        places = positions_in(region)
        area = shapely.Polygon([(corner.lon, corner.lat) for corner in region.corners])
        assert 1 <= len(places) <= POSITIONS_MAX
        slack = area.buffer(1e-5)  # straight in one projection is not quite straight in another
        assert shapely.contains_xy(slack, places).all(), f"seed {seed}"


def test_a_sliver_still_has_positions() -> None:
    sliver = Outline((Point(116.4, 39.9), Point(116.5, 40.0), Point(116.5, 40.0000001)))
    assert len(positions_in(sliver)) >= 1


def test_several_discs_share_the_positions_by_belief() -> None:
    one, other, third = Disc(Point(116.4, 39.9), 50.0), Disc(Point(116.5, 39.9), 900.0), Disc(Point(116.6, 39.9), 0.0)
    region = OneOf((one, other, third), (0.2, 0.79, 0.01))
    places = [Point(lon, lat) for lon, lat in positions_in(region).tolist()]
    assert len(places) == POSITIONS_MAX
    counts = [sum(distance_m(disc.center, each) <= disc.radius_m + 1 for each in places) for disc in region.discs]
    assert counts == [12, 51, 1]
    assert max(distance_m(other.center, each) for each in places[12:63]) > 0.98 * other.radius_m
    assert region_center(region) == other.center


def test_several_discs_that_are_none_are_refused() -> None:
    disc = Disc(Point(116.4, 39.9), 50.0)
    for discs, beliefs in (((), ()), ((disc,), (0.5, 0.5)), ((disc,) * 7, (0.1,) * 7)):
        with pytest.raises(BadRegion, match="pairs"):
            OneOf(discs, beliefs)
    with pytest.raises(BadRegion, match="believes"):
        OneOf((disc,), (0.0,))


@pytest.mark.parametrize("radius_m", [-1.0, math.nan, math.inf, 100_001.0])
def test_a_bad_radius_is_refused(radius_m: float) -> None:
    with pytest.raises(BadRegion, match="radius"):
        Disc(Point(116.4, 39.9), radius_m)


@pytest.mark.parametrize("at", [Point(math.nan, 39.9), Point(116.4, 91.0), Point(181.0, 0.0)])
def test_a_region_nowhere_is_refused(at: Point) -> None:
    with pytest.raises(BadRegion, match="no place"):
        Disc(at, 10.0)
    with pytest.raises(BadRegion, match="no place"):
        Outline((at, Point(116.4, 39.9), Point(116.5, 39.9)))


@pytest.mark.parametrize(
    "corners",
    [
        (),
        ((116.4, 39.9), (116.5, 39.9)),
        ((116.4, 39.9), (116.5, 39.9), (116.6, 39.9)),
        ((116.4, 39.9), (116.5, 40.0), (116.5, 39.9), (116.4, 40.0)),
        ((80.0, 30.0), (110.0, 30.0), (110.0, 50.0)),
    ],
)
def test_an_outline_that_is_none_is_refused(corners: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(BadRegion, match="outline"):
        Outline(tuple(Point(*corner) for corner in corners))


def test_the_largest_disc_is_answered_from_the_positions_that_have_a_road() -> None:
    graph = random_graph(1)
    travel = travel_on(graph, {"a": graph.node_point(0)})
    answer = travel.rank_region(Disc(graph.node_point(0), 100_000.0))
    assert answer.positions == POSITIONS_MAX
    assert 0.9 < answer.roadless_share < 1.0
    assert answer.outlooks[0].expected_s is not None


def test_a_centre_without_a_road_and_an_empty_fleet() -> None:
    graph = random_graph(1)
    travel = travel_on(graph, {"lost": Point(110.0, 30.0), "near": graph.node_point(0)})
    region = Disc(graph.node_point(0), 200.0)
    answer = travel.rank_region(region)
    assert [row.id for row in answer.outlooks] == ["near", "lost"]
    assert answer.outlooks[1] == Outlook("lost", None, None, 0.0, 0.0)
    assert [row.id for row in travel.rank_region(region, 1).outlooks] == ["near"]
    nobody = travel.nearest_region(region, FleetIndex(travel.roads), 5)
    assert (nobody.outlooks, nobody.choice_changes) == ((), False)
