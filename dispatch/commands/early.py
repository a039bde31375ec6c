"""What can be asked around the run: stand by, replace, review a held incident, tell 110/119/122, stand off."""

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


@dataclass(frozen=True, slots=True)
class ReplaceUnit:
    """Send another unit for one that does not roll; that one's run ends, and it is out of service until it answers."""

    assignment_id: str
    unit_id: str


@dataclass(frozen=True, slots=True)
class ReviewHeld:
    """Record the call-back and re-triage of a held incident; ``found`` is one of ``REVIEW_FINDINGS``."""

    incident_id: str
    found: str
    priority: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TellService:
    """Tell 110, 119 or 122; ``stand_off`` keeps the units at a safe distance until the scene is cleared."""

    incident_id: str
    service: str
    stand_off: bool = True


@dataclass(frozen=True, slots=True)
class ReportNotice:
    """Say that a notice went out or did not; only the desk's own messenger says this."""

    incident_id: str
    service: str
    delivered: bool
    attempts: int


@dataclass(frozen=True, slots=True)
class ConfirmService:
    """Say that the service has taken it, by telephone or otherwise, with its reference."""

    incident_id: str
    service: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class StageUnits:
    """Keep the units of an incident at a safe distance."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class ClearScene:
    """Say that the scene is safe, and by whose word."""

    incident_id: str
    by: str
