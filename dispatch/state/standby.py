"""Standing by: a unit is told early where it will probably go. One table; a missing entry is the refusal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch import events as e


class StandbyPhase(StrEnum):
    """How far a pre-alert has come; ``ended`` is never kept, the row is gone."""

    CALLED = "called"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


C, A, E = StandbyPhase
STANDBY_STEPS: dict[tuple[StandbyPhase, type], StandbyPhase] = {
    (C, e.StandbyAcknowledged): A,
    (C, e.StandbyEnded): E,
    (A, e.StandbyEnded): E,
    (C, e.IncidentClosed): E,
    (A, e.IncidentClosed): E,
}


@dataclass(frozen=True, slots=True)
class Standby:
    """For which incident a unit stands by, since when, and whether its crew knows."""

    incident_id: str
    since: datetime
    phase: StandbyPhase = StandbyPhase.CALLED
    acknowledged_at: datetime | None = None
