"""Our small tables read as `pypinyin` itself does."""

import random

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin, load_phrases_dict
from pypinyin.constants import PHRASES_DICT

from geo.places.entries import clusters
from geo.places.pinyin import syllables_of
from geo.places.readings import read_tables
from geo.point import EARTH_RADIUS_M

CASES = 4_000
SEED = 20261122


def slowly_read(run: str) -> list[str]:
    """Read as pypinyin does: plain letters, ü as v."""
    found = lazy_pinyin(run, style=Style.NORMAL, v_to_u=False, errors=list)  # type: ignore[arg-type]
    return ["".join(letter for letter in each if "a" <= letter <= "z") for each in found]


def test_every_kind_of_text_is_read_as_the_library_reads_it() -> None:
    """Whole phrases, phrases cut in the middle, and characters that never stand together."""
    readings, rng = read_tables({}), random.Random(SEED)
    phrases = sorted(PHRASES_DICT)
    characters = sorted({letter for phrase in phrases for letter in phrase})
    for _ in range(CASES):
        parts = (rng.choice((phrase, phrase[:-1], rng.choice(characters))) for phrase in rng.choices(phrases, k=4))
        run = "".join(parts)
        assert readings.of(run) == slowly_read(run), f"seed {SEED}: {run}"


def test_rare_characters_are_read_and_others_are_not_guessed() -> None:
    readings, rng = read_tables({}), random.Random(SEED)
    for code in rng.sample(range(0x3400, 0xA000), CASES):
        letter = chr(code)
        assert readings.of(letter) == (slowly_read(letter) or [""]), f"seed {SEED}: {letter}"
    assert readings.of("〇a") == ["", ""]
    assert syllables_of("a1路") == ["a", "yi", "lu"]


def test_a_place_overrules_the_word_of_the_language() -> None:
    assert syllables_of("朝阳") == ["chao", "yang"]
    load_phrases_dict({"朝阳": [["cháo"], ["yáng"]]})
    assert slowly_read("朝阳区") == syllables_of("朝阳区")


def test_points_are_grouped_by_steps() -> None:
    """Against joining every two points that are near, until nothing changes."""
    rng = np.random.default_rng(SEED)
    for case in range(1_000):
        lonlat = np.array([116.4, 39.9]) + rng.random((int(rng.integers(1, 14)), 2)) * 0.03
        expected = slow_clusters(lonlat, 700.0)
        assert [each.tolist() for each in clusters(lonlat, 700.0)] == expected, f"seed {SEED}, case {case}"


def slow_clusters(lonlat: NDArray[np.float64], reach_m: float) -> list[list[int]]:
    """Group points, one by one."""
    narrow = np.cos(np.radians(lonlat[0, 1]))
    plane = np.radians(lonlat * (narrow, 1.0)) * EARTH_RADIUS_M
    near = (np.hypot(*(plane[:, None] - plane).T) <= reach_m).tolist()
    group = list(range(len(plane)))
    for _ in plane:
        for one, row in enumerate(near):
            group[one] = min(group[other] for other, is_near in enumerate(row) if is_near)
    return [[at for at, each in enumerate(group) if each == label] for label in sorted(set(group))]
