"""Compiled counting: which forms share most of a query's keys.

A key (the sound of a letter, a pair of letters) is a row of bits, one a form. The counts of 64 forms are kept as binary
numbers that lie across words, a word for each digit: adding a key to 64 forms takes a few instructions.
"""

import numpy as np

from geo.compiled import Struct, query_kernel, wide

FORMS_ABREAST = 64


@query_kernel
def by_shared(forms_of: Struct, s: Struct, keys: Struct, need: int) -> None:
    """Sort the forms that share at least ``need`` (from 1) of the keys into ``sorted``, those that share most first.

    ``level[k]`` says where those begin that miss k of the keys, ``level[k + 1]`` where they end. A key that stands
    twice in a query counts twice; a negative one is in no form.
    """
    digits = _counted(forms_of, s.digits, keys)
    most, level = len(keys), s.level
    level[: most - need + 2] = 0
    found = 0
    for word in range(forms_of.shape[1]):
        enough = _at_least(s.digits, digits, word, need)
        form = word * FORMS_ABREAST
        while enough:
            if enough & np.uint64(1):
                count = _count(s.digits, digits, word, form % FORMS_ABREAST)
                s.possible[found], s.shared[found] = form, count
                level[most - count + 1] += 1
                found += 1
            enough >>= np.uint64(1)
            form += 1
    for missed in range(most - need + 1):
        level[missed + 1] += level[missed]
    for at in range(found):
        missed = most - s.shared[at]
        s.sorted[level[missed]] = s.possible[at]
        level[missed] += 1
    for missed in range(most - need + 1, 0, -1):
        level[missed] = level[missed - 1]
    level[0] = 0


@query_kernel
def _counted(forms_of: Struct, digits: Struct, keys: Struct) -> int:
    """Count for all forms at once; return how many binary digits the counts have."""
    words = forms_of.shape[1]
    used, added = 0, 0
    carry = digits[-1]
    for key in keys:
        if key < 0:
            continue
        added += 1
        if added >> used:
            digits[used, :words] = 0
            used += 1
        carry[:words] = forms_of[key]
        for digit in range(used):
            row = digits[digit]
            for word in range(words):
                both = row[word] & carry[word]
                row[word] ^= carry[word]
                carry[word] = both
    return used


@query_kernel
def _at_least(digits: Struct, used: int, word: int, need: int) -> Struct:
    """Return the bits of the forms of a word whose count is at least ``need``."""
    if need >> used:
        return np.uint64(0)
    enough = ~np.uint64(0)
    for digit in range(used):
        if (need >> digit) & 1:
            enough &= digits[digit, word]
        else:
            enough |= digits[digit, word]
    return enough


@query_kernel
def _count(digits: Struct, used: int, word: int, bit: int) -> int:
    """Return the count of one form."""
    count = 0
    for digit in range(used):
        count |= wide((digits[digit, word] >> np.uint64(bit)) & np.uint64(1)) << digit
    return count
