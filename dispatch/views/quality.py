"""The quality of a city's work: indicators over every patient who was handed over or whose case ended otherwise."""

from collections.abc import Iterator
from datetime import datetime

from center_protocols.indicators import QualityCase
from center_protocols.vocabulary import Condition, Known, TimePoint
from dispatch.state.city import City
from dispatch.state.incident import Patient
from dispatch.views.register import points_of, protocol_points

CATH_LAB = "cath_lab"


def quality_cases(city: City, since: datetime | None = None, center_id: str | None = None) -> Iterator[QualityCase]:
    """Yield every ended case that was opened since then, of one centre or of all."""
    for patient in city.patients.values():
        opened_at = city.incidents[patient.incident_id].opened_at
        wanted = since is None or opened_at >= since
        ended = patient.handoff is not None or patient.outcome is not None
        if ended and wanted and center_id in (None, patient.center_id):
            yield _case(city, patient)


def _case(city: City, patient: Patient) -> QualityCase:
    known = points_of(city, patient)
    return QualityCase(
        frozenset(Condition(each.code) for each in patient.conditions),
        tuple(protocol_points(known)),
        bypassed_ed_and_ccu=_bypassed(patient),
        # An ECG that the desk holds has been transmitted; of one that it does not hold nothing is known.
        ecg_transmitted=Known.YES if patient.ecgs or TimePoint.ECG_TRANSMITTED in known else Known.UNKNOWN,
        prealerted=_prealerted(patient, TimePoint.PREALERT_SENT in known),
    )


def _bypassed(patient: Patient) -> Known:
    """Tell whether the stretcher went straight to the cath lab; only the handoff knows."""
    if patient.handoff is None:
        return Known.UNKNOWN
    return Known.YES if patient.handoff.where == CATH_LAB else Known.NO


def _prealerted(patient: Patient, sent: bool) -> Known:  # noqa: FBT001 - it weighs exactly one fact
    if patient.center_id is None:
        return Known.UNKNOWN
    return Known.YES if sent else Known.NO
