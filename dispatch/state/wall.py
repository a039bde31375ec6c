"""A department's wall as the control room knows it. One table; a missing entry is no news."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch import events as e


class WallPhase(StrEnum):
    """Whether a wall is there and can be heard; ``never``: this department has not had one."""

    NEVER = "never"
    ARMED = "armed"
    SILENT = "silent"
    LOST = "lost"


N, A, S, L = WallPhase
WALL_STEPS: dict[tuple[WallPhase, type], WallPhase] = {
    (N, e.WallArmed): A,
    (N, e.WallSilent): S,
    (A, e.WallSilent): S,
    (A, e.WallLost): L,
    (S, e.WallArmed): A,
    (S, e.WallLost): L,
    (L, e.WallArmed): A,
    (L, e.WallSilent): S,
}


@dataclass(frozen=True, slots=True)
class Wall:
    """How a department's wall stands, and since when."""

    phase: WallPhase
    since: datetime
