"""The facts of a run, and of the end of its incident."""

from dispatch.fact import fact
from dispatch.words import Outcome, RankingUsed, UnitStatus, personal


@fact
class UnitAssigned:
    """A unit was sent, with the ranking that was on the screen."""

    assignment_id: str
    incident_id: str
    unit_id: str
    evidence: RankingUsed | None
    reason: str | None = personal("incident_id")  # why not the first of the ranking


@fact
class AssignmentEnded:
    """A run came to its one coded outcome."""

    assignment_id: str
    incident_id: str
    unit_id: str
    outcome: Outcome
    reason: str | None = personal("incident_id")
    next_status: UnitStatus = UnitStatus.RETURNING


@fact
class IncidentReturned:
    """Nobody is on the way any more; the incident is in the queue again."""

    incident_id: str
    reason: str


@fact
class IncidentClosed:
    """Every patient has an outcome, or nobody is to be served."""

    incident_id: str
    outcome: Outcome | None
    reason: str | None = personal("incident_id")


@fact
class IncidentReopened:
    """It was not over."""

    incident_id: str
    reason: str = personal("incident_id", required=True)
