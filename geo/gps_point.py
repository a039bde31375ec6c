"""A position as a receiver told it: it may lie on one of several roads, and a moving unit drives along its heading.

A point that somebody chose (a map click, a junction, an address) has one place on the road: `RoadIndex.snap`. What a
receiver tells beside a dual carriageway or under an elevated road has several; `road_choices` names at most four.
"""

import math
from dataclasses import dataclass

from geo.point import Point, bearing_deg
from geo.roads import RoadGraph
from geo.route import Leg, leg_points
from geo.snap import RoadIndex, Snap
from geo.uncertain_kernels import BACK, BOTH, ONWARD

# More roads than this within a receiver's error are a region (`geo.uncertain`), not a choice.
CHOICES_MAX = 4

# The course of a road is taken over so many metres around a position.
_AROUND_M = 5.0


class BadGpsPoint(ValueError):  # noqa: N818 - the name is the sentence
    """Say why something is no position of a receiver."""


@dataclass(frozen=True, slots=True)
class GpsPoint:
    """A receiver's position: roads within ``within_m`` count; ``heading_deg`` is that of a moving unit, else None."""

    point: Point
    within_m: float
    heading_deg: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no receiver means."""
        if not (math.isfinite(self.within_m) and self.within_m >= 0.0):
            raise BadGpsPoint(f"{self.within_m} m is no distance")
        if self.heading_deg is not None and not math.isfinite(self.heading_deg):
            raise BadGpsPoint(f"{self.heading_deg} is no heading")


@dataclass(frozen=True, slots=True)
class RoadChoice:
    """One possible place: ``snap.distance_m`` is the way to it; ``sides`` are the arcs that may leave it, as bits.

    At a junction every arc may.
    """

    snap: Snap
    sides: int


def road_choices(roads: RoadIndex, graph: RoadGraph, gps: GpsPoint) -> list[RoadChoice]:
    """Return the places where a receiver may be, nearest first: at least the one nearest road, at most `CHOICES_MAX`.

    Arcs against the heading are dropped, and roads that keep none; a heading that fits no road here says nothing.
    Raises `geo.snap.NoRoad`.
    """
    nearest = roads.snap(gps.point)
    if nearest.junction is not None and nearest.distance_m == 0.0:
        return [RoadChoice(nearest, BOTH)]
    places = [nearest]
    for snap in roads.candidates(gps.point, gps.within_m):
        if not any(_is_along(graph, snap, kept) for kept in places):
            places.append(snap)
    choices = [RoadChoice(snap, _sides(graph, snap, gps.heading_deg)) for snap in places]
    fitting = [choice for choice in choices if choice.sides]
    return (fitting or [RoadChoice(snap, BOTH) for snap in places])[:CHOICES_MAX]


def _is_along(graph: RoadGraph, snap: Snap, kept: Snap) -> bool:
    """Tell whether a place is only the near end of a road that goes on from a kept one, or that one itself."""
    if snap.junction is None or kept.junction is not None:
        return (snap.stretch, snap.junction) == (kept.stretch, kept.junction) or (
            snap.junction is not None and snap.junction == kept.junction
        )
    arc = graph.arcs_of(kept.stretch)[0]
    return snap.junction in {int(graph.arc_from[arc]), int(graph.arc_to[arc])}


def _sides(graph: RoadGraph, snap: Snap, heading_deg: float | None) -> int:
    if heading_deg is None or snap.junction is not None:
        return BOTH
    sides = 0
    for arc in graph.arcs_of(snap.stretch):
        if abs(180.0 - (180.0 - (_course_deg(graph, arc, snap) - heading_deg)) % 360.0) <= 90.0:  # noqa: PLR2004 - not against it
            sides |= ONWARD if graph.arc_forward[arc] else BACK
    return sides


def _course_deg(graph: RoadGraph, arc: int, snap: Snap) -> float:
    share = snap.fraction if graph.arc_forward[arc] else 1.0 - snap.fraction
    around = min(0.5, _AROUND_M / float(graph.length_m[snap.stretch]))
    line = list(leg_points(graph, Leg(arc, max(0.0, share - around), min(1.0, share + around))))
    return bearing_deg(line[0], line[-1])
