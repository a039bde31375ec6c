"""Read an OpenStreetMap file and lay the road graph a second time, sharing nothing with `geo/`.

Written from the rules that `geo/speeds.toml`, `geo.osm_import`, `geo.junctions` and `geo.turns` state in words, with
plain dictionaries and loops, so that a mistake there is unlikely to be made here again. The two file formats are
decoded by hand: OSM XML with expat, PBF with zlib and varints (OSM wiki, PBF Format).
"""

import math
import struct
import tomllib
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

EARTH_RADIUS_M = 6_371_008.8
SETBACK_M = 2.0
UNITS = 10_000_000

Rules = dict[str, Any]
Place = tuple[int, int]
"""Longitude and latitude in whole 1e-7 degrees."""


@dataclass
class RawOsm:
    """A file's objects, untouched."""

    places: dict[int, Place] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[tuple[int, list[int], dict[str, str]]] = field(default_factory=list)
    relations: list[tuple[dict[str, str], list[tuple[str, int, str]]]] = field(default_factory=list)


@dataclass(frozen=True)
class Arc:
    """One drivable direction of one stretch, by the nodes at its ends."""

    tail: int
    head: int
    way: int
    length_mm: int
    duration_ms: float
    """Exact; the importer rounds it to a whole number, at least 1."""


@dataclass(frozen=True)
class SecondGraph:
    """The routable graph: arcs that all lead to each other."""

    arcs: list[Arc]
    forbidden: set[tuple[int, int, int]]
    place_of: dict[int, Place]

    def junctions(self) -> set[int]:
        return {arc.tail for arc in self.arcs}


def read_raw(path: Path) -> RawOsm:
    return _read_pbf(path) if path.name.endswith(".pbf") else _read_xml(path)


def lay(raw: RawOsm, profile_toml: Path) -> list[SecondGraph]:
    """Cut ways into stretches, make arcs, place restrictions, keep the main component.

    Returns one graph for each of the largest components: one, unless several are equally large.
    """
    rules = tomllib.loads(profile_toml.read_text(encoding="utf-8"))
    place_of = dict(raw.places)
    pieces = list(_pieces(raw, rules, place_of))
    arcs = list(_arcs(pieces, rules, place_of))
    forbidden = set(_forbidden(raw, rules, arcs))
    components = list(_components(arcs, forbidden))
    most = max((len(component) for component in components), default=0)
    return [_graph_of(component, forbidden, place_of) for component in components if len(component) == most]


def _graph_of(arcs: list[Arc], forbidden: set[tuple[int, int, int]], place_of: dict[int, Place]) -> SecondGraph:
    """Keep the restrictions whose arcs are there."""
    joined = {(arc.tail, arc.head) for arc in arcs}
    kept = {turn for turn in forbidden if (turn[0], turn[1]) in joined and (turn[1], turn[2]) in joined}
    return SecondGraph(arcs, kept, place_of)


# --- what the tags say -----------------------------------------------------------------------------------------------


def _access(tags: dict[str, str], rules: Rules) -> str | None:
    for key in rules["access"]["keys"]:
        if key in tags:
            return tags[key]
    return None


def _is_open(tags: dict[str, str], rules: Rules) -> bool:
    highway = tags.get("highway")
    speeds = {key for key in rules["speed_kmh"] if key not in {"source", "mark"}}
    if highway not in speeds or tags.get("area") == "yes":
        return False
    if highway in rules["only_where_allowed"]["classes"]:
        vehicle_keys = [key for key in rules["access"]["keys"] if key != "access"]
        return any(key in tags for key in vehicle_keys) and _access(tags, rules) in rules["access"]["opened"]
    return _access(tags, rules) not in rules["access"]["closed"]


def _directions(tags: dict[str, str], rules: Rules) -> tuple[bool, bool] | None:
    """Return (forward, backward), or None where the direction changes with the hour."""
    oneway = rules["oneway"]
    if any(tags.get(key) in oneway["both"] for key in oneway["exempt_keys"]):
        return True, True
    value = tags.get("oneway")
    if value in oneway["changing"]:
        return None
    if value in oneway["forward"]:
        return True, False
    if value in oneway["backward"]:
        return False, True
    if value in oneway["both"]:
        return True, True
    implied = tags.get("highway") in oneway["implied_classes"] or tags.get("junction") in oneway["implied_junctions"]
    return True, not implied


