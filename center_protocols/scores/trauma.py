"""Score injury: shock index, reverse shock index times GCS, Revised Trauma Score."""

from typing import Final

from center_protocols.finding_groups import Number, Vitals
from center_protocols.scores.consciousness import gcs
from center_protocols.scores.score import Score
from center_protocols.thresholds import Thresholds
from center_protocols.vocabulary import UNKNOWN

# The coded values 0-4 of the Revised Trauma Score, and those of them that are steps from below.
CODES: Final = ("1", "2", "3", "4")


def shock_index(vitals: Vitals) -> Number:
    """Divide heart rate by systolic pressure; unknown when one of them is."""
    if vitals.hr is UNKNOWN or vitals.sbp is UNKNOWN:
        return UNKNOWN
    return vitals.hr / vitals.sbp


def shock_class(vitals: Vitals, thresholds: Thresholds) -> int | None:
    """Return the shock class, 1 (none) to 4 (severe), from the shock index; ``None`` while it is unknown."""
    index = shock_index(vitals)
    if index is UNKNOWN:
        return None
    rows = ("scores.shock_index_2_from", "scores.shock_index_3_from", "scores.shock_index_4_from")
    return 1 + sum(index >= thresholds.number(row) for row in rows)


def rsig(vitals: Vitals) -> Score | None:
    """Multiply systolic pressure over heart rate by GCS; ``None`` without a beating heart or a pressure."""
    if vitals.hr is UNKNOWN or vitals.sbp is UNKNOWN or vitals.hr == 0:
        return None
    ratio, coma = vitals.sbp / vitals.hr, gcs(vitals)
    return Score("rsig", ratio * coma.low, ratio * coma.high)


def rsig_mortality_percent(score: float, thresholds: Thresholds) -> float:
    """Return the published mortality of this rSIG in percent; the curve holds from 1 to 20 and is clamped there."""
    number = thresholds.number
    inside = min(max(score, number("scores.rsig_low")), number("scores.rsig_high"))
    powers = (number(f"scores.rsig_mortality_{power}") * inside**power for power in range(len(CODES)))
    return sum(powers)


def rts(vitals: Vitals, thresholds: Thresholds) -> Score:
    """Weigh the three coded values into the Revised Trauma Score, 0-7.8408."""
    total = Score("rts", 0, 0)
    for name, part in _coded(vitals, thresholds).items():
        weight = thresholds.number(f"scores.rts_weight_{name}")
        total = total.plus(Score(name, part.low * weight, part.high * weight))
    return total


def triage_rts(vitals: Vitals, thresholds: Thresholds) -> Score:
    """Sum the three coded values, 0-12: 12 can wait, 11 is urgent, less is immediate."""
    total = Score("t_rts", 0, 0)
    for part in _coded(vitals, thresholds).values():
        total = total.plus(part)
    return total


def _coded(vitals: Vitals, thresholds: Thresholds) -> dict[str, Score]:
    coma = gcs(vitals)
    return {
        "gcs": Score("gcs", _steps("gcs", coma.low, thresholds), _steps("gcs", coma.high, thresholds)),
        "sbp": _one("sbp", vitals.sbp, thresholds),
        "rr": _breathing(vitals.rr, thresholds),
    }


def _one(name: str, value: Number, thresholds: Thresholds) -> Score:
    if value is UNKNOWN:
        return Score(name, 0, len(CODES))
    points = _steps(name, value, thresholds)
    return Score(name, points, points)


def _steps(name: str, value: float, thresholds: Thresholds) -> int:
    return sum(value >= thresholds.number(f"scores.rts_{name}_{code}_from") for code in CODES)


def _breathing(rr: Number, thresholds: Thresholds) -> Score:
    """Code breathing, where the normal band (4) lies under the fast one (3)."""
    if rr is UNKNOWN:
        return Score("rr", 0, len(CODES))
    if rr > thresholds.number("scores.rts_rr_4_to"):
        points = len(CODES) - 1
    elif rr >= thresholds.number("scores.rts_rr_4_from"):
        points = len(CODES)
    else:
        points = sum(rr >= thresholds.number(f"scores.rts_rr_{code}_from") for code in CODES[:2])
    return Score("rr", points, points)
