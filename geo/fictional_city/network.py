"""Join the streets of the plan into nodes and ways, as a map-maker would: shared nodes where streets meet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.fictional_city.street import Street

# Meetings of one level nearer to each other than this are one junction.
_MERGE_M = 4.0
# A dead end shorter than this is where a street was drawn beyond the one it ends at.
_STUB_M = 16.0
# A bend nearer than this to a junction is left to the junction.
_BEND_M = 3.0
_SAME_PLACE_DIGITS = 2

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Way:
    """Nodes by index, in order, and the street they are of."""

    nodes: tuple[int, ...]
    street: Street


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes in plan metres (n x 2), tags of the few that have any, and the ways through them."""

    nodes: NDArray[np.float64]
    node_tags: Mapping[int, Mapping[str, str]]
    ways: Sequence[Way]


class _Meetings:
    """Places where streets meet, and which of them are one place after all (union-find)."""

    def __init__(self) -> None:
        self.places: list[Spot] = []
        self.levels: list[set[int]] = []
        self.on_street: dict[int, list[tuple[float, int]]] = defaultdict(list)
        self._root: list[int] = []

    def add(self, place: Spot, stops: Iterable[tuple[int, float, int]]) -> None:
        """Note that streets (index, metres along, level) meet here."""
        number = len(self.places)
        self.places.append(place)
        self._root.append(number)
        self.levels.append(set())
        for street, along_m, level in stops:
            self.levels[number].add(level)
            self.on_street[street].append((along_m, number))

    def root(self, number: int) -> int:
        while self._root[number] != number:
            self._root[number] = self._root[self._root[number]]
            number = self._root[number]
        return number

    def unite_neighbours(self) -> None:
        """Make one junction of meetings of one level that are closer than any real junctions are."""
        by_level: dict[int, list[int]] = defaultdict(list)
        for number, levels in enumerate(self.levels):
            for level in levels:
                by_level[level].append(number)
        for numbers in by_level.values():
            pairs = cKDTree(np.array([self.places[number] for number in numbers])).query_pairs(_MERGE_M)
            for one, other in sorted(pairs):
                low, high = sorted((self.root(numbers[one]), self.root(numbers[other])))
                self._root[high] = low


def join(streets: Sequence[Street]) -> Network:
    """Find where streets meet, give every such place one node, and thread the ways through them."""
    meetings = _Meetings()
    _meet_on_level(streets, meetings)
    _meet_at_ends(streets, meetings)
    meetings.unite_neighbours()
    node_of: dict[int, int] = {}
    nodes: list[Spot] = []
    node_tags: dict[int, Mapping[str, str]] = {}
    ways: list[Way] = []
    used = _uses(streets, meetings)
    for number, street in enumerate(streets):
        spots = {_rounded(place): tags for place, tags in street.spots}
        threaded: list[int] = []
        for place, meeting in _thread(street, number, meetings, used):
            if meeting is None or meeting not in node_of:
                nodes.append(place)
                if meeting is not None:
                    node_of[meeting] = len(nodes) - 1
            index = len(nodes) - 1 if meeting is None else node_of[meeting]
            if _rounded(place) in spots:
                node_tags[index] = spots[_rounded(place)]
            threaded.append(index)
        if len(threaded) > 1:
            ways.append(Way(tuple(threaded), street))
    return Network(np.array(nodes), node_tags, ways)


def _meet_on_level(streets: Sequence[Street], meetings: _Meetings) -> None:
    """Add a meeting wherever two lines of one level cross."""
    lines = np.array([street.line for street in streets], dtype=object)
    levels = np.array([street.level for street in streets])
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    keep = (one < other) & (levels[one] == levels[other])
    one, other = one[keep], other[keep]
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    crossings, pair = shapely.get_parts(shapely.intersection(lines[one], lines[other]), return_index=True)
    crossings = shapely.centroid(crossings)
    first, second = one[pair], other[pair]
    first_m = shapely.line_locate_point(lines[first], crossings)
    second_m = shapely.line_locate_point(lines[second], crossings)
    places = shapely.get_coordinates(crossings)
    for i in range(len(places)):
        level = int(levels[first[i]])
        stops = ((int(first[i]), float(first_m[i]), level), (int(second[i]), float(second_m[i]), level))
        meetings.add((float(places[i, 0]), float(places[i, 1])), stops)


