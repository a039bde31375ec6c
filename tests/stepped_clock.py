"""A clock that only a test moves."""

from datetime import datetime, timedelta


class SteppedClock:
    """Stand still until a test moves it."""

    speed = 1.0

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the time that was set."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self._now += timedelta(seconds=seconds)
