"""Time what runs on every keystroke: one patient assessed, two hundred centres ranked for that patient."""

from datetime import UTC, datetime, timedelta
from time import thread_time
from typing import Final

from center_protocols.assess import assess
from center_protocols.assessment import DEFAULT_SETTINGS
from center_protocols.capabilities import capabilities_of
from center_protocols.destination import Candidate, rank_destinations
from center_protocols.destination_costs import CenterStatus
from center_protocols.door_times import learned
from center_protocols.findings import Findings, findings_from
from center_protocols.vocabulary import Resource, StatusKind, Treatment
from geo.tracks.eta_range import slow_s

CENTERS: Final = 200
TIMES: Final = 40
AT: Final = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FLAGS: Final = ("chest_pain", "stroke", "trauma", "maternal", "neonatal", "paediatric")
GRADES: Final = ("三级甲等", "三级乙等", "二级甲等", "一级")
PATIENTS: Final = (
    {"ecg": {"result": "stemi", "read_by": "physician"}, "chest_pain": {"present": "yes", "duration_min": 40}},
    {"stroke": {"face_droop": "yes", "race": {"total": 7}}, "last_known_well_at": "2026-11-21T01:00:00Z"},
    {"trauma": {"unstable_chest_wall": "yes"}, "vitals": {"sbp": 84, "hr": 128, "rr": 26, "gcs_motor": 5}},
    {"responsive": "no", "breathing": "gasping"},
    {"age": {"value": 3, "unit": "years"}, "child": {"fitting_now": "yes"}, "vitals": {"hr": 170, "spo2": 88}},
    {"obstetric": {"pregnant": "yes", "weeks": 34, "heavy_bleeding": "yes"}, "vitals": {"sbp": 86, "hr": 125}},
    {"complaint": "minor", "responsive": "yes", "breathing": "normal"},
)


def assess_and_rank() -> list[float]:
    """Return the processor seconds that each assessment with its ranking took: another process cannot lengthen them."""
    candidates = [_center(number) for number in range(CENTERS)]
    patients = [findings_from(row) for row in PATIENTS]
    for findings in patients:
        _timed(findings, candidates)
    return [_timed(findings, candidates) for _ in range(TIMES) for findings in patients]


def _timed(findings: Findings, candidates: list[Candidate]) -> float:
    started = thread_time()
    rank_destinations(assess(findings, AT), candidates, AT)
    return thread_time() - started


def _center(number: int) -> Candidate:
    """Furnish one hospital of a large city: some are full, some have learned their door times, few do everything."""
    flags = {flag: (number + place) % (place + 2) == 0 for place, flag in enumerate(FLAGS)}
    busy = CenterStatus(StatusKind.RESOURCE_BUSY, "desk", "in use", AT + timedelta(hours=1), Resource.CATH_LAB)
    doors = {Treatment.WIRE: learned(Treatment.WIRE, (60.0, 75.0, 80.0), DEFAULT_SETTINGS)}
    eta_s = 120.0 + 37.0 * (number * 7 % CENTERS)
    return Candidate(
        f"H{number:03}",
        capabilities_of(flags, GRADES[number % len(GRADES)], ("ed",)),
        eta_s,
        (busy,) if number % 3 == 0 else (),
        doors if number % 2 == 0 else {},
        slow_s(eta_s),
    )
