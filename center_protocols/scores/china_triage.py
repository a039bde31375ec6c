"""Grade vital signs by the Chinese ED triage consensus 2018: I immediate, II in 10 min, III in 30 min, IV the rest.

The most severe single criterion wins. Levels are those of adults; unknown vital signs raise and exclude nothing.
"""

from enum import IntEnum, auto
from typing import Final

from center_protocols.finding_groups import Number, Vitals
from center_protocols.scores.consciousness import gcs
from center_protocols.thresholds import Thresholds
from center_protocols.vocabulary import UNKNOWN


class TriageLevel(IntEnum):
    """Name the four levels; a smaller one is more urgent."""

    I = auto()  # noqa: E741 - the consensus writes Roman numerals
    II = auto()
    III = auto()
    IV = auto()


# Each criterion: the vital sign, the relation, the row. Level I excludes its bound, the others include it.
CRITERIA: Final[tuple[tuple[TriageLevel, str, str, str], ...]] = (
    (TriageLevel.I, "hr", "above", "level1_hr_above"),
    (TriageLevel.I, "hr", "below", "level1_hr_below"),
    (TriageLevel.I, "sbp", "below", "level1_sbp_below"),
    (TriageLevel.I, "spo2", "below", "level1_spo2_below"),
    (TriageLevel.I, "temp_c", "above", "level1_temp_above"),
    (TriageLevel.I, "glucose_mmol_l", "below", "level1_glucose_below"),
    (TriageLevel.I, "gcs", "below", "level1_gcs_below"),
    (TriageLevel.II, "hr", "at_least", "level2_hr_from"),
    (TriageLevel.II, "hr", "at_most", "level2_hr_to"),
    (TriageLevel.II, "sbp", "above", "level2_sbp_above"),
    (TriageLevel.II, "sbp", "at_most", "level2_sbp_to"),
    (TriageLevel.II, "spo2", "at_most", "level2_spo2_to"),
    (TriageLevel.II, "gcs", "at_most", "level2_gcs_to"),
    (TriageLevel.II, "pain", "at_least", "level2_pain_from"),
    (TriageLevel.III, "hr", "at_least", "level3_hr_from"),
    (TriageLevel.III, "hr", "at_most", "level3_hr_to"),
    (TriageLevel.III, "sbp", "at_least", "level3_sbp_from"),
    (TriageLevel.III, "sbp", "at_most", "level3_sbp_to"),
    (TriageLevel.III, "spo2", "at_most", "level3_spo2_to"),
    (TriageLevel.III, "gcs", "at_most", "level3_gcs_to"),
    (TriageLevel.III, "pain", "at_least", "level3_pain_from"),
)


def vital_sign_level(vitals: Vitals, thresholds: Thresholds) -> TriageLevel:
    """Return the level that the known vital signs alone demand."""
    for level, field, relation, row in CRITERIA:
        limit = thresholds.number(f"critical_other.{row}")
        if _holds(_value(vitals, field), relation, limit):
            return level
    return TriageLevel.IV


def _value(vitals: Vitals, field: str) -> Number:
    """Return a vital sign; of GCS the best total that its known parts allow."""
    value: Number = gcs(vitals).high if field == "gcs" else getattr(vitals, field)
    return value


def _holds(value: Number, relation: str, limit: float) -> bool:
    if value is UNKNOWN:
        return False
    if relation == "below":
        return value < limit
    if relation == "above":
        return value > limit
    return value <= limit if relation == "at_most" else value >= limit