def _meet_at_ends(streets: Sequence[Street], meetings: _Meetings) -> None:
    """Add a meeting at every end of a street, with all streets that have a vertex exactly there."""
    vertices: dict[Spot, list[int]] = defaultdict(list)
    for number, street in enumerate(streets):
        for spot in dict.fromkeys(_rounded(place) for place in street.line.coords):
            vertices[spot].append(number)
    ends = dict.fromkeys(_rounded(street.line.coords[end]) for street in streets for end in (0, -1))
    for end in ends:
        stops = [
            (number, along_m, streets[number].level)
            for number in vertices[end]
            for along_m in _where(streets[number].line, end)
        ]
        meetings.add(end, stops)


def _where(line: shapely.LineString, vertex: Spot) -> list[float]:
    """Return how far along a line one of its vertices is; the two ends of a circle are both there."""
    ends = [m for m, end in ((0.0, line.coords[0]), (line.length, line.coords[-1])) if _rounded(end) == vertex]
    return ends or [float(line.project(shapely.Point(vertex)))]


def _uses(streets: Sequence[Street], meetings: _Meetings) -> dict[int, int]:
    """Count how many street passages each junction has, to tell dead ends."""
    used: dict[int, int] = defaultdict(int)
    for number in range(len(streets)):
        for root in {meetings.root(meeting) for _, meeting in meetings.on_street[number]}:
            used[root] += 1
    return used


def _thread(street: Street, number: int, meetings: _Meetings, used: Mapping[int, int]) -> list[tuple[Spot, int | None]]:
    """List the places of a street in order: junctions (with their number) and bends (None)."""
    stops: list[tuple[float, int]] = []
    for along_m, meeting in sorted(meetings.on_street[number]):
        root = meetings.root(meeting)
        if not stops or stops[-1][1] != root:
            stops.append((along_m, root))
    stops = _without_stubs(stops, used)
    if not stops:
        return []
    taken = np.array([along_m for along_m, _ in stops])
    bends = _bends(street)
    threaded: list[tuple[float, Spot, int | None]] = [(m, meetings.places[root], root) for m, root in stops]
    for along_m, place in bends:
        if stops[0][0] < along_m < stops[-1][0] and np.abs(taken - along_m).min() > _BEND_M:
            threaded.append((along_m, place, None))
    return [(place, meeting) for _, place, meeting in sorted(threaded, key=lambda item: item[0])]


def _without_stubs(stops: list[tuple[float, int]], used: Mapping[int, int]) -> list[tuple[float, int]]:
    """Take off the short dead ends that stick out beyond the first and the last junction."""
    if stops and stops[0][1] == stops[-1][1]:  # a circle has no ends
        return stops if len(stops) > 1 else []
    while len(stops) > 1 and used[stops[0][1]] == 1 and stops[1][0] - stops[0][0] < _STUB_M:
        stops = stops[1:]
    while len(stops) > 1 and used[stops[-1][1]] == 1 and stops[-1][0] - stops[-2][0] < _STUB_M:
        stops = stops[:-1]
    return stops if len(stops) > 1 else []


def _bends(street: Street) -> list[tuple[float, Spot]]:
    """List the vertices of a street with their distance along it."""
    coordinates = shapely.get_coordinates(street.line)
    along_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coordinates, axis=0).T))])
    return [(float(m), (float(x), float(y))) for m, (x, y) in zip(along_m, coordinates, strict=True)]


def _rounded(place: Sequence[float]) -> Spot:
    return round(place[0], _SAME_PLACE_DIGITS), round(place[1], _SAME_PLACE_DIGITS)
