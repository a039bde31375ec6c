"""Draw the second and third ring and the expressways: two carriageways on a viaduct, reached by ramps alone.

A ring is described in its own frame: ``s`` metres along its middle (counterclockwise), ``out`` metres to its outside.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString

from geo.fictional_city import ground
from geo.fictional_city.grid import AIRPORT_ROWS, AIRPORT_X_M, Grid, side_of
from geo.fictional_city.names import Name, ring_name
from geo.fictional_city.street import GROUND, OVERSHOOT_M, Street

_CARRIAGEWAY_M = 13.0
_LEVEL_VIADUCT, _LEVEL_RAMP, _LEVEL_FLYOVER = 2, 3, 4
_VERTEX_EVERY_M = 70.0

# A ramp leaves the carriageway this far before the street it serves, and ends this far beside the ring's middle.
_RAMP_M, _RAMP_FOOT_OUT_M, _RAMP_FOOT_M = 240.0, 45.0, 28.0

_EXPRESSWAY_Y_M = 2_250.0
# Where an expressway splits into its ramps, and how far along the ring these reach.
_SPLIT_M, _MERGE_M = 480.0, 420.0
# The western expressway leaves the map here: its carriageways are cut, as at the edge of every extract.
_WEST_END_X_M = -14_800.0

_VIADUCT = {"oneway": "yes", "bridge": "viaduct", "layer": "2"}
_RAMP = {"oneway": "yes", "bridge": "yes", "layer": "1", "lanes": "1"}


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring of the plan: its middle line, its class, its ramps, and the names of its four sides."""

    shape: tuple[float, float, float]
    highway: str
    zh: str
    en: str

    def middle(self) -> shapely.LinearRing:
        """Return the middle, counterclockwise from its eastern side."""
        return shapely.LinearRing(shapely.orient_polygons(ground.rounded_box(*self.shape)).exterior)

    def at(self, s: float, out: float) -> tuple[float, float]:
        """Return the place ``s`` metres along and ``out`` metres outside of the middle."""
        middle = self.middle()
        before, after = (middle.interpolate((s + step) % middle.length) for step in (-1.0, 1.0))
        here = middle.interpolate(s % middle.length)
        along = np.array([after.x - before.x, after.y - before.y])
        along /= np.hypot(*along)
        return round(here.x + out * along[1], 3), round(here.y - out * along[0], 3)

    def carriageway(self, stops: list[float], out: float) -> LineString:
        """Draw one side's carriageway through its ``stops`` (ascending s)."""
        every: list[float] = []
        for low, high in pairwise(stops):
            count = max(1, round((high - low) / _VERTEX_EVERY_M))
            every.extend(low + (high - low) * step / count for step in range(count))
        return LineString([self.at(s, out) for s in (*every, stops[-1])])


SECOND_RING = Ring(ground.RING_2, "trunk", "二环", "2nd Ring Expressway")
THIRD_RING = Ring(ground.RING_3, "motorway", "三环", "3rd Ring Expressway")


def expressway_streets(grid: Grid) -> list[Street]:
    """Draw both rings with their ramps, the airport expressway and the one that leaves the map in the west."""
    columns_2, rows_2 = (-4, 0, 4), (-4, 0, 4)
    columns_3, rows_3 = (-8, 0, 8), (-8, 0, 8)
    inner = _crossings(SECOND_RING, grid, columns_2, rows_2)
    outer = _crossings(THIRD_RING, grid, columns_3, rows_3)
    merges = {x: _s_of(THIRD_RING, x, _EXPRESSWAY_Y_M) for x in (ground.RING_3[0], -ground.RING_3[0])}
    streets = _ring(SECOND_RING, inner, [])
    streets += _ring(THIRD_RING, outer, [s + step for s in merges.values() for step in (-_MERGE_M, _MERGE_M)])
    for x, s in merges.items():
        streets += _expressway(x, s)
    return [*streets, *_airport_road(grid)]


def _s_of(ring: Ring, x: float, y: float) -> float:
    return float(ring.middle().project(shapely.Point(x, y)))


def _crossings(ring: Ring, grid: Grid, columns: tuple[int, ...], rows: tuple[int, ...]) -> list[float]:
    """Return where along the ring its interchanges lie."""
    width, height, _ = ring.shape
    places = [(grid.x_of[number], side * height) for number in columns for side in (-1, 1)]
    places += [(side * width, grid.y_of[number]) for number in rows for side in (-1, 1)]
    return sorted(_s_of(ring, x, y) for x, y in places)


def _ring(ring: Ring, interchanges: list[float], merges: list[float]) -> list[Street]:
    """Draw the two carriageways side by side of the city, and a diamond of ramps at every interchange."""
    width, height, _ = ring.shape
    corners = sorted(_s_of(ring, x, y) for x in (-width, width) for y in (-height, height))
    length = ring.middle().length
    stops = sorted([s + step for s in interchanges for step in (-_RAMP_M, _RAMP_M)] + merges)
    streets: list[Street] = []
    for low, high in zip(corners, [*corners[1:], corners[0] + length], strict=True):
        between = sorted({low, high, *(s + turn for s in stops for turn in (0.0, length) if low < s + turn < high)})
        middle = shapely.Point(ring.at((low + high) / 2.0, 0.0))
        name = ring_name(ring.zh, ring.en, side_of(middle, width, height))
        tags = {**_VIADUCT, "lanes": "4", "maxspeed": "80"}
        outside, inside = (ring.carriageway(between, out) for out in (_CARRIAGEWAY_M, -_CARRIAGEWAY_M))
        streets.append(Street(outside, ring.highway, name, _LEVEL_VIADUCT, tags))
        streets.append(Street(inside.reverse(), ring.highway, name, _LEVEL_VIADUCT, tags))
    for s in interchanges:
        streets += _diamond(ring, s)
    return streets


