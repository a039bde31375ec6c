"""The direct way: whose door counts, what a reading changes at the centre, what a consent needs, which number stays."""

from datetime import timedelta

import pytest

from center_protocols.vocabulary import TimePoint
from dispatch import commands as c
from dispatch import events as e
from dispatch.changes.ground import center_listed
from dispatch.rights import may
from dispatch.rules import builtin
from dispatch.state.incident import Patient
from dispatch.words import UnitStatus
from tests.dispatch.story import DISPATCHER, PHYSICIAN, Story, crew, department, incident_underway, opened_city

CHEST_PAIN = {"complaint": "chest_pain", "age": {"value": 58, "unit": "years"}}


@pytest.fixture
def underway() -> tuple[Story, str, str]:
    """Return a chest pain that C1 waits for: the story, the patient, the activation."""
    story = opened_city()
    _, patient_id, _ = incident_underway(story, "U1", CHEST_PAIN)
    story.ask(c.ChooseDestination(patient_id, "C1", reason="近"), crew("U1"))
    activation_id = story.city.patients[patient_id].activation_id
    assert activation_id is not None
    return story, patient_id, activation_id


def read_as(story: Story, patient_id: str, reading: str) -> list[type]:
    story.ask(c.BindMonitor(patient_id, "M1"), crew("U1"))
    story.ask(c.RecordEcg(patient_id, "E1", 500, ("I",), "M1"), crew("U1"))
    return [type(fact.data) for fact in story.ask(c.ReadEcg(patient_id, "E1", reading), PHYSICIAN)]


def test_a_reading_turns_the_alarm_into_a_cath_lab_and_holds_it(underway: tuple[Story, str, str]) -> None:
    story, patient_id, activation_id = underway
    assert "cath_lab" not in story.city.activations[activation_id].activate
    story.ask(c.AcknowledgeActivation(activation_id), department("C1"))
    told = read_as(story, patient_id, "stemi")
    assert told[-2:] == [e.ActivationUpdated, e.ResourceReserved]
    row = story.city.activations[activation_id]
    assert row.proposed_door == row.door_now == "cath_lab"
    assert "cath_lab" in row.updated_with
    assert [hold.resource for hold in row.reservations if hold.ended is None].count("cath_lab") == 1
    assert TimePoint.LAB_ACTIVATED in story.city.patients[patient_id].points


def test_before_anybody_answered_a_reading_holds_nothing_and_the_answer_does(underway: tuple[Story, str, str]) -> None:
    story, patient_id, activation_id = underway
    assert e.ResourceReserved not in read_as(story, patient_id, "stemi")
    held = story.ask(c.AcknowledgeActivation(activation_id), department("C1"))
    assert "cath_lab" in [fact.data.resource for fact in held if isinstance(fact.data, e.ResourceReserved)]


def test_a_normal_reading_calls_no_lab(underway: tuple[Story, str, str]) -> None:
    story, patient_id, activation_id = underway
    read_as(story, patient_id, "normal")
    assert "cath_lab" not in story.city.activations[activation_id].activate


def test_the_departments_door_outranks_the_protocols_with_a_reason(underway: tuple[Story, str, str]) -> None:
    story, patient_id, activation_id = underway
    read_as(story, patient_id, "stemi")
    assert story.refused(c.ChooseDoor(activation_id, "ct"), department("C1")) == "door.reason_needed"
    assert story.refused(c.ChooseDoor(activation_id, "roof", "x"), department("C1")) == "door.unknown"
    story.ask(c.ChooseDoor(activation_id, "ct", "疑夹层"), department("C1"))
    assert story.ask(c.ChooseDoor(activation_id, "ct", "疑夹层"), department("C1")) == []
    for status in ("transporting", "at_hospital", "handed_over"):
        story.ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    handoff = story.city.patients[patient_id].handoff
    assert handoff is not None
    assert (handoff.where, handoff.bypassed_ed) == ("ct", True)
    assert story.refused(c.ChooseDoor(activation_id, "ed"), department("C1")) == "door.too_late"


def test_a_door_belongs_to_its_department(underway: tuple[Story, str, str]) -> None:
    story, _, activation_id = underway
    for ask in (c.ChooseDoor(activation_id, "ed"), c.DescribeWay("C1", "ct", "东门")):
        assert may(department("C1"), ask, story.city) is None
        assert may(department("C2"), ask, story.city) is not None
        assert may(crew("U1"), ask, story.city) is not None
        assert may(DISPATCHER, ask, story.city) is None


