"""Seals, retention and forgetting: who is refused when, whose words go, and that nothing of them stays in memory."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from dispatch import commands as c
from dispatch.errors import Refused
from dispatch.evolve import HISTORY_PAGE, history_of
from dispatch.flow.record import retained_until
from dispatch.rules import builtin
from dispatch.sealed_rows import TABLES
from dispatch.snapshot import decode_city, encode_city
from dispatch.words import Outcome
from tests.dispatch.story import ADMIN, PLACE, SUPERVISOR, SYSTEM, TAKER, Story, crew, incident_underway, opened_city

YEARS_S = 16 * 366 * 86_400
WORDS = ("13812345678", "柳荫巷", "欧阳", "阿司匹林300", "误记", "家属签字", "端木")


def told() -> tuple[Story, str, str, str]:
    """Tell of two patients of one closed incident, with every kind of word; return the story and the three ids."""
    story = opened_city()
    rung = story.ask(c.ReceiveCall("13812345678", "柳荫巷七号", place=PLACE), TAKER)[1].data
    story.ask(c.IdentifyPatient(rung.patient_id, "欧阳若兰"), TAKER)
    other = story.ask(c.AddPatient(rung.incident_id), TAKER)[0].data.patient_id
    story.ask(c.IdentifyPatient(other, "诸葛明"), TAKER)
    story.ask(c.AssignUnit(rung.incident_id, "U1"))
    story.ask(c.GiveTreatment(rung.patient_id, "aspirin", "阿司匹林300"), crew("U1"))
    story.ask(c.RegisterTimePoint(rung.patient_id, "onset", story.now), crew("U1"))
    story.ask(c.CorrectTimePoint(rung.patient_id, "onset", story.now, "误记"), crew("U1"))
    story.ask(c.SendReaderLink(rung.patient_id, "hash", "端木医生"), crew("U1"))
    run = story.city.units["U1"].assignment_id or ""
    story.ask(c.EndAssignment(run, Outcome.REFUSED, "家属签字", risk_told=True, signed=True), crew("U1"))
    if story.city.incidents[rung.incident_id].closed_at is None:
        story.ask(c.CloseIncident(rung.incident_id, None, "结束"), TAKER)
    return story, rung.incident_id, rung.patient_id, other


def memory(story: Story) -> str:
    """Return everything that the city knows, as one text."""
    city = story.city
    rows = [msgspec.to_builtins(row) for name in TABLES for row in getattr(city, name).values()]
    return msgspec.json.encode([rows, sorted(city.callers)]).decode()


def code(story: Story, data: object) -> str:
    answer = story.try_(data, ADMIN)
    assert isinstance(answer, Refused)
    return answer.code


def test_a_patient_is_forgotten_when_case_seal_and_law_allow_it() -> None:
    story = opened_city()
    _, open_patient, _ = incident_underway(story, "U1")
    assert code(story, c.ErasePatient(open_patient, "retention_over")) == "record.open"
    story, _, patient_id, _ = told()
    erase = c.ErasePatient(patient_id, "patient_request")
    assert code(story, erase) == "record.retained"
    assert code(story, replace(erase, reason="because")) == "record.no_reason"
    assert code(story, c.UnsealRecord(patient_id, "x")) == "record.not_sealed"
    story.ask(c.SealRecord(patient_id, "纠纷"), SUPERVISOR)
    story.later(YEARS_S)
    assert code(story, erase) == "record.sealed"
    assert code(story, c.SealRecord(patient_id, "x")) == "record.sealed"
    story.ask(c.UnsealRecord(patient_id, "调解"), SUPERVISOR)
    story.ask(erase, ADMIN)
    for again in (
        erase,
        c.SealRecord(patient_id, "x"),
        c.ExportPatient(patient_id, "x"),
        c.AttachPhoto(patient_id, "F", 1),
    ):
        assert code(story, again) == "record.erased"
    story.ask(c.ReportErasure(patient_id, 1, 2, 3, 4, "d"), SYSTEM)
    erased = story.city.patients[patient_id].erased
    assert erased is not None
    assert erased.digest == "d"
    assert story.ask(c.ReportErasure(patient_id, 9, 9, 9, 9, "e"), SYSTEM) == [], "the first proof counts"


def test_the_call_is_forgotten_with_the_last_of_its_patients() -> None:
    story, incident_id, one, other = told()
    story.later(YEARS_S)
    assert all(each in memory(story) for each in WORDS)
    subjects = story.ask(c.ErasePatient(one, "retention_over"), ADMIN)[0].data.subjects
    assert {each.partition(":")[0] for each in subjects} == {"patient", "reader_link"}
    left = memory(story)
    assert all(each not in left for each in ("欧阳", "阿司匹林300", "误记", "端木"))
    assert all(each in left for each in ("诸葛明", "13812345678", "柳荫巷"))
    subjects = story.ask(c.ErasePatient(other, "retention_over"), ADMIN)[0].data.subjects
    assert {f"incident:{incident_id}", f"patient:{other}"} <= set(subjects)
    left = memory(story)
    assert all(each not in left for each in (*WORDS, "诸葛明")), left
    again = decode_city(encode_city(story.city, lambda _, text: text), lambda token: token)
    assert again.patients[one].erased == story.city.patients[one].erased


@pytest.mark.parametrize(("closed", "until"), [((2026, 11, 21), (2041, 11, 21)), ((2028, 2, 29), (2043, 3, 1))])
def test_the_law_counts_in_years(closed: tuple[int, int, int], until: tuple[int, int, int]) -> None:
    assert builtin().record_retention_years == 15
    assert retained_until(datetime(*closed, 8, tzinfo=UTC), builtin()) == datetime(*until, 8, tzinfo=UTC)


def test_no_fact_of_an_incident_is_ever_left_out() -> None:
    story = opened_city(watched=False)
    incident_id = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)[1].data.incident_id
    for _ in range(2 * HISTORY_PAGE + 7):
        story.ask(c.WriteNote(incident_id, "x"), TAKER)
    wanted = tuple(fact.seq for fact in story.facts if getattr(fact.data, "incident_id", None) == incident_id)
    assert set(wanted) <= set(history_of(story.city, incident_id))
    again = decode_city(encode_city(story.city, lambda _, text: text), lambda token: token)
    assert history_of(again, incident_id) == history_of(story.city, incident_id)
    assert history_of(story.city, "none") == ()
