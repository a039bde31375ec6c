"""Cut matched tracks into drives: so many seconds on these arcs. Standing is cut out, with what it hides told.

A *span* runs over at least ``span_m`` of road; a *trip* over kilometres. Both lie in one unbroken piece of a track,
and in both nobody stands (below ``standing_mps`` for ``standing_s`` or more) or flies (above ``driven_mps_max``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.roads import RoadGraph
from geo.tracks.learning_rules import LearningRules
from geo.tracks.map_matching import MapMatcher, MatchedTrack


@dataclass(frozen=True, slots=True)
class Drives:
    """Drives, flat: drive i took ``elapsed_s[i]`` from ``began_s[i]`` over the arcs ``first[i]:first[i + 1]``.

    ``began_s`` are seconds since 1970 in UTC; ``arc`` int32 and ``share`` float64 (0 to 1) what was driven.
    """

    began_s: NDArray[np.float64]
    elapsed_s: NDArray[np.float64]
    first: NDArray[np.int64]
    arc: NDArray[np.int32]
    share: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse drives that took no time, or no number. Raises ValueError."""
        if not bool((np.isfinite(self.began_s) & np.isfinite(self.elapsed_s) & (self.elapsed_s > 0.0)).all()):
            raise ValueError("a drive takes a finite time above 0")
        if not bool(((self.share >= 0.0) & (self.share <= 1.0)).all()):
            raise ValueError("of an arc a drive takes a share from 0 to 1")

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.elapsed_s)

    @classmethod
    def joined(cls, some: Sequence["Drives"]) -> "Drives":
        """Return the drives of several, in their order."""
        before = np.cumsum([0, *(len(each.arc) for each in some)])
        first = [each.first[:-1] + more for each, more in zip(some, before, strict=False)]
        return cls(
            began_s=np.concatenate([np.empty(0), *(each.began_s for each in some)]),
            elapsed_s=np.concatenate([np.empty(0), *(each.elapsed_s for each in some)]),
            first=np.concatenate([np.empty(0, np.int64), *first, before[-1:]]).astype(np.int64),
            arc=np.concatenate([np.empty(0, np.int32), *(each.arc for each in some)]),
            share=np.concatenate([np.empty(0), *(each.share for each in some)]),
        )

    def chosen(self, keep: NDArray[np.bool_]) -> "Drives":
        """Return some of the drives."""
        pieces = np.repeat(keep, np.diff(self.first))
        first = np.concatenate([[0], np.cumsum(np.diff(self.first)[keep])]).astype(np.int64)
        return Drives(self.began_s[keep], self.elapsed_s[keep], first, self.arc[pieces], self.share[pieces])

    def touching(self, arcs: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell which drives use some arc of these."""
        owner = np.repeat(np.arange(self.count), np.diff(self.first))
        return np.asarray(np.bincount(owner, arcs[self.arc], self.count) > 0.0)

    def profile_s(self, graph: RoadGraph) -> NDArray[np.float64]:
        """Return the seconds that the profile gives each driven piece of an arc."""
        return self.share * graph.duration_ms[self.arc] / 1000.0


@dataclass(frozen=True, slots=True)
class Trip:
    """A drive of kilometres: from fix to fix of one track, ``metres`` as it was driven."""

    began_s: float
    elapsed_s: float
    metres: float
    start: tuple[int, float]
    end: tuple[int, float]


def drives_of(matcher: MapMatcher, tracks: Iterable[MatchedTrack], rules: LearningRules) -> Drives:
    """Return the spans of all tracks, each on the shortest ways between its fixes, as they were matched."""
    began, elapsed, first = [], [], [0]
    arcs: list[NDArray[np.int32]] = []
    shares: list[NDArray[np.float64]] = []
    for track in tracks:
        for span in _spans(track, rules):
            for one, other in pairwise(span):
                way = matcher.shortest(track.position(one), track.position(other))
                if way is not None:
                    arcs.append(way.arcs)
                    shares.append(way.shares)
            began.append(float(track.at_s[span[0]]))
            elapsed.append(float(track.at_s[span[-1]] - track.at_s[span[0]]))
            first.append(len(arcs))
    ends = np.cumsum([0, *map(len, arcs)])
    return Drives(
        began_s=np.array(began, dtype=np.float64),
        elapsed_s=np.array(elapsed, dtype=np.float64),
        first=ends[first].astype(np.int64),
        arc=np.concatenate([np.empty(0, np.int32), *arcs]),
        share=np.clip(np.concatenate([np.empty(0), *shares]), 0.0, 1.0),
    )


def _spans(track: MatchedTrack, rules: LearningRules) -> Iterator[list[int]]:
    """Yield the fixes of each span."""
    for run in _moving_runs(track, rules):
        span, metres = [run[0]], 0.0
        for nth in run[1:]:
            span.append(nth)
            metres += float(track.route_m[nth])
            if metres < rules.span_m:
                continue
            elapsed_s = float(track.at_s[nth] - track.at_s[span[0]])
            if metres / rules.driven_mps_max <= elapsed_s <= rules.span_s_max:
                yield span
            span, metres = [nth], 0.0


def _moving_runs(track: MatchedTrack, rules: LearningRules) -> Iterator[list[int]]:
    """Yield runs of matched fixes between which nobody stands."""
    for piece in track.pieces():
        gap_s, route_m = np.diff(track.at_s[piece]), track.route_m[piece[1:]]
        stands = (gap_s >= rules.standing_s) & (route_m < rules.standing_mps * gap_s)
        for run in np.split(piece, np.flatnonzero(stands) + 1):
            if len(run) > 1:
                yield run.tolist()


def trips_of(tracks: Iterable[MatchedTrack], lengths_m: Sequence[float], rules: LearningRules) -> list[Trip]:
    """Cut each run into trips that follow one another, of at least the road lengths in turn.

    Trips are cut by length, never by time: cut by time, the slow ones would all look short.
    """
    found: list[Trip] = []
    for track in tracks:
        for run in _moving_runs(track, rules):
            start, metres = run[0], 0.0
            for nth in run[1:]:
                metres += float(track.route_m[nth])
                if metres < lengths_m[len(found) % len(lengths_m)]:
                    continue
                began_s, elapsed_s = float(track.at_s[start]), float(track.at_s[nth] - track.at_s[start])
                if metres <= rules.driven_mps_max * elapsed_s:
                    found.append(Trip(began_s, elapsed_s, metres, track.position(start), track.position(nth)))
                start, metres = nth, 0.0
    return found
