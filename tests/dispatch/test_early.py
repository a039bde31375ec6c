"""Standing by, replacing, holding and danger on scene, told as stories."""

from dataclasses import replace

import pytest

from dispatch import commands as c
from dispatch.flow.decision import Evidence, UnitArrival
from dispatch.flow.recommend import rank_units
from dispatch.rights import may
from dispatch.rules import builtin
from dispatch.state.incident import IncidentPhase
from dispatch.state.scene import NOTICE_STEPS, STAGING_STEPS, Flag, NoticePhase, Service, StagingPhase, flags_of
from dispatch.state.standby import STANDBY_STEPS, StandbyPhase
from dispatch.views.live import Scope, snapshot
from dispatch.words import Outcome, Role, UnitStatus
from tests.dispatch.story import DISPATCHER, PLACE, SYSTEM, TAKER, UNITS, Story, crew, incident_underway, opened_city

RULES = builtin()


@pytest.fixture
def story() -> Story:
    return opened_city()


def ring(story: Story, priority: str | None = None) -> str:
    incident_id: str = story.ask(c.ReceiveCall("1", "东单", "胸痛", PLACE), TAKER)[1].data.incident_id
    if priority is not None:
        story.ask(c.SetPriority(incident_id, priority), TAKER)
    return incident_id


def tasks(story: Story) -> set[str]:
    return {story.city.tasks[each].kind for each in story.city.open_tasks}


def test_a_unit_stands_by_with_a_place_and_sees_the_incident_on_its_tablet(story: Story) -> None:
    nowhere = story.ask(c.ReceiveCall("1"), TAKER)[1].data.incident_id
    assert story.refused(c.PrealertUnit(nowhere, "U1"), TAKER) == "incident.not_located"
    incident_id = ring(story)
    story.ask(c.PrealertUnit(incident_id, "U1"), TAKER)
    assert story.refused(c.PrealertUnit(incident_id, "U1"), TAKER) == "standby.already"
    assert set(snapshot(story.city, Scope(Role.CREW, unit_id="U1"))["incidents"]) == {incident_id}
    assert not snapshot(story.city, Scope(Role.CREW, unit_id="U1"))["calls"]
    story.ask(c.AcknowledgeStandby("U1"), crew("U1"))
    assert story.ask(c.AcknowledgeStandby("U1"), crew("U1")) == []
    assert "unit_prealerted" in story.city.incidents[incident_id].points
    assert story.refused(c.StandDownUnit("U2"), TAKER) == "standby.none"


def test_standing_by_is_upgraded_moved_or_stood_down_with_one_command(story: Story) -> None:
    first, second = ring(story), ring(story)
    story.ask(c.PrealertUnit(first, "U1"), TAKER)
    facts = story.ask(c.AssignUnit(first, "U1"))
    assert [(each.kind, getattr(each.data, "end", None)) for each in facts] == [
        ("StandbyEnded", "upgraded"),
        ("UnitAssigned", None),
    ]
    story.ask(c.PrealertUnit(first, "U2"), TAKER)
    story.ask(c.PrealertUnit(second, "U2"), TAKER)
    assert story.city.incidents[first].standby_unit_ids == ()
    assert story.city.incidents[second].standby_unit_ids == ("U2",)
    story.ask(c.StandDownUnit("U2", "轻症"), TAKER)
    assert story.city.units["U2"].standby is None


def test_a_unit_that_goes_away_or_whose_incident_closes_stands_by_no_more(story: Story) -> None:
    incident_id = ring(story)
    for unit_id in ("U1", "U2", "U3"):
        story.ask(c.PrealertUnit(incident_id, unit_id), TAKER)
    story.ask(c.SignOff("U1"), crew("U1"))
    story.ask(c.TakeOutOfService("U2", "refuel"), crew("U2"))
    assert story.city.incidents[incident_id].standby_unit_ids == ("U3",)
    story.later(1).ask(c.CheckDeadlines(), SYSTEM)
    assert tasks(story) == {"unit_taken"}
    story.ask(c.CloseIncident(incident_id, None, "误报"), TAKER)
    assert story.city.units["U3"].standby is None


def test_nobody_is_left_standing_by_unheard_or_for_long(story: Story) -> None:
    incident_id = ring(story)
    story.ask(c.PrealertUnit(incident_id, "U1"), TAKER)
    story.later(RULES.accept_within_s).ask(c.CheckDeadlines(), SYSTEM)
    assert tasks(story) == {"standby_unanswered"}
    story.ask(c.AcknowledgeStandby("U1"), crew("U1"))
    story.later(RULES.standby_settle_s).ask(c.CheckDeadlines(), SYSTEM)
    assert tasks(story) == {"standby_unsettled"}


