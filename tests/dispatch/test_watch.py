"""A lost wall, and a crew that has not read: facts within 15 s, phone tasks where somebody is expected."""

import pytest

from dispatch import commands as c
from dispatch.adapters.live.walls import WallsHeard, WallWatch
from dispatch.rules import builtin
from dispatch.state.city import City
from dispatch.state.wall import WallPhase
from dispatch.views.live import Scope, snapshot
from dispatch.words import Role
from tests.dispatch.story import DISPATCHER, SYSTEM, Story, crew, entered_for, opened_city
from tests.dispatch.team_tale import C1, activation, alarmed, tick


@pytest.fixture
def story() -> Story:
    return opened_city()


class Watched:
    """Walls that say something or nothing, second by second, and the desk that is told."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.story = opened_city(watched=False)
        self.heard = WallsHeard(lambda: self.now_s, builtin().wall_lost_after_s)
        self.watch = WallWatch(self.heard, self._tell)
        self.facts: list[tuple[float, str]] = []

    async def _tell(self, ask: c.ReportWall) -> None:
        self.facts += [(self.now_s, fact.kind) for fact in self.story.ask(ask, SYSTEM)]

    async def pass_(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_s += 1
            await self.watch.look(self.story.city)

    @property
    def city(self) -> City:
        return self.story.city


async def test_a_wall_is_lost_within_fifteen_seconds_and_comes_back_at_once() -> None:
    at = Watched()
    for _ in range(4):
        at.heard.hear("C1", "page", armed=True)
        await at.pass_(5)
    lost_at_s = at.now_s  # the plug is pulled right after the last ping was due
    await at.pass_(30)
    at.heard.hear("C1", "page", armed=False)
    await at.pass_(1)
    kinds = [kind for _, kind in at.facts]
    assert kinds == ["WallArmed", "WallLost", "WallSilent"]
    assert at.facts[1][0] - lost_at_s <= 15


async def test_one_wall_that_sounds_is_enough_and_many_are_bounded() -> None:
    at = Watched()
    for page in range(40):
        at.heard.hear("C1", f"page{page}", armed=page == 39)
    await at.pass_(1)
    assert [kind for _, kind in at.facts] == ["WallArmed"]


async def test_a_desk_that_has_just_started_waits_before_it_says_lost() -> None:
    at = Watched()
    at.story.ask(c.ReportWall("C1", "armed"), SYSTEM)
    at.heard.hear("C2", "page", armed=True)
    await at.pass_(11)
    assert [kind for _, kind in at.facts] == ["WallArmed"]
    await at.pass_(2)
    assert [kind for _, kind in at.facts] == ["WallArmed", "WallLost", "WallLost"]
    assert at.city.centers["C3"].wall is None


def test_a_lost_wall_is_a_phone_task_only_where_somebody_is_expected(story: Story) -> None:
    for phase in ("armed", "lost"):
        story.ask(c.ReportWall("C1", phase), SYSTEM)
    assert tick(story) == []
    sent = alarmed(story)
    tick(story)
    (task,) = [each for each in story.city.open_tasks if each.startswith("wall_lost:center:C1@")]
    story.ask(c.ReportWall("C1", "armed"), SYSTEM)
    tick(story)
    assert story.city.tasks[task].result == "moot"
    assert activation(story, sent).phase == "sent"


def test_both_ends_see_how_the_wall_stands(story: Story) -> None:
    story.ask(c.ReportWall("C1", "silent"), SYSTEM)
    assert story.ask(c.ReportWall("C1", "silent"), SYSTEM) == []
    for scope in (Scope(Role.DISPATCHER), Scope(Role.CREW, "U1"), Scope(Role.DEPARTMENT, center_id="C1")):
        assert snapshot(story.city, scope)["centers"]["C1"]["wall"]["phase"] == WallPhase.SILENT


@pytest.mark.parametrize("how", ["redirected", "cancelled"])
def test_what_the_control_room_orders_is_read_by_centre_and_crew(story: Story, how: str) -> None:
    sent = alarmed(story)
    if how == "redirected":
        patient_id = activation(story, sent).patient_id
        story.ask(c.ChooseDestination(patient_id, "C2", "dispatcher", "导管室占用"))
    else:
        story.ask(c.CancelActivation(sent, "家属放弃"))
    assert activation(story, sent).crew_knows_at is None
    tick(story, 60)
    assert {f"crew_not_told:activation:{sent}", f"end_unacknowledged:activation:{sent}"} <= story.city.open_tasks
    story.ask(c.AcknowledgeEnd(sent), C1)
    story.ask(c.ReadEnd(sent), crew("U1"))
    assert story.ask(c.ReadEnd(sent), crew("U1")) == []
    tick(story)
    assert not any(sent in each for each in story.city.open_tasks)
    row = activation(story, sent)
    assert row.crew_knows_at is not None
    assert row.center_knows_at is not None
    assert row.end_reason in {"导管室占用", "家属放弃"}


def test_a_crew_knows_what_it_ordered(story: Story) -> None:
    first = alarmed(story, "U1")
    story.ask(c.CancelActivation(first, "x"), crew("U1"))
    second = alarmed(story, "U2")
    story.ask(c.CancelActivation(second, "x"), entered_for(DISPATCHER, "U2"))
    assert activation(story, first).crew_knows_at == activation(story, first).ended_at
    assert activation(story, second).crew_knows_at is not None


def test_nothing_is_read_of_what_still_stands(story: Story) -> None:
    sent = alarmed(story)
    assert story.refused(c.ReadEnd(sent), crew("U1")) == "activation.no_such_step"
    assert story.refused(c.ReadEnd("x"), crew("U1")) == "activation.unknown"
    assert story.refused(c.ReportWall("C9", "armed"), SYSTEM) == "center.unknown"
    story.ask(c.CheckDeadlines(), SYSTEM)
