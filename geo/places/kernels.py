"""Compiled search of the gazetteer. `geo.places.index` lays out the arrays; `geo.places.score` says what counts.

Three searches fill one list of the best forms:

- *written*: the query's letters against a form's letters: an edit distance with cheap homophones and free endings;
- *typed*: letters that spell a run of syllables, each whole or begun: pinyin, initials, and any mixture;
- *misspelled*: letters with typing errors, as sounds that are easily confused.

Each looks at the forms that share most with the query first and stops when no other can beat the worst kept.
"""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

import math

import numpy as np
from numpy.typing import NDArray

from geo.compiled import Struct, query_kernel
from geo.places.align import inside_cost, mistyped_quality, tail_cost, typed_quality, untyped_cost, written_quality
from geo.places.counting import by_shared
from geo.places.score import (
    ABBREVIATED,
    BEHIND,
    EXTRA,
    FAR,
    IMPORTANCE_WEIGHT,
    INSIDE_FROM,
    MISSPELLED,
    MISSPELLED_MIN,
    NEAR_HALF_M,
    NEAR_WEIGHT,
    QUALITY_MIN,
    SAME_SOUND,
    SHARED_PAIRS,
    UNFINISHED,
)
from geo.point import EARTH_RADIUS_M

METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M
_BIG = 1e9
WRITTEN, TYPED, MISTYPED = 0, 1, 2
LETTERS_ABREAST = 26

# One error spoils at most two pairs: those on both sides of a wrong letter, or of two swapped ones.
PAIRS_PER_ERROR = 2
WORD_BITS = 63
ROUNDING = 1e-9


@query_kernel
def _worth(x: Struct, form: int, lon: float, lat: float, narrow: float) -> float:
    """Return what the best entry of a form adds to its quality: importance, and nearness where a point is known."""
    if math.isnan(lon):
        known: float = x.form_importance[form] * IMPORTANCE_WEIGHT
        return known
    best = 0.0
    for at in range(x.first_entry[form], x.first_entry[form + 1]):
        entry = x.form_entry[at]
        near_m = _BIG
        for spot in range(x.first_spot[entry], x.first_spot[entry + 1]):
            east, north = (x.spot_lon[spot] - lon) * narrow, (x.spot_lat[spot] - lat) * METRES_PER_DEGREE
            near_m = min(near_m, math.sqrt(east * east + north * north))
        best = max(best, x.importance[entry] * IMPORTANCE_WEIGHT + NEAR_WEIGHT / (1.0 + near_m / NEAR_HALF_M))
    return best


@query_kernel
def _most_of(x: Struct, form: int, lon: float, lat: float, narrow: float) -> float:
    """Return what a form can add at most: its best known entry where its box is nearest."""
    known: float = x.form_importance[form] * IMPORTANCE_WEIGHT + ROUNDING
    if math.isnan(lon):
        return known
    east = max(x.box_west[form] - lon, lon - x.box_east[form], 0.0) * narrow
    north = max(x.box_south[form] - lat, lat - x.box_north[form], 0.0) * METRES_PER_DEGREE
    return known + NEAR_WEIGHT / (1.0 + math.sqrt(east * east + north * north) / NEAR_HALF_M)


@query_kernel
def _consider(
    x: Struct, best: Struct, form: int, quality: float, how: int, lon: float, lat: float, narrow: float
) -> None:
    """Offer a form of some quality, unless even the most that it can add leaves it behind."""
    if quality + _most_of(x, form, lon, lat, narrow) >= _least(best):
        _offer(best, form, quality + _worth(x, form, lon, lat, narrow), quality, how)


@query_kernel
def _offer(best: Struct, form: int, value: float, quality: float, how: int) -> None:
    """Keep a form among the best, highest value first, a form once, ties by number."""
    size = len(best.form)
    kept = int(best.kept[0])
    for at in range(kept):
        if best.form[at] == form:
            if best.value[at] >= value:
                return
            for after in range(at, kept - 1):
                _copy(best, after + 1, after)
            kept -= 1
            break
    at = kept
    while at > 0 and (best.value[at - 1] < value or (best.value[at - 1] == value and best.form[at - 1] > form)):
        at -= 1
    if at >= size:
        best.kept[0] = kept
        return
    kept = min(size, kept + 1)
    for after in range(kept - 1, at, -1):
        _copy(best, after - 1, after)
    best.form[at], best.value[at], best.quality[at], best.how[at] = form, value, quality, how
    best.kept[0] = kept


@query_kernel
def _copy(best: Struct, source: int, target: int) -> None:
    best.form[target] = best.form[source]
    best.value[target] = best.value[source]
    best.quality[target] = best.quality[source]
    best.how[target] = best.how[source]


