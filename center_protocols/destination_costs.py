"""Predict the minute of treatment at a centre: the drive, the usual time behind the door, and what its status costs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from center_protocols.assessment import SECONDS_PER_MINUTE, Coded, ProtocolSettings, said_minutes
from center_protocols.vocabulary import Resource, StatusKind, Treatment

# The rooms that a treatment waits for; another busy room does not delay it.
ROOMS: Final = {
    Treatment.WIRE: frozenset({Resource.CATH_LAB}),
    Treatment.NEEDLE: frozenset({Resource.CT}),
    Treatment.GROIN: frozenset({Resource.CT, Resource.CATH_LAB}),
    Treatment.CT: frozenset({Resource.CT}),
    Treatment.OR: frozenset({Resource.OR, Resource.RESUS_BAY}),
    Treatment.OBSTETRIC_OR: frozenset({Resource.OBSTETRIC_OR, Resource.DELIVERY_ROOM}),
    Treatment.PICU: frozenset({Resource.PICU}),
    Treatment.NICU: frozenset({Resource.NICU}),
    Treatment.RESUS: frozenset({Resource.RESUS_BAY}),
    Treatment.ED: frozenset({Resource.RESUS_BAY}),
}


class CenterStatus(msgspec.Struct, frozen=True):
    """Hold what a centre says about itself: a cost with owner, reason and expiry; after its expiry nothing is known.

    ``cost_s`` is the delay that the centre itself states; ``None`` takes the default of the kind.
    """

    kind: StatusKind
    owner: str
    reason: str
    expires_at: datetime
    resource: Resource | None = None
    cost_s: float | None = None


def predicted(
    unhindered_s: float,
    treatment: Treatment,
    statuses: Iterable[CenterStatus],
    at: datetime | None,
    settings: ProtocolSettings,
) -> tuple[float, tuple[Coded, ...]]:
    """Add what every status costs to the drive and the door time, with a warning for each, expired ones included."""
    total = unhindered_s
    warnings = []
    for status in statuses:
        if at is not None and at >= status.expires_at:
            warnings.append(Coded(f"destination.status_expired.{status.kind}", {"owner": status.owner}))
            continue
        cost = _cost(status, treatment, settings)
        total += cost
        warnings.append(_warning(status, cost, at))
    return total, tuple(warnings)


def _cost(status: CenterStatus, treatment: Treatment, settings: ProtocolSettings) -> float:
    """Cost only what the patient waits for: a full house still resuscitates at once."""
    if status.resource is not None and status.resource not in ROOMS[treatment]:
        return 0
    if status.resource is None and treatment is Treatment.RESUS:
        return 0
    if status.cost_s is not None:
        return status.cost_s
    return settings.seconds(f"destination.cost_{status.kind}")


def _warning(status: CenterStatus, cost_s: float, at: datetime | None) -> Coded:
    """Name owner, reason, cost and the minutes for which it is still valid."""
    room = f".{status.resource}" if status.resource is not None else ""
    valid = "?" if at is None else round((status.expires_at - at).total_seconds() / SECONDS_PER_MINUTE)
    return Coded(
        f"destination.status_{status.kind}{room}",
        {
            "owner": status.owner,
            "reason": status.reason,
            "valid_min": valid,
            "expires_at": status.expires_at.isoformat(),
            "cost_min": said_minutes(cost_s),
        },
    )
