"""What a crew can ask: its shift, and the steps of its journey."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.words import UnitStatus


@dataclass(frozen=True, slots=True)
class SignOn:
    """Take a vehicle as its crew."""

    unit_id: str
    crew: tuple[str, ...]
    names: str | None = None


@dataclass(frozen=True, slots=True)
class SignOff:
    """Leave the vehicle."""

    unit_id: str


@dataclass(frozen=True, slots=True)
class TakeOutOfService:
    """Say that a unit cannot be sent."""

    unit_id: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """Report a step of the journey; outside a run also available, cleaning, returning.

    ``assignment_id`` is the run that the crew saw when it tapped: a tap for a run that has ended meanwhile must not
    move the next one. Without it the present run is meant.
    """

    unit_id: str
    status: UnitStatus
    lon: float | None = None
    lat: float | None = None
    automatic: bool = False
    assignment_id: str | None = None
