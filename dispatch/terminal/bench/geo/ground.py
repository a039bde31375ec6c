"""The seeded city of a benchmark: 200 centres, 10,000 units, and the points from which everybody is asked."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.city_pack import CityPack
from geo.fleet_index import FleetIndex, UnitFix
from geo.hierarchy import CLOSED_MS
from geo.point import Point
from geo.roads import RoadGraph
from geo.travel import TravelTimes
from geo.turn_states import Steps, steps_of

CENTERS, UNITS, QUESTIONS = 200, 10_000, 2_000
SEED = 120
AT = datetime(2026, 1, 1, tzinfo=UTC)

# Where a caller stands, beside the road: some tens of metres.
_BESIDE_DEG = 3e-4


@dataclass(frozen=True, slots=True)
class Ground:
    """A pack with everything that is asked about, the same for every system.

    ``center_nodes, unit_nodes, question_nodes`` are the junctions that peers without a snap are asked about.
    """

    graph: RoadGraph
    steps: Steps
    travel: TravelTimes
    fleet: FleetIndex
    unit_points: list[Point]
    center_nodes: NDArray[np.int64]
    unit_nodes: NDArray[np.int64]
    question_nodes: NDArray[np.int64]
    questions: list[tuple[float, float]]

    def plain(self, duration_ms: NDArray[np.int32]) -> "csr_array[np.float64]":
        """Return the graph as scipy wants it: the least duration of parallel arcs, closed ones left out."""
        tail, head, ms = self.steps.tail, self.steps.head, duration_ms[self.steps.arc]
        order = np.lexsort((ms, head, tail))
        tail, head, ms = tail[order], head[order], ms[order]
        least = np.append(True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])) & (ms != CLOSED_MS)
        shape = (self.steps.states, self.steps.states)
        return csr_array((ms[least].astype(np.float64), (tail[least], head[least])), shape=shape)


def lay_ground(pack: CityPack) -> Ground:
    """Draw the centres (at junctions), the units (anywhere on a road) and the questions (beside a junction)."""
    graph, rng = pack.graph, np.random.default_rng(SEED)
    center_nodes, unit_nodes, question_nodes = (
        rng.integers(graph.node_count, size=size) for size in (CENTERS, UNITS, QUESTIONS)
    )
    centers = {f"center {nth:03}": graph.node_point(int(node)) for nth, node in enumerate(center_nodes)}
    travel = TravelTimes(graph, pack.roads, centers, pack.road_names, pack.order)
    travel.warm()
    at = rng.integers(len(graph.shape_lon), size=UNITS)
    lon, lat = graph.shape_lon[at] + rng.normal(0, 1e-5, UNITS), graph.shape_lat[at] + rng.normal(0, 1e-5, UNITS)
    unit_points = [Point(*place) for place in zip(lon.tolist(), lat.tolist(), strict=True)]
    fleet = FleetIndex(pack.roads)
    fleet.move_many([UnitFix(f"unit {nth}", point, AT) for nth, point in enumerate(unit_points)])
    beside = rng.normal(0, _BESIDE_DEG, (QUESTIONS, 2))
    places = np.stack([graph.node_lon[question_nodes], graph.node_lat[question_nodes]], axis=1) + beside
    questions = [(lon, lat) for lon, lat in places.tolist()]
    return Ground(
        graph, steps_of(graph), travel, fleet, unit_points, center_nodes, unit_nodes, question_nodes, questions
    )
