"""Following units: against a plain reading of the rule, on drives whose roads are known, with fixes that are none."""

import math
import random
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex, Moved
from geo.point import Point, destination_point, distance_m
from geo.roads import RoadGraph
from geo.tracks.following import FollowedFleet, FollowingRules, RoadFollower, read_following
from geo.travel import TravelTimes
from tests.geo.random_city import random_graph, random_point, travel_of, travel_on
from tests.geo.slow_search import SearchGraph
from tests.geo.test_map_matching import SMALL, candidates, drive, road_metres

RULES = read_following()
AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
Place = tuple[float, int, float]


class PlainFollower:
    """One unit, followed as the rule reads: every candidate, every way by Dijkstra."""

    def __init__(self, graph: RoadGraph) -> None:
        self._graph, self._search = graph, SearchGraph(graph, graph.duration_ms)
        self._last: tuple[Point, float] | None = None
        self._places: list[Place] = []
        self._costs: list[float] = []

    def follow(self, at: Point, at_s: float, heading_deg: float | None) -> dict[int, float] | None:
        """Return what each likely road costs; None for a fix that only stands."""
        last, places, costs = self._last, self._places, self._costs
        if last is not None and places and distance_m(last[0], at) < SMALL.still_m:
            self._last = last[0], at_s
            return None
        found = candidates(self._graph, at, SMALL.radius_m, RULES.candidates_max)
        own = [0.5 * (place[0] / SMALL.sigma_m) ** 2 + self._against(place, heading_deg) for place in found]
        likely = [nth for nth, cost in enumerate(own) if cost <= min(own) + RULES.lost_cost]
        self._places, new = [found[nth] for nth in likely], [own[nth] for nth in likely]
        if last is not None and places and self._places and self._follows(last, at, at_s):
            gap_s = at_s - last[1]
            seconds = road_metres(self._search, places, self._places) / 10.0
            late = np.minimum(RULES.lost_cost, np.maximum(0.0, (seconds - 2.0 * gap_s) / RULES.late_s))
            coming = (RULES.fading * np.array(costs)[:, None] + late).min(axis=0)
            new = [cost + float(more) for cost, more in zip(new, coming, strict=True)]
        self._last, self._costs = (at, at_s), [cost - min(new) for cost in new]
        return {place[1]: cost for place, cost in zip(self._places, self._costs, strict=True)}

    @staticmethod
    def _follows(last: tuple[Point, float], at: Point, at_s: float) -> bool:
        gap_s = at_s - last[1]
        far_m = SMALL.speed_max_mps * gap_s + 2.0 * SMALL.radius_m
        return gap_s <= SMALL.silence_s and distance_m(last[0], at) <= far_m

    def _against(self, place: Place, heading_deg: float | None) -> float:
        if heading_deg is None:
            return 0.0
        graph, stretch = self._graph, place[1]
        shape = range(int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1]))
        wanted_m = place[2] * float(graph.shape_m[shape[-1]])
        piece = max(at for at in shape[:-1] if at == shape[0] or float(graph.shape_m[at]) <= wanted_m)
        lat = math.radians(float(graph.shape_lat[piece]))
        east = float(graph.shape_lon[piece + 1] - graph.shape_lon[piece]) * math.cos(lat)
        north = float(graph.shape_lat[piece + 1] - graph.shape_lat[piece])
        turned = math.cos(math.atan2(east, north) - math.radians(heading_deg))
        onward, back = graph.forward_arc[stretch] >= 0, graph.backward_arc[stretch] >= 0
        course = max(turned if onward else -1.0, -turned if back else -1.0)
        return RULES.against_cost * (1.0 - course) / 2.0


