"""The facts of a centre's rooms and beds: how many, which are in use, who waits for one."""

from datetime import datetime

from dispatch.fact import fact


@fact
class ResourceCounted:
    """A centre said how many of a resource it has; 1 until it says so."""

    center_id: str
    resource: str
    count: int


@fact
class ResourceInUse:
    """A patient is in the room that was held: busy until it is freed, or as long as such a case usually takes."""

    reservation_id: str
    activation_id: str
    center_id: str
    resource: str
    until: datetime


@fact
class ResourceFreed:
    """A room is free again: somebody said so, or the usual time is over."""

    reservation_id: str
    center_id: str
    resource: str
    reason: str  # freed | over


@fact
class ReservationPlaced:
    """Several patients want one room: ``place`` 0 has it, 1 is the first to wait; ``because`` says what decided."""

    reservation_id: str
    activation_id: str
    center_id: str
    resource: str
    place: int
    because: str  # arrived | priority | earlier | in_use | free
