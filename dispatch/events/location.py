"""The facts of finding out where it is: what was told, and what follows from it."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import Place, PossiblePlace, Reason, SourceConflict, personal


@fact
class IncidentLocated:
    """The incident has a place; from here on dispatch is possible."""

    incident_id: str
    place: Place
    words: str | None = personal("incident_id")
    position_id: str | None = None  # the source that a person chose


@fact
class PositionReported:
    """Somebody or something told where it is. The same ``position_id`` again is the newer word of the same source."""

    position_id: str
    incident_id: str
    place: Place
    confidence: float
    measured_at: datetime
    link_id: str | None = None
    alternatives: tuple[Place, ...] = ()
    outline: tuple[tuple[float, float], ...] = ()
    doubts: tuple[Reason, ...] = ()  # why it is shown and not counted, or counted with care
    detail: dict[str, str] | None = None
    indoors: str | None = personal("position_id")


@fact
class PositionKept:
    """A telephone told its position and has not called: kept apart until it does, or until ``expires_at``."""

    position_id: str
    place: Place
    confidence: float
    measured_at: datetime
    expires_at: datetime
    outline: tuple[tuple[float, float], ...] = ()
    doubts: tuple[Reason, ...] = ()
    detail: dict[str, str] | None = None
    number: str | None = personal("position_id")
    indoors: str | None = personal("position_id")


@fact
class KeptPositionExpired:
    """The telephone did not call."""

    position_id: str


@fact
class LocationEstimated:
    """What all sources together say: every possible place, best first, and who contradicts whom."""

    incident_id: str
    possible: tuple[PossiblePlace, ...]
    conflicts: tuple[SourceConflict, ...] = ()
    set_aside: tuple[str, ...] = ()  # too old to count


@fact
class IndoorsNoted:
    """Building, floor, flat, and how to get in."""

    incident_id: str
    building: str | None = personal("incident_id")
    floor: str | None = personal("incident_id")
    room: str | None = personal("incident_id")
    access: str | None = personal("incident_id")