def test_units_are_followed_as_the_plain_rule_says() -> None:
    compared = stood = lost = 0
    for seed in range(450):
        graph, rng = random_graph(seed % 15), random.Random(seed)
        plain, follower = PlainFollower(graph), RoadFollower(travel_of(seed % 15), RULES, SMALL)
        at, at_s = random_point(rng, graph), 0.0
        for _ in range(8):
            heading = rng.choice([None, rng.uniform(0.0, 360.0)])
            followed = follower.follow("A", at, AT + timedelta(seconds=at_s), heading, None)
            costs = plain.follow(at, at_s, heading)
            if costs is None:
                stood += 1
            elif not costs:
                lost += 1
                assert (followed.stretch, followed.point) == (None, at), f"seed {seed}"
            else:
                compared += 1
                assert followed.stretch is not None, f"seed {seed}"
                assert costs[followed.stretch] <= 1e-3, f"seed {seed}: {costs}"
            at_s += rng.choice([5.0, 20.0, 60.0, 200.0])
            at = rng.choice([at, destination_point(at, rng.uniform(0.0, 360.0), rng.choice([10.0, 90.0, 400.0]))])
    assert compared > 1000
    assert min(stood, lost) > 30


def test_on_known_drives_more_fixes_lie_on_the_driven_road(beijing_pack: CityPack) -> None:
    graph, rng = beijing_pack.graph, random.Random(11)
    travel = TravelTimes.open(beijing_pack)
    follower = RoadFollower(travel)
    nearest = after = total = drives = 0
    while drives < 12:
        drawn = drive(graph, travel, rng, 5.0)
        if drawn is None:
            continue
        drives += 1
        (lon, lat, at_s), arcs = drawn
        driven = set(graph.arc_stretch[list(arcs)].tolist())
        for x, y, second in zip(lon.tolist(), lat.tolist(), at_s.tolist(), strict=True):
            fix, at = Point(x, y), AT + timedelta(seconds=second)
            nearest += travel.roads.snap(fix).stretch in driven
            followed = follower.follow(str(drives), fix, at, None, None)
            after += travel.roads.snap(followed.point).stretch in driven
            total += 1
    assert total > 1000
    assert nearest / total < 0.8
    assert after / total > 0.9


def test_a_fix_that_is_not_newer_and_one_far_from_any_road_change_nothing() -> None:
    graph = random_graph(1)
    follower, here = RoadFollower(travel_on(graph), RULES, SMALL), graph.node_point(0)
    assert follower.follow("A", here, AT, None, None).stretch is not None
    beside = destination_point(here, 90.0, 90.0)
    for seconds in (0.0, -60.0):
        assert follower.follow("A", beside, AT + timedelta(seconds=seconds), 90.0, 20.0).point == beside
    far = destination_point(here, 0.0, 40_000.0)
    gone = follower.follow("A", far, AT + timedelta(seconds=60.0), 90.0, 20.0)
    assert (gone.stretch, gone.point) == (None, far)
    back = follower.follow("A", here, AT + timedelta(seconds=120.0), None, None)
    assert back.stretch is not None


def test_a_fleet_is_indexed_where_its_units_drive() -> None:
    graph = random_graph(1)
    travel = travel_on(graph)
    fleet = FleetIndex(travel.roads)
    followed = FollowedFleet(travel, fleet)
    beside = destination_point(graph.node_point(0), 45.0, 30.0)
    assert followed.move("A", beside, AT, 10.0, 8.0) is Moved.MOVED
    assert followed.move("A", beside, AT, 10.0, 8.0) is Moved.STALE
    fix = fleet.fix("A")
    assert fix is not None
    assert fix.snap is not None
    assert (fix.heading_deg, fix.speed_mps, fix.at) == (10.0, 8.0, AT)
    assert distance_m(fix.point, fix.snap.point) < 1.0 < distance_m(fix.point, beside)


@pytest.mark.parametrize("wrong", [{"fading": 1.5}, {"lost_cost": 0.0}, {"late_s": math.inf}, {"candidates_max": 0}])
def test_impossible_rules_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"possible rule|remember"):
        FollowingRules(**{**asdict(RULES), **wrong})
