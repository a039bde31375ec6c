"""A place that is known only as a region: who is first when it may be anywhere in there, and whether that changes.

A region is looked at through at most `POSITIONS_MAX` positions, each standing for an equal share of its area. Each is
put on its nearest road, so a road weighs as much as the ground it serves. Positions without a road are told apart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.hierarchy import TICKS_PER_MS
from geo.point import EARTH_RADIUS_M, Point

POSITIONS_MAX = 64

# An incident's region is asked about again and again while its call grows.
REGIONS_KEPT = 512

# More possible places than a person can tell apart by one question.
DISCS_MAX = 6

# The least exact location that anybody sends: a mobile network's cell in the country.
RADIUS_MAX_M = 100_000.0

_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M
_TICKS_PER_S = 1000.0 * TICKS_PER_MS
_LAT_MAX = 89.0

# Vogel, *A better way to construct the sunflower head*, Mathematical Biosciences 44, 1979: equal areas in a disc. The
# first one lies in the middle, as its area does.
_NTH = np.arange(POSITIONS_MAX)
_ANGLE = _NTH * math.pi * (3.0 - math.sqrt(5.0))
_SUNFLOWER = np.sqrt(np.where(_NTH == 0, 0.0, _NTH + 0.5))[:, None] * np.stack(
    [np.cos(_ANGLE), np.sin(_ANGLE)], axis=1
)  # of a disc whose radius is the root of the number of positions

# The steps of the R2 sequence (Roberts, *The Unreasonable Effectiveness of Quasirandom Sequences*, 2018).
_PLASTIC = 1.324717957244746
_R2 = np.array([1.0 / _PLASTIC, 1.0 / _PLASTIC**2])

# An outline fills at least this share of its box, or it is a line with hardly any inside.
_TRIES_MAX = 65_536


class BadRegion(ValueError):  # noqa: N818 - the name is the sentence
    """Say why something is no region of possible positions."""


@dataclass(frozen=True, slots=True)
class Disc:
    """Every place within ``radius_m`` of a centre; 0 is the centre itself."""

    center: Point
    radius_m: float

    def __post_init__(self) -> None:
        """Refuse what is no disc."""
        if not 0.0 <= self.radius_m <= RADIUS_MAX_M:
            raise BadRegion(f"a radius of {self.radius_m} m is not within 0..{RADIUS_MAX_M:.0f} m")
        _check_places([self.center])


@dataclass(frozen=True, slots=True)
class Outline:
    """Every place inside a simple polygon; the last corner joins the first."""

    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        """Refuse what encloses nothing, or crosses itself."""
        _check_places(self.corners)
        area = _polygon(self.corners)
        if area is None or not area.is_valid or area.area == 0.0:
            raise BadRegion("the outline is no simple polygon")
        if area.length * _METRES_PER_DEGREE > 2.0 * math.pi * RADIUS_MAX_M:
            raise BadRegion(f"the outline is longer than that of a disc of {RADIUS_MAX_M:.0f} m")


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several discs: where it is when sources contradict each other, each with how far it is believed."""

    discs: tuple[Disc, ...]
    beliefs: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what says nothing about where."""
        if not 1 <= len(self.discs) <= DISCS_MAX or len(self.discs) != len(self.beliefs):
            raise BadRegion(f"{len(self.discs)} discs with {len(self.beliefs)} beliefs are not 1..{DISCS_MAX} pairs")
        if not all(0.0 < each < math.inf for each in self.beliefs):
            raise BadRegion("a place that nobody believes in is none of the possible ones")


Region: TypeAlias = Disc | Outline | OneOf


@dataclass(frozen=True, slots=True)
class Outlook:
    """One centre or unit, seen over a region.

    ``expected_s`` is the mean over the positions that a road joins it with, None when there is none; ``worst_s`` is
    the longest time, None when some position has no way. ``reached_share`` and ``first_share`` tell from which share
    of the positions on roads there is a way, and for which share it is the first.
    """

    id: str
    expected_s: float | None
    worst_s: float | None
    reached_share: float
    first_share: float


@dataclass(frozen=True, slots=True)
class RegionAnswer:
    """The choice over a region: most reached first, then by expected time.

    ``choice_changes`` tells whether somebody else is first somewhere in there, ``positions`` how many places were
    looked at, and ``roadless_share`` which share of them has no road. ``firsts`` are the places that somebody reaches,
    with the one who is first there; only a question about units fills it.
    """

    outlooks: tuple[Outlook, ...]
    choice_changes: bool
    positions: int
    roadless_share: float
    firsts: tuple[tuple[Point, str], ...] = ()


def region_center(region: Region) -> Point:
    """Return the place that stands for a region when a sentence must name one."""
    if isinstance(region, Disc):
        return region.center
    if isinstance(region, OneOf):
        return region.discs[region.beliefs.index(max(region.beliefs))].center
    inside = shapely.Polygon([(corner.lon, corner.lat) for corner in region.corners]).representative_point()
    return Point(inside.x, inside.y)


@lru_cache(REGIONS_KEPT)
def positions_in(region: Region) -> NDArray[np.float64]:
    """Return the positions of a region: float64[n, 2] of lon and lat, n <= `POSITIONS_MAX`, read-only, always the same.

    Each stands for the same area, of several discs about for the same belief: x = lon * cos(lat), y = lat keep areas
    on a sphere (sinusoidal projection).
    """
    if isinstance(region, OneOf):
        counts = _divided(region.beliefs)
        positions = np.concatenate([_in_disc(disc, n) for disc, n in zip(region.discs, counts, strict=True)])
    else:
        positions = _in_disc(region) if isinstance(region, Disc) else _inside(region)
    positions.setflags(write=False)
    return positions


def _divided(beliefs: Sequence[float]) -> list[int]:
    """Divide the positions by belief; each place gets at least one, the first what is left over."""
    total = math.fsum(beliefs)
    counts = [max(1, int(POSITIONS_MAX * each / total)) for each in beliefs]
    counts[counts.index(max(counts))] += POSITIONS_MAX - sum(counts)
    return counts


def _in_disc(disc: Disc, count: int = POSITIONS_MAX) -> NDArray[np.float64]:
    center = (disc.center.lon, disc.center.lat)
    if disc.radius_m == 0.0:
        return np.array([center] * (1 if count == POSITIONS_MAX else count))
    scale = disc.radius_m / math.sqrt(count) / _METRES_PER_DEGREE
    return _unprojected(_SUNFLOWER[:count] * scale, center)


def _inside(region: Outline) -> NDArray[np.float64]:
    """Return the first points of an even sequence that lie inside the outline."""
    middle = region_center(region)
    corners = np.array([(corner.lon, corner.lat) for corner in region.corners]) - (middle.lon, middle.lat)
    flat = np.stack([corners[:, 0] * np.cos(np.radians(corners[:, 1] + middle.lat)), corners[:, 1]], axis=1)
    area = shapely.Polygon(flat)
    low, size = flat.min(axis=0), np.ptp(flat, axis=0)
    tries = min(_TRIES_MAX, 2 * POSITIONS_MAX + int(1.5 * POSITIONS_MAX * float(size.prod()) / area.area))
    tried = low + (0.5 + np.arange(tries)[:, None] * _R2) % 1.0 * size
    found = tried[shapely.contains_xy(area, tried)][:POSITIONS_MAX]
    if not len(found):
        return np.array([(middle.lon, middle.lat)])
    return _unprojected(found, (middle.lon, middle.lat))


def _unprojected(flat: NDArray[np.float64], center: tuple[float, float]) -> NDArray[np.float64]:
    lat = np.clip(flat[:, 1] + center[1], -_LAT_MAX, _LAT_MAX)
    return np.stack([center[0] + flat[:, 0] / np.cos(np.radians(lat)), lat], axis=1)


def _polygon(corners: Sequence[Point]) -> shapely.Polygon | None:
    return shapely.Polygon([(corner.lon, corner.lat) for corner in corners]) if len(corners) > 2 else None  # noqa: PLR2004 - a triangle


def _check_places(points: Sequence[Point]) -> None:
    for point in points:
        if not (abs(point.lon) <= 180.0 and abs(point.lat) <= _LAT_MAX):  # noqa: PLR2004 - degrees; NaN is in no range
            raise BadRegion(f"{point.lon},{point.lat} is no place of a city")


@dataclass(frozen=True, slots=True)
class Sums:
    """What was summed up over positions, int64 per centre or unit: see `uncertain_kernels.rank_over_region`."""

    total: NDArray[np.int64]
    worst: NDArray[np.int64]
    reached: NDArray[np.int64]
    first: NDArray[np.int64]

    def among(self, kept: NDArray[np.bool_]) -> "Sums":
        """Return the sums of those that count."""
        return Sums(self.total[kept], self.worst[kept], self.reached[kept], self.first[kept])


def outlooks_of(ids: Sequence[str], sums: Sums, placed: int, k: int) -> tuple[Outlook, ...]:
    """Return the ``k`` best over ``placed`` positions: most reached first, then by expected time, then as listed."""
    total, worst, reached, first = sums.total, sums.worst, sums.reached, sums.first
    expected = np.where(reached > 0, total / np.maximum(reached, 1), np.inf)
    order = np.lexsort((expected, -reached))[:k]
    rows = zip(
        order.tolist(),
        (expected[order] / _TICKS_PER_S).tolist(),
        (worst[order] / _TICKS_PER_S).tolist(),
        reached[order].tolist(),
        first[order].tolist(),
        strict=True,
    )
    return tuple(
        Outlook(
            ids[at],
            expected_s if hits else None,
            worst_s if hits == placed else None,
            hits / placed,
            firsts / placed,
        )
        for at, expected_s, worst_s, hits, firsts in rows
    )
