"""Shared frames add up to what a fresh look shows, for every kind of viewer, whenever they come."""

import json
from random import Random
from typing import Any

import pytest

from dispatch import commands as c
from dispatch.adapters.live.feed import LiveFeed, scope_of
from dispatch.adapters.wire import encoded
from dispatch.desk import Told
from dispatch.views.live import Scope, snapshot
from dispatch.words import Role, UnitStatus
from tests.dispatch.story import SCOPES, TAKER, UNITS, Story, crew, opened_city

ROUNDS = 60


class Screen:
    """A viewer that keeps its tables, and insists on gapless numbers."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        self.seq = -1
        self.snapshots = 0
        self.frames = 0

    def offer_event(self, text: str) -> None:
        """Take one frame."""
        frame = json.loads(text)
        self.frames += 1
        if frame["t"] == "snapshot":
            self.tables, self.seq = frame["tables"], frame["seq"]
            self.snapshots += 1
            return
        assert frame["from_seq"] == self.seq
        self.seq = frame["to_seq"]
        for table, rows in frame["set"].items():
            self.tables[table].update(rows)
        for table, ids in frame["drop"].items():
            for row_id in ids:
                del self.tables[table][row_id]


class Live:
    """A story whose every command is told to a feed."""

    def __init__(self, replay_changes: int = 4_000) -> None:
        self.story: Story = opened_city(watched=False)
        self.feed = LiveFeed(self.story.city, self.story.city.seq, "epoch", replay_changes=replay_changes)

    def ask(self, data: object, actor: Any = TAKER) -> None:  # noqa: ANN401 - an Actor
        """Ask, and tell what follows; a refusal is no news."""
        before = self.story.city
        answer = self.story.later(5).try_(data, actor)
        if isinstance(answer, list) and answer:
            self.feed.told(Told(before, self.story.city, tuple(answer)))

    def something(self, chance: Random) -> None:
        """Let something happen."""
        city = self.story.city
        unit_id = chance.choice(UNITS)
        run = city.units[unit_id].assignment_id
        requests: list[tuple[object, Any]] = [(c.ReceiveCall("1", "东街"), TAKER)]
        for incident_id in sorted(city.open_incidents):
            requests.append((c.WriteNote(incident_id, "好"), TAKER))
            requests.append((c.AssignUnit(incident_id, unit_id), TAKER))
        requests += [(c.ReportStatus(unit_id, status), crew(unit_id)) for status in UnitStatus]
        if run is not None:
            patient_id = city.incidents[city.assignments[run].incident_id].patient_ids[0]
            destination = c.ChooseDestination(patient_id, chance.choice(["C1", "C2"]), reason="x", risk_told=True)
            requests += [(destination, crew(unit_id))] * 6
        self.ask(*chance.choice(requests))


def plain(tables: Any) -> Any:  # noqa: ANN401 - JSON
    """Return tables as the wire carries them."""
    return json.loads(encoded(tables))


@pytest.mark.parametrize("seed", range(20))
def test_every_screen_shows_what_a_fresh_look_shows(seed: int) -> None:
    chance = Random(seed)
    told = Live()
    screens: list[tuple[Scope, Screen]] = []
    for _ in range(ROUNDS):
        if chance.random() < 1 / 4:
            scope, screen = chance.choice(SCOPES), Screen()
            told.feed.subscribe(screen, scope)
            screens.append((scope, screen))
        told.something(chance)
        if chance.random() < 1 / 5:
            told.feed.level()
    told.feed.level()
    for scope, screen in screens:
        assert screen.seq == told.story.city.seq, f"seed {seed}"
        assert screen.tables == plain(snapshot(told.story.city, scope)), f"seed {seed}: {scope}"


@pytest.mark.parametrize("seed", range(20))
def test_who_comes_back_has_missed_nothing(seed: int) -> None:
    chance = Random(seed)
    told = Live()
    scope, screen = chance.choice(SCOPES), Screen()
    leave = told.feed.subscribe(screen, scope)
    for _ in range(ROUNDS):
        told.something(chance)
    leave()
    for _ in range(chance.randint(0, 30)):
        told.something(chance)
    told.feed.subscribe(screen, scope, "epoch", screen.seq)
    told.feed.level()
    assert screen.snapshots == 1
    assert screen.tables == plain(snapshot(told.story.city, scope)), f"seed {seed}"


def test_who_missed_too_much_or_another_epoch_gets_a_snapshot() -> None:
    told, screen = Live(replay_changes=3), Screen()
    offset = told.feed.seq
    for _ in range(10):
        told.ask(c.ReceiveCall("1", "东街"))
    for epoch, since in (("epoch", offset), ("another", told.feed.seq), ("epoch", told.feed.seq + 7), (None, None)):
        told.feed.subscribe(screen, Scope(Role.DISPATCHER), epoch, since)
    assert screen.snapshots == 4


def test_facts_are_looked_at_once_however_many_look() -> None:
    class Counted(tuple[Any, ...]):
        __slots__ = ()
        looks = 0

        def __iter__(self) -> Any:  # noqa: ANN401 - an iterator of facts
            Counted.looks += 1
            return super().__iter__()

    told = Live()
    before, answer = told.story.city, told.story.later(5).try_(c.ReceiveCall("1", "东街"), TAKER)
    assert isinstance(answer, list)
    for unit_id in [*UNITS, *(f"U{number}" for number in range(100, 300))]:
        told.feed.subscribe(Screen(), Scope(Role.CREW, unit_id=unit_id))
    told.feed.told(Told(before, told.story.city, Counted(answer)))
    assert Counted.looks == 1


def test_equal_viewers_share_one_scope() -> None:
    assert scope_of(Role.CALL_TAKER, None, None) == scope_of(Role.SUPERVISOR, "U1", "C1")
    assert scope_of(Role.CREW, "U1", None) != scope_of(Role.CREW, "U2", None)
    assert scope_of(Role.DEPARTMENT, None, "C1") == Scope(Role.DEPARTMENT, center_id="C1")
    assert scope_of(Role.ADMIN, None, None) is None
    assert scope_of(Role.SERVICE, None, None) is None


def test_a_restart_gives_everybody_a_fresh_snapshot() -> None:
    told, screen = Live(), Screen()
    told.feed.subscribe(screen, Scope(Role.DISPATCHER))
    told.feed.restart(told.story.city, told.story.city.seq, "next")
    assert (screen.snapshots, told.feed.feed_epoch) == (2, "next")
