"""When units arrive: to whom they go, when estimates are renewed, and what an unreachable place looks like."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from dispatch import commands as c
from dispatch.adapters.live.fanout_local import LocalFanout
from dispatch.adapters.live.feed import LiveFeed
from dispatch.adapters.telemetry.arrivals import STANDS_FOR_S, Arrivals
from dispatch.adapters.telemetry.hub import TelemetryHub
from dispatch.words import UnitStatus
from geo.point import Point, distance_m
from geo.snap import NoRoad
from geo.tracks.eta_range import eta_range
from tests.dispatch.story import PLACE, START, UNITS, Story, crew, opened_city
from tests.stepped_clock import SteppedClock

SPEED_MPS = 10.0
HERE = Point(116.3, 39.9)
LAKE, ISLAND = replace(PLACE, lon=110.0), replace(PLACE, lon=118.0)


@dataclass
class StraightRoads:
    """Roads as the crow flies, a lake without road and an island without bridge; remembers what it was asked."""

    weights_epoch: int = 1
    asked: list[int] = field(default_factory=list)

    def matrix(self, sources: Sequence[Point], targets: Sequence[Point]) -> NDArray[np.float64]:
        """Return seconds from each source to the one target."""
        self.asked.append(len(sources))
        for point in (*sources, *targets):
            if point.lon == LAKE.lon:
                raise NoRoad(point, 5_000.0)
        return np.array([[_seconds(a, b) for b in targets] for a in sources])


def _seconds(a: Point, b: Point) -> float:
    return math.inf if b.lon == ISLAND.lon else distance_m(a, b) / SPEED_MPS


@dataclass(frozen=True)
class Fix:
    """Where a unit is."""

    point: Point


class Scene:
    """A story with arrivals beside it; stands in for ``Sources``."""

    def __init__(self) -> None:
        self.story: Story = opened_city(watched=False)
        self.travel, self.clock, self.fixes = StraightRoads(), SteppedClock(START), dict.fromkeys(UNITS, Fix(HERE))
        self.fleet = self
        self.feed, self.fanout = LiveFeed(self.story.city, 0, "epoch"), LocalFanout()
        hub = TelemetryHub(self.fanout, lambda: self.story.city, self.clock.now)
        self.arrivals = Arrivals(self.feed, cast("Any", self), hub, self.clock)

    def fix(self, unit_id: str) -> Fix | None:
        """Return where a unit is."""
        return self.fixes.get(unit_id)

    def sent(self, unit_id: str, place: Any = PLACE) -> str:  # noqa: ANN401 - a Place
        """Send a unit to a new incident; return its patient."""
        opened = self.story.later(1).ask(c.ReceiveCall("1", "x", "x", place))[1].data
        self.story.ask(c.AssignUnit(opened.incident_id, unit_id))
        return str(opened.patient_id)

    async def told(self) -> dict[str, Any]:
        """Publish, and return what went out."""
        self.feed.city = self.story.city
        subscription = await self.fanout.subscribe(["etas"])
        await self.arrivals.publish()
        async for message in subscription:
            units: dict[str, Any] = json.loads(getattr(message, "body", b"{}"))["units"]
            return units
        raise AssertionError("a subscription ends only when it is closed")


async def test_a_unit_arrives_first_at_the_incident_then_with_its_patient_at_the_centre() -> None:
    scene = Scene()
    patient_id = scene.sent("U1")
    there = (await scene.told())["U1"]
    eta_s = distance_m(HERE, Point(PLACE.lon, PLACE.lat)) / SPEED_MPS
    assert there["to"].startswith("incident:")
    assert there["eta_s"] == pytest.approx(eta_s, abs=0.1)
    assert (there["low_s"], there["high_s"]) == pytest.approx(eta_range(eta_s), abs=0.1)
    for status in ("accepted", "en_route", "on_scene", "at_patient"):
        scene.story.later(10).ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    assert await scene.told() == {}
    scene.story.ask(c.ChooseDestination(patient_id, "C1", reason="x", risk_told=True), crew("U1"))
    for status in ("patient_loaded", "transporting"):
        scene.story.later(10).ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    assert (await scene.told())["U1"]["to"] == "center:C1"


async def test_an_estimate_stands_until_it_is_old_or_the_target_changes() -> None:
    scene = Scene()
    scene.sent("U1")
    first = await scene.told()
    scene.clock.advance(STANDS_FOR_S - 1)
    assert await scene.told() == first
    assert scene.travel.asked == [1]
    scene.clock.advance(1)
    assert (await scene.told())["U1"]["arrive_at"] != first["U1"]["arrive_at"]
    assert not scene.arrivals.is_stale()
    scene.sent("U2")
    scene.feed.city = scene.story.city
    assert scene.arrivals.is_stale()
    await scene.told()
    assert scene.travel.asked == [1, 1, 1]


async def test_units_with_one_target_share_one_search() -> None:
    scene = Scene()
    scene.sent("U1")
    (incident_id,) = scene.story.city.open_incidents
    scene.story.ask(c.AssignUnit(incident_id, "U2"))
    assert set(await scene.told()) == {"U1", "U2"}
    assert scene.travel.asked == [2]


async def test_unreachable_is_said_and_takes_nobody_elses_arrival_away() -> None:
    scene = Scene()
    scene.sent("U1", ISLAND)
    scene.sent("U2")
    (incident_id,) = (row.id for row in scene.story.city.incidents.values() if row.place == PLACE)
    scene.story.ask(c.AssignUnit(incident_id, "U3"))
    scene.fixes["U3"] = Fix(Point(LAKE.lon, LAKE.lat))
    told = await scene.told()
    assert (told["U1"]["eta_s"], told["U1"]["arrive_at"]) == (None, None)
    assert told["U2"]["eta_s"] is not None
    assert told["U3"]["eta_s"] is None


async def test_a_unit_nobody_has_seen_has_no_arrival() -> None:
    scene = Scene()
    scene.sent("U1")
    del scene.fixes["U1"]
    assert await scene.told() == {}
