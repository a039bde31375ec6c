"""Lay out the names of a gazetteer as arrays, and search them with the kernels.

A *form* is one way to write or to read the names of some entries; entries of one name share their forms.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import local
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.places.kernels import (
    LETTERS_ABREAST,
    MISTYPED,
    TYPED,
    WRITTEN,
    pairs_of,
    search_mistyped,
    search_typed,
    search_written,
)
from geo.places.pinyin import other_readings, sound_class, spoken_tens, syllables_of, typed_letters
from geo.places.score import BEHIND, MISSPELLED_FROM, SPELLED
from geo.places.text import LETTERS_MAX, folded, is_han, spelled_once
from geo.point import Point

__all__ = ["MISTYPED", "TYPED", "WRITTEN", "Form", "FormIndex", "Hit", "NamedSpots", "forms_of", "plain_letters"]

# In place of a character: the letter is only read, not written.
READ_OTHERWISE, ENGLISH_WORD = 0, -1

# So many forms a search keeps; the entries of the last ones are never shown.
_KEPT_MAX = 24

_A, _LETTERS = ord("a"), 26


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


@dataclass(frozen=True, slots=True)
class Hit:
    """A form that matches: the entries of that name, the quality of the match, and which search found it."""

    entries: tuple[int, ...]
    quality: float
    how: int
    english: bool


class _Names(NamedTuple):
    """The arrays of `geo.places.kernels`, read only."""

    first_letter: NDArray[np.int64]
    char: NDArray[np.int32]
    sound: NDArray[np.int32]
    kind: NDArray[np.int32]
    first_of_sound: NDArray[np.int64]
    sound_letter: NDArray[np.int32]
    first_of_kind: NDArray[np.int64]
    form_of_kind: NDArray[np.int32]
    first_of_initial: NDArray[np.int64]
    form_of_initial: NDArray[np.int32]
    heads_of_initial: NDArray[np.int64]
    place_of_initial: NDArray[np.int32]
    end_of_initial: NDArray[np.int32]
    first_plain: NDArray[np.int64]
    plain: NDArray[np.int32]
    plain_syllable: NDArray[np.int32]
    first_of_pair: NDArray[np.int64]
    form_of_pair: NDArray[np.int32]
    first_entry: NDArray[np.int64]
    form_entry: NDArray[np.int64]
    form_importance: NDArray[np.float64]
    importance: NDArray[np.float64]
    first_spot: NDArray[np.int64]
    spot_lon: NDArray[np.float64]
    spot_lat: NDArray[np.float64]


class _Scratch(NamedTuple):
    """What a search writes while it runs; one per thread."""

    shared: NDArray[np.int32]
    touched: NDArray[np.int32]
    sorted: NDArray[np.int32]
    possible: NDArray[np.int32]
    level: NDArray[np.int64]
    begun: NDArray[np.int8]
    where: NDArray[np.uint64]
    rows: NDArray[np.float64]


class _Best(NamedTuple):
    """The best forms so far."""

    form: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.float64]
    how: NDArray[np.int64]
    kept: NDArray[np.int64]


class FormIndex:
    """Find the entries whose names are most like what was typed. Safe from any number of threads."""

    def __init__(self, entries: Sequence[NamedSpots]) -> None:
        self._forms = _shared_forms(entries)
        self.names, self._sound_number, self._kind_number = _lay_out(
            list(self._forms), list(self._forms.values()), entries
        )
        self._threads = local()

    @property
    def forms(self) -> Mapping[Form, tuple[int, ...]]:
        """Return every form with the entries it names, in the order of their numbers."""
        return self._forms

    @property
    def nbytes(self) -> int:
        """Return the memory of the arrays."""
        return sum(int(array.nbytes) for array in self.names)

    def find(self, spelled: str, letters: str | None, near: Point | None) -> list[Hit]:
        """Return the best forms for a query in its one spelling, and for letters that may spell it."""
        scratch, best = self._own()
        best.kept[0] = 0
        lon, lat = (near.lon, near.lat) if near else (np.nan, np.nan)
        if any(is_han(letter) or letter.isdigit() for letter in spelled):
            search_written(self.names, scratch, best, *self._numbered(spelled), lon, lat)
        if letters:
            search_typed(self.names, scratch, best, letter_numbers(letters), lon, lat)
            plain = letter_numbers(plain_letters(letters))
            spelled_well = best.kept[0] > 0 and best.quality[0] >= SPELLED
            if len(plain) >= MISSPELLED_FROM and not spelled_well:
                search_mistyped(self.names, scratch, best, plain, pairs_of(plain), lon, lat)
        kept = int(best.kept[0])
        return [self._hit(best, at) for at in range(kept) if best.value[at] >= best.value[0] - BEHIND]

    def _hit(self, best: _Best, at: int) -> Hit:
        form = int(best.form[at])
        first, end = self.names.first_entry[form], self.names.first_entry[form + 1]
        entries = tuple(self.names.form_entry[first:end].tolist())
        english = bool(self.names.char[self.names.first_letter[form]] == ENGLISH_WORD)
        return Hit(entries, float(best.quality[at]), int(best.how[at]), english)

    def _numbered(self, spelled: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        sounds = syllables_of(spelled)
        char = np.array([ord(letter) for letter in spelled], np.int64)
        sound = np.array([self._sound_number.get(each, -1) for each in sounds], np.int64)
        kind = np.array([self._kind_number.get(sound_class(each), -1) for each in sounds], np.int64)
        return char, sound, kind

    def _own(self) -> tuple[_Scratch, _Best]:
        if not hasattr(self._threads, "own"):
            self._threads.own = _scratch(self.names), _best()
        own: tuple[_Scratch, _Best] = self._threads.own
        return own


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


def _shared_forms(entries: Sequence[NamedSpots]) -> dict[Form, tuple[int, ...]]:
    shared: dict[Form, dict[int, None]] = defaultdict(dict)
    read = lru_cache(maxsize=None)(forms_of)
    for number, entry in enumerate(entries):
        for name in entry.names:
            for form in read(name, entry.english):
                shared[form][number] = None
    return {form: tuple(numbers) for form, numbers in shared.items()}


def _lay_out(
    forms: Sequence[Form], entries_of: Sequence[tuple[int, ...]], entries: Sequence[NamedSpots]
) -> tuple[_Names, dict[str, int], dict[str, int]]:
    sounds = sorted({sound for form in forms for sound in form.sounds})
    sound_number = {sound: number for number, sound in enumerate(sounds)}
    kinds = sorted({sound_class(sound) for sound in sounds})
    kind_number = {kind: number for number, kind in enumerate(kinds)}
    kind_of_sound = np.array([kind_number[sound_class(sound)] for sound in sounds] or [0], np.int64)
    char = _flat(form.chars for form in forms)
    sound = _flat([sound_number[each] for each in form.sounds] for form in forms)
    first_letter = _firsts(len(form.sounds) for form in forms)
    form_of_letter = np.repeat(np.arange(len(forms)), np.diff(first_letter)).astype(np.int32)
    kind = kind_of_sound[sound]
    initials = np.array([letter_numbers(each[:1])[0] for each in sounds] or [0], np.int64)[sound]
    order = np.lexsort((form_of_letter, np.arange(len(sound)) - first_letter[form_of_letter], initials))
    plain = [_plain(form) for form in forms]
    pair = _flat(pairs_of(np.array(numbers, np.int64)).tolist() for numbers, _ in plain)
    form_of_pair_at = np.repeat(np.arange(len(forms)), [max(0, len(numbers) - 1) for numbers, _ in plain])
    importance = np.array([entry.importance for entry in entries], np.float64)
    spots = np.concatenate([entry.spots for entry in entries]) if entries else np.zeros((0, 2))
    names = _Names(
        first_letter=first_letter,
        char=char.astype(np.int32),
        sound=sound.astype(np.int32),
        kind=kind.astype(np.int32),
        first_of_sound=_firsts(len(each) for each in sounds),
        sound_letter=_flat(letter_numbers(each).tolist() for each in sounds).astype(np.int32),
        **_posted("kind", kind[char > 0], form_of_letter[char > 0], len(kinds)),
        first_of_initial=np.searchsorted(initials[order], np.arange(_LETTERS + 1)).astype(np.int64),
        form_of_initial=form_of_letter[order],
        heads_of_initial=np.bincount(initials[first_letter[:-1]], minlength=_LETTERS).astype(np.int64),
        place_of_initial=order.astype(np.int32),
        end_of_initial=first_letter[form_of_letter[order] + 1].astype(np.int32),
        first_plain=_firsts(len(numbers) for numbers, _ in plain),
        plain=_flat(numbers for numbers, _ in plain).astype(np.int32),
        plain_syllable=_flat(syllables for _, syllables in plain).astype(np.int32),
        **_posted("pair", pair, form_of_pair_at, LETTERS_ABREAST**2),
        first_entry=_firsts(len(numbers) for numbers in entries_of),
        form_entry=_flat(entries_of),
        form_importance=np.array([importance[list(numbers)].max() for numbers in entries_of], np.float64),
        importance=importance,
        first_spot=_firsts(len(entry.spots) for entry in entries),
        spot_lon=np.ascontiguousarray(spots[:, 0]),
        spot_lat=np.ascontiguousarray(spots[:, 1]),
    )
    return names, sound_number, kind_number


def _plain(form: Form) -> tuple[list[int], list[int]]:
    """Return the plain letters of a form, and the syllable of each."""
    kept = [*_plain_at("".join(form.sounds))]
    syllable = [number for number, sound in enumerate(form.sounds) for _ in sound]
    told = [(letter, at) for letter, at in zip(kept, syllable, strict=True) if letter]
    return letter_numbers("".join(letter for letter, _ in told)).tolist(), [at for _, at in told]


def _posted(name: str, key: NDArray[Any], form: NDArray[Any], keys: int) -> dict[str, NDArray[Any]]:
    """Return, for each key, the forms that have it: each form once."""
    both = np.unique(key.astype(np.int64) << 32 | form.astype(np.int64))
    first = np.searchsorted(both >> 32, np.arange(keys + 1)).astype(np.int64)
    return {f"first_of_{name}": first, f"form_of_{name}": (both & 0xFFFFFFFF).astype(np.int32)}


def _flat(rows: Iterable[Iterable[int]]) -> NDArray[np.int64]:
    return np.fromiter((number for row in rows for number in row), np.int64)


def _firsts(lengths: Iterable[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.fromiter(lengths, np.int64))]).astype(np.int64)


def _scratch(names: _Names) -> _Scratch:
    forms, sounds = len(names.first_letter) - 1, len(names.first_of_sound) - 1
    letters = 6 * LETTERS_MAX + 2  # a syllable has six letters at most
    longest = int(max([letters, *np.diff(names.first_plain), *np.diff(names.first_letter)])) + 2
    return _Scratch(
        shared=np.zeros(forms, np.int32),
        touched=np.zeros(forms, np.int32),
        sorted=np.zeros(max(forms, len(names.sound)), np.int32),
        possible=np.zeros(forms, np.int32),
        level=np.zeros(letters + 2, np.int64),
        begun=np.zeros(sounds * letters, np.int8),
        where=np.zeros(LETTERS_ABREAST, np.uint64),
        rows=np.zeros((3, longest), np.float64),
    )


def _best() -> _Best:
    return _Best(
        np.zeros(_KEPT_MAX, np.int64),
        np.zeros(_KEPT_MAX),
        np.zeros(_KEPT_MAX),
        np.zeros(_KEPT_MAX, np.int64),
        np.zeros(1, np.int64),
    )
