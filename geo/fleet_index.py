"""Where every unit is now: its last fix, on which road that lies, and how old it is.

Positions are telemetry, not facts of the journal. A fix that is not newer than the known one changes nothing; one that
could not have been driven is taken (the unit is wherever it says), but flagged until the next plausible one.
"""

import math
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.compiled import Record
from geo.point import Box, Point, distance_m
from geo.row_instructions import with_room
from geo.snap import NoRoad, RoadIndex, Snap
from geo.unit_kernels import (
    FRACTION_64,
    HEADING_FROM_MPS,
    JUNCTION,
    LENGTH,
    LINE_COLUMNS,
    LINK_COLUMNS,
    LISTED,
    NOISE_M,
    PLAUSIBLE_SPEED_MPS,
    ROW_COLUMNS,
    STRETCH,
    TRAITS,
    UNITS,
    WEIGHTS_64,
    move_unit,
    move_units,
    place_units,
    remove_unit,
)

__all__ = ["HEADING_FROM_MPS", "NOISE_M", "PLAUSIBLE_SPEED_MPS", "Fix", "FleetIndex", "Moved", "UnitFix"]

_FIRST_CAPACITY = 64
_LON, _LAT, _AT, _HEADING, _SPEED = range(5)


class Moved(StrEnum):
    """What became of a fix."""

    MOVED = "moved"
    JUMPED = "jumped"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Fix:
    """A unit's last known position. ``snap`` is its place on the road; None when no road is near (a helicopter)."""

    unit_id: str
    point: Point
    at: datetime
    heading_deg: float | None
    speed_mps: float | None
    snap: Snap | None
    jumped: bool


@dataclass(frozen=True, slots=True)
class UnitFix:
    """One fix of a batch: what a unit tells of itself."""

    unit_id: str
    point: Point
    at: datetime
    heading_deg: float | None = None
    speed_mps: float | None = None


_OUTCOMES = (Moved.MOVED, Moved.JUMPED, Moved.STALE)  # as `unit_kernels` counts them

# Moves in one call of the kernel: half a millisecond in which no query runs.
MOVES_AT_ONCE = 512


class Network(Protocol):
    """What a fleet must know of prepared roads to sort its units by region."""

    @property
    def record(self) -> Record:
        """Return the roads as kernels read them."""

    @property
    def region_count(self) -> int:
        """Return how many regions there are."""

    @property
    def label_length(self) -> int:
        """Return how many numbers a unit's label may have, in whole cache lines."""


class Weights(Protocol):
    """What a fleet must know of a set of weights to label its units."""

    @property
    def number(self) -> int:
        """Return a number that no other set has."""

    @property
    def address(self) -> int:
        """Return where kernels read it."""


