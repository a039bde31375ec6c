"""Gather from a city pack what a caller may name: places, roads, crossings, house numbers, kilometre marks."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple, cast

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.city_pack import CityPack
from geo.osm_import import MILESTONE, NamedPlace, RoadName
from geo.places.forms import NamedSpots
from geo.places.text import is_han, without_brackets
from geo.point import EARTH_RADIUS_M, Point
from geo.roads import RoadGraph
from geo.speeds import ROAD_CLASSES

# Junctions of two roads that lie closer than this are one crossing (both carriageways of both roads).
_ONE_CROSSING_M = 100.0
# Stretches of one name that lie farther apart than this are two roads of that name.
_ONE_ROAD_M = 1_500.0
# So many points along a road say where it is: enough to know which end of it is near.
_SPOTS_MAX = 48
# So many distances are taken at once: 16 MB.
_PAIRS_AT_ONCE = 1_000_000

_ADDRESS, ROAD, CROSSING, DISTRICT = "address", "road", "crossing", "place=district"
_HOUSE = re.compile(r"^(.*\D)(\d+)号?$")
_MARK = re.compile(r"^(.+)K(\d+)\+(\d+)$")

# How well known a kind of place is, 0..1: what breaks a tie between names that match alike. Own judgement, unverified.
_KIND_IMPORTANCE = {
    "place=city": 1.0, "place=district": 0.9, "amenity=hospital": 0.9, "building=hospital": 0.7,
    "railway=station": 0.85, "railway=subway": 0.3, "building=train_station": 0.85, "building=subway_station": 0.8,
    "amenity=clinic": 0.6, "amenity=university": 0.75, "building=university": 0.4, "amenity=school": 0.6,
    "building=school": 0.5, "leisure=park": 0.7, "shop=mall": 0.7, "tourism=hotel": 0.6, "building=hotel": 0.5,
    "amenity=police": 0.6, "amenity=fire_station": 0.6, "amenity=townhall": 0.7, "place=square": 0.7,
    "place=neighbourhood": 0.6, "place=village": 0.6, "place=town": 0.8, "place=suburb": 0.8, "place=quarter": 0.7,
    "highway=bus_stop": 0.5, "highway=traffic_signals": 0.3, "building=stadium": 0.6, "other": 0.4,
}  # fmt: skip
_KEY_IMPORTANCE = {"waterway": 0.2, "natural": 0.3, "building": 0.35, "amenity": 0.5, "shop": 0.45, "tourism": 0.6}
_PLAIN_IMPORTANCE = 0.4
_NUMBER_IMPORTANCE = 0.1  # "3245", "1-08": only ever known together with something else
_CLASS_IMPORTANCE = {
    "motorway": 0.8, "trunk": 0.8, "primary": 0.75, "secondary": 0.65, "tertiary": 0.55, "unclassified": 0.45,
    "residential": 0.45, "living_street": 0.4, "service": 0.3,
}  # fmt: skip
_LINK_IMPORTANCE = 0.15
_ADDRESS_IMPORTANCE = 0.4


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on the map with a name. ``spots`` is float64[n, 2] (lon, lat): where it is, first the place to show."""

    name: str
    name_en: str | None
    kind: str
    district: str | None
    importance: float
    spots: NDArray[np.float64]
    aliases: tuple[str, ...] = ()

    @property
    def point(self) -> Point:
        """Return the place to show for it."""
        return Point(float(self.spots[0, 0]), float(self.spots[0, 1]))

    def named(self) -> NamedSpots:
        """Return what the index needs."""
        bare = without_brackets(self.name)
        names = dict.fromkeys((self.name, bare, *self.aliases))
        return NamedSpots(tuple(names), self.name_en, self.importance, self.spots)


