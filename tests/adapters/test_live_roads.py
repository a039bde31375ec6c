"""Closures and slow zones from the command to the ranking: dispatch says what a plain search finds on the roads."""

import asyncio
import math
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import shapely
from ulid import ULID

from center_protocols.assessment import Coded
from dispatch import commands as c
from dispatch.adapters.roads.live_roads import AGAIN_S, LiveRoads, SpeedsInForce
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.evidence import centers_evidence, gather, units_evidence
from dispatch.evolve import evolve
from dispatch.fact import Fact
from dispatch.flow import decide
from dispatch.flow.deadlines import due
from dispatch.flow.recommend import rank_centers
from dispatch.road_measure import RoadMeasure
from dispatch.rules import builtin
from dispatch.snapshot import decode_city, encode_city
from dispatch.sources import Sources
from dispatch.state.city import City, empty_city
from dispatch.state.unit import DISPATCHABLE
from dispatch.state.unit_traits import EQUIPMENT, LEVELS, READY, wanted_traits
from dispatch.words import Actor, Place, Role
from geo.fleet_index import FleetIndex
from geo.hierarchy import CLOSED_MS
from geo.live_weights import CITY_TIME, LiveWeights
from geo.point import Point
from geo.roads import RoadGraph
from geo.tracks.learned_speeds import BANDS, FORMAT, FORMAT_VERSION, AreaGrid, Factor, LearnedSpeeds
from tests.dispatch.story import CREW, DISPATCHER, START, crew
from tests.geo.random_city import random_graph, random_point, travel_on
from tests.geo.test_prepared import ROUNDING_MS, open_oracle_ms
from tests.stepped_clock import SteppedClock

ADMIN = Actor("admin", Role.ADMIN)
WITHIN_S = 90.0
ROUNDS = 4
SEEDS = range(32)  # 32 x 4 rounds x 8 to 9 drives: some 1,100 drives against the plain search


