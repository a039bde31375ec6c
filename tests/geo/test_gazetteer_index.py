"""The search over names against a plain scan that scores every form; and what single errors do."""

import random

import numpy as np
import pytest

from geo.places.forms import NamedSpots
from geo.places.index import FormIndex
from geo.places.pinyin import syllables_of, typed_letters
from geo.places.text import spelled_once
from geo.point import Point
from tests.geo.slow_gazetteer import best_of

SEED = 20_261_120
LETTERS = "东西南北中朝阳长安路街桥里胡同医院站三四十大小和平门石景山东东路路"
HERE = Point(116.4, 39.9)


def entry(name: str, english: str | None = None, importance: float = 0.5, at: Point = HERE) -> NamedSpots:
    return NamedSpots((name,), english, importance, np.array([[at.lon, at.lat]]))


def some_entries(chance: random.Random, count: int) -> list[NamedSpots]:
    made = []
    for _ in range(count):
        name = "".join(chance.choices(LETTERS, k=chance.randint(2, 7))) + chance.choice(["", "", "", "3号", "12号楼"])
        english = "".join(syllables_of(spelled_once(name))[:2]).title() + " Road" if chance.random() < 0.2 else None
        spots = np.array([[116.4, 39.9]]) + np.array([[chance.gauss(0, 0.05), chance.gauss(0, 0.05)] for _ in range(2)])
        made.append(NamedSpots((name,), english, chance.random(), spots))
    return made


def some_words(chance: random.Random, entries: list[NamedSpots]) -> str:
    """Spoil a name: cut it, change letters, read it as pinyin or initials, mix."""
    name = chance.choice(entries).names[0]
    sounds = syllables_of(spelled_once(name))
    words = chance.choice([name, name, "".join(sounds), "".join(sounds), "".join(sound[0] for sound in sounds)])
    if chance.random() < 0.2:
        words = name[:2] + "".join(sounds[2:])
    for _ in range(chance.choice([0, 1, 1, 2])):
        at = chance.randrange(len(words))
        put = chance.choice(["", chance.choice(LETTERS + "anghiou3"), words[at] * 2])
        words = words[:at] + put + words[at + 1 :] if len(words) > 1 else words
        if len(words) > at + 1 and chance.random() < 0.3:
            words = words[:at] + words[at + 1] + words[at] + words[at + 2 :]
    return words[: chance.randint(1, len(words))] if chance.random() < 0.3 else words


def test_it_answers_what_a_plain_scan_of_all_names_answers() -> None:
    compared = 0
    for round_ in range(20):
        chance = random.Random(SEED + round_)
        entries = some_entries(chance, 40 if round_ == 0 else 9)
        index = FormIndex(entries)
        for _ in range(54):
            spelled = spelled_once(some_words(chance, entries))
            if not spelled:
                continue
            letters = typed_letters(spelled) if any("a" <= each <= "z" for each in spelled) else None
            near = chance.choice([None, Point(116.4 + chance.gauss(0, 0.05), 39.9)])
            found = index.find(spelled, letters, near)
            wanted = best_of(index, entries, spelled, letters, near)[: len(found) or 1]
            told = f"seed {SEED + round_}, {spelled} near {near}"
            assert [hit.entries for hit in found] == [each.entries for each in wanted], told
            assert np.allclose([hit.quality for hit in found], [each.quality for each in wanted]), told
            compared += 1
    assert compared >= 1_000


@pytest.mark.parametrize(
    "typed",
    [
        "朝阳路", "ZHAOYANGLU", "朝yang路", "朝陽路", "朝羊路", "阳朝路", "朝阳", "chaoyanglu", "chao yang lu", "cyl",
        "chaoyl", "caoyanlu", "chaoynaglu", "cahoyanglu", "chaoyangl", "ｃｈａｏｙａｎｇ", "Chaoyang Road", "朝阳公路",
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_typed(typed: str) -> None:
    index = FormIndex(
        [entry("朝阳路", "Chaoyang Road"), entry("长安街", "Chang'an Avenue"), entry("学院南路"), entry("三里屯")]
    )
    spelled = spelled_once(typed)
    letters = typed_letters(spelled) if not spelled.isalpha() or spelled.isascii() or "yang" in spelled else None
    assert index.find(spelled, letters, None)[0].entries == (0,)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("绿地路", "lvdilu"),
        ("绿地路", "ludilu"),
        ("重庆路", "zhongqinglu"),
        ("3号楼", "sanhaolou"),
        ("12号楼", "shierhaolou"),
    ],
)
def test_readings_and_spoken_numbers(name: str, typed: str) -> None:
    index = FormIndex([entry("长安街"), entry(name), entry("学院南路")])
    assert index.find(typed, typed, None)[0].entries == (1,)


def test_the_nearer_and_the_better_known_come_first() -> None:
    far = Point(116.6, 39.9)
    index = FormIndex([entry("和平路东", at=far), entry("和平路西"), entry("和平路南", importance=0.9, at=far)])
    assert index.find("和平路", None, HERE)[0].entries == (1,)
    assert index.find("和平路", None, None)[0].entries == (2,)


def test_an_empty_city_has_no_answers() -> None:
    assert FormIndex([]).find("朝阳路", "chaoyanglu", None) == []