def _is_blocked(tags: dict[str, str], rules: Rules) -> bool:
    if "barrier" not in tags:
        return False
    access = _access(tags, rules)
    return tags["barrier"] in rules["barriers"]["blocked"] if access is None else access in rules["access"]["closed"]


# --- from ways to arcs -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    way: int
    nodes: list[int]
    highway: str
    forward: bool
    backward: bool


def _pieces(raw: RawOsm, rules: Rules, place_of: dict[int, Place]) -> Iterator[_Piece]:
    """Yield the drivable ways, cut where a node is missing and where a barrier stands."""
    blocked = {node for node, tags in raw.node_tags.items() if _is_blocked(tags, rules)}
    invented = count(min(place_of, default=0) - 1, -1)
    for way, nodes, tags in raw.ways:
        directions = _directions(tags, rules) if _is_open(tags, rules) else None
        if directions is None:
            continue
        for run in _present_runs(nodes, raw.places):
            for part in _between_barriers(run, blocked):
                ends = list(part)
                for end, inside in ((0, 1), (-1, -2)):
                    if part[end] in blocked:
                        ends[end] = next(invented)
                        place_of[ends[end]] = _set_back(place_of[part[end]], place_of[part[inside]])
                yield _Piece(way, ends, tags["highway"], *directions)


def _present_runs(nodes: list[int], places: dict[int, Place]) -> list[list[int]]:
    """Split at nodes that the file lacks; a node repeated on the spot counts once."""
    runs: list[list[int]] = [[]]
    for node in nodes:
        if node not in places:
            runs.append([])
        elif not runs[-1] or runs[-1][-1] != node:
            runs[-1].append(node)
    return [run for run in runs if len(run) > 1]


def _between_barriers(run: list[int], blocked: set[int]) -> list[list[int]]:
    cuts = [0, *(at for at in range(1, len(run) - 1) if run[at] in blocked), len(run) - 1]
    return [run[start : stop + 1] for start, stop in pairwise(cuts)]


def _set_back(barrier: Place, inside: Place) -> Place:
    """Return the place 2 m before a barrier, halfway at most."""
    gap_m = haversine_m(barrier, inside)
    share = 0.0 if gap_m == 0.0 else min(SETBACK_M / gap_m, 0.5)
    return (
        barrier[0] + round(share * (inside[0] - barrier[0])),
        barrier[1] + round(share * (inside[1] - barrier[1])),
    )


def _arcs(pieces: list[_Piece], rules: Rules, place_of: dict[int, Place]) -> Iterator[Arc]:
    """Cut pieces at junctions: ends of pieces, and nodes that occur more than once in all pieces together."""
    occurrences: dict[int, int] = defaultdict(int)
    for piece in pieces:
        for node in piece.nodes:
            occurrences[node] += 1
        # An end is a junction whatever else happens there.
        for end in (piece.nodes[0], piece.nodes[-1]):
            occurrences[end] += 1
    for piece in pieces:
        start = 0
        for at in range(1, len(piece.nodes)):
            if occurrences[piece.nodes[at]] < 2:
                continue
            stretch = piece.nodes[start : at + 1]
            start = at
            yield from _both_ways(piece, stretch, rules, place_of)


def _both_ways(piece: _Piece, stretch: list[int], rules: Rules, place_of: dict[int, Place]) -> Iterator[Arc]:
    places = [place_of[node] for node in stretch]
    length_mm = round(1000.0 * math.fsum(haversine_m(one, two) for one, two in pairwise(places)))
    duration_ms = max(1.0, length_mm * 3.6 / rules["speed_kmh"][piece.highway])
    if piece.forward:
        yield Arc(stretch[0], stretch[-1], piece.way, length_mm, duration_ms)
    if piece.backward:
        yield Arc(stretch[-1], stretch[0], piece.way, length_mm, duration_ms)


def haversine_m(one: Place, two: Place) -> float:
    """Return the great-circle distance of two places on the mean sphere."""
    lon_one, lat_one, lon_two, lat_two = (math.radians(units / UNITS) for units in (*one, *two))
    square = (
        math.sin((lat_two - lat_one) / 2) ** 2
        + math.cos(lat_one) * math.cos(lat_two) * math.sin((lon_two - lon_one) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, square)))


# --- turn restrictions and what hangs together -----------------------------------------------------------------------


