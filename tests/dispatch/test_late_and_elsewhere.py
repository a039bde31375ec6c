"""What comes late from a dead zone, or from a house that the patient has left, turns nobody around."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch.rights import may
from dispatch.words import Outcome, UnitStatus
from tests.dispatch.story import DISPATCHER, PLACE, TAKER, Story, crew, department, opened_city
from tests.dispatch.team_tale import C1, activation, alarmed
from tests.dispatch.test_flow import ARREST


@pytest.fixture
def story() -> Story:
    return opened_city()


def test_a_house_that_the_patient_has_left_takes_nobody_over_elsewhere(story: Story) -> None:
    first = alarmed(story)
    patient_id = activation(story, first).patient_id
    asks = (
        c.CompleteHandoff(patient_id, "ed"),
        c.SignHandoff(patient_id, "王"),
        c.DisputeHandoff(patient_id, "where", "不是"),
        c.PreRegister(patient_id),
        c.MergeRegistration(patient_id, "H1"),
        c.RecordConsent(patient_id, "pci", "started"),
        c.RegisterTimePoint(patient_id, "wire_crossed", story.now),
        c.SendReaderLink(patient_id, "0" * 64, "李医生"),
    )
    assert [may(C1, each, story.city) for each in asks] == [None] * len(asks)
    story.ask(c.ChooseDestination(patient_id, "C2", "dispatcher", "导管室占用"))
    for each in asks:
        refused = may(C1, each, story.city)
        assert refused is not None
        assert refused.code == "not_your_patient"
        assert may(department("C2"), each, story.city) is None
    assert may(C1, c.AcknowledgeEnd(first), story.city) is None


def test_a_choice_from_a_dead_zone_does_not_undo_what_was_decided_since(story: Story) -> None:
    first = alarmed(story)
    patient_id, made_at = activation(story, first).patient_id, story.now
    story.later(300).ask(c.ChooseDestination(patient_id, "C2", "dispatcher", "机组电台报告"), DISPATCHER)
    story.later(60)
    late = c.ChooseDestination(patient_id, "C3", reason="家属要求")
    answer = story.try_(late, crew("U1"), at=made_at)
    assert getattr(answer, "code", None) == "destination.decided_since"
    assert story.city.patients[patient_id].center_id == "C2"
    story.ask(late, crew("U1"))  # tapped again, it is the newest
    assert story.city.patients[patient_id].center_id == "C3"


def test_a_choice_from_a_dead_zone_alarms_nobody_whom_a_person_has_called_off_since(story: Story) -> None:
    first = alarmed(story)
    patient_id, made_at = activation(story, first).patient_id, story.now
    story.later(300).ask(c.CancelActivation(first, "家属放弃"), DISPATCHER)
    answer = story.try_(c.ChooseDestination(patient_id, "C2", reason="x"), crew("U1"), at=made_at)
    assert getattr(answer, "code", None) == "destination.decided_since"


def arrest(story: Story) -> tuple[str, str]:
    """Alarm C1 for an arrest before contact; return the patient and the activation."""
    opened = story.ask(c.ReceiveCall("1", "东单", "倒地", PLACE), TAKER)[1].data
    story.ask(c.AssignUnit(opened.incident_id, "U1"))
    story.ask(c.RecordFindings(opened.patient_id, ARREST), TAKER)
    story.ask(c.PreAlert(opened.patient_id, "C1"))
    return opened.patient_id, story.city.patients[opened.patient_id].activation_id or ""


def step(story: Story, *steps: str) -> None:
    for each in steps:
        story.later(60).ask(c.ReportStatus("U1", UnitStatus(each)), crew("U1"))


def test_a_choice_after_contact_outranks_a_pre_alert_however_late_it_comes(story: Story) -> None:
    patient_id, _ = arrest(story)
    step(story, "en_route", "at_patient")
    made_at = story.now - timedelta(minutes=5)
    story.ask(c.ChooseDestination(patient_id, "C2", reason="x"), crew("U1"), at=made_at)
    assert story.city.patients[patient_id].center_id == "C2"


def test_an_arrest_that_nobody_had_a_hand_to_choose_for_is_handed_over_where_it_was_announced(story: Story) -> None:
    patient_id, sent = arrest(story)
    step(story, "en_route", "at_patient")
    assert story.city.patients[patient_id].center_id is None
    step(story, "transporting")
    assert (story.city.patients[patient_id].center_id, story.city.patients[patient_id].chosen_by) == ("C1", None)
    step(story, "at_hospital", "handed_over")
    patient = story.city.patients[patient_id]
    assert patient.handoff is not None
    assert (patient.handoff.center_id, activation(story, sent).phase) == ("C1", "arrived")


def test_a_department_takes_an_announced_arrest_over_before_any_tap_of_the_crew(story: Story) -> None:
    patient_id, sent = arrest(story)
    step(story, "en_route", "at_patient")
    story.ask(c.PreRegister(patient_id), C1)
    story.ask(c.CompleteHandoff(patient_id, "ed"), C1)
    assert (story.city.patients[patient_id].center_id, activation(story, sent).phase) == ("C1", "accepted")


@pytest.mark.parametrize("outcome", [Outcome.DEATH_ON_SCENE, Outcome.SELF_CONVEYED, Outcome.DELIVERED])
def test_a_centre_does_not_wait_for_a_patient_who_ended_otherwise(story: Story, outcome: Outcome) -> None:
    sent = alarmed(story)
    story.ask(c.AcknowledgeActivation(sent), C1)
    story.ask(c.EndPatient(activation(story, sent).patient_id, outcome), crew("U1"))
    row = activation(story, sent)
    waits = outcome is Outcome.DELIVERED
    assert (row.phase == "cancelled") is not waits
    assert all((hold.ended is None) is waits for hold in row.reservations)
