"""Read what an ambulance can drive on, and what has a name, from an OpenStreetMap file.

Everything is taken as the file says it: classes, one-ways, links, barriers, access, names, layers, turn restrictions.
Nothing is joined here; `geo.junctions` cuts the ways where they share a node.
"""

import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from geo.point import Point, distance_m
from geo.speeds import ROAD_CLASSES, Direction, Profile

if TYPE_CHECKING:
    import osmium

# OSM stores coordinates as whole multiples of 1e-7 degrees (about 1 cm).
UNITS_PER_DEGREE = 10_000_000

# A road that a bollard closes ends this far before it, so that its two sides are two places.
BARRIER_SETBACK_M = 2.0

# Under which key a named thing says what it is; the first that is present names its kind.
_KIND_KEYS = (
    "place",
    "healthcare",
    "amenity",
    "railway",
    "public_transport",
    "tourism",
    "leisure",
    "shop",
    "office",
    "historic",
    "building",
    "natural",
    "waterway",
    "highway",
)

# The kind of a kilometre mark; it is named after its road, "京藏高速K45+200".
MILESTONE = "highway=milestone"

# What else a place or a road is called, beside its name; several names are parted by semicolons.
_ALIAS_KEYS = ("name", "alt_name", "short_name", "official_name", "old_name", "loc_name", "name:zh-Hant")
_ROAD_NUMBER_KEYS = ("ref", "nat_ref")

_PROGRESS_EVERY_WAYS = 50_000

_KILOMETRES = re.compile(r"\d{1,4}(?:\.\d{1,3})?")

Progress = Callable[[str], None]


class LeftOut(StrEnum):
    """Why something on the map is not in the graph; each has its sentence in the catalogue as ``geo.left_out.…``."""

    CLOSED_WAYS = "closed_ways"
    NO_ROADS = "no_roads"
    CHANGING_WAYS = "changing_ways"
    SHORT_WAYS = "short_ways"
    MISSING_NODES = "missing_nodes"
    FREE_TURNS = "free_turns"
    LONG_TURNS = "long_turns"
    UNPLACED_TURNS = "unplaced_turns"


