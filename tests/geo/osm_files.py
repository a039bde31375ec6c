"""Write small OpenStreetMap files for tests."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from geo.point import Point


class OsmNode(NamedTuple):
    ref: int
    lon: float
    lat: float
    tags: Mapping[str, str] = {}

    def place(self) -> Point:
        """Return where the node lies."""
        return Point(self.lon, self.lat)


class OsmWay(NamedTuple):
    ref: int
    nodes: tuple[int, ...]
    tags: Mapping[str, str] = {"highway": "residential"}


class OsmTurn(NamedTuple):
    kind: str
    from_way: int
    via: int
    to_way: int
    via_type: str = "node"
    tags: Mapping[str, str] = {}


def write_osm(
    path: Path, nodes: Iterable[OsmNode], ways: Iterable[OsmWay], turns: Iterable[OsmTurn] = (), generator: str = "test"
) -> Path:
    """Write an ``.osm`` file and return its path."""
    lines = [f"<osm version='0.6' generator={quoteattr(generator)}>"]
    lines += [
        f"<node id='{ref}' version='1' lon='{lon:.7f}' lat='{lat:.7f}'>{_tags(tags)}</node>"
        for ref, lon, lat, tags in nodes
    ]
    for way in ways:
        refs = "".join(f"<nd ref='{ref}'/>" for ref in way.nodes)
        lines.append(f"<way id='{way.ref}' version='1'>{refs}{_tags(way.tags)}</way>")
    for number, turn in enumerate(turns, 1):
        members = (("way", turn.from_way, "from"), (turn.via_type, turn.via, "via"), ("way", turn.to_way, "to"))
        inside = "".join(f"<member type='{kind}' ref='{ref}' role='{role}'/>" for kind, ref, role in members)
        tags = _tags({"type": "restriction", "restriction": turn.kind, **turn.tags})
        lines.append(f"<relation id='{number}' version='1'>{inside}{tags}</relation>")
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def silent(_: str) -> None:
    """Take a line of progress and say nothing."""


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
