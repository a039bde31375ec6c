"""The routable graph, rebuilt from the raw file by a reader that shares nothing with `geo/`, must be the same.

Compared are the junctions (by place), the arcs (ends, length, duration) and the forbidden turns. Lengths are whole
millimetres; a sum that lies on the edge between two may fall on either side. Durations are that length at the class's
speed in whole milliseconds, at least 1, ties either way.
"""

import random
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import osmium
import pytest

from geo.city_pack import CityPack
from geo.junctions import lay_roads
from geo.osm_import import BadOsm, read_osm
from geo.roads import RoadGraph
from geo.speeds import Profile, read_profile
from tests.geo.osm_files import OsmNode, OsmTurn, OsmWay, write_osm
from tests.geo.raw_osm_files import Place, RawOsm, read_raw
from tests.geo.second_reader import SecondGraph, lay

SEED = 20_260_101
SMALL_CITIES = 1_000


@pytest.fixture
def profile_toml(project_dir: Path) -> Path:
    return project_dir / "geo" / "speeds.toml"


@cache
def profile() -> Profile:
    return read_profile()


def imported(osm: Path) -> RoadGraph:
    return lay_roads(read_osm(osm, profile(), lambda _: None), profile()).graph


def places_of(graph: RoadGraph) -> list[Place]:
    return [(round(lon * 1e7), round(lat * 1e7)) for lon, lat in zip(graph.node_lon, graph.node_lat, strict=True)]


def differences(graph: RoadGraph, second: SecondGraph) -> list[str]:
    """Say in words what the two readers do not agree on."""
    places = places_of(graph)
    ours = Counter(places)
    theirs = Counter(second.place_of[junction] for junction in second.junctions())
    said = [f"junction only in the pack: {place}" for place in ours - theirs]
    said += [f"junction only in the file: {place}" for place in theirs - ours]
    ours_forbidden = {tuple(places[node] for node in turn) for turn in graph.forbidden_turns}
    theirs_forbidden = {tuple(second.place_of[node] for node in turn) for turn in second.forbidden}
    said += [f"turn forbidden by one reader only: {turn}" for turn in ours_forbidden ^ theirs_forbidden]
    return said + _arc_differences(graph, places, second)


def _arc_differences(graph: RoadGraph, places: list[Place], second: SecondGraph) -> list[str]:
    ours: dict[tuple[Place, Place], list[tuple[int, float]]] = defaultdict(list)
    theirs: dict[tuple[Place, Place], list[tuple[int, float]]] = defaultdict(list)
    lengths = graph.length_m[graph.arc_stretch]
    for tail, head, length_m, duration_ms in zip(graph.arc_from, graph.arc_to, lengths, graph.duration_ms, strict=True):
        ours[places[tail], places[head]].append((round(length_m * 1000), float(duration_ms)))
    for arc in second.arcs:
        ends = second.place_of[arc.tail], second.place_of[arc.head]
        theirs[ends].append((arc.length_mm, arc.duration_ms))
    said: list[str] = []
    for ends in ours.keys() | theirs.keys():
        one, two = sorted(ours[ends]), sorted(theirs[ends])
        same = len(one) == len(two) and all(_agree(mine, other) for mine, other in zip(one, two, strict=True))
        said += [] if same else [f"arcs {ends}: {one} in the pack, {two} in the file"]
    return said


def _agree(ours: tuple[int, float], exact: tuple[int, float]) -> bool:
    """Compare (millimetres, milliseconds); a millimetre moves a duration by less than one on every class."""
    same_length = ours[0] == exact[0]
    return abs(ours[0] - exact[0]) <= 1 and abs(ours[1] - exact[1]) <= (0.5 + 1e-6 if same_length else 1.5)


def test_real_shanghai(shared_dir: Path, profile_toml: Path) -> None:
    osm = shared_dir / "cities" / "shanghai_people_square.osm"
    (second,) = lay(read_raw(osm), profile_toml)
    assert len(second.junctions()) > 400
    assert differences(imported(osm), second) == []