def test_a_way_has_a_date_and_a_day_to_look_again(underway: tuple[Story, str, str]) -> None:
    story, _, _ = underway
    story.ask(c.DescribeWay("C1", "ct", " 东门 ", "", "1F"), department("C1"))
    way = story.city.centers["C1"].ways["ct"]
    assert (way.entrance, way.lift, way.floor, way.described_at) == ("东门", None, "1F", story.now)
    assert way.check_after - way.described_at == timedelta(days=builtin().way_check_days)
    assert story.refused(c.DescribeWay("C1", "ct", " "), department("C1")) == "way.nothing_said"
    assert story.refused(c.DescribeWay("C9", "ct", "x"), DISPATCHER) == "center.unknown"


def test_a_way_survives_its_hospital_being_listed_again(underway: tuple[Story, str, str]) -> None:
    story, _, _ = underway
    story.ask(c.DescribeWay("C1", "ct", "东门"), department("C1"))
    listed = next(fact.data for fact in story.facts if getattr(fact.data, "center_id", None) == "C1")
    before = story.city.centers["C1"].ways
    assert center_listed(story.city, story.facts[-1], listed).centers["C1"].ways == before


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (("pci", "started", "nobody"), "consent.nobody_asked"),
        (("pci", "emergency_exemption", "nobody"), "consent.no_approver"),
        (("tattoo", "started", "patient"), "consent.unknown"),
        (("pci", "perhaps", "patient"), "consent.unknown"),
    ],
)
def test_a_consent_that_says_nothing_is_refused(
    underway: tuple[Story, str, str], ask: tuple[str, str, str], code: str
) -> None:
    story, patient_id, _ = underway
    assert story.refused(c.RecordConsent(patient_id, *ask), crew("U1")) == code


def test_every_step_of_a_consent_stays_and_gives_its_minute(underway: tuple[Story, str, str]) -> None:
    story, patient_id, _ = underway
    began = story.now
    story.ask(c.RecordConsent(patient_id, "pci", "started", "spouse", "王芳", "要问儿子"), crew("U1"))
    story.later(120).ask(c.RecordConsent(patient_id, "pci", "refused", "child", words="不同意"), crew("U1"))
    story.later(60).ask(c.RecordConsent(patient_id, "pci", "signed", "spouse", "王芳"), department("C1"))
    patient = story.city.patients[patient_id]
    assert [each.step for each in patient.consents] == ["started", "refused", "signed"]
    assert patient.consents[0].words == "要问儿子"
    assert patient.points[TimePoint.CONSENT_STARTED].at == began
    assert patient.points[TimePoint.CONSENT_SIGNED].at == story.now


def test_the_papers_come_later_and_every_number_stays(underway: tuple[Story, str, str]) -> None:
    story, patient_id, _ = underway
    assert story.refused(c.MergeRegistration(patient_id, "H1"), department("C1")) == "registration.none"
    story.ask(c.PreRegister(patient_id), department("C1"))
    assert story.refused(c.PreRegister(patient_id), crew("U1")) == "registration.exists"
    story.ask(c.MergeRegistration(patient_id, "H1"), department("C1"))
    assert story.ask(c.MergeRegistration(patient_id, "H1"), department("C1")) == []
    assert story.refused(c.MergeRegistration(patient_id, "H2"), department("C1")) == "registration.reason_needed"
    story.ask(c.MergeRegistration(patient_id, "H2", "录错一位"), department("C1"))
    known = only_registration(story.city.patients[patient_id])
    assert known == [("C1", ["H1", "H2"])]
    story.ask(c.ChooseDestination(patient_id, "C2", reason="改道"), crew("U1"))
    story.ask(c.PreRegister(patient_id, "急-7"), crew("U1"))
    assert only_registration(story.city.patients[patient_id]) == [("C1", ["H1", "H2"]), ("C2", [])]
    assert story.city.patients[patient_id].registrations[1].temporary_id == "急-7"


def only_registration(patient: Patient) -> list[tuple[str, list[str]]]:
    return [(each.center_id, [number.hospital_id for number in each.numbers]) for each in patient.registrations]
