"""After the door: both versions stay, signatures follow, a held stretcher rings, and missing minutes are asked once."""

from datetime import timedelta

import pytest

from center_protocols.vocabulary import TimePoint
from dispatch import commands as c
from dispatch.rules import builtin
from dispatch.views.register import register_rows
from dispatch.words import UnitStatus
from tests.dispatch.story import (
    PLACE,
    SYSTEM,
    TAKER,
    Story,
    crew,
    department,
    incident_underway,
    opened_city,
)

STEMI = {"complaint": "chest_pain", "clinician_says": ["stemi"]}


@pytest.fixture
def at_the_door() -> tuple[Story, str]:
    """Return a STEMI whose unit stands at C1's gate."""
    story = opened_city()
    _, patient_id, _ = incident_underway(story, "U1", STEMI)
    story.ask(c.ChooseDestination(patient_id, "C1", reason="近"), crew("U1"))
    story.ask(c.AcknowledgeActivation(story.city.patients[patient_id].activation_id or ""), department("C1"))
    for status in ("transporting", "at_hospital"):
        story.later(60).ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    return story, patient_id


def asked_of(story: Story, patient_id: str, side: str) -> set[str]:
    return {row.point for row in register_rows(story.city, patient_id, story.now) if row.ask == side}


def test_both_versions_stay_and_the_receiving_sides_stands(at_the_door: tuple[Story, str]) -> None:
    story, patient_id = at_the_door
    story.ask(c.ReportStatus("U1", UnitStatus.HANDED_OVER), crew("U1"))
    first = story.now
    story.later(300).ask(c.CompleteHandoff(patient_id, "ed", "李护士"), department("C1"))
    story.later(60).ask(c.CompleteHandoff(patient_id, "cath_lab"), crew("U1"))
    handoff = story.city.patients[patient_id].handoff
    assert handoff is not None
    assert [(each.side, each.where) for each in handoff.told] == [
        ("crew", "cath_lab"),
        ("department", "ed"),
        ("crew", "cath_lab"),
    ]
    assert (handoff.where, handoff.bypassed_ed, handoff.taken_by, handoff.at) == ("ed", False, "李护士", first)
    assert story.city.patients[patient_id].points[TimePoint.HANDOFF_COMPLETE].at == first


def test_signatures_and_objections_follow_and_are_nobodys_verdict(at_the_door: tuple[Story, str]) -> None:
    story, patient_id = at_the_door
    assert story.refused(c.SignHandoff(patient_id, "李"), department("C1")) == "handoff.none"
    story.ask(c.ReportStatus("U1", UnitStatus.HANDED_OVER), crew("U1"))
    assert story.city.units["U1"].assignment_id is None  # free long before anybody signs
    story.later(3_600).ask(c.SignHandoff(patient_id, " 李护士 "), department("C1"))
    story.ask(c.SignHandoff(patient_id, "张医生"), crew("U1"))
    story.ask(c.DisputeHandoff(patient_id, "when", "晚 8 分钟"), department("C1"))
    assert story.refused(c.DisputeHandoff(patient_id, "weather", "x"), crew("U1")) == "handoff.no_words"
    assert story.refused(c.SignHandoff(patient_id, " "), crew("U1")) == "handoff.no_name"
    handoff = story.city.patients[patient_id].handoff
    assert handoff is not None
    assert [(each.side, each.name) for each in handoff.signatures] == [("department", "李护士"), ("crew", "张医生")]
    assert [(each.side, each.about, each.words) for each in handoff.disputes] == [("department", "when", "晚 8 分钟")]
    assert handoff.signed


@pytest.mark.parametrize("held", [False, True])
def test_a_stretcher_that_a_door_keeps_rings_from_the_gate_on(at_the_door: tuple[Story, str], held: bool) -> None:  # noqa: FBT001 - a case
    story, _ = at_the_door
    if held:
        story.later(120).ask(c.ReportStatus("U1", UnitStatus.STRETCHER_HELD), crew("U1"))
    gate = story.city.assignments[story.city.units["U1"].assignment_id or ""].points["arrival_gate"].at
    wait = timedelta(minutes=builtin().handoff_within_min)

    def rings() -> bool:
        story.ask(c.CheckDeadlines(), SYSTEM)
        return any(each.startswith("stretcher_held") for each in story.city.open_tasks)

    story.later((gate + wait - story.now).total_seconds() - 1)
    assert not rings()
    story.later(1)
    assert rings()
    story.ask(c.ReportStatus("U1", UnitStatus.HANDED_OVER), crew("U1"))
    assert not rings()


def test_the_first_device_is_the_contact_unless_somebody_tapped_before() -> None:
    story = opened_city()
    opened = story.ask(c.ReceiveCall("1", "东单", "胸痛", PLACE), TAKER)[1].data
    story.ask(c.AssignUnit(opened.incident_id, "U1"))
    for status in ("accepted", "en_route", "on_scene"):
        story.later(60).ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    story.later(30).ask(c.BindMonitor(opened.patient_id, "M1"), crew("U1"))
    bound = story.now
    story.later(90).ask(c.ReportStatus("U1", UnitStatus.AT_PATIENT), crew("U1"))
    row = next(
        each for each in register_rows(story.city, opened.patient_id, story.now) if each.point == "patient_contact"
    )
    assert row.at == bound
    _, tapped, _ = incident_underway(story, "U2")
    contact = story.now
    story.later(60).ask(c.BindMonitor(tapped, "M2"), crew("U2"))
    row = next(each for each in register_rows(story.city, tapped, story.now) if each.point == "patient_contact")
    assert row.at == contact


def test_minutes_are_asked_after_the_handover_and_once(at_the_door: tuple[Story, str]) -> None:
    story, patient_id = at_the_door
    assert asked_of(story, patient_id, "crew") == asked_of(story, patient_id, "department") == set()
    story.ask(c.ReportStatus("U1", UnitStatus.HANDED_OVER), crew("U1"))
    assert "onset" in asked_of(story, patient_id, "crew")
    assert "wire" in asked_of(story, patient_id, "department")
    assert "arrival_gate" not in asked_of(story, patient_id, "crew")
    story.ask(c.LeaveTimePointOpen(patient_id, "onset"), crew("U1"))
    assert story.ask(c.LeaveTimePointOpen(patient_id, "onset"), crew("U1")) == []
    story.ask(c.RegisterTimePoint(patient_id, "wire", story.now), department("C1"))
    assert "onset" not in asked_of(story, patient_id, "crew")
    assert "wire" not in asked_of(story, patient_id, "department")
    story.ask(c.RegisterTimePoint(patient_id, "onset", story.now - timedelta(hours=2)), crew("U1"))
    assert story.city.patients[patient_id].points["onset"].at < story.now