class Town:
    """A random town with units and hospitals; commands go through the desk's own rules, with real evidence."""

    def __init__(self, seed: int, city: City | None = None) -> None:
        self.graph, self.rng = random_graph(seed), random.Random(seed)
        self.homes = {f"U{n}": random_point(self.rng, self.graph) for n in range(5)}
        self.doors = {f"C{n}": random_point(self.rng, self.graph) for n in range(3)}
        self.scene = random_point(self.rng, self.graph)
        self.travel = travel_on(self.graph, self.doors)
        self.sources = Sources(self.travel, FleetIndex(self.travel.roads))
        self.weights = LiveWeights(self.travel, self.graph)
        self.clock = SteppedClock(START)
        self.city, self._ids = empty_city(), 0
        self.live = LiveRoads(self.travel, self.weights, lambda: self.city, self.clock)
        if city is None:
            self._found()
        else:
            self.city = city
            self.sources.tell_units(city.units.values())
        for unit_id, home in self.homes.items():
            self.sources.fleet.move(unit_id, home, START)

    def _found(self) -> None:
        for center_id, door in self.doors.items():
            self.ask(c.ListCenter(center_id, center_id, "三级甲等", door.lon, door.lat, (), ("ed",)), ADMIN)
        for unit_id, home in self.homes.items():
            self.ask(c.CommissionUnit(unit_id, unit_id, "S", "站", home.lon, home.lat), ADMIN)
            if self.rng.random() < 0.8:
                self.ask(c.SignOn(unit_id, CREW), crew(unit_id))
        place = Place(self.scene.lon, self.scene.lat, 10.0, "wgs84", "map_click", confirmed=True)
        self.ask(c.ReceiveCall("1", "x", "x", place), DISPATCHER)

    def try_(self, data: Any, actor: Actor = DISPATCHER) -> list[Fact] | Refused:  # noqa: ANN401 - any command
        """Ask; on a grant the city and the search for units know it."""
        self._ids += 1
        now = self.clock.now()
        command_id = str(ULID.from_int((int(now.timestamp() * 1000) << 80) + self._ids))
        evidence = gather(data, self.city, self.sources, now, builtin())
        command = Command(command_id, data, actor, now, now, evidence=evidence)
        decision = decide(self.city, command, builtin())
        if isinstance(decision, Refused):
            return decision
        facts = []
        for told in decision:
            facts.append(Fact(self.city.seq + 1, now, now, command.clock, 0.0, actor, command_id, told))
            self.city = evolve(self.city, facts[-1])
        self.sources.follow(self.city, facts)
        return facts

    def ask(self, data: Any, actor: Actor = DISPATCHER) -> list[Fact]:  # noqa: ANN401 - any command
        """Ask for something that must be granted."""
        answer = self.try_(data, actor)
        assert not isinstance(answer, Refused), f"{data}: {answer}"
        return answer

    async def settle(self) -> None:
        """Let the travel times follow the city and the clock."""
        await self.live.renew()
        assert await asyncio.to_thread(self.weights.settled, WITHIN_S)

    def some_measure(self) -> object:
        """Draw what a dispatcher could ask for."""
        until = self.clock.now() + timedelta(minutes=self.rng.randint(1, 90))
        shape: dict[str, Any]
        if self.rng.random() < 0.5:
            shape = {"picks": tuple((at.lon, at.lat) for at in self._corners(2))}
        else:
            shape = {"outline": tuple((at.lon, at.lat) for at in self._corners(3))}
        if self.rng.random() < 0.5:
            return c.CloseRoad("积水", **shape, ends=self.rng.choice([None, until]))
        return c.SlowRoads("拥堵", self.rng.choice([1.5, 3.0, 20.0]), **shape, ends=until)

    def _corners(self, count: int) -> list[Point]:
        first = random_point(self.rng, self.graph)
        more = (self.rng.uniform(-0.006, 0.006) for _ in range(2 * (count - 1)))
        return [first, *(Point(first.lon + lon, first.lat + lat) for lon, lat in zip(more, more, strict=True))]

    def weighed(self) -> RoadGraph:
        """Return the graph with the durations in force, worked out one road after the other."""
        duration_ms = self.graph.duration_ms.copy()
        for arc in range(self.graph.arc_count):
            factors = [row.factor for row in self._in_force() if self._touches(row, int(self.graph.arc_stretch[arc]))]
            slowest = max((each for each in factors if each is not None), default=1.0)
            duration_ms[arc] = CLOSED_MS if None in factors else max(1, round(int(duration_ms[arc]) * slowest))
        return replace(self.graph, duration_ms=duration_ms)

    def _in_force(self) -> list[RoadMeasure]:
        now = self.clock.now()
        return [
            row for row in self.city.measures.values() if row.begins <= now and (row.ends is None or now < row.ends)
        ]

    def _touches(self, row: RoadMeasure, stretch: int) -> bool:
        if any(self.travel.roads.snap(Point(*at)).stretch == stretch for at in row.picks):
            return True
        points = range(int(self.graph.first_shape[stretch]), int(self.graph.first_shape[stretch + 1]))
        line = shapely.LineString([(self.graph.shape_lon[at], self.graph.shape_lat[at]) for at in points])
        return bool(row.outline) and bool(shapely.Polygon(row.outline).intersects(line))

    def check(self, seed: int) -> None:
        """Compare every drive that dispatch sees with the plain search."""
        weighed, snap = self.weighed(), self.travel.roads.snap
        incident = next(iter(self.city.incidents.values()))
        units = units_evidence(self.city, incident.id, self.sources, self.clock.now(), builtin())
        centers = centers_evidence(self.city, incident.patient_ids[0], self.sources, self.clock.now())
        assert units is not None
        assert centers is not None
        free = {row.id for row in self.city.units.values() if row.status in DISPATCHABLE}
        assert sorted(row.unit_id for row in units.units) == sorted(free), f"seed {seed}"
        found = {row.unit_id: row.eta_s for row in units.units}
        here = snap(self.scene)
        expected = {each: open_oracle_ms(weighed, snap(self.homes[each]), here) for each in found}
        found |= {row.center_id: row.eta_s for row in centers.centers}
        expected |= {each: open_oracle_ms(weighed, here, snap(door)) for each, door in self.doors.items()}
        for each, eta_s in found.items():
            known_ms = math.inf if eta_s is None else eta_s * 1000.0
            assert known_ms == pytest.approx(expected[each], abs=ROUNDING_MS), f"seed {seed}: {each}"
        for order in ([row.eta_s for row in units.units], [row.eta_s for row in centers.centers]):
            times = [math.inf if eta_s is None else eta_s for eta_s in order]
            assert times == sorted(times), f"seed {seed}"


