"""How wrong arrival times are: trips of held-out tracks against the profile's and against learned speeds.

A trip's prediction is the fastest way's time at the hour in which it began. A *direct* trip was driven on at most
``detour_max`` times the road of that way: the others cruised, and their time says nothing of an estimate.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import msgspec
import numpy as np
from numpy.typing import NDArray

from geo.live_weights import CITY_TIME, durations_at
from geo.prepared import PreparedRoads, Weighted
from geo.tracks.drives import Trip
from geo.tracks.learned_speeds import LearnedSpeeds, band_of
from geo.tracks.learning_rules import LearningRules
from geo.tracks.map_matching import way_over

# The lengths that a dispatch drives: from round the corner to across the city, in turn.
TRIP_LENGTHS_M = (800.0, 1500.0, 2500.0, 4000.0, 6000.0, 9000.0)

# Trips are told apart by their estimate, for that is what is known when one asks how far it can be trusted.
ETA_BANDS_S = ((0.0, 300.0), (300.0, 600.0), (600.0, 1200.0), (1200.0, np.inf))


@dataclass(frozen=True, slots=True)
class Predicted:
    """Trips with their estimates, one entry each; times in seconds, ``band`` of `geo.tracks.learned_speeds.band_of`."""

    band: NDArray[np.int64]
    elapsed_s: NDArray[np.float64]
    profile_s: NDArray[np.float64]
    learned_s: NDArray[np.float64]
    detour: NDArray[np.float64]

    def of(self, which: NDArray[np.bool_]) -> "Predicted":
        """Return some of the trips."""
        times = (self.elapsed_s[which], self.profile_s[which], self.learned_s[which])
        return Predicted(self.band[which], *times, self.detour[which])


class ErrorRow(msgspec.Struct, frozen=True):
    """How wrong one kind of estimate was for some trips.

    ``bias`` is the median of (estimate - driven) / driven: below 0 the estimate is too short. ``ratio_p10`` to
    ``ratio_p90`` are of driven / estimate. None where there are no trips.
    """

    trips: int
    median_abs_s: float | None
    p90_abs_s: float | None
    median_abs_share: float | None
    bias: float | None
    ratio_p10: float | None
    ratio_p50: float | None
    ratio_p90: float | None


class Comparison(msgspec.Struct, frozen=True):
    """The same trips by the profile's speeds and by the learned ones."""

    profile: ErrorRow
    learned: ErrorRow


def predict(prepared: PreparedRoads, trips: Sequence[Trip], learned: LearnedSpeeds, rules: LearningRules) -> Predicted:
    """Estimate every trip; those shorter than a second or without a way are left out, those too fast to be, too."""
    graph = prepared.graph
    profile = prepared.weighted(1, graph.duration_ms)
    hour_factors, road_factors = learned.hour_factors(), learned.road_factors(graph)
    rows: list[tuple[float, float, float, float, float]] = []
    hours = sorted((_hour(trip.began_s), nth) for nth, trip in enumerate(trips))
    for began, same in groupby(hours, key=lambda each: each[0]):
        weights = prepared.weighted(2, durations_at(graph, hour_factors, (), began, road_factors))
        rows += [
            row for _, nth in same if (row := _estimate(prepared, profile, weights, trips[nth], rules)) is not None
        ]
    columns = np.array(rows, dtype=np.float64).reshape(-1, 5).T.copy()
    return Predicted(band_of(columns[0]), columns[1], columns[2], columns[3], columns[4])


def _estimate(
    prepared: PreparedRoads, profile: Weighted, learned: Weighted, trip: Trip, rules: LearningRules
) -> tuple[float, float, float, float, float] | None:
    graph = prepared.graph
    way, slow = way_over(profile, trip.start, trip.end), way_over(learned, trip.start, trip.end)
    if way is None or slow is None or way.weight < 1000.0:  # noqa: PLR2004 - a second in milliseconds
        return None
    metres = float((way.shares * graph.length_m[graph.arc_stretch[way.arcs]]).sum())
    if metres > rules.driven_mps_max * trip.elapsed_s:
        return None
    return trip.began_s, trip.elapsed_s, way.weight / 1000.0, slow.weight / 1000.0, trip.metres / metres


def _hour(began_s: float) -> datetime:
    """Return the beginning of the hour on the city's clock: what learned speeds tell apart."""
    return datetime.fromtimestamp(began_s, UTC).astimezone(CITY_TIME).replace(minute=0, second=0, microsecond=0)


def error_row(elapsed_s: NDArray[np.float64], estimated_s: NDArray[np.float64]) -> ErrorRow:
    """Compare estimates with what was driven, float64[n] each."""
    if not len(elapsed_s):
        return ErrorRow(0, None, None, None, None, None, None, None)
    wrong_s = estimated_s - elapsed_s
    p10, p50, p90 = (round(float(each), 3) for each in np.quantile(elapsed_s / estimated_s, [0.1, 0.5, 0.9]))
    return ErrorRow(
        trips=len(elapsed_s),
        median_abs_s=round(float(np.median(np.abs(wrong_s))), 1),
        p90_abs_s=round(float(np.quantile(np.abs(wrong_s), 0.9)), 1),
        median_abs_share=round(float(np.median(np.abs(wrong_s) / elapsed_s)), 3),
        bias=round(float(np.median(wrong_s / elapsed_s)), 3),
        ratio_p10=p10,
        ratio_p50=p50,
        ratio_p90=p90,
    )


def compare(trips: Predicted) -> Comparison:
    """Set both estimates of the same trips side by side."""
    return Comparison(error_row(trips.elapsed_s, trips.profile_s), error_row(trips.elapsed_s, trips.learned_s))


def direct(trips: Predicted, rules: LearningRules) -> Predicted:
    """Return the trips that went straight where they ended."""
    return trips.of(trips.detour <= rules.detour_max)


def by_hour(trips: Predicted) -> dict[int, Comparison]:
    """Return a comparison for each hour of the day, city time, that has trips."""
    hours = trips.band % 24
    return {int(hour): compare(trips.of(hours == hour)) for hour in np.unique(hours)}


def by_eta(
    trips: Predicted, estimate_of: Callable[[Predicted], NDArray[np.float64]]
) -> list[tuple[tuple[float, float], ErrorRow]]:
    """Return how wrong one kind of estimate is in each of `ETA_BANDS_S`, banded by that estimate itself."""
    estimated_s = estimate_of(trips)
    rows = []
    for low_s, high_s in ETA_BANDS_S:
        inside = (estimated_s >= low_s) & (estimated_s < high_s)
        rows.append(((low_s, high_s), error_row(trips.elapsed_s[inside], estimated_s[inside])))
    return rows
