"""The search for units against every unit asked alone: crowds, closures, few near ancestors, units that come and go."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from geo.city_pack import CityPack
from geo.compiled import Record
from geo.fleet_index import FleetIndex, UnitFix
from geo.hierarchy import CLOSED_MS
from geo.point import Point
from geo.prepared import PreparedRoads, Weighted
from geo.query_kernels import fill_matrix
from geo.questions import UnitSearch
from geo.roads import RoadGraph

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
CASES, UNITS = 1000, 400


class Ground:
    """A city whose weights, units and guess change, and the ticks of every unit to a position, one by one."""

    def __init__(self, city: CityPack) -> None:
        self.graph, self.roads = city.graph, city.roads
        self.prepared = PreparedRoads(city.graph, city.roads.compiled, (), city.order)
        self.fleet = FleetIndex(city.roads)
        self.weighted = self.prepared.weighted(1, city.graph.duration_ms)
        self.known: set[str] = set()

    def reweight(self, rng: random.Random, guess: int) -> None:
        """Slow roads down, close some, and guess that so few ancestors are near."""
        duration_ms = self.graph.duration_ms.copy()
        for stretch in rng.sample(range(self.graph.stretch_count), 800):
            arcs = self.graph.arcs_of(stretch)
            duration_ms[arcs] = CLOSED_MS if rng.random() < 0.2 else duration_ms[arcs] * rng.randint(1, 9)
        self.weighted = self.prepared.weighted(self.weighted.epoch + 1, duration_ms)
        self.prepared.record.put(near=guess)

    def stir(self, rng: random.Random, at: datetime) -> None:
        """Move some units, many of them to one place, and take some away."""
        crowd = _somewhere(rng, self.graph)
        places = {
            f"u{rng.randrange(UNITS)}": _somewhere(rng, self.graph) if rng.random() < 0.7 else _beside(rng, crowd)
            for _ in range(120)
        }
        self.fleet.move_many([UnitFix(unit, point, at) for unit, point in places.items()])
        self.known |= places.keys()
        for unit in rng.sample(sorted(self.known), 10):
            assert self.fleet.remove(unit)
            self.known.discard(unit)

    def every_ticks(self, at: Point) -> list[int]:
        snap = self.roads.snap(at)
        stretch, fraction, junction = self.fleet.places(sorted(self.known))
        on_road = stretch >= 0
        end = (np.array([snap.stretch]), np.array([snap.fraction]))
        out = np.empty((int(on_road.sum()), 1), np.uint32)
        starts = stretch[on_road], fraction[on_road], junction[on_road]
        fill_matrix(
            self.weighted.address, *starts, *end, np.array([-1 if snap.junction is None else snap.junction]), out
        )
        return sorted(out[:, 0].tolist())


def _somewhere(rng: random.Random, graph: RoadGraph) -> Point:
    """Draw a position near any road; `random_point` knows every road, and takes its time."""
    at = rng.randrange(len(graph.shape_lon))
    return _beside(rng, Point(float(graph.shape_lon[at]), float(graph.shape_lat[at])))


def _beside(rng: random.Random, point: Point) -> Point:
    return Point(point.lon + rng.gauss(0.0, 4e-4), point.lat + rng.gauss(0.0, 4e-4))


def test_the_search_finds_the_first_of_all_units(fictional_pack: Path) -> None:
    ground = Ground(CityPack.open(fictional_pack))

    def in_force() -> Weighted:
        return ground.weighted

    def placed(weights: Weighted) -> Record:
        return ground.fleet.placed_on(ground.prepared, weights)

    searches = {k: UnitSearch(in_force, placed, k, 0) for k in (1, 3, 10, 500)}
    for seed in range(CASES):
        rng = random.Random(seed)
        if seed % 50 == 0:
            ground.reweight(rng, rng.choice([0, 1, 4, 16, 32, 64]))
        if seed % 5 == 0:
            ground.stir(rng, AT + timedelta(seconds=seed))
        at = _somewhere(rng, ground.graph)
        search = searches[rng.choice([1, 3, 10, 10, 10, 500])]
        count = search(at.lon, at.lat)
        every = ground.every_ticks(at)
        assert search.ticks[:count].tolist() == every[: len(search.ticks)], f"seed {seed}"
        assert len(set(search.slots[:count].tolist())) == count, f"seed {seed}"
