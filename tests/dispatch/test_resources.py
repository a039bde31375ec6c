"""What runs makes a room busy, one tap corrects it, clinical priority says whose it is; the ranking follows at once."""

from datetime import timedelta

import pytest

from center_protocols.vocabulary import Resource
from dispatch import commands as c
from dispatch.flow.recommend import rank_centers
from dispatch.rules import builtin
from dispatch.state.resources import ResourceState, usual_use_min
from dispatch.texts_catalogue import text
from dispatch.views.have import availability, readiness
from dispatch.words import UnitStatus
from tests.dispatch.story import SYSTEM, Story, crew, department, incident_underway, opened_city
from tests.dispatch.team_tale import C1, STEMI, activation, tick


@pytest.fixture
def story() -> Story:
    return opened_city()


def held(story: Story, unit_id: str, priority: str = "P1") -> str:
    """Bring a STEMI towards C1 whose cath lab is then held; return the activation's id."""
    incident_id, patient_id, _ = incident_underway(story, unit_id, STEMI)
    story.ask(c.SetPriority(incident_id, priority, "测试"))
    story.ask(c.ChooseDestination(patient_id, "C1", reason="x"), crew(unit_id))
    sent = story.city.patients[patient_id].activation_id or ""
    story.ask(c.AcknowledgeActivation(sent), C1)
    return sent


def place(story: Story, sent: str) -> tuple[int, str | None]:
    (hold,) = [each for each in activation(story, sent).reservations if each.resource == "cath_lab"]
    return hold.place, hold.because


def lab(story: Story) -> ResourceState:
    return story.city.centers["C1"].resources["cath_lab"]


def words_for_another(story: Story, patient_id: str) -> list[str]:
    """Return the same as a crew reads it."""
    ranked = rank_centers(story.city, story.city.patients[patient_id], story.evidence(), story.now, builtin())
    row = next(each for each in ranked.destinations.options if each.center_id == "C1")
    return [text(each.code, each.params).zh for each in row.warnings]


def cost_for_another(story: Story, patient_id: str) -> list[str]:
    """Return what the ranking of another patient says against C1."""
    ranked = rank_centers(story.city, story.city.patients[patient_id], story.evidence(), story.now, builtin())
    row = next(each for each in ranked.destinations.options if each.center_id == "C1")
    return [each.code for each in row.warnings]


def test_an_activated_lab_is_a_cost_for_everybody_else_in_the_same_second(story: Story) -> None:
    _, other, _ = incident_underway(story, "U2", STEMI)
    assert cost_for_another(story, other) == []
    before = story.now
    incident_id, patient_id, _ = incident_underway(story, "U1", STEMI)
    story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))
    sent = story.city.patients[patient_id].activation_id or ""
    assert cost_for_another(story, other) == []
    before = story.now
    story.ask(c.AcknowledgeActivation(sent), C1)
    assert story.now == before
    assert "destination.status_resource_busy.cath_lab" in cost_for_another(story, other)
    said = next(each for each in words_for_another(story, other) if "导管室占用" in each)
    assert "已预留" in said, said
    assert "cath_lab" not in said
    assert cost_for_another(story, patient_id) == []
    story.ask(c.CancelActivation(sent, "x"), crew("U1"))
    assert cost_for_another(story, other) == []
    assert story.city.incidents[incident_id].activation_ids == (sent,)


def test_two_labs_bear_two_patients(story: Story) -> None:
    _, other, _ = incident_underway(story, "U3", STEMI)
    story.ask(c.CountResource("C1", "cath_lab", 2), C1)
    assert story.ask(c.CountResource("C1", "cath_lab", 2), C1) == []
    first = held(story, "U1")
    assert cost_for_another(story, other) == []
    second = held(story, "U2")
    tick(story)
    assert (place(story, first)[0], place(story, second)[0]) == (0, 0)
    assert "destination.status_resource_busy.cath_lab" in cost_for_another(story, other)


