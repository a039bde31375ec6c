"""What a crew is told: the step that a driver would expect on drawn junctions, and what must hold on random cities."""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from dispatch.texts_catalogue import catalogue
from geo.driven_line import turned
from geo.junctions import lay_roads
from geo.osm_import import read_osm
from geo.point import Point, destination_point
from geo.snap import RoadIndex, build_grid
from geo.travel import TravelTimes
from geo.turn_list import Turn, TurnStep
from tests.geo.osm_files import OsmNode, OsmWay, silent, write_osm
from tests.geo.random_city import PROFILE, random_graph, random_point, travel_of

MIDDLE = Point(116.40, 39.90)


def at(east_m: float, north_m: float) -> Point:
    """Return the place so many metres beside the middle."""
    course = math.degrees(math.atan2(east_m, north_m))
    return destination_point(MIDDLE, course, math.hypot(east_m, north_m))


class Drawing:
    """A map drawn in metres."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[float, float], int] = {}
        self._ways: list[OsmWay] = []

    def road(self, name: str, *places: tuple[float, float], **tags: str) -> None:
        """Draw a road along places."""
        nodes = tuple(self._numbers.setdefault(place, len(self._numbers) + 1) for place in places)
        named = {"name": name} if name else {}
        self._ways.append(OsmWay(len(self._ways) + 1, nodes, {"highway": "primary", **named, **tags}))

    def travel(self, folder: Path) -> TravelTimes:
        """Open travel times on the map."""
        nodes = [OsmNode(number, at(*place).lon, at(*place).lat) for place, number in self._numbers.items()]
        city = read_osm(write_osm(folder / "drawn.osm", nodes, self._ways), PROFILE, silent)
        graph = lay_roads(city, PROFILE).graph
        return TravelTimes(graph, RoadIndex(graph, build_grid(graph)), {}, city.names)


def told(travel: TravelTimes, start: tuple[float, float], end: tuple[float, float]) -> list[tuple[str, str | None]]:
    route = travel.route(at(*start), at(*end))
    assert route is not None
    return [(step.turn.value, None if step.name is None else step.name.zh) for step in travel.turn_list(route)]


@pytest.fixture(scope="module")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> TravelTimes:
    drawing = Drawing()
    drawing.road("西路", (-300, 0), (0, 0))
    drawing.road("东路", (0, 0), (300, 0), (600, 60))
    drawing.road("南北街", (0, -300), (0, 0), (0, 300))
    drawing.road("斜街", (0, 0), (200, -115))
    return drawing.travel(tmp_path_factory.mktemp("crossing"))


@pytest.mark.parametrize(
    ("end", "step"),
    [
        ((0, 300), ("left", "南北街")),
        ((0, -300), ("right", "南北街")),
        ((600, 60), ("continue", "东路")),
        ((200, -115), ("slight_right", "斜街")),
    ],
)
def test_a_crossing(crossing: TravelTimes, end: tuple[float, float], step: tuple[str, str]) -> None:
    assert told(crossing, (-200, 0), end) == [("depart", "西路"), step, ("arrive", step[1])]


def test_a_bend_is_no_turn(crossing: TravelTimes) -> None:
    assert told(crossing, (100, 0), (590, 58)) == [("depart", "东路"), ("arrive", "东路")]


def test_a_turn_across_a_dual_carriageway_is_one_turn(tmp_path: Path) -> None:
    drawing = Drawing()
    one_way = {"oneway": "yes"}
    for name, north, direction in (("大道", 0, 1), ("大道", 24, -1)):
        places = [(-400, north), (0, north), (24, north), (400, north)][::direction]
        drawing.road(name, *places, **one_way)
    drawing.road("", (400, 0), (400, 24), **one_way)
    drawing.road("", (-400, 24), (-400, 0), **one_way)
    drawing.road("横街", (24, -300), (24, 0), (24, 24), (24, 300))
    drawing.road("", (0, 0), (0, 24), **one_way)
    travel = drawing.travel(tmp_path)
    assert told(travel, (-200, 0), (24, 200)) == [("depart", "大道"), ("left", "横街"), ("arrive", "横街")]
    assert told(travel, (24, -200), (24, 200)) == [("depart", "横街"), ("arrive", "横街")]
    assert told(travel, (24, -200), (-200, 24)) == [("depart", "横街"), ("left", "大道"), ("arrive", "大道")]
    back = told(travel, (-200, 0), (-300, 24))
    assert back == [("depart", "大道"), ("u_turn", "大道"), ("arrive", "大道")]


def test_a_roundabout_counts_its_exits(tmp_path: Path) -> None:
    drawing = Drawing()
    corners = [(round(40 * math.cos(turn), 3), round(40 * math.sin(turn), 3)) for turn in ring_angles(16)]
    drawing.road("环岛", *corners, corners[0], junction="roundabout")
    for name, corner, outside in (
        ("东路", 0, (300, 0)),
        ("北路", 4, (0, 300)),
        ("西路", 8, (-300, 0)),
        ("南路", 12, (0, -300)),
    ):
        drawing.road(name, corners[corner], outside)
    travel = drawing.travel(tmp_path)
    for end, name, exit_number in (((250, 0), "东路", 1), ((0, 250), "北路", 2), ((-250, 0), "西路", 3)):
        route = travel.route(at(0, -250), at(*end))
        assert route is not None
        steps = travel.turn_list(route)
        assert [step.turn for step in steps] == [Turn.DEPART, Turn.ROUNDABOUT, Turn.ARRIVE]
        assert (steps[1].exit_number, steps[1].name and steps[1].name.zh) == (exit_number, name)


def ring_angles(count: int) -> list[float]:
    return [2.0 * math.pi * nth / count for nth in range(count)]


def test_a_block_of_one_way_streets_is_no_roundabout(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.road("", (0, 0), (100, 0), (100, 100), (0, 100), (0, 0), oneway="yes")
    for corner, outside in (((0, 0), (-300, 0)), ((100, 100), (400, 100))):
        drawing.road("街", corner, outside)
    steps = told(drawing.travel(tmp_path), (-200, 0), (300, 100))
    assert Turn.ROUNDABOUT not in {turn for turn, _ in steps}


def test_a_ramp_onto_a_motorway(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.road("大街", (-500, -60), (0, -60), (500, -60))
    drawing.road("", (0, -60), (100, -40), (200, -5), (300, 0), highway="motorway_link", oneway="yes")
    drawing.road("高速", (-500, 0), (300, 0), (900, 0), highway="motorway", oneway="yes")
    drawing.road("", (900, 0), (900, -200), (500, -200), (-500, -200), (-500, 0), oneway="yes")
    drawing.road("", (500, -60), (500, -200), (-500, -60))
    assert told(drawing.travel(tmp_path), (-300, -60), (800, 0)) == [
        ("depart", "大街"),
        ("ramp", None),
        ("merge", "高速"),
        ("arrive", "高速"),
    ]


def test_a_turn_is_between_half_a_turn_left_and_right() -> None:
    assert [turned(350, 10), turned(10, 350), turned(0, 180), turned(180, 0), turned(90, 90)] == [20, -20, 180, 180, 0]


def test_steps_add_up_to_the_route_and_have_words() -> None:
    compared = 0
    for seed in range(1000):
        graph, rng = random_graph(seed % 100), random.Random(seed)
        travel = travel_of(seed % 100)
        route = travel.route(random_point(rng, graph), random_point(rng, graph))
        if route is None:
            continue
        steps = travel.turn_list(route)
        assert steps[-1].turn is Turn.ARRIVE, f"seed {seed}"
        assert [step.turn for step in steps].count(Turn.DEPART) == bool(route.legs), f"seed {seed}"
        assert_adds_up(steps, route.distance_m, route.duration_s, seed)
        compared += len(steps)
    assert compared > 2000


def assert_adds_up(steps: Sequence[TurnStep], distance_m: float, duration_s: float, seed: int) -> None:
    assert sum(step.distance_m for step in steps) == pytest.approx(distance_m, abs=1e-6), f"seed {seed}"
    assert sum(step.duration_s for step in steps) == pytest.approx(duration_s, abs=1e-6), f"seed {seed}"
    assert all(step.code in catalogue() and 0.0 <= step.bearing_deg < 360.0 for step in steps), f"seed {seed}"


def test_every_turn_has_words_with_and_without_a_name() -> None:
    codes = {f"route.{turn}{onto}" for turn in Turn for onto in ("", ".onto")}
    assert codes <= catalogue().keys()
