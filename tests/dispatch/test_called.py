"""What people call whoever acted: never an account where a name is known, and no name outlives an erasure."""

import msgspec
import pytest

from dispatch import commands as c
from dispatch.called import called, known_as, name_of
from dispatch.words import Actor, Role, without_words
from tests.dispatch.story import (
    DISPATCHER,
    PHYSICIAN,
    Story,
    crew,
    department,
    entered_for,
    incident_underway,
    opened_city,
    reader,
)

CHEST_PAIN = {"complaint": "chest_pain", "age": {"value": 58, "unit": "years"}}


@pytest.fixture
def story() -> Story:
    return opened_city()


@pytest.fixture
def patient_id(story: Story) -> str:
    _, found, _ = incident_underway(story, "U1", CHEST_PAIN)
    story.ask(c.ChooseDestination(found, "C1", reason="近"), crew("U1"))
    return found


def test_units_hospitals_and_whom_it_is_entered_for_have_names(story: Story) -> None:
    city = story.city
    assert called(city, crew("U1")) == city.units["U1"].call_sign
    assert called(city, department("C1")) == city.centers["C1"].name
    assert called(city, entered_for(DISPATCHER, "C1 张主任")) == "C1 张主任"
    assert name_of(city, entered_for(DISPATCHER, "C1 张主任")) == "dispatcher1"
    assert called(city, PHYSICIAN) == "role.remote_physician"
    assert called(city, Actor("crew-gone", Role.CREW, unit_id="gone")) == "crew-gone"


def test_a_physician_is_called_by_name_only_where_the_patients_key_seals_it(story: Story, patient_id: str) -> None:
    story.ask(c.JoinPatient(patient_id, "李医生"), PHYSICIAN)
    sent = story.ask(c.SendReaderLink(patient_id, "hash", "王医生"), crew("U1"))[-1].data
    patient = story.city.patients[patient_id]
    assert (called(story.city, PHYSICIAN, patient), known_as(story.city, PHYSICIAN, patient)) == ("李医生", "李医生")
    assert called(story.city, reader(sent.reader_link_id), patient) == "王医生"
    assert called(story.city, reader(sent.reader_link_id)) == "role.remote_physician"
    assert known_as(story.city, DISPATCHER, patient) is None


def test_confirmation_consent_order_line_door_and_minute_carry_names(story: Story, patient_id: str) -> None:
    story.ask(c.JoinPatient(patient_id, "李医生"), PHYSICIAN)
    story.ask(c.ConfirmCondition(patient_id, "acs_non_st"), PHYSICIAN)
    story.ask(c.RecordConsent(patient_id, "pci", "started", "patient"), crew("U1"))
    story.ask(c.GiveOrder(patient_id, "aspirin", "300 mg", physician="张主任"), department("C1"))
    story.ask(c.GiveOrder(patient_id, "ticagrelor"), PHYSICIAN)
    story.ask(c.WriteToTeam(patient_id, "好"), PHYSICIAN)
    story.ask(c.WriteToTeam(patient_id, "路上"), crew("U1"))
    story.ask(c.WriteToTeam(patient_id, "收到"), DISPATCHER)
    city, patient = story.city, story.city.patients[patient_id]
    call_sign = city.units["U1"].call_sign
    assert [each.confirmed_by for each in patient.conditions if each.status == "confirmed"] == ["李医生"]
    assert [each.told_by for each in patient.consents] == [call_sign]
    assert [each.who for each in patient.orders] == ["张主任", "李医生"]
    assert [each.who for each in patient.lines] == ["李医生", call_sign, None]
    assert patient.points["destination_confirmed"].by == call_sign
    forgotten = msgspec.json.encode(without_words(patient)).decode()
    assert not any(name in forgotten for name in ("李医生", "张主任"))


def test_the_door_and_the_handover_name_the_hospital(story: Story, patient_id: str) -> None:
    activation = story.city.patients[patient_id].activation_id or ""
    story.ask(c.AcknowledgeActivation(activation), department("C1"))
    story.ask(c.CheckAtDoor(activation, sex="male"), department("C1"))
    story.ask(c.CompleteHandoff(patient_id, "cath_lab"), department("C1"))
    name, row = story.city.centers["C1"].name, story.city.activations[activation]
    handoff = story.city.patients[patient_id].handoff
    assert row.acknowledged_by == name
    assert row.door is not None
    assert row.door.by == name
    assert handoff is not None
    assert [each.by for each in handoff.told] == [name]
