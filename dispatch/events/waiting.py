"""The facts of an incident that waits for a unit."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import personal


@fact
class IncidentHeld:
    """No unit is free: the incident waits with a call-back time."""

    incident_id: str
    review_at: datetime
    reason: str = personal("incident_id", required=True)


@fact
class HeldIncidentReviewed:
    """Somebody called back and asked again."""

    incident_id: str
    found: str  # one of dispatch.state.incident.REVIEW_FINDINGS
    review_at: datetime
    note: str | None = personal("incident_id")


@fact
class IncidentResumed:
    """A held incident is back in the queue."""

    incident_id: str
