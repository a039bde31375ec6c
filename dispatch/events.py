"""Every fact of the system, in call order: what happened, in the past tense, complete and frozen.

A fact travels inside a ``Fact`` envelope that says when it happened, who said so and with what clock. Fields marked
``personal`` are sealed with the key of their subject before they reach storage; the hash covers the sealed bytes.
New fields get a default, a changed meaning gets a new version: tests/dispatch/golden keeps one example of every kind
for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

ERASED = "␀erased"  # what a personal field reads as once its subject's key is destroyed; not a value anyone can type


def personal(subject_field: str, *, default: Any = None) -> Any:  # noqa: ANN401 - dataclasses.field has no better type
    """Mark a text field as personal: sealed under the key of the subject named by ``subject_field``."""
    return field(default=default, metadata={"personal_of": subject_field})


class Role(StrEnum):
    """Who may speak. ``system`` is the desk's own deadline clock, ``service`` a machine such as the exchange."""

    CALL_TAKER = "call_taker"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    CREW = "crew"
    DEPARTMENT = "department"
    REMOTE_PHYSICIAN = "remote_physician"
    ADMIN = "admin"
    SERVICE = "service"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Say who acted, with what rights, and for whom a voice report was entered."""

    account: str
    role: Role
    unit_id: str | None = None
    center_id: str | None = None
    entered_for: str | None = None  # "crew of U012 by radio": anyone's step can be entered for them, marked so


class ClockSource(StrEnum):
    """Which clock gave a time."""

    SERVER = "server"
    DEVICE = "device"  # a tablet's clock, corrected by the measured offset
    HUMAN = "human"  # typed by a person


@dataclass(frozen=True, slots=True)
class Place:
    """A position as it was reported. ``point`` is WGS-84; ``datum`` says what the source spoke before conversion."""

    lon: float
    lat: float
    radius_m: float
    datum: str  # wgs84 | gcj02 | bd09, as received
    source: str  # handset | map_click | gazetteer | caller_words | station | import
    confirmed: bool = False


class UnitStatus(StrEnum):
    """Where a unit stands in its journey; the order of the list is the order of a run."""

    AVAILABLE = "available"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    AT_PATIENT = "at_patient"
    PATIENT_LOADED = "patient_loaded"
    TRANSPORTING = "transporting"
    AT_HOSPITAL = "at_hospital"
    STRETCHER_HELD = "stretcher_held"
    HANDED_OVER = "handed_over"
    CLEANING = "cleaning"
    RETURNING = "returning"
    OUT_OF_SERVICE = "out_of_service"


class Outcome(StrEnum):
    """How an assignment, and each patient, ended: exactly one of these."""

    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    NOT_FOUND = "not_found"
    SELF_CONVEYED = "self_conveyed"
    REFUSED = "refused"
    TREATED_ON_SCENE = "treated_on_scene"
    DEATH_ON_SCENE = "death_on_scene"
    HANDED_TO_OTHER_UNIT = "handed_to_other_unit"


@dataclass(frozen=True, slots=True)
class EtaRow:
    """One candidate as it was ranked when a decision was taken; ``eta_s`` None means unreachable."""

    id: str
    eta_s: float | None
    rank: int


@dataclass(frozen=True, slots=True)
class RankingUsed:
    """The evidence a decision used, so that any day can be replayed, and replayed under another rule."""

    weights_epoch: int
    computed_at: datetime
    rows: tuple[EtaRow, ...]
    rule: str  # name and version of the rule that ranked


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of the catalogue with the parameters of its sentence, and the source it rests on."""

    code: str
    params: dict[str, str | int | float] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class FiredCondition:
    """A suspected or confirmed condition with the evidence that fired it."""

    code: str
    status: str  # suspected | confirmed
    evidence: tuple[Reason, ...]
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TargetPoint:
    """A time point that is now expected, with its target."""

    code: str
    since: str | None
    target_min: float | None
    source: str


# ---- the ground the city stands on
# -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CenterListed:
    """A hospital entered the city's list with the capabilities it declares."""

    center_id: str
    name: str
    grade: str
    lon: float
    lat: float
    kinds: tuple[str, ...]  # chest_pain, stroke, trauma, maternal, neonatal, paediatric
    capabilities: tuple[str, ...]
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class UnitCommissioned:
    """A vehicle with its equipment joined a station."""

    unit_id: str
    call_sign: str
    station_id: str
    station_name: str
    lon: float
    lat: float
    level: str = "als"  # als | bls
    equipment: tuple[str, ...] = ()  # negative_pressure, incubator, ecmo, ...


