"""What is read from OpenStreetMap files, what is left out and counted, and which files are refused."""

from pathlib import Path

import pytest

from geo.osm_import import BadOsm, LeftOut, NamedPlace, OsmCity, RoadName, TurnRestriction, read_osm
from geo.point import Point, distance_m
from geo.speeds import ROAD_CLASSES
from tests.geo.osm_files import OsmNode, OsmTurn, OsmWay, silent, write_osm
from tests.geo.random_city import PROFILE

# Five nodes on a line, 100 m apart.
STEP = 0.0009
LINE = [OsmNode(number, 116.4, 39.9 + number * STEP) for number in range(1, 6)]


def read(
    tmp_path: Path, ways: list[OsmWay], nodes: list[OsmNode] | None = None, turns: list[OsmTurn] | None = None
) -> OsmCity:
    path = write_osm(tmp_path / "city.osm", nodes or LINE, ways, turns or [])
    return read_osm(path, PROFILE, silent)


def test_a_way_with_all_its_tags(tmp_path: Path) -> None:
    tags = {
        "highway": "primary_link",
        "oneway": "-1",
        "name": "長安街",
        "name:zh": "长安街",
        "name:en": "Chang'an Avenue",
    }
    city = read(tmp_path, [OsmWay(7, (1, 2, 3), tags | {"bridge": "viaduct", "layer": "2", "tunnel": "no"})])
    ways = city.ways
    assert ways.way_id.tolist() == [7]
    assert ways.node.tolist() == [1, 2, 3]
    assert ROAD_CLASSES[ways.road_class[0]] == "primary_link"
    assert (ways.forward.tolist(), ways.backward.tolist()) == ([False], [True])
    assert (ways.bridge.tolist(), ways.tunnel.tolist(), ways.layer.tolist()) == ([True], [False], [2])
    assert city.names[ways.name[0]] == RoadName("长安街", "Chang'an Avenue", ("長安街",))


def test_simplified_names_come_first_and_no_name_is_none(tmp_path: Path) -> None:
    named = {"highway": "primary", "name": "x", "name:zh": "y", "name:zh-Hans": "z"}
    city = read(tmp_path, [OsmWay(1, (1, 2), named), OsmWay(2, (2, 3))])
    assert [city.names[name] for name in city.ways.name] == [RoadName("z", None, ("x",)), None]


@pytest.mark.parametrize(("layer", "read_as"), [("-1", -1), ("9", 5), ("ground", 0), ("1;2", 0), ("²", 0)])
def test_a_layer_is_a_small_number(tmp_path: Path, layer: str, read_as: int) -> None:
    city = read(tmp_path, [OsmWay(1, (1, 2), {"highway": "primary", "layer": layer})])
    assert city.ways.layer.tolist() == [read_as]


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    city = read(
        tmp_path,
        [
            OsmWay(1, (1, 2)),
            OsmWay(2, (1, 2), {"highway": "residential", "access": "no"}),
            OsmWay(3, (1, 2), {"highway": "steps"}),
            OsmWay(4, (1, 2), {"highway": "primary", "oneway": "reversible"}),
            OsmWay(5, (3, 99, 98), {"highway": "primary"}),
        ],
    )
    assert city.ways.way_id.tolist() == [1]
    assert city.left_out == {
        LeftOut.CLOSED_WAYS: 1,
        LeftOut.NO_ROADS: 1,
        LeftOut.CHANGING_WAYS: 1,
        LeftOut.MISSING_NODES: 2,
        LeftOut.SHORT_WAYS: 1,
    }


def test_a_way_that_leaves_the_file_is_cut_there(tmp_path: Path) -> None:
    city = read(tmp_path, [OsmWay(1, (1, 2, 99, 4, 5))])
    assert city.ways.first.tolist() == [0, 2, 4]
    assert city.ways.node.tolist() == [1, 2, 4, 5]


def test_a_node_that_is_repeated_in_a_row_counts_once(tmp_path: Path) -> None:
    assert read(tmp_path, [OsmWay(1, (1, 2, 2, 3))]).ways.node.tolist() == [1, 2, 3]


def test_a_bollard_ends_the_road_on_both_sides_before_itself(tmp_path: Path) -> None:
    nodes = [node if node.ref != 3 else node._replace(tags={"barrier": "bollard"}) for node in LINE]
    ways = read(tmp_path, [OsmWay(1, (1, 2, 3, 4, 5))], nodes).ways
    assert ways.first.tolist() == [0, 3, 6]
    assert ways.node.tolist() == [1, 2, -1, -2, 4, 5]
    bollard = Point(nodes[2].lon, nodes[2].lat)
    for at in (2, 3):
        assert distance_m(bollard, Point(ways.x[at] / 1e7, ways.y[at] / 1e7)) == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize("tags", [{"barrier": "gate"}, {"barrier": "bollard", "emergency": "yes"}])
def test_a_gate_that_opens_ends_nothing(tmp_path: Path, tags: dict[str, str]) -> None:
    nodes = [node if node.ref != 3 else node._replace(tags=tags) for node in LINE]
    assert read(tmp_path, [OsmWay(1, (1, 2, 3, 4, 5))], nodes).ways.node.tolist() == [1, 2, 3, 4, 5]