def test_a_patient_in_the_lab_keeps_it_busy_until_it_is_freed_with_one_tap_or_the_time_is_over(story: Story) -> None:
    _, other, _ = incident_underway(story, "U2", STEMI)
    sent = held(story, "U1")
    story.ask(c.AcceptPatient(sent), C1)
    assert [each.id for each in lab(story).uses] == [activation(story, sent).reservations[0].id]
    assert readiness(story.city.centers["C1"], "cath_lab", story.now)["state"] == "in_use"
    assert "destination.status_resource_busy.cath_lab" in cost_for_another(story, other)
    story.ask(c.CorrectResource("C1", "cath_lab", "ready"), C1)
    assert lab(story).uses == ()
    assert cost_for_another(story, other) == []
    again = held(story, "U3")
    story.ask(c.AcceptPatient(again), C1)
    story.later(usual_use_min()["cath_lab"] * 60)
    tick(story)
    assert lab(story).uses == ()


def test_what_the_centre_says_outranks_what_follows_until_it_expires(story: Story) -> None:
    _, other, _ = incident_underway(story, "U2", STEMI)
    story.ask(c.CorrectResource("C1", "cath_lab", "down", "维护"), C1)
    assert readiness(story.city.centers["C1"], "cath_lab", story.now)["state"] == "down"
    assert cost_for_another(story, other) == ["destination.status_resource_down.cath_lab"]
    story.later(builtin().resource_word_min * 60)
    assert readiness(story.city.centers["C1"], "cath_lab", story.now)["state"] == "ready"
    assert cost_for_another(story, other) == ["destination.status_expired.resource_down"]


def test_clinical_priority_decides_and_both_sides_and_the_dispatcher_are_told(story: Story) -> None:
    earlier = held(story, "U1", "P2")
    tick(story)
    assert place(story, earlier) == (0, None)
    urgent = held(story, "U2", "P1")
    tick(story)
    assert place(story, urgent) == (0, None)
    assert place(story, earlier) == (1, "priority")
    hold = next(each for each in activation(story, earlier).reservations if each.resource == "cath_lab")
    tick(story)
    assert hold.waits_since is not None
    task = f"resource_conflict:reservation:{hold.id}@{hold.waits_since.isoformat()}"
    assert task in story.city.open_tasks
    story.ask(c.CancelActivation(urgent, "x"), crew("U2"))
    tick(story)
    assert place(story, earlier) == (0, "free")
    tick(story)
    assert story.city.tasks[task].result == "moot"
    story.ask(c.AcceptPatient(held(story, "U3", "P1")), C1)
    tick(story)
    tick(story)
    assert place(story, earlier) == (1, "in_use")
    assert len([each for each in story.city.open_tasks if f"reservation:{hold.id}@" in each]) == 1, "pushed back again"


def kinds_of_tasks(story: Story) -> set[str]:
    tick(story)
    tick(story)
    return {story.city.tasks[each].kind for each in story.city.open_tasks}


def test_a_hold_that_runs_out_under_a_patient_who_still_comes_is_telephoned_for(story: Story) -> None:
    sent = held(story, "U1")
    story.later(builtin().reservation_min * 60)
    assert "hold_expired" in kinds_of_tasks(story)
    assert activation(story, sent).reservations[0].ended == "expired"
    story.ask(c.ReserveResource(sent, "cath_lab"), C1)
    assert "hold_expired" not in kinds_of_tasks(story)


def test_a_hold_does_not_run_out_under_a_patient_at_the_door(story: Story) -> None:
    sent = held(story, "U1")
    story.ask(c.ReportStatus("U1", UnitStatus("transporting")), crew("U1"))
    story.later(builtin().reservation_min * 60 - 60).ask(c.ReportStatus("U1", UnitStatus("at_hospital")), crew("U1"))
    tick(story, 600)
    assert activation(story, sent).reservations[0].ended is None
    tick(story, builtin().reservation_min * 60)
    assert activation(story, sent).reservations[0].ended == "expired"


