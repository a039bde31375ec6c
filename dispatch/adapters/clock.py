"""The one clock of a server: real time, or a simulated day that runs faster."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tell the time of the city: deadlines and ages use it; transport time-outs never do."""

    @property
    def speed(self) -> float:
        """Seconds of the city per real second."""
        ...

    def now(self) -> datetime:
        """Return the city's time, aware UTC, never running backwards."""
        ...


class RunningClock:
    """Run from ``start`` at ``speed``, on the monotonic clock: a corrected wall clock moves no deadline."""

    def __init__(
        self, start: datetime | None = None, speed: float = 1.0, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._start = datetime.now(UTC) if start is None else start.astimezone(UTC)
        self._speed = speed
        self._monotonic = monotonic
        self._started_s = monotonic()

    @property
    def speed(self) -> float:
        """Seconds of the city per real second."""
        return self._speed

    def now(self) -> datetime:
        """Return the city's time."""
        return self._start + timedelta(seconds=(self._monotonic() - self._started_s) * self._speed)
