"""The city that does not exist: a whole city, the same for the same seed, everything in it reachable."""

import csv
import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.fictional_city import FictionalCity, generate

FLAGS = ("chest_pain", "stroke", "trauma", "maternal", "neonatal", "paediatric")
NOT_DRIVABLE = {"footway"}


@dataclass(frozen=True)
class Way:
    nodes: tuple[int, ...]
    tags: Mapping[str, str]

    @property
    def drivable(self) -> bool:
        return self.tags.get("highway", "footway") not in NOT_DRIVABLE


@dataclass(frozen=True)
class Content:
    """All of an OSM file, as plain dictionaries."""

    places: dict[int, tuple[float, float]]
    node_tags: dict[int, dict[str, str]]
    ways: dict[int, Way]
    relations: list[tuple[dict[str, str], list[tuple[str, int, str]]]]

    def streets(self) -> list[Way]:
        return [way for way in self.ways.values() if way.drivable]


def read(osm: Path) -> Content:
    content = Content({}, {}, {}, [])
    for thing in osmium.FileProcessor(osm):
        tags = {tag.k: tag.v for tag in thing.tags}
        if isinstance(thing, osmium.osm.Node):
            content.places[thing.id] = (thing.location.lon, thing.location.lat)
            if tags:
                content.node_tags[thing.id] = tags
        elif isinstance(thing, osmium.osm.Way):
            content.ways[thing.id] = Way(tuple(node.ref for node in thing.nodes), tags)
        elif isinstance(thing, osmium.osm.Relation):
            content.relations.append((tags, [(member.type, member.ref, member.role) for member in thing.members]))
    return content


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> FictionalCity:
    return generate(tmp_path_factory.mktemp("yunze"))


@pytest.fixture(scope="module")
def content(city: FictionalCity) -> Content:
    return read(city.osm)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> FictionalCity:
    return generate(tmp_path_factory.mktemp("yunze-2"), seed=2)


def test_same_seed_same_bytes_another_seed_another_city(
    city: FictionalCity, other: FictionalCity, fictional_osm: Path
) -> None:
    for one in (city.osm, city.centers, city.stations, city.districts):
        assert one.read_bytes() == (fictional_osm.parent / one.name).read_bytes()  # of a process of its own
    assert city.osm.read_bytes() != other.osm.read_bytes()


def test_says_that_it_is_fictional(city: FictionalCity, content: Content) -> None:
    (city_node,) = [tags for tags in content.node_tags.values() if tags.get("place") == "city"]
    assert city_node == {"place": "city", "name": "云泽市", "name:en": "Yunze", "fictional": "yes"}
    with osmium.io.Reader(city.osm, osmium.osm.osm_entity_bits.NOTHING) as reader:
        assert reader.header().get("generator").startswith("greenchannel fictional")


def test_has_thousands_of_junctions_and_every_kind_of_road(content: Content) -> None:
    uses = Counter(node for way in content.streets() for node in way.nodes)
    assert 6_000 <= sum(1 for count in uses.values() if count > 1) <= 10_000
    classes = Counter(way.tags["highway"] for way in content.streets())
    for highway in (
        "motorway", "motorway_link", "trunk", "trunk_link", "primary", "secondary", "tertiary",
        "residential", "living_street", "service", "unclassified",
    ):  # fmt: skip
        assert classes[highway] >= 4, highway
    assert sum(way.tags.get("junction") == "roundabout" for way in content.streets()) >= 5
    assert sum(way.tags.get("oneway") == "yes" for way in content.streets()) > 200
    barriers = Counter(tags["barrier"] for tags in content.node_tags.values() if "barrier" in tags)
    assert barriers["gate"] > 50
    assert barriers["bollard"] > 50


def test_sorted_and_whole(content: Content) -> None:
    assert list(content.places) == sorted(content.places)
    assert list(content.ways) == sorted(content.ways)
    for way in content.ways.values():
        assert 2 <= len(way.nodes) <= 2_000  # the limit of OSM's own database
        assert all(node in content.places for node in way.nodes)
        assert all(one != two for one, two in zip(way.nodes, way.nodes[1:], strict=False))


def test_viaducts_and_leaping_bridges_meet_nothing_on_their_way(content: Content) -> None:
    """Lines that cross another street in the air share no node with it."""
    ends = Counter(node for way in content.streets() for node in (way.nodes[0], way.nodes[-1]))
    uses: dict[int, set[int]] = defaultdict(set)
    for number, way in content.ways.items():
        if way.drivable:
            for node in way.nodes:
                uses[node].add(number)
    lines = {n: shapely.LineString([content.places[i] for i in w.nodes]) for n, w in content.ways.items() if w.drivable}
    numbers, shapes = np.array(list(lines)), np.array(list(lines.values()), dtype=object)
    tree = shapely.STRtree(shapes)
    crossed = 0
    for number, way in content.ways.items():
        if (
            way.tags.get("bridge:name") not in {"望江大桥", "云泽大桥", "南屏大桥"}
            and way.tags.get("bridge") != "viaduct"
        ):
            continue
        if way.tags.get("highway") not in {"trunk", "motorway", "primary"}:
            continue
        for node in way.nodes[1:-1]:
            assert uses[node] == {number} or ends[node] > 0  # a ramp may begin or end here, no street passes
        crossed += len(numbers[tree.query(lines[number], predicate="crosses")])
    assert crossed > 100


