"""Questions that are asked thousands of times: prepared once, answered into arrays that are there already.

A question belongs to one thread. It always asks the weights in force and the units where they are now.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geo.compiled import Record
from geo.prepared import Weighted
from geo.query_kernels import RANKING, rank_centers, rank_from_place
from geo.search_kernels import QUESTION, nearest_to_place, nearest_units
from geo.uncertain import Sums
from geo.uncertain_kernels import rank_over_region


class Ranking:
    """The k first centres from a point, among those that count.

    After a call ``columns`` (int32) and ``ticks`` (uint32, sixteenths of a millisecond, `FAR` where no road leads)
    hold the answer.
    """

    def __init__(self, weights: Callable[[], Weighted], counts: list[bool], k: int) -> None:
        self._weights = weights
        bars = np.where(np.array(counts, dtype=np.bool_), 0, 0xFFFFFFFF).astype(np.uint32)
        self.columns = np.empty(max(1, k), np.int32)
        self.ticks = np.empty(max(1, k), np.uint32)
        self._asked = Record(RANKING, weights=0, k=k, barred=bars, order=self.columns, times=self.ticks)
        self._address, self._asks = self._asked.address, 0

    def __call__(self, lon: float, lat: float) -> int:
        """Answer for a point in WGS-84 degrees; return how many there are, -1 when no road is near the point."""
        weights = self._weights()  # kept until the answer is there; not longer, its arrays are wanted back
        if weights.address != self._asks:
            self._ask(weights)
        return rank_centers(self._address, lon, lat)

    def from_place(self, stretch: int, fraction: float, junction: int) -> int:
        """Answer for a position on the road, as `geo.snap.Snap` has it; ``junction`` is -1 in the middle."""
        weights = self._weights()
        if weights.address != self._asks:
            self._ask(weights)
        return rank_from_place(self._address, stretch, fraction, junction)

    def _ask(self, weights: Weighted) -> None:
        self._asks = weights.address
        self._asked.put(weights=weights.address)


class UnitSearch:
    """The k units that reach a point first, among those with all wanted traits (`FleetIndex.tell_traits`).

    After a call ``slots`` (int32, see `FleetIndex.id_at`) and ``ticks`` (uint32) hold the answer.
    """

    def __init__(
        self, weights: Callable[[], Weighted], units: Callable[[Weighted], Record], k: int, wanted: int
    ) -> None:
        self._weights = weights
        self._units = units
        self.slots = np.empty(max(1, k), np.int32)
        self.ticks = np.empty(max(1, k), np.uint32)
        self._asked = Record(QUESTION, weights=0, units=0, k=k, wanted=wanted, order=self.slots, times=self.ticks)
        self._address, self._asks = self._asked.address, (0, 0)

    def __call__(self, lon: float, lat: float) -> int:
        """Answer for a point in WGS-84 degrees; return how many there are, -1 when no road is near the point.

        Units that no road leads from come last, with `FAR`; units beside every road are not among them.
        """
        weights = self._weights()  # kept until the answer is there
        units = self._units(weights)
        if (weights.address, units.address) != self._asks:
            self._ask(weights, units)
        return nearest_units(self._address, lon, lat)

    def to_place(self, stretch: int, fraction: float, junction: int) -> int:
        """Answer for a position on the road, as `geo.snap.Snap` has it; ``junction`` is -1 in the middle."""
        weights = self._weights()
        units = self._units(weights)
        if (weights.address, units.address) != self._asks:
            self._ask(weights, units)
        return nearest_to_place(self._address, stretch, fraction, junction)

    def _ask(self, weights: Weighted, units: Record) -> None:
        self._asks = weights.address, units.address
        self._asked.put(weights=weights.address, units=units.address)


class RegionRanking:
    """Every centre over many positions at once, among those that count.

    After a call ``sums`` holds what `rank_over_region` says, by column.
    """

    def __init__(self, weights: Callable[[], Weighted], counts: list[bool]) -> None:
        self._weights = weights
        self._bars = np.where(np.array(counts, dtype=np.bool_), 0, 0xFFFFFFFF).astype(np.uint32)
        self._every = np.empty(len(counts), np.uint32)
        self.sums = Sums(*(np.zeros(len(counts), np.int64) for _ in range(4)))
        sums = self.sums
        filled = (self._bars, self._every, sums.total, sums.worst, sums.reached, sums.first)
        self._addresses = tuple(array.ctypes.data for array in filled)

    def __call__(self, positions: NDArray[np.float64]) -> int:
        """Answer for float64[n, 2] of lon and lat; return how many of them have a road near."""
        places = np.ascontiguousarray(positions)
        return rank_over_region(self._weights().address, places.ctypes.data, len(places), *self._addresses)
