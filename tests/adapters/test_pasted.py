"""Coordinates in any notation: one place in Beijing, written in every way that people send it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.adapters.location.pasted import LONGEST, find_coordinates
from geo.datum import Datum, from_wgs84
from geo.places.plus_code import BadPlusCode, completed, decoded, encoded
from geo.point import Box, Point, distance_m

CITY = Box(115.4, 39.4, 117.5, 41.1)
HERE = Point(116.39748, 39.90872)
GCJ, BD = from_wgs84(HERE, Datum.GCJ02), from_wgs84(HERE, Datum.BD09)

ONE_PLACE = [
    "WGS84 39.90872, 116.39748",
    "gps: 116.39748 39.90872",
    "39.90872N 116.39748E wgs84",
    "北纬39.90872 东经116.39748（GPS）",
    "GPS 经度：116.39748，纬度：39.90872",
    "lat=39.90872&lng=116.39748 wgs84",
    "北斗 北纬39度54分31.39秒 东经116度23分50.93秒",
    "GPS 39°54'31.39\"N, 116°23'50.93\"E",
    "gps E116°23′50.93″ N39°54′31.39″",
    "GPS 39°54.5232' 116°23.8488'",
    "geo:39.90872,116.39748;u=20",
    "https://www.google.com/maps/@39.90872,116.39748,17z",
    f"高德 {GCJ.lon:.6f},{GCJ.lat:.6f}",
    f"我在这里 https://uri.amap.com/marker?position={GCJ.lon:.6f},{GCJ.lat:.6f}&name=x 快来",
    f"https://www.amap.com/?q={GCJ.lat:.6f},{GCJ.lon:.6f}",
    f"http://api.map.baidu.com/marker?location={BD.lat:.6f},{BD.lon:.6f}&output=html",
    f"http://api.map.baidu.com/marker?location={GCJ.lat:.6f},{GCJ.lon:.6f}&coord_type=gcj02",
    f"https://apis.map.qq.com/uri/v1/marker?marker=coord:{GCJ.lat:.6f},{GCJ.lon:.6f};title:x",
    f"百度坐标 {BD.lon:.6f} {BD.lat:.6f}",
    f"WGS84 {encoded(HERE, 11)}",
    f"gps {encoded(HERE, 11)[4:]} 北京",
]


@pytest.mark.parametrize("text", ONE_PLACE)
def test_a_known_datum_is_one_place(text: str) -> None:
    found = find_coordinates(text, CITY)
    assert found is not None
    assert len(found.candidates) == 1
    assert distance_m(found.candidates[0].point, HERE) < 15


@pytest.mark.parametrize(
    "text", ["39.90872, 116.39748", "116.39748，39.90872", "北纬39度54分31.39秒，东经116度23分50.93秒"]
)
def test_an_unknown_datum_is_every_place_it_can_mean(text: str) -> None:
    found = find_coordinates(text, CITY)
    assert found is not None
    assert [each.datum for each in found.candidates] == [Datum.GCJ02, Datum.BD09, Datum.WGS84]
    assert any(distance_m(each.point, HERE) < 15 for each in found.candidates)


def test_outside_china_the_datums_are_one() -> None:
    found = find_coordinates("35.6812, 139.7671", CITY)
    assert found is not None
    assert [each.point for each in found.candidates if abs(each.point.lon) > 90] == [Point(139.7671, 35.6812)]


@pytest.mark.parametrize(
    "text",
    ["", "我在东单路口", "13800000000", "3号楼5单元", "39.9", "北纬99度 东经200度", "39度61分 116度1分", "200.5, 300.5",
     "http://example.com/a?b=c", "<script>alert(1)</script>", "ZZZZZZZZ+ZZ"],
)  # fmt: skip
def test_what_holds_no_coordinates_is_told_so(text: str) -> None:
    assert find_coordinates(text, CITY) is None


def test_a_short_code_means_the_one_nearest_to_the_city() -> None:
    found = find_coordinates(f"{encoded(HERE)[4:]} 天安门", CITY)
    assert found is not None
    assert [each.datum for each in found.candidates] == [Datum.WGS84, Datum.GCJ02]
    assert distance_m(found.candidates[0].point, HERE) < 15


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    # test_data/decoding.csv of the specification
    [("6PH57VP3+PR", 1.2868125, 103.8545625), ("8FVC2222+22", 47.0000625, 8.0000625)],
)
def test_plus_codes_are_those_of_the_specification(code: str, lat: float, lon: float) -> None:
    point, _ = decoded(code)
    assert (point.lat, point.lon) == pytest.approx((lat, lon), abs=1e-9)
    assert encoded(point) == code


def test_every_code_comes_back_and_every_short_one_is_completed() -> None:
    for seed in range(1_000):
        chance = random.Random(seed)
        point = Point(chance.uniform(-179, 179), chance.uniform(-89, 89))
        code = encoded(point, chance.choice((10, 11, 12, 15)))
        middle, height = decoded(code)
        assert abs(middle.lat - point.lat) <= height / 2 + 1e-9, f"seed {seed}"
        assert encoded(middle, len(code) - 1) == code, f"seed {seed}"
        near = Point(middle.lon + chance.uniform(-0.45, 0.45), middle.lat + chance.uniform(-0.45, 0.45))
        assert completed(code[4:], near) == code, f"seed {seed}"


@pytest.mark.parametrize("code", ["", "8FWC2345", "8FWC2345+", "XXXXXXXX+22", "8FWC2345+GA"])
def test_what_is_no_plus_code_is_refused(code: str) -> None:
    with pytest.raises(BadPlusCode):
        decoded(code)


@settings(max_examples=100)
@given(st.text(max_size=300))
def test_no_text_breaks_the_search(text: str) -> None:
    found = find_coordinates(text, CITY)
    assert found is None or found.candidates


def test_a_flood_of_text_is_searched_up_to_its_limit() -> None:
    assert find_coordinates("a" * LONGEST + "gps 39.90872, 116.39748", CITY) is None
    assert find_coordinates("9" * 100_000, CITY) is None
