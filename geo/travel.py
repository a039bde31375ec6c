"""Travel times by road: the one routing object that others use.

`TravelTimes` answers over one set of weights at a time; `reweight` publishes another by swapping one reference, so a
query sees the old weights or the new ones, never a mixture. Every answer excludes the way between a point and its road.
Times are exact: from junction to junction to the millisecond, from the middle of a road to a sixteenth of one.
"""

import math
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.chosen_roads import RoadChooser
from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex, UnitFix
from geo.hierarchy import TICKS_PER_MS
from geo.hierarchy_kernels import FAR
from geo.osm_import import RoadName
from geo.point import Point
from geo.prepared import PreparedRoads, Weighted
from geo.query_kernels import fill_matrix
from geo.questions import Ranking, RegionRanking, UnitSearch
from geo.reach import Reach, checked_minutes, reaches
from geo.reach_kernels import reach_arcs
from geo.region_units import first_over_region, set_off
from geo.roads import RoadGraph
from geo.route import Leg, Route, route_along
from geo.route_kernels import ARCS_MAX, NO_WAY, TOO_LONG, draw_way, find_way
from geo.snap import RoadIndex, Snap
from geo.turn_list import TurnStep, turn_list
from geo.uncertain import Disc, Outlook, Region, RegionAnswer, outlooks_of, positions_in, region_center

_TICKS_PER_S = 1000.0 * TICKS_PER_MS
_NOBODY = -1

# Different sets of centres that are asked for again and again: one per condition, with and without those on diversion.
CHOICES_KEPT = 64

