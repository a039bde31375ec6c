"""Map matching: against a plain Viterbi on Dijkstra, on drives whose roads are known, on real taxis, on nonsense."""

import csv
import gzip
import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.city_pack import CityPack
from geo.point import EARTH_RADIUS_M, Point, distance_m
from geo.prepared import PreparedRoads
from geo.roads import RoadGraph
from geo.snap import RoadIndex, Snap, build_grid
from geo.tracks.map_matching import (
    Link,
    MapMatcher,
    MatchedTrack,
    MatchSettings,
    length_cm,
    read_settings,
    way_over,
)
from geo.travel import TravelTimes
from tests.geo.random_city import SIZE, SOUTH, WEST, random_graph, random_point
from tests.geo.slow_search import SearchGraph, Seeds

METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M
SMALL = MatchSettings(
    sigma_m=30.0,
    beta_m=40.0,
    beta_mps=1.0,
    radius_m=200.0,
    candidates_max=4,
    still_m=60.0,
    speed_max_mps=45.0,
    silence_s=120.0,
)
NOISE_M = 8.0
TAXIS = "data/tracks/beijing_taxis_20080204-05.csv.gz"
Track = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


@pytest.fixture(scope="module")
def beijing(beijing_pack: CityPack) -> MapMatcher:
    return MapMatcher.of(beijing_pack)


def candidates(graph: RoadGraph, at: Point, radius_m: float, most: int) -> list[tuple[float, int, float]]:
    """Return (distance, stretch, fraction) of the nearest place on each of the nearest stretches: every piece."""
    east_m = METRES_PER_DEGREE * math.cos(math.radians(at.lat))
    found: dict[int, tuple[float, int, float]] = {}
    for stretch in range(graph.stretch_count):
        first, last = int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1])
        for piece in range(first, last - 1):
            ax = (float(graph.shape_lon[piece]) - at.lon) * east_m
            ay = (float(graph.shape_lat[piece]) - at.lat) * METRES_PER_DEGREE
            dx = (float(graph.shape_lon[piece + 1]) - at.lon) * east_m - ax
            dy = (float(graph.shape_lat[piece + 1]) - at.lat) * METRES_PER_DEGREE - ay
            square = dx * dx + dy * dy
            along = min(1.0, max(0.0, -(ax * dx + ay * dy) / square)) if square else 0.0
            away = math.hypot(ax + along * dx, ay + along * dy)
            start, end = float(graph.shape_m[piece]), float(graph.shape_m[piece + 1])
            place = (away, stretch, (start + along * (end - start)) / float(graph.shape_m[last - 1]))
            if away <= radius_m and (stretch not in found or away < found[stretch][0]):
                found[stretch] = place
    return sorted(found.values())[:most]


def as_snap(place: tuple[float, int, float]) -> Snap:
    return Snap(place[1], place[2], None, Point(0.0, 0.0), place[0])


def road_metres(
    search: SearchGraph, starts: Sequence[tuple[float, int, float]], ends: Sequence[tuple[float, int, float]]
) -> NDArray[np.float64]:
    """Return the metres from each start to each end by Dijkstra over lengths."""
    seeds = Seeds.of([search.arrivals(as_snap(end)) for end in ends])
    times = search.best_from([search.departures(as_snap(start)) for start in starts], seeds)
    straight = [[search.along_ms(as_snap(start), as_snap(end)) for end in ends] for start in starts]
    return np.asarray(np.minimum(times, np.array(straight))) / 100.0


