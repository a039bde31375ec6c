"""Hospitals at the end of a drive whose slow tenth takes a fifth longer."""

from collections.abc import Mapping

from center_protocols.destination import Candidate
from center_protocols.destination_costs import CenterStatus
from center_protocols.door_times import DoorTime
from center_protocols.vocabulary import Capability, Treatment

SLOWER = 1.2


def driven(
    name: str,
    capabilities: frozenset[Capability],
    eta_s: float | None,
    statuses: tuple[CenterStatus, ...] = (),
    door_times: Mapping[Treatment, DoorTime] | None = None,
) -> Candidate:
    """Return a candidate; without a road when ``eta_s`` is None."""
    slow_s = None if eta_s is None else SLOWER * eta_s
    return Candidate(name, capabilities, eta_s, statuses, dict(door_times or {}), slow_s)
