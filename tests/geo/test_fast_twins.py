"""The fast engine on whole cities, against the slow search: after closures, while units move, vanish and come back."""

import json
import os
import random
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex, Moved, UnitFix
from geo.hierarchy import CLOSED_MS
from geo.point import Point
from geo.roads import RoadGraph
from geo.travel import TravelTimes
from tests.geo.random_city import random_graph, random_point, travel_on
from tests.geo.slow_search import SearchGraph, Seeds

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
# Two positions in the middle of roads, each rounded to a sixteenth of a millisecond.
TOLERANCE_S = 0.2 / 1000.0
DOCTOR, VENTILATOR = 1, 2


@pytest.fixture(scope="module")
def fictional_city(fictional_pack: Path) -> CityPack:
    return CityPack.open(fictional_pack)


@pytest.fixture(scope="module", params=["fictional", "beijing"])
def city(request: pytest.FixtureRequest) -> CityPack:
    pack: CityPack = request.getfixturevalue("fictional_city" if request.param == "fictional" else "beijing_pack")
    return pack


def closed_somewhere(graph: RoadGraph, rng: random.Random) -> NDArray[np.int32]:
    """Close fifty roads, and slow a thousand."""
    duration_ms = graph.duration_ms.copy()
    for stretch in rng.sample(range(graph.stretch_count), 1000):
        duration_ms[graph.arcs_of(stretch)] *= rng.randint(1, 9)
    for stretch in rng.sample(range(graph.stretch_count), 50):
        duration_ms[graph.arcs_of(stretch)] = CLOSED_MS
    return duration_ms


def slow_times_to(
    graph: RoadGraph, duration_ms: NDArray[np.int32], travel: TravelTimes, at: Point, units: list[Point]
) -> NDArray[np.float64]:
    """Return every unit's seconds to a point by one backward search over the whole city."""
    search = SearchGraph(graph, duration_ms)
    end, starts = travel.roads.snap(at), [travel.roads.snap(point) for point in units]
    times_ms = Seeds.of(search.departures(start) for start in starts).best(search.times_to(end))
    straight_ms = np.array([search.along_ms(start, end) for start in starts])
    return np.asarray(np.minimum(times_ms, straight_ms) / 1000.0)


def test_nearest_equals_a_full_search_while_everything_changes(city: CityPack) -> None:
    graph, travel, compared = city.graph, TravelTimes.open(city), 0
    fleet = FleetIndex(city.roads)
    places: dict[str, Point] = {}
    for seed in range(25):
        rng = random.Random(seed)
        duration_ms = closed_somewhere(graph, rng)
        travel.reweight(duration_ms)
        moved = {f"u{rng.randrange(400)}": random_point(rng, graph) for _ in range(200)}
        fleet.move_many([UnitFix(unit, point, AT + timedelta(seconds=seed)) for unit, point in moved.items()])
        places |= moved
        for unit in rng.sample(sorted(places), 20):
            assert fleet.remove(unit)
            del places[unit]
        at, k = random_point(rng, graph), rng.choice([1, 5, 40, 1000])
        found = travel.nearest(at, fleet, k)
        every = dict(zip(places, slow_times_to(graph, duration_ms, travel, at, list(places.values())), strict=True))
        times_s = [np.inf if arrival.eta_s is None else arrival.eta_s for arrival in found]
        expected = np.sort(list(every.values()))[:k]
        np.testing.assert_allclose(times_s, expected, rtol=0.0, atol=TOLERANCE_S, err_msg=f"seed {seed}")
        own = [every[arrival.id] for arrival in found]
        np.testing.assert_allclose(times_s, own, rtol=0.0, atol=TOLERANCE_S, err_msg=f"seed {seed}")
        compared += len(found)
    assert compared > 1000


def test_rank_equals_a_full_search_after_every_round_of_closures(city: CityPack) -> None:
    graph, travel, compared = city.graph, TravelTimes.open(city), 0
    centers = [site.point for site in city.centers]
    for seed in range(15):
        rng = random.Random(seed)
        duration_ms = closed_somewhere(graph, rng)
        assert travel.reweight(duration_ms) == seed + 2
        at, search = random_point(rng, graph), SearchGraph(graph, duration_ms)
        start, ends = travel.roads.snap(at), [travel.roads.snap(point) for point in centers]
        times_ms = Seeds.of(search.arrivals(end) for end in ends).best(search.times_from(start))
        straight_ms = [search.along_ms(start, end) for end in ends]
        expected = dict(
            zip((site.center_id for site in city.centers), np.minimum(times_ms, straight_ms) / 1e3, strict=True)
        )
        ranked = travel.rank(at)
        assert len(ranked) == len(expected)
        for arrival in ranked:
            time_s = np.inf if arrival.eta_s is None else arrival.eta_s
            assert time_s == pytest.approx(expected[arrival.id], abs=TOLERANCE_S), f"seed {seed}"
        compared += len(ranked)
    assert compared >= 300


def test_pairs_equal_scipy_on_the_exported_roads_after_closures(beijing_pack: CityPack) -> None:
    graph, travel = beijing_pack.graph, TravelTimes.open(beijing_pack)
    for seed in range(10):
        rng = random.Random(seed)
        duration_ms = closed_somewhere(graph, rng)
        travel.reweight(duration_ms)
        a, b = rng.sample(range(graph.node_count), 5), rng.sample(range(graph.node_count), 100)
        search = SearchGraph(graph, duration_ms)
        expected = dijkstra(search.forward, indices=a)[:, b] / 1000.0
        found = travel.matrix([graph.node_point(node) for node in a], [graph.node_point(node) for node in b])
        np.testing.assert_array_equal(found, expected, err_msg=f"seed {seed}")


