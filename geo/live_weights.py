"""Keep travel times true while roads close and traffic changes.

What is in force at a moment (closures, slow zones, the hour's factors) becomes one duration per arc; the whole
hierarchy is rebuilt from them beside the queries, and published by swapping one reference (`TravelTimes.reweight`). A
rebuild that fails leaves the old weights serving, and `LiveWeights.status` says since when and why.
"""

import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geo.hierarchy import CLOSED_MS
from geo.prepared import DURATION_MS_MAX
from geo.roads import RoadGraph
from geo.speeds import ROAD_CLASSES
from geo.travel import TravelTimes

HOURS_OF_WEEK = 7 * 24

# As a factor: nobody may drive here.
CLOSED = math.inf

# A measure may speed up (a lane kept free), but not beyond what any vehicle drives.
_FACTOR_MIN = 0.1

# An hour belongs to the city's own week.
CITY_TIME = ZoneInfo("Asia/Shanghai")


class BadMeasure(ValueError):  # noqa: N818 - the name is the sentence
    """Say why a closure or slow zone cannot be put in force."""


@dataclass(frozen=True, slots=True)
class RoadMeasure:
    """A closure or slow zone on some stretches of road, from ``begins`` until ``ends`` (None: until it is lifted).

    ``factor`` multiplies durations: `CLOSED`, or a number of at least 0.1.
    """

    measure_id: str
    stretches: frozenset[int]
    factor: float
    begins: datetime
    ends: datetime | None

    def __post_init__(self) -> None:
        """Refuse what could never be in force."""
        if not self.factor >= _FACTOR_MIN:
            raise BadMeasure(f"{self.measure_id}: factor {self.factor} is not at least {_FACTOR_MIN}")
        if self.begins.tzinfo is None or (self.ends is not None and self.ends.tzinfo is None):
            raise BadMeasure(f"{self.measure_id}: its times carry no time zone")
        if self.ends is not None and self.ends <= self.begins:
            raise BadMeasure(f"{self.measure_id}: it ends before it begins")
        if not self.stretches:
            raise BadMeasure(f"{self.measure_id}: it touches no road")

    def in_force(self, at: datetime) -> bool:
        """Tell whether the measure counts at a moment; its end no longer does."""
        return self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class WeightsStatus:
    """Which weights answer now: their epoch, the moment they describe, their age, and why no newer ones do."""

    epoch: int
    as_of: datetime | None
    age_s: float | None
    failed_at: datetime | None
    failure: str | None


def no_hour_factors() -> NDArray[np.float64]:
    """Return factors that change nothing: float64[road classes, hours of the week], Monday 0 h first."""
    return np.ones((len(ROAD_CLASSES), HOURS_OF_WEEK))


def durations_at(
    graph: RoadGraph,
    hour_factors: NDArray[np.float64],
    measures: Iterable[RoadMeasure],
    at: datetime,
    road_factors: NDArray[np.float64] | None = None,
) -> NDArray[np.int32]:
    """Return the milliseconds of every arc at a moment; the slowest of several measures on a road counts.

    ``road_factors`` float64[stretches] multiply the hour's: what was learned about an area (`geo.tracks`).
    """
    local = at.astimezone(CITY_TIME)
    factor = hour_factors[graph.road_class, local.weekday() * 24 + local.hour]
    if road_factors is not None:
        factor *= road_factors
    slowed = np.ones(graph.stretch_count)
    for measure in measures:
        if measure.in_force(at):
            on = np.fromiter(measure.stretches, dtype=np.int64)
            first = slowed[on] == 1.0
            slowed[on] = np.where(first, measure.factor, np.maximum(slowed[on], measure.factor))
    per_arc = (factor * slowed)[graph.arc_stretch]
    slow_ms = np.minimum(graph.duration_ms * np.where(np.isinf(per_arc), 1.0, per_arc), DURATION_MS_MAX)
    return np.where(np.isinf(per_arc), CLOSED_MS, np.maximum(1, np.rint(slow_ms))).astype(np.int32)