@asynccontextmanager
async def town(seed: int, city: City | None = None) -> AsyncIterator[Town]:
    opened = Town(seed, city)
    try:
        await opened.settle()
        yield opened
    finally:
        await opened.live.close()


async def test_every_ranking_is_the_plain_searchs_after_every_round_of_closures() -> None:
    asked = 0
    for seed in SEEDS:
        async with town(seed) as here:
            for _ in range(ROUNDS):
                asked += not isinstance(here.try_(here.some_measure()), Refused)
                if here.city.measures and here.rng.random() < 0.3:
                    here.ask(c.LiftRoadMeasure(here.rng.choice(sorted(here.city.measures))))
                here.clock.advance(here.rng.randrange(3_000))
                await here.settle()
                here.check(seed)
    assert asked > len(SEEDS) * ROUNDS // 2, "chance asked for too much nonsense"


async def test_a_restart_finds_the_same_roads_closed() -> None:
    for seed in range(12):
        async with town(seed) as before:
            for _ in range(3):
                before.try_(before.some_measure())
            await before.settle()
            kept = decode_city(encode_city(before.city, lambda _, text: text), lambda token: token)
            async with town(seed, kept) as after:
                after.check(seed)
                assert {*after.weights.measures()} == {*before.weights.measures()}, f"seed {seed}"


async def test_the_clock_ends_a_closure_for_searches_and_for_screens() -> None:
    async with town(1) as here:
        begins = here.clock.now() + timedelta(minutes=5)
        ends = begins + timedelta(minutes=10)
        pick = ((here.scene.lon, here.scene.lat),)
        here.ask(c.CloseRoad("施工", picks=pick, begins=begins, ends=ends))
        epochs = []
        for minutes in (0, 5, 10):
            here.clock.advance(minutes * 60)
            await here.settle()
            here.check(1)
            epochs.append(here.live.in_force().epoch)
        assert epochs == [1, 2, 3]
        lifted = [fact.data for fact in here.ask(c.CheckDeadlines(), Actor("desk", Role.SYSTEM))]
        assert [(each.measure_id, each.result) for each in lifted] == [(lifted[0].measure_id, "expired")]
        assert not here.city.measures
        assert due(here.city, here.clock.now(), builtin()) == []


async def test_a_hospital_behind_a_closure_is_unreachable_and_says_so() -> None:
    async with town(1) as here:
        stretch = next(each for each in range(here.graph.stretch_count) if here.graph.length_m[each] > 200)
        at = int(here.graph.first_shape[stretch])
        door = Point(
            float(here.graph.shape_lon[at] + here.graph.shape_lon[at + 1]) / 2,
            float(here.graph.shape_lat[at] + here.graph.shape_lat[at + 1]) / 2,
        )
        travel = travel_on(here.graph, {"C0": door, "C1": here.doors["C1"]})
        sources, weights = Sources(travel, here.sources.fleet), LiveWeights(travel, here.graph)
        live = LiveRoads(travel, weights, lambda: here.city, here.clock)
        here.ask(c.CloseRoad("塌方", picks=((door.lon, door.lat),)))
        await live.renew()
        assert await asyncio.to_thread(weights.settled, WITHIN_S)
        patient = next(iter(here.city.patients.values()))
        evidence = centers_evidence(here.city, patient.id, sources, here.clock.now())
        assert evidence is not None
        assert {row.center_id: row.eta_s for row in evidence.centers}["C0"] is None
        ranked = rank_centers(here.city, patient, evidence, here.clock.now(), builtin()).destinations
        assert ("C0", Coded("destination.unreachable")) in [(row.center_id, row.reason) for row in ranked.excluded]
        await live.close()


