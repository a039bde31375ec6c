"""Physicians who are not there: who may look and speak, whose reading counts, what becomes of an order."""

from datetime import timedelta

import pytest

from center_protocols.vocabulary import TimePoint
from dispatch import commands as c
from dispatch import events as e
from dispatch.errors import Refused
from dispatch.rights import may, may_see_patient
from dispatch.rules import builtin
from dispatch.state.consult import OrderPhase
from dispatch.views.live import Scope, snapshot
from dispatch.words import Actor, Outcome, Role
from tests.dispatch.story import (
    DISPATCHER,
    PHYSICIAN,
    SYSTEM,
    Story,
    crew,
    department,
    entered_for,
    incident_underway,
    opened_city,
    reader,
)

OTHER = Actor("physician2", Role.REMOTE_PHYSICIAN)
CHEST_PAIN = {"complaint": "chest_pain", "age": {"value": 58, "unit": "years"}}


@pytest.fixture
def story() -> Story:
    return opened_city()


@pytest.fixture
def patient_id(story: Story) -> str:
    """Return a chest pain with a 12-lead that C1 waits for."""
    _, found, _ = incident_underway(story, "U1", CHEST_PAIN)
    story.ask(c.BindMonitor(found, "M1"), crew("U1"))
    story.ask(c.RecordEcg(found, "E1", 500, ("I",), "M1"), crew("U1"))
    story.ask(c.ChooseDestination(found, "C1", reason="近"), crew("U1"))
    return found


def linked(story: Story, patient_id: str, name: str = "王医生") -> Actor:
    """Return a physician who has opened a link of their own."""
    n = len(story.city.reader_links)
    sent = story.ask(c.SendReaderLink(patient_id, f"hash{n}", name), crew("U1"))[-1].data
    story.ask(c.OpenReaderLink(patient_id, sent.reader_link_id, "d"), reader(sent.reader_link_id))
    return reader(sent.reader_link_id)


def ordered(story: Story, patient_id: str, code: str = "aspirin", by: Actor | None = None) -> str:
    order_id: str = story.ask(c.GiveOrder(patient_id, code, "300 mg"), by or department("C1"))[0].data.order_id
    return order_id


def phase(story: Story, patient_id: str, order_id: str) -> OrderPhase:
    return next(each.phase for each in story.city.patients[patient_id].orders if each.id == order_id)


def test_a_reading_by_link_is_a_fact_with_a_name_and_gates_the_lab(story: Story, patient_id: str) -> None:
    wang = linked(story, patient_id)
    story.ask(c.ReadEcg(patient_id, "E1", "stemi"), wang)
    patient = story.city.patients[patient_id]
    [said] = patient.ecgs[0].readings
    assert (said.reading, said.reader, said.side, said.at) == ("stemi", "王医生", "physician", story.now)
    assert "cath_lab" in story.city.activations[patient.activation_id or ""].activate
    assert TimePoint.ECG_READ in patient.points


def test_nobody_takes_back_what_another_saw_and_both_stay(story: Story, patient_id: str) -> None:
    story.ask(c.ReadEcg(patient_id, "E1", "stemi"), PHYSICIAN)
    story.ask(c.ReadEcg(patient_id, "E1", "normal"), crew("U1"))
    patient = story.city.patients[patient_id]
    assert [each.reading for each in patient.ecgs[0].readings] == ["stemi", "normal"]
    assert "stemi" in [each.code for each in patient.conditions]
    assert patient.findings["ecg"]["result"] == "stemi"
    story.ask(c.ReadEcg(patient_id, "E1", "normal"), PHYSICIAN)
    assert story.city.patients[patient_id].findings["ecg"]["result"] == "normal"


def test_a_reading_that_is_none_is_refused(story: Story, patient_id: str) -> None:
    for reading in ("unknown", "fine"):
        assert story.refused(c.ReadEcg(patient_id, "E1", reading), PHYSICIAN) == "ecg.no_reading"