def test_a_unit_that_does_not_roll_is_replaced_with_one_key_and_waits_for_its_own_word(story: Story) -> None:
    incident_id = ring(story)
    run = story.ask(c.AssignUnit(incident_id, "U1"))[0].data.assignment_id
    story.later(RULES.roll_within_s).ask(c.CheckDeadlines(), SYSTEM)
    assert "unit_not_rolling" in tasks(story)
    assert story.refused(c.ReplaceUnit(run, "U1")) == "unit.not_free"
    story.ask(c.ReplaceUnit(run, "U2"))
    assert story.city.assignments[run].outcome is Outcome.HANDED_TO_OTHER_UNIT
    assert story.city.units["U1"].status is UnitStatus.OUT_OF_SERVICE
    assert [each.unit_id for each in story.city.active_assignments(incident_id)] == ["U2"]
    assert story.city.incidents[incident_id].phase is IncidentPhase.UNDERWAY
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert tasks(story) == set()
    story.ask(c.ReportStatus("U1", UnitStatus.AVAILABLE), crew("U1"))
    assert story.refused(c.ReplaceUnit(run, "U1")) == "assignment.ended"


def test_a_unit_that_rolls_is_not_replaced(story: Story) -> None:
    _, _, run = incident_underway(story, "U1")
    assert story.refused(c.ReplaceUnit(run, "U2")) == "unit.rolling"


def test_a_held_incident_is_called_back_and_asked_again_every_few_minutes(story: Story) -> None:
    incident_id = ring(story, "P3")
    story.ask(c.HoldIncident(incident_id, "no_unit"), TAKER)
    story.later(RULES.hold_review_min * 60).ask(c.CheckDeadlines(), SYSTEM)
    (task_id,) = story.city.open_tasks
    assert story.refused(c.FinishTask(task_id), TAKER) == "task.needs_review"
    assert story.refused(c.ReviewHeld(incident_id, "fine"), TAKER) == "review.unknown"
    story.ask(c.ReviewHeld(incident_id, "worse", "P1", "喘"), TAKER)
    incident = story.city.incidents[incident_id]
    assert (incident.priority, incident.reviews) == ("P1", 1)
    assert story.city.tasks[task_id].result == "done"
    story.ask(c.ReviewHeld(incident_id, "no_answer"), TAKER)
    story.later(RULES.hold_no_answer_min * 60).ask(c.CheckDeadlines(), SYSTEM)
    assert tasks(story) == {"held_review"}
    story.ask(c.AssignUnit(incident_id, "U1"))
    assert story.refused(c.ReviewHeld(incident_id, "worse"), TAKER) == "incident.not_held"


def test_the_owner_of_a_robbed_incident_is_told_until_another_unit_is_sent(story: Story) -> None:
    minor, major = ring(story, "P3"), ring(story, "P1")
    story.ask(c.AssignUnit(minor, "U1"))
    story.ask(c.DivertUnit(major, "U1", "更急"))
    assert story.city.incidents[minor].phase is IncidentPhase.WAITING
    story.ask(c.CheckDeadlines(), SYSTEM)
    (task_id,) = story.city.open_tasks
    task = story.city.tasks[task_id]
    assert (task.kind, task.incident_id) == ("unit_taken", minor)
    assert task.params["other"] == story.city.incidents[major].number
    story.ask(c.AssignUnit(minor, "U2"))
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert story.city.tasks[task_id].result == "moot"


def test_units_held_at_a_door_are_listed_after_those_that_can_go(story: Story) -> None:
    incident_underway(story, "U1")
    story.ask(c.ReportStatus("U1", UnitStatus.TRANSPORTING), crew("U1"))
    for status in ("at_hospital", "stretcher_held"):
        story.ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    incident_id = ring(story, "P1")
    rows = rank_units(story.city, incident_id, story.evidence(), RULES)
    assert [row.unit_id for row in rows] == ["U2", "U3", "U4", "U1"]
    assert not rows[-1].assignable
    assert [each.code for each in rows[-1].reasons] == ["unit.stretcher_held"]


@pytest.mark.parametrize(
    ("patients", "answer"),
    [
        ([], "unknown"),
        ([{}], "unknown"),
        ([{"scene": {"fire": "no"}}, {}], "no"),
        ([{"scene": {"fire": "no"}}, {"scene": {"fire": "yes"}}], "yes"),
    ],
)
def test_one_yes_is_yes_and_silence_is_unknown(patients: list[dict[str, dict[str, str]]], answer: str) -> None:
    assert flags_of(list(patients))[Flag.FIRE] == answer


def test_findings_become_flags_once_and_can_be_taken_back(story: Story) -> None:
    incident_id = ring(story)
    patient_id = story.city.incidents[incident_id].patient_ids[0]
    facts = story.ask(c.RecordFindings(patient_id, {"scene": {"violence": "yes"}}), TAKER)
    assert [each.data.flag for each in facts if each.kind == "SceneFlagged"] == ["violence"]
    again = story.ask(c.RecordFindings(patient_id, {"scene": {"violence": "yes"}}), TAKER)
    assert not [each for each in again if each.kind == "SceneFlagged"]
    story.ask(c.RecordFindings(patient_id, {"scene": {"violence": "unknown"}}), TAKER)
    assert story.city.incidents[incident_id].flags == {"violence": "unknown"}


