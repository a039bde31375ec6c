"""Travel times against the plain search on random cities, and on real Beijing against its own exported graph."""

import math
import random
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex
from geo.hierarchy import TICKS_PER_MS
from geo.point import Point, distance_m
from geo.roads import RoadGraph
from geo.snap import NoRoad
from geo.travel import Arrival, TravelTimes
from tests.geo.random_city import oracle_ms, random_graph, random_point, travel_of, travel_on

CASES = 1000
# A position in the middle of a road is rounded to a tick, once at each end.
ROUNDING_MS = 1.0 / TICKS_PER_MS + 1e-6
AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_matrix_equals_the_plain_search_on_random_cities() -> None:
    for seed in range(CASES):
        graph, travel, rng = random_graph(seed), travel_of(seed), random.Random(seed)
        sources = [random_point(rng, graph) for _ in range(rng.randint(1, 3))]
        targets = [random_point(rng, graph) for _ in range(rng.randint(1, 3))]
        ends = [travel.roads.snap(point) for point in targets]
        starts = [travel.roads.snap(point) for point in sources]
        expected = [[oracle_ms(graph, start, end) for end in ends] for start in starts]
        np.testing.assert_allclose(
            travel.matrix(sources, targets) * 1000.0, expected, rtol=1e-9, atol=ROUNDING_MS, err_msg=f"seed {seed}"
        )


def test_rank_and_nearest_agree_with_the_matrix_on_random_cities() -> None:
    for seed in range(CASES):
        graph, rng = random_graph(seed), random.Random(seed)
        places = {f"p{number}": random_point(rng, graph) for number in range(rng.randint(1, 6))}
        travel, at = travel_on(graph, places), random_point(rng, graph)
        fleet = FleetIndex(travel.roads)
        for unit_id, point in places.items():
            fleet.move(unit_id, point, AT)
        k = rng.randint(1, 6)
        there, back = travel.matrix([at], list(places.values()))[0], travel.matrix(list(places.values()), [at])[:, 0]
        assert_agree(travel.rank(at, k), dict(zip(places, there, strict=True)), k, seed)
        assert_agree(travel.nearest(at, fleet, k), dict(zip(places, back, strict=True)), k, seed)


def assert_agree(arrivals: list[Arrival], expected: dict[str, float], k: int, seed: int) -> None:
    """Compare a ranking with the times of all: same order, same times, unreachable ones last without a time."""
    best = sorted(expected.items(), key=lambda item: (item[1], item[0]))[:k]
    assert [arrival.id for arrival in arrivals] == [found for found, _ in best] or equal_but_for_ties(
        arrivals, expected
    ), seed
    times = [math.inf if arrival.eta_s is None else arrival.eta_s for arrival in arrivals]
    assert times == pytest.approx([time_s for _, time_s in best], abs=1e-6), f"seed {seed}"


def equal_but_for_ties(arrivals: list[Arrival], expected: dict[str, float]) -> bool:
    """Tell whether each arrival has its own expected time: equal times may come in either order of rounding."""
    return all(
        (math.inf if arrival.eta_s is None else arrival.eta_s) == pytest.approx(expected[arrival.id], abs=1e-6)
        for arrival in arrivals
    )


def test_a_route_is_drivable_and_as_fast_as_the_matrix_says() -> None:
    for seed in range(CASES):
        graph, rng = random_graph(seed), random.Random(seed)
        travel, a, b = travel_of(seed), random_point(rng, graph), random_point(rng, graph)
        time_s, route = float(travel.matrix([a], [b])[0, 0]), travel.route(a, b)
        if route is None:
            assert math.isinf(time_s), f"seed {seed}"
            continue
        start, end = travel.roads.snap(a), travel.roads.snap(b)
        assert route.duration_s == pytest.approx(time_s, abs=ROUNDING_MS / 1000.0), f"seed {seed}"
        assert (route.from_snap_m, route.to_snap_m) == (start.distance_m, end.distance_m), f"seed {seed}"
        line_m = sum(distance_m(one, other) for one, other in pairwise(route.geometry))
        assert route.distance_m == pytest.approx(line_m, abs=0.1), f"seed {seed}"
        assert distance_m(route.geometry[0], start.point) < 0.01, f"seed {seed}"
        assert distance_m(route.geometry[-1], end.point) < 0.01, f"seed {seed}"


