"""The register of one patient: every minute from the ring to the acceptance, with its target and what was missed."""

from dataclasses import dataclass
from datetime import datetime

from center_protocols.assess import assess
from center_protocols.assessment import ExpectedTimePoint
from center_protocols.findings import NOTHING_KNOWN
from center_protocols.process_points import process_points
from center_protocols.timepoints import (
    KNOWN_TO_CREW,
    KNOWN_TO_DEPARTMENT,
    ClockQuality,
    IntervalRow,
    Point,
    intervals,
    register,
)
from center_protocols.timepoints import RegisterRow as ProtocolRow
from center_protocols.vocabulary import RowStatus, TimePoint
from dispatch.state.city import City
from dispatch.state.incident import Patient, PointRow, Points
from dispatch.words import ClockSource

CLOCKS = {
    ClockSource.SERVER: ClockQuality.SYNCHRONISED,
    ClockSource.DEVICE: ClockQuality.DEVICE,
    ClockSource.HUMAN: ClockQuality.REPORTED,
}


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One line of the register as the screens show it."""

    point: str
    at: datetime | None
    since: str | None
    target_min: float | None
    due_at: datetime | None
    minutes: float | None
    status: str
    source: str
    clock: str | None
    by: str | None
    entered_for: str | None
    corrections: int
    floor_min: float | None = None
    delay_reason: str | None = None
    ask: str | None = None  # crew | department: who is asked for it, once, after the handover


def points_of(city: City, patient: Patient) -> Points:
    """Return every minute that concerns a patient: the incident's, the run's, then their own (which win)."""
    incident = city.incidents[patient.incident_id]
    run_id = patient.assignment_id or next(reversed(incident.assignment_ids), None)
    run_points = city.assignments[run_id].points if run_id is not None else {}
    return {**incident.points, **run_points, **patient.points}


def register_rows(city: City, patient_id: str, now: datetime) -> tuple[RegisterRow, ...]:
    """Return the patient's register at this minute."""
    patient = city.patients[patient_id]
    known = points_of(city, patient)
    expected = expected_of(patient)
    whole = [*expected, *process_points((each.code for each in patient.conditions), (row.code for row in expected))]
    rows = register(whole, protocol_points(known), now=now, closed=patient.outcome is not None)
    return tuple(_row(row, known.get(row.code), asked(patient, row)) for row in rows)


def expected_of(patient: Patient) -> list[ExpectedTimePoint]:
    """Return the points that are expected of this patient; before anything is known, those of every call."""
    if not patient.targets:
        return list(assess(NOTHING_KNOWN).time_points)
    return [
        ExpectedTimePoint(
            TimePoint(row.code),
            TimePoint(row.since) if row.since else None,
            row.target_min,
            row.source,
            row.floor_min,
            row.optional,
        )
        for row in patient.targets
    ]


def interval_rows(city: City, patient_id: str) -> tuple[IntervalRow, ...]:
    """Return the named intervals (FMC2ECG, D2W, DNT, ...) of a patient, in minutes."""
    return intervals(protocol_points(points_of(city, city.patients[patient_id])))


def protocol_points(known: Points) -> list[Point]:
    """Return registered minutes as the protocols read them."""
    return [
        Point(TimePoint(code), row.at, row.by, CLOCKS[ClockSource(row.clock)], row.delay_reason or "")
        for code, row in known.items()
    ]


def asked(patient: Patient, row: ProtocolRow) -> str | None:
    """Say who is asked for a minute: nobody before the handover, nobody twice, nobody for what need not be."""
    if patient.handoff is None or row.at is not None or row.code in patient.left_open:
        return None
    if row.status not in (RowStatus.MISSING, RowStatus.PENDING):
        return None
    if row.code in KNOWN_TO_CREW:
        return "crew"
    return "department" if row.code in KNOWN_TO_DEPARTMENT else None


def _row(row: ProtocolRow, point: PointRow | None, ask: str | None) -> RegisterRow:
    return RegisterRow(
        row.code,
        row.at,
        row.since,
        row.target_min,
        row.due_at,
        row.minutes,
        row.status,
        row.source,
        point.clock if point else None,
        point.by if point else None,
        point.entered_for if point else None,
        point.corrections if point else 0,
        row.floor_min,
        point.delay_reason if point else None,
        ask,
    )
