"""What can be asked before a unit is sent: let the likely one stand by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrealertUnit:
    """Let the likely unit stand by before triage ends; a unit that stands by elsewhere changes over."""

    incident_id: str
    unit_id: str


@dataclass(frozen=True, slots=True)
class AcknowledgeStandby:
    """Say that the crew has heard it and goes to its vehicle."""

    unit_id: str


@dataclass(frozen=True, slots=True)
class StandDownUnit:
    """Let a unit that stands by go back to what it did."""

    unit_id: str
    reason: str | None = None