# With a filter in Python, so many more units are looked at each time too few of them pass.
WIDER = 4


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a centre is reached, or a unit arrives; ``eta_s`` is None where no road leads there."""

    id: str
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class Way:
    """A way as arrays: arcs in driving order, its line (float64[points, 2]: lon, lat), and its shares.

    ``begin`` and ``end`` are the shares of the first and of the last arc where the way begins and ends.
    """

    duration_s: float
    arcs: NDArray[np.int32]
    begin: float
    end: float
    line: NDArray[np.float64]


class TravelTimes:
    """Exact travel times on the roads of one city. Safe for any number of reading threads."""

    def __init__(
        self,
        graph: RoadGraph,
        roads: RoadIndex,
        centers: Mapping[str, Point],
        road_names: Sequence[RoadName | None],
        order: NDArray[np.int32] | None = None,
    ) -> None:
        self.roads = roads
        self.chooser = RoadChooser(graph, roads, road_names)
        self._graph = graph
        self._road_names = road_names
        snapped = {center_id: roads.snap_if_near(point) for center_id, point in sorted(centers.items())}
        placed = {center_id: snap for center_id, snap in snapped.items() if snap is not None}
        self._center_ids = list(placed)
        self._roadless = [center_id for center_id, snap in snapped.items() if snap is None]
        self._prepared = PreparedRoads(graph, roads.compiled, list(placed.values()), order)
        self._weights = self._prepared.weighted(1, graph.duration_ms)
        self._rebuilding = threading.Lock()
        self._mine = _Kept()

    @classmethod
    def open(cls, pack: CityPack | Path) -> "TravelTimes":
        """Open a pack, or take an opened one. Raises `geo.pack_files.BadPack`."""
        city = pack if isinstance(pack, CityPack) else CityPack.open(pack)
        centers = {site.center_id: site.point for site in city.centers}
        travel = cls(city.graph, city.roads, centers, city.road_names, city.order)
        travel.warm()
        return travel

    def warm(self) -> None:
        """Load every kernel, or compile it at set-up, so that no dispatcher ever waits for it."""
        here = self._graph.node_point(0)
        fleet = FleetIndex(self.roads)
        at = datetime.fromtimestamp(0, UTC)
        fleet.move("one", here, at)
        fleet.move_many([UnitFix("other", here, at)])
        self.nearest(here, fleet)
        fleet.remove("one")
        self.rank(here)
        self.rank_region(Disc(here, 0.0))
        self.reach([here], [0.1])
        self.matrix([here], [here])
        self.route(here, self._graph.node_point(self._graph.node_count - 1))

    @property
    def weights_epoch(self) -> int:
        """Return the number of the weights in force; it grows with every `reweight`."""
        return self._weights.epoch

    @property
    def labelled_share(self) -> float:
        """Return the share of nodes that own a label: 1, but in a network too large for its memory."""
        return float(self._prepared.index.labelled.mean())

    def reweight(self, duration_ms: NDArray[np.int32]) -> int:
        """Publish other weights, int32 >= 1 per arc of the pack's graph, and return their epoch.

        `geo.hierarchy.CLOSED_MS` closes an arc. Queries go on with the old weights until the new ones are whole;
        ValueError leaves the old ones in force.
        """
        with self._rebuilding:
            self._weights = self._prepared.weighted(self._weights.epoch + 1, duration_ms)
            return self._weights.epoch

    def with_spare(self, weights: NDArray[np.int32], use: Callable[[Weighted], None]) -> None:
        """Lend the spare set, filled with other weights (lengths, say); ``use`` must not keep it. `reweight` waits."""
        with self._rebuilding:
            use(self._prepared.weighted(0, weights))

    def rank(self, at: Point, k: int | None = None, among: Collection[str] | None = None) -> list[Arrival]:
        """Return the centres by travel time from a point, nearest first, unreachable ones last.

        ``k`` keeps the first few; ``among`` names the centres that count. Raises `geo.snap.NoRoad`.
        """
        ranking = self._ranking_of(k, None if among is None else frozenset(among))
        count = ranking(at.lon, at.lat)
        if count < 0:
            raise self.roads.no_road(at)
        found = zip(ranking.columns[:count].tolist(), ranking.ticks[:count].tolist(), strict=True)
        arrivals = [Arrival(self._center_ids[column], _seconds(ticks)) for column, ticks in found]
        roadless = [center_id for center_id in self._roadless if among is None or center_id in among]
        if not roadless:
            return arrivals  # columns are in the order of their ids, so equal times are, too
        return nearest_first([*arrivals, *(Arrival(center_id, None) for center_id in roadless)])[:k]

    def nearest(
        self,
        at: Point,
        fleet: FleetIndex,
        k: int | None = None,
        accept: Callable[[str], bool] | None = None,
        wanted: int = 0,
    ) -> list[Arrival]:
        """Return the units by travel time to a point, nearest first, those without a way last.

        ``k`` keeps the first few. Only units with all ``wanted`` traits (`FleetIndex.tell_traits`: crew level,
        equipment, status) that ``accept`` takes count; traits cost nothing. Raises `geo.snap.NoRoad`.
        """
        known = fleet.size
        most = known if k is None else min(k, known)
        reached = self._reached(at, fleet, most, known, accept, wanted)
        arrivals = nearest_first(Arrival(unit_id, eta_s) for unit_id, eta_s in reached.items())[:most]
        if len(arrivals) < most:
            others = [unit_id for unit_id in fleet.ids(wanted) if unit_id not in reached]
            left = sorted(unit_id for unit_id in others if accept is None or accept(unit_id))
            arrivals += [Arrival(unit_id, None) for unit_id in left[: most - len(arrivals)]]
        return arrivals

    def rank_region(self, region: Region, k: int | None = None, among: Collection[str] | None = None) -> RegionAnswer:
        """Return the centres by expected time when the place is only known as a region. See `geo.uncertain`.

        A disc of radius 0 answers as `rank` does. Raises `geo.snap.NoRoad` when no position has a road.
        """
        positions = positions_in(region)
        ranking = self._region_ranking_of(None if among is None else frozenset(among))
        placed = ranking(positions)
        if not placed:
            raise self.roads.no_road(region_center(region))
        ids, sums = self._center_ids, ranking.sums
        if among is not None:
            counted = np.array([center_id in among for center_id in ids], dtype=np.bool_)
            ids, sums = [center_id for center_id in ids if center_id in among], sums.among(counted)
        outlooks = outlooks_of(ids, sums, placed, len(ids) if k is None else k)
        roadless = [center_id for center_id in self._roadless if among is None or center_id in among]
        nowhere = tuple(Outlook(center_id, None, None, 0.0, 0.0) for center_id in roadless)
        return RegionAnswer(
            outlooks=(*outlooks, *nowhere)[:k],
            choice_changes=int(np.count_nonzero(sums.first)) > 1,
            positions=len(positions),
            roadless_share=1.0 - placed / len(positions),
        )

    def nearest_region(  # noqa: PLR0913 - a question with all its filters
        self,
        region: Region,
        fleet: FleetIndex,
        k: int | None = None,
        accept: Callable[[str], bool] | None = None,
        wanted: int = 0,
        *,
        delay_s: Callable[[str], float] | None = None,
    ) -> RegionAnswer:
        """Return the units by expected time to a region, among those with a road. See `geo.uncertain`.

        ``accept`` and ``wanted`` as in `nearest`; ``delay_s`` >= 0 tells after how many seconds a unit sets off, which
        its times then include. Raises `geo.snap.NoRoad` when no position has a road.
        """
        positions = [Point(lon, lat) for lon, lat in positions_in(region).tolist()]
        placed = [(point, snap) for point in positions if (snap := self.roads.snap_if_near(point)) is not None]
        if not placed:
            raise self.roads.no_road(region_center(region))
        weights, ends = self._weights, _positions([snap for _, snap in placed])

        def listed(position: int, count: int) -> list[tuple[str, float | None]]:
            near = self.nearest(placed[position][0], fleet, count, accept, wanted)
            return [(arrival.id, arrival.eta_s) for arrival in near]

        def times(unit_ids: Sequence[str]) -> NDArray[np.uint32]:
            stretch, fraction, junction = fleet.places(unit_ids)
            on_road = stretch >= 0
            between = np.empty((int(on_road.sum()), len(placed)), np.uint32)
            fill_matrix(weights.address, stretch[on_road], fraction[on_road], junction[on_road], *ends, between)
            ticks = np.full((len(unit_ids), len(placed)), FAR, np.uint32)
            ticks[on_road] = between
            return ticks if delay_s is None else set_off(ticks, [delay_s(unit_id) for unit_id in unit_ids])

        units = sorted(each for each in fleet.ids(wanted) if accept is None or accept(each))
        most = len(units) if k is None else min(k, len(units))
        outlooks, firsts = first_over_region(len(placed), units, listed, times, most)
        return RegionAnswer(
            outlooks=outlooks,
            choice_changes=len({*firsts} - {None}) > 1,
            positions=len(positions),
            roadless_share=1.0 - len(placed) / len(positions),
            firsts=tuple((at, unit) for (at, _), unit in zip(placed, firsts, strict=True) if unit is not None),
        )

    def ranking(self, k: int | None = None, among: Collection[str] | None = None) -> Ranking:
        """Prepare `rank` for one thread that asks often; its columns are those of `center_ids`."""
        most = len(self._center_ids)
        counts = [among is None or center_id in among for center_id in self._center_ids]
        return Ranking(self._in_force, counts, most if k is None else min(k, most))

    def unit_search(self, fleet: FleetIndex, k: int, wanted: int = 0) -> UnitSearch:
        """Prepare `nearest` for one thread that asks often, among the units with all ``wanted`` traits."""
        return UnitSearch(self._in_force, partial(fleet.placed_on, self._prepared), k, wanted)

    @property
    def center_ids(self) -> tuple[str, ...]:
        """Return the centres that have a road, in the order of the columns."""
        return tuple(self._center_ids)

    @property
    def graph(self) -> RoadGraph:
        """Return the roads."""
        return self._graph

    @property
    def weights(self) -> Weighted:
        """Return the weights in force; kernels may read them for as long as the caller keeps them."""
        return self._weights

    def matrix(self, sources: Sequence[Point], targets: Sequence[Point]) -> NDArray[np.float64]:
        """Return seconds from every source to every target: float64[sources, targets], inf where unreachable.

        Raises `geo.snap.NoRoad` for the first point without a road.
        """
        weights = self._weights
        starts, ends = [self.roads.snap(point) for point in sources], [self.roads.snap(point) for point in targets]
        ticks = np.empty((len(starts), len(ends)), np.uint32)
        fill_matrix(weights.address, *_positions(starts), *_positions(ends), ticks)
        return np.where(ticks >= FAR, np.inf, ticks / _TICKS_PER_S)

    def route(self, a: Point, b: Point) -> Route | None:
        """Return the fastest way from a to b with its geometry; None when there is none. Raises `geo.snap.NoRoad`."""
        start, end, weights = self.roads.snap(a), self.roads.snap(b), self._weights
        way = self._way(weights, start, end)
        if way is None:
            return None
        legs = [Leg(arc, 0.0, 1.0) for arc in way.arcs.tolist()]
        if legs:
            legs[0] = legs[0]._replace(begin=way.begin)
            legs[-1] = legs[-1]._replace(end=way.end)
        line = [start.point, *(Point(lon, lat) for lon, lat in way.line.tolist())]
        return route_along(self._graph, weights.duration_ms, (start, end), legs, line)

    def turn_list(self, route: Route) -> tuple[TurnStep, ...]:
        """Return what the crew is told on a route of these roads. See `geo.turn_list`."""
        return turn_list(self._graph, self._road_names, route)

    def reach(self, starts: Sequence[Point], minutes: Sequence[float]) -> list[Reach]:
        """Return what is reached within each number of minutes from the nearest of some places. See `geo.reach`.

        Raises `geo.snap.NoRoad` for the first place without a road, and `BadReach`.
        """
        limits = checked_minutes(minutes)
        snaps = [self.roads.snap(start) for start in starts]
        return reaches(self._graph, *self.entered(snaps), snaps, limits)

    def entered(self, starts: Sequence[Snap]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return when both arcs of each stretch can be entered, and how long they take: uint32[stretches, 2] ticks."""
        weights, entered = self._weights, np.empty((self._graph.stretch_count, 2), np.uint32)
        reach_arcs(weights.address, *_positions(starts), entered)
        return entered, weights.buffers.ticks.copy()  # the weights may be replaced while somebody draws areas

    def way(self, a: Point, b: Point) -> Way | None:
        """Return the fastest way as arrays: what `route` tells, without its words. Raises `geo.snap.NoRoad`."""
        return self._way(self._weights, self.roads.snap(a), self.roads.snap(b))

    def _way(self, weights: Weighted, start: Snap, end: Snap) -> Way | None:
        arcs = self._mine.arcs
        count, over_ticks = find_way(weights.address, *_place(start), *_place(end), arcs)
        if count == TOO_LONG:
            raise ValueError(f"the fastest way has more than {ARCS_MAX} arcs")
        ticks = float(over_ticks)
        straight, its_ticks = self._straight(weights, start, end)
        if straight is not None and its_ticks <= ticks:
            arcs[0], count, ticks = straight, 1, its_ticks
        if count == NO_WAY:
            return None
        driven = arcs[:count].copy()
        begin = self._share(driven[0], start) if count and start.junction is None else 0.0
        finish = self._share(driven[-1], end) if count and end.junction is None else 1.0
        line = draw_way(weights.address, driven, count, begin, finish)
        return Way(ticks / _TICKS_PER_S, driven, begin, finish, line)

    def _straight(self, weights: Weighted, start: Snap, end: Snap) -> tuple[int | None, float]:
        """Return the arc on which one drives straight on from start to end, and the ticks; None where one cannot."""
        if start.junction is not None or end.junction is not None or start.stretch != end.stretch:
            return None, math.inf
        ways = [
            ((self._share(arc, end) - self._share(arc, start)) * int(weights.buffers.ticks[start.stretch, side]), arc)
            for side, arc in enumerate(
                (self._graph.forward_arc[start.stretch], self._graph.backward_arc[start.stretch])
            )
            if arc >= 0
            and weights.buffers.ticks[start.stretch, side] < FAR
            and self._share(arc, start) <= self._share(arc, end)
        ]
        if not ways:
            return None, math.inf
        ticks, arc = min(ways)
        return int(arc), float(np.floor(ticks + 0.5))

    def _share(self, arc: int, snap: Snap) -> float:
        """Return which share of the arc lies before the position, 0 to 1."""
        return snap.fraction if self._graph.arc_forward[arc] else 1.0 - snap.fraction

    def _reached(  # noqa: PLR0913, PLR0917 - a question with all its filters
        self,
        at: Point,
        fleet: FleetIndex,
        most: int,
        known: int,
        accept: Callable[[str], bool] | None,
        wanted: int,
    ) -> dict[str, float]:
        """Return the seconds of the first units that a road leads from; of more, if ``accept`` refuses some."""
        looked_at = most
        while True:
            search = self.unit_search(fleet, looked_at, wanted)
            count = search(at.lon, at.lat)
            if count < 0:
                raise self.roads.no_road(at)
            found = zip(search.slots[:count].tolist(), search.ticks[:count].tolist(), strict=True)
            seconds = {fleet.id_at(slot): ticks / _TICKS_PER_S for slot, ticks in found if ticks < FAR}
            passing = {unit_id: eta_s for unit_id, eta_s in seconds.items() if accept is None or accept(unit_id)}
            if len(passing) >= most or looked_at >= known:
                return passing
            looked_at = min(known, WIDER * looked_at)

    def _ranking_of(self, k: int | None, among: frozenset[str] | None) -> Ranking:
        """Return this thread's own question for a choice of centres."""
        mine = self._mine.rankings
        ranking = mine.get((k, among))
        if ranking is None:
            if len(mine) >= CHOICES_KEPT:
                mine.clear()
            ranking = mine[k, among] = self.ranking(k, among)
        return ranking

    def _region_ranking_of(self, among: frozenset[str] | None) -> RegionRanking:
        """Return this thread's own question about regions for a choice of centres."""
        mine = self._mine.region_rankings
        ranking = mine.get(among)
        if ranking is None:
            if len(mine) >= CHOICES_KEPT:
                mine.clear()
            counts = [among is None or center_id in among for center_id in self._center_ids]
            ranking = mine[among] = RegionRanking(self._in_force, counts)
        return ranking

    def _in_force(self) -> Weighted:
        return self._weights