async def test_learned_speeds_are_driven_hour_by_hour_and_told() -> None:
    async with town(2) as here:
        slow_hour = _learned(here.graph, {12: 1.0, 13: 2.0})
        weights = LiveWeights(here.travel, here.graph)
        live = LiveRoads(here.travel, weights, lambda: here.city, here.clock, slow_hour)
        took_s = []
        for hour in (12, 13):
            local = here.clock.now().astimezone(CITY_TIME)
            here.clock.advance((hour - local.hour) % 24 * 3600.0)
            await live.renew_if_due()
            assert await asyncio.to_thread(weights.settled, WITHIN_S)
            took_s.append(sum(row.eta_s for row in here.travel.rank(here.scene) if row.eta_s is not None))
        assert took_s[1] == pytest.approx(2 * took_s[0], rel=1e-3)
        assert live.in_force().speeds == SpeedsInForce("learned", 40, "taxi", "drawn", START)
        assert here.live.in_force().speeds.kind == "profile"
        await live.close()


def _learned(graph: RoadGraph, factors: dict[int, float]) -> LearnedSpeeds:
    """Return what was learned of some hours of the day; all others are as the profile says."""
    bands = tuple(Factor(factors.get(band % 24, 1.0), 40.0, START) for band in range(BANDS))
    west, south = float(graph.shape_lon.min()), float(graph.shape_lat.min())
    whole = Factor(1.0, 40.0, START)
    named = {"profile": "x", "profile_version": 1, "source": "drawn", "vehicles": "taxi", "mark": "drawn"}
    counted = {"drives": 40, "first_at": START, "last_at": START, "overall": whole, "bands": bands}
    grid = AreaGrid(west, south, 1_000.0)
    return LearnedSpeeds(FORMAT, FORMAT_VERSION, **named, **counted, classes={}, class_bands={}, grid=grid, areas=())  # type: ignore[arg-type]


async def test_a_rebuild_that_fails_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with town(1) as here:
        with monkeypatch.context() as full:
            full.setattr("geo.prepared.label_kernels.fill_bounds", _out_of_memory)
            here.ask(c.SlowRoads("雪", 2.0, picks=((here.scene.lon, here.scene.lat),)))
            here.clock.advance(60)
            await here.settle()
        failed = here.live.in_force()
        assert (failed.epoch, failed.as_of, failed.age_s) == (1, START, 60.0)
        assert failed.failed_at == START + timedelta(seconds=60)
        for seconds, epoch in ((AGAIN_S - 1, 1), (1, 2)):
            here.clock.advance(seconds)
            await here.live.renew_if_due()
            assert await asyncio.to_thread(here.weights.settled, WITHIN_S)
            assert here.live.in_force().epoch == epoch
        assert here.live.in_force().failed_at is None
        here.check(1)


def _out_of_memory(*_: object) -> None:
    raise MemoryError("no memory for the bounds")


async def test_a_measure_that_this_map_does_not_know_is_named_and_harms_nothing() -> None:
    async with town(1) as here:
        measure_id = here.ask(c.CloseRoad("积水", picks=((here.scene.lon, here.scene.lat),)))[0].data.measure_id
        row = here.city.measures[measure_id]
        here.city = here.city.with_measure(replace(row, id="ELSEWHERE", picks=((100.0, 30.0),)))
        await here.settle()
        assert here.live.in_force().not_on_map == ("ELSEWHERE",)
        assert [each.measure_id for each in here.weights.measures()] == [measure_id]
        here.city = here.city.without_measure("ELSEWHERE")
        await here.settle()
        assert here.live.in_force().not_on_map == ()


