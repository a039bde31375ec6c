"""Fill the blocks between the streets of the grid: old town, housing, gated compounds, parks, works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from random import Random

import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo.fictional_city import ground
from geo.fictional_city.expressways import SECOND_RING
from geo.fictional_city.grid import Grid, city_area
from geo.fictional_city.names import Name, Names
from geo.fictional_city.street import OVERSHOOT_M, Street, without

# Nothing of a block comes nearer to an expressway than this.
_EXPRESSWAY_CLEAR_M = 62.0
_FIRST_RING_CLEAR_M = 22.0
_RAILWAY_CLEAR_M = 25.0
# A block with less free ground than this keeps no streets.
_AREA_MIN_M2 = 60_000.0
# How far out (share of the city's half width or height) the old town reaches, and where the suburbs begin.
_OLD_TOWN_OUTWARD, _SUBURB_OUTWARD = 0.3, 0.6
# A gated compound needs at least this share of its block free.
_WHOLE_SHARE = 0.8
# The railway runs through the middle of this row of blocks, north of the second ring.
RAILWAY_Y_M = 5_250.0


class Use(StrEnum):
    """What a block is for."""

    OLD_TOWN = "old_town"
    HOUSING = "housing"
    COMPOUND = "compound"
    PARK = "park"
    WORKS = "works"
    CAMPUS = "campus"


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its free ground, its use, the streets in it, and its name if people call it something."""

    ground: Polygon
    use: Use
    name: Name | None
    streets: Sequence[Street]


def fill_blocks(grid: Grid, chance: Random, names: Names) -> list[Block]:
    """Give every block of the grid a use and its small streets."""
    forbidden = _forbidden()
    city = city_area()
    blocks: list[Block] = []
    for column, right in pairwise(sorted(grid.x_of)):
        for row, above in pairwise(sorted(grid.y_of)):
            whole = shapely.box(grid.x_of[column], grid.y_of[row], grid.x_of[right], grid.y_of[above])
            free = _largest(shapely.difference(shapely.intersection(whole, city), forbidden))
            if free.area < _AREA_MIN_M2:
                continue
            use = _use_of(whole, free, chance)
            stem = chance.choice((grid.stem_of_row[row], grid.stem_of_column[column]))
            blocks.append(_Filling(whole, free, stem, chance, names).block(use))
    return blocks


def _forbidden() -> BaseGeometry:
    second = SECOND_RING.middle().buffer(_EXPRESSWAY_CLEAR_M)
    first = shapely.LinearRing(ground.rounded_box(*ground.RING_1).exterior).buffer(_FIRST_RING_CLEAR_M)
    railway = LineString([(-12_000.0, RAILWAY_Y_M), (12_000.0, RAILWAY_Y_M)]).buffer(_RAILWAY_CLEAR_M)
    river = ground.river().buffer(ground.RIVERSIDE_M + 10.0)
    creek = ground.creek().buffer(ground.CREEK_HALF_WIDTH_M + 12.0)
    return shapely.union_all([second, first, railway, river, creek, ground.lakeside().buffer(10.0)])


def _largest(shape: BaseGeometry) -> Polygon:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: part.area, default=Polygon())


def _use_of(whole: Polygon, free: Polygon, chance: Random) -> Use:
    """Draw the use by distance from the centre: old town inside, housing around it, works at the edge."""
    x, y = whole.centroid.x, whole.centroid.y
    outward = max(abs(x) / ground.CITY_HALF_WIDTH_M, abs(y) / ground.CITY_HALF_HEIGHT_M)
    if outward < _OLD_TOWN_OUTWARD:
        weights = {Use.OLD_TOWN: 88.0, Use.PARK: 6.0, Use.CAMPUS: 6.0}
    elif outward < _SUBURB_OUTWARD:
        weights = {Use.HOUSING: 52.0, Use.COMPOUND: 30.0, Use.PARK: 8.0, Use.CAMPUS: 10.0}
    else:
        weights = {Use.HOUSING: 47.0, Use.COMPOUND: 25.0, Use.PARK: 10.0, Use.CAMPUS: 5.0, Use.WORKS: 13.0}
    use = chance.choices(list(weights), list(weights.values()))[0]
    is_cut = free.area < _WHOLE_SHARE * whole.area
    return Use.HOUSING if use is Use.COMPOUND and is_cut else use


