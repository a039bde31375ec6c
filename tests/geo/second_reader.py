"""Read an OpenStreetMap file and lay the road graph a second time, sharing nothing with `geo/`.

Written from the rules that `geo/speeds.toml`, `geo.osm_import`, `geo.junctions` and `geo.turns` state in words, with
plain dictionaries and loops, so that a mistake there is unlikely to be made here again.
"""

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from tests.geo.raw_osm_files import UNITS, Place, RawOsm

EARTH_RADIUS_M = 6_371_008.8
SETBACK_M = 2.0

Rules = dict[str, Any]


@dataclass(frozen=True)
class Arc:
    """One drivable direction of one stretch, by the nodes at its ends."""

    tail: int
    head: int
    way: int
    length_mm: int
    duration_ms: float
    """Exact; the importer rounds it to a whole number, at least 1."""


@dataclass(frozen=True)
class SecondGraph:
    """The routable graph: arcs that all lead to each other."""

    arcs: list[Arc]
    forbidden: set[tuple[int, int, int]]
    place_of: dict[int, Place]

    def junctions(self) -> set[int]:
        return {arc.tail for arc in self.arcs}


@cache
def _rules(profile_toml: Path) -> Rules:
    return tomllib.loads(profile_toml.read_text(encoding="utf-8"))


def lay(raw: RawOsm, profile_toml: Path) -> list[SecondGraph]:
    """Cut ways into stretches, make arcs, place restrictions, keep the main component.

    Returns one graph for each of the largest components: one, unless several are equally large.
    """
    rules = _rules(profile_toml)
    place_of = dict(raw.places)
    pieces = list(_pieces(raw, rules, place_of))
    arcs = list(_arcs(pieces, rules, place_of))
    forbidden = set(_forbidden(raw, rules, arcs))
    components = list(_components(arcs, forbidden))
    most = max((len(component) for component in components), default=0)
    return [_graph_of(component, forbidden, place_of) for component in components if len(component) == most]


def _graph_of(arcs: list[Arc], forbidden: set[tuple[int, int, int]], place_of: dict[int, Place]) -> SecondGraph:
    """Keep the restrictions whose arcs are there."""
    joined = {(arc.tail, arc.head) for arc in arcs}
    kept = {turn for turn in forbidden if (turn[0], turn[1]) in joined and (turn[1], turn[2]) in joined}
    return SecondGraph(arcs, kept, place_of)


# --- what the tags say -----------------------------------------------------------------------------------------------


def _access(tags: dict[str, str], rules: Rules) -> str | None:
    for key in rules["access"]["keys"]:
        if key in tags:
            return tags[key]
    return None


def _is_open(tags: dict[str, str], rules: Rules) -> bool:
    highway = tags.get("highway")
    speeds = {key for key in rules["speed_kmh"] if key not in {"source", "mark"}}
    if highway not in speeds or tags.get("area") == "yes":
        return False
    if highway in rules["only_where_allowed"]["classes"]:
        vehicle_keys = [key for key in rules["access"]["keys"] if key != "access"]
        return any(key in tags for key in vehicle_keys) and _access(tags, rules) in rules["access"]["opened"]
    return _access(tags, rules) not in rules["access"]["closed"]


def _directions(tags: dict[str, str], rules: Rules) -> tuple[bool, bool] | None:
    """Return (forward, backward), or None where the direction changes with the hour."""
    oneway = rules["oneway"]
    if any(tags.get(key) in oneway["both"] for key in oneway["exempt_keys"]):
        return True, True
    value = tags.get("oneway")
    if value in oneway["changing"]:
        return None
    if value in oneway["forward"]:
        return True, False
    if value in oneway["backward"]:
        return False, True
    if value in oneway["both"]:
        return True, True
    implied = tags.get("highway") in oneway["implied_classes"] or tags.get("junction") in oneway["implied_junctions"]
    return True, not implied


def _is_blocked(tags: dict[str, str], rules: Rules) -> bool:
    if "barrier" not in tags:
        return False
    access = _access(tags, rules)
    return tags["barrier"] in rules["barriers"]["blocked"] if access is None else access in rules["access"]["closed"]


# --- from ways to arcs -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    way: int
    nodes: list[int]
    highway: str
    forward: bool
    backward: bool


def _pieces(raw: RawOsm, rules: Rules, place_of: dict[int, Place]) -> Iterator[_Piece]:
    """Yield the drivable ways, cut where a node is missing and where a barrier stands."""
    blocked = {node for node, tags in raw.node_tags.items() if _is_blocked(tags, rules)}
    invented = count(min(place_of, default=0) - 1, -1)
    for way, nodes, tags in raw.ways:
        directions = _directions(tags, rules) if _is_open(tags, rules) else None
        if directions is None:
            continue
        for run in _present_runs(nodes, raw.places):
            for part in _between_barriers(run, blocked):
                ends = list(part)
                for end, inside in ((0, 1), (-1, -2)):
                    if part[end] in blocked:
                        ends[end] = next(invented)
                        place_of[ends[end]] = _set_back(place_of[part[end]], place_of[part[inside]])
                yield _Piece(way, ends, tags["highway"], *directions)


def _present_runs(nodes: list[int], places: dict[int, Place]) -> list[list[int]]:
    """Split at nodes that the file lacks; a node repeated on the spot counts once."""
    runs: list[list[int]] = [[]]
    for node in nodes:
        if node not in places:
            runs.append([])
        elif not runs[-1] or runs[-1][-1] != node:
            runs[-1].append(node)
    return [run for run in runs if len(run) > 1]