@dataclass(frozen=True, slots=True)
class CrewSignedOn:
    """A crew took a vehicle: from now on it can be available."""

    unit_id: str
    crew: tuple[str, ...]  # roles on board: doctor, nurse, driver
    names: str | None = personal("unit_id")


@dataclass(frozen=True, slots=True)
class CrewSignedOff:
    """The crew left the vehicle."""

    unit_id: str


@dataclass(frozen=True, slots=True)
class UnitOutOfService:
    """A unit cannot be sent, for a reason and until a time (None: until further notice)."""

    unit_id: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CenterStatusReported:
    """A centre said how it stands. Full is not closed: a cost with owner, reason and expiry, never a gate."""

    center_id: str
    topic: str  # diversion | full | a resource code such as cath_lab
    state: str  # open | busy | closed | unknown
    owner: str
    reason: str | None
    expires_at: datetime


# ---- call
# --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallReceived:
    """120 rang."""

    call_id: str
    incident_id: str
    number: str | None = personal("call_id")
    words: str | None = personal("call_id")  # where the caller says it is
    complaint: str | None = personal("call_id")
    place: Place | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """A call-taker took the call."""

    call_id: str
    seat: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The line was closed."""

    call_id: str
    reason: str  # caller | operator | lost


@dataclass(frozen=True, slots=True)
class CallLinked:
    """A call turned out to be about an incident that is already known."""

    call_id: str
    incident_id: str
    from_incident_id: str


@dataclass(frozen=True, slots=True)
class IncidentOpened:
    """Something happened at one place; the first patient is part of it from the start."""

    incident_id: str
    number: str
    call_id: str | None
    patient_id: str
    patient_code: str


# ---- location and triage
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IncidentLocated:
    """The incident has a place; from here on dispatch is possible."""

    incident_id: str
    place: Place
    words: str | None = personal("incident_id")


@dataclass(frozen=True, slots=True)
class NoteWritten:
    """Somebody wrote a line on the incident."""

    incident_id: str
    text: str | None = personal("incident_id")


@dataclass(frozen=True, slots=True)
class PatientAdded:
    """One more person is affected."""

    incident_id: str
    patient_id: str
    code: str


@dataclass(frozen=True, slots=True)
class PatientIdentified:
    """The patient's name became known."""

    patient_id: str
    name: str | None = personal("patient_id")


@dataclass(frozen=True, slots=True)
class FindingsRecorded:
    """Somebody learned something about the patient; only the news, in the words of center_protocols.findings."""

    patient_id: str
    incident_id: str
    findings: dict[str, Any]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class PriorityOverridden:
    """A person set the priority; downward only with a reason."""

    incident_id: str
    priority: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class ConditionConfirmed:
    """A physician confirmed a condition."""

    patient_id: str
    incident_id: str
    condition: str


# ---- assignment and journey
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitAssigned:
    """A unit was sent, with the ranking that was on the screen."""

    assignment_id: str
    incident_id: str
    unit_id: str
    evidence: RankingUsed | None
    reason: str | None = None  # why not the first of the ranking


@dataclass(frozen=True, slots=True)
class UnitStatusReported:
    """A unit reached a step of its journey. A late report fills the register and moves nothing backwards."""

    unit_id: str
    status: UnitStatus
    assignment_id: str | None
    lon: float | None = None
    lat: float | None = None
    automatic: bool = False  # from a geofence, not from a tap


@dataclass(frozen=True, slots=True)
class AssignmentEnded:
    """A run came to its one coded outcome."""

    assignment_id: str
    incident_id: str
    unit_id: str
    outcome: Outcome
    reason: str | None = None
    next_status: UnitStatus = UnitStatus.RETURNING


@dataclass(frozen=True, slots=True)
class IncidentReturned:
    """Nobody is on the way any more; the incident is in the queue again."""

    incident_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentHeld:
    """No unit is free: the incident waits with a call-back time."""

    incident_id: str
    reason: str
    review_at: datetime