def test_turn_restrictions_name_ways_that_meet_at_their_node(content: Content) -> None:
    kinds: Counter[str] = Counter()
    for tags, members in content.relations:
        if tags["type"] != "restriction":
            continue
        kinds[tags["restriction"]] += 1
        by_role = {role: (kind, ref) for kind, ref, role in members}
        via = by_role["via"][1]
        for role in ("from", "to"):
            assert via in {content.ways[by_role[role][1]].nodes[0], content.ways[by_role[role][1]].nodes[-1]}
        assert (by_role["from"] == by_role["to"]) == (tags["restriction"] == "no_u_turn")
    assert all(kinds[kind] >= 3 for kind in ("no_left_turn", "no_right_turn", "no_u_turn", "only_straight_on"))


def test_every_name_is_chinese_with_an_english_twin(content: Content) -> None:
    tagged = [*content.node_tags.values(), *(dict(way.tags) for way in content.ways.values())]
    named = [tags for tags in tagged if "name" in tags]
    assert len(named) > 2_500
    for tags in named:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in tags["name"])
        assert tags["name:en"].isascii()


def test_has_places_that_people_name(content: Content) -> None:
    tags = list(content.node_tags.values())

    def count(key: str, value: str) -> int:
        return sum(node.get(key) == value for node in tags)

    assert count("place", "district") == 6
    assert count("place", "neighbourhood") > 300
    assert count("leisure", "park") > 20
    assert count("amenity", "school") > 20
    assert count("station", "subway") > 15
    assert count("shop", "mall") > 5
    assert count("man_made", "bridge") >= 5
    addresses = [node for node in tags if "addr:housenumber" in node]
    assert len(addresses) > 5_000
    streets = {way.tags.get("name") for way in content.streets()}
    assert all(node["addr:street"] in streets for node in addresses)


def test_centers_have_and_lack_everything(city: FictionalCity, shared_dir: Path) -> None:
    centers = rows(city.centers)
    with (shared_dir / "cities" / "beijing" / "centers.csv").open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    assert list(centers[0]) == [*header, "capabilities"]
    assert len(centers) == city.hospitals >= 16
    for flag in FLAGS:
        assert 3 <= sum(center[flag] == "1" for center in centers) < len(centers)
    assert sum(all(center[flag] == "0" for flag in FLAGS) for center in centers) >= 3


def test_two_districts_have_no_thrombectomy(city: FictionalCity) -> None:
    outlines = {
        feature["properties"]["name"]: shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in json.loads(city.districts.read_text(encoding="utf-8"))["features"]
    }
    stroke: Counter[str] = Counter(dict.fromkeys(outlines, 0))
    for center in rows(city.centers):
        place = shapely.Point(float(center["lon"]), float(center["lat"]))
        (district,) = [name for name, outline in outlines.items() if outline.contains(place)]
        if center["hospital"][:2] == district[:2]:
            assert center["hospital"].startswith(district)
        stroke[district] += center["stroke"] == "1"
    assert {district for district, count in stroke.items() if count == 0} == {"望山区", "南屏区"}


def test_stations_hold_enough_ambulances(city: FictionalCity) -> None:
    stations = rows(city.stations)
    assert len(stations) >= 30
    assert sum(int(station["ambulances"]) for station in stations) == city.ambulances >= 60
    assert len({station["station_id"] for station in stations}) == len(stations)
    assert len({station["name"] for station in stations}) == len(stations)


@pytest.mark.parametrize("which", ["city", "other"])
def test_every_hospital_and_station_is_reachable(which: str, request: pytest.FixtureRequest) -> None:
    """Within 60 m of a street from which one can drive everywhere and back."""
    drawn: FictionalCity = request.getfixturevalue(which)
    content = read(drawn.osm)
    main = _main_component(content)
    metres = np.array([math.cos(math.radians(39.7)), 1.0]) * 111_195.0
    street_points = cKDTree(_dense(content, main) * metres)
    for row in [*rows(drawn.centers), *rows(drawn.stations)]:
        away_m, _ = street_points.query(np.array([float(row["lon"]), float(row["lat"])]) * metres)
        assert away_m < 60.0, row


def _main_component(content: Content) -> set[int]:
    """Return the largest set of nodes that all reach each other, ignoring forbidden turns and barriers' exceptions."""
    blocked = {node for node, tags in content.node_tags.items() if tags.get("barrier") == "bollard"}
    nodes = sorted({node for way in content.streets() for node in way.nodes} - blocked)
    index = {node: number for number, node in enumerate(nodes)}
    pairs = [
        (index[one], index[two], way.tags.get("oneway") == "yes")
        for way in content.streets()
        for one, two in zip(way.nodes, way.nodes[1:], strict=False)
        if one in index and two in index
    ]
    tails = [one for one, _, _ in pairs] + [two for _, two, oneway in pairs if not oneway]
    heads = [two for _, two, _ in pairs] + [one for one, _, oneway in pairs if not oneway]
    graph = coo_array((np.ones(len(tails)), (tails, heads)), shape=(len(nodes), len(nodes)))
    _, labels = connected_components(graph, directed=True, connection="strong")
    biggest = Counter(labels.tolist()).most_common(1)[0][0]
    main = {node for node, label in zip(nodes, labels, strict=True) if label == biggest}
    assert 0.97 < len(main) / len(nodes) < 1.0  # an island and a cut expressway are left out
    return main


def _dense(content: Content, main: set[int]) -> NDArray[np.float64]:
    lines = [
        shapely.LineString([content.places[node] for node in way.nodes])
        for way in content.streets()
        if all(node in main for node in way.nodes)
    ]
    return shapely.get_coordinates(shapely.segmentize(np.array(lines, dtype=object), 0.0001))
