"""The facts of a unit that stands by, and of one that was taken away."""

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