@pytest.fixture(scope="module")
def fictional_raw(fictional_osm: Path) -> RawOsm:
    return read_raw(fictional_osm)


def test_fictional_city(fictional_osm: Path, fictional_raw: RawOsm, profile_toml: Path) -> None:
    (second,) = lay(fictional_raw, profile_toml)
    assert len(second.junctions()) > 6_000
    assert len(second.forbidden) > 25
    assert differences(imported(fictional_osm), second) == []


def test_real_beijing(shared_dir: Path, beijing_pack: CityPack, profile_toml: Path) -> None:
    (second,) = lay(read_raw(shared_dir / "cities" / "beijing" / "beijing.osm.pbf"), profile_toml)
    assert len(second.junctions()) > 50_000
    assert differences(beijing_pack.graph, second) == []


def test_the_hand_written_pbf_reader_reads_what_pyosmium_reads(fictional_osm: Path, fictional_raw: RawOsm) -> None:
    known = RawOsm()
    for thing in osmium.FileProcessor(fictional_osm):
        tags = {tag.k: tag.v for tag in thing.tags}
        if isinstance(thing, osmium.osm.Node):
            known.places[thing.id] = (thing.location.x, thing.location.y)
            if tags:
                known.node_tags[thing.id] = tags
        elif isinstance(thing, osmium.osm.Way):
            known.ways.append((thing.id, [node.ref for node in thing.nodes], tags))
        elif isinstance(thing, osmium.osm.Relation):
            kinds = {"n": "node", "w": "way", "r": "relation"}
            known.relations.append((tags, [(kinds[member.type], member.ref, member.role) for member in thing.members]))
    assert fictional_raw == known


def test_small_cities_full_of_trouble(tmp_path: Path, profile_toml: Path) -> None:
    """Random files with every tag the rules speak of, and with what mappers get wrong."""
    osm = tmp_path / "trouble.osm"
    routable = turns = 0
    for case in range(SMALL_CITIES):
        _write_trouble(osm, random.Random(SEED + case))
        graphs = lay(read_raw(osm), profile_toml)
        if not graphs:
            with pytest.raises(BadOsm):
                imported(osm)
            continue
        graph = imported(osm)
        said = [differences(graph, second) for second in graphs]
        assert [] in said, f"seed {SEED + case}: {said[0]}\n{osm.read_text(encoding='utf-8')}"
        routable += len(graphs) == 1
        turns += bool(len(graph.forbidden_turns))
    assert routable > SMALL_CITIES // 2
    assert turns > SMALL_CITIES // 20


HIGHWAYS = (
    "motorway", "trunk_link", "primary", "secondary", "tertiary", "unclassified", "residential", "residential",
    "residential", "living_street", "service", "busway", "track", "pedestrian", "footway", "cycleway", "path", "steps",
    "construction", "proposed",
)  # fmt: skip
SOME_TAGS = (
    ("oneway", ("yes", "-1", "no", "1", "true", "reverse", "reversible", "alternating", "perhaps")),
    ("junction", ("roundabout", "circular", "yes")),
    ("access", ("no", "private", "yes", "destination", "forestry")),
    ("vehicle", ("no", "yes", "permit")),
    ("motor_vehicle", ("no", "designated")),
    ("motorcar", ("no", "yes")),
    ("emergency", ("yes", "no", "designated")),
    ("oneway:emergency", ("no", "yes")),
    ("area", ("yes",)),
)
NODE_TAGS = (
    ("barrier", ("bollard", "gate", "block", "lift_gate", "toll_booth", "wall", "something")),
    ("access", ("no", "yes", "private")),
    ("emergency", ("yes", "no")),
    ("motor_vehicle", ("no", "yes")),
)
TURNS = ("no_left_turn", "no_u_turn", "only_straight_on", "only_right_turn", "no_entry", "give_way")


