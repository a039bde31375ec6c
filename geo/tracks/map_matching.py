"""Put noisy, sparse positions on the roads they were driven on: a hidden Markov model over exact road distances.

Newson and Krumm, *Hidden Markov Map Matching Through Noise and Sparseness*, ACM SIGSPATIAL GIS 2009: a fix lies off its
road like a Gaussian; a drive's length differs from the straight line like an exponential. Departing from the paper,
the tolerance of that difference grows with the silence between two fixes (``beta_m + beta_mps * gap``), and a track
breaks where no possible drive joins two fixes: a break is told, never bridged.
"""

import math
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.city_pack import CityPack
from geo.hierarchy import TICKS_PER_MS
from geo.prepared import PreparedRoads, Weighted
from geo.roads import RoadGraph
from geo.route_kernels import ARCS_MAX, TOO_LONG
from geo.tracks.matching_kernels import match_fixes, way_between
from geo.tracks.numbers import read_numbers

SETTINGS_FILE = Path(__file__).with_name("map_matching.toml")
_CM_PER_M = 100.0


class Link(StrEnum):
    """How a fix follows the one before it. The order is that of `geo.tracks.matching_kernels`."""

    STARTS = "starts"
    DRIVEN = "driven"
    STOOD = "stood"  # too near the last one to tell a movement from noise: not matched
    SILENT = "silent"  # after a long silence: a new piece begins
    NO_ROAD_BETWEEN = "no_road_between"  # no drive could have led here in the time: a new piece begins
    NO_ROAD_NEAR = "no_road_near"  # not matched
    OUT_OF_ORDER = "out_of_order"  # not later than the one before: not matched
    NO_POSITION = "no_position"  # coordinates or time are no numbers, or off the earth: not matched


LINKS = tuple(Link)


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """The numbers of the model; ``geo/tracks/map_matching.toml`` carries their sources."""

    sigma_m: float
    beta_m: float
    beta_mps: float
    radius_m: float
    candidates_max: int
    still_m: float
    speed_max_mps: float
    silence_s: float

    def __post_init__(self) -> None:
        """Refuse numbers that no model can have. Raises ValueError."""
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0.0 if field.name in {"beta_mps", "still_m"} else math.ulp(0.0)
            if not least <= value < math.inf:
                raise ValueError(f"{field.name} = {value} is no possible setting")


def read_settings(path: Path = SETTINGS_FILE) -> MatchSettings:
    """Read them as shipped, or from another file."""
    return read_numbers(path, MatchSettings)


@dataclass(frozen=True, slots=True)
class MatchedTrack:
    """One vehicle's fixes on roads, one entry each.

    ``link`` uint8 indexes `LINKS`; ``stretch`` int32 (-1: not matched), ``fraction`` float64 along its shape;
    ``away_m`` float64 from the fix to the road; ``route_m`` float64: the road distance from the matched fix before, NaN
    where a piece begins; ``at_s`` float64 as given.
    """

    at_s: NDArray[np.float64]
    link: NDArray[np.uint8]
    stretch: NDArray[np.int32]
    fraction: NDArray[np.float64]
    away_m: NDArray[np.float64]
    route_m: NDArray[np.float64]

    def links(self) -> list[Link]:
        """Return how each fix follows the one before."""
        return [LINKS[code] for code in self.link.tolist()]

    def position(self, nth: int) -> tuple[int, float]:
        """Return where a matched fix lies: stretch and fraction."""
        return int(self.stretch[nth]), float(self.fraction[nth])

    def pieces(self) -> list[NDArray[np.int64]]:
        """Return the matched fixes of each unbroken piece, by their number in the track."""
        matched = np.flatnonzero(self.stretch >= 0)
        begins = np.flatnonzero(self.link[matched] != LINKS.index(Link.DRIVEN))
        return [piece for piece in np.split(matched, begins) if len(piece)]


@dataclass(frozen=True, slots=True)
class DrivenWay:
    """The arcs of a drive in their order (int32), and the share driven of each (float64, 0 to 1).

    ``weight`` is the sum of what it was found over: milliseconds, or centimetres.
    """

    arcs: NDArray[np.int32]
    shares: NDArray[np.float64]
    weight: float


class MapMatcher:
    """Match tracks to the roads of one city over its road lengths (`length_cm`). Safe for any thread."""

    def __init__(
        self, lengths: Weighted, settings: MatchSettings | None = None, prepared: PreparedRoads | None = None
    ) -> None:
        """Take labels over road lengths; they point into the roads that were ``prepared``, which somebody must keep."""
        self._settings = read_settings() if settings is None else settings
        self._lengths = lengths
        self._prepared = prepared

    @classmethod
    def of(cls, pack: CityPack, settings: MatchSettings | None = None) -> "MapMatcher":
        """Prepare a pack's roads for matching alone."""
        return cls.on(PreparedRoads(pack.graph, pack.roads.compiled, [], pack.order), settings)

    @classmethod
    def on(cls, prepared: PreparedRoads, settings: MatchSettings | None = None) -> "MapMatcher":
        """Label prepared roads with their lengths."""
        return cls(prepared.weighted(1, length_cm(prepared.graph)), settings, prepared)

    def match(self, lon: NDArray[np.float64], lat: NDArray[np.float64], at_s: NDArray[np.float64]) -> MatchedTrack:
        """Match one vehicle's fixes: WGS-84 degrees and seconds, float64[n] each. Raises ValueError on other shapes."""
        columns = [np.ascontiguousarray(column, dtype=np.float64) for column in (lon, lat, at_s)]
        count = len(columns[0])
        if any(column.shape != (count,) for column in columns):
            raise ValueError("a track is three columns of one length")
        link, stretch = np.empty(count, np.uint8), np.empty(count, np.int32)
        fraction, away_m, route_m = (np.empty(count) for _ in range(3))
        s = self._settings
        model = np.array([s.sigma_m, s.beta_m, s.beta_mps, s.radius_m, s.still_m, s.speed_max_mps, s.silence_s])
        out = (link, stretch, fraction, away_m, route_m)
        match_fixes(self._lengths.address, columns[0], columns[1], columns[2], model, s.candidates_max, *out)
        return MatchedTrack(columns[2], link, stretch, fraction, away_m, route_m)

    def shortest(self, a: tuple[int, float], b: tuple[int, float]) -> DrivenWay | None:
        """Return the shortest way between two positions (stretch, fraction); None when there is none."""
        return way_over(self._lengths, a, b)


def way_over(weights: Weighted, a: tuple[int, float], b: tuple[int, float]) -> DrivenWay | None:
    """Return the best way between two positions (stretch, fraction) over some weights; None when there is none."""
    arcs, shares = np.empty(ARCS_MAX, np.int32), np.empty(ARCS_MAX)
    count, ticks = way_between(weights.address, *a, *b, arcs, shares)
    if count == TOO_LONG:
        raise ValueError(f"the way has more than {ARCS_MAX} arcs")
    return None if count < 0 else DrivenWay(arcs[:count].copy(), shares[:count].copy(), float(ticks) / TICKS_PER_MS)


def length_cm(graph: RoadGraph) -> NDArray[np.int32]:
    """Return the length of every arc as weights: whole centimetres, at least 1."""
    return np.maximum(1, np.rint(graph.length_m[graph.arc_stretch] * _CM_PER_M)).astype(np.int32)
