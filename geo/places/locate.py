"""Make one estimate of where it is from everything that was told, and say what disagrees.

Slow and obvious: a call has a handful of sources. In words, as a call-taker may ask:

1. Every source becomes a circle in which the place lies with 95 %: the told radius, converted from the told
   confidence (a circular normal distribution: Rayleigh's law, r = s * sqrt(-2 ln(1 - p))), never below the kind's
   floor, and grown by how far its owner may have walked since.
2. Two sources agree when their circles touch. Otherwise they are in conflict, and the conflict is a value.
3. Of all groups in which everybody agrees with everybody, the most believable is taken: 1 - product of (1 - trust)
   over its witnesses. Several positions of one telephone are one witness.
4. The place is the mean of the group's witnesses weighted by 1 / r**2, the standard weighting of independent
   measurements (Gauss-Markov); the radius is that of the mean.
5. The confidence is the share of that group among all groups and "all are wrong". The other groups stay visible as
   places where it may be instead.

The numbers are in ``locate.toml``. No clock: ages come with the sources.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import combinations
from pathlib import Path

from geo.point import EARTH_RADIUS_M, Point, distance_m

RULES = Path(__file__).with_name("locate.toml")
SOURCES_MAX = 8  # compared with each other; more are of the same kind, or nobody could look at them

# Rayleigh's law at 95 %: r = s * sqrt(-2 ln 0.05).
_AT_95 = math.sqrt(-2.0 * math.log(0.05))
_SHARE_LEAST, _SHARE_MOST = 0.05, 0.9999
_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M


class SourceKind(StrEnum):
    """Who or what told a position."""

    PERSON = "person"  # an operator confirmed it
    AML = "aml"
    LINK = "link"
    DEVICE = "device"  # PIDF-LO or HELD by value
    HANDSET = "handset"  # as the exchange told it with the ring
    CREW = "crew"
    PASTED = "pasted"
    WORDS = "words"  # found in the gazetteer from what the caller said
    FIXED_LINE = "fixed_line"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class KindRule:
    """How far one kind is believed; see ``locate.toml``."""

    trust: float
    floor_m: float
    walk_mps: float
    old_after_s: float
    witness: str


@dataclass(frozen=True, slots=True)
class Source:
    """One position that was told: WGS-84, in a radius with a confidence (0..1), so many seconds ago."""

    id: str
    kind: SourceKind
    center: Point
    radius_m: float
    confidence: float
    age_s: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sources that cannot both be right, and how far they lie apart, centre to centre."""

    one: str
    other: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Possible:
    """A place where it may be: the circle of 95 %, how far it is believed, and who says so."""

    center: Point
    radius_m: float
    confidence: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Where it most probably is, where else it may be (best first), who contradicts whom, who is too old to count."""

    best: Possible
    others: tuple[Possible, ...]
    conflicts: tuple[Conflict, ...]
    set_aside: tuple[str, ...]

    @property
    def possible(self) -> tuple[Possible, ...]:
        """Return every place where it may be, best first."""
        return (self.best, *self.others)


@cache
def kind_rules() -> Mapping[SourceKind, KindRule]:
    """Return the rules as shipped."""
    table = tomllib.loads(RULES.read_text(encoding="utf-8"))["kinds"]
    return {kind: KindRule(**table[kind.value]) for kind in SourceKind}


@cache
def too_wide_m() -> float:
    """Return the radius beyond which a source says nothing."""
    return float(tomllib.loads(RULES.read_text(encoding="utf-8"))["too_wide"]["radius_m"])


def estimate(sources: Sequence[Source]) -> Estimate | None:
    """Return what all sources together say; None when none counts. The order of the sources does not matter."""
    counted = [each for each in sources if each.age_s <= kind_rules()[each.kind].old_after_s]
    counted = sorted(counted, key=lambda each: (radius_95_m(each), each.age_s, each.id))[:SOURCES_MAX]
    if not counted:
        return None
    groups = [_place_of(group) for group in agreeing_groups(counted)]
    shares = _shares([each.confidence for each in groups])
    ranked = sorted(
        (Possible(each.center, each.radius_m, share, each.sources) for each, share in zip(groups, shares, strict=True)),
        key=lambda each: (-each.confidence, each.radius_m, each.sources),
    )
    names = {each.id for each in counted}
    aside = tuple(sorted(each.id for each in sources if each.id not in names))
    return Estimate(ranked[0], tuple(ranked[1:]), conflicts_among(counted), aside)


def radius_95_m(source: Source) -> float:
    """Return the radius in which the place lies with 95 %, now."""
    rule = kind_rules()[source.kind]
    share = min(_SHARE_MOST, max(_SHARE_LEAST, source.confidence))
    told_m = source.radius_m * _AT_95 / math.sqrt(-2.0 * math.log(1.0 - share))
    return max(rule.floor_m, told_m) + rule.walk_mps * max(0.0, source.age_s)


def agree(one: Source, other: Source) -> bool:
    """Say whether two sources can both be right: their circles touch."""
    return distance_m(one.center, other.center) <= radius_95_m(one) + radius_95_m(other)


def conflicts_among(sources: Sequence[Source]) -> tuple[Conflict, ...]:
    """Return every pair that cannot both be right, widest apart first."""
    found = [
        Conflict(min(one.id, other.id), max(one.id, other.id), distance_m(one.center, other.center))
        for one, other in combinations(sources, 2)
        if not agree(one, other)
    ]
    return tuple(sorted(found, key=lambda each: (-each.distance_m, each.one, each.other)))


def agreeing_groups(sources: Sequence[Source]) -> list[tuple[Source, ...]]:
    """Return every group in which everybody agrees with everybody and to which nobody can be added; largest first.

    Tries every subset: at most 2 ** SOURCES_MAX. Every source is in at least one group.
    """
    groups: list[frozenset[str]] = []
    for size in range(len(sources), 0, -1):
        for group in combinations(sources, size):
            names = frozenset(each.id for each in group)
            if any(names < larger for larger in groups):
                continue
            if all(agree(one, other) for one, other in combinations(group, 2)):
                groups.append(names)
    return [tuple(each for each in sources if each.id in names) for names in groups]


def witnesses(group: Sequence[Source]) -> tuple[Source, ...]:
    """Return the most exact source of every witness: a telephone that tells three positions is still one."""
    best: dict[str, Source] = {}
    for each in sorted(group, key=lambda source: (radius_95_m(source), source.age_s, source.id)):
        best.setdefault(kind_rules()[each.kind].witness, each)
    return tuple(best.values())


def _place_of(group: Sequence[Source]) -> Possible:
    """Return the weighted mean of a group; its confidence is how far its witnesses are believed, before rivals."""
    heard = witnesses(group)
    weights = [1.0 / radius_95_m(each) ** 2 for each in heard]
    total, start = sum(weights), heard[0].center
    shrink = math.cos(math.radians(start.lat))
    east = sum(w * (each.center.lon - start.lon) for w, each in zip(weights, heard, strict=True)) / total
    north = sum(w * (each.center.lat - start.lat) for w, each in zip(weights, heard, strict=True)) / total
    doubt = math.prod(1.0 - kind_rules()[each.kind].trust for each in heard)
    spread_m = _METRES_PER_DEGREE * min(math.hypot(east * shrink, north), 1.0)
    radius_m = max(math.sqrt(1.0 / total), min(kind_rules()[each.kind].floor_m for each in heard))
    center = start if spread_m == 0.0 else Point(start.lon + east, start.lat + north)
    return Possible(center, radius_m, 1.0 - doubt, tuple(sorted(each.id for each in group)))


def _shares(beliefs: Sequence[float]) -> list[float]:
    """Return how probable each of several exclusive places is when each alone would be believed so far.

    Exactly one is right and all others are wrong, or all are wrong (Bayes with independent witnesses).
    """
    none = math.prod(1.0 - each for each in beliefs)
    odds = [each / (1.0 - each) * none for each in beliefs]
    return [each / (sum(odds) + none) for each in odds]