BOX = ((116.4, 39.9), (116.43, 39.9), (116.43, 39.93), (116.4, 39.93))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (c.LiftRoadMeasure("nothing"), "measure.unknown"),
        (c.CloseRoad("x"), "measure.empty"),
        (c.CloseRoad("x", BOX[:2]), "measure.crossing"),
        (c.CloseRoad("x", (BOX[0], BOX[2], BOX[1], BOX[3])), "measure.crossing"),
        (c.CloseRoad("x", ((0.1, 0.1), (0.2, 0.1), (0.2, 0.2))), "measure.outside"),
        (c.CloseRoad("x", picks=((0.1, 0.1),)), "measure.outside"),
        (c.CloseRoad("x", picks=((116.5, 39.95),)), "measure.roadless"),
        (c.CloseRoad("x", tuple((lon - 0.1, lat) for lon, lat in BOX)), "measure.roadless"),
        (c.CloseRoad("x", BOX, begins=START, ends=START), "measure.ends_before_it_begins"),
        (c.CloseRoad("x", BOX, begins=START - timedelta(2), ends=START - timedelta(1)), "measure.over"),
        (c.CloseRoad(" ", BOX), "measure.no_reason"),
        (c.CloseRoad("x", BOX * 60), "measure.too_many_points"),
        (c.SlowRoads("x", 0.0, BOX), "measure.factor"),
        (c.SlowRoads("x", 1e300, BOX), "measure.factor"),
        (c.SlowRoads("x", math.nan, BOX), "measure.factor"),
    ],
)
async def test_nonsense_is_refused_by_name(data: object, code: str) -> None:
    async with town(3) as here:
        answer = here.try_(data)
        assert isinstance(answer, Refused)
        assert answer.code == code


async def test_too_much_is_refused() -> None:
    async with town(3) as here:
        rules = replace(builtin(), measures_most=1, closed_roads_most=1)
        now = here.clock.now()
        wide = c.CloseRoad("x", BOX)
        evidence = gather(wide, here.city, here.sources, now, builtin())
        command = Command(str(ULID.from_int(1)), wide, DISPATCHER, now, now, evidence=evidence)
        refused = decide(here.city, command, rules)
        assert isinstance(refused, Refused)
        assert refused.code == "measure.too_many_roads"
        here.ask(c.SlowRoads("雨", 1.5, BOX))
        refused = decide(here.city, command, rules)
        assert isinstance(refused, Refused)
        assert refused.code == "measure.too_many"


def test_traits_filter_like_a_look_at_every_unit() -> None:
    rng = random.Random(5)
    for seed in range(60):  # 60 x 20 questions
        here = Town(seed)
        units = {
            each: replace(
                row, level=rng.choice(LEVELS), equipment=tuple(kind for kind in EQUIPMENT if rng.random() < 0.5)
            )
            for each, row in here.city.units.items()
        }
        here.sources.tell_units(units.values())
        here.weights.close()
        for _ in range(20):
            level, kinds = rng.choice([None, *LEVELS]), tuple(rng.sample(EQUIPMENT, rng.randrange(3)))
            fit = {
                row.id
                for row in units.values()
                if row.status in DISPATCHABLE and level in (None, "bls", row.level) and set(kinds) <= set(row.equipment)
            }
            wanted = READY | wanted_traits(level, kinds)
            found = here.travel.nearest(here.scene, here.sources.fleet, 3, wanted=wanted)
            slow = here.travel.nearest(here.scene, here.sources.fleet, 3, accept=fit.__contains__)
            assert [row.eta_s for row in found] == [row.eta_s for row in slow], f"seed {seed}"
            assert {row.id for row in found} <= fit, f"seed {seed}"
