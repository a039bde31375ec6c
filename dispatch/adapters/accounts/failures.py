"""Count failed sign-ins and say how long to wait.

The narrow lock (account and address) stops guessing; the wide one (account) is hard to reach, because whoever can lock
a dispatcher out by guessing badly has disarmed the dispatcher.
"""

from collections import OrderedDict
from collections.abc import Callable
from math import ceil

NARROW_FREE, NARROW_LOCK_S = 5, 60.0  # wrong guesses from one address, then a minute
WIDE_FREE, WIDE_LOCK_S = 60, 60.0  # from all addresses together
FORGET_S = 900.0  # failures further apart than this do not add up
REMEMBERED = 10_000  # keys; the oldest go first


class SignInFailures:
    """Remember recent failures in memory."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._counted: OrderedDict[tuple[str, str | None], tuple[int, float]] = OrderedDict()

    def wait_s(self, account: str, address: str) -> int:
        """Return the seconds until the next try is looked at, 0 for now."""
        narrow = self._left((account, address), NARROW_FREE, NARROW_LOCK_S)
        return ceil(max(narrow, self._left((account, None), WIDE_FREE, WIDE_LOCK_S)))

    def count(self, account: str, address: str) -> None:
        """Count one failure."""
        now = self._monotonic()
        for key in ((account, address), (account, None)):
            times, last_s = self._counted.pop(key, (0, now))
            self._counted[key] = ((times if now - last_s < FORGET_S else 0) + 1, now)
        while len(self._counted) > REMEMBERED:
            self._counted.popitem(last=False)

    def forgive(self, account: str, address: str) -> None:
        """Forget the failures of somebody who got in."""
        self._counted.pop((account, address), None)

    def _left(self, key: tuple[str, str | None], free: int, lock_s: float) -> float:
        times, last_s = self._counted.get(key, (0, 0.0))
        return max(0.0, lock_s - (self._monotonic() - last_s)) if times >= free else 0.0