def test_wanted_traits_filter_inside_the_search(fictional_city: CityPack) -> None:
    graph, travel, rng = fictional_city.graph, TravelTimes.open(fictional_city), random.Random(5)
    fleet = FleetIndex(fictional_city.roads)
    traits = {f"u{number}": rng.choice([0, DOCTOR, VENTILATOR, DOCTOR | VENTILATOR]) for number in range(300)}
    for unit, bits in traits.items():
        fleet.tell_traits(unit, bits)  # before or after its first fix
        fleet.move(unit, random_point(rng, graph), AT)
    for _ in range(250):
        at, wanted = random_point(rng, graph), rng.choice([0, DOCTOR, VENTILATOR, DOCTOR | VENTILATOR])
        search = travel.unit_search(fleet, 7, wanted)
        count = search(at.lon, at.lat)
        found = [fleet.id_at(slot) for slot in search.slots[:count].tolist()]
        having = {unit for unit, bits in traits.items() if bits & wanted == wanted}
        slow = travel.nearest(at, fleet, 7, accept=having.__contains__)
        assert [traits[unit] & wanted for unit in found] == [wanted] * 7
        assert (search.ticks[:count] / 16_000.0).tolist() == [arrival.eta_s for arrival in slow]
    fleet.tell_traits("u0", DOCTOR)
    fleet.remove("u0")
    fleet.move("u0", graph.node_point(0), AT)
    assert fleet.id_at(travel_first(travel, fleet, graph.node_point(0), DOCTOR)) != "u0", "traits end with the unit"


def travel_first(travel: TravelTimes, fleet: FleetIndex, at: Point, wanted: int) -> int:
    search = travel.unit_search(fleet, 1, wanted)
    assert search(at.lon, at.lat) == 1
    return int(search.slots[0])


def test_a_fleet_of_nobody_and_more_wanted_than_there_are() -> None:
    graph = random_graph(1)
    travel, here = travel_on(graph), graph.node_point(0)
    fleet = FleetIndex(travel.roads)
    assert travel.nearest(here, fleet, 5) == []
    for number in range(200):  # more than the first arrays hold
        assert fleet.move(f"u{number}", here, AT) is Moved.MOVED
    assert len(travel.nearest(here, fleet, 1000)) == len(travel.nearest(here, fleet)) == fleet.size == 200
    assert {arrival.eta_s for arrival in travel.nearest(here, fleet)} == {0.0}


def test_a_batch_says_of_each_fix_what_became_of_it() -> None:
    graph = random_graph(1)
    fleet, here = FleetIndex(travel_on(graph).roads), graph.node_point(0)
    far = Point(here.lon + 0.5, here.lat)
    later = AT + timedelta(seconds=1)
    batch = [
        UnitFix("a", here, AT),
        UnitFix("b", here, AT, 90.0, 5.0),
        UnitFix("a", here, AT),
        UnitFix("a", far, later),
    ]
    assert fleet.move_many(batch) == [Moved.MOVED, Moved.MOVED, Moved.STALE, Moved.JUMPED]
    fix = fleet.fix("a")
    assert fix is not None
    assert (fix.point, fix.at, fix.jumped) == (far, later, True)
    with pytest.raises(ValueError, match="without a time zone"):
        fleet.move_many([UnitFix("a", here, AT.replace(tzinfo=None))])


def test_units_move_while_others_ask(fictional_city: CityPack) -> None:
    graph, travel = fictional_city.graph, TravelTimes.open(fictional_city)
    fleet, done, rng = FleetIndex(fictional_city.roads), threading.Event(), random.Random(1)
    here, there = graph.node_point(0), graph.node_point(graph.node_count // 2)
    for number in range(500):
        fleet.move(f"u{number}", here, AT)
    counts: set[int] = set()

    def ask() -> None:
        while not done.is_set():
            arrivals = travel.nearest(random_point(random.Random(2), graph), fleet, 500)
            counts.add(len({arrival.id for arrival in arrivals if arrival.eta_s is not None}))

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for second in range(1, 40):
        place = rng.choice([here, there])
        fleet.move_many([UnitFix(f"u{number}", place, AT + timedelta(seconds=1000 * second)) for number in range(500)])
    done.set()
    for asker in askers:
        asker.join()
    assert counts == {500}


def test_weights_that_somebody_still_reads_are_not_overwritten() -> None:
    graph = random_graph(3)
    prepared = travel_on(graph)._prepared
    held = prepared.weighted(1, graph.duration_ms)
    before = held.buffers.labels.forward.copy()
    for epoch in range(2, 6):
        prepared.weighted(epoch, graph.duration_ms * np.int32(epoch))
    np.testing.assert_array_equal(held.buffers.labels.forward, before)
    kept = len(prepared._spare)
    assert kept == 1, "one spare set goes round"
    del held
    assert len(prepared._spare) == 2


def test_no_question_of_a_shift_compiles_anything_after_the_warming_up(fictional_pack: Path) -> None:
    # In a process of its own: what other tests asked their kernels must not count here. What is freed leaves the
    # process at once there: a kernel that still writes to it dies here and not in front of a dispatcher.
    shift, memory = [sys.executable, "-m", "tests.geo.a_shift", str(fictional_pack)], {"MALLOC_MMAP_THRESHOLD_": "4096"}
    done = subprocess.run(shift, check=True, capture_output=True, text=True, timeout=240, env={**os.environ, **memory})
    assert json.loads(done.stdout) == {}, "a dispatcher would wait for these to be compiled"
