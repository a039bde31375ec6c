"""How Chinese characters are read, alone and in phrases: pypinyin's tables, kept small.

`pypinyin` itself keeps 600,000 Python objects (55 MB) and needs a second. Of its 47,000 phrases, 3,400 read a character
otherwise than it is read alone; the others only say where one phrase ends and the next begins.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from sys import intern

import msgspec

from geo.places.text import FIRST_HAN, LAST_HAN, folded, is_han

_decode_reading = msgspec.json.Decoder(list[list[str]]).decode


class Readings:
    """Read runs of Chinese characters: the longest phrase first, from left to right, as pypinyin does."""

    def __init__(self, single: Mapping[str, str], phrases: Mapping[str, tuple[str, ...]]) -> None:
        self._syllables = ("", *sorted(set(single.values())))
        number = {syllable: at for at, syllable in enumerate(self._syllables)}
        hans = map(chr, range(ord(FIRST_HAN), ord(LAST_HAN) + 1))
        self._single = array("H", (number[single.get(han, "")] for han in hans))
        self._phrases = sorted(phrases)
        self._otherwise = {phrase: read for phrase, read in phrases.items() if read != self._alone(phrase)}

    def of(self, run: str) -> list[str]:
        """Return the syllable of each character, in plain letters (ü as v); empty where no table reads it."""
        found: list[str] = []
        for phrase in self._cut(run):
            found += self._otherwise.get(phrase) or self._alone(phrase)
        return found

    def _alone(self, run: str) -> tuple[str, ...]:
        return tuple(
            self._syllables[self._single[ord(letter) - ord(FIRST_HAN)]] if is_han(letter) else "" for letter in run
        )

    def _cut(self, run: str) -> Iterator[str]:
        """Cut into phrases, and single characters where none begins; what only begins one at the end is read singly."""
        begin = 0
        while begin < len(run):
            end = self._longest(run, begin)
            if end is None:
                yield from run[begin:]
                return
            yield run[begin:end]
            begin = end

    def _longest(self, run: str, begin: int) -> int | None:
        """Return where the longest phrase ends; None when the whole rest only begins one."""
        longest, at = None, 0
        for end in range(begin + 1, len(run) + 1):
            word = run[begin:end]
            at = bisect_left(self._phrases, word, at)
            if at == len(self._phrases) or not self._phrases[at].startswith(word):
                return longest or begin + 1
            if self._phrases[at] == word:
                longest = end
        return longest


def read_tables(places: Mapping[str, tuple[str, ...]]) -> Readings:
    """Read pypinyin's files, without loading it; ``places`` are phrases that overrule its own."""
    spec = find_spec("pypinyin")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("pypinyin")
    folder = Path(spec.submodule_search_locations[0])
    plain = cache(_plain)
    alone = msgspec.json.decode((folder / "pinyin_dict.json").read_bytes(), type=dict[int, str])
    single = {chr(code): plain(readings.partition(",")[0]) for code, readings in alone.items()}
    # Raw: each reading becomes objects for a moment only.
    rows = msgspec.json.decode((folder / "phrases_dict.json").read_bytes(), type=dict[str, msgspec.Raw])
    phrases = {phrase: tuple(plain(each[0]) for each in _decode_reading(row)) for phrase, row in rows.items()}
    return Readings(single, {**phrases, **places})


def _plain(reading: str) -> str:
    return intern("".join(letter for letter in folded(reading) if "a" <= letter <= "z"))
