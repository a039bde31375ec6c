"""Draw the streets of the ground: grid, axes, first ring, radials, riverside, bridges, roundabouts."""

import math
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from shapely import LineString, Polygon

from geo.fictional_city import ground
from geo.fictional_city.names import Name, Names, ring_name, street_name
from geo.fictional_city.shapes import beside, lines_of, stretch
from geo.fictional_city.street import GROUND, OVERSHOOT_M, Street, along, within, without

_STEP_M = 500.0
_JITTER_M = 45.0
# Half the distance between the two carriageways of an avenue.
_CARRIAGEWAY_M = 9.0
_ROUNDABOUT_M = 26.0
# Every eighth line of the grid is a primary road, every second a secondary.
_PRIMARY_EVERY, _SECONDARY_EVERY = 8, 2
# The river is crossed where these lines of the grid (by number from the axis) are; the outer ones leap the embankment.
BRIDGES = {
    -8: ("望江大桥", "Wangjiang Bridge"),
    -4: ("安渡桥", "Andu Bridge"),
    0: ("云泽大桥", "Yunze Bridge"),
    4: ("听潮桥", "Tingchao Bridge"),
    8: ("南屏大桥", "Nanping Bridge"),
}
_LEAPING = (-8, 0, 8)
_LEVEL_LEAP = 1
_LEAP_BEYOND_M = 120.0
# Where roundabouts sit: numbers of the two lines of the grid.
_ROUNDABOUTS = ((-12, -2), (12, 2), (-2, 10), (2, -10), (12, 10), (-14, 10))
_ONE_WAY_PAIR = (-3, 3)
# The airport lies in the east; these rows of the grid lead there.
AIRPORT_X_M = 14_000.0
AIRPORT_ROWS = (0, 8)


@dataclass(frozen=True, slots=True)
class Grid:
    """The lines of the grid: position in metres and stem of the name, by number from the axis."""

    x_of: dict[int, float]
    y_of: dict[int, float]
    stem_of_column: dict[int, Name]
    stem_of_row: dict[int, Name]


