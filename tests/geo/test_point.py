"""Points: what is refused, and measures against published and closed-form values."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.point import EARTH_RADIUS_M, BadPoint, Box, Point, bearing_deg, checked_point, destination_point, distance_m

BEIJING = Point(116.4, 39.9)


@pytest.mark.parametrize(
    ("lon", "lat", "why"),
    [
        (math.nan, 39.9, "not numbers"),
        (116.4, math.inf, "not numbers"),
        (180.001, 0.5, "longitude"),
        (-181.0, 0.5, "longitude"),
        (116.4, 90.001, "latitude"),
        (0.0, 0.0, "knows no position"),
        (-0.0, 0.0, "knows no position"),
    ],
)
def test_what_is_no_place_is_refused(lon: float, lat: float, why: str) -> None:
    with pytest.raises(BadPoint, match=why):
        checked_point(lon, lat)


@pytest.mark.parametrize(("lon", "lat"), [(180, 90), (-180.0, -90.0), (0.0, 51.48), (116.4, 0.0)])
def test_edges_are_places(lon: float, lat: float) -> None:
    assert checked_point(lon, lat) == Point(lon, lat)


def test_a_degree_of_a_great_circle() -> None:
    degree_m = math.pi * EARTH_RADIUS_M / 180.0
    assert distance_m(Point(10.0, 0.0), Point(11.0, 0.0)) == pytest.approx(degree_m)
    assert distance_m(Point(10.0, 40.0), Point(10.0, 41.0)) == pytest.approx(degree_m)
    assert distance_m(Point(0.0, 60.0), Point(180.0, 60.0)) == pytest.approx(60 * degree_m)
    assert distance_m(Point(0.0, 90.0), Point(0.0, -90.0)) == pytest.approx(180 * degree_m)


def test_the_compass() -> None:
    assert bearing_deg(BEIJING, Point(116.4, 40.0)) == pytest.approx(0.0)
    assert bearing_deg(BEIJING, Point(116.5, 39.9)) == pytest.approx(90.0, abs=0.1)
    assert bearing_deg(BEIJING, Point(116.4, 39.8)) == pytest.approx(180.0)
    assert bearing_deg(BEIJING, Point(116.3, 39.9)) == pytest.approx(270.0, abs=0.1)


@given(
    lon=st.floats(-180, 179.999),
    lat=st.floats(-80, 80),
    course=st.floats(0, 359.99),
    metres=st.floats(1.0, 100_000.0),
)
def test_going_there_and_measuring_agree(lon: float, lat: float, course: float, metres: float) -> None:
    start = Point(lon, lat)
    end = destination_point(start, course, metres)
    assert distance_m(start, end) == pytest.approx(metres, rel=1e-6, abs=1e-3)
    assert math.cos(math.radians(bearing_deg(start, end) - course)) == pytest.approx(1.0, abs=1e-6)


def test_a_widened_box_holds_what_is_near() -> None:
    box, rng = Box(116.3, 39.8, 116.5, 40.0), random.Random(5)
    assert BEIJING in box
    assert Point(116.3, 39.8) in box
    assert Point(116.29999, 39.8) not in box
    for case in range(1000):
        corner = Point(rng.choice([box.west, box.east]), rng.uniform(box.south, box.north))
        assert destination_point(corner, rng.uniform(0, 360), 1990.0) in box.widened(2000.0), f"case {case}"
    assert destination_point(Point(box.east, 39.9), 90.0, 2100.0) not in box.widened(2000.0)
