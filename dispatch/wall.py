"""A department's wall as the control room knows it. One table; a missing entry is no news."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.events import watch as we


class WallPhase(StrEnum):
    """Whether a wall is there and can be heard; ``never``: this department has not had one."""

    NEVER = "never"
    ARMED = "armed"
    SILENT = "silent"
    LOST = "lost"


N, A, S, L = WallPhase
WALL_STEPS: dict[tuple[WallPhase, type], WallPhase] = {
    (N, we.WallArmed): A,
    (N, we.WallSilent): S,
    (A, we.WallSilent): S,
    (A, we.WallLost): L,
    (S, we.WallArmed): A,
    (S, we.WallLost): L,
    (L, we.WallArmed): A,
    (L, we.WallSilent): S,
}


@dataclass(frozen=True, slots=True)
class Wall:
    """How a department's wall stands, and since when."""

    phase: WallPhase
    since: datetime
