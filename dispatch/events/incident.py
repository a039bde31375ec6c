"""Every fact from the ring to the register, in call order: what happened, in the past tense, complete and frozen.

``dispatch/events/center.py`` holds the facts between crew and centre, ``dispatch/events/ground.py`` those of the
ground. A fact travels inside a ``Fact`` envelope that says when it happened, who said so and with what clock. Fields
marked ``personal`` are sealed with the key of their subject before they reach storage; the hash covers the sealed
bytes. New fields get a default, a changed meaning gets a new version: tests/dispatch/golden keeps one example of
every kind for ever.
"""

from datetime import datetime
from typing import Any

from dispatch.fact import fact
from dispatch.words import (
    FiredCondition,
    Outcome,
    Place,
    PlannedActivation,
    RankingUsed,
    Reason,
    Role,
    TargetPoint,
    UnitStatus,
    personal,
)

# ---- call ----


@fact
class CallReceived:
    """120 rang."""

    call_id: str
    incident_id: str
    number: str | None = personal("call_id")
    words: str | None = personal("call_id")  # where the caller says it is
    complaint: str | None = personal("call_id")
    place: Place | None = None
    line: str | None = None
    exchange_id: str | None = None
    group: str | None = None  # the seat group that it rings at; None: at all


@fact
class CallAnswered:
    """A call-taker took the call."""

    call_id: str
    seat: str


@fact
class CallEnded:
    """The line was closed."""

    call_id: str
    reason: str  # caller | operator | lost


@fact
class CallLinked:
    """A call turned out to be about an incident that is already known."""

    call_id: str
    incident_id: str
    from_incident_id: str


@fact
class IncidentOpened:
    """Something happened at one place; the first patient is part of it from the start."""

    incident_id: str
    number: str
    call_id: str | None
    patient_id: str
    patient_code: str


# ---- location and triage ----


@fact
class IncidentLocated:
    """The incident has a place; from here on dispatch is possible."""

    incident_id: str
    place: Place
    words: str | None = personal("incident_id")
    position_id: str | None = None  # the source that a person chose


@fact
class NoteWritten:
    """Somebody wrote a line on the incident."""

    incident_id: str
    text: str | None = personal("incident_id")


@fact
class PatientAdded:
    """One more person is affected."""

    incident_id: str
    patient_id: str
    code: str


@fact
class PatientIdentified:
    """The patient's name became known."""

    patient_id: str
    name: str | None = personal("patient_id")


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


# ---- assignment and journey ----


@fact
class UnitAssigned:
    """A unit was sent, with the ranking that was on the screen."""

    assignment_id: str
    incident_id: str
    unit_id: str
    evidence: RankingUsed | None
    reason: str | None = personal("incident_id")  # why not the first of the ranking


@fact
class UnitStatusReported:
    """A unit reached a step of its journey. A late report fills the register and moves nothing backwards."""

    unit_id: str
    status: UnitStatus
    assignment_id: str | None
    lon: float | None = None
    lat: float | None = None
    automatic: bool = False  # from a geofence, not from a tap


@fact
class AssignmentEnded:
    """A run came to its one coded outcome."""

    assignment_id: str
    incident_id: str
    unit_id: str
    outcome: Outcome
    reason: str | None = personal("incident_id")
    next_status: UnitStatus = UnitStatus.RETURNING


@fact
class IncidentReturned:
    """Nobody is on the way any more; the incident is in the queue again."""

    incident_id: str
    reason: str


@fact
class IncidentHeld:
    """No unit is free: the incident waits with a call-back time."""

    incident_id: str
    review_at: datetime
    reason: str = personal("incident_id", required=True)


@fact
class IncidentResumed:
    """A held incident is back in the queue."""

    incident_id: str


@fact
class IncidentClosed:
    """Every patient has an outcome, or nobody is to be served."""

    incident_id: str
    outcome: Outcome | None
    reason: str | None = personal("incident_id")


@fact
class IncidentReopened:
    """It was not over."""

    incident_id: str
    reason: str = personal("incident_id", required=True)


# ---- patient ----


@fact
class MonitorBound:
    """A monitor belongs to this patient, by confirmation; traces before this are quarantined."""

    patient_id: str
    device_id: str


@fact
class MonitorUnbound:
    """The monitor was taken off this patient."""

    patient_id: str
    device_id: str


@fact
class VitalsRecorded:
    """Vitals entered by hand: a clinical fact. Streams from monitors are telemetry."""

    patient_id: str
    vitals: dict[str, float]


@fact
class EcgRecorded:
    """A diagnostic 12-lead was taken and its samples are durable."""

    patient_id: str
    ecg_id: str
    sample_rate_hz: int
    leads: tuple[str, ...]
    device_id: str | None = None


@fact
class EcgRead:
    """A physician read the ECG. Software never does."""

    patient_id: str
    ecg_id: str
    reading: str  # a code of center_protocols.findings
    reader: str | None = personal("patient_id")  # the physician's name where the account is not it


@fact
class TreatmentGiven:
    """A drug or procedure was given."""

    patient_id: str
    code: str
    dose: str | None = personal("patient_id")


@fact
class PatientEnded:
    """One patient's way through the system came to its one coded outcome."""

    patient_id: str
    incident_id: str
    outcome: Outcome
    risk_told: bool = False
    signed: bool = False
    witness: str | None = personal("patient_id")


# ---- register and tasks ----


@fact
class TimePointRegistered:
    """A person registered a minute that the system could not know."""

    patient_id: str
    point: str
    happened_at: datetime
    delay_reason: str | None = personal("patient_id")


@fact
class TimePointLeftOpen:
    """Whoever was asked for a minute does not know it."""

    patient_id: str
    point: str


@fact
class TimePointCorrected:
    """A registered minute was wrong; the old value stays in the journal."""

    patient_id: str
    point: str
    happened_at: datetime
    reason: str = personal("patient_id", required=True)
    delay_reason: str | None = personal("patient_id")


@fact
class TaskRaised:
    """A machine step failed: it is now a named person's phone task, on screen, with a clock."""

    task_id: str
    kind: str  # prealert_unanswered | unit_not_rolling | unit_not_accepting | held_review | calls_waiting | …
    subject: str  # "activation:…", "assignment:…", "incident:…"
    incident_id: str | None
    owner_role: Role
    due_at: datetime
    params: dict[str, str]


@fact
class TaskDone:
    """Somebody did it, or it became pointless."""

    task_id: str
    result: str  # done | moot
    note: str | None = personal("task_id")
