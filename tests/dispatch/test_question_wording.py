"""A yes to a question is a yes to its finding, in both languages: three once asked in Chinese for the opposite."""

import pytest

from dispatch.texts_catalogue import catalogue

FAULT_NAMED = {
    "question.stroke.speech_problem": ("含糊", "slurred"),
    "question.trauma.spinal_injury_with_deficit": ("不能动", "lost"),
    "question.airway_obstructed": ("不能咳嗽", "unable"),
}


@pytest.mark.parametrize(("code", "words"), FAULT_NAMED.items())
def test_the_question_names_the_fault(code: str, words: tuple[str, str]) -> None:
    texts = catalogue()[code]
    assert words[0] in texts.zh
    assert words[1] in texts.en