class PlainMatch:
    """Viterbi as the paper writes it: every fix, every candidate, every pair."""

    def __init__(self, graph: RoadGraph, settings: MatchSettings) -> None:
        self.graph, self.settings = graph, settings
        self.search = SearchGraph(graph, length_cm(graph))

    def kept(self, track: Track) -> list[tuple[int, list[tuple[float, int, float]]]]:
        """Return the fixes that are matched, with their candidates."""
        last: Point | None = None
        newest_s, kept = -math.inf, []
        for nth, (lon, lat, at_s) in enumerate(zip(*(column.tolist() for column in track), strict=True)):
            if at_s <= newest_s:
                continue
            silent, newest_s = at_s - newest_s > self.settings.silence_s, at_s
            if last is not None and not silent and distance_m(last, Point(lon, lat)) < self.settings.still_m:
                continue
            last = Point(lon, lat)
            found = candidates(self.graph, last, self.settings.radius_m, self.settings.candidates_max)
            if found:
                kept.append((nth, found))
        return kept

    def step_costs(
        self,
        track: Track,
        one: tuple[int, list[tuple[float, int, float]]],
        other: tuple[int, list[tuple[float, int, float]]],
    ) -> NDArray[np.float64]:
        """Return the cost of every transition, inf where it is impossible."""
        lon, lat, at_s = track
        gap_s = at_s[other[0]] - at_s[one[0]]
        straight_m = distance_m(Point(lon[one[0]], lat[one[0]]), Point(lon[other[0]], lat[other[0]]))
        metres = road_metres(self.search, one[1], other[1])
        s = self.settings
        possible = (metres <= s.speed_max_mps * gap_s + 2.0 * s.radius_m) & (gap_s <= s.silence_s)
        return np.where(possible, np.abs(metres - straight_m) / (s.beta_m + s.beta_mps * gap_s), math.inf)

    def off_road(self, place: tuple[float, int, float]) -> float:
        return 0.5 * (place[0] / self.settings.sigma_m) ** 2


def test_match_is_the_likeliest_of_all_as_plain_viterbi_finds_it() -> None:
    cases, seen = 0, Counter[Link]()
    for seed in range(125):
        graph = random_graph(seed)
        matcher = MapMatcher.on(PreparedRoads(graph, RoadIndex(graph, build_grid(graph)).compiled, []), SMALL)
        plain = PlainMatch(graph, SMALL)
        for nth in range(8):
            track = wandering(graph, random.Random(f"{seed} {nth}"))
            found = matcher.match(*track)
            seen += compare(plain, track, found, f"seed {seed}, track {nth}")
            cases += 1
    assert cases >= 1000
    assert seen[Link.DRIVEN] > 1000
    assert min(seen[link] for link in Link if link is not Link.NO_POSITION) > 100


def wandering(graph: RoadGraph, rng: random.Random) -> Track:
    """Draw up to eight fixes that hop about, sometimes stand, are repeated, silent or out of order."""
    at, time_s, fixes = random_point(rng, graph), 0.0, []
    for _ in range(rng.randint(1, 8)):
        fixes.append((at.lon, at.lat, time_s))
        time_s += rng.choice([-5.0, 0.0, 10.0, 30.0, 60.0, 60.0, 90.0, 119.0, 200.0])
        if rng.random() < 0.3:
            at = random_point(rng, graph)
        elif rng.random() < 0.8:
            at = Point(at.lon + rng.uniform(-0.004, 0.004), at.lat + rng.uniform(-0.004, 0.004))
    lon, lat, at_s = (np.array(column) for column in zip(*fixes, strict=True))
    return lon, lat, at_s


def compare(plain: PlainMatch, track: Track, found: MatchedTrack, case: str) -> Counter[Link]:
    """Check which fixes are matched, where pieces begin, and that no other choice of roads costs less."""
    kept = plain.kept(track)
    links = found.links()
    assert [nth for nth, _ in kept] == np.flatnonzero(found.stretch >= 0).tolist(), case
    costs, chosen_cost, before, chosen_before = np.zeros(1), 0.0, None, 0
    for nth, places in kept:
        mine = [place[1] for place in places].index(int(found.stretch[nth]))
        assert found.away_m[nth] == pytest.approx(places[mine][0], abs=1e-6), case
        # A road that leads back along itself has two places at one distance.
        places[mine] = (places[mine][0], places[mine][1], float(found.fraction[nth]))
        off = np.array([plain.off_road(place) for place in places])
        steps = np.full((len(costs), len(places)), math.inf)
        if before is not None:
            steps = plain.step_costs(track, before, (nth, places))
        reached = costs[:, None] + steps
        assert (links[nth] is Link.DRIVEN) == bool(np.isfinite(reached).any()), case
        if links[nth] is Link.DRIVEN:
            costs, chosen_cost = reached.min(axis=0) + off, chosen_cost + float(steps[chosen_before, mine] + off[mine])
        else:
            assert chosen_cost == pytest.approx(costs.min(), abs=1e-4), case
            costs, chosen_cost = off, float(off[mine])
        before, chosen_before = (nth, places), mine
    assert chosen_cost == pytest.approx(costs.min(), abs=1e-4), case
    return Counter(links)


