"""Put on the map what people name and what makes it look lived in: places, stations, addresses, houses, water."""

from collections.abc import Sequence
from random import Random

import numpy as np
import shapely
from shapely import LineString, Polygon

from geo.fictional_city import ground
from geo.fictional_city.blocks import RAILWAY_Y_M, Block, Use
from geo.fictional_city.care import Hospital, Roadside, Station
from geo.fictional_city.features import Features, PlacedArea, PlacedLine, PlacedNode
from geo.fictional_city.grid import AIRPORT_X_M, BRIDGES, Grid
from geo.fictional_city.names import DISTRICT_EN, Name
from geo.fictional_city.shapes import lines_of, polygons_of
from geo.fictional_city.street import GROUND, Street

CITY = Name("云泽市", "Yunze")
# Importers read these two from the node of the city.
FICTIONAL_TAGS = {"place": "city", "name": CITY.zh, "name:en": CITY.en, "fictional": "yes"}

_ADDRESS_EVERY_M, _ADDRESS_ASIDE_M, _METRES_PER_NUMBER = 160.0, 16.0, 9.0
_ADDRESS_CLASSES = frozenset({"secondary", "tertiary", "residential"})
_HOUSE_CLEAR_M = 11.0
_HOUSE_HALF_WIDTH_M, _HOUSE_HALF_DEPTH_M = 27.0, 6.5
_METRO_EVERY_LINES = 3
_AREA_TAGS = {
    Use.OLD_TOWN: {"landuse": "residential"},
    Use.HOUSING: {"landuse": "residential"},
    Use.COMPOUND: {"landuse": "residential"},
    Use.PARK: {"leisure": "park"},
    Use.WORKS: {"landuse": "industrial"},
    Use.CAMPUS: {"landuse": "education"},
}
_NODE_TAGS = {
    Use.OLD_TOWN: {"place": "neighbourhood"},
    Use.HOUSING: {"place": "neighbourhood"},
    Use.COMPOUND: {"place": "neighbourhood", "residential": "gated"},
    Use.PARK: {"leisure": "park"},
    Use.WORKS: {"place": "neighbourhood", "industrial": "yes"},
    Use.CAMPUS: {"amenity": "school"},
}


def furnish(
    grid: Grid,
    streets: Sequence[Street],
    blocks: Sequence[Block],
    care: tuple[Sequence[Hospital], Sequence[Station]],
    chance: Random,
) -> Features:
    """Collect all nodes, lines and areas of the city that are not streets."""
    hospitals, stations = care
    nodes = [PlacedNode(0.0, 0.0, FICTIONAL_TAGS), *_district_labels(), *_named_blocks(blocks), *_metro_stations(grid)]
    nodes += [
        *_hospital_nodes(hospitals),
        *_station_nodes(stations),
        *_landmarks(Roadside(streets), chance),
        *_bridges(grid),
    ]
    nodes += _addresses(streets)
    areas = [
        *_water(),
        *_district_areas(),
        *_block_areas(blocks),
        *_hospital_grounds(hospitals),
        *_houses(blocks, streets),
    ]
    return Features(nodes, [*_rivers(), *_railways()], areas)


def _named(name: Name, **tags: str) -> dict[str, str]:
    return {"name": name.zh, "name:en": name.en, **tags}


def _district_labels() -> list[PlacedNode]:
    labels: list[PlacedNode] = []
    for zh, area in ground.districts().items():
        inner = shapely.intersection(area, shapely.box(-8_000.0, -6_500.0, 8_000.0, 6_500.0)).point_on_surface()
        labels.append(PlacedNode(inner.x, inner.y, _named(Name(zh, DISTRICT_EN[zh]), place="district")))
    return labels


def _district_areas() -> list[PlacedArea]:
    return [
        PlacedArea(area, _named(Name(zh, DISTRICT_EN[zh]), boundary="administrative", admin_level="6"))
        for zh, district in ground.districts().items()
        for area in polygons_of(district.simplify(15.0))
    ]


def _named_blocks(blocks: Sequence[Block]) -> list[PlacedNode]:
    nodes: list[PlacedNode] = []
    for block in blocks:
        if block.name is None:
            continue
        spot = block.ground.point_on_surface()
        nodes.append(PlacedNode(spot.x, spot.y, _named(block.name, **_NODE_TAGS[block.use])))
    return nodes


