"""Say in which forms a name is compared: as it is written, read otherwise, its numbers spoken, in English."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.places.pinyin import other_readings, spoken_tens, syllables_of, typed_letters
from geo.places.text import LETTERS_MAX, folded, spelled_once

# In place of a character: the letter is only read, not written.
READ_OTHERWISE, ENGLISH_WORD = 0, -1

_A = ord("a")


@dataclass(frozen=True, slots=True)
class NamedSpots:
    """What the index needs of an entry: its names, how well it is known (0..1), and where it is (one spot at least)."""

    names: tuple[str, ...]
    english: str | None
    importance: float
    spots: NDArray[np.float64]  # (n, 2) lon, lat


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write or to read a name: a character and a syllable for each letter.

    In place of characters stand `READ_OTHERWISE` or, for each word of an English name, `ENGLISH_WORD`.
    """

    chars: tuple[int, ...]
    sounds: tuple[str, ...]

    @property
    def is_english(self) -> bool:
        """Tell whether it is an English name."""
        return self.chars[0] == ENGLISH_WORD

    @property
    def written(self) -> str:
        """Return the characters of a written form."""
        return "".join(map(chr, self.chars))

    @property
    def letters(self) -> str:
        """Return what to type for it, in full."""
        return "".join(self.sounds)


def letter_numbers(letters: str) -> NDArray[np.int64]:
    """Return letters a-z as 0..25."""
    return np.frombuffer(letters.encode("ascii"), np.uint8).astype(np.int64) - _A


def plain_letters(letters: str) -> str:
    """Return letters as they sound to everybody: zh as z, ng as n, ü as u."""
    return "".join(_plain_at(letters))


def _plain_at(letters: str) -> Iterable[str]:
    """Yield each letter, or nothing for one that is not told apart."""
    before = ""
    for letter in letters:
        silent = (letter == "h" and before in {"z", "c", "s"}) or (letter == "g" and before == "n")
        before = letter
        yield "" if silent else ("u" if letter == "v" else letter)


def forms_of(name: str, english: str | None) -> list[Form]:
    """Return the forms of a name: as written, read otherwise, its numbers spoken, its English."""
    spelled = spelled_once(name)
    found = []
    if spelled:
        first = syllables_of(spelled)
        chars, unwritten = tuple(ord(letter) for letter in spelled), (READ_OTHERWISE,) * len(spelled)
        found.append(Form(chars, tuple(first)))
        found += [Form(unwritten, tuple(reading)) for reading in other_readings(spelled, first)]
        said = spoken_tens(spelled)
        if said is not None and len(said) <= LETTERS_MAX:
            found.append(Form(tuple(ord(letter) for letter in said), tuple(syllables_of(said))))
    words = _english_words(english or "")
    if words:
        found.append(Form((ENGLISH_WORD,) * len(words), words))
    return found


def _english_words(english: str) -> tuple[str, ...]:
    words = []
    for word in "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in folded(english)).split():
        words += [word] if word.isalpha() else [typed_letters(letter) for letter in word]
    return tuple(words)[:LETTERS_MAX]


def plain_with_syllables(form: Form) -> tuple[NDArray[np.int64], list[int]]:
    """Return the plain letters of a form as numbers, and the syllable of each."""
    syllables = (number for number, sound in enumerate(form.sounds) for _ in sound)
    told = [(letter, at) for letter, at in zip(_plain_at(form.letters), syllables, strict=True) if letter]
    return letter_numbers("".join(letter for letter, _ in told)), [at for _, at in told]