@dataclass(frozen=True, slots=True)
class IncidentResumed:
    """A held incident is back in the queue."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class IncidentClosed:
    """Every patient has an outcome, or nobody is to be served."""

    incident_id: str
    outcome: Outcome | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentReopened:
    """It was not over."""

    incident_id: str
    reason: str


# ---- patient
# -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonitorBound:
    """A monitor belongs to this patient, by confirmation; traces before this are quarantined."""

    patient_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class MonitorUnbound:
    """The monitor was taken off this patient."""

    patient_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class VitalsRecorded:
    """Vitals entered by hand: a clinical fact. Streams from monitors are telemetry."""

    patient_id: str
    vitals: dict[str, float]


@dataclass(frozen=True, slots=True)
class EcgRecorded:
    """A diagnostic 12-lead was taken and its samples are durable."""

    patient_id: str
    ecg_id: str
    sample_rate_hz: int
    leads: tuple[str, ...]
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class EcgRead:
    """A physician read the ECG. Software never does."""

    patient_id: str
    ecg_id: str
    reading: str  # a code of center_protocols.findings


@dataclass(frozen=True, slots=True)
class TreatmentGiven:
    """A drug or procedure was given."""

    patient_id: str
    code: str
    dose: str | None = None


@dataclass(frozen=True, slots=True)
class PatientEnded:
    """One patient's way through the system came to its one coded outcome."""

    patient_id: str
    incident_id: str
    outcome: Outcome
    risk_told: bool = False
    signed: bool = False
    witness: str | None = personal("patient_id")


# ---- destination, activation, handoff
# ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DestinationChosen:
    """The crew doctor decided where to; another choice than the first is recorded with the risk told."""

    patient_id: str
    incident_id: str
    center_id: str
    assignment_id: str | None  # the run that carries the patient
    chosen_by: str  # crew_doctor | patient_or_family | dispatcher
    evidence: RankingUsed | None
    reason: str | None = None
    risk_told: bool = False


@dataclass(frozen=True, slots=True)
class ActivationSent:
    """A centre was told what is coming. ``early`` only for arrest and imminent delivery."""

    activation_id: str
    patient_id: str
    incident_id: str
    center_id: str
    conditions: tuple[FiredCondition, ...]
    bypass: tuple[str, ...]
    activate: tuple[str, ...]
    eta_s: float | None
    acknowledge_by: datetime
    early: bool = False


@dataclass(frozen=True, slots=True)
class ActivationReceived:
    """The wall has shown it."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class ActivationAcknowledged:
    """A person at the centre answered."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class TeamReady:
    """The team stands there."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class PatientArrived:
    """The patient passed the gate."""

    activation_id: str
    patient_id: str


@dataclass(frozen=True, slots=True)
class PatientAccepted:
    """The centre took over."""

    activation_id: str
    patient_id: str


@dataclass(frozen=True, slots=True)
class ActivationRedirected:
    """The patient goes elsewhere; the first centre is told and must say so."""

    activation_id: str
    to_center_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActivationCancelled:
    """Nobody comes."""

    activation_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActivationEndAcknowledged:
    """The centre has seen that the patient goes elsewhere or does not come."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class ResourceReserved:
    """A cath lab, CT, OR, bed is held, and for how long."""

    reservation_id: str
    activation_id: str
    center_id: str
    resource: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ResourceReady:
    """The held resource is ready: called and ready are two points."""

    activation_id: str
    resource: str


@dataclass(frozen=True, slots=True)
class ReservationEnded:
    """The hold ended: used, released, or expired."""

    reservation_id: str
    activation_id: str
    center_id: str
    reason: str  # used | released | expired


@dataclass(frozen=True, slots=True)
class HandoffCompleted:
    """Who gave whom what, where."""

    patient_id: str
    activation_id: str | None
    center_id: str
    where: str  # ed | cath_lab | or | icu | ct | delivery_suite | nicu | picu
    bypassed_ed: bool
    given_by: str
    taken_by: str | None = personal("patient_id")
    signed: bool = False  # signatures can follow and never hold the stretcher


# ---- register and tasks
# ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimePointRegistered:
    """A person registered a minute that the system could not know."""

    patient_id: str
    point: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class TimePointCorrected:
    """A registered minute was wrong; the old value stays in the journal."""

    patient_id: str
    point: str
    happened_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class TaskRaised:
    """A machine step failed: it is now a named person's phone task, on screen, with a clock."""

    task_id: str
    kind: str  # prealert_unanswered | unit_not_rolling | unit_not_accepting | held_review | end_unacknowledged
    subject: str  # "activation:…", "assignment:…", "incident:…"
    incident_id: str | None
    owner_role: Role
    due_at: datetime
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class TaskDone:
    """Somebody did it, or it became pointless."""

    task_id: str
    result: str  # done | moot
    note: str | None = personal("task_id")


