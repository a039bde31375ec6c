"""What can be asked about danger on scene: who is told, whether the units stand off."""

from dataclasses import dataclass


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