def drive(graph: RoadGraph, travel: TravelTimes, rng: random.Random, every_s: float) -> tuple[Track, set[int]] | None:
    """Drive the fastest way between two junctions and report noisy fixes; return them and the arcs driven."""
    a, b = (graph.node_point(rng.randrange(graph.node_count)) for _ in range(2))
    way = travel.way(a, b)
    if way is None or way.duration_s < 4 * every_s or way.duration_s > 1800.0:
        return None
    seconds = graph.duration_ms[way.arcs] / 1000.0
    until = np.cumsum(seconds)
    fixes = []
    for at_s in np.arange(0.0, until[-1], every_s):
        nth = int(until.searchsorted(at_s, side="right"))
        arc = int(way.arcs[nth])
        share = 1.0 - (until[nth] - at_s) / seconds[nth]
        stretch = int(graph.arc_stretch[arc])
        shape = slice(int(graph.first_shape[stretch]), int(graph.first_shape[stretch + 1]))
        along_m = (share if graph.arc_forward[arc] else 1.0 - share) * float(graph.length_m[stretch])
        lon = np.interp(along_m, graph.shape_m[shape], graph.shape_lon[shape])
        lat = np.interp(along_m, graph.shape_m[shape], graph.shape_lat[shape])
        east, north = rng.gauss(0.0, NOISE_M), rng.gauss(0.0, NOISE_M)
        fixes.append((
            lon + east / METRES_PER_DEGREE / math.cos(math.radians(lat)), lat + north / METRES_PER_DEGREE, at_s
        ))  # fmt: skip
    whole = {int(arc) for arc, end in zip(way.arcs, until, strict=True) if end <= fixes[-1][2]}
    columns = tuple(np.array(column) for column in zip(*fixes, strict=True))
    return (columns[0], columns[1], columns[2]), whole


# Seconds between fixes, and the least share of the driven metres that are found again, and of found ones right.
SIMULATED = [(5.0, 0.96), (30.0, 0.90), (60.0, 0.85)]


@pytest.mark.parametrize(("every_s", "share_min"), SIMULATED)
def test_known_drives_are_found_again(
    beijing_pack: CityPack, beijing: MapMatcher, every_s: float, share_min: float
) -> None:
    graph, rng = beijing_pack.graph, random.Random(7)
    travel = TravelTimes.open(beijing_pack)
    hit_m = true_m = found_m = 0.0
    drives = 0
    while drives < 30:
        drawn = drive(graph, travel, rng, every_s)
        if drawn is None:
            continue
        drives += 1
        track, truth = drawn
        matched = beijing.match(*track)
        found: dict[int, float] = defaultdict(float)
        for piece in matched.pieces():
            for one, other in pairwise(piece.tolist()):
                way = beijing.shortest(matched.position(one), matched.position(other))
                assert way is not None
                for arc, share in zip(way.arcs.tolist(), way.shares.tolist(), strict=True):
                    found[arc] = min(1.0, found[arc] + share)
        length = {arc: float(graph.length_m[graph.arc_stretch[arc]]) for arc in truth | set(found)}
        hit_m += sum(found[arc] * length[arc] for arc in truth if arc in found)
        true_m += sum(length[arc] for arc in truth)
        found_m += sum(share * length[arc] for arc, share in found.items())
    assert hit_m / true_m >= share_min
    assert hit_m / found_m >= share_min


