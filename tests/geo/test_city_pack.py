"""A city pack from its files: what it keeps, what it warns of, what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest

from geo.basemap import Basemap
from geo.city_pack import FICTIONAL_GENERATOR, CityPack, PackSummary, build
from geo.csv_rows import BadTable
from geo.datum import Datum, from_wgs84
from geo.osm_import import BadOsm, RoadName
from geo.pack_files import BadPack
from geo.point import Point
from geo.roads import NO_ARC
from geo.sites import BadCity, SiteWarning
from geo.travel import TravelTimes
from tests.geo.osm_files import OsmNode, OsmTurn, OsmWay, silent, write_osm

CENTERS = "center_id,hospital,grade,lon,lat,chest_pain,stroke,trauma,maternal,neonatal,paediatric\n"
STATIONS = "station_id,name,lon,lat,ambulances\n"
NODES = [
    OsmNode(1, 116.40, 39.90),
    OsmNode(2, 116.41, 39.90),
    OsmNode(3, 116.42, 39.90),
    OsmNode(4, 116.41, 39.91),
    OsmNode(5, 116.405, 39.905, {"amenity": "school", "name": "实验小学"}),
]
WAYS = [
    OsmWay(1, (1, 2), {"highway": "primary", "name": "东街"}),
    OsmWay(2, (2, 3), {"highway": "secondary"}),
    OsmWay(3, (2, 4), {"highway": "residential", "name": "北巷", "name:en": "North Lane"}),
]


def osm_file(tmp_path: Path, generator: str = "test") -> Path:
    return write_osm(tmp_path / "town.osm", NODES, WAYS, [OsmTurn("no_left_turn", 1, 2, 3)], generator)


def build_town(tmp_path: Path, centers: str = "", stations: str = "", datum: Datum = Datum.WGS84) -> PackSummary:
    for name, header, rows in (("centers", CENTERS, centers), ("stations", STATIONS, stations)):
        (tmp_path / f"{name}.csv").write_text(header + rows, encoding="utf-8")
    lists = tmp_path / "centers.csv", tmp_path / "stations.csv"
    return build(osm_file(tmp_path), *lists, tmp_path / "pack", silent, datum=datum)


def test_a_town(tmp_path: Path) -> None:
    summary = build_town(tmp_path, "C1,一院,三级,116.41,39.901,1,0,1,0,0,0\n", "S1,东站,116.419,39.9,2\n")
    pack = CityPack.open(tmp_path / "pack")
    assert pack.summary() == summary
    assert (summary.name, summary.nodes, summary.arcs, summary.forbidden_turns) == ("town", 4, 6, 1)
    assert (summary.main_component_share, summary.warnings, summary.fictional) == (1.0, (), False)
    assert (pack.centers[0].name, pack.centers[0].flags["trauma"], pack.stations[0].ambulances) == ("一院", True, 2)
    assert pack.road_names[0] is None
    assert set(pack.road_names[1:]) == {RoadName("东街", None), RoadName("北巷", "North Lane")}
    assert [(place.name, place.kind) for place in pack.places] == [("实验小学", "amenity=school")]
    assert "OpenStreetMap" in pack.attribution
    assert pack.districts is None
    assert Point(116.41, 39.905) in Basemap.open(pack.basemap_path).bounds


def test_routes_in_a_pack_honour_its_forbidden_turns(tmp_path: Path) -> None:
    build_town(tmp_path)
    pack = CityPack.open(tmp_path / "pack")
    west, middle, east, north = (pack.graph.node_point(node) for node in range(4))
    travel = TravelTimes.open(tmp_path / "pack")
    detour = travel.matrix([west], [middle, east, north])[0]
    there_and_back = travel.matrix([middle, east], [east, middle])
    assert detour[2] == pytest.approx(detour[1] + there_and_back[1, 1] + travel.matrix([middle], [north])[0, 0])


def test_a_pack_without_lists_is_a_map(tmp_path: Path) -> None:
    summary = build(osm_file(tmp_path), None, None, tmp_path / "pack", silent, name="无名")
    assert (summary.centers, summary.stations, summary.name) == (0, 0, "无名")
    assert TravelTimes.open(tmp_path / "pack").rank(Point(116.41, 39.9)) == []


def test_a_map_names_its_own_city(tmp_path: Path) -> None:
    city = OsmNode(9, 116.41, 39.9, {"place": "city", "name": "青州"})
    write_osm(tmp_path / "town.osm", [*NODES, city], WAYS)
    assert build(tmp_path / "town.osm", None, None, tmp_path / "pack", silent).name == "青州"


def test_the_same_input_gives_the_same_pack(tmp_path: Path) -> None:
    assert build_town(tmp_path).checksum == build_town(tmp_path).checksum


def test_a_generated_city_says_that_it_is_fictional(tmp_path: Path) -> None:
    generated = osm_file(tmp_path, f"{FICTIONAL_GENERATOR} city 1")
    summary = build(generated, None, None, tmp_path / "pack", silent)
    assert summary.fictional
    assert "虚构" in summary.attribution
    assert "OpenStreetMap" not in summary.attribution


def test_lists_may_come_in_another_datum(tmp_path: Path) -> None:
    shifted = from_wgs84(Point(116.41, 39.9), Datum.GCJ02)
    build_town(tmp_path, f"C1,一院,,{shifted.lon},{shifted.lat},1,0,0,0,0,0\n", datum=Datum.GCJ02)
    assert CityPack.open(tmp_path / "pack").centers[0].point.lon == pytest.approx(116.41, abs=1e-6)


def test_a_centre_outside_the_map_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadCity, match=r"outside the map: C2 \(二院\) at 121\.5,31\.2"):
        build_town(tmp_path, "C1,一院,,116.41,39.9,1,0,0,0,0,0\nC2,二院,,121.5,31.2,1,0,0,0,0,0\n")
    assert not (tmp_path / "pack").exists()


def test_many_sites_outside_the_map_are_counted(tmp_path: Path) -> None:
    stations = "".join(f"S{number},站,121.5,31.2,1\n" for number in range(8))
    with pytest.raises(BadCity, match=r"S4 .* and 3 more"):
        build_town(tmp_path, stations=stations)


def test_centres_far_from_a_road_are_warned_of(tmp_path: Path) -> None:
    far = build_town(tmp_path, "C1,一院,,116.404,39.906,1,0,0,0,0,0\nC2,二院,,116.38,39.918,1,0,0,0,0,0\n")
    assert far.warnings == (
        SiteWarning("far_from_road", "C1", "一院", 512),
        SiteWarning("no_road", "C2", "二院", 2630),
    )
    arrivals = TravelTimes.open(tmp_path / "pack").rank(Point(116.41, 39.9))
    assert [(arrival.id, arrival.eta_s is None) for arrival in arrivals] == [("C1", False), ("C2", True)]


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"highway": "primary", "oneway": "yes"}, "no road that can be left and reached again"),
        ({"highway": "road"}, "nothing that a base map draws"),
    ],
)
def test_a_map_that_holds_too_little_is_refused_by_name(tmp_path: Path, tags: dict[str, str], why: str) -> None:
    write_osm(tmp_path / "stub.osm", NODES[:2], [OsmWay(1, (1, 2), tags)])
    with pytest.raises(BadOsm, match=rf"stub\.osm: .*{why}"):
        build(tmp_path / "stub.osm", None, None, tmp_path / "pack", silent)
    assert [path.name for path in tmp_path.iterdir()] == ["stub.osm"]


@pytest.mark.parametrize("content", ["{", "[]", '{"type": "Feature"}'])
def test_broken_districts_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "districts.geojson").write_text(content, encoding="utf-8")
    with pytest.raises(BadCity, match=r"districts\.geojson: not"):
        build(osm_file(tmp_path), None, None, tmp_path / "pack", silent, districts=tmp_path / "districts.geojson")


def test_districts_are_kept(tmp_path: Path) -> None:
    districts = {"type": "FeatureCollection", "features": []}
    (tmp_path / "districts.geojson").write_text(json.dumps(districts), encoding="utf-8")
    build(osm_file(tmp_path), None, None, tmp_path / "pack", silent, districts=tmp_path / "districts.geojson")
    assert CityPack.open(tmp_path / "pack").districts == districts


def test_a_refused_build_keeps_the_old_pack(tmp_path: Path) -> None:
    before = build_town(tmp_path)
    (tmp_path / "broken.osm").write_text("<osm", encoding="utf-8")
    with pytest.raises(BadOsm, match=r"broken\.osm"):
        build(tmp_path / "broken.osm", None, None, tmp_path / "pack", silent)
    with pytest.raises(BadTable, match=r"absent\.csv"):
        build(osm_file(tmp_path), tmp_path / "absent.csv", None, tmp_path / "pack", silent)
    assert CityPack.open(tmp_path / "pack").summary() == before


def test_a_harmed_pack_does_not_open(tmp_path: Path) -> None:
    build_town(tmp_path)
    np.save(tmp_path / "pack" / "duration_ms.npy", np.ones(6, dtype=np.int32))
    with pytest.raises(BadPack, match=r"duration_ms\.npy: wrong checksum"):
        CityPack.open(tmp_path / "pack")


def test_beijing_keeps_its_links_its_names_and_its_one_ways(beijing_pack: CityPack) -> None:
    summary = beijing_pack.summary()
    assert (summary.centers, summary.stations, summary.warnings) == (48, 120, ())
    assert summary.places > 19_000
    names = {name.zh for name in beijing_pack.road_names if name is not None}
    assert {"西直门外大街", "紫竹院路"} <= names
    graph = beijing_pack.graph
    one_way = (graph.forward_arc == NO_ARC) | (graph.backward_arc == NO_ARC)
    assert 0.3 < one_way.mean() < 0.6
    assert beijing_pack.districts is not None


def test_every_centre_and_station_of_beijing_reaches_every_other(beijing_pack: CityPack) -> None:
    places = [site.point for site in beijing_pack.centers] + [site.point for site in beijing_pack.stations]
    assert np.isfinite(TravelTimes.open(beijing_pack).matrix(places[:60], places)).all()
