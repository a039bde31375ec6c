"""Two answers recognise an arrest; the right card is read out; no question is asked twice."""

from typing import Any

import pytest

from center_protocols.assess import assess
from center_protocols.call_triage import (
    BY_COMPLAINT,
    CLOCKS,
    COMMON,
    FIRST,
    SCENE,
    STEPS,
    AnswerKind,
    Question,
    StepCard,
    is_open,
    questions_for,
    step_cards,
)
from center_protocols.findings import NOTHING_KNOWN, Complaint, findings_from
from center_protocols.vocabulary import Condition, Priority, TimePoint

GROUPS = (FIRST, COMMON, *BY_COMPLAINT.values(), SCENE)
QUESTIONS: list[Question] = list(dict.fromkeys(question for group in GROUPS for question in group))


def test_the_first_two_questions_are_life_questions() -> None:
    assert [question.path for question in questions_for(NOTHING_KNOWN)[:2]] == ["responsive", "breathing"]


def test_two_answers_recognise_an_arrest_and_start_telephone_cpr() -> None:
    findings = findings_from({"responsive": "no", "breathing": "not_sure"})
    result = assess(findings)
    assert result.codes == (Condition.CARDIAC_ARREST,)
    assert result.priority is Priority.P1
    assert step_cards(findings, result) == (StepCard.TELEPHONE_CPR,)
    assert TimePoint.FIRST_COMPRESSION in CLOCKS[StepCard.TELEPHONE_CPR]


@pytest.mark.parametrize("complaint", list(Complaint))
def test_no_question_is_asked_twice_and_answered_ones_disappear(complaint: Complaint) -> None:
    findings = findings_from({"complaint": complaint, "responsive": "yes"})
    asked = questions_for(findings)
    assert len(set(asked)) == len(asked)
    assert "responsive" not in [question.path for question in asked]
    assert asked[0].path == "breathing"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.path)
def test_every_question_fills_a_finding_of_its_kind(question: Question) -> None:
    values: dict[AnswerKind, Any] = {
        AnswerKind.YES_NO: "yes",
        AnswerKind.CHOICE: "gasping",
        AnswerKind.NUMBER: 38,
        AnswerKind.AGE: {"value": 30},
        AnswerKind.CLOCK: "2026-11-21T08:00:00+08:00",
    }
    patch: Any = values[question.answer]
    for part in reversed(question.path.split(".")):
        patch = {part: patch}
    assert is_open(question, NOTHING_KNOWN)
    assert not is_open(question, findings_from(patch))


@pytest.mark.parametrize(
    ("findings", "cards"),
    [
        ({"responsive": "no", "breathing": "absent", "age": {"value": 5}}, [StepCard.TELEPHONE_CPR_BREATHS]),
        (
            {"responsive": "no", "breathing": "absent", "arrest": {"drowning_or_asphyxia": "yes"}},
            [StepCard.TELEPHONE_CPR_BREATHS],
        ),
        ({"choking": "yes"}, [StepCard.CHOKING]),
        ({"severe_bleeding": "yes"}, [StepCard.BLEEDING]),
        ({"obstetric": {"crowning": "yes"}}, [StepCard.DELIVERY]),
        ({"stroke": {"face_droop": "yes"}}, [StepCard.STROKE]),
        ({"stroke": {"lams": {"total": 5}}}, [StepCard.STROKE]),
        ({"chest_pain": {"present": "yes"}}, [StepCard.CHEST_PAIN]),
        ({"critical": {"status_epilepticus": "yes"}}, [StepCard.SEIZURE]),
        ({"choking": "yes", "severe_bleeding": "yes"}, [StepCard.CHOKING, StepCard.BLEEDING]),
        ({}, []),
        ({"arrest": {"confirmed_by_crew": "yes", "rosc": "yes"}}, []),
    ],
)
def test_the_right_card_is_read_out(findings: dict[str, Any], cards: list[StepCard]) -> None:
    known = findings_from(findings)
    assert list(step_cards(known, assess(known))) == cards


def test_every_card_has_steps() -> None:
    assert set(STEPS) == set(StepCard)
