"""Say how names are read: one syllable for each character, other readings of the whole name, numbers as spoken."""

import re
from functools import cache

from geo.places.readings import Readings, read_tables
from geo.places.text import is_han

# Readings that places use and phrase tables miss: the usual one may be wrong for a name nobody wrote down.
_OTHER_READINGS = {
    "长": ("chang", "zhang"), "朝": ("chao", "zhao"), "重": ("chong", "zhong"), "行": ("xing", "hang"),
    "乐": ("le", "yue"), "厦": ("sha", "xia"), "都": ("du", "dou"), "大": ("da", "dai"), "单": ("dan", "shan"),
    "车": ("che", "ju"), "盛": ("sheng", "cheng"), "藏": ("zang", "cang"), "传": ("chuan", "zhuan"),
    "柏": ("bai", "bo"), "堡": ("bao", "pu"), "泊": ("bo", "po"), "会": ("hui", "kuai"), "调": ("diao", "tiao"),
    "什": ("shi", "shen"), "尉": ("wei", "yu"), "百": ("bai", "bo"), "莘": ("xin", "shen"), "校": ("xiao", "jiao"),
    "巷": ("xiang", "hang"), "弄": ("long", "nong"), "区": ("qu", "ou"), "解": ("jie", "xie"), "盖": ("gai", "ge"),
    "夹": ("jia", "ga"), "率": ("lv", "shuai"), "六": ("liu", "lu"), "蔚": ("wei", "yu"), "曾": ("zeng", "ceng"),
}  # fmt: skip
_READINGS_MAX = 3

# The phrase table reads these as words of the language ("朝阳", the morning sun); on maps they are places.
_PLACES = {"朝阳": ("chao", "yang"), "朝内": ("chao", "nei"), "朝外": ("chao", "wai")}
_TENS = re.compile(r"(?<!\d)[1-9]\d(?!\d)")


def syllables_of(spelled: str) -> list[str]:
    """Return how each letter of a name in its one spelling is read: pinyin without tones, ü as v; digits as words."""
    readings = _tables().of(_numerals_back(spelled))
    return [reading or _unread(letter) for reading, letter in zip(readings, spelled, strict=True)]


def other_readings(spelled: str, first: list[str]) -> list[list[str]]:
    """Return further readings of a name: one character read otherwise each, at most `_READINGS_MAX` of them."""
    found = [
        [*first[:at], reading, *first[at + 1 :]]
        for at, letter in enumerate(spelled)
        for reading in _OTHER_READINGS.get(letter, ())
        if reading != first[at]
    ]
    return found[:_READINGS_MAX]


def spoken_tens(spelled: str) -> str | None:
    """Return a name with its numbers from 10 to 99 as they are said ("12号楼" is "十2号楼"); None when it has none."""
    said = _TENS.sub(lambda number: _said(number[0]), spelled)
    return said if said != spelled else None


def _said(number: str) -> str:
    tens, ones = number[0], number[1]
    return ("" if tens == "1" else tens) + "十" + ("" if ones == "0" else ones)


_BACK = str.maketrans("0123456789", "零一二三四五六七八九")


def _numerals_back(spelled: str) -> str:
    return spelled.translate(_BACK)


def _unread(letter: str) -> str:
    return "x" if is_han(letter) else letter  # a character that no table reads


@cache
def _tables() -> Readings:
    """Open the tables, which takes a tenth of a second: a server builds its gazetteer beside its start."""
    return read_tables(_PLACES)


def typed_letters(spelled: str) -> str:
    """Return a typed mixture ("朝yang路3") as letters only: Chinese and digits by their reading."""
    if spelled.isalpha() and spelled.isascii():
        return spelled
    return "".join(
        letter if "a" <= letter <= "z" else sound for letter, sound in zip(spelled, syllables_of(spelled), strict=True)
    )


# Finals and initials that whole regions do not tell apart, as plain replacements that both sides go through.
_SAME_INITIAL = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def sound_class(syllable: str) -> str:
    """Return what a syllable sounds like to somebody who does not tell zh from z, n from l, ang from an."""
    for long, short in _SAME_INITIAL:
        if syllable.startswith(long):
            syllable = short + syllable[2:]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    if syllable.endswith("ng"):
        syllable = syllable[:-1]
    return syllable.replace("v", "u")
