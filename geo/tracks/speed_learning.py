"""Learn factors from drives: robustly, from the broad to the narrow, and say how many drives spoke for each.

A drive over several kinds of road tells only their sum, so each level is fitted on what the levels before it leave
over: the residual ``log(elapsed / predicted)``. Its weighted median per group (a drive weighs as much as the share of
its time spent there) is robust to a taxi that stops; ``n / (n + prior)`` shrinks it towards nothing left over.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from geo.roads import RoadGraph
from geo.speeds import ROAD_CLASSES, Profile
from geo.tracks.drives import Drives
from geo.tracks.learned_speeds import (
    BANDS,
    FORMAT,
    FORMAT_VERSION,
    MEASURED_ON_TAXIS,
    UNLEARNED,
    AreaCell,
    AreaGrid,
    Factor,
    LearnedSpeeds,
    band_of,
)
from geo.tracks.learning_rules import LearningRules

# Rounds after which the factors of road classes, which drives mix, no longer move by a per cent.
_ROUNDS = 6


class NothingToLearn(ValueError):  # noqa: N818 - the name is the sentence
    """Say that the tracks hold too few drives."""


@dataclass(frozen=True, slots=True)
class LiveFactors:
    """What the last hour adds to what was learned: one factor per stretch, for `LiveWeights.learn`.

    ``drives`` spoke for it, the newest of which ended at ``newest_at``, None when there is none; ``overall``,
    ``classes`` (by road class) and ``areas`` multiply, their counts decayed with the age of the drives. One that too
    few speak for is not there, ``overall`` then `UNLEARNED`.
    """

    road_factors: NDArray[np.float64]
    drives: int
    newest_at: datetime | None
    overall: Factor
    classes: dict[str, Factor]
    areas: tuple[AreaCell, ...]


class _Residuals:
    """The drives as pieces of arcs, and what of their time is not yet explained."""

    def __init__(self, graph: RoadGraph, drives: Drives, weight: NDArray[np.float64] | None = None) -> None:
        self.drives = drives
        self.weight = np.ones(drives.count) if weight is None else weight
        self.owner = np.repeat(np.arange(drives.count), np.diff(drives.first))
        self.stretch = graph.arc_stretch[drives.arc]
        self.road_class = graph.road_class[self.stretch].astype(np.int64)
        self.seconds = drives.profile_s(graph)

    def fit(self, group: NDArray[np.int64], groups: int, rules: LearningRules) -> list[Factor]:
        """Fit one factor for each group that the pieces belong to, and take it out of what is unexplained."""
        predicted = np.maximum(np.bincount(self.owner, self.seconds, self.drives.count), 1e-3)
        left_over = np.log(self.drives.elapsed_s / predicted)
        key, back = np.unique(self.owner * groups + group, return_inverse=True)
        owner, its_group = key // groups, key % groups
        share = np.bincount(back, self.seconds, len(key)) / predicted[owner] * self.weight[owner]
        middle, count = weighted_medians(left_over[owner], share, its_group, groups)
        shrunk = np.where(count >= rules.count_min, middle * count / (count + rules.prior_count), 0.0)
        factor = np.clip(np.exp(shrunk), rules.factor_min, rules.factor_max)
        self.seconds = self.seconds * factor[group]
        newest = np.full(groups, -np.inf)
        np.maximum.at(newest, its_group, self.drives.began_s[owner])
        rows = zip(factor.tolist(), count.tolist(), newest.tolist(), strict=True)
        return [_factor(factor, count, began_s) for factor, count, began_s in rows]


def weighted_medians(
    value: NDArray[np.float64], weight: NDArray[np.float64], group: NDArray[np.int64], groups: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each group's lower weighted median (0 for an empty one) and its total weight."""
    order = np.lexsort((value, group))
    total = np.bincount(group, weight, groups).astype(np.float64)
    before = np.concatenate([[0.0], np.cumsum(total)])[:-1]
    reached = np.cumsum(weight[order]) - before[group[order]] >= total[group[order]] / 2.0 * (1.0 - 1e-12)
    middle = np.zeros(groups)
    found, first = np.unique(group[order][reached], return_index=True)
    middle[found] = value[order][reached][first]
    return middle, total


def _factor(factor: float, count: float, began_s: float) -> Factor:
    if not np.isfinite(began_s):
        return UNLEARNED
    return Factor(round(factor, 4), round(count, 1), datetime.fromtimestamp(began_s, UTC))


def usable(graph: RoadGraph, drives: Drives, rules: LearningRules) -> Drives:
    """Drop drives so far from the profile that no traffic explains them: a jump, a stop, a wrong road."""
    owner = np.repeat(np.arange(drives.count), np.diff(drives.first))
    ratio = drives.elapsed_s / np.maximum(np.bincount(owner, drives.profile_s(graph), drives.count), 1e-3)
    return drives.chosen((ratio >= rules.factor_min) & (ratio <= rules.factor_max))