def _write_trouble(osm: Path, draw: random.Random) -> None:
    """Write a dozen ways wandering over a lattice: crossings without nodes, loops, gaps, barriers, doubtful turns."""
    side = draw.randint(3, 5)
    nodes = [
        OsmNode(
            1 + x + side * y, 116.3 + 0.0011 * x + draw.random() * 1e-4, 39.9 + 0.0009 * y, _some(draw, NODE_TAGS, 0.06)
        )
        for y in range(side)
        for x in range(side)
    ]
    # Two nodes nearer than twice a barrier's setback, and two at one place.
    nodes.append(OsmNode(side * side + 1, nodes[0].lon + 2e-5, nodes[0].lat))
    nodes.append(OsmNode(side * side + 2, nodes[-2].lon, nodes[-2].lat))
    ways = [OsmWay(number, _wander(draw, side), _way_tags(draw)) for number in range(10, 10 + draw.randint(4, 12))]
    ways.append(OsmWay(30, (side * side + 1, 1, 2), {"highway": "service"}))
    ways.append(OsmWay(31, (side * side, side * side + 2, side * side - 1), {"highway": "residential"}))
    turns = [turn for _ in range(draw.randint(0, 8)) for turn in _turn(draw, ways)]
    write_osm(osm, nodes, ways, turns)


def _wander(draw: random.Random, side: int) -> tuple[int, ...]:
    x, y = draw.randrange(side), draw.randrange(side)
    walk = [1 + x + side * y]
    for _ in range(draw.randint(1, 7)):
        x = min(side - 1, max(0, x + draw.choice((-1, 0, 1))))
        y = min(side - 1, max(0, y + draw.choice((-1, 0, 1))))
        walk.append(1 + x + side * y)
    if draw.random() < 0.1:
        walk.insert(draw.randrange(len(walk)), 999)  # a node that the extract left out
    if draw.random() < 0.15:
        walk.append(walk[0])
    return tuple(walk)


def _way_tags(draw: random.Random) -> dict[str, str]:
    return {"highway": draw.choice(HIGHWAYS), **_some(draw, SOME_TAGS, 0.1)}


def _some(draw: random.Random, choices: tuple[tuple[str, tuple[str, ...]], ...], share: float) -> dict[str, str]:
    return {key: draw.choice(values) for key, values in choices if draw.random() < share}


def _turn(draw: random.Random, ways: list[OsmWay]) -> list[OsmTurn]:
    """Forbid a turn where two ways touch, most often at an end of both, or somewhere that makes no sense."""
    one, two = draw.choice(ways), draw.choice(ways)
    shared = [node for node in one.nodes if node in two.nodes]
    if not shared:
        return []
    ends = [node for node in shared if node in (one.nodes[0], one.nodes[-1])]
    via = draw.choice(ends or shared)
    tags = draw.choice(
        ({}, {}, {}, {"except": "psv;bicycle"}, {"except": "psv; emergency"}, {"restriction:emergency": "no_exit"})
    )
    via_type = "way" if draw.random() < 0.05 else "node"
    return [OsmTurn(draw.choice(TURNS), one.ref, via, two.ref, via_type, tags)]


def test_a_mistake_would_be_noticed(shared_dir: Path, profile_toml: Path) -> None:
    """Spoil the second reader's graph in each way that matters: every time the comparison speaks."""
    osm = shared_dir / "cities" / "shanghai_people_square.osm"
    graph = imported(osm)
    (second,) = lay(read_raw(osm), profile_toml)
    arcs = second.arcs
    slower = [*arcs[1:], type(arcs[0])(arcs[0].tail, arcs[0].head, 1, arcs[0].length_mm, arcs[0].duration_ms + 2.0)]
    one, two = next((a, b) for a, b in pairwise(arcs) if a.head == b.tail)
    turned = {(one.tail, one.head, two.head)}
    assert differences(graph, SecondGraph(arcs[1:], set(), second.place_of))
    assert differences(graph, SecondGraph(slower, set(), second.place_of))
    assert differences(graph, SecondGraph(arcs, turned, second.place_of))
