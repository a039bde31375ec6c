"""One spelling for everything that is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places.forms import plain_letters
from geo.places.parse import House, cuts_of, houses_of, mark_of
from geo.places.pinyin import other_readings, sound_class, spoken_tens, syllables_of, typed_letters
from geo.places.text import LETTERS_MAX, from_english, spelled_once, without_brackets


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("朝阳路 ", "朝阳路"), ("ＣＨＡＯ　Yáng", "chaoyang"), ("三里屯", "3里屯"), ("十二号楼", "12号楼"),
        ("二十号", "20号"), ("一〇一中学", "101中学"), ("八一十字路", "81十字路"), ("十十", "十十"),
        ("A座-3", "a座3"), ("lǜ", "lv"), ("①号", "1号"), ("😀", ""),
    ],
)  # fmt: skip
def test_one_spelling(typed: str, spelled: str) -> None:
    assert spelled_once(typed) == spelled


@given(st.text(max_size=400))
def test_any_text_has_a_spelling_and_a_reading_for_each_letter(words: str) -> None:
    spelled = spelled_once(words)
    assert len(spelled) <= LETTERS_MAX
    assert spelled_once(spelled) in {spelled, spelled_once(spelled)}
    sounds = syllables_of(spelled)
    assert len(sounds) == len(spelled)
    assert all(sound.isascii() and sound.isalpha() and sound.islower() for sound in sounds)
    assert typed_letters(spelled).isascii()
    cuts_of(words), houses_of(words), mark_of(words)


def test_readings() -> None:
    assert syllables_of("3里屯") == ["san", "li", "tun"]
    assert syllables_of("朝阳门") == ["chao", "yang", "men"]
    assert ["zhang", "an"] in other_readings("长安", ["chang", "an"])
    assert spoken_tens("12号楼") == "十2号楼"
    assert spoken_tens("3号楼") is None
    assert typed_letters("朝yang路3") == "chaoyanglusan"
    assert sound_class("zhang") == sound_class("zan")
    assert plain_letters("zhongguancun") == "zonguancun"


@pytest.mark.parametrize(
    ("typed", "pinyin"),
    [
        ("Chaoyang Rd", "chaoyanglu"), ("Xueyuan South Road", "xueyuannanlu"), ("E 3rd Ring Rd", "dongsanhuanlu"),
        ("chaoyang", None), ("a b", None), ("朝阳路", None),
    ],
)  # fmt: skip
def test_english_words_of_roads(typed: str, pinyin: str | None) -> None:
    assert from_english(typed) == pinyin


def test_brackets() -> None:
    assert without_brackets("安和医院（东院）") == "安和医院"
    assert without_brackets("（东院）") == "（东院）"


@pytest.mark.parametrize(
    ("typed", "house"),
    [
        ("朝阳路八十八号", House("朝阳路", 88)), ("朝阳路一千零二十号", House("朝阳路", 1020)),
        ("朝阳路九六三号", House("朝阳路", 963)), ("chaoyanglu yi bai ling wu hao", House("chaoyanglu", 105)),
        ("朝阳路88号附近", House("朝阳路", 88)),
    ],
)  # fmt: skip
def test_house_numbers_as_they_are_said(typed: str, house: House) -> None:
    assert house in houses_of(typed)


@pytest.mark.parametrize("typed", ["88号", "朝阳路0号", "号", ""])
def test_what_is_no_house_number(typed: str) -> None:
    assert houses_of(typed) == []


def test_a_mark_needs_a_road() -> None:
    assert mark_of("45公里") is None
    assert mark_of("京藏高速") is None
