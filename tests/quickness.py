"""A bound on time that a busy machine cannot break: the quickest of a few tries keeps it, or the product is slow."""

import math
from collections.abc import Callable

TRIES = 5


def quickest_s(attempt: Callable[[int], float], within_s: float) -> float:
    """Return the shortest of at most five tries, which are numbered from 0; none follows one that was quick enough.

    Other work on the machine delays some of them; a product that is too slow delays all.
    """
    best_s = math.inf
    for number in range(TRIES):
        best_s = min(best_s, attempt(number))
        if best_s <= within_s:
            break
    return best_s