class BadOsm(ValueError):  # noqa: N818 - the name is the sentence
    """Say which OpenStreetMap file cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class RoadName:
    """The name on the signs, its English form where the map has one, and what else the road is called ("G6")."""

    zh: str
    en: str | None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """Something on the map that a caller may name: a stop, a building, a street number."""

    name: str
    name_en: str | None
    kind: str
    point: Point
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnRestriction:
    """One restriction relation with a via node, as the file words it (`no_left_turn`, `only_straight_on`)."""

    kind: str
    from_way: int
    via_node: int
    to_way: int


@dataclass(frozen=True, slots=True)
class OsmWays:
    """The drivable ways. Way i owns nodes ``first[i]:first[i + 1]``; a way that was cut appears once per piece.

    ``node`` int64 OSM ids (negative: an end before a barrier), ``x, y`` int32 in 1e-7 degrees WGS-84, one per node.
    ``way_id`` int64, ``road_class`` uint8 into `ROAD_CLASSES`, ``name`` int32 into the names, ``layer`` int8,
    ``forward, backward, bridge, tunnel`` bool, one per way.
    """

    first: NDArray[np.int64]
    node: NDArray[np.int64]
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    way_id: NDArray[np.int64]
    road_class: NDArray[np.uint8]
    name: NDArray[np.int32]
    layer: NDArray[np.int8]
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]
    bridge: NDArray[np.bool_]
    tunnel: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OsmCity:
    """What one file held. ``left_out`` counts what could not be used, by reason; ``names[0]`` means no name."""

    ways: OsmWays
    names: tuple[RoadName | None, ...]
    restrictions: tuple[TurnRestriction, ...]
    places: tuple[NamedPlace, ...]
    left_out: Mapping[LeftOut, int]
    generator: str


def read_osm(path: Path, profile: Profile, progress: Progress) -> OsmCity:
    """Read an ``.osm.pbf`` or ``.osm`` file, nodes before ways as OSM files are sorted.

    Raises `BadOsm` naming the file when it is absent, corrupt, truncated, or holds no road for this profile.
    """
    import osmium  # noqa: PLC0415 - who only opens packs reads no map

    if not path.is_file():
        raise BadOsm(f"{path}: no such file")
    reading = _Reading(profile, progress)
    try:
        generator = _generator(path)
        for thing in osmium.FileProcessor(path).with_locations().with_filter(osmium.filter.EmptyTagFilter()):
            if not isinstance(thing, osmium.osm.Changeset):
                reading.take(thing)
    except (RuntimeError, ValueError, OSError) as trouble:  # what libosmium raises on unreadable bytes
        raise BadOsm(f"{path}: not a readable OpenStreetMap file ({trouble})") from trouble
    city = reading.finish(generator)
    if not len(city.ways.way_id):
        counted = ", ".join(f"{number} {reason}" for reason, number in city.left_out.items())
        raise BadOsm(f"{path}: holds no road an ambulance could drive on (left out: {counted or 'nothing'})")
    return city


def _generator(path: Path) -> str:
    import osmium  # noqa: PLC0415 - as above

    with osmium.io.Reader(path, osmium.osm.osm_entity_bits.NOTHING) as reader:
        return str(reader.header().get("generator", ""))


class _Node(NamedTuple):
    """A node of a way: its id and place in 1e-7 degrees."""

    ref: int
    x: int
    y: int

    def point(self) -> Point:
        return Point(self.x / UNITS_PER_DEGREE, self.y / UNITS_PER_DEGREE)


class _WayRow(NamedTuple):
    """One line of the columns of `OsmWays`."""

    way_id: int
    road_class: int
    name: int
    layer: int
    forward: bool
    backward: bool
    bridge: bool
    tunnel: bool


@dataclass(slots=True)
class _Reading:
    """Collect one file while it streams by."""

    profile: Profile
    progress: Progress
    blocked: set[int] = field(default_factory=set)
    nodes: "array[int]" = field(default_factory=lambda: array("q"))
    xs: "array[int]" = field(default_factory=lambda: array("i"))
    ys: "array[int]" = field(default_factory=lambda: array("i"))
    first: "array[int]" = field(default_factory=lambda: array("q", [0]))
    rows: list[_WayRow] = field(default_factory=list)
    name_index: dict[RoadName | None, int] = field(default_factory=lambda: {None: 0})
    restrictions: list[TurnRestriction] = field(default_factory=list)
    places: list[NamedPlace] = field(default_factory=list)
    marks_m: dict[int, int] = field(default_factory=dict)
    left_out: dict[LeftOut, int] = field(default_factory=dict)
    ways_seen: int = 0
    barrier_ends: int = 0

    def take(self, thing: "osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation | osmium.osm.Area") -> None:
        """File one tagged object under what it means to us."""
        tags = {tag.k: tag.v for tag in thing.tags}
        if thing.is_node():
            self._take_node(cast("osmium.osm.Node", thing), tags)
        elif thing.is_way():
            self._take_way(cast("osmium.osm.Way", thing), tags)
        elif thing.is_relation():
            self._take_relation(cast("osmium.osm.Relation", thing), tags)

    def _take_node(self, node: "osmium.osm.Node", tags: Mapping[str, str]) -> None:
        if self.profile.blocks(tags):
            self.blocked.add(node.id)
        if node.location.valid():
            self.places.extend(_places(tags, Point(node.lon, node.lat)))
        if tags.get("highway") == "milestone" and _KILOMETRES.match(tags.get("distance", "")):
            self.marks_m[node.id] = round(1000 * float(_KILOMETRES.findall(tags["distance"])[0]))

    def _take_way(self, way: "osmium.osm.Way", tags: Mapping[str, str]) -> None:
        self.ways_seen += 1
        if self.ways_seen % _PROGRESS_EVERY_WAYS == 0:
            self.progress(f"read {self.ways_seen} ways")
        located = [_Node(node.ref, node.x, node.y) for node in way.nodes if node.location.valid()]
        if "highway" not in tags:
            if located:
                self.places.extend(_places(tags, _middle(located)))
            return
        self._count(LeftOut.MISSING_NODES, len(way.nodes) - len(located))
        if not self.profile.admits(tags):
            reason = LeftOut.CLOSED_WAYS if tags["highway"] in ROAD_CLASSES else LeftOut.NO_ROADS
            self._count(reason, 1)
            return
        direction = self.profile.direction(tags)
        if direction is Direction.CHANGING:
            self._count(LeftOut.CHANGING_WAYS, 1)
            return
        self._take_marks(located, road_name(tags))
        row = self._way_row(way.id, tags, direction)
        runs = list(_runs(way.nodes, self.blocked))
        self._count(LeftOut.SHORT_WAYS, int(not runs))
        for run in runs:
            self._add(self._ends_set_back(run), row)

    def _take_marks(self, nodes: Sequence[_Node], road: RoadName | None) -> None:
        """Name the kilometre marks that stand on a way after its road."""
        for node in nodes:
            mark_m = self.marks_m.get(node.ref) if road is not None else None
            if road is not None and mark_m is not None:
                name = f"{road.zh}K{mark_m // 1000}+{mark_m % 1000:03}"
                self.places.append(NamedPlace(name, None, MILESTONE, node.point()))

    def _way_row(self, way_id: int, tags: Mapping[str, str], direction: Direction) -> _WayRow:
        return _WayRow(
            way_id=way_id,
            road_class=ROAD_CLASSES.index(tags["highway"]),
            name=self.name_index.setdefault(road_name(tags), len(self.name_index)),
            layer=_layer(tags.get("layer", "0")),
            forward=direction is not Direction.BACKWARD,
            backward=direction is not Direction.FORWARD,
            bridge=tags.get("bridge", "no") != "no",
            tunnel=tags.get("tunnel", "no") != "no",
        )

    def _ends_set_back(self, run: list[_Node]) -> list[_Node]:
        """Replace an end that is blocked by a dead end of its own before the barrier."""
        first = self._end_before(run[0], run[1]) if run[0].ref in self.blocked else run[0]
        last = self._end_before(run[-1], run[-2]) if run[-1].ref in self.blocked else run[-1]
        return [first, *run[1:-1], last]

    def _end_before(self, barrier: _Node, inside: _Node) -> _Node:
        """Return an end `BARRIER_SETBACK_M` before the barrier, halfway where the piece is shorter than two of them."""
        self.barrier_ends += 1
        gap_m = distance_m(barrier.point(), inside.point())
        share = min(0.5, BARRIER_SETBACK_M / gap_m) if gap_m else 0.0
        x = barrier.x + round(share * (inside.x - barrier.x))
        y = barrier.y + round(share * (inside.y - barrier.y))
        return _Node(-self.barrier_ends, x, y)

    def _add(self, piece: list[_Node], row: _WayRow) -> None:
        for node in piece:
            self.nodes.append(node.ref)
            self.xs.append(node.x)
            self.ys.append(node.y)
        self.first.append(len(self.nodes))
        self.rows.append(row)

    def _take_relation(self, relation: "osmium.osm.Relation", tags: Mapping[str, str]) -> None:
        kind = tags.get("restriction:emergency", tags.get("restriction"))
        if tags.get("type") != "restriction":
            return
        excepted = set(tags.get("except", "").replace(" ", "").split(";"))
        if kind is None or excepted & self.profile.turn_exceptions:
            self._count(LeftOut.FREE_TURNS, 1)
            return
        members = [(member.role, member.type, member.ref) for member in relation.members]
        roles = {role: ref for role, kind_of, ref in members if (role, kind_of) in _TURN_MEMBERS}
        if len(roles) != len(_TURN_MEMBERS) or len(members) != len(_TURN_MEMBERS):
            self._count(LeftOut.LONG_TURNS, 1)
            return
        self.restrictions.append(TurnRestriction(kind, roles["from"], roles["via"], roles["to"]))

    def _count(self, reason: LeftOut, number: int) -> None:
        if number:
            self.left_out[reason] = self.left_out.get(reason, 0) + number

    def finish(self, generator: str) -> OsmCity:
        """Return everything collected as arrays."""
        rows = self.rows
        ways = OsmWays(
            first=np.array(self.first, dtype=np.int64),
            node=np.array(self.nodes, dtype=np.int64),
            x=np.array(self.xs, dtype=np.int32),
            y=np.array(self.ys, dtype=np.int32),
            way_id=np.array([row.way_id for row in rows], dtype=np.int64),
            road_class=np.array([row.road_class for row in rows], dtype=np.uint8),
            name=np.array([row.name for row in rows], dtype=np.int32),
            layer=np.array([row.layer for row in rows], dtype=np.int8),
            forward=np.array([row.forward for row in rows], dtype=np.bool_),
            backward=np.array([row.backward for row in rows], dtype=np.bool_),
            bridge=np.array([row.bridge for row in rows], dtype=np.bool_),
            tunnel=np.array([row.tunnel for row in rows], dtype=np.bool_),
        )
        return OsmCity(
            ways, tuple(self.name_index), tuple(self.restrictions), tuple(self.places), self.left_out, generator
        )


_TURN_MEMBERS = {("from", "w"), ("via", "n"), ("to", "w")}


def road_name(tags: Mapping[str, str]) -> RoadName | None:
    """Return the name in simplified Chinese where the map has it, else the local one; None when it has no name."""
    name = tags.get("name:zh-Hans") or tags.get("name:zh") or tags.get("name")
    if not name:
        return None
    keys = _ALIAS_KEYS + (_ROAD_NUMBER_KEYS if "highway" in tags else ())
    others = (other.strip() for key in keys for other in tags.get(key, "").split(";"))
    return RoadName(
        name, tags.get("name:en"), tuple(dict.fromkeys(other for other in others if other not in {"", name}))
    )


def _places(tags: Mapping[str, str], point: Point) -> Iterator[NamedPlace]:
    """Yield what callers may name here: the thing itself, and its street number."""
    name = road_name(tags)
    if name is not None:
        key = next((key for key in _KIND_KEYS if key in tags), None)
        yield NamedPlace(name.zh, name.en, f"{key}={tags[key]}" if key else "other", point, name.aliases)
    if "addr:housenumber" in tags and "addr:street" in tags:
        yield NamedPlace(tags["addr:street"] + tags["addr:housenumber"], None, "address", point)


def _runs(nodes: "osmium.osm.WayNodeList", blocked: AbstractSet[int]) -> Iterator[list[_Node]]:
    """Cut a way into runs of at least two nodes: where a node is missing from the file, and at blocked nodes."""
    run: list[_Node] = []
    for ref in nodes:
        node = _Node(ref.ref, ref.x, ref.y)
        missing = not ref.location.valid()
        if not missing and (not run or run[-1].ref != node.ref):
            run.append(node)
        if missing or (node.ref in blocked and len(run) > 1):
            if len(run) > 1:
                yield run
            run = [] if missing else [node]
    if len(run) > 1:
        yield run


def _middle(nodes: list[_Node]) -> Point:
    """Return the middle of the box around the nodes."""
    xs, ys = [node.x for node in nodes], [node.y for node in nodes]
    return Point((min(xs) + max(xs)) / 2 / UNITS_PER_DEGREE, (min(ys) + max(ys)) / 2 / UNITS_PER_DEGREE)


def _layer(text: str) -> int:
    """Read a layer tag; OSM uses -5..5, and a word in its place means the ground."""
    digits = text.removeprefix("-")
    return max(-5, min(5, int(text))) if digits.isascii() and digits.isdigit() else 0
