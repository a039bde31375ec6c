"""What is known about where it is: the sources, the estimate, and the links that callers opened."""

from dataclasses import dataclass, field
from datetime import datetime

from dispatch.events.location import PositionKept, PositionReported
from dispatch.words import Place, PossiblePlace, Reason, Role, SourceConflict, personal
from geo.places.locate import SourceKind

FUSED = "fused"  # the source of a place that follows from several
# Doubts that keep a source out of the estimate until a person chooses it.
NOT_COUNTED = frozenset({"position.null_island", "position.swapped", "position.too_wide", "position.which_datum"})
_KIND_OF = {"handset": SourceKind.HANDSET, "station": SourceKind.FIXED_LINE}


@dataclass(frozen=True, slots=True)
class Position:
    """One source's newest word; ``incident_id`` None: its telephone has not called."""

    id: str
    incident_id: str | None
    place: Place
    confidence: float
    measured_at: datetime
    received_at: datetime
    link_id: str | None = None
    alternatives: tuple[Place, ...] = ()
    outline: tuple[tuple[float, float], ...] = ()
    doubts: tuple[Reason, ...] = ()
    detail: dict[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    number: str | None = personal("id")
    indoors: str | None = personal("id")

    @property
    def counts(self) -> bool:
        """Say whether the estimate may use it."""
        return not any(each.code in NOT_COUNTED for each in self.doubts)

    @property
    def places(self) -> tuple[Place, ...]:
        """Return every place that its words can mean."""
        return (self.place, *self.alternatives)


@dataclass(frozen=True, slots=True)
class ToldPlace:
    """A place that a person or the exchange gave directly, with when."""

    place: Place
    at: datetime


@dataclass(frozen=True, slots=True)
class LocationEstimate:
    """What all sources together said when the last of them spoke."""

    at: datetime
    possible: tuple[PossiblePlace, ...]
    conflicts: tuple[SourceConflict, ...] = ()
    set_aside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One line between the caller and the seats."""

    at: datetime
    by: str
    text: str | None
    account: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that the caller sent."""

    id: str
    at: datetime
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Link:
    """A caller's own page."""

    id: str
    incident_id: str
    token_hash: str
    sent_at: datetime
    expires_at: datetime
    language: str
    number: str | None = personal("id")
    opened_at: datetime | None = None
    stream_until: datetime | None = None
    device_hash: str | None = None
    ended: str | None = None
    message: str | None = None  # what became of the text message: sent | failed | none; None: nobody has said
    messages: tuple[Message, ...] = ()
    photos: tuple[Photo, ...] = ()

    def is_valid(self, now: datetime) -> bool:
        """Say whether the page still answers."""
        return self.ended is None and now < self.expires_at


def reported(data: PositionReported, received_at: datetime) -> Position:
    """Return the row of a source's word."""
    return Position(
        data.position_id,
        data.incident_id,
        data.place,
        data.confidence,
        data.measured_at,
        received_at,
        data.link_id,
        data.alternatives,
        data.outline,
        data.doubts,
        data.detail or {},
        indoors=data.indoors,
    )


def kept(data: PositionKept, received_at: datetime) -> Position:
    """Return the row of a position whose telephone has not called."""
    return Position(
        data.position_id,
        None,
        data.place,
        data.confidence,
        data.measured_at,
        received_at,
        outline=data.outline,
        doubts=data.doubts,
        detail=data.detail or {},
        expires_at=data.expires_at,
        number=data.number,
        indoors=data.indoors,
    )


def kind_told(place: Place, role: Role) -> SourceKind:
    """Return what kind of source a place is that was given directly: whoever confirms it is a person."""
    if place.confirmed:
        return SourceKind.CREW if role is Role.CREW else SourceKind.PERSON
    return _KIND_OF.get(place.source, SourceKind.WORDS)