@query_kernel
def _least(best: Struct) -> float:
    """Return the value that a newcomer has to reach: the worst kept of a full list, and not far behind the first."""
    kept = int(best.kept[0])
    if kept == 0:
        return -_BIG
    behind: float = best.value[0] - BEHIND
    worst: float = best.value[kept - 1]
    return max(behind, worst) if kept == len(best.form) else behind


@query_kernel
def _most(lon: float) -> float:
    """Return the most that importance and nearness can add."""
    return IMPORTANCE_WEIGHT if math.isnan(lon) else IMPORTANCE_WEIGHT + NEAR_WEIGHT


@query_kernel
def search_written(
    x: Struct, s: Struct, best: Struct, char: Struct, sound: Struct, kind: Struct, lon: float, lat: float, narrow: float
) -> None:
    """Compare by characters, homophones and similar sounds: a form must share half of the query's sounds."""
    n = len(char)
    most, need = _most(lon), (n + 1) // 2
    by_shared(x.forms_of_kind, s, kind, need)
    first_letter, form_char, form_sound, form_kind, rows = x.first_letter, x.char, x.sound, x.kind, s.rows
    for level in range(n - need + 1):
        if 1.0 - EXTRA * level / n + most < _least(best):
            break
        for at in range(s.level[level], s.level[level + 1]):
            form = s.sorted[at]
            start, end = first_letter[form], first_letter[form + 1]
            possible = 1.0 - EXTRA * level / n - untyped_cost(end - start - n, n)
            most_of = _most_of(x, form, lon, lat, narrow)
            if possible + most_of < _least(best):
                continue
            others = _otherwise_written(form_char, start, end, char) - level
            if possible - SAME_SOUND * others / n + most_of < _least(best):
                continue
            quality = written_quality(
                form_char, form_sound, form_kind, rows, start, end - start, char, sound, kind, level == 0
            )
            if quality >= QUALITY_MIN:
                _consider(x, best, form, quality, WRITTEN, lon, lat, narrow)


@query_kernel
def _otherwise_written(form_char: Struct, start: int, end: int, char: Struct) -> int:
    """Count the characters of the query that a form does not have: each costs at least that it only sounds the same."""
    count = 0
    for letter in char:
        at = start
        while at < end and form_char[at] != letter:
            at += 1
        count += at == end
    return count


@query_kernel
def search_typed(x: Struct, s: Struct, best: Struct, letters: Struct, lon: float, lat: float, narrow: float) -> None:
    """Find forms whose syllables the letters spell, each whole or begun; inside a name only from three letters on."""
    n = len(letters)
    _begun(x.first_of_sound, x.sound_letter, x.sounds_of_initial, s.begun, letters)
    initial = letters[0]
    first, end = x.first_of_initial[initial], x.first_of_initial[initial + 1]
    if n < INSIDE_FROM:
        end = first + x.heads_of_initial[initial]  # the first syllables of names stand first
    sounds, followings, begun = x.sound_of_initial, x.next_of_initial, s.begun
    before, behind, cost_of_one, cost_of_two, farther = -1, -1, _BIG, _BIG, False
    for at in range(first, end):
        if sounds[at] != before or followings[at] != behind:  # places of the same two syllables stand together
            before, behind = sounds[at], followings[at]
            cost_of_one, cost_of_two, farther = _spelled(x.first_of_sound, begun, n, before, behind)
        if cost_of_one == _BIG and cost_of_two == _BIG and not farther:
            continue
        form, place = x.form_of_initial[at], x.place_of_initial[at]
        left, inside = x.end_of_initial[at] - place, inside_cost(place - x.first_letter[form])
        if 1.0 - inside - tail_cost(left - n) + _most_of(x, form, lon, lat, narrow) < _least(best):
            continue
        quality = max(1.0 - cost_of_one - tail_cost(left - 1), 1.0 - cost_of_two / 2.0 - tail_cost(left - 2))
        if farther:
            quality = typed_quality(x.sound, x.first_of_sound, begun, s.rows, place, x.end_of_initial[at], n)
        if quality - inside >= QUALITY_MIN:
            _consider(x, best, form, quality - inside, TYPED, lon, lat, narrow)


@query_kernel
def _spelled(first_of_sound: Struct, begun: Struct, n: int, sound: int, following: int) -> tuple[float, float, bool]:
    """Price the whole query as one syllable, and as it and the next one (-1: none); tell whether more may spell it."""
    reach = begun[sound * n]
    length = first_of_sound[sound + 1] - first_of_sound[sound]
    one, two, farther = _BIG, _BIG, False
    if reach == n:
        one = UNFINISHED if n < length else 0.0
    if following < 0:
        return one, two, farther
    following_length = first_of_sound[following + 1] - first_of_sound[following]
    for k in range(1, min(reach, n - 1) + 1):
        more = begun[following * n + k]
        begins = ABBREVIATED if k < length else 0.0
        if k + more == n and more > 0:
            two = min(two, begins + (UNFINISHED if more < following_length else 0.0))
        farther = farther or (more > 0 and k + 1 < n)
    return one, two, farther


