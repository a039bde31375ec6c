"""Everything that can be asked of the desk about a call, its incident, its runs and its patients, in call order.

``ground_commands`` and ``center_commands`` hold the rest, ``dispatch/command.py`` the envelope all of them come in.
A command says what a person or machine wants; ``flow`` decides which facts follow, or refuses.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.words import Outcome, Place, UnitStatus


@dataclass(frozen=True, slots=True)
class ReceiveCall:
    """Report that 120 rings; opens an incident unless one is named."""

    number: str | None = None
    words: str | None = None
    complaint: str | None = None
    place: Place | None = None
    line: str | None = None
    incident_id: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerCall:
    """Take a ringing call."""

    call_id: str
    seat: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Close the line."""

    call_id: str
    reason: str = "operator"


@dataclass(frozen=True, slots=True)
class LinkCall:
    """Join a call to an incident that is already known."""

    call_id: str
    incident_id: str


@dataclass(frozen=True, slots=True)
class Locate:
    """Fix the incident's place."""

    incident_id: str
    place: Place
    words: str | None = None


@dataclass(frozen=True, slots=True)
class WriteNote:
    """Write a line on the incident."""

    incident_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AddPatient:
    """Add a person to the incident."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class IdentifyPatient:
    """Enter the patient's name."""

    patient_id: str
    name: str


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


@dataclass(frozen=True, slots=True)
class AssignUnit:
    """Send a unit. ``seen_status`` is what the row said when it was chosen: the desk refuses if it changed."""

    incident_id: str
    unit_id: str
    reason: str | None = None
    seen_status: UnitStatus | None = None


@dataclass(frozen=True, slots=True)
class DivertUnit:
    """Take a unit off a less urgent run and send it here."""

    incident_id: str
    unit_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """Report a step of the journey; outside a run also available, cleaning, returning.

    ``assignment_id`` is the run that the crew saw when it tapped: a tap for a run that has ended meanwhile must not
    move the next one. Without it the present run is meant.
    """

    unit_id: str
    status: UnitStatus
    lon: float | None = None
    lat: float | None = None
    automatic: bool = False
    assignment_id: str | None = None


@dataclass(frozen=True, slots=True)
class EndAssignment:
    """End a run with its one coded outcome; patients without an outcome get the same. Frees the unit."""

    assignment_id: str
    outcome: Outcome
    reason: str | None = None
    risk_told: bool = False
    signed: bool = False
    witness: str | None = None


@dataclass(frozen=True, slots=True)
class HoldIncident:
    """Let the incident wait because no unit is free."""

    incident_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeIncident:
    """Put a held incident back into the queue."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class CloseIncident:
    """Close without a run, or when everybody has an outcome."""

    incident_id: str
    outcome: Outcome | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReopenIncident:
    """Open a closed incident again."""

    incident_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class BindMonitor:
    """Confirm that a monitor belongs to this patient."""

    patient_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class UnbindMonitor:
    """Take the monitor off this patient."""

    patient_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class RecordVitals:
    """Enter vitals by hand; keys hr, rr, sbp, dbp, spo2, temp_c, glucose_mmol_l, gcs, pain, etco2."""

    patient_id: str
    vitals: dict[str, float]


@dataclass(frozen=True, slots=True)
class RecordEcg:
    """Report a 12-lead whose samples have been uploaded and committed."""

    patient_id: str
    ecg_id: str
    sample_rate_hz: int
    leads: tuple[str, ...]
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReadEcg:
    """Give a physician's read of an ECG; ``reader`` names them where the account does not."""

    patient_id: str
    ecg_id: str
    reading: str
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class GiveTreatment:
    """Record a drug or procedure."""

    patient_id: str
    code: str
    dose: str | None = None


@dataclass(frozen=True, slots=True)
class EndPatient:
    """Give one patient of several their own outcome."""

    patient_id: str
    outcome: Outcome
    risk_told: bool = False
    signed: bool = False
    witness: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterTimePoint:
    """Enter a minute the system could not know."""

    patient_id: str
    point: str
    happened_at: datetime
    delay_reason: str | None = None  # why it was late, in the words of whoever enters it


@dataclass(frozen=True, slots=True)
class LeaveTimePointOpen:
    """Say that nobody here knows this minute: it stays missing and is not asked for again."""

    patient_id: str
    point: str


@dataclass(frozen=True, slots=True)
class CorrectTimePoint:
    """Correct a registered minute, with the reason; the same minute with a reason for its delay is a correction too."""

    patient_id: str
    point: str
    happened_at: datetime
    reason: str
    delay_reason: str | None = None


@dataclass(frozen=True, slots=True)
class FinishTask:
    """Say that the phone task is done."""

    task_id: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CheckDeadlines:
    """Look at the clock; only the desk itself says this."""