FACTS = (
    CenterListed,
    UnitCommissioned,
    CrewSignedOn,
    CrewSignedOff,
    UnitOutOfService,
    CenterStatusReported,
    CallReceived,
    CallAnswered,
    CallEnded,
    CallLinked,
    IncidentOpened,
    IncidentLocated,
    NoteWritten,
    PatientAdded,
    PatientIdentified,
    FindingsRecorded,
    PatientAssessed,
    PriorityOverridden,
    ConditionConfirmed,
    UnitAssigned,
    UnitStatusReported,
    AssignmentEnded,
    IncidentReturned,
    IncidentHeld,
    IncidentResumed,
    IncidentClosed,
    IncidentReopened,
    MonitorBound,
    MonitorUnbound,
    VitalsRecorded,
    EcgRecorded,
    EcgRead,
    TreatmentGiven,
    PatientEnded,
    DestinationChosen,
    ActivationSent,
    ActivationReceived,
    ActivationAcknowledged,
    TeamReady,
    PatientArrived,
    PatientAccepted,
    ActivationRedirected,
    ActivationCancelled,
    ActivationEndAcknowledged,
    ResourceReserved,
    ResourceReady,
    ReservationEnded,
    HandoffCompleted,
    TimePointRegistered,
    TimePointCorrected,
    TaskRaised,
    TaskDone,
)
KINDS: dict[str, type] = {kind.__name__: kind for kind in FACTS}
VERSIONS: dict[str, int] = dict.fromkeys(KINDS, 1)

# The ids that name what a fact is about; they become its subjects, in this order.
SUBJECT_FIELDS = {
    "call_id": "call",
    "incident_id": "incident",
    "from_incident_id": "incident",
    "patient_id": "patient",
    "unit_id": "unit",
    "assignment_id": "assignment",
    "center_id": "center",
    "to_center_id": "center",
    "activation_id": "activation",
    "reservation_id": "reservation",
    "task_id": "task",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One numbered fact: the envelope every reader of the journal sees."""

    seq: int
    at: datetime  # when it happened, aware UTC
    recorded_at: datetime
    clock: ClockSource
    uncertainty_s: float
    actor: Actor
    command_id: str
    data: Any  # one of FACTS

    @property
    def kind(self) -> str:
        """Name the fact."""
        return type(self.data).__name__


def subjects_of(data: Any) -> tuple[str, ...]:  # noqa: ANN401 - any of FACTS
    """Return "incident:01H…"-like subjects of a fact, without repeats."""
    found = (
        f"{word}:{value}" for name, word in SUBJECT_FIELDS.items() if (value := getattr(data, name, None)) is not None
    )
    return tuple(dict.fromkeys(found))


def personal_fields(kind: type) -> tuple[tuple[str, str], ...]:
    """Return (field, subject field) of every personal field of a fact or row class."""
    return tuple((f.name, f.metadata["personal_of"]) for f in fields(kind) if "personal_of" in f.metadata)


PERSONAL: dict[type, tuple[tuple[str, str], ...]] = {kind: personal_fields(kind) for kind in FACTS}


@dataclass(frozen=True, slots=True)
class Stored:
    """The part of a fact that goes into the stored body: everything the journal's own columns do not hold."""

    actor: Actor
    clock: ClockSource
    uncertainty_s: float
    data: dict[str, Any]


def encode_body(fact: Fact, seal: Callable[[str, str], str]) -> bytes:
    """Return the JSON body of a fact with its personal fields sealed by ``seal(subject, text)``."""
    data = msgspec.to_builtins(fact.data)
    for name, subject_field in PERSONAL[type(fact.data)]:
        if data[name] is not None:
            data[name] = seal(f"{SUBJECT_FIELDS[subject_field]}:{data[subject_field]}", data[name])
    return msgspec.json.encode(Stored(fact.actor, fact.clock, fact.uncertainty_s, data))


def decode_body(kind: str, body: bytes, unseal: Callable[[str], str | None]) -> tuple[Stored, Any]:
    """Read a stored body back; ``unseal`` returns None for an erased subject, which reads as ``ERASED``."""
    stored = msgspec.json.decode(body, type=Stored)
    fact_class = KINDS[kind]
    for name, _ in PERSONAL[fact_class]:
        token = stored.data.get(name)
        if token is not None:
            opened = unseal(token)
            stored.data[name] = ERASED if opened is None else opened
    return stored, msgspec.convert(stored.data, type=fact_class)