def test_real_taxis_are_matched(shared_dir: Path, beijing: MapMatcher) -> None:
    tracks = taxis(shared_dir / TAXIS)
    matched = {taxi: beijing.match(*track) for taxi, track in tracks.items()}
    links = np.concatenate([track.link for track in matched.values()])
    shares = np.bincount(links, minlength=len(Link)) / len(links)
    told = dict(zip(Link, shares.tolist(), strict=True))
    assert len(tracks) == 300
    assert told[Link.DRIVEN] > 0.6
    assert told[Link.NO_ROAD_NEAR] < 0.05
    assert told[Link.NO_ROAD_BETWEEN] < 0.02
    away_m = np.concatenate([track.away_m[track.stretch >= 0] for track in matched.values()])
    assert np.median(away_m) < 6.5


def taxis(path: Path) -> dict[str, Track]:
    rows: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            at_s = datetime.fromisoformat(f"{row['time_local']}+08:00").timestamp()
            rows[row["taxi_id"]].append((float(row["lon"]), float(row["lat"]), at_s))
    columns = {taxi: np.array(fixes).T for taxi, fixes in rows.items()}
    return {taxi: (column[0], column[1], column[2]) for taxi, column in columns.items()}


def test_a_way_is_as_long_as_its_arcs() -> None:
    compared = 0
    for seed in range(150):
        graph, rng = random_graph(seed), random.Random(seed)
        prepared = PreparedRoads(graph, RoadIndex(graph, build_grid(graph)).compiled, [])
        weights, search = prepared.weighted(1, length_cm(graph)), SearchGraph(graph, length_cm(graph))
        for _ in range(10):
            a, b = ((rng.randrange(graph.stretch_count), rng.choice([0.0, 1.0, rng.random()])) for _ in range(2))
            way = way_over(weights, a, b)
            metres = float(road_metres(search, [(0.0, *a)], [(0.0, *b)])[0, 0])
            assert (way is None) == math.isinf(metres), f"seed {seed}"
            if way is None:
                continue
            driven_m = float((way.shares * length_cm(graph)[way.arcs]).sum()) / 100.0
            assert driven_m == pytest.approx(metres, abs=0.01), f"seed {seed}"
            compared += 1
    assert compared > 1000


def small_matcher() -> tuple[RoadGraph, MapMatcher]:
    graph = random_graph(3)
    return graph, MapMatcher.on(PreparedRoads(graph, RoadIndex(graph, build_grid(graph)).compiled, []), SMALL)


def test_nonsense_is_told_and_not_matched() -> None:
    graph, matcher = small_matcher()
    here = graph.node_point(0)
    lon = np.array([math.nan, here.lon, here.lon, here.lon, 0.0, 500.0, here.lon, here.lon])
    lat = np.array([here.lat, here.lat, math.inf, here.lat, 0.0, here.lat, here.lat, here.lat])
    at_s = np.array([0.0, 10.0, 11.0, 10.0, 12.0, 13.0, math.nan, 14.0])
    assert matcher.match(lon, lat, at_s).links() == [
        Link.NO_POSITION, Link.STARTS, Link.NO_POSITION, Link.OUT_OF_ORDER,
        Link.NO_ROAD_NEAR, Link.NO_POSITION, Link.NO_POSITION, Link.DRIVEN,
    ]  # fmt: skip


def test_a_track_of_nothing_is_matched_to_nothing() -> None:
    _, matcher = small_matcher()
    assert matcher.match(np.empty(0), np.empty(0), np.empty(0)).pieces() == []
    far = np.array([WEST + 40 * SIZE]), np.array([SOUTH]), np.array([0.0])
    assert matcher.match(*far).links() == [Link.NO_ROAD_NEAR]
    with pytest.raises(ValueError, match="one length"):
        matcher.match(np.zeros(2), np.zeros(3), np.zeros(2))


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.inf, math.nan])
def test_impossible_settings_are_refused(wrong: float) -> None:
    for change in ({"sigma_m": wrong}, {"radius_m": wrong}, {"silence_s": wrong}):
        with pytest.raises(ValueError, match="no possible setting"):
            MatchSettings(**{**asdict(read_settings()), **change})
