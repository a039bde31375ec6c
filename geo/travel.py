"""Travel times by road: the one routing object that others use.

`TravelTimes` answers over one set of weights at a time; `reweight` publishes another by swapping one reference, so a
query sees the old weights or the new ones, never a mixture. Every answer excludes the way between a point and its road.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex
from geo.osm_import import RoadName
from geo.point import Point
from geo.roads import RoadGraph
from geo.route import Leg, Route, route_along
from geo.search import SearchGraph, Seeds
from geo.snap import NoRoad, RoadIndex, Snap

_MS_PER_S = 1000.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a centre is reached, or a unit arrives; ``eta_s`` is None where no road leads there."""

    id: str
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class _Weights:
    """One published set of weights, and what was prepared for it."""

    epoch: int
    search: SearchGraph
    center_arrivals: Seeds


class TravelTimes:
    """Exact travel times on the roads of one city. Safe for any number of reading threads."""

    def __init__(
        self,
        graph: RoadGraph,
        roads: RoadIndex,
        centers: Mapping[str, Point],
        road_names: Sequence[RoadName | None],
    ) -> None:
        self.roads = roads
        self._graph = graph
        self._road_names = road_names
        snapped = {center_id: _snapped(roads, point) for center_id, point in centers.items()}
        self._centers = [(center_id, snap) for center_id, snap in snapped.items() if snap is not None]
        self._roadless = [center_id for center_id, snap in snapped.items() if snap is None]
        self._weights = self._weighed(1, graph.duration_ms)

    @classmethod
    def open(cls, pack: CityPack | Path) -> "TravelTimes":
        """Open a pack, or take an opened one. Raises `geo.pack_files.BadPack`."""
        city = pack if isinstance(pack, CityPack) else CityPack.open(pack)
        return cls(city.graph, city.roads, {site.center_id: site.point for site in city.centers}, city.road_names)

    @property
    def weights_epoch(self) -> int:
        """Return the number of the weights in force; it grows with every `reweight`."""
        return self._weights.epoch

    def reweight(self, duration_ms: NDArray[np.int32]) -> int:
        """Publish other weights, int32 >= 1 per arc of the pack's graph, and return their epoch."""
        if duration_ms.shape != self._graph.duration_ms.shape or int(duration_ms.min()) < 1:
            raise ValueError("weights must be one duration of at least 1 ms for each arc")
        self._weights = self._weighed(self._weights.epoch + 1, duration_ms)
        return self._weights.epoch

    def rank(self, at: Point, k: int | None = None, among: Collection[str] | None = None) -> list[Arrival]:
        """Return the centres by travel time from a point, nearest first, unreachable ones last.

        ``k`` keeps the first few; ``among`` names the centres that count. Raises `geo.snap.NoRoad`.
        """
        weights, start = self._weights, self.roads.snap(at)
        times_ms = weights.center_arrivals.best(weights.search.times_from(start))
        arrivals = [
            _arrival(center_id, float(time_ms), weights.search.along_ms(start, snap))
            for (center_id, snap), time_ms in zip(self._centers, times_ms, strict=True)
            if among is None or center_id in among
        ]
        arrivals += [Arrival(center_id, None) for center_id in self._roadless if among is None or center_id in among]
        return _nearest_first(arrivals)[:k]

    def nearest(
        self, at: Point, fleet: FleetIndex, k: int | None = None, accept: Callable[[str], bool] | None = None
    ) -> list[Arrival]:
        """Return the units by travel time to a point, nearest first, those without a way last.

        ``k`` keeps the first few; ``accept`` tells which units count. Raises `geo.snap.NoRoad`.
        """
        weights, end = self._weights, self.roads.snap(at)
        fixes = [fix for fix in fleet.fixes() if accept is None or accept(fix.unit_id)]
        placed = [(fix.unit_id, fix.snap) for fix in fixes if fix.snap is not None]
        departures = Seeds.of(weights.search.departures(snap) for _, snap in placed)
        times_ms = departures.best(weights.search.times_to(end))
        arrivals = [
            _arrival(unit_id, float(time_ms), weights.search.along_ms(snap, end))
            for (unit_id, snap), time_ms in zip(placed, times_ms, strict=True)
        ]
        arrivals += [Arrival(fix.unit_id, None) for fix in fixes if fix.snap is None]
        return _nearest_first(arrivals)[:k]

    def matrix(self, sources: Sequence[Point], targets: Sequence[Point]) -> NDArray[np.float64]:
        """Return seconds from every source to every target: float64[sources, targets], inf where unreachable.

        Raises `geo.snap.NoRoad` for the first point without a road.
        """
        search = self._weights.search
        starts, ends = [self.roads.snap(point) for point in sources], [self.roads.snap(point) for point in targets]
        departures, arrivals = [search.departures(snap) for snap in starts], [search.arrivals(snap) for snap in ends]
        if len(starts) <= len(ends):
            times_ms = search.best_from(departures, Seeds.of(arrivals))
        else:
            times_ms = search.best_to(arrivals, Seeds.of(departures)).T
        for row, column in _on_one_stretch(starts, ends):
            times_ms[row, column] = min(times_ms[row, column], search.along_ms(starts[row], ends[column]))
        return times_ms / _MS_PER_S

    def route(self, a: Point, b: Point) -> Route | None:
        """Return the fastest way from a to b with its geometry; None when there is none. Raises `geo.snap.NoRoad`."""
        search, start, end = self._weights.search, self.roads.snap(a), self.roads.snap(b)
        straight_ms = search.along_ms(start, end)
        path = search.path(search.departures(start), search.arrivals(end))
        if path is not None and path.duration_ms < straight_ms:
            legs = [
                *(
                    [Leg(path.departure.arc, search.share(path.departure.arc, start), 1.0)]
                    if start.junction is None
                    else []
                ),
                *(Leg(arc, 0.0, 1.0) for arc in path.arcs),
                *([Leg(path.arrival.arc, 0.0, search.share(path.arrival.arc, end))] if end.junction is None else []),
            ]
            return route_along(search, self._road_names, (start, end), legs, path.duration_ms)
        straight = search.along(start, end)
        if straight is None:
            return None
        leg = Leg(straight.arc, search.share(straight.arc, start), search.share(straight.arc, end))
        return route_along(search, self._road_names, (start, end), [leg], straight.offset_ms)

    def _weighed(self, epoch: int, duration_ms: NDArray[np.int32]) -> _Weights:
        search = SearchGraph(self._graph, duration_ms)
        return _Weights(epoch, search, Seeds.of(search.arrivals(snap) for _, snap in self._centers))


def _snapped(roads: RoadIndex, point: Point) -> Snap | None:
    try:
        return roads.snap(point)
    except NoRoad:
        return None


def _arrival(of: str, searched_ms: float, straight_ms: float) -> Arrival:
    time_ms = min(searched_ms, straight_ms)
    return Arrival(of, time_ms / _MS_PER_S if np.isfinite(time_ms) else None)


def _nearest_first(arrivals: Iterable[Arrival]) -> list[Arrival]:
    return sorted(arrivals, key=lambda arrival: (np.inf if arrival.eta_s is None else arrival.eta_s, arrival.id))


def _on_one_stretch(starts: Sequence[Snap], ends: Sequence[Snap]) -> Iterable[tuple[int, int]]:
    """Yield the pairs of positions in the middle of one stretch: between them one may drive straight on."""
    ends_on = defaultdict(list)
    for column, end in enumerate(ends):
        if end.junction is None:
            ends_on[end.stretch].append(column)
    for row, start in enumerate(starts):
        if start.junction is None:
            yield from ((row, column) for column in ends_on.get(start.stretch, ()))