def test_no_detour_is_faster_than_the_route() -> None:
    for seed in range(CASES):
        graph, rng = random_graph(seed | 1), random.Random(seed)  # odd ones have no forbidden turns
        a, over, b = (random_point(rng, graph) for _ in range(3))
        times = travel_of(seed | 1).matrix([a, over], [over, b])
        assert times[0, 1] <= times[0, 0] + times[1, 1] + 2 * ROUNDING_MS / 1000.0, f"seed {seed}"


@pytest.fixture(scope="module")
def beijing(beijing_pack: CityPack) -> TravelTimes:
    return TravelTimes.open(beijing_pack)


def plain_graph(graph: RoadGraph) -> "coo_array[np.float64]":
    """Return the arcs as anyone would read them from the export, the fastest of parallel ones."""
    order = np.lexsort((graph.duration_ms, graph.arc_to, graph.arc_from))
    tail, head, time_ms = graph.arc_from[order], graph.arc_to[order], graph.duration_ms[order].astype(np.float64)
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    return coo_array((time_ms[first], (tail[first], head[first])), shape=(graph.node_count, graph.node_count))


def test_ten_thousand_pairs_of_beijing_equal_an_independent_search(
    beijing_pack: CityPack, beijing: TravelTimes
) -> None:
    graph, rng = beijing_pack.graph, random.Random(120)
    sources, targets = rng.sample(range(graph.node_count), 80), rng.sample(range(graph.node_count), 125)
    expected = dijkstra(plain_graph(graph), indices=sources)[:, targets] / 1000.0
    found = beijing.matrix([graph.node_point(node) for node in sources], [graph.node_point(node) for node in targets])
    assert found.shape == (80, 125)
    np.testing.assert_array_equal(found, expected)
    assert np.isfinite(found).all()


def test_matrix_may_search_from_either_side(beijing_pack: CityPack, beijing: TravelTimes) -> None:
    rng = random.Random(121)
    points = [random_point(rng, beijing_pack.graph) for _ in range(7)]
    forwards, backwards = beijing.matrix(points[:3], points), beijing.matrix(points, points[:3])
    np.testing.assert_allclose(beijing.matrix(points, points)[:3], forwards, rtol=1e-12)
    np.testing.assert_allclose(beijing.matrix(points, points)[:, :3], backwards, rtol=1e-12)


def test_an_empty_matrix_is_empty(beijing: TravelTimes) -> None:
    assert beijing.matrix([], [Point(116.4, 39.9)]).shape == (0, 1)
    assert beijing.matrix([Point(116.4, 39.9)], []).shape == (1, 0)


def test_every_centre_of_beijing_is_ranked(beijing_pack: CityPack, beijing: TravelTimes) -> None:
    ranked = beijing.rank(Point(116.40, 39.91))
    assert {arrival.id for arrival in ranked} == {site.center_id for site in beijing_pack.centers}
    times = [arrival.eta_s for arrival in ranked if arrival.eta_s is not None]
    assert times == sorted(times)
    assert len(times) == len(beijing_pack.centers)


def test_among_limits_the_candidates(beijing: TravelTimes) -> None:
    ranked = beijing.rank(Point(116.40, 39.91), among={"BJ003", "BJ004", "unheard of"})
    assert {arrival.id for arrival in ranked} == {"BJ003", "BJ004"}


def test_accept_limits_the_units(beijing: TravelTimes) -> None:
    fleet = FleetIndex(beijing.roads)
    for number in range(6):
        fleet.move(f"u{number}", Point(116.40 + number / 100, 39.91), AT)
    accepted = beijing.nearest(Point(116.40, 39.91), fleet, k=2, accept=lambda unit_id: unit_id in {"u3", "u5"})
    assert [arrival.id for arrival in accepted] == ["u3", "u5"]