class FleetIndex:
    """The live positions of one city's units.

    Any number of threads may move and read: each read sees every unit at one of its positions.
    """

    def __init__(self, roads: RoadIndex) -> None:
        self._roads = roads
        self._slots: dict[str, int] = {}
        self._ids: list[str] = []
        self._traits: dict[str, int] = {}
        self._network: Network | None = None
        self._weights: Callable[[], Weights | None] = lambda: None
        self._changing = threading.Lock()
        self._arrays = _Arrays.empty(_FIRST_CAPACITY, 0, 0)
        self._units = self._arrays.record(roads, None)
        self._placed: tuple[Network | None, int, Record] = (None, 0, self._units)

    def move(
        self,
        unit_id: str,
        point: Point,
        at: datetime,
        heading_deg: float | None = None,
        speed_mps: float | None = None,
    ) -> Moved:
        """Take a fix, unless it is not newer than the known one (`Moved.STALE`). ``at`` must be aware."""
        if at.tzinfo is None:
            raise ValueError(f"the fix of {unit_id} carries a time without a time zone")
        # A whole number would compile the kernel once more, in front of a dispatcher.
        heading = math.nan if heading_deg is None else float(heading_deg)
        speed = math.nan if speed_mps is None else float(speed_mps)
        with self._changing:
            slot, weights = self._slot(unit_id), self._weights()
            known = 0 if weights is None else weights.address
            lon, lat = float(point.lon), float(point.lat)
            outcome = move_unit(self._units.address, known, slot, lon, lat, at.timestamp(), heading, speed)
        return _OUTCOMES[outcome]

    def move_many(self, fixes: Sequence[UnitFix]) -> list[Moved]:
        """Take many fixes at once, in their order; a unit may come several times."""
        naive = next((fix.unit_id for fix in fixes if fix.at.tzinfo is None), None)
        if naive is not None:
            raise ValueError(f"the fix of {naive} carries a time without a time zone")
        told = np.array([_told(fix) for fix in fixes], dtype=np.float64).reshape(-1, 5)
        return [_OUTCOMES[outcome] for outcome in self.move_rows(self.slots([fix.unit_id for fix in fixes]), told)]

    def slots(self, unit_ids: Sequence[str]) -> NDArray[np.int32]:
        """Return the places of units, for `move_rows`; a unit keeps its place for ever."""
        with self._changing:
            return np.array([self._slot(unit_id) for unit_id in unit_ids], dtype=np.int32)

    def move_rows(self, slots: NDArray[np.int32], fixes: NDArray[np.float64]) -> list[int]:
        """Take fixes as float64[m, 5]: lon, lat, seconds since 1970, heading and speed (NaN: untold).

        Returns 0 moved, 1 jumped, 2 stale for each. A few hundred at a time: nobody else runs meanwhile.
        """
        outcomes = np.empty(len(slots), np.uint8)
        for begin in range(0, len(slots), MOVES_AT_ONCE):
            part = slice(begin, begin + MOVES_AT_ONCE)
            with self._changing:
                weights = self._weights()
                known = 0 if weights is None else weights.address
                move_units(self._units.address, known, slots[part], fixes[part], outcomes[part])
        return outcomes.tolist()

    def tell_traits(self, unit_id: str, traits: int) -> None:
        """Say what a unit is and has, as bits that `TravelTimes.unit_search` may want; they outlive its positions."""
        with self._changing:
            self._traits[unit_id] = traits
            slot = self._slots.get(unit_id)
            if slot is not None:
                self._arrays.row[slot, TRAITS] = traits

    def remove(self, unit_id: str) -> bool:
        """Forget a unit; tell whether it was known."""
        with self._changing:
            slot = self._slots.get(unit_id)
            self._traits.pop(unit_id, None)
            return slot is not None and remove_unit(self._units.address, slot)

    def fix(self, unit_id: str) -> Fix | None:
        """Return the last fix of a unit, None when it has never told one."""
        with self._changing:
            slot = self._slots.get(unit_id)
            return None if slot is None else self._fix(slot)

    def fixes(self) -> list[Fix]:
        """Return every unit's last fix."""
        with self._changing:
            return [fix for slot in range(len(self._ids)) if (fix := self._fix(slot)) is not None]

    @property
    def size(self) -> int:
        """Return how many units have a known position."""
        return int(self._arrays.size[0])

    def ids(self, wanted: int = 0) -> list[str]:
        """Return the units with a known position and all ``wanted`` traits."""
        with self._changing:
            known = self._arrays.fix[: len(self._ids), _AT] > -np.inf
            known &= self._arrays.row[: len(self._ids), TRAITS] & wanted == wanted
            return [self._ids[slot] for slot in np.flatnonzero(known).tolist()]

    def places(self, unit_ids: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """Return the stretch, the fraction along it and the junction of units, -1 for what a unit is not on."""
        with self._changing:
            slots = [self._slots[unit_id] for unit_id in unit_ids]
            rows = self._arrays.row[slots]
            place = rows.astype(np.int64)
            return place[:, STRETCH], rows.view(np.float64)[:, FRACTION_64], place[:, JUNCTION]

    def within(self, box: Box) -> list[Fix]:
        """Return the units inside a rectangle."""
        with self._changing:
            told = self._arrays.fix[: len(self._ids)]
            inside = (told[:, _LON] >= box.west) & (told[:, _LON] <= box.east)
            inside &= (told[:, _LAT] >= box.south) & (told[:, _LAT] <= box.north)
            return [fix for slot in np.flatnonzero(inside).tolist() if (fix := self._fix(slot)) is not None]

    def near(self, point: Point, radius_m: float) -> list[Fix]:
        """Return the units within a straight-line distance, nearest first."""
        reach = Box(point.lon, point.lat, point.lon, point.lat).widened(radius_m)
        measured = [(distance_m(point, fix.point), fix) for fix in self.within(reach)]
        return [fix for away_m, fix in sorted(measured, key=lambda pair: pair[0]) if away_m <= radius_m]

    def placed_on(self, network: Network, weights: Weights) -> Record:
        """Return the units as kernels read them, sorted into the regions of a network.

        From now on a unit that moves is labelled with these weights, for as long as somebody else keeps them; all
        others when they are looked at.
        """
        placed_on, number, units = self._placed  # one reference: another thread may be sorting them right now
        if placed_on is network and number == weights.number:
            return units
        with self._changing:
            self._weights = weakref.ref(weights)
            if self._network is not network:
                self._network = network
                self._rebuild(len(self._arrays.row))
            self._placed = (network, weights.number, self._units)
            return self._units

    def id_at(self, slot: int) -> str:
        """Return the unit of a slot; a slot belongs to one unit for ever."""
        return self._ids[slot]

    def _slot(self, unit_id: str) -> int:
        slot = self._slots.get(unit_id)
        if slot is not None:
            return slot
        slot = len(self._ids)
        if slot == len(self._arrays.row):
            self._rebuild(2 * slot)
        self._arrays.row[slot, TRAITS] = self._traits.get(unit_id, 0)
        self._ids.append(unit_id)
        self._slots[unit_id] = slot
        return slot

    def _rebuild(self, capacity: int) -> None:
        """Lay the units out anew; a query that runs meanwhile goes on with the old arrays."""
        network = self._network
        regions, length = (0, 0) if network is None else (network.region_count, network.label_length)
        self._arrays = self._arrays.copied(capacity, regions, length)
        units = self._arrays.record(self._roads, network)
        if network is not None:
            place_units(units.address, len(self._ids))
        self._units = units
        self._placed = (network, 0, units)

    def _fix(self, slot: int) -> Fix | None:
        lon, lat, at_s, heading, speed = self._arrays.fix[slot].tolist()
        if at_s == -math.inf:
            return None
        heading_deg = None if math.isnan(heading) else heading
        speed_mps = None if math.isnan(speed) else speed
        moving = heading_deg is not None and (speed_mps is None or speed_mps >= HEADING_FROM_MPS)
        point = Point(lon, lat)
        snap = self._snap(point, heading_deg if moving else None)
        at, jumped = datetime.fromtimestamp(at_s, UTC), bool(self._arrays.jumped[slot])
        return Fix(self._ids[slot], point, at, heading_deg, speed_mps, snap, jumped)

    def _snap(self, point: Point, heading_deg: float | None) -> Snap | None:
        try:
            return self._roads.snap(point, heading_deg)
        except NoRoad:
            return None


@dataclass(frozen=True, slots=True)
class _Arrays:
    """The fleet as `geo.unit_kernels.UnitsLayout` describes it."""

    fix: NDArray[np.float64]
    link: NDArray[np.int32]
    row: NDArray[np.int32]
    label: NDArray[np.uint32]
    below: NDArray[np.int32]
    there: NDArray[np.int32]
    size: NDArray[np.int64]
    jumped: NDArray[np.uint8]

    @classmethod
    def empty(cls, capacity: int, regions: int, length: int) -> "_Arrays":
        """Return slots without units."""
        link = np.full((capacity, LINK_COLUMNS), -1, np.int32)
        row, there = _in_cache_lines(capacity, ROW_COLUMNS), _in_cache_lines(regions, LINE_COLUMNS)
        row[:, TRAITS], row[:, LENGTH], there[:, LISTED] = 0, 0, 0
        row.view(np.int64)[:, WEIGHTS_64] = 0
        label = with_room(capacity * length, np.uint32).reshape(capacity, length)
        fix, size, jumped = np.full((capacity, 5), -np.inf), np.zeros(1, np.int64), np.zeros(capacity, np.uint8)
        return cls(fix, link, row, label, np.zeros(regions, np.int32), there, size, jumped)

    def copied(self, capacity: int, regions: int, length: int) -> "_Arrays":
        """Return larger arrays with the same units, in no region yet and without labels."""
        larger, size = _Arrays.empty(capacity, regions, length), len(self.row)
        larger.fix[:size], larger.link[:size], larger.row[:size] = self.fix, self.link, self.row
        larger.jumped[:size], larger.size[:] = self.jumped, self.size
        return larger

    def record(self, roads: RoadIndex, network: Network | None) -> Record:
        """Return the struct that kernels read."""
        return Record(
            UNITS,
            grid=roads.compiled.address,
            roads=0 if network is None else network.record.address,
            capacity=len(self.row),
            size=self.size,
            jumped=self.jumped,
            fix=self.fix,
            link=self.link,
            row=self.row,
            label=self.label,
            length=self.label.shape[1],
            below=self.below,
            there=self.there,
            heap=np.empty(len(self.there) + 1, np.int64),
        )


def _in_cache_lines(rows: int, columns: int) -> NDArray[np.int32]:
    """Return rows of -1, each in one cache line: a search reads hundreds of them."""
    lines: NDArray[np.int32] = with_room(rows * columns, np.int32).reshape(rows, columns)
    lines[:] = -1
    return lines


def _told(fix: UnitFix) -> tuple[float, float, float, float, float]:
    heading = math.nan if fix.heading_deg is None else fix.heading_deg
    speed = math.nan if fix.speed_mps is None else fix.speed_mps
    return fix.point.lon, fix.point.lat, fix.at.timestamp(), heading, speed
