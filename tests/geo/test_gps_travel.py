"""Positions of receivers: which roads they may mean, and the best over them against the plain search."""

import math
import random
from datetime import UTC, datetime
from functools import cache

import pytest
from scipy.sparse.csgraph import dijkstra

from geo.fleet_index import FleetIndex
from geo.gps_point import CHOICES_MAX, BadGpsPoint, GpsPoint, RoadChoice
from geo.gps_travel import GpsTravel
from geo.point import Point, destination_point
from geo.roads import RoadGraph
from geo.snap import NoRoad, Snap
from geo.travel import TravelTimes
from geo.uncertain_kernels import BACK, BOTH, ONWARD
from tests.geo.random_city import random_graph, random_point, travel_on
from tests.geo.slow_search import SearchGraph, Seed
from tests.geo.test_turn_list import Drawing
from tests.geo.test_turn_list import at as place

CASES = 1000
AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ROUNDING_S = 0.2 / 1000.0


class Little:
    """A little city with four centres, and the milliseconds between all its states by scipy."""

    def __init__(self, seed: int) -> None:
        self.graph, rng = random_graph(seed), random.Random(seed)
        self.centers = {f"c{nth}": random_point(rng, self.graph) for nth in range(4)}
        self.travel = travel_on(self.graph, self.centers)
        self.gps = GpsTravel(self.travel)
        self._search = SearchGraph(self.graph, self.graph.duration_ms)
        self._times_ms = dijkstra(self._search.forward)

    def plain_s(self, start: RoadChoice, end: Snap) -> float:
        """Return the seconds between two places, begun only by the arcs that the choice allows."""
        begins = [seed for seed in self._search.departures(start.snap) if allowed(self.graph, seed, start.sides)]
        over = (
            begin.offset_ms + float(self._times_ms[begin.state, last.state]) + last.offset_ms
            for begin in begins
            for last in self._search.arrivals(end)
        )
        return min(self._ahead_ms(start, end), *over, math.inf) / 1000.0

    def _ahead_ms(self, start: RoadChoice, end: Snap) -> float:
        """Return the milliseconds of driving straight on, inf where one cannot."""
        if start.snap.junction is not None or end.junction is not None or start.snap.stretch != end.stretch:
            return math.inf
        ways = (
            (self._search.share(arc, end) - self._search.share(arc, start.snap)) * float(self.graph.duration_ms[arc])
            for arc in self.graph.arcs_of(end.stretch)
            if start.sides & (ONWARD if self.graph.arc_forward[arc] else BACK)
        )
        return min((time_ms for time_ms in ways if time_ms >= 0.0), default=math.inf)


city = cache(Little)


def random_gps(rng: random.Random, graph: RoadGraph) -> GpsPoint:
    heading = rng.choice([None, rng.uniform(0.0, 360.0)])
    return GpsPoint(random_point(rng, graph), rng.choice([0.0, 30.0, 200.0]), heading)


def allowed(graph: RoadGraph, seed: Seed, sides: int) -> bool:
    if seed.arc < 0:
        return True
    return bool(sides & (ONWARD if graph.arc_forward[seed.arc] else BACK))


def same(eta_s: float | None, expected_s: float) -> bool:
    """Tell whether a time is the expected one, but for rounding; inf and None mean that there is no way."""
    return math.isinf(expected_s) if eta_s is None else abs(eta_s - expected_s) <= ROUNDING_S


def test_rank_and_route_are_the_best_over_the_places_by_the_plain_search() -> None:
    several = 0
    for seed in range(CASES):
        here, rng = city(seed % 50), random.Random(seed)
        at, to = random_gps(rng, here.graph), random_point(rng, here.graph)
        choices = here.gps.choices(at)
        several += len(choices) > 1
        route = here.gps.route(at, to)
        end = here.travel.roads.snap(to)
        expected_s = min(here.plain_s(choice, end) for choice in choices)
        assert same(None if route is None else route.duration_s, expected_s), f"seed {seed}"
        ranked = here.gps.rank(at)
        assert {row.id for row in ranked} == here.centers.keys(), f"seed {seed}"
        for row in ranked:
            end = here.travel.roads.snap(here.centers[row.id])
            assert same(row.eta_s, min(here.plain_s(choice, end) for choice in choices)), f"seed {seed}"
    assert several > CASES / 5