def plan_grid(chance: Random, names: Names) -> Grid:
    """Place the lines of the grid, a little unevenly, and name them."""
    columns = range(-int(ground.CITY_HALF_WIDTH_M // _STEP_M), int(ground.CITY_HALF_WIDTH_M // _STEP_M) + 1)
    rows = range(-int(ground.CITY_HALF_HEIGHT_M // _STEP_M), int(ground.CITY_HALF_HEIGHT_M // _STEP_M) + 1)

    def position(number: int) -> float:
        return 0.0 if number == 0 else _STEP_M * number + chance.uniform(-_JITTER_M, _JITTER_M)

    axis = {0: Name("永宁", "Yongning")}
    main_street = {0: Name("云泽", "Yunze")}
    return Grid(
        {number: position(number) for number in columns},
        {number: position(number) for number in rows},
        {number: names.stem() for number in columns} | axis,
        {number: names.stem() for number in rows} | main_street,
    )


def highway_of(number: int) -> str:
    """Return the class of a line of the grid."""
    if number % _PRIMARY_EVERY == 0:
        return "primary"
    return "secondary" if number % _SECONDARY_EVERY == 0 else "tertiary"


def ground_streets(grid: Grid, names: Names) -> list[Street]:
    """Draw everything that meets at ground level, and the bridges that carry it over water."""
    on_land = without([*_rows(grid), *_radials(grid, names), *_rim()], _river_corridor())
    streets = _over_creek([*_columns(grid), *on_land, *_riverside()])
    for hole in (ground.lakeside().buffer(-OVERSHOOT_M), *_roundabout_islands(grid)):
        streets = without(streets, hole)
    return [*streets, *_first_ring(), *_lake_road(), *_roundabouts(grid)]


def city_area() -> Polygon:
    """Return what lies inside the road that runs along the third ring."""
    return ground.rounded_box(ground.CITY_HALF_WIDTH_M, ground.CITY_HALF_HEIGHT_M, 1_100.0)


def _columns(grid: Grid) -> list[Street]:
    """Draw the lines from south to north; a few of them cross the river."""
    drawn: list[Street] = []
    for number, x in grid.x_of.items():
        for low, high, side in ((-8_300.0, 0.0, "南"), (0.0, 8_300.0, "北")):
            name = street_name(grid.stem_of_column[number], highway_of(number), side)
            half = _inside_city(_avenue([(x, low), (x, high)], number, name))
            drawn.extend(_over_river(half, number) if number in BRIDGES else without(half, _river_corridor()))
    return drawn


def _rows(grid: Grid) -> list[Street]:
    """Draw the lines from west to east; two of them reach the airport."""
    drawn: list[Street] = []
    for number, y in grid.y_of.items():
        far = AIRPORT_X_M + OVERSHOOT_M if number in AIRPORT_ROWS else 10_200.0
        for low, high, side in ((-10_200.0, 0.0, "西"), (0.0, far, "东")):
            name = street_name(grid.stem_of_row[number], highway_of(number), side)
            drawn.extend(_inside_city(_avenue([(low, y), (high, y)], number, name)))
    return drawn


def _inside_city(streets: list[Street]) -> list[Street]:
    """End tertiary streets at the city's edge; bigger ones go on into the country."""
    inside = city_area().buffer(OVERSHOOT_M)
    return [
        piece
        for street in streets
        for piece in (within([street], inside) if street.highway == "tertiary" else [street])
    ]


def _avenue(ends: list[tuple[float, float]], number: int, name: Name) -> list[Street]:
    """Draw one half of a line: the two axes as dual carriageways, a pair of tertiary streets as one-ways."""
    line = shapely.segmentize(LineString(ends), 100.0)
    highway = highway_of(number)
    if number == 0:
        return _dual(line, highway, name)
    if number in _ONE_WAY_PAIR:
        driven = line if number > 0 else line.reverse()
        return [Street(driven, highway, name, tags={"oneway": "yes"})]
    lanes = {"primary": "6", "secondary": "4", "tertiary": "2"}[highway]
    return [Street(line, highway, name, tags={"lanes": lanes})]


def _dual(line: LineString, highway: str, name: Name) -> list[Street]:
    """Draw two one-way carriageways; traffic keeps to the right."""
    right = beside(line, -_CARRIAGEWAY_M)
    left = beside(line, _CARRIAGEWAY_M).reverse()
    tags = {"oneway": "yes", "lanes": "3"}
    return [Street(right, highway, name, GROUND, tags), Street(left, highway, name, GROUND, tags)]


def _first_ring() -> list[Street]:
    """Draw the first ring at ground level: a one-way pair with crossings, one name for each side."""
    width, height, _ = ground.RING_1
    outline = ground.rounded_box(*ground.RING_1).exterior
    streets: list[Street] = []
    for carriageway in (-_CARRIAGEWAY_M, _CARRIAGEWAY_M):
        track = shapely.segmentize(Polygon(outline).buffer(carriageway, quad_segs=12).exterior, 60.0)
        corners = [(width, -height), (width, height), (-width, height), (-width, -height)]
        cuts = sorted(track.line_locate_point(shapely.Point(corner)) for corner in corners)
        for start, stop in zip(cuts, [*cuts[1:], cuts[0] + track.length], strict=True):
            side = _arc(track, start, stop)
            middle = side.interpolate(0.5, normalized=True)
            name = ring_name("一环", "1st Ring Road", side_of(middle, width, height))
            counterclockwise = carriageway > 0
            driven = side if counterclockwise == track.is_ccw else side.reverse()
            streets.append(Street(driven, "primary", name, tags={"oneway": "yes", "lanes": "3"}))
    return streets


def _arc(track: shapely.LinearRing, start: float, stop: float) -> LineString:
    """Cut a piece out of a closed track, over its seam if need be."""
    line = LineString(track.coords)
    if stop <= track.length:
        return stretch(line, start, stop)
    first, second = stretch(line, start, track.length), stretch(line, 0.0, stop - track.length)
    return LineString([*first.coords, *second.coords[1:]])


def side_of(spot: shapely.Point, width: float, height: float) -> str:
    """Name the side of a ring of this half width and height that a place is on."""
    if abs(spot.x) / width > abs(spot.y) / height:
        return "东" if spot.x > 0 else "西"
    return "北" if spot.y > 0 else "南"


def _radials(grid: Grid, names: Names) -> list[Street]:
    """Draw four diagonal roads outwards: two from the first ring, two from beyond the river."""
    ring, beyond = (2_150.0, 1_650.0), grid.y_of[-_PRIMARY_EVERY]
    starts = (ring, (-ring[0], ring[1]), (grid.x_of[9], beyond), (grid.x_of[-9], beyond))
    radials: list[Street] = []
    for x, y in starts:
        east, north = math.copysign(1.0, x), math.copysign(1.0, y)
        line = LineString([(x, y), (x + east * 900.0, y + north * 700.0), (east * 9_600.0, north * 7_900.0)])
        stem = names.stem()
        name = Name(f"{stem.zh}公路", f"{stem.en} Highway")
        radials.append(Street(shapely.segmentize(line, 100.0), "secondary", name, tags={"lanes": "4"}))
    return radials


def _riverside() -> list[Street]:
    """Draw the roads along both banks."""
    inside = city_area().buffer(OVERSHOOT_M)
    north, south = Name("滨江北路", "Binjiang North Road"), Name("滨江南路", "Binjiang South Road")
    banks = ((ground.RIVERSIDE_M, north), (-ground.RIVERSIDE_M, south))
    lines = [(beside(ground.river(), distance_m), name) for distance_m, name in banks]
    return within([Street(line, "secondary", name, tags={"lanes": "4"}) for line, name in lines], inside)


def _lake_road() -> list[Street]:
    """Draw the road around the lake, and one on its island that nothing reaches: importers must notice such islands."""
    shore = LineString(shapely.segmentize(ground.lakeside().exterior, 60.0).coords)
    island = LineString(ground.island().buffer(-50.0, quad_segs=4).exterior.coords)
    return [
        Street(shore, "tertiary", Name("环湖路", "Huanhu Road")),
        Street(island, "service", Name("湖心岛路", "Lake Island Road")),
    ]


def _rim() -> list[Street]:
    """Draw the road that runs inside the third ring; the grid's small streets end at it."""
    rim = LineString(shapely.segmentize(city_area().exterior, 100.0).coords)
    return [Street(rim, "tertiary", Name("环城辅路", "Huancheng Service Road"), tags={"lanes": "2"})]


def _river_corridor() -> Polygon:
    """Return where the river lets no street pass; streets reach in by the overshoot and meet the riverside road."""
    return ground.river().buffer(ground.RIVERSIDE_M - OVERSHOOT_M, cap_style="flat")


def _over_river(streets: list[Street], number: int) -> list[Street]:
    """Carry a column over the river: a big bridge leaps the riverside roads without meeting them, a small one not."""
    name, english = BRIDGES[number]
    leaps = number in _LEAPING
    reach_m = ground.RIVERSIDE_M + _LEAP_BEYOND_M if leaps else ground.RIVER_HALF_WIDTH_M + 15.0
    span = ground.river().buffer(reach_m, cap_style="flat")
    tags = {"bridge": "yes", "layer": "1", "bridge:name": name, "bridge:name:en": english}
    return _carried(streets, span, tags, _LEVEL_LEAP if leaps else GROUND)


def _over_creek(streets: list[Street]) -> list[Street]:
    """Carry the bigger roads that run across the creek over it; all others end there."""
    span = ground.creek().buffer(ground.CREEK_HALF_WIDTH_M + 10.0, cap_style="flat")
    carried: list[Street] = []
    for street in streets:
        (x0, y0), (x1, y1) = street.line.coords[0], street.line.coords[-1]
        runs_across = street.highway != "tertiary" and abs(x1 - x0) > abs(y1 - y0)
        if runs_across:
            carried.extend(_carried([street], span, {"bridge": "yes", "layer": "1"}, GROUND))
        else:
            carried.extend(without([street], span))
    return carried


def _carried(streets: list[Street], span: Polygon, tags: dict[str, str], level: int) -> list[Street]:
    """Cut streets at a span and lift what lies inside; the pieces share their ends exactly."""
    pieces: list[Street] = []
    for street in streets:
        pieces.extend(along(street, piece) for piece in lines_of(shapely.difference(street.line, span)))
        pieces.extend(
            Street(piece, street.highway, street.name, level, {**street.tags, **tags})
            for piece in lines_of(shapely.intersection(street.line, span))
        )
    return pieces


def _roundabout_islands(grid: Grid) -> list[Polygon]:
    places = [shapely.Point(grid.x_of[column], grid.y_of[row]) for column, row in _ROUNDABOUTS]
    return [place.buffer(_ROUNDABOUT_M - OVERSHOOT_M) for place in places]


def _roundabouts(grid: Grid) -> list[Street]:
    """Draw the roundabouts, counterclockwise as traffic that keeps right drives them."""
    circles: list[Street] = []
    for column, row in _ROUNDABOUTS:
        turn = np.linspace(0.0, 2.0 * math.pi, 25)
        x, y = grid.x_of[column], grid.y_of[row]
        ring = LineString(np.column_stack([x + _ROUNDABOUT_M * np.cos(turn), y + _ROUNDABOUT_M * np.sin(turn)]))
        circles.append(Street(ring, highway_of(column), tags={"junction": "roundabout", "oneway": "yes"}))
    return circles