def _forbidden(raw: RawOsm, rules: Rules, arcs: list[Arc]) -> Iterator[tuple[int, int, int]]:
    """Yield forbidden (from, via, to); a relation whose place is not unambiguous forbids nothing."""
    into: dict[int, list[Arc]] = defaultdict(list)
    out_of: dict[int, list[Arc]] = defaultdict(list)
    for arc in arcs:
        into[arc.head].append(arc)
        out_of[arc.tail].append(arc)
    for tags, members in raw.relations:
        kind = tags.get("restriction:emergency") or tags.get("restriction")
        excepted = {word.strip() for word in tags.get("except", "").split(";")}
        if tags.get("type") != "restriction" or kind is None or excepted & set(rules["turns"]["except_vehicles"]):
            continue
        if sorted((role, sort) for sort, _, role in members) != [("from", "way"), ("to", "way"), ("via", "node")]:
            continue
        ref = {role: number for _, number, role in members}
        origins = {arc.tail for arc in into[ref["via"]] if arc.way == ref["from"]}
        targets = {arc.head for arc in out_of[ref["via"]] if arc.way == ref["to"]}
        if len(origins) != 1 or len(targets) != 1:
            continue
        (origin,), (target,) = origins, targets
        if kind.startswith("no_"):
            yield origin, ref["via"], target
        elif kind.startswith("only_"):
            yield from ((origin, ref["via"], arc.head) for arc in out_of[ref["via"]] if arc.head != target)


def _components(arcs: list[Arc], forbidden: set[tuple[int, int, int]]) -> Iterator[list[Arc]]:
    """Yield the sets of arcs that all lead to each other by allowed turns (Kosaraju's two searches)."""
    out_of: dict[int, list[int]] = defaultdict(list)
    into: dict[int, list[int]] = defaultdict(list)
    for number, arc in enumerate(arcs):
        out_of[arc.tail].append(number)
        into[arc.head].append(number)
    onward = [[n for n in out_of[a.head] if (a.tail, a.head, arcs[n].head) not in forbidden] for a in arcs]
    backward = [[n for n in into[a.tail] if (arcs[n].tail, a.tail, a.head) not in forbidden] for a in arcs]
    taken = [False] * len(arcs)
    for root in reversed(_finished(onward)):
        if taken[root]:
            continue
        taken[root] = True
        component = [root]
        for number in component:  # grows while it is walked
            for before in backward[number]:
                if not taken[before]:
                    taken[before] = True
                    component.append(before)
        yield [arcs[number] for number in component]


def _finished(onward: list[list[int]]) -> list[int]:
    """Search depth first and return the numbers in the order in which they are done with."""
    finished: list[int] = []
    seen = [False] * len(onward)
    for root in range(len(onward)):
        stack = [] if seen[root] else [(root, iter(onward[root]))]
        seen[root] = True
        while stack:
            number, rest = stack[-1]
            following = next((n for n in rest if not seen[n]), None)
            if following is None:
                finished.append(number)
                stack.pop()
            else:
                seen[following] = True
                stack.append((following, iter(onward[following])))
    return finished


# --- OSM XML ---------------------------------------------------------------------------------------------------------


def _read_xml(path: Path) -> RawOsm:
    raw = RawOsm()
    for _, element in ET.iterparse(path):  # noqa: S314 - files of ours
        if element.tag not in {"node", "way", "relation"}:
            continue
        tags = {tag.attrib["k"]: tag.attrib["v"] for tag in element.iter("tag")}
        number = int(element.attrib["id"])
        if element.tag == "node":
            raw.places[number] = (_units(element.attrib["lon"]), _units(element.attrib["lat"]))
            if tags:
                raw.node_tags[number] = tags
        elif element.tag == "way":
            raw.ways.append((number, [int(nd.attrib["ref"]) for nd in element.iter("nd")], tags))
        else:
            members = [(m.attrib["type"], int(m.attrib["ref"]), m.attrib["role"]) for m in element.iter("member")]
            raw.relations.append((tags, members))
        element.clear()
    return raw


def _units(degrees: str) -> int:
    return round(float(degrees) * UNITS)


# --- OSM PBF: protocol buffers by hand -------------------------------------------------------------------------------


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (field number, value of a varint, bytes of a length-delimited field)."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield key >> 3, value, b""
        elif wire == 2:
            length, at = _varint(data, at)
            yield key >> 3, 0, data[at : at + length]
            at += length
        else:
            at += {1: 8, 5: 4}[wire]