def test_bollards_at_ends_and_side_by_side(tmp_path: Path) -> None:
    bollard = {"barrier": "bollard"}
    nodes = [node._replace(tags=bollard) if node.ref in {1, 3, 4} else node for node in LINE]
    ways = read(tmp_path, [OsmWay(1, (1, 2, 3, 4, 5))], nodes).ways
    assert ways.first.tolist() == [0, 3, 5, 7]
    assert (ways.node < 0).tolist() == [True, False, True, True, True, True, False]


def test_turn_restrictions_and_those_that_do_not_bind(tmp_path: Path) -> None:
    turns = [
        OsmTurn("no_left_turn", 1, 3, 2),
        OsmTurn("no_left_turn", 1, 3, 2, tags={"except": "bus; emergency"}),
        OsmTurn("only_straight_on", 1, 2, 2, via_type="way"),
    ]
    city = read(tmp_path, [OsmWay(1, (1, 2, 3)), OsmWay(2, (3, 4, 5))], turns=turns)
    assert city.restrictions == (TurnRestriction("no_left_turn", 1, 3, 2),)
    assert city.left_out == {
        LeftOut.FREE_TURNS: 1,
        LeftOut.LONG_TURNS: 1,
    }


def test_named_places_and_street_numbers(tmp_path: Path) -> None:
    nodes = [
        *LINE,
        OsmNode(10, 116.41, 39.91, {"amenity": "hospital", "name": "人民医院", "name:en": "People's Hospital"}),
        OsmNode(11, 116.42, 39.91, {"addr:street": "长安街", "addr:housenumber": "12号"}),
        OsmNode(12, 116.43, 39.91, {"note": "nothing"}),
        OsmNode(13, 116.44, 39.91),
        OsmNode(14, 116.46, 39.93),
    ]
    ways = [OsmWay(1, (1, 2)), OsmWay(2, (13, 14), {"leisure": "park", "name": "公园"})]
    assert read(tmp_path, ways, nodes).places == (
        NamedPlace("人民医院", "People's Hospital", "amenity=hospital", Point(116.41, 39.91)),
        NamedPlace("长安街12号", None, "address", Point(116.42, 39.91)),
        NamedPlace("公园", None, "leisure=park", Point(116.45, 39.92)),
    )


def test_other_names_and_road_numbers(tmp_path: Path) -> None:
    tags = {"highway": "motorway", "name": "京藏高速", "alt_name": "八达岭高速; 京张高速", "ref": "G6"}
    nodes = [
        *LINE,
        OsmNode(10, 116.41, 39.91, {"amenity": "hospital", "name": "第一医院", "short_name": "一院", "ref": "7"}),
    ]
    city = read(tmp_path, [OsmWay(1, (1, 2), tags)], nodes)
    assert city.names[1] == RoadName("京藏高速", None, ("八达岭高速", "京张高速", "G6"))
    assert city.places == (NamedPlace("第一医院", None, "amenity=hospital", Point(116.41, 39.91), ("一院",)),)


def test_kilometre_marks_are_named_after_the_road_they_stand_on(tmp_path: Path) -> None:
    marks = {"45": 20, "45.3": 21, "forty": 22, "46": 23}
    nodes = [*LINE]
    nodes += [
        OsmNode(ref, 116.5 + ref / 1000, 39.9, {"highway": "milestone", "distance": mark})
        for mark, ref in marks.items()
    ]
    ways = [
        OsmWay(1, (20, 21, 22), {"highway": "trunk", "name": "京藏高速"}),
        OsmWay(2, (22, 23), {"highway": "trunk"}),
    ]
    assert [each.name for each in read(tmp_path, ways, nodes).places] == ["京藏高速K45+000", "京藏高速K45+300"]


def test_a_file_without_roads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadOsm, match=r"city\.osm: holds no road an ambulance could drive on \(left out: 1 no_roads\)"):
        read(tmp_path, [OsmWay(1, (1, 2), {"highway": "steps"})])


@pytest.mark.parametrize("name", ["absent.osm.pbf", "absent.osm"])
def test_an_absent_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadOsm, match=f"{name}: no such file"):
        read_osm(tmp_path / name, PROFILE, silent)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("noise.osm.pbf", bytes(range(256)) * 20),
        ("empty.osm.pbf", b""),
        ("empty.osm", b""),
        ("half.osm", b"<osm version='0.6'><node id='1' lon='116.4' lat='39.9'"),
        ("words.osm", b"this is not XML"),
        ("table.csv", b"id,lon,lat\n"),
    ],
)
def test_an_unreadable_file_is_refused_by_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadOsm, match=name):
        read_osm(tmp_path / name, PROFILE, silent)


def test_a_truncated_map_is_refused_by_name(tmp_path: Path, shared_dir: Path) -> None:
    whole = (shared_dir / "cities/beijing/beijing.osm.pbf").read_bytes()
    for share in (0.02, 0.2):
        path = tmp_path / f"cut_{share}.osm.pbf"
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(BadOsm, match=path.name):
            read_osm(path, PROFILE, silent)


def test_the_real_shanghai_file(shared_dir: Path) -> None:
    city = read_osm(shared_dir / "cities/shanghai_people_square.osm", PROFILE, silent)
    assert len(city.ways.way_id) == 793
    assert city.left_out == {LeftOut.CLOSED_WAYS: 3}
    assert {ROAD_CLASSES[road_class] for road_class in city.ways.road_class} >= {
        "trunk_link",
        "primary_link",
        "tertiary_link",
    }
    assert RoadName("西藏南路", None) in city.names
    assert int(city.ways.bridge.sum()) == 76
    assert int(city.ways.tunnel.sum()) == 15
