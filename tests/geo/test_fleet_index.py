"""Live positions: late, repeated and impossible fixes; who is near; the road each unit stands on."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from geo.fleet_index import FleetIndex, Moved
from geo.point import Box, Point, destination_point, distance_m
from geo.snap import RoadIndex, build_grid
from tests.geo.random_city import random_graph, random_point

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
GRAPH = random_graph(7)
HERE = GRAPH.node_point(0)


@pytest.fixture
def fleet() -> FleetIndex:
    return FleetIndex(RoadIndex(GRAPH, build_grid(GRAPH)))


def test_a_newer_fix_replaces_an_older_one(fleet: FleetIndex) -> None:
    there = destination_point(HERE, 90.0, 40.0)
    assert fleet.move("u1", HERE, AT) is Moved.MOVED
    assert fleet.move("u1", there, AT + timedelta(seconds=5), heading_deg=90.0, speed_mps=8.0) is Moved.MOVED
    fix = fleet.fix("u1")
    assert fix is not None
    assert (fix.point, fix.heading_deg, fix.speed_mps, fix.jumped) == (there, 90.0, 8.0, False)


@pytest.mark.parametrize("late_s", [0.0, 1.0, 3600.0])
def test_a_repeated_or_older_fix_is_ignored_and_said_so(fleet: FleetIndex, late_s: float) -> None:
    fleet.move("u1", HERE, AT)
    assert fleet.move("u1", destination_point(HERE, 0.0, 30.0), AT - timedelta(seconds=late_s)) is Moved.STALE
    fix = fleet.fix("u1")
    assert fix is not None
    assert fix.point == HERE


def test_a_jump_is_kept_but_flagged_until_the_next_plausible_fix(fleet: FleetIndex) -> None:
    far = destination_point(HERE, 0.0, 5_000.0)
    fleet.move("u1", HERE, AT)
    assert fleet.move("u1", far, AT + timedelta(seconds=2)) is Moved.JUMPED
    fix = fleet.fix("u1")
    assert fix is not None
    assert (fix.point, fix.jumped) == (far, True)
    assert fleet.move("u1", destination_point(far, 0.0, 50.0), AT + timedelta(seconds=6)) is Moved.MOVED


def test_noise_is_no_jump_and_a_long_silence_explains_a_long_way(fleet: FleetIndex) -> None:
    fleet.move("u1", HERE, AT)
    assert fleet.move("u1", destination_point(HERE, 0.0, 90.0), AT + timedelta(milliseconds=100)) is Moved.MOVED
    assert fleet.move("u1", destination_point(HERE, 0.0, 9_000.0), AT + timedelta(minutes=10)) is Moved.MOVED


def test_a_time_without_a_zone_is_refused(fleet: FleetIndex) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        fleet.move("u1", HERE, AT.replace(tzinfo=None))
    assert fleet.ids() == []


def test_a_removed_unit_is_gone_and_may_come_back_with_any_time(fleet: FleetIndex) -> None:
    fleet.move("u1", HERE, AT)
    assert fleet.remove("u1")
    assert not fleet.remove("u1")
    assert fleet.fix("u1") is None
    assert fleet.move("u1", HERE, AT - timedelta(days=1)) is Moved.MOVED


def test_each_fix_keeps_its_road(fleet: FleetIndex) -> None:
    fleet.move("on the road", HERE, AT)
    fleet.move("in the air", Point(110.0, 30.0), AT)
    on_road, in_air = fleet.fix("on the road"), fleet.fix("in the air")
    assert on_road is not None
    assert in_air is not None
    assert on_road.snap is not None
    assert on_road.snap.junction == 0
    assert in_air.snap is None


def test_a_standing_receiver_has_no_heading() -> None:
    graph = GRAPH
    index = RoadIndex(graph, build_grid(graph))
    fleet, rng = FleetIndex(index), random.Random(3)
    for number in range(50):
        point, heading = random_point(rng, graph), rng.uniform(0, 360)
        fleet.move(f"standing {number}", point, AT, heading_deg=heading, speed_mps=0.3)
        fleet.move(f"driving {number}", point, AT, heading_deg=heading, speed_mps=9.0)
        standing, driving = fleet.fix(f"standing {number}"), fleet.fix(f"driving {number}")
        assert standing is not None
        assert driving is not None
        assert standing.snap == index.snap(point)
        assert driving.snap == index.snap(point, heading)


def test_within_and_near_equal_a_full_scan(fleet: FleetIndex) -> None:
    for seed in range(1000):
        rng = random.Random(seed)
        if seed % 50 == 0:
            for number in range(40):
                fleet.remove(f"u{number}")
                fleet.move(f"u{number}", random_point(rng, GRAPH), AT)
        center, radius_m = random_point(rng, GRAPH), rng.uniform(10, 3000)
        box = Box(center.lon, center.lat, center.lon + rng.uniform(0, 0.02), center.lat + rng.uniform(0, 0.02))
        near = {fix.unit_id for fix in fleet.fixes() if distance_m(center, fix.point) <= radius_m}
        inside = {
            fix.unit_id
            for fix in fleet.fixes()
            if box.west <= fix.point.lon <= box.east and box.south <= fix.point.lat <= box.north
        }
        found = fleet.near(center, radius_m)
        assert {fix.unit_id for fix in found} == near, f"seed {seed}"
        assert {fix.unit_id for fix in fleet.within(box)} == inside, f"seed {seed}"
        away = [distance_m(center, fix.point) for fix in found]
        assert away == sorted(away), f"seed {seed}"
