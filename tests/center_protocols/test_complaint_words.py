"""Words propose, they never decide."""

import pytest

from center_protocols.complaint_words import MAX_TEXT, builtin_words, suggest_complaints
from center_protocols.findings import Complaint


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("我爸胸口疼，出冷汗", Complaint.CHEST_PAIN),
        ("老人嘴歪了，说话不清", Complaint.STROKE_SIGNS),
        ("路口车祸，有人被撞了", Complaint.TRAUMA),
        ("喘不上气，有哮喘", Complaint.BREATHING),
        ("叫不醒，没反应", Complaint.UNCONSCIOUS),
        ("孕妇破水了，要生了", Complaint.PREGNANCY),
        ("煤气中毒", Complaint.POISONING),
        ("My father has Chest Pain", Complaint.CHEST_PAIN),
        ("she is having a fit", Complaint.SEIZURE),
        ("he choked on a nut", Complaint.CHOKING),
    ],
)
def test_what_callers_say_is_proposed(text: str, first: Complaint) -> None:
    assert suggest_complaints(text)[0] is first


def test_several_complaints_may_be_proposed_most_mentioned_first() -> None:
    assert suggest_complaints("孩子抽搐，口吐白沫")[:2] == (Complaint.SEIZURE, Complaint.SICK_CHILD)


@pytest.mark.parametrize("text", ["", "benefit", "你好", "x" * 5000 + "胸痛"])
def test_nothing_is_proposed_from_nothing(text: str) -> None:
    assert suggest_complaints(text) == ()
    assert MAX_TEXT < 5000


def test_no_word_is_listed_twice() -> None:
    for words in builtin_words().values():
        assert len(set(words)) == len(words)
        assert all(word == word.casefold() for word in words)
