"""The shapes in which the plan hands over everything that is not a street, in plan metres."""

from collections.abc import Mapping
from dataclasses import dataclass

from shapely import LineString, Polygon


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A single tagged node."""

    x: float
    y: float
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A tagged line that is no street: railway, river."""

    line: LineString
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlacedArea:
    """A tagged area; one with holes becomes a multipolygon relation."""

    area: Polygon
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Features:
    """All of them."""

    nodes: list[PlacedNode]
    lines: list[PlacedLine]
    areas: list[PlacedArea]
