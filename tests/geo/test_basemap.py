"""The base map: every drawn road is where the source has it, whatever the tile; broken files are named."""

import gzip
import math
import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import osmium
import pytest
import shapely

from geo.basemap import Basemap, NotABasemap
from geo.basemap_build import BasemapSummary, build_basemap
from geo.basemap_features import ROAD_MIN_ZOOM
from tests.geo.osm_files import OsmNode, OsmWay, write_osm

SEED = 7
UNITS = 4096


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("yunze") / "basemap.pmtiles"


@pytest.fixture(scope="module")
def built(fictional_osm: Path, drawn: Path) -> tuple[Basemap, BasemapSummary, list[str]]:
    said: list[str] = []
    summary = build_basemap(fictional_osm, drawn, said.append)
    return Basemap.open(drawn), summary, said


def all_tiles(basemap: Basemap, zoom: int) -> dict[tuple[int, int], dict[str, Any]]:
    west, north = tile_of(basemap.bounds.west, basemap.bounds.north, zoom)
    east, south = tile_of(basemap.bounds.east, basemap.bounds.south, zoom)
    tiles: dict[tuple[int, int], dict[str, Any]] = {}
    for x in range(int(west), int(east) + 1):
        for y in range(int(north), int(south) + 1):
            content = basemap.tile(zoom, x, y)
            if content is not None:
                tiles[x, y] = decoded(content)
    return tiles


def decoded(content: bytes) -> dict[str, Any]:
    options = {"y_coord_down": True}
    tile: dict[str, Any] = mapbox_vector_tile.decode(gzip.decompress(content), default_options=options)
    return tile


