"""The facts before and around the run: standing by, a held incident's reviews, danger on scene and who was told."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import personal


@fact
class UnitPrealerted:
    """A unit stands by for an incident that is still being asked about."""

    incident_id: str
    unit_id: str


@fact
class StandbyAcknowledged:
    """The crew has heard it."""

    incident_id: str
    unit_id: str


@fact
class StandbyEnded:
    """A unit stands by no more."""

    incident_id: str
    unit_id: str
    end: str  # upgraded | moved | stood_down | unit_gone
    reason: str | None = personal("incident_id")


@fact
class UnitTakenAway:
    """An incident lost its unit, or the one that stood by, to another; its owner is told."""

    incident_id: str
    unit_id: str
    for_incident_id: str | None  # None: the unit went off by itself


@fact
class HeldIncidentReviewed:
    """Somebody called back and asked again."""

    incident_id: str
    found: str  # one of dispatch.incident.REVIEW_FINDINGS
    review_at: datetime
    note: str | None = personal("incident_id")


@fact
class SceneFlagged:
    """What is known about one danger on scene: yes, no, or unknown again."""

    incident_id: str
    flag: str  # one of dispatch.scene.Flag
    answer: str


@fact
class ServiceTold:
    """110, 119 or 122 is being told; a phone task stands until somebody confirms."""

    incident_id: str
    service: str
    flags: tuple[str, ...]


@fact
class NoticeDelivered:
    """The other centre's system took the notice."""

    incident_id: str
    service: str
    attempts: int


@fact
class NoticeUndelivered:
    """The other centre's system did not take it; the telephone remains."""

    incident_id: str
    service: str
    attempts: int


@fact
class ServiceConfirmed:
    """The service has taken it."""

    incident_id: str
    service: str
    reference: str | None = personal("incident_id")


@fact
class UnitsStaged:
    """The units of an incident wait at a safe distance."""

    incident_id: str
    distance_m: float


@fact
class SceneCleared:
    """The scene is safe, by somebody's word."""

    incident_id: str
    by: str = personal("incident_id", required=True)