class _Kept(threading.local):
    """The questions of one thread, and its place for the arcs of a way."""

    def __init__(self) -> None:
        self.rankings: dict[tuple[int | None, frozenset[str] | None], Ranking] = {}
        self.region_rankings: dict[frozenset[str] | None, RegionRanking] = {}
        self.arcs = np.empty(ARCS_MAX, np.int32)


def _seconds(ticks: int) -> float | None:
    return ticks / _TICKS_PER_S if ticks < FAR else None


def nearest_first(arrivals: Iterable[Arrival]) -> list[Arrival]:
    """Sort by time, those without a way last, equal ones by id."""
    return sorted(arrivals, key=lambda arrival: (math.inf if arrival.eta_s is None else arrival.eta_s, arrival.id))


def _place(snap: Snap) -> tuple[int, float, int]:
    return snap.stretch, snap.fraction, _NOBODY if snap.junction is None else snap.junction


def _positions(snaps: Sequence[Snap]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Lay positions out as kernels want them: stretches, fractions, junctions (-1 in the middle of a stretch)."""
    places = [_place(snap) for snap in snaps]
    return (
        np.array([stretch for stretch, _, _ in places], dtype=np.int64),
        np.array([fraction for _, fraction, _ in places], dtype=np.float64),
        np.array([junction for _, _, junction in places], dtype=np.int64),
    )