def learn(  # noqa: PLR0913 - what is learned, from what, relative to what
    graph: RoadGraph,
    profile: Profile,
    drives: Drives,
    rules: LearningRules,
    *,
    source: str,
    vehicles: str,
    mark: str = MEASURED_ON_TAXIS,
) -> LearnedSpeeds:
    """Learn every factor from drives. Raises `NothingToLearn` when fewer than ``count_min`` are usable."""
    drives = usable(graph, drives, rules)
    if drives.count < rules.count_min:
        raise NothingToLearn(f"{drives.count} usable drives, at least {rules.count_min:.0f} are needed")
    left = _Residuals(graph, drives)
    band = band_of(drives.began_s)[left.owner]
    overall = left.fit(np.zeros(len(left.owner), np.int64), 1, rules)[0]
    rounds = [left.fit(left.road_class, len(ROAD_CLASSES), rules) for _ in range(_ROUNDS)]
    bands = left.fit(band, BANDS, rules)
    class_bands = left.fit(left.road_class * BANDS + band, len(ROAD_CLASSES) * BANDS, rules)
    grid = AreaGrid(float(graph.shape_lon.min()), float(graph.shape_lat.min()), rules.cell_m)
    return LearnedSpeeds(
        format=FORMAT,
        version=FORMAT_VERSION,
        profile=profile.name,
        profile_version=profile.version,
        source=source,
        vehicles=vehicles,
        mark=mark,
        drives=drives.count,
        first_at=datetime.fromtimestamp(float(drives.began_s.min()), UTC),
        last_at=datetime.fromtimestamp(float(drives.began_s.max()), UTC),
        overall=overall,
        bands=tuple(bands),
        classes=_known({name: _product([one[at] for one in rounds]) for at, name in enumerate(ROAD_CLASSES)}),
        class_bands={
            name: tuple(class_bands[at * BANDS : (at + 1) * BANDS])
            for at, name in enumerate(ROAD_CLASSES)
            if any(one.count for one in class_bands[at * BANDS : (at + 1) * BANDS])
        },
        grid=grid,
        areas=_areas(left, grid.cells_of(graph), rules),
    )


def _areas(left: _Residuals, cells: NDArray[np.int64], rules: LearningRules) -> tuple[AreaCell, ...]:
    known, number = np.unique(cells, axis=0, return_inverse=True)
    factors = left.fit(number.reshape(-1)[left.stretch].astype(np.int64), len(known), rules)
    squares = zip(known.tolist(), factors, strict=True)
    return tuple(AreaCell(column, row, factor) for (column, row), factor in squares if factor.count >= rules.count_min)


def _product(factors: list[Factor]) -> Factor:
    """Join the rounds of one class; count and age are those of the last."""
    return Factor(round(float(np.prod([one.factor for one in factors])), 4), factors[-1].count, factors[-1].newest_at)


def _known(factors: dict[str, Factor]) -> dict[str, Factor]:
    return {name: factor for name, factor in factors.items() if factor.count}


def live_factors(
    graph: RoadGraph, drives: Drives, rules: LearningRules, at: datetime, learned: LearnedSpeeds | None = None
) -> LiveFactors:
    """Return what the fleet's own recent drives say beyond what was learned, per road class and area.

    Drives of the last ``recent_s`` count, each half as much for every ``half_life_s`` of age; those that begin later
    than ``at`` do not. The result contains the area factors of ``learned``: it is all that `LiveWeights.learn` needs
    beside its ``hour_factors()``.
    """
    base = np.ones(graph.stretch_count) if learned is None else learned.road_factors(graph)
    age_s = at.timestamp() - (drives.began_s + drives.elapsed_s)
    recent = usable(graph, drives.chosen((age_s >= 0.0) & (age_s <= rules.recent_s)), rules)
    if not recent.count:
        return LiveFactors(base, 0, None, UNLEARNED, {}, ())
    ended_s = recent.began_s + recent.elapsed_s
    left = _Residuals(graph, recent, 0.5 ** ((at.timestamp() - ended_s) / rules.half_life_s))
    left.seconds = left.seconds * base[left.stretch]
    if learned is not None:
        local = band_of(np.array([at.timestamp()]))
        left.seconds = left.seconds * _hour_of(learned, int(local[0]))[left.road_class]
    overall = left.fit(np.zeros(len(left.owner), np.int64), 1, rules)[0]
    classes = left.fit(left.road_class, len(ROAD_CLASSES), rules)
    grid = AreaGrid(float(graph.shape_lon.min()), float(graph.shape_lat.min()), rules.cell_m)
    known, number = np.unique(grid.cells_of(graph), axis=0, return_inverse=True)
    number = number.reshape(-1).astype(np.int64)
    areas = left.fit(number[left.stretch], len(known), rules)
    per_class = np.array([one.factor for one in classes])[graph.road_class]
    per_area = np.array([one.factor for one in areas])[number]
    roads = np.clip(base * overall.factor * per_class * per_area, rules.factor_min, rules.factor_max)
    return LiveFactors(
        road_factors=roads,
        drives=recent.count,
        newest_at=datetime.fromtimestamp(float(ended_s.max()), UTC),
        overall=overall if overall.count >= rules.count_min else UNLEARNED,
        classes=_enough(dict(zip(ROAD_CLASSES, classes, strict=True)), rules),
        areas=tuple(
            AreaCell(column, row, factor)
            for (column, row), factor in zip(known.tolist(), areas, strict=True)
            if factor.count >= rules.count_min
        ),
    )


def _enough(factors: dict[str, Factor], rules: LearningRules) -> dict[str, Factor]:
    return {name: factor for name, factor in factors.items() if factor.count >= rules.count_min}


def _hour_of(learned: LearnedSpeeds, band: int) -> NDArray[np.float64]:
    """Return the factor of every road class in one band."""
    hour = band if band < BANDS // 2 else 5 * 24 + band - BANDS // 2
    return learned.hour_factors()[:, hour]
