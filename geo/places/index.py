"""Search the names of a gazetteer with the kernels.

A *form* (`geo.places.forms`) is one way to write or to read the names of some entries; entries of one name share
their forms. `geo.places.layout` lays them out as arrays.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import local

import numpy as np
from numpy.typing import NDArray

from geo.places.forms import Form, NamedSpots, forms_of, letter_numbers, plain_letters
from geo.places.kernels import (
    METRES_PER_DEGREE,
    MISTYPED,
    TYPED,
    WRITTEN,
    pairs_of,
    search_mistyped,
    search_typed,
    search_written,
)
from geo.places.layout import Best, Scratch, lay_out, nothing_kept, scratch_for
from geo.places.pinyin import sound_class, syllables_of
from geo.places.score import BEHIND, MISSPELLED_FROM, SPELLED
from geo.places.text import is_han
from geo.point import Point

__all__ = ["MISTYPED", "TYPED", "WRITTEN", "FormIndex", "Hit"]

# Where nobody knows where the caller is: longitude, latitude, metres of a degree of longitude.
_NOWHERE = (math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Hit:
    """A form that matches: the entries of that name, the quality of the match, and which search found it."""

    form: Form
    entries: tuple[int, ...]
    quality: float
    how: int


class FormIndex:
    """Find the entries whose names are most like what was typed. Safe from any number of threads."""

    def __init__(self, entries: Sequence[NamedSpots]) -> None:
        forms = _shared_forms(entries)
        self._rows = tuple(forms.items())
        self.names, self._numbers = lay_out(tuple(forms), tuple(forms.values()), entries)
        self._threads = local()

    @property
    def forms(self) -> Mapping[Form, tuple[int, ...]]:
        """Return every form with the entries it names, in the order of their numbers."""
        return dict(self._rows)

    @property
    def nbytes(self) -> int:
        """Return the memory of the arrays."""
        return sum(int(array.nbytes) for array in self.names)

    def find(self, spelled: str, letters: str | None, near: Point | None) -> list[Hit]:
        """Return the best forms for a query in its one spelling, and for letters that may spell it."""
        scratch, best = self._own()
        best.kept[0] = 0
        here = _NOWHERE if near is None else (near.lon, near.lat, math.cos(math.radians(near.lat)) * METRES_PER_DEGREE)
        if any(is_han(letter) or letter.isdigit() for letter in spelled):
            search_written(self.names, scratch, best, *self._numbered(spelled), *here)
        if letters:
            search_typed(self.names, scratch, best, letter_numbers(letters), *here)
            plain = letter_numbers(plain_letters(letters))
            spelled_well = best.kept[0] > 0 and best.quality[0] >= SPELLED
            if len(plain) >= MISSPELLED_FROM and not spelled_well:
                search_mistyped(self.names, scratch, best, plain, pairs_of(plain), *here)
        kept = int(best.kept[0])
        return [self._hit(best, at) for at in range(kept) if best.value[at] >= best.value[0] - BEHIND]

    def _hit(self, best: Best, at: int) -> Hit:
        form, entries = self._rows[int(best.form[at])]
        return Hit(form, entries, float(best.quality[at]), int(best.how[at]))

    def _numbered(self, spelled: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        sounds = syllables_of(spelled)
        char = np.array([ord(letter) for letter in spelled], np.int64)
        sound = np.array([self._numbers.of_sound.get(each, -1) for each in sounds], np.int64)
        kind = np.array([self._numbers.of_kind.get(sound_class(each), -1) for each in sounds], np.int64)
        return char, sound, kind

    def _own(self) -> tuple[Scratch, Best]:
        if not hasattr(self._threads, "own"):
            self._threads.own = scratch_for(self.names), nothing_kept()
        own: tuple[Scratch, Best] = self._threads.own
        return own


def _shared_forms(entries: Sequence[NamedSpots]) -> dict[Form, tuple[int, ...]]:
    shared: dict[Form, dict[int, None]] = defaultdict(dict)
    read = lru_cache(maxsize=None)(forms_of)
    for number, entry in enumerate(entries):
        for name in entry.names:
            for form in read(name, entry.english):
                shared[form][number] = None
    return {form: tuple(numbers) for form, numbers in shared.items()}