class Street(NamedTuple):
    """A name of roads: where they run, their house numbers, their kilometre marks in metres from the beginning."""

    road: Entry
    houses: Mapping[int, tuple[Point, str | None]]
    marks: tuple[tuple[int, Point], ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Everything that can be found. Crossings are keyed by the numbers of two streets, the smaller first."""

    entries: tuple[Entry, ...]
    streets: tuple[Street, ...]
    crossings: Mapping[tuple[int, int], tuple[Entry, ...]]


def gather(pack: CityPack) -> Named:
    """Read the pack once; takes a second for a large city."""
    districts = _Districts(pack.districts)
    houses, marks, plain = _sorted_out(pack.places)
    names = _merged(pack.road_names)
    name_of_road = _name_numbers(pack.road_names, {name.zh: number for number, name in enumerate(names)})
    stretches = _Stretches.of(pack.graph, name_of_road)
    parts = [_roads(name, stretches, number, districts) for number, name in enumerate(names)]
    streets = [
        Street(
            _whole(name, parts[number]),
            _with_districts(houses.pop(name.zh, {}), districts),
            _in_order(marks.get(name.zh, ())),
        )
        for number, name in enumerate(names)
        if parts[number]
    ]
    numbers = np.cumsum([bool(part) for part in parts]) - 1  # names without a road on the graph are no streets
    street_of_road = np.where(name_of_road >= 0, numbers[name_of_road], -1) if len(names) else name_of_road
    crossings = _crossings(pack.graph, street_of_road, streets, districts)
    streets += [_only_numbered(name, _with_districts(rows, districts)) for name, rows in houses.items()]
    entries = _places(plain, districts)
    entries += _hospitals(pack, {entry.name for entry in entries}, districts)
    entries += districts.entries({entry.name for entry in entries})
    entries += [road for roads in parts for road in roads]
    return Named(tuple(entries), tuple(streets), crossings)


def _sorted_out(
    places: Sequence[NamedPlace],
) -> tuple[dict[str, dict[int, Point]], dict[str, list[tuple[int, Point]]], list[NamedPlace]]:
    houses: dict[str, dict[int, Point]] = defaultdict(dict)
    marks: dict[str, list[tuple[int, Point]]] = defaultdict(list)
    plain = []
    for row in places:
        house = _HOUSE.match(row.name) if row.kind == _ADDRESS else None
        mark = _MARK.match(row.name) if row.kind == MILESTONE else None
        if house is not None:
            houses[house[1]][int(house[2])] = row.point
        elif mark is not None:
            marks[mark[1]].append((int(mark[2]) * 1000 + int(mark[3]), row.point))
        else:
            plain.append(row)
    return houses, marks, plain


def _in_order(marks: Iterable[tuple[int, Point]]) -> tuple[tuple[int, Point], ...]:
    return tuple(sorted(marks, key=lambda mark: mark[0]))


def _merged(names: Sequence[RoadName | None]) -> list[RoadName]:
    """Return one name for each Chinese name, with the English and the other names of all of its roads."""
    merged: dict[str, RoadName] = {}
    for name in names:
        if name is None:
            continue
        known = merged.get(name.zh, name)
        merged[name.zh] = RoadName(name.zh, known.en or name.en, tuple(dict.fromkeys(known.aliases + name.aliases)))
    return list(merged.values())


def _name_numbers(names: Sequence[RoadName | None], number_of: Mapping[str, int]) -> NDArray[np.int64]:
    return np.array([-1 if name is None else number_of[name.zh] for name in names], np.int64)


class _Stretches(NamedTuple):
    """The named stretches, sorted by name: the middle of each, its class and length."""

    first: NDArray[np.int64]
    middle: NDArray[np.float64]
    road_class: NDArray[np.uint8]
    length_m: NDArray[np.float64]

    @classmethod
    def of(cls, graph: RoadGraph, name_of_road: NDArray[np.int64]) -> "_Stretches":
        name = name_of_road[graph.road_name]
        order = np.argsort(name, kind="stable")
        order = order[name[order] >= 0]
        middle = (graph.first_shape[order] + graph.first_shape[order + 1] - 1) // 2
        return cls(
            first=np.searchsorted(name[order], np.arange(len(name_of_road) + 1)),
            middle=np.stack([graph.shape_lon[middle], graph.shape_lat[middle]], axis=1),
            road_class=graph.road_class[order],
            length_m=graph.length_m[order],
        )


def _roads(name: RoadName, stretches: _Stretches, number: int, districts: "_Districts") -> list[Entry]:
    """Return the roads of one name, the longest first: stretches within reach of each other are one road."""
    first, end = int(stretches.first[number]), int(stretches.first[number + 1])
    if first == end:
        return []
    middle, length_m = stretches.middle[first:end], stretches.length_m[first:end]
    found = []
    for members in clusters(middle, _ONE_ROAD_M):
        long = sorted(members, key=lambda at: -length_m[at])
        spots = middle[long[:: max(1, len(long) // _SPOTS_MAX)]]
        best = _class_importance(stretches.road_class[first:end][members], length_m[members])
        district = districts.of(Point(*spots[0]))
        found.append(
            (float(length_m[members].sum()), Entry(name.zh, name.en, ROAD, district, best, spots, name.aliases))
        )
    return [road for _, road in sorted(found, key=lambda each: -each[0])]


def _class_importance(classes: NDArray[np.uint8], length_m: NDArray[np.float64]) -> float:
    """Return the importance of the class that most of a road has, a little more for a long road."""
    kilometres = np.bincount(classes, weights=length_m / 1000.0)
    usual = ROAD_CLASSES[int(kilometres.argmax())]
    known = _CLASS_IMPORTANCE.get(usual, _LINK_IMPORTANCE)
    return min(1.0, known + 0.1 * min(1.0, float(kilometres.sum()) / 10.0))


def clusters(lonlat: NDArray[np.float64], reach_m: float) -> list[NDArray[np.int64]]:
    """Group points that are joined by steps of at most ``reach_m``."""
    plane = _metres(lonlat)
    if (np.hypot(*(plane - plane[0]).T) <= reach_m).all():  # nearly always: one step from the first reaches all
        return [np.arange(len(lonlat))]
    groups, left = [], np.arange(len(lonlat))
    while len(left):
        joined, left = _grown(plane, left[:1], left[1:], reach_m)
        groups.append(np.sort(joined))
    return groups


def _grown(
    plane: NDArray[np.float64], seed: NDArray[np.int64], others: NDArray[np.int64], reach_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return whom steps of at most ``reach_m`` join to the seed, and who is left."""
    found, newest = [seed], seed
    while len(newest) and len(others):
        near = np.zeros(len(others), np.bool_)
        for lot in np.array_split(newest, -(-len(newest) * len(others) // _PAIRS_AT_ONCE)):
            apart = plane[others, None] - plane[None, lot]
            near |= (np.hypot(apart[..., 0], apart[..., 1]) <= reach_m).any(axis=1)
        newest, others = others[near], others[~near]
        found.append(newest)
    return np.concatenate(found), others


def _metres(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project degrees to metres, true at the first point: enough within a city."""
    degree_m = np.radians(1.0) * EARTH_RADIUS_M
    plane: NDArray[np.float64] = lonlat * (degree_m * np.cos(np.radians(lonlat[0, 1])), degree_m)
    return plane


def _whole(name: RoadName, roads: Sequence[Entry]) -> Entry:
    spots = np.concatenate([road.spots for road in roads])
    return Entry(name.zh, name.en, ROAD, roads[0].district, roads[0].importance, spots, name.aliases)


def _only_numbered(name: str, houses: Mapping[int, tuple[Point, str | None]]) -> Street:
    """Return a street that is known only by its house numbers."""
    spots = np.array([[point.lon, point.lat] for point, _ in houses.values()])
    return Street(Entry(name, None, ROAD, None, _ADDRESS_IMPORTANCE, spots), houses, ())


def _with_districts(houses: Mapping[int, Point], districts: "_Districts") -> dict[int, tuple[Point, str | None]]:
    found = districts.of_all(list(houses.values()))
    return {number: (point, here) for (number, point), here in zip(houses.items(), found, strict=True)}


def _crossings(
    graph: RoadGraph, street_of_road: NDArray[np.int64], streets: Sequence[Street], districts: "_Districts"
) -> dict[tuple[int, int], tuple[Entry, ...]]:
    """Find the junctions where two names meet; junctions side by side are one crossing."""
    found = {}
    for (one, other), nodes in _meetings(graph, street_of_road).items():
        lonlat = np.stack([graph.node_lon[nodes], graph.node_lat[nodes]], axis=1)
        middles = [lonlat[members].mean(axis=0) for members in clusters(lonlat, _ONE_CROSSING_M)]
        a, b = streets[one].road, streets[other].road
        weight = 0.4 + (a.importance + b.importance) / 4.0
        english = f"{a.name_en} & {b.name_en}" if a.name_en and b.name_en else None
        found[one, other] = tuple(
            Entry(crossing_name(a.name, b.name), english, CROSSING, district, weight, middle[None, :])
            for middle, district in zip(middles, districts.of_all([Point(*each) for each in middles]), strict=True)
        )
    return found


def _meetings(graph: RoadGraph, street_of_road: NDArray[np.int64]) -> dict[tuple[int, int], list[int]]:
    """Return, for each two streets that share junctions, those junctions."""
    street = street_of_road[graph.road_name[graph.arc_stretch]]
    ends = np.concatenate([graph.arc_from, graph.arc_to]).astype(np.int64)
    both = np.unique(np.stack([ends, np.concatenate([street, street])], axis=1)[np.tile(street >= 0, 2)], axis=0)
    if not len(both):
        return {}
    at_node = np.split(both[:, 1], np.flatnonzero(np.diff(both[:, 0])) + 1)
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for node, here in zip(np.unique(both[:, 0]).tolist(), at_node, strict=True):
        for one, other in combinations(here.tolist(), 2):
            found[one, other].append(node)
    return found


def crossing_name(one: str, other: str) -> str:
    """Return how a crossing is called."""
    return f"{one}与{other}路口"


def _places(rows: Sequence[NamedPlace], districts: "_Districts") -> list[Entry]:
    found = districts.of_all([row.point for row in rows])
    return [
        Entry(
            row.name,
            row.name_en,
            row.kind,
            district,
            _importance(row),
            np.array([[row.point.lon, row.point.lat]]),
            row.aliases,
        )
        for row, district in zip(rows, found, strict=True)
    ]


def _importance(place: NamedPlace) -> float:
    if not any(is_han(letter) for letter in place.name) and any(letter.isdigit() for letter in place.name):
        return _NUMBER_IMPORTANCE
    known = _KIND_IMPORTANCE.get(place.kind)
    return _KEY_IMPORTANCE.get(place.kind.partition("=")[0], _PLAIN_IMPORTANCE) if known is None else known


def _hospitals(pack: CityPack, known: set[str], districts: "_Districts") -> list[Entry]:
    """Return the hospitals of the city's own list that the map does not name."""
    missing = [site for site in pack.centers if site.name not in known]
    return _places([NamedPlace(site.name, None, "amenity=hospital", site.point) for site in missing], districts)


class _Districts:
    """Say in which district a point lies, and list the districts themselves."""

    def __init__(self, outlines: Mapping[str, object] | None) -> None:
        features = cast("list[Mapping[str, Any]]", (outlines or {}).get("features", []))
        self._outlines = [
            (
                str(feature["properties"]["name"]),
                feature["properties"].get("name_en"),
                shapely.geometry.shape(feature["geometry"]),
            )
            for feature in features
        ]
        self._tree = shapely.STRtree([outline for *_, outline in self._outlines])

    def of(self, point: Point) -> str | None:
        """Return the district of a point; None outside all of them."""
        return self.of_all([point])[0]

    def of_all(self, points: Sequence[Point]) -> list[str | None]:
        """Return the district of each point."""
        found: list[str | None] = [None] * len(points)
        if not points or not self._outlines:
            return found
        spots = shapely.points([(point.lon, point.lat) for point in points])
        for at, outline in self._tree.query(spots, predicate="intersects").T.tolist():
            found[at] = self._outlines[outline][0]
        return found

    def entries(self, known: set[str]) -> list[Entry]:
        """Return the districts that the map has no place for."""
        rows = []
        for name, english, outline in self._outlines:
            if name not in known:
                inside = outline.representative_point()
                rows.append(
                    Entry(name, english, DISTRICT, name, _KIND_IMPORTANCE[DISTRICT], np.array([[inside.x, inside.y]]))
                )
        return rows
