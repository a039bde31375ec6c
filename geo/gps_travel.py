"""Travel times from and to where a receiver says one is: the best over the few roads that it may mean.

Only who says that a position is a receiver's (`GpsPoint`) gets the best over candidates. A plain `Point` keeps its one
place on the road, so the answers of `TravelTimes` stay those of the exported graph, to the millisecond.
"""

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from geo.fleet_index import FleetIndex
from geo.gps_point import GpsPoint, RoadChoice, road_choices
from geo.hierarchy import TICKS_PER_MS
from geo.hierarchy_kernels import FAR
from geo.point import Point
from geo.query_kernels import fill_matrix
from geo.route import Route
from geo.snap import Snap
from geo.travel import Arrival, TravelTimes, nearest_first
from geo.uncertain_kernels import BOTH, rank_from_choices

_TICKS_PER_S = 1000.0 * TICKS_PER_MS


class GpsTravel:
    """`TravelTimes` for positions of receivers. Safe for any number of threads."""

    def __init__(self, travel: TravelTimes) -> None:
        self._travel = travel
        self.rank(GpsPoint(travel.graph.node_point(0), 0.0))  # loads the kernel: nobody waits for it later

    def choices(self, at: GpsPoint) -> list[RoadChoice]:
        """Return the places where a receiver may be. Raises `geo.snap.NoRoad`."""
        return road_choices(self._travel.roads, self._travel.graph, at)

    def rank(self, at: GpsPoint, k: int | None = None, among: Collection[str] | None = None) -> list[Arrival]:
        """Return the centres by the least time over the places, as `TravelTimes.rank` does."""
        choices, ids = self.choices(at), self._travel.center_ids
        rows = np.array([(each.snap.stretch, _junction(each.snap), each.sides) for each in choices], dtype=np.int32)
        fractions = np.array([each.snap.fraction for each in choices])
        barred = np.array([0 if among is None or each in among else 0xFFFFFFFF for each in ids], dtype=np.uint32)
        every, least, chosen = (np.empty(len(ids), kind) for kind in (np.uint32, np.uint32, np.int32))
        filled = (array.ctypes.data for array in (barred, every, least, chosen))
        weights = self._travel.weights
        rank_from_choices(weights.address, rows.ctypes.data, fractions.ctypes.data, len(choices), *filled)
        counted = np.flatnonzero(barred == 0).tolist()
        roadless = [each for each in self._travel.roadless_ids if among is None or each in among]
        arrivals = [Arrival(ids[column], _seconds(int(least[column]))) for column in counted]
        return nearest_first([*arrivals, *(Arrival(each, None) for each in roadless)])[:k]

    def nearest(
        self,
        at: GpsPoint,
        fleet: FleetIndex,
        k: int | None = None,
        accept: Callable[[str], bool] | None = None,
        wanted: int = 0,
    ) -> list[Arrival]:
        """Return the units by the least time to any of the places, as `TravelTimes.nearest` does."""
        ends = [choice.snap for choice in self.choices(at)]
        units = [each for each in fleet.ids(wanted) if accept is None or accept(each)]
        stretch, fraction, junction = fleet.places(units)
        on_road = stretch >= 0
        between = np.empty((int(on_road.sum()), len(ends)), np.uint32)
        starts = (stretch[on_road], fraction[on_road], junction[on_road])
        weights = self._travel.weights
        fill_matrix(weights.address, *starts, *_columns(ends), between)
        ticks = np.full(len(units), FAR, np.uint32)
        ticks[on_road] = between.min(axis=1)
        return nearest_first(Arrival(each, _seconds(at)) for each, at in zip(units, ticks.tolist(), strict=True))[:k]

    def route(self, a: GpsPoint | Point, b: GpsPoint | Point) -> Route | None:
        """Return the fastest of the ways between the places; None when there is none."""
        starts, ends = self._places(a), self._places(b)
        routes = [self._travel.route_between(start.snap, end.snap, start.sides) for start in starts for end in ends]
        return min((route for route in routes if route is not None), key=lambda route: route.duration_s, default=None)

    def _places(self, at: GpsPoint | Point) -> list[RoadChoice]:
        return self.choices(at) if isinstance(at, GpsPoint) else [RoadChoice(self._travel.roads.snap(at), BOTH)]


def _junction(snap: Snap) -> int:
    return -1 if snap.junction is None else snap.junction


def _columns(snaps: Sequence[Snap]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    return (
        np.array([snap.stretch for snap in snaps], dtype=np.int64),
        np.array([snap.fraction for snap in snaps], dtype=np.float64),
        np.array([_junction(snap) for snap in snaps], dtype=np.int64),
    )


def _seconds(ticks: int) -> float | None:
    return ticks / _TICKS_PER_S if ticks < FAR else None
