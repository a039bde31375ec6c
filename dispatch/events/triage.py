"""The facts of what is known of a patient, and what the protocols conclude."""

from typing import Any

from dispatch.fact import fact
from dispatch.words import FiredCondition, PlannedActivation, Reason, TargetPoint, personal


@fact
class FindingsRecorded:
    """Somebody learned something about the patient; only the news, in the words of center_protocols.findings."""

    patient_id: str
    incident_id: str
    findings: dict[str, Any]


@fact
class PatientAssessed:
    """The protocols drew their conclusions from the findings known so far."""

    patient_id: str
    incident_id: str
    conditions: tuple[FiredCondition, ...]
    priority: str
    required_capabilities: tuple[str, ...]
    bypass: tuple[str, ...]
    activate: tuple[str, ...]
    targets: tuple[TargetPoint, ...]
    blocked: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    protocols_version: str = "1"
    contradictions: tuple[Reason, ...] = ()  # findings that cannot all be true: named, kept, never scored
    plan: tuple[PlannedActivation, ...] = ()  # ``activate`` with deadlines
    china_triage: str | None = None  # I to IV; None before it is known


@fact
class PriorityOverridden:
    """A person set the priority; downward only with a reason."""

    incident_id: str
    priority: str
    reason: str | None = personal("incident_id")


@fact
class ConditionConfirmed:
    """A physician confirmed a condition."""

    patient_id: str
    incident_id: str
    condition: str