def test_a_link_speaks_for_one_patient_on_one_device_until_its_time(story: Story, patient_id: str) -> None:
    _, other, _ = incident_underway(story, "U2")
    wang = linked(story, patient_id)
    link = story.city.reader_links[wang.account.removeprefix("reader:")]
    assert may(wang, c.WriteToTeam(patient_id, "好"), story.city) is None
    assert may(wang, c.WriteToTeam(other, "好"), story.city) == Refused("not_your_patient")
    assert may(wang, c.OpenReaderLink(patient_id, "another", "d"), story.city) == Refused("not_your_link")
    assert may(PHYSICIAN, c.OpenReaderLink(patient_id, link.id, "d"), story.city) == Refused("not_your_link")
    again = c.OpenReaderLink(patient_id, link.id, "d")
    assert story.ask(again, wang) == []
    assert story.refused(c.OpenReaderLink(patient_id, link.id, "other"), wang) == "link.opened_elsewhere"
    assert link.expires_at - link.sent_at == timedelta(minutes=builtin().reader_link_min)
    story.later(builtin().reader_link_min * 60)
    for ask in (
        c.ReadEcg(patient_id, "E1", "stemi"),
        c.WriteToTeam(patient_id, "好"),
        c.GiveOrder(patient_id, "aspirin"),
    ):
        assert story.refused(ask, wang) == "link.over"
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert story.city.reader_links[link.id].ended == "expired"
    assert story.city.patients[patient_id].specialists == ()


def test_a_new_link_for_the_same_physician_ends_the_first(story: Story, patient_id: str) -> None:
    first, second = linked(story, patient_id), linked(story, patient_id)
    assert [each.id for each in story.city.patients[patient_id].specialists] == [second.account]
    assert story.refused(c.WriteToTeam(patient_id, "好"), first) == "link.over"
    third = linked(story, patient_id, "李医生")
    assert len(story.city.patients[patient_id].specialists) == 2
    story.ask(c.LeavePatient(patient_id), third)
    assert story.refused(c.WriteToTeam(patient_id, "好"), third) == "link.over"


