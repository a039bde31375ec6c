"""The facts of danger on scene: what is known, who was told, whether the units stand off."""

from dispatch.fact import fact
from dispatch.words import personal


@fact
class SceneFlagged:
    """What is known about one danger on scene: yes, no, or unknown again."""

    incident_id: str
    flag: str  # one of dispatch.state.scene.Flag
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
