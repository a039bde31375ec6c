"""Places, crossings, house numbers, kilometre marks and districts of a small town; and text that names nothing."""

import json
import threading
from collections import Counter

import pytest

from geo.city_pack import CityPack, build
from geo.places.gazetteer import SAME_PLACE_M, FoundPlace, Gazetteer, MatchedBy
from geo.places.reverse_place import Phrase, ReversePlaces
from geo.places.rows import ONE_ROW_M, rows_of
from geo.point import Point, distance_m
from tests.geo.osm_files import OsmNode, OsmWay, silent, write_osm

# 平安大街 runs east along 39.90 from 116.40 to 116.44, crossed by 花园路 at 116.41 and 中心七胡同 at 116.43.
# 京藏高速 (G6) runs north at 116.44 with marks at kilometres 44 and 45. A second 花园路 lies far in the west.
NODES = [
    OsmNode(1, 116.40, 39.90), OsmNode(2, 116.41, 39.90), OsmNode(3, 116.43, 39.90), OsmNode(4, 116.44, 39.90),
    OsmNode(5, 116.41, 39.91), OsmNode(6, 116.41, 39.89), OsmNode(7, 116.43, 39.91),
    OsmNode(8, 116.44, 39.91, {"highway": "milestone", "distance": "44"}),
    OsmNode(9, 116.44, 39.919, {"highway": "milestone", "distance": "45"}),
    OsmNode(10, 116.44, 39.93), OsmNode(11, 116.30, 39.90), OsmNode(12, 116.30, 39.91), OsmNode(13, 116.31, 39.905),
    OsmNode(20, 116.412, 39.9005, {"amenity": "hospital", "name": "安和医院（东院）", "alt_name": "第一医院;一院"}),
    OsmNode(21, 116.4205, 39.9002, {"highway": "bus_stop", "name": "体育场"}),
    OsmNode(22, 116.4205, 39.8998, {"highway": "bus_stop", "name": "体育场"}),
    OsmNode(23, 116.305, 39.905, {"highway": "bus_stop", "name": "体育场"}),
    OsmNode(25, 116.4228, 39.9002, {"building": "commercial", "name": "体育场"}),
    OsmNode(26, 116.4229, 39.9003, {"building": "yes", "name": "体育场"}),
    OsmNode(24, 116.4101, 39.905, {"place": "neighbourhood", "name": "绿景家园", "name:en": "Green View Estate"}),
    OsmNode(30, 116.4120, 39.9003, {"addr:street": "平安大街", "addr:housenumber": "12号"}),
    OsmNode(31, 116.4160, 39.9003, {"addr:street": "平安大街", "addr:housenumber": "20"}),
    OsmNode(32, 116.4161, 39.8997, {"addr:street": "平安大街", "addr:housenumber": "21号"}),
    OsmNode(33, 116.4301, 39.905, {"addr:street": "中心七胡同", "addr:housenumber": "5号"}),
    OsmNode(34, 116.41, 39.95, {"addr:street": "无名小区", "addr:housenumber": "8号"}),
]  # fmt: skip
WAYS = [
    OsmWay(1, (1, 2, 3, 4), {"highway": "primary", "name": "平安大街", "name:en": "Ping'an Street"}),
    OsmWay(2, (6, 2, 5), {"highway": "secondary", "name": "花园路"}),
    OsmWay(3, (3, 7), {"highway": "residential", "name": "中心七胡同"}),
    OsmWay(4, (4, 8, 9, 10), {"highway": "motorway", "name": "京藏高速", "ref": "G6", "oneway": "no"}),
    OsmWay(5, (11, 13, 12), {"highway": "residential", "name": "花园路"}),
    OsmWay(6, (13, 1), {"highway": "tertiary"}),
]
CENTERS = (
    "center_id,hospital,grade,lon,lat,chest_pain,stroke,trauma,maternal,neonatal,paediatric,capabilities\n"
    "C1,城北胸科医院,三级甲等,116.42,39.9001,1,0,0,0,0,0,\n"
)
EAST, WEST = Point(116.42, 39.90), Point(116.305, 39.905)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> CityPack:
    folder = tmp_path_factory.mktemp("town")
    square = [[116.35, 39.8], [116.5, 39.8], [116.5, 40.0], [116.35, 40.0], [116.35, 39.8]]
    district = {
        "type": "Feature",
        "properties": {"name": "东城区"},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    (folder / "districts.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [district]}))
    (folder / "centers.csv").write_text(CENTERS, encoding="utf-8")
    osm = write_osm(folder / "town.osm", NODES, WAYS)
    build(
        osm, folder / "centers.csv", None, folder / "pack", silent, districts=folder / "districts.geojson", name="北京"
    )
    return CityPack.open(folder / "pack")


@pytest.fixture(scope="module")
def town(pack: CityPack) -> Gazetteer:
    return Gazetteer.of(pack)


def first(town: Gazetteer, words: str, near: Point | None = None) -> FoundPlace:
    return town.find(words, 10, near)[0]


@pytest.mark.parametrize(
    ("words", "name", "how"),
    [
        ("平安大街", "平安大街", MatchedBy.NAME),
        ("ｐｉｎｇａｎｄａｊｉｅ", "平安大街", MatchedBy.PINYIN),
        ("padj", "平安大街", MatchedBy.INITIALS),
        ("pinganddajie", "平安大街", MatchedBy.MISSPELLED),
        ("Ping'an St", "平安大街", MatchedBy.ENGLISH),
        ("green view", "绿景家园", MatchedBy.ENGLISH),
        ("平安大", "平安大街", MatchedBy.BEGINNING),
        ("瓶鞍大街", "平安大街", MatchedBy.SIMILAR),
        ("安和医院", "安和医院（东院）", MatchedBy.NAME),
        ("一院", "安和医院（东院）", MatchedBy.NAME),
        ("胸科医院", "城北胸科医院", MatchedBy.PART),
        ("體育場附近", "体育场", MatchedBy.SIMILAR),
        ("中心7胡同", "中心七胡同", MatchedBy.NAME),
        ("G6", "京藏高速", MatchedBy.NAME),
        ("北京市东城区平安大街", "平安大街", MatchedBy.NAME),
        ("东城区", "东城区", MatchedBy.NAME),
    ],
)
def test_a_place_is_found_by_what_is_typed(town: Gazetteer, words: str, name: str, how: MatchedBy) -> None:
    found = first(town, words)
    assert (found.name, found.matched_by) == (name, how)


@pytest.mark.parametrize(
    "words",
    [
        "平安大街与花园路路口", "花园路平安大街交叉口", "平安大街/花园路", "平安大街 花园路", "平安大街和花园路十字口",
        "平安大街花园路", "pingandajie huayuanlu lukou", "pingandajiehuayuanlu", "平安大街跟花圆路的东北角",
        "Ping'an Street & Huayuan Road", "平安大街与花园",
    ],
)  # fmt: skip
def test_a_crossing_is_found_by_both_its_roads(town: Gazetteer, words: str) -> None:
    found = first(town, words)
    assert set(found.name.removesuffix("路口").split("与")) == {"平安大街", "花园路"}
    assert (found.kind, found.matched_by, found.district) == ("crossing", MatchedBy.CROSSING, "东城区")
    assert distance_m(found.point, Point(116.41, 39.90)) < 1.0


def test_roads_that_do_not_meet_have_no_crossing(town: Gazetteer) -> None:
    assert all(found.kind != "crossing" for found in town.find("花园路与中心七胡同路口", 10))


@pytest.mark.parametrize(
    ("words", "name", "how"),
    [
        ("平安大街12号", "平安大街12号", MatchedBy.HOUSE_NUMBER),
        ("平安大街１２號", "平安大街12号", MatchedBy.HOUSE_NUMBER),
        ("平安大街十二号", "平安大街12号", MatchedBy.HOUSE_NUMBER),
        ("pingandajie12hao", "平安大街12号", MatchedBy.HOUSE_NUMBER),
        ("ping an da jie shi er hao", "平安大街12号", MatchedBy.HOUSE_NUMBER),
        ("padj12h", "平安大街12号", MatchedBy.HOUSE_NUMBER),
        ("平安大街16号", "平安大街16号", MatchedBy.BETWEEN_HOUSES),
        ("中心七胡同5号", "中心七胡同5号", MatchedBy.HOUSE_NUMBER),
        ("中心7胡同五号", "中心七胡同5号", MatchedBy.HOUSE_NUMBER),
        ("平安大1街2号", "平安大街12号", MatchedBy.HOUSE_NUMBER),
        ("无名小区8号", "无名小区8号", MatchedBy.HOUSE_NUMBER),
    ],
)
def test_a_house_number_is_found(town: Gazetteer, words: str, name: str, how: MatchedBy) -> None:
    found = first(town, words)
    assert (found.name, found.matched_by) == (name, how)


def test_a_missing_number_lies_between_its_neighbours_on_its_own_side(town: Gazetteer) -> None:
    assert distance_m(first(town, "平安大街16号").point, Point(116.4140, 39.9003)) < 1.0
    assert all(found.name != "平安大街900号" for found in town.find("平安大街900号", 10))


def test_a_begun_number_offers_the_houses_it_may_become(town: Gazetteer) -> None:
    assert {"平安大街20号", "平安大街21号"} <= {found.name for found in town.find("平安大街2", 10)}


@pytest.mark.parametrize(
    "words", ["京藏高速45公里", "G6K45+000", "京藏高速K45", "jingzanggaosu 45 gongli", "京藏 45km 处"]
)
def test_a_kilometre_mark_is_found(town: Gazetteer, words: str) -> None:
    found = first(town, words)
    assert (found.name, found.matched_by) == ("京藏高速K45+000", MatchedBy.KILOMETRE)
    assert distance_m(found.point, Point(116.44, 39.919)) < 1.0


def test_between_marks_is_reckoned_and_beyond_them_is_not_guessed(town: Gazetteer) -> None:
    found = first(town, "京藏高速44公里500米")
    assert found.name == "京藏高速K44+500"
    assert distance_m(found.point, Point(116.44, 39.9145)) < 2.0
    beyond = first(town, "京藏高速99公里")
    assert (beyond.name, beyond.matched_by) == ("京藏高速", MatchedBy.NO_KILOMETRES)


def test_two_stops_of_one_name_side_by_side_are_one_answer(town: Gazetteer) -> None:
    stops = [found for found in town.find("体育场", 10) if found.name == "体育场"]
    assert len(stops) == 3  # a pole on each side of the street is one of them, the building of the name another
    assert all(distance_m(one.point, other.point) > SAME_PLACE_M for one in stops for other in stops if one != other)


def test_places_of_one_name_near_each_other_are_one_row_and_say_what_tells_them_apart(town: Gazetteer) -> None:
    rows = [row for row in rows_of(town.find("体育场", 30), 10) if row.place.name == "体育场"]
    assert len(rows) == 2  # the one in the west is another place
    assert distance_m(rows[0].place.point, rows[1].place.point) > ONE_ROW_M
    (stop,) = (each for each in rows if each.place.point.lon > 116.4)
    assert stop.place.kind == "highway=bus_stop"
    assert [each.kind for each in stop.also] == ["building=commercial"]  # the other pole and the porch are no choices
    assert stop.also[0].away_m == pytest.approx(distance_m(stop.place.point, stop.also[0].point))
    assert SAME_PLACE_M < stop.also[0].away_m < ONE_ROW_M


def test_rows_leave_no_place_out_and_keep_the_order(town: Gazetteer) -> None:
    found = town.find("体育场", 30)
    rows = rows_of(found, 30)
    assert [row.place for row in rows] == [each for each in found if each in {row.place for row in rows}]
    told = [row.place.point for row in rows] + [each.point for row in rows for each in row.also]
    assert Counter(told) == Counter(each.point for each in found)
    assert [row.place for row in rows_of(found, 1)] == found[:1]


def test_the_position_of_the_caller_ranks_and_is_told(town: Gazetteer) -> None:
    for near, lon in ((EAST, 116.4205), (WEST, 116.305)):
        found = first(town, "tiyuchang", near)
        assert found.point.lon == lon
        assert found.distance_m == pytest.approx(distance_m(near, found.point))
    assert first(town, "花园路", WEST).point.lon < 116.32
    assert first(town, "花园路", EAST).point.lon > 116.40
    assert first(town, "花园路").distance_m is None


def test_a_named_district_comes_first(town: Gazetteer) -> None:
    assert first(town, "东城区体育场", WEST).district == "东城区"


@pytest.mark.parametrize(
    "words",
    [
        "", " ", "。，！？", "'; DROP TABLE place; --", "<script>alert(1)</script>", "😀🚑", "\0\x1b", "ـــ", "%_%",
        "与", "路口", "1" * 300, "朝" * 10_000, "a" * 10_000, "平安大街与" * 2_000, "号" * 500, "/" * 10_000,
        "十" * 999, "K" * 99 + "+", "ﷺ" * 999, "²³号",
    ],
)  # fmt: skip
def test_any_text_has_an_answer_or_none(town: Gazetteer, words: str) -> None:
    for near in (None, EAST):
        assert len(town.find(words, 5, near)) <= 5


def test_no_letters_no_answers(town: Gazetteer) -> None:
    assert town.find("。😀 -- ", 10) == []
    assert town.find("平安大街", 0) == []


def test_threads_do_not_disturb_each_other(town: Gazetteer) -> None:
    asked = ["平安大街", "padj", "tiyuchang", "平安大街花园路", "安和医院"]
    alone = {words: town.find(words, 10) for words in asked}
    wrong: list[str] = []

    def ask(words: str) -> None:
        wrong.extend(words for _ in range(40) if town.find(words, 10) != alone[words])

    threads = [threading.Thread(target=ask, args=(words,)) for words in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_everything_is_counted_and_measured(town: Gazetteer) -> None:
    houses, marks = 5, 2
    assert town.size == len(list(town.everything())) + houses + marks
    assert 0 < town.nbytes < 10_000_000


def test_a_point_is_told_by_road_side_crossing_and_landmark(pack: CityPack, town: Gazetteer) -> None:
    places = ReversePlaces(pack, town.named)
    told = places.describe(Point(116.4190, 39.9004))
    assert (told.road, told.district, told.cross_streets) == ("平安大街", "东城区", ("花园路", "中心七胡同"))
    assert told.phrases[0] == Phrase(
        "geo.where.road_and_crossing.north", {"road": "平安大街", "other": "花园路", "distance_m": 750}
    )
    assert told.phrases[1] == Phrase("geo.where.landmark.west", {"name": "城北胸科医院", "distance_m": 90})
    at = places.describe(Point(116.41, 39.90))
    assert at.phrases[0].code == "geo.where.crossing"
    on = places.describe(Point(116.44, 39.925))
    assert on.phrases == (Phrase("geo.where.road.on", {"road": "京藏高速"}),)
    assert places.describe(Point(116.42, 39.85)).phrases == (Phrase("geo.where.nothing_near"),)
