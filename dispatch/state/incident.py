"""Incidents and patients: their state, one transition table, and what each fact changes.

A missing entry in ``INCIDENT_STEPS`` is the refusal. Time points are kept where they happened: the first registration
wins, late facts fill gaps, only a correction replaces a value.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from dispatch import events as e
from dispatch.state.consult import AdviceWanted, Order, Reading, Specialist, TeamLine
from dispatch.state.direct import Consent, Dispute, HandoffTold, Registration, Signature
from dispatch.state.location import LocationEstimate, ToldPlace
from dispatch.state.scene import Notice, Staging
from dispatch.words import FiredCondition, Outcome, Place, PlannedActivation, Reason, TargetPoint, personal


class IncidentPhase(StrEnum):
    """Where an incident stands."""

    UNLOCATED = "unlocated"
    WAITING = "waiting"
    HELD = "held"
    UNDERWAY = "underway"
    CLOSED = "closed"


U, W, H, R, X = IncidentPhase
INCIDENT_STEPS: dict[tuple[IncidentPhase, type], IncidentPhase] = {
    (U, e.IncidentLocated): W,
    (W, e.IncidentLocated): W,
    (H, e.IncidentLocated): H,
    (R, e.IncidentLocated): R,
    (W, e.UnitAssigned): R,
    (H, e.UnitAssigned): R,
    (R, e.UnitAssigned): R,
    (R, e.IncidentReturned): W,
    (W, e.IncidentHeld): H,
    (H, e.IncidentHeld): H,
    (H, e.IncidentResumed): W,
    (U, e.IncidentClosed): X,
    (W, e.IncidentClosed): X,
    (H, e.IncidentClosed): X,
    (R, e.IncidentClosed): X,
    (X, e.IncidentReopened): W,
}


@dataclass(frozen=True, slots=True)
class PointRow:
    """One registered minute: when, how known, by whom, and how often corrected."""

    at: datetime
    recorded_at: datetime
    clock: str
    uncertainty_s: float
    by: str
    entered_for: str | None = None
    corrections: int = 0
    reason: str | None = None
    delay_reason: str | None = None


Points = dict[str, PointRow]
NEWBORN_DAYS = 28  # WHO: the newborn period


def with_point(points: Points, point: str, row: PointRow) -> Points:
    """Register a minute unless it is known already: the first registration wins."""
    return points if point in points else {**points, point: row}


def corrected(points: Points, point: str, row: PointRow, reason: str) -> Points:
    """Replace a minute and count the correction; the old value stays in the journal, a reason for delay stays on it."""
    earlier = points.get(point)
    corrections = 1 if earlier is None else earlier.corrections + 1
    delay_reason = row.delay_reason or (None if earlier is None else earlier.delay_reason)
    return {**points, point: replace(row, corrections=corrections, reason=reason, delay_reason=delay_reason)}


# What a call-back to a held incident can find.
REVIEW_FINDINGS = ("unchanged", "worse", "better", "no_answer")


@dataclass(frozen=True, slots=True)
class TakenUnit:
    """Which unit an incident lost, and to which other incident; None: it went off by itself."""

    unit_id: str
    for_incident_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """What happened at one place."""

    id: str
    number: str
    phase: IncidentPhase
    opened_at: datetime
    call_ids: tuple[str, ...]
    patient_ids: tuple[str, ...]
    assignment_ids: tuple[str, ...] = ()
    activation_ids: tuple[str, ...] = ()
    place: Place | None = None
    words: str | None = personal("id")
    complaint: str | None = personal("id")
    priority: str | None = None  # None: not yet assessed
    priority_reason: str | None = personal("id")
    priority_fixed: bool = False  # a person set it
    waiting_since: datetime | None = None
    review_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    points: Points = field(default_factory=dict)
    seat: str | None = None  # the seat that looks after it
    position_ids: tuple[str, ...] = ()  # the sources of its location
    told: dict[str, ToldPlace] = field(default_factory=dict)  # by kind: places that were given directly
    estimate: LocationEstimate | None = None
    link_ids: tuple[str, ...] = ()
    building: str | None = personal("id")
    floor: str | None = personal("id")
    room: str | None = personal("id")
    access: str | None = personal("id")
    standby_unit_ids: tuple[str, ...] = ()
    taken: TakenUnit | None = None  # until another unit is sent
    reviews: int = 0  # call-backs while it was held
    flags: dict[str, str] = field(default_factory=dict)  # danger on scene: yes | no | unknown
    notices: dict[str, Notice] = field(default_factory=dict)  # by service: 110, 119, 122
    staging: Staging | None = None


@dataclass(frozen=True, slots=True)
class Ecg:
    """A diagnostic 12-lead and who read it as what."""

    id: str
    at: datetime
    sample_rate_hz: int
    leads: tuple[str, ...]
    reading: str | None = None
    read_by: str | None = None
    read_at: datetime | None = None
    readings: tuple[Reading, ...] = ()  # everybody's, in order; ``reading`` is the last of them


@dataclass(frozen=True, slots=True)
class Treatment:
    """A drug or procedure that was given."""

    code: str
    dose: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class VitalsEntry:
    """Vitals entered by hand, with their time."""

    at: datetime
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Handoff:
    """Who gave whom what, where, when."""

    at: datetime
    center_id: str
    where: str
    bypassed_ed: bool
    given_by: str
    taken_by: str | None
    signed: bool
    told: tuple[HandoffTold, ...] = ()  # every version, in the order in which they came
    signatures: tuple[Signature, ...] = ()
    disputes: tuple[Dispute, ...] = ()


@dataclass(frozen=True, slots=True)
class Photo:
    """A crew's photo: when it was taken, by which account."""

    id: str
    at: datetime
    by: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class RecordSeal:
    """Since when and by whom a record is under seal (封存)."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Erased:
    """When, by whom and why a patient was forgotten; the digest of what was removed once it is gone."""

    at: datetime
    by: str
    why: str
    subjects: tuple[str, ...]
    digest: str | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Worn:
    """From when until when a monitor was confirmed to be on a patient; ``until`` None: it still is."""

    device_id: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """One person: what is known, what follows from it, where they go."""

    id: str
    incident_id: str
    code: str
    name: str | None = personal("id")
    findings: dict[str, Any] = field(default_factory=dict)
    findings_at: datetime | None = None
    conditions: tuple[FiredCondition, ...] = ()
    priority: str | None = None
    required_capabilities: tuple[str, ...] = ()
    bypass: tuple[str, ...] = ()
    activate: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    targets: tuple[TargetPoint, ...] = ()
    contradictions: tuple[Reason, ...] = ()
    plan: tuple[PlannedActivation, ...] = ()
    china_triage: str | None = None
    device_id: str | None = None
    device_bound_at: datetime | None = None
    worn: tuple[Worn, ...] = ()  # every monitor that was on this patient, oldest first
    vitals: VitalsEntry | None = None
    ecgs: tuple[Ecg, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    assignment_id: str | None = None  # the run that carries the patient
    center_id: str | None = None  # the confirmed destination
    chosen_by: str | None = None
    choice_reason: str | None = personal("id")
    risk_told: bool = False
    activation_id: str | None = None  # the live one
    consents: tuple[Consent, ...] = ()
    registrations: tuple[Registration, ...] = ()
    advice_wanted: AdviceWanted | None = None  # until a specialist has joined
    specialists: tuple[Specialist, ...] = ()
    reader_link_ids: tuple[str, ...] = ()
    lines: tuple[TeamLine, ...] = ()
    orders: tuple[Order, ...] = ()
    handoff: Handoff | None = None
    outcome: Outcome | None = None
    points: Points = field(default_factory=dict)
    photos: tuple[Photo, ...] = ()
    sealed: RecordSeal | None = None
    erased: Erased | None = None
    left_open: tuple[str, ...] = ()  # minutes that whoever was asked does not know


def wore(patient: Patient, device_id: str | None, at: datetime) -> bool:
    """Say whether a monitor was confirmed to be on the patient at a moment; others stay in quarantine."""
    for each in patient.worn:  # no generator: this is asked for every chunk of every trace
        if each.device_id == device_id and each.since <= at and (each.until is None or at < each.until):
            return True
    return False


def age_band(findings: dict[str, Any]) -> str:
    """Return an age as ten years: enough to prepare and to compare, too little to know who it is."""
    age = findings.get("age")
    if not isinstance(age, dict) or not isinstance(age.get("value"), int | float):
        return "unknown"
    value, unit = age["value"], age.get("unit", "years")
    if unit == "days":
        return "newborn" if value <= NEWBORN_DAYS else "infant"
    years = int(value // 12 if unit == "months" else value)
    if years < 1:
        return "infant"
    low = max(1, years // 10 * 10)
    return f"{low}-{low // 10 * 10 + 9}"


def merged_findings(known: dict[str, Any], learned: dict[str, Any]) -> dict[str, Any]:
    """Return what is known after something was learned: groups merge item by item, everything else is replaced."""
    groups = {
        name: merged_findings(known[name], value)
        for name, value in learned.items()
        if isinstance(value, dict) and isinstance(known.get(name), dict)
    }
    return {**known, **learned, **groups}
