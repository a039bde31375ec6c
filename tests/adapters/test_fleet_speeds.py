"""Live factors from positions as they come to the weights: who counts, what is told, what a restart knows."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from dispatch import commands as c
from dispatch.adapters.roads.fleet_speeds import FleetSpeeds
from dispatch.adapters.roads.live_roads import LiveSpeeds
from dispatch.words import UnitStatus as S
from geo.point import Point, distance_m
from geo.route import Route
from geo.tracks.learning_rules import LearningRules, read_rules
from tests.adapters.test_live_roads import Town, town
from tests.dispatch.story import crew

RULES = LearningRules(
    **{**asdict(read_rules()), "span_m": 150.0, "count_min": 3.0, "prior_count": 1.0, "cell_m": 900.0}
)
EVERY_S = 10.0
SLOWER = 2.0


def speeds_of(here: Town) -> FleetSpeeds:
    here.live.expect_live()
    return FleetSpeeds(here.travel, here.live, lambda: here.city, here.clock, RULES)


def send(here: Town) -> str:
    """Put the first free crew on its way to the scene and return it."""
    (incident_id,) = here.city.open_incidents
    unit = next(unit for unit in here.city.units.values() if unit.crew and unit.assignment_id is None)
    here.ask(c.AssignUnit(incident_id, unit.id))
    for status in (S.ACCEPTED, S.EN_ROUTE):
        here.ask(c.ReportStatus(unit.id, status), crew(unit.id))
    return unit.id


def there_and_back(here: Town) -> list[Route]:
    """Return the ways through the town and back, as long as they take now."""
    corners = [here.graph.node_point(at) for at in range(here.graph.node_count)]
    a, b = max(((a, b) for a in corners for b in corners), key=lambda pair: distance_m(*pair))
    found = [here.travel.route(a, b), here.travel.route(b, a)]
    return [route for route in found if route is not None]


def drive(here: Town, unit_id: str, routes: list[Route]) -> Iterator[list[Any]]:
    """Yield a unit's rows while it drives at half of the speed; the clock goes on."""
    for route in routes:
        line, passed_m = list(route.geometry), [0.0]
        for one, other in pairwise(line):
            passed_m.append(passed_m[-1] + distance_m(one, other))
        took_s = SLOWER * route.duration_s
        for nth in range(int(took_s / EVERY_S) + 1):
            at = place(line, passed_m, nth * EVERY_S / took_s)
            yield [unit_id, at.lon, at.lat, None, None, here.clock.now().isoformat()]
            here.clock.advance(EVERY_S)


def place(line: list[Point], passed_m: list[float], share: float) -> Point:
    wanted_m = share * passed_m[-1]
    nth = next(at for at, metres in enumerate(passed_m) if metres >= wanted_m)
    if nth == 0:
        return line[0]
    along = (wanted_m - passed_m[nth - 1]) / (passed_m[nth] - passed_m[nth - 1])
    one, other = line[nth - 1], line[nth]
    return Point(one.lon + along * (other.lon - one.lon), one.lat + along * (other.lat - one.lat))


def mean_eta_s(here: Town) -> float:
    etas = [row.eta_s for row in here.travel.rank(here.scene) if row.eta_s is not None]
    return sum(etas) / len(etas)


async def test_what_units_on_runs_need_is_learned_told_and_forgotten() -> None:
    async with town(5) as here:
        await here.settle()
        before_s, epoch = mean_eta_s(here), here.travel.weights_epoch
        speeds, unit_id = speeds_of(here), send(here)
        assert here.live.in_force().speeds.live == LiveSpeeds()
        routes = there_and_back(here)  # once: what is learned on the first drive makes the roads slower
        for _ in range(2):
            speeds.hear(drive(here, unit_id, routes))
            await speeds.learn()
        assert here.weights.settled(30.0)
        live = here.live.in_force().speeds.live
        assert live is not None
        assert live.drives >= RULES.count_min
        assert live.learned_at == here.clock.now()
        assert live.newest_at is not None
        assert timedelta(0) <= here.clock.now() - live.newest_at < timedelta(minutes=10)
        assert live.factors[0].what == "all"
        assert 1.3 < live.factors[0].factor <= SLOWER
        assert here.travel.weights_epoch > epoch
        assert before_s < mean_eta_s(here)
        here.clock.advance(RULES.recent_s + 60.0)
        await speeds.learn()
        assert here.weights.settled(30.0)
        gone = here.live.in_force().speeds.live
        assert gone == LiveSpeeds(learned_at=here.clock.now())
        assert mean_eta_s(here) == before_s


async def test_who_is_on_no_run_or_drives_over_a_measure_teaches_nothing() -> None:
    async with town(5) as here:
        await here.settle()
        speeds, unit_id = speeds_of(here), send(here)
        free = next(unit.id for unit in here.city.units.values() if unit.id != unit_id)
        speeds.hear(drive(here, free, there_and_back(here)))
        speeds.hear([["nobody", 116.4, 39.9, None, None, here.clock.now().isoformat()]])
        await speeds.learn()
        assert here.live.in_force().speeds.live == LiveSpeeds(learned_at=here.clock.now())
        corners = ((116.3, 39.8), (116.6, 39.8), (116.6, 40.1), (116.3, 40.1))
        here.ask(c.SlowRoads("大雪", 2.0, outline=corners))
        await here.settle()
        speeds.hear(drive(here, unit_id, there_and_back(here)))
        await speeds.learn()
        assert here.live.in_force().speeds.live == LiveSpeeds(learned_at=here.clock.now())
        assert here.live.measured(here.clock.now()).all()
        assert not here.live.measured(here.clock.now() - timedelta(days=1)).any()


async def test_too_few_drives_are_counted_and_change_nothing() -> None:
    async with town(5) as here:
        await here.settle()
        epoch, unit_id = here.travel.weights_epoch, send(here)
        here.live.expect_live()
        cautious = LearningRules(**{**asdict(RULES), "count_min": 1_000.0})
        speeds = FleetSpeeds(here.travel, here.live, lambda: here.city, here.clock, cautious)
        speeds.hear(drive(here, unit_id, there_and_back(here)))
        await speeds.learn()
        assert here.weights.settled(30.0)
        live = here.live.in_force().speeds.live
        assert live is not None
        assert live.drives > 0
        assert live.factors == ()
        assert here.travel.weights_epoch == epoch


async def test_switched_off_nothing_is_said() -> None:
    async with town(5) as here:
        assert here.live.in_force().speeds.live is None


@pytest.mark.parametrize("fix_at", ["2026-05-01T08:00:00+08:00", "2026-05-01T00:00:00Z"])
async def test_positions_are_heard_in_any_zone(fix_at: str) -> None:
    async with town(5) as here:
        speeds, unit_id = speeds_of(here), send(here)
        speeds.hear([[unit_id, here.scene.lon, here.scene.lat, None, None, fix_at]])
        await speeds.learn()
        assert here.live.in_force().speeds.live == LiveSpeeds(learned_at=here.clock.now())
