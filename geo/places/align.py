"""Compiled comparison of one query with one form; `geo.places.score` says what each difference costs."""

# A kernel takes structs and arrays one by one: inside compiled code an argument costs nothing.
# ruff: noqa: PLR0913, PLR0917

from geo.compiled import Struct, query_kernel
from geo.places.score import (
    ABBREVIATED,
    BAG_FROM,
    BAG_LONGER,
    BAG_QUALITY,
    DIGIT_WRONG,
    EXTRA,
    FAR,
    GAP_NEXT,
    GAP_OPEN,
    INSIDE_FIRST,
    INSIDE_MAX,
    INSIDE_NEXT,
    LETTER_WRONG,
    MISSPELLED,
    SAME_SOUND,
    SIMILAR_SOUND,
    SWAPPED,
    TAIL_EACH,
    TAIL_MAX,
    UNFINISHED,
)

_BIG = 1e9


@query_kernel
def tail_cost(left: int) -> float:
    """Price the syllables of a name that were not typed yet."""
    return min(TAIL_MAX, TAIL_EACH * left)


@query_kernel
def inside_cost(skipped: int) -> float:
    """Price a query that begins inside a name."""
    if skipped == 0:
        return 0.0
    return min(INSIDE_MAX, INSIDE_FIRST + INSIDE_NEXT * (skipped - 1))


@query_kernel
def untyped_cost(left: int, n: int) -> float:
    """Price at least what a query of n letters leaves out of a name: all behind it, before it, or in one gap."""
    if left <= 0:
        return 0.0
    return min(tail_cost(left), inside_cost(left), (GAP_OPEN + GAP_NEXT * (left - 1)) / n)


@query_kernel
def written_quality(  # noqa: C901 - one loop of the textbook
    form_char: Struct,
    form_sound: Struct,
    form_kind: Struct,
    rows: Struct,
    start: int,
    m: int,
    char: Struct,
    sound: Struct,
    kind: Struct,
    has_all: bool,  # noqa: FBT001 - kernels know no keywords
) -> float:
    """Align a query with a form, 1 for the same: Damerau, gaps after Gotoh, free end. Rows are letters of the query."""
    n = len(char)
    before, above, row = 0, 1, 2
    for j in range(m + 1):
        rows[above, j] = inside_cost(j) * n
    for i in range(n):
        rows[row, 0] = rows[above, 0] + EXTRA
        gap_cost = _BIG
        for j in range(1, m + 1):
            at = start + j - 1
            unlike = 0.0
            if form_char[at] != char[i]:
                unlike = LETTER_WRONG
                if _is_digit(char[i]) and _is_digit(form_char[at]):
                    unlike = DIGIT_WRONG
                elif form_sound[at] == sound[i]:
                    unlike = SAME_SOUND
                elif form_kind[at] == kind[i]:
                    unlike = SIMILAR_SOUND
            cost = min(rows[above, j - 1] + unlike, rows[above, j] + EXTRA)
            gap_cost = min(rows[row, j - 1] + GAP_OPEN, gap_cost + GAP_NEXT)
            cost = min(cost, gap_cost)
            if (
                i > 0
                and j > 1
                and (form_char[at] == char[i - 1] or form_sound[at] == sound[i - 1])
                and (form_char[at - 1] == char[i] or form_sound[at - 1] == sound[i])
            ):
                cost = min(cost, rows[before, j - 2] + SWAPPED)
            rows[row, j] = cost
        before, above, row = above, row, before
    least = _BIG
    for j in range(1, m + 1):
        least = min(least, rows[above, j] / n + tail_cost(m - j))
    quality = 1.0 - least
    if has_all and n >= BAG_FROM and m <= n + BAG_LONGER:
        return max(quality, BAG_QUALITY - tail_cost(abs(m - n)))
    return quality


@query_kernel
def _is_digit(char: int) -> bool:
    return 48 <= char <= 57  # noqa: PLR2004 - ASCII


@query_kernel
def typed_quality(
    form_sound: Struct, first_of_sound: Struct, begun: Struct, rows: Struct, first: int, end: int, n: int
) -> float:
    """Spell all n letters of the query with the syllables from ``first`` on; 0 when it cannot be."""
    cost, following = 0, 1
    rows[cost, 0] = 0.0
    quality, lowest, highest, used = 0.0, 0, 0, 0
    for at in range(first, end):
        sound = form_sound[at]
        length = first_of_sound[sound + 1] - first_of_sound[sound]
        used += 1
        for i in range(lowest, min(n, highest + length) + 1):
            rows[following, i] = _BIG
        next_lowest, next_highest = n + 1, -1
        for i in range(lowest, min(highest, n - 1) + 1):
            if begun[sound * n + i] == 0 or rows[cost, i] >= _BIG:
                continue
            next_lowest = min(next_lowest, i + 1)
            for k in range(1, begun[sound * n + i] + 1):
                price = rows[cost, i]
                if k < length:
                    price += UNFINISHED if i + k == n else ABBREVIATED
                rows[following, i + k] = min(rows[following, i + k], price)
                next_highest = max(next_highest, i + k)
        if next_highest < 0:
            break
        lowest, highest = next_lowest, next_highest
        if highest == n:
            quality = max(quality, 1.0 - rows[following, n] / used - tail_cost(end - at - 1))
        cost, following = following, cost
    return quality


@query_kernel
def mistyped_quality(
    plain: Struct,
    plain_syllable: Struct,
    rows: Struct,
    start: int,
    m: int,
    syllables: int,
    letters: Struct,
    floor: float,
) -> float:
    """Align letters with a form's letters from any syllable on (Damerau, free end); 0 when below ``floor``."""
    n = len(letters)
    unit = MISSPELLED / n
    before, above, row = 0, 1, 2
    rows[above, 0] = 0.0
    for j in range(1, m + 1):
        begins = j < m and plain_syllable[start + j] != plain_syllable[start + j - 1]
        rows[above, j] = inside_cost(plain_syllable[start + j]) if begins else _BIG
    for i in range(n):
        rows[row, 0] = rows[above, 0] + unit
        least = rows[row, 0]
        for j in range(1, m + 1):
            same = plain[start + j - 1] == letters[i]
            step = 0.0 if same else unit
            cost = min(rows[above, j - 1] + step, min(rows[above, j], rows[row, j - 1]) + unit)
            if i > 0 and j > 1 and plain[start + j - 1] == letters[i - 1] and plain[start + j - 2] == letters[i]:
                cost = min(cost, rows[before, j - 2] + unit)
            rows[row, j] = cost
            least = min(least, cost)
        if 1.0 - FAR - least < floor:
            return 0.0
        before, above, row = above, row, before
    least = _BIG
    for j in range(1, m + 1):
        least = min(least, rows[above, j] + tail_cost(syllables - 1 - plain_syllable[start + j - 1]))
    quality: float = 1.0 - FAR - least
    return quality