def test_a_specialist_sees_a_patient_while_joined_and_no_longer(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", {"complaint": "other"})
    scopes = [Scope(Role.REMOTE_PHYSICIAN, account=each.account) for each in (PHYSICIAN, OTHER)]

    def shown() -> list[bool]:
        return [patient_id in snapshot(story.city, scope)["patients"] for scope in scopes]

    assert shown() == [False, False]
    assert may(PHYSICIAN, c.JoinPatient(patient_id), story.city) == Refused("not_your_patient")
    story.ask(c.RequestAdvice(patient_id, "能否取栓"), crew("U1"))
    assert shown() == [True, True]
    story.ask(c.JoinPatient(patient_id, "陈主任"), PHYSICIAN)
    assert shown() == [True, False]
    assert may_see_patient(PHYSICIAN, patient_id, story.city, story.now)
    assert not may_see_patient(OTHER, patient_id, story.city, story.now)
    assert story.refused(c.WriteToTeam(patient_id, "好"), OTHER) == "consult.not_joined"
    story.ask(c.WriteToTeam(patient_id, "请推 CTA"), PHYSICIAN)
    story.ask(c.LeavePatient(patient_id), PHYSICIAN)
    assert shown() == [False, False]


def test_a_read_ecg_lets_nobody_new_in_but_may_be_read_again(story: Story, patient_id: str) -> None:
    assert may(OTHER, c.JoinPatient(patient_id), story.city) is None
    story.ask(c.ReadEcg(patient_id, "E1", "normal"), PHYSICIAN)
    assert may(OTHER, c.JoinPatient(patient_id), story.city) == Refused("not_your_patient")
    assert may(OTHER, c.ReadEcg(patient_id, "E1", "stemi"), story.city) is None


def test_done_is_a_treatment_with_its_minute(story: Story, patient_id: str) -> None:
    order_id = ordered(story, patient_id)
    story.ask(c.AnswerOrder(patient_id, order_id, "acknowledged"), crew("U1"))
    given_at = story.now + timedelta(seconds=30)
    story.later(90).ask(c.AnswerOrder(patient_id, order_id, "done"), crew("U1"), at=given_at)
    patient = story.city.patients[patient_id]
    assert [(each.code, each.dose, each.at) for each in patient.treatments] == [("aspirin", "300 mg", given_at)]
    assert patient.points[TimePoint.ASPIRIN].at == given_at
    assert story.refused(c.AnswerOrder(patient_id, order_id, "done"), crew("U1")) == "order.no_such_step"


def test_declined_says_why(story: Story, patient_id: str) -> None:
    order_id = ordered(story, patient_id)
    for why in (None, "other"):
        assert story.refused(c.AnswerOrder(patient_id, order_id, "declined", why), crew("U1")) == "order.why_needed"
    story.ask(c.AnswerOrder(patient_id, order_id, "declined", "contraindicated"), crew("U1"))
    assert phase(story, patient_id, order_id) is OrderPhase.DECLINED
    assert story.city.patients[patient_id].treatments == ()


def test_what_a_tablet_did_before_it_heard_of_the_withdrawal_was_done(story: Story, patient_id: str) -> None:
    order_id = ordered(story, patient_id)
    story.ask(c.WithdrawOrder(patient_id, order_id, "过敏史"), department("C1"))
    assert story.refused(c.AnswerOrder(patient_id, order_id, "acknowledged"), crew("U1")) == "order.no_such_step"
    story.ask(c.AnswerOrder(patient_id, order_id, "done"), crew("U1"))
    assert phase(story, patient_id, order_id) is OrderPhase.DONE


def test_an_order_nobody_reads_becomes_a_phone_task_and_ends_with_the_reading(story: Story, patient_id: str) -> None:
    order_id = ordered(story, patient_id, "ecg_again")
    story.ask(c.AcknowledgeActivation(story.city.patients[patient_id].activation_id or ""), department("C1"))
    story.later(builtin().order_read_within_s - 1).ask(c.CheckDeadlines(), SYSTEM)
    tasks = {each for each in story.city.open_tasks if each.startswith("order_unread")}
    assert tasks == set()
    story.later(1).ask(c.CheckDeadlines(), SYSTEM)
    assert f"order_unread:order:{order_id}" in story.city.open_tasks
    story.ask(c.AnswerOrder(patient_id, order_id, "acknowledged"), crew("U1"))
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert f"order_unread:order:{order_id}" not in story.city.open_tasks


def test_a_hospital_that_the_patient_left_neither_speaks_nor_listens(story: Story, patient_id: str) -> None:
    story.ask(c.WriteToTeam(patient_id, "导管室已备好"), department("C1"))
    order_id = ordered(story, patient_id)
    story.ask(c.ChooseDestination(patient_id, "C2", reason="改道"), crew("U1"))
    for ask in (
        c.WriteToTeam(patient_id, "?"),
        c.GiveOrder(patient_id, "aspirin"),
        c.WithdrawOrder(patient_id, order_id),
    ):
        assert story.refused(ask, department("C1")) == "consult.elsewhere"
    row = snapshot(story.city, Scope(Role.DEPARTMENT, center_id="C1"))["patients"][patient_id]
    assert (row["lines"], row["orders"]) == ([], [])
    assert len(snapshot(story.city, Scope(Role.DEPARTMENT, center_id="C2"))["patients"][patient_id]["lines"]) == 1


def test_a_seat_orders_only_for_a_named_physician(story: Story, patient_id: str) -> None:
    assert story.refused(c.GiveOrder(patient_id, "aspirin"), DISPATCHER) == "order.only_physician"
    story.ask(c.GiveOrder(patient_id, "aspirin"), entered_for(DISPATCHER, "值班医生 张"))
    assert story.refused(c.GiveOrder(patient_id, "other"), department("C1")) == "order.unknown"
    story.ask(c.EndPatient(patient_id, Outcome.TREATED_ON_SCENE), crew("U1"))
    assert story.refused(c.GiveOrder(patient_id, "aspirin"), entered_for(DISPATCHER, "值班医生 张")) == "order.too_late"


def test_lines_stand_in_the_order_in_which_they_were_written(story: Story, patient_id: str) -> None:
    story.ask(c.WriteToTeam(patient_id, "到哪了"), department("C1"))
    story.later(60).ask(c.WriteToTeam(patient_id, "出发了"), crew("U1"), at=story.now - timedelta(seconds=90))
    lines = story.city.patients[patient_id].lines
    assert [(each.side, each.text) for each in lines] == [("crew", "出发了"), ("department", "到哪了")]
    assert story.refused(c.WriteToTeam(patient_id, "  "), crew("U1")) == "link.no_words"
    assert sum(isinstance(fact.data, e.TeamLineWritten) for fact in story.facts) == 2