def test_nearest_is_the_least_over_the_places_by_the_plain_search() -> None:
    for seed in range(CASES):
        here, rng = city(seed % 50), random.Random(seed)
        at, fleet = random_gps(rng, here.graph), FleetIndex(here.travel.roads)
        units = {f"u{nth}": random_point(rng, here.graph) for nth in range(5)}
        for unit, point in units.items():
            fleet.move(unit, point, AT)
        ends = [choice.snap for choice in here.gps.choices(at)]
        plain_s = {
            unit: min(here.plain_s(RoadChoice(here.travel.roads.snap(point), BOTH), end) for end in ends)
            for unit, point in units.items()
        }
        found = here.gps.nearest(at, fleet, 3)
        for row, expected_s in zip(found, sorted(plain_s.values()), strict=False):
            assert same(row.eta_s, expected_s), f"seed {seed}"
            assert same(row.eta_s, plain_s[row.id]), f"seed {seed}"


def test_a_point_in_one_place_answers_as_a_plain_point_does() -> None:
    for seed in range(300):
        here, rng = city(seed % 50), random.Random(seed)
        point = here.graph.node_point(rng.randrange(here.graph.node_count))
        assert here.gps.rank(GpsPoint(point, 500.0, 90.0)) == here.travel.rank(point), f"seed {seed}"
        assert here.gps.rank(GpsPoint(point, 500.0), 2, {"c1", "c2"}) == here.travel.rank(point, 2, {"c1", "c2"})


@pytest.fixture(scope="module")
def avenue(tmp_path_factory: pytest.TempPathFactory) -> tuple[TravelTimes, GpsTravel]:
    drawing = Drawing()
    drawing.road("大道", (-400, 0), (400, 0), oneway="yes")
    drawing.road("大道", (400, 14), (-400, 14), oneway="yes")
    drawing.road("", (400, 0), (400, 14))
    drawing.road("", (-400, 14), (-400, 0))
    drawing.road("辅路", (-400, -20), (400, -20))
    drawing.road("", (-400, -20), (-400, 0))
    travel = drawing.travel(tmp_path_factory.mktemp("avenue"))
    return travel, GpsTravel(travel)


def test_between_carriageways_the_heading_says_which(avenue: tuple[TravelTimes, GpsTravel]) -> None:
    _, gps = avenue
    between = place(0, 6)
    assert [round(choice.snap.distance_m) for choice in gps.choices(GpsPoint(between, 40.0))] == [6, 8, 26]
    (east, side) = gps.choices(GpsPoint(between, 40.0, 90.0))
    assert (round(east.snap.distance_m), round(side.snap.distance_m), side.sides) == (6, 26, ONWARD)
    (west, back) = gps.choices(GpsPoint(between, 40.0, 270.0))
    assert (round(west.snap.distance_m), back.sides) == (8, BACK)
    assert [choice.sides for choice in gps.choices(GpsPoint(between, 40.0, None))] == [BOTH] * 3
    assert len(gps.choices(GpsPoint(between, 0.0))) == 1


def test_the_best_carriageway_counts_and_its_way_off_is_told(avenue: tuple[TravelTimes, GpsTravel]) -> None:
    travel, gps = avenue
    between, west = place(0, 6), place(-300, 14)
    plain, best = travel.route(between, west), gps.route(GpsPoint(between, 20.0), west)
    assert plain is not None
    assert best is not None
    assert best.duration_s < plain.duration_s
    assert best.from_snap_m == pytest.approx(8.0, abs=0.1)
    driving = gps.route(GpsPoint(between, 20.0, 90.0), west)
    assert driving is not None
    assert driving.duration_s == plain.duration_s


def test_there_are_never_too_many_places() -> None:
    for seed in range(300):
        here, rng = city(seed % 50), random.Random(seed)
        choices = here.gps.choices(GpsPoint(random_point(rng, here.graph), 5_000.0, rng.choice([None, 10.0])))
        assert 1 <= len(choices) <= CHOICES_MAX, f"seed {seed}"
        assert all(choice.sides in {ONWARD, BACK, BOTH} for choice in choices)


@pytest.mark.parametrize(("within_m", "heading"), [(math.nan, None), (-1.0, None), (math.inf, None), (5.0, math.nan)])
def test_what_no_receiver_means_is_refused(within_m: float, heading: float | None) -> None:
    with pytest.raises(BadGpsPoint):
        GpsPoint(Point(116.4, 39.9), within_m, heading)


def test_far_from_every_road_there_is_no_place() -> None:
    with pytest.raises(NoRoad):
        city(1).gps.rank(GpsPoint(destination_point(Point(116.4, 39.9), 0.0, 90_000.0), 50.0))
