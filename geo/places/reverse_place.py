"""Say where a point is in words that a crew can use: the road and its side, the next crossing, a landmark.

The words are codes with parameters; their sentences stand in the catalogue as ``geo.where.…``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from geo.city_pack import CityPack
from geo.places.entries import ROAD, Entry, Named
from geo.point import Point, bearing_deg, distance_m
from geo.snap import Snap

# A road farther away than this is no help; nearer than the second it is the road itself, not its side.
_ROAD_MAX_M, _ON_ROAD_M = 300.0, 8.0
# Crossings and landmarks farther away than these are no help; nearer than the last two they are the place itself.
_CROSSING_MAX_M, _LANDMARK_MAX_M = 1_000.0, 400.0
_AT_CROSSING_M, _AT_LANDMARK_M = 35.0, 25.0
_LANDMARK_IMPORTANCE = 0.5
_CROSSINGS_SEEN = 12
_ROUNDED_M, _COARSE_FROM_M, _COARSE_M = 10, 500.0, 50

_SIDES = ("north", "east", "south", "west")
_WINDS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_BACK_FROM_DEG = 90.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """A code of the catalogue with its parameters."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a point is. ``cross_streets`` are the next ones on the road, first the nearer; ``phrases`` say it."""

    road: str | None
    district: str | None
    cross_streets: tuple[str, ...]
    phrases: tuple[Phrase, ...]


class ReversePlaces:
    """Describe points of one city. Reads only: safe from any number of threads."""

    def __init__(self, pack: CityPack, named: Named) -> None:
        self._pack = pack
        self._landmarks = tuple(
            each for each in named.entries if each.kind != ROAD and each.importance >= _LANDMARK_IMPORTANCE
        )
        self._crossings: dict[str, list[tuple[Point, str]]] = {}
        for (one, other), meetings in named.crossings.items():
            a, b = named.streets[one].road.name, named.streets[other].road.name
            for meeting in meetings:
                self._crossings.setdefault(a, []).append((meeting.point, b))
                self._crossings.setdefault(b, []).append((meeting.point, a))
        self._narrow = math.cos(math.radians((pack.bbox.south + pack.bbox.north) / 2.0))
        self._spots = np.array([each.spots[0] for each in self._landmarks]).reshape(-1, 2)

    def describe(self, point: Point) -> Whereabouts:
        """Return the words for a WGS-84 point; off every road and landmark the only phrase says so."""
        road = self._named_road(point)
        landmark = self._landmark(point)
        phrases: list[Phrase] = []
        name: str | None = None
        crossings: list[tuple[float, str]] = []
        if road is not None:
            name, snap = road
            crossings = self._next_crossings(name, snap.point)
            phrases.append(_beside(name, snap, point, crossings))
        if landmark is not None:
            phrases.append(_from_landmark(landmark, point))
        return Whereabouts(
            road=name,
            district=landmark.district if landmark is not None else None,
            cross_streets=tuple(other for _, other in crossings),
            phrases=tuple(phrases) or (Phrase("geo.where.nothing_near"),),
        )

    def _named_road(self, point: Point) -> tuple[str, Snap] | None:
        """Return the nearest road that has a name, and the position on it."""
        names = self._pack.road_names
        for snap in self._pack.roads.candidates(point, _ROAD_MAX_M):
            name = names[self._pack.graph.road_name[snap.stretch]]
            if name is not None:
                return name.zh, snap
        return None

    def _next_crossings(self, road: str, at: Point) -> list[tuple[float, str]]:
        """Return the nearest crossing of a road, and the next one the other way, with the distance to each."""
        rows = sorted((distance_m(at, point), other, point) for point, other in self._crossings.get(road, ()))
        near = [row for row in rows[:_CROSSINGS_SEEN] if row[0] <= _CROSSING_MAX_M]
        if not near:
            return []
        away_m, other, first = near[0]
        found = [(away_m, other)]
        ahead = bearing_deg(at, first)
        for away_m, other, behind in near[1:]:
            turn = abs((bearing_deg(at, behind) - ahead + 180.0) % 360.0 - 180.0)
            if turn > _BACK_FROM_DEG and other != found[0][1]:
                found.append((away_m, other))
                break
        return found

    def _landmark(self, point: Point) -> Entry | None:
        if not self._landmarks:
            return None
        east, north = (self._spots - (point.lon, point.lat)).T
        landmark = self._landmarks[int(np.argmin((east * self._narrow) ** 2 + north**2))]
        return landmark if distance_m(point, landmark.point) <= _LANDMARK_MAX_M else None


def _beside(road: str, snap: Snap, point: Point, crossings: list[tuple[float, str]]) -> Phrase:
    side = "on" if snap.distance_m < _ON_ROAD_M else _SIDES[round(bearing_deg(snap.point, point) / 90.0) % 4]
    if not crossings:
        return Phrase(f"geo.where.road.{side}", {"road": road})
    away_m, other = crossings[0]
    if away_m <= _AT_CROSSING_M:
        return Phrase("geo.where.crossing", {"road": road, "other": other})
    return Phrase(f"geo.where.road_and_crossing.{side}", {"road": road, "other": other, "distance_m": _about(away_m)})


def _from_landmark(landmark: Entry, point: Point) -> Phrase:
    away_m = distance_m(landmark.point, point)
    if away_m <= _AT_LANDMARK_M:
        return Phrase("geo.where.landmark.at", {"name": landmark.name})
    wind = _WINDS[round(bearing_deg(landmark.point, point) / 45.0) % 8]
    return Phrase(f"geo.where.landmark.{wind}", {"name": landmark.name, "distance_m": _about(away_m)})


def _about(distance: float) -> int:
    """Round metres to what a crew can pace: tens, from half a kilometre on fifties."""
    step = _ROUNDED_M if distance < _COARSE_FROM_M else _COARSE_M
    return max(step, round(distance / step) * step)