@dataclass(slots=True)
class _Filling:
    """Draws one block. Lines reach over the block's edge by the overshoot, to meet the street there."""

    whole: Polygon
    free: Polygon
    stem: Name
    chance: Random
    names: Names

    def block(self, use: Use) -> Block:
        draw = {
            Use.OLD_TOWN: self._old_town,
            Use.HOUSING: self._housing,
            Use.COMPOUND: self._compound,
            Use.PARK: self._park,
            Use.WORKS: self._works,
            Use.CAMPUS: self._campus,
        }[use]
        streets = without(draw(), shapely.difference(self.whole.buffer(5.0), self._reachable()), shortest_m=45.0)
        return Block(self.free, use, self._name(use), streets)

    def _reachable(self) -> BaseGeometry:
        """Return the free ground, and the strip to the street where nothing lies between."""
        open_edge = shapely.difference(self.whole.buffer(OVERSHOOT_M, join_style="mitre"), self.whole)
        return shapely.union_all([self.free, shapely.intersection(open_edge, self.free.buffer(2 * OVERSHOOT_M))])

    def _at(self, east: float, north: float) -> tuple[float, float]:
        """Return a place by shares of the block's width and height; shares 0 and 1 lie beyond the edge."""
        west, south, right, top = self.whole.bounds
        x = west + east * (right - west) + (OVERSHOOT_M if east >= 1.0 else -OVERSHOOT_M if east <= 0.0 else 0.0)
        y = south + north * (top - south) + (OVERSHOOT_M if north >= 1.0 else -OVERSHOOT_M if north <= 0.0 else 0.0)
        return round(x, 2), round(y, 2)

    def _line(self, *shares: tuple[float, float]) -> LineString:
        return LineString([self._at(*share) for share in shares])

    def _through(self, shares: Sequence[float], highway: str, *, upright: bool, one_way: float = 0.0) -> list[Street]:
        """Draw streets through the whole block; a share ``one_way`` of them is one."""
        streets: list[Street] = []
        for share in shares:
            steps = (
                ((share, 0.0), (share, 0.5), (share, 1.0)) if upright else ((0.0, share), (0.5, share), (1.0, share))
            )
            line = self._line(*steps)
            tags: Mapping[str, str] = {"oneway": "yes"} if self.chance.random() < one_way else {}
            driven = self.chance.choice((line, line.reverse()))
            streets.append(Street(driven, highway, self.names.lane(self.stem), tags=tags))
        return streets

    def _old_town(self) -> list[Street]:
        shares = ((0.25, 0.5, 0.75), (1 / 3, 2 / 3), (0.5,))
        upright = self._through(self.chance.choice(shares[:2]), "residential", upright=True, one_way=0.3)
        level = self._through(self.chance.choice(shares), "residential", upright=False, one_way=0.3)
        return [*upright, *level]

    def _housing(self) -> list[Street]:
        shares = ((1 / 3, 2 / 3), (1 / 3, 2 / 3), (0.5,))
        upright = self._through(self.chance.choice(shares), "residential", upright=True, one_way=0.06)
        level = self._through(self.chance.choice(shares), "residential", upright=False, one_way=0.06)
        return [*upright, *level]

    def _compound(self) -> list[Street]:
        """Draw a loop behind a gate; a second way in is closed by bollards."""
        corners = ((0.18, 0.18), (0.82, 0.18), (0.82, 0.82), (0.18, 0.82), (0.18, 0.18))
        loop = Street(self._line(*corners), "living_street", tags={"access": "private"})
        inner = Street(self._line((0.18, 0.5), (0.5, 0.5), (0.82, 0.5)), "service", tags={"access": "private"})
        gate, posts = self._at(0.5, 0.07), self._at(0.5, 0.93)
        guard = {"barrier": "gate", "access": "private"}
        entry = Street(
            LineString([self._at(0.5, 0.0), gate, self._at(0.5, 0.18)]),
            "service",
            tags={"access": "private"},
            spots=((gate, guard),),
        )
        closed = Street(
            LineString([self._at(0.5, 1.0), posts, self._at(0.5, 0.82)]),
            "service",
            spots=((posts, {"barrier": "bollard"}),),
        )
        return [loop, inner, entry, closed]

    def _park(self) -> list[Street]:
        return [
            Street(self._line((0.0, 0.5), (0.3, 0.62), (0.5, 0.5), (0.75, 0.4), (1.0, 0.5)), "footway"),
            Street(self._line((0.5, 0.0), (0.42, 0.3), (0.5, 0.5), (0.6, 0.8), (0.5, 1.0)), "footway"),
        ]

    def _works(self) -> list[Street]:
        return [Street(self._line((0.0, 0.5), (0.5, 0.5), (1.0, 0.5)), "unclassified", self.names.lane(self.stem))]

    def _campus(self) -> list[Street]:
        ring = Street(self._line((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75), (0.25, 0.25)), "service")
        gates = [
            Street(self._line((0.5, 0.0), (0.5, 0.25)), "service"),
            Street(self._line((0.75, 0.5), (1.0, 0.5)), "service"),
        ]
        return [ring, *gates]

    def _name(self, use: Use) -> Name | None:
        """Name what people name: compounds, parks, works, campuses, some of the housing."""
        endings = {
            Use.COMPOUND: (
                ("花园", "Garden"),
                ("家园", "Homestead"),
                ("雅苑", "Court"),
                ("新村", "New Village"),
                ("嘉园", "Residence"),
            ),
            Use.HOUSING: (("小区", "Residential Quarter"), ("社区", "Community"), ("南里", "Nanli"), ("北里", "Beili")),
            Use.OLD_TOWN: (("坊", "Ward"), ("里", "Quarter")),
            Use.PARK: (("公园", "Park"), ("绿地", "Green"), ("植物园", "Botanical Garden")),
            Use.WORKS: (("工业园", "Industrial Park"), ("物流园", "Logistics Park")),
            Use.CAMPUS: (("中学", "Middle School"), ("小学", "Primary School"), ("学院", "College")),
        }[use]
        zh, en = self.chance.choice(endings)
        return self.names.once(self.stem, zh, en)
