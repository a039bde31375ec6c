"""Forbid a few turns, as traffic police do: ways are split at the junctions in question, relations name the arms."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from geo.fictional_city.network import Network, Way

_COUNT = 36
# The kinds in turn; the last two are excepted for buses and for emergency vehicles.
_KINDS = (
    ("no_left_turn", ""),
    ("no_u_turn", ""),
    ("only_straight_on", ""),
    ("no_left_turn", ""),
    ("no_right_turn", ""),
    ("no_left_turn", "psv"),
    ("no_left_turn", "emergency"),
)
_ARMS = 4
_CLASSES = frozenset({"secondary", "tertiary"})


@dataclass(frozen=True, slots=True)
class Restriction:
    """One relation: ways by index into the split ways, the junction by node index."""

    kind: str
    excepted: str
    from_way: int
    via: int
    to_way: int


def restrict_turns(network: Network, chance: Random) -> tuple[list[Way], list[Restriction]]:
    """Choose plain crossings, split the ways there, and forbid one turn at each."""
    crossings = _plain_crossings(network.ways)
    chosen = sorted(chance.sample(crossings, min(_COUNT, len(crossings))))
    ways = _split(network.ways, frozenset(chosen))
    arms: dict[int, list[int]] = defaultdict(list)
    for number, way in enumerate(ways):
        for end in {way.nodes[0], way.nodes[-1]}:
            arms[end].append(number)
    restrictions: list[Restriction] = []
    for turn, via in enumerate(chosen):
        kind, excepted = _KINDS[turn % len(_KINDS)]
        from_way = chance.choice(arms[via])
        to_way = _turning(network, ways, arms[via], (from_way, via), kind)
        restrictions.append(Restriction(kind, excepted, from_way, via, to_way))
    return ways, restrictions


def _plain_crossings(ways: Sequence[Way]) -> list[int]:
    """List the nodes where two two-way streets of the grid simply cross."""
    passing: dict[int, list[bool]] = defaultdict(list)
    for way in ways:
        plain = way.street.highway in _CLASSES and "oneway" not in way.street.tags and "bridge" not in way.street.tags
        for node in (way.nodes[0], way.nodes[-1]):
            passing[node].append(False)
        for node in way.nodes[1:-1]:
            passing[node].append(plain)
    return sorted(node for node, plain in passing.items() if plain == [True, True])


def _split(ways: Sequence[Way], at: frozenset[int]) -> list[Way]:
    split: list[Way] = []
    for way in ways:
        start = 0
        for position in range(1, len(way.nodes) - 1):
            if way.nodes[position] in at:
                split.append(Way(way.nodes[start : position + 1], way.street))
                start = position
        split.append(Way(way.nodes[start:], way.street))
    return split


def _turning(network: Network, ways: Sequence[Way], arms: Sequence[int], arrival: tuple[int, int], kind: str) -> int:
    """Find the arm that a turn of this kind leads into, arriving at the junction by a way."""
    from_way, via = arrival
    if kind == "no_u_turn":
        return from_way
    wanted_deg = {"no_left_turn": 90.0, "no_right_turn": -90.0, "only_straight_on": 0.0}[kind]
    inbound = _course_deg(network, ways[from_way], via) + 180.0

    def off_by(way: int) -> float:
        turn = (_course_deg(network, ways[way], via) - inbound - wanted_deg + 180.0) % 360.0 - 180.0
        return abs(turn)

    return min((way for way in arms if way != from_way), key=off_by)


def _course_deg(network: Network, way: Way, via: int) -> float:
    """Return the direction in which a way leaves a junction, counterclockwise from east."""
    beyond = way.nodes[1] if way.nodes[0] == via else way.nodes[-2]
    east, north = network.nodes[beyond] - network.nodes[via]
    return math.degrees(math.atan2(north, east))
