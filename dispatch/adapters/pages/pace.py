"""Count what comes from one place within a while, and say how long to wait when it is too much."""

from collections import OrderedDict
from collections.abc import Callable
from math import ceil

REMEMBERED = 10_000  # keys; the oldest go first


class Pace:
    """Allow so many in a window, for each key; in memory, so that a restart forgets it."""

    def __init__(self, most: int, window_s: float, monotonic: Callable[[], float]) -> None:
        self._most, self._window_s, self._monotonic = most, window_s, monotonic
        self._counted: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, key: str) -> int:
        """Return the seconds until the next one is looked at, 0 for now."""
        times, since_s = self._counted.get(key, (0, 0.0))
        left_s = self._window_s - (self._monotonic() - since_s)
        return ceil(left_s) if times >= self._most and left_s > 0 else 0

    def count(self, key: str) -> None:
        """Count one."""
        now = self._monotonic()
        times, since_s = self._counted.pop(key, (0, now))
        if now - since_s >= self._window_s:
            times, since_s = 0, now
        self._counted[key] = (times + 1, since_s)
        while len(self._counted) > REMEMBERED:
            self._counted.popitem(last=False)