def test_one_key_tells_a_service_and_a_phone_task_stands_until_it_confirms(story: Story) -> None:
    incident_id = ring(story)
    patient_id = story.city.incidents[incident_id].patient_ids[0]
    story.ask(c.RecordFindings(patient_id, {"scene": {"chemical": "yes", "fire": "yes"}}), TAKER)
    assert story.refused(c.TellService(incident_id, "911"), TAKER) == "service.unknown"
    facts = story.ask(c.TellService(incident_id, "119"), TAKER)
    assert facts[0].data.flags == ("fire", "chemical")
    assert facts[1].data.distance_m == RULES.stand_off_chemical_m
    assert story.refused(c.TellService(incident_id, "119"), TAKER) == "service.being_told"
    story.ask(c.ReportNotice(incident_id, "119", delivered=False, attempts=4), SYSTEM)
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert tasks(story) == {"service_119_undelivered"}
    story.ask(c.TellService(incident_id, "119"), TAKER)  # once more
    story.ask(c.ReportNotice(incident_id, "119", delivered=True, attempts=1), SYSTEM)
    story.ask(c.CheckDeadlines(), SYSTEM)
    (task_id,) = story.city.open_tasks
    story.ask(c.FinishTask(task_id, "警情 7"), DISPATCHER)
    assert story.city.incidents[incident_id].notices["119"].phase is NoticePhase.CONFIRMED
    assert story.ask(c.ReportNotice(incident_id, "119", delivered=True, attempts=2), SYSTEM) == []
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert tasks(story) == set()


def test_units_stand_off_until_somebody_clears_the_scene(story: Story) -> None:
    incident_id = ring(story)
    assert story.refused(c.ClearScene(incident_id, "110"), TAKER) == "scene.not_staged"
    story.ask(c.StageUnits(incident_id), TAKER)
    assert story.refused(c.StageUnits(incident_id), TAKER) == "scene.already_staged"
    story.ask(c.AssignUnit(incident_id, "U1"))
    for status in ("en_route", "on_scene", "at_patient"):
        story.ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert tasks(story) == {"went_in_uncleared"}
    assert story.refused(c.ClearScene(incident_id, " "), crew("U1")) == "scene.by_whom"
    story.ask(c.ClearScene(incident_id, "现场民警"), crew("U1"))
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert tasks(story) == set()
    assert story.city.incidents[incident_id].staging is not None
    story.ask(c.StageUnits(incident_id), TAKER)


def test_infection_prefers_negative_pressure_within_its_head_start_and_says_so(story: Story) -> None:
    incident_id = ring(story)
    unit = story.city.units["U3"]
    story.city = story.city.with_unit(replace(unit, equipment=("negative_pressure",)))
    story.screens = {scope: snapshot(story.city, scope) for scope in story.screens}
    assert rank_units(story.city, incident_id, story.evidence(), RULES)[0].unit_id == "U1"
    patient_id = story.city.incidents[incident_id].patient_ids[0]
    story.ask(c.RecordFindings(patient_id, {"scene": {"infectious_suspected": "yes"}}), TAKER)
    first = rank_units(story.city, incident_id, story.evidence(), RULES)[0]
    assert (first.unit_id, first.reasons[-1].code) == ("U3", "unit.negative_pressure")
    far = tuple(UnitArrival(each, 100.0 + 900.0 * (each == "U3"), story.now) for each in UNITS)
    rows = rank_units(story.city, incident_id, Evidence(story.now, 1, far), RULES)
    assert rows[0].unit_id == "U1"
    assert not any(row.tie for row in rows if row.unit_id == "U3")


def test_a_crew_speaks_for_its_own_scene_and_standby(story: Story) -> None:
    incident_id = ring(story)
    story.ask(c.PrealertUnit(incident_id, "U1"), TAKER)
    assert may(crew("U1"), c.AcknowledgeStandby("U1"), story.city) is None
    assert may(crew("U2"), c.AcknowledgeStandby("U1"), story.city) is not None
    assert may(crew("U1"), c.ClearScene(incident_id, "x"), story.city) is not None
    assert may(crew("U1"), c.PrealertUnit(incident_id, "U1"), story.city) is not None


@pytest.mark.parametrize("phase", StandbyPhase)
def test_a_standby_ends_once(phase: StandbyPhase) -> None:
    assert any(state is phase for state, _ in STANDBY_STEPS) == (phase is not StandbyPhase.ENDED)


@pytest.mark.parametrize("phase", NoticePhase)
def test_a_notice_can_always_be_repeated_or_confirmed(phase: NoticePhase) -> None:
    kinds = {kind.__name__ for state, kind in NOTICE_STEPS if state is phase}
    assert ("ServiceConfirmed" in kinds) == (phase is not NoticePhase.CONFIRMED)
    assert ("ServiceTold" in kinds) == (phase is not NoticePhase.TOLD)


@pytest.mark.parametrize("phase", StagingPhase)
def test_a_scene_has_one_way_on(phase: StagingPhase) -> None:
    assert len([kind for state, kind in STAGING_STEPS if state is phase]) == 1
    assert len(Service) == 3
