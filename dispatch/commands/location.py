"""What can be asked about where it is: what machines told, what a person chose."""

from dataclasses import dataclass, field

from dispatch.words import Place


@dataclass(frozen=True, slots=True)
class Locate:
    """Fix the incident's place."""

    incident_id: str
    place: Place
    words: str | None = None


@dataclass(frozen=True, slots=True)
class ReportPosition:
    """Tell where a caller is, as a machine told it; the command's time is when it was measured.

    Whose it is: the incident, the call, the link, or the number, in this order. A number that never called is kept
    apart for some minutes. ``alternatives`` are further places that the same words can mean.
    """

    place: Place
    confidence: float = 0.68
    number: str | None = None
    incident_id: str | None = None
    link_id: str | None = None
    alternatives: tuple[Place, ...] = ()
    outline: tuple[tuple[float, float], ...] = ()  # WGS-84 lon and lat of the corners
    indoors: str | None = None
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChooseSource:
    """Say which source, and which of its places, is right; this is where it is from now on."""

    incident_id: str
    position_id: str
    alternative: int = 0  # 0: its place; n: the n-th of its alternatives


@dataclass(frozen=True, slots=True)
class NoteIndoors:
    """Enter building, floor, flat, and how to get in."""

    incident_id: str
    building: str | None = None
    floor: str | None = None
    room: str | None = None
    access: str | None = None
