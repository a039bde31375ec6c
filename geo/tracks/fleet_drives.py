"""The fleet's own recent drives: its fixes on runs, kept until they are matched, and the drives that they became.

Everything is bounded: fixes of a unit, tracks that wait, drives. Nothing outlives a restart: what is not known has no
factor, and an hour later it is learned again.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.prepared import Weighted
from geo.roads import RoadGraph
from geo.tracks.drives import Drives, drives_of
from geo.tracks.learning_rules import LearningRules
from geo.tracks.map_matching import MapMatcher, length_cm
from geo.travel import TravelTimes

# Of one unit between two rounds of learning: half an hour at one in ten seconds, older ones fall out.
FIXES_KEPT = 180

# Runs that ended and wait to be matched: so many end in five minutes nowhere; older ones fall out.
TRACKS_WAITING = 4_096

# A round that holds more fixes than this is cut into several, so that a closure never waits long for the roads.
FIXES_AT_ONCE = 2_048

# Drives of the last hour: a kilometre each, so five hundred units that drive without a pause.
DRIVES_KEPT = 20_000

Fix = tuple[float, float, float]  # longitude and latitude in WGS-84, seconds since 1970


@dataclass(frozen=True, slots=True)
class RunTrack:
    """The fixes of one unit on one leg of a run."""

    unit_id: str
    leg: str
    fixes: Sequence[Fix]


@dataclass(frozen=True, slots=True)
class _Open:
    leg: str
    fixes: deque[Fix]


class RunTracks:
    """Fixes of units on runs, until they are learned from. For one thread."""

    def __init__(self, fix_every_s: float) -> None:
        self._every_s = fix_every_s
        self._open: dict[str, _Open] = {}
        self._ended: deque[RunTrack] = deque(maxlen=TRACKS_WAITING)

    def note(self, unit_id: str, leg: str | None, fix: Fix) -> None:
        """Take a fix of a leg of a run, None for a unit on none; one too soon after the last is not kept."""
        known = self._open.get(unit_id)
        if known is None or known.leg != leg:
            self._end(unit_id)
            if leg is not None:
                self._open[unit_id] = _Open(leg, deque([fix], maxlen=FIXES_KEPT))
        elif fix[2] >= known.fixes[-1][2] + self._every_s:
            known.fixes.append(fix)

    def take(self) -> list[RunTrack]:
        """Return what was driven; legs that ended are taken out, the others stay until `learned` says how far."""
        taken = [*self._ended, *(RunTrack(unit, row.leg, tuple(row.fixes)) for unit, row in self._open.items())]
        self._ended.clear()
        return [track for track in taken if len(track.fixes) > 1]

    def learned(self, track: RunTrack, until_s: float) -> None:
        """Forget the fixes of an open leg before a moment: they have become drives."""
        known = self._open.get(track.unit_id)
        if known is None or known.leg != track.leg:
            return
        while len(known.fixes) > 1 and known.fixes[0][2] < until_s:
            known.fixes.popleft()

    def _end(self, unit_id: str) -> None:
        ended = self._open.pop(unit_id, None)
        if ended is not None:
            self._ended.append(RunTrack(unit_id, ended.leg, tuple(ended.fixes)))


def slices(tracks: Sequence[RunTrack]) -> Iterator[list[RunTrack]]:
    """Cut tracks into lots of about `FIXES_AT_ONCE` fixes."""
    lot: list[RunTrack] = []
    fixes = 0
    for track in tracks:
        if lot and fixes + len(track.fixes) > FIXES_AT_ONCE:
            yield lot
            lot, fixes = [], 0
        lot.append(track)
        fixes += len(track.fixes)
    if lot:
        yield lot


def drives_on(matcher: MapMatcher, track: RunTrack, rules: LearningRules) -> Drives:
    """Match one track and cut it into drives."""
    lon, lat, at_s = np.array(track.fixes, dtype=np.float64).T
    return drives_of(matcher, [matcher.match(lon, lat, at_s)], rules)


def warm_matching(travel: TravelTimes) -> None:
    """Load the kernels of matching, or compile them at set-up, so that no server ever does that beside its callers."""

    def match(lengths: Weighted) -> None:
        matcher = MapMatcher(lengths)
        here = travel.graph.node_point(0)
        matched = matcher.match(np.array([here.lon]), np.array([here.lat]), np.zeros(1))
        if len(matched.pieces()):
            matcher.shortest(matched.position(0), matched.position(0))

    travel.with_spare(length_cm(travel.graph), match)


class RecentDrives:
    """The drives of the last ``recent_s``. For one thread at a time."""

    def __init__(self, graph: RoadGraph, rules: LearningRules) -> None:
        self._graph = graph
        self._rules = rules
        self._drives = Drives.joined([])

    @property
    def drives(self) -> Drives:
        """Return them all."""
        return self._drives

    def add(self, new: Sequence[Drives], measured: NDArray[np.bool_], now_s: float) -> None:
        """Take new drives and forget the old ones.

        ``measured`` bool[stretches]: roads that somebody has closed or slowed by hand. What a drive over one of them
        took is what that person has said already, and would count twice.
        """
        fresh = Drives.joined(new)
        fresh = fresh.chosen(~fresh.touching(measured[self._graph.arc_stretch]))
        both = Drives.joined([self._drives, fresh])
        recent = both.chosen(both.began_s + both.elapsed_s >= now_s - self._rules.recent_s)
        newest = np.arange(recent.count) >= recent.count - DRIVES_KEPT
        self._drives = recent.chosen(newest)