def _packed(data: bytes) -> list[int]:
    values: list[int] = []
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            values.append(value)
            value = shift = 0
        else:
            shift += 7
    return values


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _deltas(data: bytes) -> list[int]:
    values: list[int] = []
    total = 0
    for value in _packed(data):
        total += _zigzag(value)
        values.append(total)
    return values


def _signed(value: int) -> int:
    """Read a plain int64 as protocol buffers write negative ones: two's complement in 64 bits."""
    return value - (1 << 64) if value >= 1 << 63 else value


def _read_pbf(path: Path) -> RawOsm:
    raw = RawOsm()
    data = path.read_bytes()
    at = 0
    while at < len(data):
        (header_length,) = struct.unpack_from(">I", data, at)
        header = {number: (value, content) for number, value, content in _fields(data[at + 4 : at + 4 + header_length])}
        at += 4 + header_length
        blob = {number: content for number, _, content in _fields(data[at : at + header[3][0]])}
        at += header[3][0]
        if header[1][1] == b"OSMData":
            _read_block(zlib.decompress(blob[3]) if 3 in blob else blob[1], raw)
    return raw


@dataclass
class _Block:
    """What the numbers of a primitive block mean."""

    words: list[str]
    granularity: int = 100
    lat_offset: int = 0
    lon_offset: int = 0

    def place(self, lon: int, lat: int) -> Place:
        """Scale to nanodegrees, then to OSM's 1e-7 degrees."""
        return (self.lon_offset + self.granularity * lon) // 100, (self.lat_offset + self.granularity * lat) // 100

    def tags(self, keys: bytes, values: bytes) -> dict[str, str]:
        return {self.words[key]: self.words[value] for key, value in zip(_packed(keys), _packed(values), strict=True)}


def _read_block(data: bytes, raw: RawOsm) -> None:
    fields = list(_fields(data))
    (table,) = [content for number, _, content in fields if number == 1]
    block = _Block([content.decode() for number, _, content in _fields(table) if number == 1])
    for number, value, _ in fields:
        if number == 17:
            block.granularity = value
        elif number == 19:
            block.lat_offset = _signed(value)
        elif number == 20:
            block.lon_offset = _signed(value)
    for number, _, group in fields:
        if number == 2:
            for kind, _, content in _fields(group):
                {1: _read_node, 2: _read_dense, 3: _read_way, 4: _read_relation}[kind](content, block, raw)


def _by_number(data: bytes) -> dict[int, tuple[int, bytes]]:
    return {number: (value, content) for number, value, content in _fields(data)}


def _read_node(data: bytes, block: _Block, raw: RawOsm) -> None:
    parts = _by_number(data)
    number = _zigzag(parts[1][0])
    raw.places[number] = block.place(_zigzag(parts[9][0]), _zigzag(parts[8][0]))
    if 2 in parts:
        raw.node_tags[number] = block.tags(parts[2][1], parts[3][1])


def _read_dense(data: bytes, block: _Block, raw: RawOsm) -> None:
    parts = _by_number(data)
    numbers = _deltas(parts[1][1])
    for number, lat, lon in zip(numbers, _deltas(parts[8][1]), _deltas(parts[9][1]), strict=True):
        raw.places[number] = block.place(lon, lat)
    words = iter(_packed(parts[10][1]) if 10 in parts else [])
    for number in numbers:
        tags: dict[str, str] = {}
        while key := next(words, 0):
            tags[block.words[key]] = block.words[next(words)]
        if tags:
            raw.node_tags[number] = tags


def _read_way(data: bytes, block: _Block, raw: RawOsm) -> None:
    parts = _by_number(data)
    tags = block.tags(parts[2][1], parts[3][1]) if 2 in parts else {}
    raw.ways.append((parts[1][0], _deltas(parts[8][1]) if 8 in parts else [], tags))


def _read_relation(data: bytes, block: _Block, raw: RawOsm) -> None:
    parts = _by_number(data)
    tags = block.tags(parts[2][1], parts[3][1]) if 2 in parts else {}
    roles = [block.words[word] for word in _packed(parts[8][1])] if 8 in parts else []
    numbers = _deltas(parts[9][1]) if 9 in parts else []
    kinds = [("node", "way", "relation")[kind] for kind in _packed(parts[10][1])] if 10 in parts else []
    raw.relations.append((tags, list(zip(kinds, numbers, roles, strict=True))))