def test_a_unit_without_a_road_comes_last_without_a_time(beijing: TravelTimes) -> None:
    fleet = FleetIndex(beijing.roads)
    fleet.move("helicopter", Point(117.9, 39.9), AT)
    fleet.move("ambulance", Point(116.4, 39.9), AT)
    ambulance, helicopter = beijing.nearest(Point(116.41, 39.9), fleet)
    assert (ambulance.id, helicopter) == ("ambulance", Arrival("helicopter", None))


def test_a_moved_unit_is_found_where_it_is_now(beijing: TravelTimes) -> None:
    fleet = FleetIndex(beijing.roads)
    fleet.move("far", Point(116.60, 40.00), AT)
    fleet.move("near", Point(116.42, 39.91), AT)
    assert beijing.nearest(Point(116.41, 39.91), fleet, 1)[0].id == "near"
    fleet.move("far", Point(116.41, 39.91), AT + timedelta(hours=1))
    assert beijing.nearest(Point(116.41, 39.91), fleet, 1)[0].id == "far"


def test_a_centre_without_a_road_has_no_time() -> None:
    graph = random_graph(1)
    travel = travel_on(graph, {"near": graph.node_point(0), "lost": Point(110.0, 30.0)})
    assert travel.rank(graph.node_point(0)) == [Arrival("near", 0.0), Arrival("lost", None)]
    assert travel.rank(graph.node_point(0), among={"lost"}) == [Arrival("lost", None)]


def test_a_point_without_a_road_is_refused_with_its_distance(beijing: TravelTimes) -> None:
    with pytest.raises(NoRoad, match="no road within 2000 m") as refusal:
        beijing.rank(Point(117.5, 39.9))
    assert refusal.value.distance_m == pytest.approx(58_700, rel=0.01)


def test_reweighting_is_seen_at_once_and_counted(beijing_pack: CityPack) -> None:
    travel = TravelTimes.open(beijing_pack)
    a, b = Point(116.35, 39.93), Point(116.45, 39.90)
    before = travel.matrix([a], [b])[0, 0]
    assert travel.weights_epoch == 1
    assert travel.reweight(beijing_pack.graph.duration_ms * np.int32(2)) == travel.weights_epoch == 2
    assert travel.matrix([a], [b])[0, 0] == pytest.approx(2 * before)
    route = travel.route(a, b)
    assert route is not None
    assert route.duration_s == pytest.approx(2 * before)


@pytest.mark.parametrize("weights", [np.zeros(3, dtype=np.int32), np.ones(7, dtype=np.int32)])
def test_weights_of_another_city_or_of_nothing_are_refused(weights: np.ndarray[tuple[int], np.dtype[np.int32]]) -> None:
    with pytest.raises(ValueError, match="one duration of at least 1 ms for each arc"):
        travel_on(random_graph(3)).reweight(weights)


def test_a_route_through_beijing_names_its_roads(beijing: TravelTimes) -> None:
    route = beijing.route(Point(116.31, 39.91), Point(116.45, 39.95))
    assert route is not None
    names = {step.name.zh for step in beijing.turn_list(route) if step.name is not None}
    assert any(name.endswith(("路", "街", "环")) for name in names)
    assert 60 < route.duration_s < 3600


def test_readers_see_the_old_weights_or_the_new_ones_and_never_a_mixture() -> None:
    graph = random_graph(9)
    places = {f"p{node}": graph.node_point(node) for node in range(graph.node_count)}
    travel, at = travel_on(graph, places), graph.node_point(0)
    once = {arrival.id: arrival.eta_s for arrival in travel.rank(at)}
    twice = {place: None if eta_s is None else 2 * eta_s for place, eta_s in once.items()}
    seen: list[dict[str, float | None]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append({arrival.id: arrival.eta_s for arrival in travel.rank(at)})

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(60):
        travel.reweight(graph.duration_ms * np.int32(2 - turn % 2))
    done.set()
    for reader in readers:
        reader.join()
    assert seen
    assert all(found in (once, twice) for found in seen)
    assert travel.weights_epoch == 61
