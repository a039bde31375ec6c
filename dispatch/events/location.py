"""The facts of finding out where it is: what was told, what follows from it, and the link that a caller opens."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import Place, PossiblePlace, Reason, SourceConflict, personal


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


@fact
class LinkSent:
    """A caller got a page of their own; the token itself is nowhere kept."""

    link_id: str
    incident_id: str
    token_hash: str
    expires_at: datetime
    language: str
    number: str | None = personal("link_id")


@fact
class LinkMessageReported:
    """The text message with the link went out, or did not."""

    link_id: str
    incident_id: str
    fate: str  # sent | failed | none: nothing sends text messages here


@fact
class LinkOpened:
    """The caller opened the page; from here on its position is taken for some minutes."""

    link_id: str
    incident_id: str
    stream_until: datetime
    device_hash: str  # of what only the browser knows that opened it


@fact
class LinkEnded:
    """The link counts no more."""

    link_id: str
    incident_id: str
    reason: str  # replaced | ended


@fact
class MessageWritten:
    """A line between the caller and the seats."""

    link_id: str
    incident_id: str
    by: str  # caller | seat
    text: str | None = personal("link_id")


@fact
class PhotoSent:
    """The caller sent a photo; its bytes are durable."""

    link_id: str
    incident_id: str
    photo_id: str
    size_bytes: int
