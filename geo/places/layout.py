"""Lay out the forms of names as the arrays that `geo.places.kernels` reads, and what a search writes."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.places.counting import FORMS_ABREAST
from geo.places.forms import Form, NamedSpots, letter_numbers, plain_with_syllables
from geo.places.kernels import LETTERS_ABREAST, pairs_of
from geo.places.pinyin import sound_class
from geo.places.text import LETTERS_MAX

# So many forms a search keeps; the entries of the last ones are never shown.
_KEPT_MAX = 24

# A syllable has six letters at most.
_TYPED_MAX = 6 * LETTERS_MAX + 2
_DIGITS_MAX = _TYPED_MAX.bit_length() + 1

Ints: TypeAlias = NDArray[np.int64]
Int32s: TypeAlias = NDArray[np.int32]
Floats: TypeAlias = NDArray[np.float64]
Bits: TypeAlias = NDArray[np.uint64]


class Names(NamedTuple):
    """The names, read only. What belongs to one number is the range ``first_…[number]`` to ``first_…[number + 1]``."""

    # each form's letters
    first_letter: Ints
    char: Int32s
    sound: Int32s
    kind: Int32s
    # each sound's letters, the sounds in the order of the alphabet
    first_of_sound: Ints
    sound_letter: Int32s
    sounds_of_initial: Ints
    # the places in forms where a syllable begins with a letter: the heads of names first, then by two syllables
    first_of_initial: Ints
    heads_of_initial: Ints
    form_of_initial: Int32s
    place_of_initial: Int32s
    end_of_initial: Int32s
    sound_of_initial: Int32s
    next_of_initial: Int32s
    # each form's letters as they sound to everybody, and the syllable of each
    first_plain: Ints
    plain: Int32s
    plain_syllable: Int32s
    # which forms have a kind of sound, a pair of plain letters: a row of bits for each
    forms_of_kind: Bits
    forms_of_pair: Bits
    # what a form is worth
    form_importance: Floats
    box_west: Floats
    box_east: Floats
    box_south: Floats
    box_north: Floats
    first_entry: Ints
    form_entry: Ints
    importance: Floats
    first_spot: Ints
    spot_lon: Floats
    spot_lat: Floats


class Scratch(NamedTuple):
    """What a search writes while it runs; one per thread."""

    digits: Bits
    shared: Int32s
    possible: Int32s
    sorted: Int32s
    level: Ints
    begun: NDArray[np.int8]
    where: Bits
    rows: Floats


class Best(NamedTuple):
    """The best forms so far."""

    form: Ints
    value: Floats
    quality: Floats
    how: Ints
    kept: Ints


class Numbers(NamedTuple):
    """The number of each syllable, and of each kind of syllable that sounds alike to many."""

    of_sound: dict[str, int]
    of_kind: dict[str, int]


def lay_out(
    forms: Sequence[Form], entries_of: Sequence[tuple[int, ...]], entries: Sequence[NamedSpots]
) -> tuple[Names, Numbers]:
    """Return the arrays for some forms and the entries that each of them names."""
    sounds = sorted({sound for form in forms for sound in form.sounds})
    kinds = sorted({sound_class(sound) for sound in sounds})
    numbers = Numbers(_numbered(sounds), _numbered(kinds))
    kind_of_sound = np.array([numbers.of_kind[sound_class(sound)] for sound in sounds] or [0], np.int64)
    sound = _flat([numbers.of_sound[each] for each in form.sounds] for form in forms)
    char, kind = _flat(form.chars for form in forms), kind_of_sound[sound]
    first_letter = _firsts(len(form.sounds) for form in forms)
    form_of_letter = np.repeat(np.arange(len(forms)), np.diff(first_letter))
    initial_of_sound = np.array([letter_numbers(each[:1])[0] for each in sounds] or [0], np.int64)
    plain = [plain_with_syllables(form) for form in forms]
    pair = _flat(pairs_of(letters).tolist() for letters, _ in plain)
    form_of_pair = np.repeat(np.arange(len(forms)), [max(0, len(letters) - 1) for letters, _ in plain])
    names = Names(
        first_letter=first_letter,
        char=char.astype(np.int32),
        sound=sound.astype(np.int32),
        kind=kind.astype(np.int32),
        first_of_sound=_firsts(len(each) for each in sounds),
        sound_letter=_flat(letter_numbers(each).tolist() for each in sounds).astype(np.int32),
        sounds_of_initial=_ranges(initial_of_sound if sounds else initial_of_sound[:0]),
        **_by_initial(sound, initial_of_sound[sound], first_letter, form_of_letter),
        first_plain=_firsts(len(letters) for letters, _ in plain),
        plain=_flat(letters.tolist() for letters, _ in plain).astype(np.int32),
        plain_syllable=_flat(syllables for _, syllables in plain).astype(np.int32),
        forms_of_kind=_bits(kind[char > 0], form_of_letter[char > 0], (len(kinds), len(forms))),
        forms_of_pair=_bits(pair, form_of_pair, (LETTERS_ABREAST**2, len(forms))),
        **_where(entries_of, entries),
    )
    return names, numbers


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(texts)}


def _by_initial(sound: Ints, initial: Ints, first_letter: Ints, form: Ints) -> dict[str, NDArray[Any]]:
    """Return every letter of every form, sorted by initial: those that begin a form first, then by two syllables."""
    places, end = np.arange(len(sound)), first_letter[form + 1]
    following = np.where(places + 1 < end, sound[np.minimum(places + 1, len(sound) - 1)], -1) if len(sound) else sound
    order = np.lexsort((following, sound, places != first_letter[form], initial))
    columns = {"form": form, "place": places, "end": end, "sound": sound, "next": following}
    return {
        "first_of_initial": _ranges(initial[order]),
        "heads_of_initial": np.bincount(initial[first_letter[:-1]], minlength=LETTERS_ABREAST).astype(np.int64),
    } | {f"{name}_of_initial": column[order].astype(np.int32) for name, column in columns.items()}


def _where(entries_of: Sequence[tuple[int, ...]], entries: Sequence[NamedSpots]) -> dict[str, NDArray[Any]]:
    """Return how well known forms and entries are, the spots of entries, and the box around those of each form."""
    importance = np.array([entry.importance for entry in entries], np.float64)
    spots = np.concatenate([entry.spots for entry in entries]) if entries else np.zeros((0, 2))
    first_spot = _firsts(len(entry.spots) for entry in entries)
    first_entry, form_entry = _firsts(len(numbers) for numbers in entries_of), _flat(entries_of)

    def of_forms(reduced: np.ufunc, of_entries: Floats) -> Floats:
        return _of_ranges(reduced, of_entries[form_entry], first_entry)

    south_west = of_forms(np.minimum, _of_ranges(np.minimum, spots, first_spot))
    north_east = of_forms(np.maximum, _of_ranges(np.maximum, spots, first_spot))
    return {
        "form_importance": of_forms(np.maximum, importance),
        "box_west": south_west[:, 0].copy(),
        "box_east": north_east[:, 0].copy(),
        "box_south": south_west[:, 1].copy(),
        "box_north": north_east[:, 1].copy(),
        "first_entry": first_entry,
        "form_entry": form_entry,
        "importance": importance,
        "first_spot": first_spot,
        "spot_lon": spots[:, 0].copy(),
        "spot_lat": spots[:, 1].copy(),
    }


def _of_ranges(reduced: np.ufunc, values: Floats, first: Ints) -> Floats:
    """Reduce each range of rows to one; no range is empty."""
    found: Floats = reduced.reduceat(values, first[:-1]) if len(first) > 1 else values[:0]
    return found


def _bits(key: Ints, form: Ints, shape: tuple[int, int]) -> Bits:
    """Return a row of bits for each key: which of the forms have it."""
    keys, forms = shape
    has = np.zeros((keys, -(-forms // FORMS_ABREAST) * FORMS_ABREAST // 8), np.uint8)
    np.bitwise_or.at(has, (key, form // 8), np.left_shift(1, form % 8).astype(np.uint8))
    return has.view("<u8")


def _ranges(sorted_initials: Ints) -> Ints:
    """Return where each letter begins among sorted initials."""
    return np.searchsorted(sorted_initials, np.arange(LETTERS_ABREAST + 1)).astype(np.int64)


def _flat(rows: Iterable[Iterable[int]]) -> Ints:
    return np.fromiter((number for row in rows for number in row), np.int64)


def _firsts(lengths: Iterable[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(np.fromiter(lengths, np.int64))]).astype(np.int64)


def scratch_for(names: Names) -> Scratch:
    """Return what one thread writes while it searches."""
    forms, sounds = len(names.first_letter) - 1, len(names.first_of_sound) - 1
    longest = int(max([_TYPED_MAX, *np.diff(names.first_plain), *np.diff(names.first_letter)])) + 2
    return Scratch(
        digits=np.zeros((_DIGITS_MAX, names.forms_of_pair.shape[1]), np.uint64),
        shared=np.zeros(forms, np.int32),
        possible=np.zeros(forms, np.int32),
        sorted=np.zeros(max(forms, len(names.sound)), np.int32),
        level=np.zeros(_TYPED_MAX + 2, np.int64),
        begun=np.zeros(sounds * _TYPED_MAX, np.int8),
        where=np.zeros(LETTERS_ABREAST, np.uint64),
        rows=np.zeros((3, longest), np.float64),
    )


def nothing_kept() -> Best:
    """Return an empty list of the best forms."""
    return Best(
        np.zeros(_KEPT_MAX, np.int64),
        np.zeros(_KEPT_MAX),
        np.zeros(_KEPT_MAX),
        np.zeros(_KEPT_MAX, np.int64),
        np.zeros(1, np.int64),
    )
