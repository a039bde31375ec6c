"""Read the emergency profile: speed by road class, and which tags let an ambulance through. The values are data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

EMERGENCY_PROFILE = Path(__file__).with_name("speeds.toml")

# The road classes that can carry an ambulance. Packs store the position in this tuple: append, never reorder.
ROAD_CLASSES = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "road",
    "residential",
    "living_street",
    "service",
    "busway",
    "track",
    "pedestrian",
    "footway",
    "cycleway",
    "path",
)

_MPS_PER_KMH = 1000.0 / 3600.0


class Direction(StrEnum):
    """Which way along its nodes a road may be driven."""

    BOTH = "both"
    FORWARD = "forward"
    BACKWARD = "backward"
    CHANGING = "changing"


@dataclass(frozen=True, slots=True)
class Profile:
    """What one kind of vehicle may drive on, and how fast. Built by `read_profile`."""

    name: str
    version: int
    speed_kmh: Mapping[str, float]
    only_where_allowed: frozenset[str]
    access_keys: tuple[str, ...]
    closed: frozenset[str]
    opened: frozenset[str]
    oneway_classes: frozenset[str]
    oneway_junctions: frozenset[str]
    oneway_values: Mapping[str, Direction]
    oneway_exempt_keys: tuple[str, ...]
    blocking_barriers: frozenset[str]
    turn_exceptions: frozenset[str]

    def admits(self, tags: Mapping[str, str]) -> bool:
        """Tell whether a way with these tags carries the vehicle at all."""
        road_class = tags.get("highway")
        if road_class not in self.speed_kmh or tags.get("area") == "yes":
            return False
        access = self._access(tags)
        if road_class in self.only_where_allowed:
            return access in self.opened and self._names_vehicles(tags)
        return access not in self.closed

    def direction(self, tags: Mapping[str, str]) -> Direction:
        """Return the direction of travel; a value nobody knows counts as absent."""
        if any(self.oneway_values.get(tags.get(key, "")) is Direction.BOTH for key in self.oneway_exempt_keys):
            return Direction.BOTH
        told = self.oneway_values.get(tags.get("oneway", ""))
        if told is not None:
            return told
        implied = tags.get("highway") in self.oneway_classes or tags.get("junction") in self.oneway_junctions
        return Direction.FORWARD if implied else Direction.BOTH

    def blocks(self, tags: Mapping[str, str]) -> bool:
        """Tell whether a node with these tags stops the vehicle (a bollard does, a gate does not, unless tagged)."""
        if "barrier" not in tags:
            return False
        access = self._access(tags)
        if access is not None:
            return access in self.closed
        return tags["barrier"] in self.blocking_barriers

    def _access(self, tags: Mapping[str, str]) -> str | None:
        return next((tags[key] for key in self.access_keys if key in tags), None)

    def _names_vehicles(self, tags: Mapping[str, str]) -> bool:
        """Tell whether a key other than `access` speaks: access=yes on a footpath lets people in, not cars."""
        return any(key in tags for key in self.access_keys if key != "access")

    def speeds_mps(self) -> NDArray[np.float64]:
        """Return the speed of each of `ROAD_CLASSES` in metres per second, in that order."""
        return np.array([self.speed_kmh[road_class] for road_class in ROAD_CLASSES]) * _MPS_PER_KMH


def read_profile(path: Path = EMERGENCY_PROFILE) -> Profile:
    """Read a profile; a missing entry raises KeyError: a profile is part of the program, not input."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    oneway = table["oneway"]
    return Profile(
        name=table["profile"],
        version=table["version"],
        speed_kmh={road_class: float(table["speed_kmh"][road_class]) for road_class in ROAD_CLASSES},
        only_where_allowed=frozenset(table["only_where_allowed"]["classes"]),
        access_keys=tuple(table["access"]["keys"]),
        closed=frozenset(table["access"]["closed"]),
        opened=frozenset(table["access"]["opened"]),
        oneway_classes=frozenset(oneway["implied_classes"]),
        oneway_junctions=frozenset(oneway["implied_junctions"]),
        oneway_values={value: direction for direction in Direction for value in oneway[direction.value]},
        oneway_exempt_keys=tuple(oneway["exempt_keys"]),
        blocking_barriers=frozenset(table["barriers"]["blocked"]),
        turn_exceptions=frozenset(table["turns"]["except_vehicles"]),
    )


def durations_ms(
    length_m: NDArray[np.float64], road_class: NDArray[np.uint8], speeds_mps: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Return the whole milliseconds each road takes, at least 1. One entry per road; classes index `ROAD_CLASSES`."""
    seconds = length_m / speeds_mps[road_class]
    return np.maximum(1, np.rint(seconds * 1000.0)).astype(np.int32)