def _between_barriers(run: list[int], blocked: set[int]) -> list[list[int]]:
    cuts = [0, *(at for at in range(1, len(run) - 1) if run[at] in blocked), len(run) - 1]
    return [run[start : stop + 1] for start, stop in pairwise(cuts)]


def _set_back(barrier: Place, inside: Place) -> Place:
    """Return the place 2 m before a barrier, halfway at most."""
    gap_m = haversine_m(barrier, inside)
    share = 0.0 if gap_m == 0.0 else min(SETBACK_M / gap_m, 0.5)
    return (
        barrier[0] + round(share * (inside[0] - barrier[0])),
        barrier[1] + round(share * (inside[1] - barrier[1])),
    )


def _arcs(pieces: list[_Piece], rules: Rules, place_of: dict[int, Place]) -> Iterator[Arc]:
    """Cut pieces at junctions: ends of pieces, and nodes that occur more than once in all pieces together."""
    occurrences: dict[int, int] = defaultdict(int)
    for piece in pieces:
        for node in piece.nodes:
            occurrences[node] += 1
        # An end is a junction whatever else happens there.
        for end in (piece.nodes[0], piece.nodes[-1]):
            occurrences[end] += 1
    for piece in pieces:
        start = 0
        for at in range(1, len(piece.nodes)):
            if occurrences[piece.nodes[at]] < 2:
                continue
            stretch = piece.nodes[start : at + 1]
            start = at
            yield from _both_ways(piece, stretch, rules, place_of)


def _both_ways(piece: _Piece, stretch: list[int], rules: Rules, place_of: dict[int, Place]) -> Iterator[Arc]:
    places = [place_of[node] for node in stretch]
    length_mm = round(1000.0 * math.fsum(haversine_m(one, two) for one, two in pairwise(places)))
    duration_ms = max(1.0, length_mm * 3.6 / rules["speed_kmh"][piece.highway])
    if piece.forward:
        yield Arc(stretch[0], stretch[-1], piece.way, length_mm, duration_ms)
    if piece.backward:
        yield Arc(stretch[-1], stretch[0], piece.way, length_mm, duration_ms)


def haversine_m(one: Place, two: Place) -> float:
    """Return the great-circle distance of two places on the mean sphere."""
    lon_one, lat_one, lon_two, lat_two = (math.radians(units / UNITS) for units in (*one, *two))
    square = (
        math.sin((lat_two - lat_one) / 2) ** 2
        + math.cos(lat_one) * math.cos(lat_two) * math.sin((lon_two - lon_one) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, square)))


# --- turn restrictions and what hangs together -----------------------------------------------------------------------


def _forbidden(raw: RawOsm, rules: Rules, arcs: list[Arc]) -> Iterator[tuple[int, int, int]]:
    """Yield forbidden (from, via, to); a relation whose place is not unambiguous forbids nothing."""
    into: dict[int, list[Arc]] = defaultdict(list)
    out_of: dict[int, list[Arc]] = defaultdict(list)
    for arc in arcs:
        into[arc.head].append(arc)
        out_of[arc.tail].append(arc)
    for tags, members in raw.relations:
        kind = tags.get("restriction:emergency") or tags.get("restriction")
        excepted = {word.strip() for word in tags.get("except", "").split(";")}
        if tags.get("type") != "restriction" or kind is None or excepted & set(rules["turns"]["except_vehicles"]):
            continue
        if sorted((role, sort) for sort, _, role in members) != [("from", "way"), ("to", "way"), ("via", "node")]:
            continue
        ref = {role: number for _, number, role in members}
        origins = {arc.tail for arc in into[ref["via"]] if arc.way == ref["from"]}
        targets = {arc.head for arc in out_of[ref["via"]] if arc.way == ref["to"]}
        if len(origins) != 1 or len(targets) != 1:
            continue
        (origin,), (target,) = origins, targets
        if kind.startswith("no_"):
            yield origin, ref["via"], target
        elif kind.startswith("only_"):
            yield from ((origin, ref["via"], arc.head) for arc in out_of[ref["via"]] if arc.head != target)


def _components(arcs: list[Arc], forbidden: set[tuple[int, int, int]]) -> Iterator[list[Arc]]:
    """Yield the sets of arcs that all lead to each other by allowed turns (Kosaraju's two searches)."""
    out_of: dict[int, list[int]] = defaultdict(list)
    into: dict[int, list[int]] = defaultdict(list)
    for number, arc in enumerate(arcs):
        out_of[arc.tail].append(number)
        into[arc.head].append(number)
    onward = [[n for n in out_of[a.head] if (a.tail, a.head, arcs[n].head) not in forbidden] for a in arcs]
    backward = [[n for n in into[a.tail] if (arcs[n].tail, a.tail, a.head) not in forbidden] for a in arcs]
    taken = [False] * len(arcs)
    for root in reversed(_finished(onward)):
        if taken[root]:
            continue
        taken[root] = True
        component = [root]
        for number in component:  # grows while it is walked
            for before in backward[number]:
                if not taken[before]:
                    taken[before] = True
                    component.append(before)
        yield [arcs[number] for number in component]


def _finished(onward: list[list[int]]) -> list[int]:
    """Search depth first and return the numbers in the order in which they are done with."""
    finished: list[int] = []
    seen = [False] * len(onward)
    for root in range(len(onward)):
        stack = [] if seen[root] else [(root, iter(onward[root]))]
        seen[root] = True
        while stack:
            number, rest = stack[-1]
            following = next((n for n in rest if not seen[n]), None)
            if following is None:
                finished.append(number)
                stack.pop()
            else:
                seen[following] = True
                stack.append((following, iter(onward[following])))
    return finished