@query_kernel
def _begun(
    first_of_sound: Struct, sound_letter: Struct, sounds_of_initial: Struct, begun: Struct, letters: Struct
) -> None:
    """Note for each syllable how many letters it shares with the query from each of its letters on."""
    n = len(letters)
    begun[: n * (len(first_of_sound) - 1)] = 0
    for i in range(n):
        for sound in range(sounds_of_initial[letters[i]], sounds_of_initial[letters[i] + 1]):
            start, end = first_of_sound[sound], first_of_sound[sound + 1]
            length = 1
            while start + length < end and i + length < n and sound_letter[start + length] == letters[i + length]:
                length += 1
            begun[sound * n + i] = length


@query_kernel
def search_mistyped(
    x: Struct, s: Struct, best: Struct, letters: Struct, pairs: Struct, lon: float, lat: float, narrow: float
) -> None:
    """Compare letters with letters as they sound; a form must share enough pairs of neighbouring letters."""
    n = len(letters)
    grams = n - 1
    most, need, unit = _most(lon), math.ceil(SHARED_PAIRS * grams), MISSPELLED / n
    floor = max(MISSPELLED_MIN, _least(best) - most)
    if floor > 1.0 - FAR:
        return
    need = max(need, grams - PAIRS_PER_ERROR * int((1.0 - FAR - floor) / unit + ROUNDING))
    by_shared(x.forms_of_pair, s, pairs, need)
    first_plain, plain, plain_syllable, first_letter = x.first_plain, x.plain, x.plain_syllable, x.first_letter
    where = s.where
    _places(letters, where)
    for level in range(grams - need + 1):
        floor = max(MISSPELLED_MIN, _least(best) - most)
        if 1.0 - FAR - unit * math.ceil(level / PAIRS_PER_ERROR) < floor:
            break
        errors_max = int((1.0 - FAR - floor) / unit + ROUNDING)
        possible = _within(
            plain, first_plain, s.sorted, s.level[level], s.level[level + 1], where, n, errors_max, s.possible
        )
        for found in range(possible):
            form = s.possible[found]
            floor = max(MISSPELLED_MIN, _least(best) - _most_of(x, form, lon, lat, narrow))
            start, after = first_plain[form], first_plain[form + 1]
            syllables = first_letter[form + 1] - first_letter[form]
            quality = mistyped_quality(plain, plain_syllable, s.rows, start, after - start, syllables, letters, floor)
            if quality >= floor:
                _consider(x, best, form, quality, MISTYPED, lon, lat, narrow)


@query_kernel
def _places(letters: Struct, where: Struct) -> None:
    """Note for each letter at which places of the query it stands, as bits."""
    for letter in range(len(where)):
        where[letter] = 0
    for i in range(min(WORD_BITS, len(letters))):
        where[letters[i]] |= np.uint64(1) << np.uint64(i)


@query_kernel
def _within(
    plain: Struct,
    first_plain: Struct,
    forms: Struct,
    first: int,
    end: int,
    where: Struct,
    n: int,
    errors_max: int,
    kept: Struct,
) -> int:
    """Keep the forms in which the query occurs anywhere with so few errors; return how many.

    Bit-parallel after Hyyrö, *A bit-vector algorithm for computing Levenshtein and Damerau edit distances* (2003); the
    first row is free, so that the query may begin anywhere. A query beyond the word is not judged here.
    """
    one = np.uint64(1)
    last = one << np.uint64(min(n, WORD_BITS) - 1)
    count = 0
    for at in range(first, end):
        form = forms[at]
        up, down, diagonal, before = ~np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
        errors = n
        possible = n > WORD_BITS or errors <= errors_max
        for letter in range(first_plain[form], first_plain[form + 1]):
            if possible:
                break
            match = where[plain[letter]]
            swapped = (((~diagonal) & match) << one) & before
            diagonal = (((match & up) + up) ^ up) | match | down | swapped
            more = down | ~(diagonal | up)
            less = diagonal & up
            if more & last:
                errors += 1
            if less & last:
                errors -= 1
                possible = errors <= errors_max
            up = (less << one) | ~(diagonal | (more << one))
            down = diagonal & (more << one)
            before = match
        if possible:
            kept[count] = form
            count += 1
    return count


def pairs_of(letters: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of all pairs of neighbouring letters; a pair is the same when it is swapped."""
    before, after = letters[:-1], letters[1:]
    pairs: NDArray[np.int64] = np.minimum(before, after) * LETTERS_ABREAST + np.maximum(before, after)
    return pairs
