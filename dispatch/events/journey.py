"""The facts of a crew: its shift, and the steps of its journey."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import UnitStatus, personal


@fact
class CrewSignedOn:
    """A crew took a vehicle: from now on it can be available."""

    unit_id: str
    crew: tuple[str, ...]  # roles on board: doctor, nurse, driver
    names: str | None = personal("unit_id")


@fact
class CrewSignedOff:
    """The crew left the vehicle."""

    unit_id: str


@fact
class UnitOutOfService:
    """A unit cannot be sent, for a reason and until a time (None: until further notice)."""

    unit_id: str
    reason: str = personal("unit_id", required=True)
    until: datetime | None = None


@fact
class UnitStatusReported:
    """A unit reached a step of its journey. A late report fills the register and moves nothing backwards."""

    unit_id: str
    status: UnitStatus
    assignment_id: str | None
    lon: float | None = None
    lat: float | None = None
    automatic: bool = False  # from a geofence, not from a tap
