"""What can be asked about what is known of a patient: findings, priority, a physician's confirmation."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RecordFindings:
    """Enter what was learned; names and values of center_protocols.findings, only what is new."""

    patient_id: str
    findings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SetPriority:
    """Override the priority; downward only with a reason."""

    incident_id: str
    priority: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmCondition:
    """Confirm a suspected condition, as a physician."""

    patient_id: str
    condition: str
