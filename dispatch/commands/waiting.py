"""What can be asked about an incident that waits for a unit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HoldIncident:
    """Let the incident wait because no unit is free."""

    incident_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewHeld:
    """Record the call-back and re-triage of a held incident; ``found`` is one of ``REVIEW_FINDINGS``."""

    incident_id: str
    found: str
    priority: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeIncident:
    """Put a held incident back into the queue."""

    incident_id: str
