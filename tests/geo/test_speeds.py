"""The emergency profile: what it lets through, in which direction, how fast; and that every table has a source."""

import tomllib

import numpy as np
import pytest

from geo.speeds import EMERGENCY_PROFILE, ROAD_CLASSES, Direction, durations_ms, read_profile

PROFILE = read_profile()


def test_every_table_of_the_profile_names_its_source_and_mark() -> None:
    tables = {
        key: value
        for key, value in tomllib.loads(EMERGENCY_PROFILE.read_text(encoding="utf-8")).items()
        if isinstance(value, dict)
    }
    assert set(tables) >= {"speed_kmh", "access", "oneway", "barriers", "turns"}
    for name, table in tables.items():
        assert table["source"], name
        assert table["mark"] in {"confirmed", "secondary", "unverified"}, name


def test_every_class_has_a_plausible_speed() -> None:
    speeds = PROFILE.speeds_mps()
    assert len(speeds) == len(ROAD_CLASSES) == len(set(ROAD_CLASSES))
    assert ((speeds > 1.0) & (speeds < 35.0)).all()


@pytest.mark.parametrize(
    ("tags", "admitted"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "trunk_link"}, True),
        ({"highway": "steps"}, False),
        ({"highway": "construction"}, False),
        ({"building": "yes"}, False),
        ({"highway": "service", "area": "yes"}, False),
        ({"highway": "residential", "access": "no"}, False),
        ({"highway": "residential", "access": "private"}, True),
        ({"highway": "residential", "motor_vehicle": "no"}, False),
        ({"highway": "residential", "access": "no", "motor_vehicle": "destination"}, True),
        ({"highway": "residential", "access": "no", "emergency": "yes"}, True),
        ({"highway": "residential", "emergency": "no"}, False),
        ({"highway": "footway"}, False),
        ({"highway": "footway", "access": "yes"}, False),
        ({"highway": "footway", "emergency": "designated"}, True),
        ({"highway": "pedestrian", "motor_vehicle": "yes"}, True),
        ({"highway": "pedestrian", "motor_vehicle": "delivery"}, False),
    ],
)
def test_what_carries_an_ambulance(tags: dict[str, str], admitted: bool) -> None:  # noqa: FBT001 - a column of the table
    assert PROFILE.admits(tags) is admitted


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({"highway": "primary"}, Direction.BOTH),
        ({"highway": "primary", "oneway": "yes"}, Direction.FORWARD),
        ({"highway": "primary", "oneway": "1"}, Direction.FORWARD),
        ({"highway": "primary", "oneway": "-1"}, Direction.BACKWARD),
        ({"highway": "primary", "oneway": "perhaps"}, Direction.BOTH),
        ({"highway": "motorway"}, Direction.FORWARD),
        ({"highway": "motorway", "oneway": "no"}, Direction.BOTH),
        ({"highway": "motorway_link"}, Direction.BOTH),
        ({"highway": "primary", "junction": "roundabout"}, Direction.FORWARD),
        ({"highway": "primary", "junction": "circular"}, Direction.FORWARD),
        ({"highway": "primary", "junction": "roundabout", "oneway": "-1"}, Direction.BACKWARD),
        ({"highway": "primary", "oneway": "reversible"}, Direction.CHANGING),
        ({"highway": "primary", "oneway": "yes", "oneway:emergency": "no"}, Direction.BOTH),
        ({"highway": "primary", "oneway": "yes", "oneway:emergency": "yes"}, Direction.FORWARD),
    ],
)
def test_the_direction_of_travel(tags: dict[str, str], direction: Direction) -> None:
    assert PROFILE.direction(tags) is direction


@pytest.mark.parametrize(
    ("tags", "blocked"),
    [
        ({}, False),
        ({"access": "no"}, False),
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "emergency": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, False),
        ({"barrier": "gate", "access": "no"}, True),
        ({"barrier": "gate", "access": "no", "emergency": "yes"}, False),
        ({"barrier": "lift_gate"}, False),
        ({"barrier": "toll_booth"}, False),
        ({"barrier": "jersey_barrier"}, True),
    ],
)
def test_what_stops_an_ambulance(tags: dict[str, str], blocked: bool) -> None:  # noqa: FBT001 - a column of the table
    assert PROFILE.blocks(tags) is blocked


def test_durations_are_whole_milliseconds_and_never_nothing() -> None:
    speeds = np.array([10.0, 20.0])
    found = durations_ms(np.array([100.0, 100.0, 0.0, 0.012]), np.array([0, 1, 0, 0], dtype=np.uint8), speeds)
    assert found.dtype == np.int32
    assert found.tolist() == [10_000, 5_000, 1, 1]
