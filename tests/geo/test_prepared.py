"""The prepared roads against slow searches: the plain oracle on random cities, scipy on real Beijing."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.compiled import Record
from geo.hierarchy import CLOSED_MS, TICKS_PER_MS
from geo.hierarchy_kernels import FAR
from geo.point import Point
from geo.prepared import WEIGHTS_BYTES_MAX, PreparedRoads
from geo.query_kernels import RANKING, fill_matrix, rank_centers
from geo.roads import RoadGraph
from geo.route_kernels import NO_WAY, find_way
from geo.row_instructions import with_room
from geo.search_kernels import QUESTION, nearest_units
from geo.snap import RoadIndex, Snap
from geo.snap_grid import build_grid
from geo.unit_kernels import LINE_COLUMNS, LINK_COLUMNS, ROW_COLUMNS, TRAITS, UNITS, move_units
from tests.geo.random_city import oracle_ms, random_graph, random_point

CASES = 1000
# A position is rounded to a sixteenth of a millisecond, once at each end.
ROUNDING_MS = 1.0 / TICKS_PER_MS + 1e-6


class Town:
    """A graph with everything that the queries need, and how to ask them."""

    def __init__(
        self,
        graph: RoadGraph,
        centers: Sequence[Point] = (),
        epochs: Sequence[NDArray[np.int32]] = (),
        bytes_max: int = WEIGHTS_BYTES_MAX,
    ) -> None:
        self.graph = graph
        self.roads = RoadIndex(graph, build_grid(graph))
        self.grid = self.roads.compiled
        self.centers = [self.roads.snap(point) for point in centers]
        self.prepared = PreparedRoads(graph, self.grid, self.centers, weights_bytes_max=bytes_max)
        self.weighted = self.prepared.weighted(1, graph.duration_ms)
        for duration_ms in epochs:
            self.weighted = self.prepared.weighted(self.weighted.epoch + 1, duration_ms)

    def matrix_ms(self, starts: Sequence[Snap], ends: Sequence[Snap]) -> NDArray[np.float64]:
        out = np.empty((len(starts), len(ends)), np.uint32)
        fill_matrix(self.weighted.address, *positions(starts), *positions(ends), out)
        return milliseconds(out)

    def ranked(self, at: Point, k: int, barred: Sequence[int] = ()) -> list[tuple[int, float]]:
        bars = np.zeros(len(self.centers), np.uint32)
        bars[list(barred)] = 0xFFFFFFFF
        order, times = np.empty(k, np.int32), np.empty(k, np.uint32)
        asked = Record(RANKING, weights=self.weighted.address, k=k, barred=bars, order=order, times=times)
        count = rank_centers(asked.address, at.lon, at.lat)
        return list(zip(order[:count].tolist(), milliseconds(times[:count]).tolist(), strict=True))


class Squad:
    """Units by number, for the kernels alone."""

    def __init__(self, town: Town, size: int) -> None:
        regions = len(town.prepared.regions.top)
        self.town = town
        self.row = np.full((size, ROW_COLUMNS), -1, np.int32)
        self.row[:, TRAITS] = 0
        length = town.prepared.label_length
        self.record = Record(
            UNITS,
            grid=town.grid.address,
            roads=town.prepared.record.address,
            capacity=size,
            size=np.zeros(1, np.int64),
            jumped=np.zeros(size, np.uint8),
            fix=np.full((size, 5), -np.inf),
            link=np.full((size, LINK_COLUMNS), -1, np.int32),
            row=self.row,
            label=with_room(size * length, np.uint32),
            length=length,
            below=np.zeros(regions, np.int32),
            there=np.tile(np.array([0] + [-1] * (LINE_COLUMNS - 1), np.int32), (regions, 1)),
            heap=np.empty(regions + 1, np.int64),
        )
        self.at_s = 0.0

    def move(self, points: Sequence[Point]) -> None:
        self.at_s += 1.0
        fixes = np.array([[point.lon, point.lat, self.at_s, math.nan, math.nan] for point in points]).reshape(-1, 5)
        slots, outcomes = np.arange(len(points), dtype=np.int32), np.empty(len(points), np.uint8)
        weights = self.town.weighted.address if self.at_s % 2 else 0  # labelled at once, or when looked at
        move_units(self.record.address, weights, slots, fixes, outcomes)

    def nearest(self, at: Point, k: int, wanted: int = 0) -> list[tuple[int, float]]:
        order, times = np.empty(k, np.int32), np.empty(k, np.uint32)
        weights, units = self.town.weighted.address, self.record.address
        asked = Record(QUESTION, weights=weights, units=units, k=k, wanted=wanted, order=order, times=times)
        count = nearest_units(asked.address, at.lon, at.lat)
        return list(zip(order[:count].tolist(), milliseconds(times[:count]).tolist(), strict=True))


def positions(snaps: Sequence[Snap]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    return (
        np.array([snap.stretch for snap in snaps], dtype=np.int64),
        np.array([snap.fraction for snap in snaps], dtype=np.float64),
        np.array([-1 if snap.junction is None else snap.junction for snap in snaps], dtype=np.int64),
    )


def milliseconds(ticks: NDArray[np.uint32]) -> NDArray[np.float64]:
    return np.where(ticks >= FAR, np.inf, ticks / TICKS_PER_MS)


def random_weights(rng: random.Random, graph: RoadGraph) -> NDArray[np.int32]:
    """Draw durations from very short to very long, some roads closed."""
    drawn = [CLOSED_MS if rng.random() < 0.2 else int(10 ** rng.uniform(0, 7)) for _ in range(graph.arc_count)]
    return np.array(drawn, dtype=np.int32)


def open_oracle_ms(graph: RoadGraph, start: Snap, end: Snap) -> float:
    """Ask the plain search, to which a closed road is one that takes longer than all others together."""
    slow = np.where(graph.duration_ms == CLOSED_MS, 1e15, graph.duration_ms.astype(np.float64))
    time_ms = oracle_ms(replace(graph, duration_ms=slow), start, end)
    return math.inf if time_ms > 1e10 else time_ms


def test_every_query_equals_the_plain_search_on_random_cities() -> None:
    truncated = 0
    for seed in range(CASES):
        graph, rng = random_graph(seed), random.Random(seed)
        if seed % 3 == 0:
            graph = replace(graph, duration_ms=random_weights(rng, graph))
        places = [random_point(rng, graph) for _ in range(rng.randint(1, 5))]
        at = random_point(rng, graph)
        # Most towns are truncated: some, nearly all or all nodes but those above centres own no label.
        town = Town(graph, places, bytes_max=rng.choice([WEIGHTS_BYTES_MAX, 600, 200, 0]))
        truncated += not town.prepared.index.labelled.all()
        here, k = town.roads.snap(at), rng.randint(1, 6)
        there = [open_oracle_ms(graph, here, place) for place in town.centers]
        back = [open_oracle_ms(graph, place, here) for place in town.centers]
        np.testing.assert_allclose(town.matrix_ms([here], town.centers)[0], there, atol=ROUNDING_MS, err_msg=f"{seed}")
        np.testing.assert_allclose(
            town.matrix_ms(town.centers, [here])[:, 0], back, atol=ROUNDING_MS, err_msg=f"{seed}"
        )
        assert_ways(town, here, town.centers, there, seed)
        assert_first(town.ranked(at, k), there, k, seed)
        squad = Squad(town, len(places))
        squad.move(places)
        assert_first(squad.nearest(at, k), back, k, seed)
    assert truncated > CASES // 3


def assert_ways(town: Town, start: Snap, ends: Sequence[Snap], expected_ms: Sequence[float], seed: int) -> None:
    """Compare ways over at least one junction: their time, and that each arc begins where the last one ended."""
    graph, arcs = town.graph, np.empty(1000, np.int32)
    for end, time_ms in zip(ends, expected_ms, strict=True):
        if start.stretch == end.stretch:
            continue  # one may drive straight on: not a question for `find_way`
        stretch, fraction, junction = (column.tolist() for column in positions([start, end]))
        (a, b), (a_share, b_share), (a_at, b_at) = stretch, fraction, junction
        count, ticks = find_way(town.weighted.address, a, a_share, a_at, b, b_share, b_at, arcs)
        found_ms = math.inf if count == NO_WAY else float(ticks) / TICKS_PER_MS
        assert found_ms == pytest.approx(time_ms, abs=ROUNDING_MS), f"seed {seed}"
        driven = arcs[: max(0, count)]
        np.testing.assert_array_equal(graph.arc_to[driven[:-1]], graph.arc_from[driven[1:]], err_msg=f"seed {seed}")
        assert (graph.duration_ms[driven] != CLOSED_MS).all(), f"seed {seed}"


def assert_first(found: list[tuple[int, float]], every_ms: Sequence[float], k: int, seed: int) -> None:
    """Compare the k first with the times of all: each its own time, and no better one left out."""
    assert [time_ms for _, time_ms in found] == pytest.approx(sorted(every_ms)[:k], abs=ROUNDING_MS), f"seed {seed}"
    assert len({which for which, _ in found}) == len(found), f"seed {seed}"
    for which, time_ms in found:
        assert time_ms == pytest.approx(every_ms[which], abs=ROUNDING_MS), f"seed {seed}"