def test_what_a_centre_closes_under_a_patient_who_comes_is_telephoned_for(story: Story) -> None:
    until = story.now + timedelta(hours=2)
    story.ask(c.ReportCenterStatus("C1", "diversion", "busy", until, "known when it was chosen"), C1)
    sent = held(story, "U1")
    assert kinds_of_tasks(story) == set()
    story.ask(c.ReportCenterStatus("C1", "diversion", "busy", until, "停电"), C1)
    story.ask(c.CorrectResource("C1", "ct", "down"), C1)
    assert kinds_of_tasks(story) == {"center_diverts"}
    story.ask(c.CorrectResource("C1", "cath_lab", "down"), C1)
    assert kinds_of_tasks(story) == {"center_diverts", "room_lost"}
    story.ask(c.ReportCenterStatus("C1", "diversion", "open", until), C1)
    story.ask(c.CorrectResource("C1", "cath_lab", "ready"), C1)
    assert kinds_of_tasks(story) == set()
    story.ask(c.CorrectResource("C1", "cath_lab", "down"), C1)
    story.ask(c.CancelActivation(sent, "x"), crew("U1"))
    assert "room_lost" not in kinds_of_tasks(story)


def test_among_equals_the_first_keeps_it_and_who_has_arrived_is_not_sent_away(story: Story) -> None:
    first, second = held(story, "U1", "P2"), held(story, "U2", "P2")
    tick(story)
    assert (place(story, first), place(story, second)) == ((0, None), (1, "earlier"))
    for status in ("transporting", "at_hospital"):
        story.ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    third = held(story, "U3", "P1")
    tick(story)
    assert place(story, first)[0] == 0
    assert place(story, third) == (1, "arrived")
    assert place(story, second) == (2, "priority")


def test_a_diversion_needs_its_reason(story: Story) -> None:
    until = story.now + timedelta(hours=1)
    assert story.refused(c.ReportCenterStatus("C1", "diversion", "busy", until), C1) == "center.reason_needed"
    story.ask(c.ReportCenterStatus("C1", "diversion", "busy", until, "停电"), C1)
    story.ask(c.ReportCenterStatus("C1", "diversion", "open", until), C1)


def test_a_state_that_no_list_has_or_that_never_ends_is_none(story: Story) -> None:
    until = story.now + timedelta(hours=1)
    assert story.refused(c.ReportCenterStatus("C1", "bananas", "busy", until, "x"), C1) == "center.topic_unknown"
    for_ever = story.now + timedelta(days=8)
    assert story.refused(c.ReportCenterStatus("C1", "ct", "closed", for_ever, "x"), C1) == "center.status_too_long"


def test_the_availability_speaks_have_and_full_is_not_closed(story: Story) -> None:
    until = story.now + timedelta(hours=1)
    story.ask(c.ReportCenterStatus("C1", "diversion", "busy", until, "停电"), C1)
    story.ask(c.ReportCenterStatus("C1", "full", "busy", until, "满"), C1)
    story.ask(c.CountResource("C1", "icu", 12), C1)
    sent = held(story, "U1")
    rows = {each["OrganizationID"]: each for each in availability(story.city, story.now)}
    assert rows["C1"]["EmergencyDepartmentStatus"]["EMSTraffic"] == {
        "EMSTrafficStatus": "Advisory", "EMSTrafficReason": "停电",
    }  # fmt: skip
    assert rows["C1"]["ClinicalStatus"] == "Full"
    assert rows["C1"]["HospitalBedCapacityStatus"] == [
        {"BedType": "AdultICU", "CapacityStatus": "VacantAvailable", "AvailableCount": 12, "BaselineCount": 12}
    ]
    assert rows["C1"]["resources"]["cath_lab"]["state"] == "held"
    assert rows["C3"]["resources"] == {}
    assert sent not in str(rows)
    later = {each["OrganizationID"]: each for each in availability(story.city, until)}
    assert (later["C1"]["Stale"], later["C1"]["ClinicalStatus"]) == (["diversion", "full"], "Normal")


def test_nonsense_is_refused(story: Story) -> None:
    assert story.refused(c.CountResource("C1", "ship", 1), C1) == "resource.unknown"
    assert story.refused(c.CountResource("C9", "icu", 1), SYSTEM) == "center.unknown"
    assert story.refused(c.CountResource("C1", "icu", 501), C1) == "resource.count"
    assert story.refused(c.CorrectResource("C1", "ship", "ready"), department("C1")) == "resource.unknown"


def test_every_resource_says_how_long_its_use_lasts() -> None:
    assert set(usual_use_min()) == set(Resource)