def _diamond(ring: Ring, s: float) -> list[Street]:
    """Draw the ramps of one interchange: off, along the foot across the street below, on again; for both directions."""
    link = f"{ring.highway}_link"
    streets: list[Street] = []
    for side in (1.0, -1.0):  # outer carriageway: counterclockwise, so s grows in driving direction

        def at(ahead: float, out: float, side: float = side) -> tuple[float, float]:
            return ring.at(s + side * ahead, side * out)

        foot = [at(-_RAMP_FOOT_M, _RAMP_FOOT_OUT_M), at(_RAMP_FOOT_M, _RAMP_FOOT_OUT_M)]
        off = [at(-_RAMP_M, _CARRIAGEWAY_M), at(-170.0, 24.0), at(-90.0, 40.0), foot[0]]
        on = [foot[1], at(90.0, 40.0), at(170.0, 24.0), at(_RAMP_M, _CARRIAGEWAY_M)]
        streets.append(Street(LineString(off), link, None, _LEVEL_RAMP, _RAMP))
        streets.append(Street(LineString(foot), link, None, GROUND, {"oneway": "yes", "lanes": "2"}))
        streets.append(Street(LineString(on), link, None, _LEVEL_RAMP, _RAMP))
    return streets


def _expressway(x: float, s: float) -> list[Street]:
    """Draw an expressway that ends at the third ring, with a ramp for each of the four turns."""
    out = 1.0 if x > 0 else -1.0
    end = AIRPORT_X_M if x > 0 else _WEST_END_X_M
    name = Name("机场高速", "Airport Expressway") if x > 0 else Name("云兰高速", "Yunlan Expressway")
    tags = {"oneway": "yes", "lanes": "2", "maxspeed": "100"}
    split = x + out * _SPLIT_M
    # Outward traffic keeps to its right: to the south of the middle when it heads east, to the north when west.
    leaving_y, coming_y = _EXPRESSWAY_Y_M - out * _CARRIAGEWAY_M, _EXPRESSWAY_Y_M + out * _CARRIAGEWAY_M
    leaving = shapely.segmentize(LineString([(split, leaving_y), (end, leaving_y)]), 100.0)
    coming = shapely.segmentize(LineString([(end, coming_y), (split, coming_y)]), 100.0)
    streets = [Street(line, "motorway", name, _LEVEL_FLYOVER + 1, tags) for line in (leaving, coming)]
    outer_before, outer_after = THIRD_RING.at(s - _MERGE_M, _CARRIAGEWAY_M), THIRD_RING.at(s + _MERGE_M, _CARRIAGEWAY_M)
    inner_before, inner_after = (
        THIRD_RING.at(s + _MERGE_M, -_CARRIAGEWAY_M),
        THIRD_RING.at(s - _MERGE_M, -_CARRIAGEWAY_M),
    )
    ramps = (
        (outer_before, (split, leaving_y)),
        (inner_before, (split, leaving_y)),
        ((split, coming_y), outer_after),
        ((split, coming_y), inner_after),
    )
    for number, (start, stop) in enumerate(ramps):
        line = _curve(start, stop, ring_first=number < 2)  # noqa: PLR2004 - the first two start on the ring
        streets.append(Street(line, "motorway_link", None, _LEVEL_FLYOVER + 2 + number, {**_RAMP, "layer": "3"}))
    return streets


def _curve(start: tuple[float, float], stop: tuple[float, float], *, ring_first: bool) -> LineString:
    """Bend from the ring (north-south) into the expressway (east-west) or back: a quadratic curve around the corner."""
    corner = (start[0], stop[1]) if ring_first else (stop[0], start[1])
    step = np.linspace(0.0, 1.0, 9)[:, None]
    points = (1 - step) ** 2 * np.array(start) + 2 * step * (1 - step) * np.array(corner) + step**2 * np.array(stop)
    return LineString([start, *(tuple(point) for point in points[1:-1]), stop])


def _airport_road(grid: Grid) -> list[Street]:
    """Draw the road before the terminal; it joins the expressway and two rows of the grid."""
    low, high = (grid.y_of[row] for row in AIRPORT_ROWS)
    exits = [_EXPRESSWAY_Y_M - _CARRIAGEWAY_M, _EXPRESSWAY_Y_M + _CARRIAGEWAY_M]
    ys = sorted([low - 30.0, *np.arange(low + 100.0, high, 200.0), *exits, high + OVERSHOOT_M])
    line = LineString([(AIRPORT_X_M, y) for y in ys])
    return [Street(line, "primary", Name("空港大道", "Konggang Avenue"), tags={"lanes": "4"})]