class LiveWeights:
    """The measures, and the one thread that rebuilds when `ask` says what moment it is. Safe for any thread."""

    def __init__(self, travel: TravelTimes, graph: RoadGraph, hour_factors: NDArray[np.float64] | None = None) -> None:
        self._travel = travel
        self._graph = graph
        self._hour_factors = no_hour_factors() if hour_factors is None else hour_factors
        self._road_factors = np.ones(graph.stretch_count)
        self._measures: dict[str, RoadMeasure] = {}
        self._wanted: datetime | None = None
        self._closing = False
        self._changed = threading.Condition()
        self._status = WeightsStatus(travel.weights_epoch, None, None, None, None)
        self._in_force = graph.duration_ms
        self._builder = threading.Thread(target=self._serve, name="live-weights", daemon=True)
        self._builder.start()

    def put(self, measure: RoadMeasure) -> None:
        """Put a measure in force, in place of an older one of the same id. Raises `BadMeasure` for a foreign road."""
        if max(measure.stretches) >= self._graph.stretch_count or min(measure.stretches) < 0:
            raise BadMeasure(f"{measure.measure_id}: it names a road that this city does not have")
        with self._changed:
            self._measures[measure.measure_id] = measure

    def measures(self) -> list[RoadMeasure]:
        """Return every measure that was put and not lifted, those that are over included."""
        with self._changed:
            return list(self._measures.values())

    def lift(self, measure_id: str) -> bool:
        """Take a measure away; tell whether it was known."""
        with self._changed:
            return self._measures.pop(measure_id, None) is not None

    def learn(self, hour_factors: NDArray[np.float64], road_factors: NDArray[np.float64] | None = None) -> None:
        """Take other factors: float64[road classes, hours of the week], and float64[stretches] (None: all 1).

        All are finite and above 0, else ValueError. `geo.tracks.learned_speeds` makes both.
        """
        if hour_factors.shape != self._hour_factors.shape or not _are_factors(hour_factors):
            raise ValueError("hour factors must be one number above 0 for each road class and hour of the week")
        roads = np.ones(self._graph.stretch_count) if road_factors is None else road_factors.copy()
        if roads.shape != (self._graph.stretch_count,) or not _are_factors(roads):
            raise ValueError("road factors must be one number above 0 for each stretch of road")
        with self._changed:
            self._hour_factors, self._road_factors = hour_factors.copy(), roads

    def ask(self, at: datetime) -> None:
        """Ask for weights of a moment, and return at once; while one rebuild runs, only the last request waits.

        RuntimeError when the thread that rebuilds has ended: a broken program, not a failed rebuild.
        """
        if not self._builder.is_alive():
            raise RuntimeError("the thread that rebuilds weights has ended")
        with self._changed:
            self._wanted = at
            self._changed.notify_all()

    def settled(self, timeout_s: float) -> bool:
        """Wait until no rebuild is asked for or running; tell whether that came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._wanted is None, timeout_s)

    def next_change(self, after: datetime) -> datetime:
        """Return when other weights are due: a measure begins or ends, or the hour is over."""
        local = after.astimezone(CITY_TIME)
        hour = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        with self._changed:
            edges = [edge for measure in self._measures.values() for edge in (measure.begins, measure.ends)]
        return min([hour, *(edge for edge in edges if edge is not None and edge > after)])

    def status(self, at: datetime) -> WeightsStatus:
        """Return which weights answer, and how old they are at a moment."""
        status = self._status
        age_s = None if status.as_of is None else (at - status.as_of).total_seconds()
        return WeightsStatus(self._travel.weights_epoch, status.as_of, age_s, status.failed_at, status.failure)

    def close(self) -> None:
        """End the thread, after the rebuild it is in."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._builder.join()

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._wanted is not None)
                if self._closing:
                    return
                at, measures = self._wanted, list(self._measures.values())
                factors = self._hour_factors, self._road_factors
            if at is None:
                continue
            self._status = self._rebuilt(at, measures, *factors)
            with self._changed:
                if self._wanted is at:
                    self._wanted = None
                self._changed.notify_all()

    def _rebuilt(
        self,
        at: datetime,
        measures: Sequence[RoadMeasure],
        hour_factors: NDArray[np.float64],
        road_factors: NDArray[np.float64],
    ) -> WeightsStatus:
        try:
            duration_ms = durations_at(self._graph, hour_factors, measures, at, road_factors)
            if np.array_equal(duration_ms, self._in_force):
                return WeightsStatus(self._travel.weights_epoch, at, None, None, None)
            epoch = self._travel.reweight(duration_ms)
        except (ValueError, MemoryError) as failure:
            old = self._status
            reason = str(failure) or type(failure).__name__
            return WeightsStatus(old.epoch, old.as_of, None, old.failed_at or at, reason)
        self._in_force = duration_ms
        return WeightsStatus(epoch, at, None, None, None)


def _are_factors(numbers: NDArray[np.float64]) -> bool:
    return bool((np.isfinite(numbers) & (numbers > 0.0)).all())
