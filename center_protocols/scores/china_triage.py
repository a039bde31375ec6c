"""Grade by the Chinese ED triage consensus 2018: I immediate, II in 10 min, III in 30 min, IV the rest.

The most severe single criterion wins, of vital signs or of conditions. The vital-sign levels are those of adults;
unknown vital signs raise and exclude nothing, and who has not been assessed has no level IV yet.
"""

from collections.abc import Iterable
from typing import Final

from center_protocols.case import Case
from center_protocols.finding_groups import Number, Vitals
from center_protocols.findings import Breathing
from center_protocols.scores.consciousness import gcs
from center_protocols.thresholds import Thresholds
from center_protocols.triage_level import TriageLevel
from center_protocols.vocabulary import UNKNOWN, Condition, Known, Unknown

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


# Threats that the consensus names, whatever condition they fire.
NAMED_THREATS: Final = (
    "airway_obstructed",
    "choking",
    "child.airway_failure",
    "chest_pain.shock_signs",
    "critical.shock",
    "critical.abrupt_pressure_fall",
    "critical.status_epilepticus",
    "critical.serious_poisoning",
    "critical.coma",
)
BLEEDING: Final = (
    "severe_bleeding",
    "critical.gi_bleeding_massive",
    "trauma.bleeding_needs_tourniquet_or_packing",
    "obstetric.heavy_bleeding",
)


def triage_level(case: Case, conditions: Iterable[Condition]) -> TriageLevel | Unknown:
    """Return the one level of a patient; unknown while nothing is known that could make it a IV."""
    demanded = [*(_level(case, code) for code in conditions), *_by_signs(case)]
    if case.reads_as_adult:
        demanded.append(vital_sign_level(case.findings.vitals, case.thresholds))
    worst = min(demanded)
    return UNKNOWN if worst is TriageLevel.IV and not _assessed(case) else worst


def _by_signs(case: Case) -> list[TriageLevel]:
    signs = {
        "named_threat": case.unresponsive is Known.YES or case.is_yes(*NAMED_THREATS),
        "critical_child_fitting": case.is_yes("child.fitting_now"),
        "active_bleeding": case.is_yes(*BLEEDING),
        "potassium": bool(case.above("critical.potassium_mmol_l", "critical_other.level1_potassium_above")),
    }
    return [_level(case, row) for row, present in signs.items() if present]


def _level(case: Case, row: str) -> TriageLevel:
    return TriageLevel(int(case.limit(f"triage.{row}")))


def _assessed(case: Case) -> bool:
    """Tell whether consciousness and breathing are known: without them nobody is a IV."""
    return case.unresponsive is not Known.UNKNOWN and case.findings.breathing is not Breathing.UNKNOWN


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