def tile_of(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Return column and row with their fractions, by the textbook formula of web mercator."""
    y = math.log(math.tan(math.pi / 4.0 + math.radians(lat) / 2.0))
    return (lon + 180.0) / 360.0 * 2**zoom, (1.0 - y / math.pi) / 2.0 * 2**zoom


@pytest.mark.parametrize("zoom", [9, 11, 12, 14])
def test_every_road_is_drawn_where_the_source_has_it(
    fictional_osm: Path, built: tuple[Basemap, BasemapSummary, list[str]], zoom: int
) -> None:
    """1,000 seeded places on source roads lie on a line of their class in their tile: the source is the slow twin."""
    basemap, _, _ = built
    drawn: dict[tuple[int, int, str], list[Any]] = defaultdict(list)
    for (x, y), tile in all_tiles(basemap, zoom).items():
        for feature in tile.get("road", {"features": []})["features"]:
            drawn[x, y, feature["properties"]["class"]].append(shapely.geometry.shape(feature["geometry"]))
    merged = {key: shapely.union_all(lines) for key, lines in drawn.items()}
    draw = random.Random(SEED)
    roads = source_roads(fictional_osm, zoom)
    tolerance = 2.0 if zoom == 14 else 6.0
    for _ in range(1_000):
        highway, line = draw.choice(roads)
        place = line.interpolate(draw.random(), normalized=True)
        column, row = tile_of(place.x, place.y, zoom)
        x, y = int(column), int(row)
        here = shapely.Point((column - x) * UNITS, (row - y) * UNITS)
        assert (x, y, highway) in merged, f"seed {SEED}: {place}"
        assert merged[x, y, highway].distance(here) <= tolerance, f"seed {SEED}: {place}"


def source_roads(osm: Path, zoom: int) -> list[tuple[str, shapely.LineString]]:
    ways = (way for way in osmium.FileProcessor(osm).with_locations() if isinstance(way, osmium.osm.Way))
    return [
        (way.tags["highway"], shapely.LineString([(node.lon, node.lat) for node in way.nodes]))
        for way in ways
        if "highway" in way.tags and ROAD_MIN_ZOOM[way.tags["highway"]] <= zoom
    ]


def test_layers_and_properties_are_the_documented_ones(built: tuple[Basemap, BasemapSummary, list[str]]) -> None:
    basemap, _, _ = built
    documented = {
        "road": {"class", "name", "name_en", "oneway", "bridge", "tunnel"},
        "rail": {"class", "name", "name_en"},
        "waterway": {"class", "name", "name_en"},
        "water": set(),
        "green": {"class"},
        "building": set(),
        "district": {"name", "name_en"},
        "place": {"class", "name", "name_en"},
        "poi": {"class", "name", "name_en"},
    }
    seen: dict[str, set[str]] = defaultdict(set)
    classes: set[str] = set()
    for tile in all_tiles(basemap, 14).values():
        for layer, content in tile.items():
            assert content["extent"] == UNITS
            for feature in content["features"]:
                seen[layer] |= set(feature["properties"])
                classes |= {feature["properties"]["class"]} if layer == "poi" else set()
    assert set(seen) == set(documented)
    for layer, properties in seen.items():
        assert properties <= documented[layer]
    assert {"hospital", "ambulance_station", "subway_station", "school", "park", "mall", "bridge"} <= classes


def test_low_zooms_show_only_what_matters_and_stay_small(built: tuple[Basemap, BasemapSummary, list[str]]) -> None:
    basemap, summary, _ = built
    for zoom in (6, 8, 10):
        for tile in all_tiles(basemap, zoom).values():
            roads = tile.get("road", {"features": []})["features"]
            assert {ROAD_MIN_ZOOM[road["properties"]["class"]] <= zoom for road in roads} <= {True}
            assert not any("name" in road["properties"] for road in roads)
            assert "building" not in tile
    assert summary.size_bytes < 1_500_000
    for zoom in range(6, 15):
        for x, y in all_tiles(basemap, zoom):
            assert len(basemap.tile(zoom, x, y) or b"") < 200_000


def test_says_where_it_comes_from_and_what_it_does(built: tuple[Basemap, BasemapSummary, list[str]]) -> None:
    basemap, summary, said = built
    assert "fictional" in basemap.attribution
    assert (basemap.min_zoom, basemap.max_zoom) == (6, 14)
    assert basemap.bounds.west < 103.70 < basemap.bounds.east
    assert basemap.bounds.south < 39.70 < basemap.bounds.north
    assert summary.drawn > 10_000
    assert summary.skipped == 0
    assert len(said) == 10


def test_nothing_outside_the_map_or_its_zooms(built: tuple[Basemap, BasemapSummary, list[str]]) -> None:
    basemap, _, _ = built
    assert basemap.tile(14, 0, 0) is None
    assert basemap.tile(5, 25, 12) is None
    assert basemap.tile(15, 25_800, 12_400) is None
    assert basemap.tile(10, -1, 5) is None
    assert basemap.tile(10, 5, 1 << 10) is None


def test_many_threads_read_the_same_bytes(built: tuple[Basemap, BasemapSummary, list[str]]) -> None:
    basemap, _, _ = built
    wanted = [(zoom, x, y) for zoom in (10, 12, 14) for x, y in all_tiles(basemap, zoom)]
    alone = [basemap.tile(*tile) for tile in wanted]
    with ThreadPoolExecutor(8) as pool:
        for together in pool.map(lambda _: [basemap.tile(*tile) for tile in wanted], range(16)):
            assert together == alone


@pytest.mark.usefixtures("built")
def test_the_same_source_gives_the_same_bytes(fictional_osm: Path, drawn: Path, tmp_path: Path) -> None:
    out = tmp_path / "again.pmtiles"
    build_basemap(fictional_osm, out, lambda _: None)
    assert out.read_bytes() == drawn.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again.pmtiles"]


def test_one_ways_are_merged_in_their_direction(tmp_path: Path) -> None:
    nodes = [OsmNode(n, 104.0 + 0.001 * n, 39.7) for n in range(1, 6)]
    tags = {"highway": "primary", "name": "单行路", "name:en": "Oneway Road", "oneway": "yes"}
    ways = [OsmWay(1, (3, 2, 1), tags), OsmWay(2, (5, 4, 3), tags), OsmWay(3, (1, 5), {"highway": "secondary"})]
    osm = write_osm(tmp_path / "small.osm", nodes, ways)
    build_basemap(osm, tmp_path / "small.pmtiles", lambda _: None)
    basemap = Basemap.open(tmp_path / "small.pmtiles")
    x, y = (int(part) for part in tile_of(104.003, 39.7, 12))
    tile = decoded(basemap.tile(12, x, y) or b"")
    (road,) = [road for road in tile["road"]["features"] if road["properties"]["class"] == "primary"]
    assert road["properties"] == {"class": "primary", "name": "单行路", "name_en": "Oneway Road", "oneway": True}
    start, stop = np.array(road["geometry"]["coordinates"])[[0, -1]]
    assert start[0] > stop[0]  # westwards, as its nodes run
    assert "OpenStreetMap" in basemap.attribution


def test_broken_ways_are_left_out_and_counted(tmp_path: Path) -> None:
    nodes = [OsmNode(1, 104.0, 39.7), OsmNode(2, 104.001, 39.7)]
    ways = [OsmWay(1, (1, 2)), OsmWay(2, (1, 99)), OsmWay(3, (1, 1))]
    osm = write_osm(tmp_path / "broken.osm", nodes, ways)
    summary = build_basemap(osm, tmp_path / "broken.pmtiles", lambda _: None)
    assert (summary.drawn, summary.skipped) == (1, 2)


def test_a_source_with_nothing_to_draw_is_refused(tmp_path: Path) -> None:
    osm = write_osm(tmp_path / "empty.osm", [OsmNode(1, 104.0, 39.7)], [])
    with pytest.raises(ValueError, match=r"empty\.osm holds nothing"):
        build_basemap(osm, tmp_path / "empty.pmtiles", lambda _: None)
    assert not (tmp_path / "empty.pmtiles").exists()


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("spoil", ["nothing", "text", "truncated", "version"])
def test_files_that_are_no_base_map_are_named(drawn: Path, tmp_path: Path, spoil: str) -> None:
    good = drawn.read_bytes()
    spoiled = {
        "nothing": b"",
        "text": b"these are not tiles, these are words, and there are not quite enough of them for a header" * 3,
        "truncated": good[: len(good) // 2],
        "version": good[:7] + b"\x09" + good[8:],
    }[spoil]
    path = tmp_path / "spoiled.pmtiles"
    path.write_bytes(spoiled)
    with pytest.raises(NotABasemap, match=r"spoiled\.pmtiles"):
        Basemap.open(path)


def test_real_shanghai_is_drawn(shared_dir: Path, tmp_path: Path) -> None:
    osm = shared_dir / "cities" / "shanghai_people_square.osm"
    summary = build_basemap(osm, tmp_path / "shanghai.pmtiles", lambda _: None)
    assert summary.drawn == 796
    assert Basemap.open(tmp_path / "shanghai.pmtiles").attribution.startswith("© OpenStreetMap")
