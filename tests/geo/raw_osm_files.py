"""Decode the two OpenStreetMap file formats by hand, sharing nothing with pyosmium.

OSM XML with expat; PBF with zlib and varints (OSM wiki, PBF Format).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

UNITS = 10_000_000

Place = tuple[int, int]
"""Longitude and latitude in whole 1e-7 degrees."""


@dataclass
class RawOsm:
    """A file's objects, untouched."""

    places: dict[int, Place] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[tuple[int, list[int], dict[str, str]]] = field(default_factory=list)
    relations: list[tuple[dict[str, str], list[tuple[str, int, str]]]] = field(default_factory=list)


def read_raw(path: Path) -> RawOsm:
    return _read_pbf(path) if path.name.endswith(".pbf") else _read_xml(path)


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