def _block_areas(blocks: Sequence[Block]) -> list[PlacedArea]:
    return [
        PlacedArea(area, _AREA_TAGS[block.use])
        for block in blocks
        for area in polygons_of(block.ground.buffer(-14.0, join_style="mitre"))
    ]


def _metro_stations(grid: Grid) -> list[PlacedNode]:
    """Name metro stations after the street that crosses there."""
    first = [
        _metro_station(grid.x_of[number] + 20.0, -25.0, grid.stem_of_column[number])
        for number in sorted(grid.x_of)
        if number % _METRO_EVERY_LINES == 0
    ]
    second = [
        _metro_station(25.0, grid.y_of[number] + 20.0, grid.stem_of_row[number])
        for number in sorted(grid.y_of)
        if number % _METRO_EVERY_LINES == 0 and number != 0
    ]
    return first + second


def _metro_station(x: float, y: float, stem: Name) -> PlacedNode:
    name = Name(f"{stem.zh}路站", f"{stem.en} Road Station")
    return PlacedNode(x, y, _named(name, railway="station", station="subway"))


def _hospital_nodes(hospitals: Sequence[Hospital]) -> list[PlacedNode]:
    return [PlacedNode(h.x, h.y, _named(h.name, amenity="hospital", emergency="yes")) for h in hospitals]


def _station_nodes(stations: Sequence[Station]) -> list[PlacedNode]:
    return [PlacedNode(s.x, s.y, _named(s.name, emergency="ambulance_station")) for s in stations]


def _hospital_grounds(hospitals: Sequence[Hospital]) -> list[PlacedArea]:
    return [
        PlacedArea(shapely.box(h.x - 26.0, h.y - 26.0, h.x + 26.0, h.y + 26.0), {"amenity": "hospital"})
        for h in hospitals
    ]


def _landmarks(roadside: Roadside, chance: Random) -> list[PlacedNode]:
    """Place what every city has: government, railway station, airport, malls, hotels, police, fire brigade."""
    nodes = [
        PlacedNode(60.0, 420.0, _named(Name("云泽市人民政府", "Yunze Municipal Government"), amenity="townhall")),
        PlacedNode(40.0, 60.0, _named(Name("云泽广场", "Yunze Square"), place="square")),
        PlacedNode(-700.0, RAILWAY_Y_M + 40.0, _named(Name("云泽站", "Yunze Railway Station"), railway="station")),
        PlacedNode(AIRPORT_X_M + 300.0, 2_250.0, _named(Name("云泽机场", "Yunze Airport"), aeroway="aerodrome")),
        PlacedNode(-6_250.0, 2_650.0, _named(Name("云泽湖", "Yunze Lake"), natural="water")),
    ]
    kinds = (
        ("购物中心", "Mall", {"shop": "mall"}, 12),
        ("派出所", "Police Station", {"amenity": "police"}, 12),
        ("消防站", "Fire Station", {"amenity": "fire_station"}, 9),
        ("宾馆", "Hotel", {"tourism": "hotel"}, 12),
        ("社区卫生服务中心", "Community Health Centre", {"amenity": "clinic"}, 12),
        ("菜市场", "Market", {"amenity": "marketplace"}, 14),
    )
    taken: set[str] = set()
    wanted = [(zh, en, tags) for zh, en, tags, count in kinds for _ in range(count)]
    for zh, en, tags in wanted:
        x, y, street = roadside.beside(chance.uniform(-7_800.0, 7_800.0), chance.uniform(-6_300.0, 6_300.0), 30.0)
        if street.zh + zh not in taken:
            taken.add(street.zh + zh)
            nodes.append(PlacedNode(x, y, _named(Name(street.zh + zh, f"{street.en} {en}"), **tags)))
    return nodes


def _bridges(grid: Grid) -> list[PlacedNode]:
    river = ground.river()
    nodes: list[PlacedNode] = []
    for number, (zh, en) in BRIDGES.items():
        x = grid.x_of[number]
        crossing = shapely.intersection(river, LineString([(x, -9_000.0), (x, 0.0)])).centroid
        nodes.append(PlacedNode(crossing.x, crossing.y, _named(Name(zh, en), man_made="bridge")))
    return nodes


