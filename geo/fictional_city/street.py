"""The one shape in which every part of the plan hands over its roads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from geo.fictional_city.names import Name
from geo.fictional_city.shapes import lines_of

GROUND = 0

# Streets are drawn this much beyond the street they end at, so that the two lines cross; the joiner cuts the stub off.
OVERSHOOT_M = 1.5

_NO_TAGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Street:
    """A road of the plan: a line in metres (driving direction if one-way) and its tags.

    Streets meet where lines of the same ``level`` cross; across levels only where an end lies exactly on a vertex of
    another street. ``spots`` are vertices that carry tags of their own (a gate).
    """

    line: LineString
    highway: str
    name: Name | None = None
    level: int = GROUND
    tags: Mapping[str, str] = field(default_factory=lambda: _NO_TAGS)
    spots: Sequence[tuple[tuple[float, float], Mapping[str, str]]] = ()

    def osm_tags(self) -> dict[str, str]:
        """Return all tags as the file will carry them."""
        names = {} if self.name is None else {"name": self.name.zh, "name:en": self.name.en}
        return {"highway": self.highway, **names, **self.tags}


def along(street: Street, line: LineString) -> Street:
    """Return the same street on another line."""
    return Street(line, street.highway, street.name, street.level, street.tags, street.spots)


def without(streets: Sequence[Street], hole: BaseGeometry, shortest_m: float = 40.0) -> list[Street]:
    """Cut a hole into the streets of the ground; pieces shorter than ``shortest_m`` go with it."""
    kept: list[Street] = []
    for street in streets:
        if street.level != GROUND or not shapely.intersects(street.line, hole):
            kept.append(street)
            continue
        pieces = lines_of(shapely.difference(street.line, hole))
        kept.extend(along(street, piece) for piece in pieces if piece.length >= shortest_m)
    return kept


def within(streets: Sequence[Street], area: BaseGeometry, shortest_m: float = 40.0) -> list[Street]:
    """Keep what of the streets lies inside an area."""
    kept: list[Street] = []
    for street in streets:
        pieces = lines_of(shapely.intersection(street.line, area))
        kept.extend(along(street, piece) for piece in pieces if piece.length >= shortest_m)
    return kept
