"""The server's clock as a client knows it: one measurement, how wrong it can be, and what is now.

It may run faster than real time in a simulated day. ``here_s`` is seconds of this machine's monotonic clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

KEEPS_S = 60.0  # an older, better measurement gives way after this: crystals drift


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the server's clock said at a moment of ours; ``uncertainty_s`` is half the round trip, in real seconds."""

    server_at: datetime
    here_s: float
    speed: float
    uncertainty_s: float

    def now(self, here_s: float) -> datetime:
        """Return the server's time at a moment of ours."""
        return self.server_at + timedelta(seconds=(here_s - self.here_s) * self.speed)


def measured(server_at: datetime, sent_s: float, received_s: float, speed: float) -> Anchor:
    """Take the server's answer as made halfway through the round trip."""
    half_s = max(0.0, received_s - sent_s) / 2
    return Anchor(server_at + timedelta(seconds=half_s * speed), received_s, speed, half_s)


def better(old: Anchor | None, fresh: Anchor) -> Anchor:
    """Keep the measurement with the shorter round trip, unless it is old or the speed changed."""
    if old is None or old.speed != fresh.speed or fresh.here_s - old.here_s > KEEPS_S:
        return fresh
    return fresh if fresh.uncertainty_s <= old.uncertainty_s else old
