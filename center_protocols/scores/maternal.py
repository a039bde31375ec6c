"""Score mothers: the Maternal Early Warning Trigger tool (Shields), severe single signs and pairs of lesser ones."""

from typing import Final

from center_protocols.finding_groups import Number, Obstetric, Vitals
from center_protocols.findings import Findings
from center_protocols.scores.early_warning import altered
from center_protocols.scores.score import Score, answer_points
from center_protocols.thresholds import Thresholds
from center_protocols.vocabulary import UNKNOWN, Known

THREE_PARTS: Final = 3

SEVERE: Final = (
    ("map", "below", "mewt_severe_map_below"),
    ("hr", "above", "mewt_severe_hr_above"),
    ("rr", "above", "mewt_severe_rr_above"),
    ("spo2", "below", "mewt_severe_spo2_below"),
)
# Each sign counts once, whichever of its bounds is crossed.
LESSER: Final = {
    "pressure": (
        ("sbp", "above", "mewt_sbp_above"),
        ("dbp", "above", "mewt_dbp_above"),
        ("sbp", "below", "mewt_sbp_below"),
        ("dbp", "below", "mewt_dbp_below"),
    ),
    "hr": (("hr", "above", "mewt_hr_above"), ("hr", "below", "mewt_hr_below")),
    "rr": (("rr", "above", "mewt_rr_above"), ("rr", "below", "mewt_rr_below")),
    "spo2": (("spo2", "below", "mewt_spo2_below"),),
    "temp": (("temp_c", "above", "mewt_temp_above"), ("temp_c", "below", "mewt_temp_below")),
    "fetal_hr": (("fetal_hr", "above", "mewt_fetal_hr_above"),),
}


def mewt_severe(findings: Findings, thresholds: Thresholds) -> Known:
    """Tell whether one severe sign triggers by itself."""
    answers = [_crossed(findings, *bound, thresholds) for bound in SEVERE]
    return _any(answers)


def mewt_lesser(findings: Findings, thresholds: Thresholds) -> Score:
    """Count the lesser signs; the tool triggers at two that last longer than 20 minutes."""
    total = Score("mewt", 0, 0)
    for name, bounds in LESSER.items():
        answer = _any([_crossed(findings, *bound, thresholds) for bound in bounds])
        total = total.plus(answer_points(name, answer))
    return total.plus(answer_points("mental", altered(findings.consciousness)))


def mean_pressure(vitals: Vitals) -> Number:
    """Return the mean arterial pressure from the pair, a third of the pulse pressure above the diastolic."""
    if vitals.sbp is UNKNOWN or vitals.dbp is UNKNOWN:
        return UNKNOWN
    return vitals.dbp + (vitals.sbp - vitals.dbp) / THREE_PARTS


def _any(answers: list[Known]) -> Known:
    if Known.YES in answers:
        return Known.YES
    return Known.UNKNOWN if Known.UNKNOWN in answers else Known.NO


def _crossed(findings: Findings, field: str, relation: str, row: str, thresholds: Thresholds) -> Known:
    value = _value(findings.vitals, findings.obstetric, field)
    if value is UNKNOWN:
        return Known.UNKNOWN
    limit = thresholds.number(f"maternal.{row}")
    crossed = value < limit if relation == "below" else value > limit
    return Known.YES if crossed else Known.NO


def _value(vitals: Vitals, obstetric: Obstetric, field: str) -> Number:
    if field == "map":
        return mean_pressure(vitals)
    value: Number = obstetric.fetal_hr if field == "fetal_hr" else getattr(vitals, field)
    return value
