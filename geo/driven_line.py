"""A way as a crew sees it: a line with metres, and at each junction the courses in and out and the other ways on."""

import math
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from geo.osm_import import RoadName
from geo.point import EARTH_RADIUS_M
from geo.roads import RoadGraph
from geo.roundabouts import ring_of
from geo.route import Leg, leg_points
from geo.speeds import ROAD_CLASSES

# Over how many metres before and after a junction a direction is taken: less than a junction's own curves would show.
LOOK_M = 20.0

_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M
_LINKS = np.array([name.endswith("_link") for name in ROAD_CLASSES])
_FAST = np.array([name.startswith(("motorway", "trunk")) for name in ROAD_CLASSES])


class DrivenLine:
    """A route as a line with metres: joint ``n`` lies between the legs n - 1 and n."""

    def __init__(
        self,
        graph: RoadGraph,
        names: Sequence[RoadName | None],
        legs: Sequence[Leg],
        line: NDArray[np.float64],
        at: Sequence[int],
    ) -> None:
        self.graph = graph
        self.arcs = [leg.arc for leg in legs]
        self._names = names
        lengths = ((leg.end - leg.begin) * float(graph.length_m[graph.arc_stretch[leg.arc]]) for leg in legs)
        self.metre = [0.0, *accumulate(lengths)]
        self._line = line
        self._along = np.concatenate([[0.0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
        self._at = [float(self._along[point]) for point in at]
        self.rings = [ring_of(graph, arc) for arc in self.arcs]

    @classmethod
    def of(cls, graph: RoadGraph, names: Sequence[RoadName | None], legs: Sequence[Leg]) -> "DrivenLine":
        """Lay the legs out in metres on a plane that touches the earth where they begin."""
        points: list[tuple[float, float]] = []
        joints = [0]
        for leg in legs:
            line = [(point.lon, point.lat) for point in leg_points(graph, leg)]
            points += line if not points else line[1:]
            joints.append(len(points) - 1)
        degrees = np.array(points)
        wide = math.cos(math.radians(degrees[0, 1]))
        return cls(graph, names, legs, (degrees - degrees[0]) * _METRES_PER_DEGREE * (wide, 1.0), joints)

    def _place(self, metre: float) -> NDArray[np.float64]:
        return np.array([np.interp(metre, self._along, self._line[:, axis]) for axis in range(2)])

    def _course(self, begin_m: float, end_m: float) -> float:
        east, north = self._place(end_m) - self._place(begin_m)
        return math.degrees(math.atan2(east, north)) % 360.0

    def course_before(self, joint: int) -> float:
        """Return the course into a joint."""
        return self._course(self._at[joint] - LOOK_M, self._at[joint])

    def course_after(self, joint: int) -> float:
        """Return the course out of a joint."""
        return self._course(self._at[joint], self._at[joint] + LOOK_M)

    def joint_after_ring(self, leg: int) -> int:
        """Return the joint where a way leaves the roundabout that a leg enters."""
        while leg < len(self.arcs) - 1 and self.rings[leg]:
            leg += 1
        return leg

    def road_name(self, leg: int) -> int:
        """Return the number of a leg's road name, 0 without one."""
        return int(self.graph.road_name[self.graph.arc_stretch[self.arcs[leg]]])

    def name_of(self, leg: int, end: int) -> RoadName | None:
        """Return the name that most metres of a step bear; None when most bear none."""
        metres: dict[int, float] = {}
        for nth in range(leg, end):
            name = self.road_name(nth)
            metres[name] = metres.get(name, 0.0) + self.metre[nth + 1] - self.metre[nth]
        return self._names[max(metres, key=lambda name: metres[name])]

    def on_ramp(self, leg: int) -> bool:
        """Tell whether a leg is a link between roads."""
        return bool(_LINKS[self.graph.road_class[self.graph.arc_stretch[self.arcs[leg]]]])

    def on_fast_road(self, leg: int) -> bool:
        """Tell whether a leg is a motorway or a trunk road, ramps included."""
        return bool(_FAST[self.graph.road_class[self.graph.arc_stretch[self.arcs[leg]]]])

    def others(self, joint: int) -> list[tuple[float, bool]]:
        """Return the turns that one could take instead: degrees, and whether onto a ramp; back the road is none."""
        graph, arc = self.graph, self.arcs[joint - 1]
        node = int(graph.arc_to[arc])
        leaving = range(int(graph.first_arc[node]), int(graph.first_arc[node + 1]))
        came = self.course_before(joint)
        return [
            (turned(came, self._course_of(other)), bool(_LINKS[graph.road_class[graph.arc_stretch[other]]]))
            for other in leaving
            if other not in {self.arcs[joint], int(graph.arc_twin[arc])}
        ]

    def _course_of(self, arc: int) -> float:
        """Return the course in which an arc sets off."""
        share = min(1.0, LOOK_M / max(1.0, float(self.graph.length_m[self.graph.arc_stretch[arc]])))
        line = list(leg_points(self.graph, Leg(arc, 0.0, share)))
        wide = math.cos(math.radians(line[0].lat))
        return math.degrees(math.atan2((line[-1].lon - line[0].lon) * wide, line[-1].lat - line[0].lat)) % 360.0


def turned(before_deg: float, after_deg: float) -> float:
    """Return by how many degrees a course changed, to the right positive, -180 < turn <= 180."""
    return 180.0 - (180.0 - (after_deg - before_deg)) % 360.0
