"""Datum shifts: published vectors, exact round trips over the whole box, identity outside it."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import (
    CHINA_BOX_EAST,
    CHINA_BOX_NORTH,
    CHINA_BOX_SOUTH,
    CHINA_BOX_WEST,
    Datum,
    from_wgs84,
    in_china_box,
    to_wgs84,
)
from geo.point import Point

SEED = 20_240_120
SHIFTED = (Datum.GCJ02, Datum.BD09)

# (WGS-84, GCJ-02) of the test files of googollee/eviltransform (Shanghai, Shenzhen, Beijing) and
# wandergis/coordtransform (the last).
PUBLISHED_GCJ02 = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
]

# (WGS-84, GCJ-02, BD-09), given to seven digits, from hujiulong/gcoord test/fixtures/china-cities.json: Zhumadian,
# Nagqu, Xilin Gol, Shenyang.
PUBLISHED_CITIES = [
    ((114.0164322, 33.0133556), (114.022306, 33.0115324), (114.0287781, 33.0176697)),
    ((92.0499619, 31.4784436), (92.0512438, 31.4762063), (92.0576832, 31.4824421)),
    ((116.0414035, 43.9312805), (116.0482308, 43.9334573), (116.0546232, 43.9397782)),
    ((123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.438095, 41.8114013)),
]


def apart_m(a: Point, b: Point) -> float:
    """Measure on the tangent plane: enough for neighbours."""
    east = math.radians(a.lon - b.lon) * math.cos(math.radians((a.lat + b.lat) / 2))
    return 6_371_000.0 * math.hypot(east, math.radians(a.lat - b.lat))


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED_GCJ02)
def test_published_vectors_are_met_to_a_tenth_of_a_millimetre(
    wgs84: tuple[float, float], gcj02: tuple[float, float]
) -> None:
    assert apart_m(from_wgs84(Point(*wgs84), Datum.GCJ02), Point(*gcj02)) < 1e-4
    assert apart_m(to_wgs84(Point(*gcj02), Datum.GCJ02), Point(*wgs84)) < 1e-4


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), PUBLISHED_CITIES)
def test_published_cities_agree_within_their_digits(
    wgs84: tuple[float, float], gcj02: tuple[float, float], bd09: tuple[float, float]
) -> None:
    """Their WGS-84 comes from an approximate inverse, so a metre is what the vectors are worth."""
    assert apart_m(from_wgs84(Point(*wgs84), Datum.GCJ02), Point(*gcj02)) < 1.0
    assert apart_m(to_wgs84(Point(*gcj02), Datum.GCJ02), to_wgs84(Point(*bd09), Datum.BD09)) < 1.0


def test_baidu_vector_of_coordtransform() -> None:
    gcj02 = Point(116.404, 39.915)
    bd09 = from_wgs84(to_wgs84(gcj02, Datum.GCJ02), Datum.BD09)
    assert apart_m(bd09, Point(116.41036949371029, 39.92133699351021)) < 1e-3


@pytest.mark.parametrize("datum", SHIFTED)
def test_round_trip_is_below_a_millimetre_over_the_whole_box(datum: Datum) -> None:
    draw = random.Random(SEED)
    worst_m = 0.0
    for _ in range(5_000):
        point = Point(draw.uniform(CHINA_BOX_WEST, CHINA_BOX_EAST), draw.uniform(CHINA_BOX_SOUTH, CHINA_BOX_NORTH))
        shifted = from_wgs84(point, datum)
        assert 0.0 < apart_m(shifted, point) < 2_500.0, f"seed {SEED}: {point}"
        worst_m = max(worst_m, apart_m(to_wgs84(shifted, datum), point))
    assert worst_m < 1e-3, f"seed {SEED}"


@pytest.mark.parametrize("datum", SHIFTED)
@pytest.mark.parametrize("lon", [CHINA_BOX_WEST, 105.0, CHINA_BOX_EAST])
@pytest.mark.parametrize("lat", [CHINA_BOX_SOUTH, 35.0, CHINA_BOX_NORTH])
def test_corners_edges_and_origin_of_the_box_come_back(datum: Datum, lon: float, lat: float) -> None:
    point = Point(lon, lat)
    assert apart_m(to_wgs84(from_wgs84(point, datum), datum), point) < 1e-3


@given(
    st.floats(CHINA_BOX_WEST, CHINA_BOX_EAST),
    st.floats(CHINA_BOX_SOUTH, CHINA_BOX_NORTH),
    st.sampled_from(list(Datum)),
)
def test_any_point_of_the_box_comes_back(lon: float, lat: float, datum: Datum) -> None:
    point = Point(lon, lat)
    assert apart_m(to_wgs84(from_wgs84(point, datum), datum), point) < 1e-3


@given(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0), st.sampled_from(list(Datum)))
def test_outside_china_nothing_moves(lon: float, lat: float, datum: Datum) -> None:
    point = Point(lon, lat)
    if in_china_box(lon, lat):
        return
    assert from_wgs84(point, datum) == point
    if not in_china_box(lon, lat, margin=0.05):  # nearer to the box it may be a shifted point
        assert to_wgs84(point, datum) == point


def test_wgs84_is_left_alone() -> None:
    point = Point(116.404, 39.915)
    assert to_wgs84(point, Datum.WGS84) is point
    assert from_wgs84(point, Datum.WGS84) is point


def test_a_datum_is_named_by_its_code() -> None:
    assert Datum("gcj02") is Datum.GCJ02
    with pytest.raises(ValueError, match="cgcs"):
        Datum("cgcs")