def _addresses(streets: Sequence[Street]) -> list[PlacedNode]:
    """Give the houses numbers, outwards from the axes, odd on one side and even on the other; a lane gets one pair."""
    nodes: list[PlacedNode] = []
    for street in streets:
        is_plain = street.level == GROUND and not street.tags.keys() - {"lanes"}
        if street.name is None or not is_plain or street.highway not in _ADDRESS_CLASSES:
            continue
        every_m = street.line.length if street.highway == "residential" else _ADDRESS_EVERY_M
        for along_m in np.arange(every_m / 2.0, street.line.length - 20.0, every_m):
            nodes.extend(_pair_of_addresses(street, street.name, float(along_m)))
    return nodes


def _pair_of_addresses(street: Street, name: Name, along_m: float) -> list[PlacedNode]:
    here, ahead = street.line.interpolate(along_m), street.line.interpolate(along_m + 1.0)
    east, north = ahead.x - here.x, ahead.y - here.y
    outward_m = abs(here.x) if abs(east) > abs(north) else abs(here.y)
    number = 2 * int((along_m if street.highway == "residential" else outward_m) / _METRES_PER_NUMBER) + 1
    pair: list[PlacedNode] = []
    for step, side in ((0, 1.0), (1, -1.0)):
        x, y = here.x + side * _ADDRESS_ASIDE_M * north, here.y - side * _ADDRESS_ASIDE_M * east
        tags = {
            "addr:housenumber": f"{number + step}号",
            "addr:street": name.zh,
            "addr:district": ground.district_of(x, y),
        }
        pair.append(PlacedNode(x, y, tags))
    return pair


def _houses(blocks: Sequence[Block], streets: Sequence[Street]) -> list[PlacedArea]:
    """Set rows of slabs into the blocks where people live, off every street."""
    slabs: list[Polygon] = []
    for block in blocks:
        if block.use not in {Use.COMPOUND, Use.HOUSING}:
            continue
        west, south, east, north = block.ground.bounds
        for x in np.arange(west + 55.0, east - 40.0, 82.0):
            for y in np.arange(south + 45.0, north - 30.0, 62.0):
                slab = shapely.box(
                    x - _HOUSE_HALF_WIDTH_M, y - _HOUSE_HALF_DEPTH_M, x + _HOUSE_HALF_WIDTH_M, y + _HOUSE_HALF_DEPTH_M
                )
                slabs.append(slab)
    grounds = shapely.STRtree([block.ground for block in blocks])
    inside = np.unique(grounds.query(np.array(slabs, dtype=object), predicate="within")[0])
    kept = np.array(slabs, dtype=object)[inside]
    lines = shapely.STRtree([street.line for street in streets])
    near = np.unique(lines.query(kept, predicate="dwithin", distance=_HOUSE_CLEAR_M)[0])
    return [PlacedArea(slab, {"building": "apartments"}) for slab in np.delete(kept, near)]


def _water() -> list[PlacedArea]:
    river = shapely.intersection(ground.river_water(), ground.municipality())
    creek = shapely.difference(ground.creek_water(), river)
    return [
        PlacedArea(area, {"natural": "water", "water": kind})
        for shape, kind in ((river, "river"), (creek, "stream"), (ground.lake(), "lake"))
        for area in polygons_of(shape.simplify(2.0))
    ]


def _rivers() -> list[PlacedLine]:
    river = shapely.intersection(ground.river(), ground.municipality())
    rivers = [
        PlacedLine(line, _named(Name("云江", "Yun River"), waterway="river")) for line in lines_of(river.simplify(2.0))
    ]
    creek = lines_of(ground.creek().simplify(2.0))
    return rivers + [PlacedLine(line, _named(Name("清河", "Qing Creek"), waterway="stream")) for line in creek]


def _railways() -> list[PlacedLine]:
    rail = shapely.segmentize(LineString([(-14_500.0, RAILWAY_Y_M), (14_500.0, RAILWAY_Y_M)]), 200.0)
    first = shapely.segmentize(LineString([(-7_800.0, 0.0), (7_800.0, 0.0)]), 200.0)
    second = shapely.segmentize(LineString([(0.0, -6_300.0), (0.0, 6_300.0)]), 200.0)
    metro = {"railway": "subway", "tunnel": "yes", "layer": "-2"}
    return [
        PlacedLine(rail, _named(Name("云兰铁路", "Yunlan Railway"), railway="rail", bridge="viaduct", layer="3")),
        PlacedLine(first, _named(Name("地铁1号线", "Metro Line 1"), **metro)),
        PlacedLine(second, _named(Name("地铁2号线", "Metro Line 2"), **metro)),
    ]
