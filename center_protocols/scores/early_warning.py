"""Score deterioration: NEWS2 with both oxygen scales, qSOFA."""

from typing import Final

from center_protocols.finding_groups import Number, Vitals
from center_protocols.findings import Consciousness, Findings
from center_protocols.scores.score import Score, answer_points
from center_protocols.thresholds import Thresholds
from center_protocols.vocabulary import UNKNOWN, Known

# The highest points that one NEWS2 parameter has.
TOP: Final = 3

# Each band ends, inclusive, at the number of its row; what lies above the last one has the points named last.
BANDS: Final = {
    "rr": ((("rr_3_to", TOP), ("rr_1_to", 1), ("rr_0_to", 0), ("rr_2_to", 2)), TOP),
    "spo2": ((("spo2_3_to", TOP), ("spo2_2_to", 2), ("spo2_1_to", 1)), 0),
    "sbp": ((("sbp_3_to", TOP), ("sbp_2_to", 2), ("sbp_1_to", 1), ("sbp_0_to", 0)), TOP),
    "hr": ((("hr_3_to", TOP), ("hr_1_to", 1), ("hr_0_to", 0), ("hr_1_high_to", 1), ("hr_2_to", 2)), TOP),
    "temp": ((("temp_3_to", TOP), ("temp_1_to", 1), ("temp_0_to", 0), ("temp_1_high_to", 1)), 2),
}
HYPERCAPNIC_LOW: Final = (("spo2_scale2_3_to", TOP), ("spo2_scale2_2_to", 2), ("spo2_scale2_1_to", 1))
HYPERCAPNIC_HIGH: Final = (("spo2_scale2_0_to", 0), ("spo2_scale2_oxygen_1_to", 1), ("spo2_scale2_oxygen_2_to", 2))


def news2(findings: Findings, thresholds: Thresholds) -> Score:
    """Sum NEWS2; whole numbers are scored after rounding, temperature to a tenth, so that no value falls in a gap."""
    total = Score("news2", 0, 0)
    for part in news2_parts(findings, thresholds):
        total = total.plus(part)
    return total


def news2_parts(findings: Findings, thresholds: Thresholds) -> tuple[Score, ...]:
    """Return the seven parts of NEWS2, each as a range."""
    vitals = findings.vitals
    return (
        _banded("rr", _rounded(vitals.rr), thresholds),
        _oxygen_saturation(vitals, thresholds),
        answer_points("oxygen", vitals.on_oxygen, thresholds.number("scores.news2_oxygen_points")),
        _banded("sbp", _rounded(vitals.sbp), thresholds),
        _banded("hr", _rounded(vitals.hr), thresholds),
        _consciousness(findings.consciousness),
        _banded("temp", UNKNOWN if vitals.temp_c is UNKNOWN else round(vitals.temp_c, 1), thresholds),
    )


def qsofa(findings: Findings, thresholds: Thresholds) -> Score:
    """Count fast breathing, low pressure and altered mentation."""
    vitals = findings.vitals
    total = Score("qsofa", 0, 0)
    total = total.plus(answer_points("rr", _reaches(vitals.rr, thresholds.number("scores.qsofa_rr_from"))))
    total = total.plus(answer_points("sbp", _stays_under(vitals.sbp, thresholds.number("scores.qsofa_sbp_to"))))
    return total.plus(answer_points("mentation", altered(findings.consciousness)))


def altered(consciousness: Consciousness) -> Known:
    """Tell whether consciousness is anything but alert."""
    if consciousness is Consciousness.UNKNOWN:
        return Known.UNKNOWN
    return Known.NO if consciousness is Consciousness.ALERT else Known.YES


def _rounded(value: Number) -> Number:
    return UNKNOWN if value is UNKNOWN else float(int(value + 1 / 2))


def _banded(name: str, value: Number, thresholds: Thresholds) -> Score:
    bands, above = BANDS[name]
    if value is UNKNOWN:
        points = [above, *(points for _, points in bands)]
        return Score(name, min(points), max(points))
    return _within(name, value, bands, above, thresholds)


def _within(name: str, value: float, bands: tuple[tuple[str, int], ...], above: int, thresholds: Thresholds) -> Score:
    for row, points in bands:
        if value <= thresholds.number(f"scores.news2_{row}"):
            return Score(name, points, points)
    return Score(name, above, above)


def _oxygen_saturation(vitals: Vitals, thresholds: Thresholds) -> Score:
    """Use scale 2 only on a clinician's decision; a high saturation then costs points only on oxygen."""
    value = _rounded(vitals.spo2)
    if vitals.hypercapnic_scale is not Known.YES:
        return _banded("spo2", value, thresholds)
    if value is UNKNOWN:
        return Score("spo2", 0, TOP)
    low = _within("spo2", value, HYPERCAPNIC_LOW, 0, thresholds)
    if low.high > 0 or vitals.on_oxygen is Known.NO:
        return low
    high = _within("spo2", value, HYPERCAPNIC_HIGH, TOP, thresholds)
    return high if vitals.on_oxygen is Known.YES else Score("spo2", 0, high.high)


def _consciousness(consciousness: Consciousness) -> Score:
    return answer_points("consciousness", altered(consciousness), TOP)


def _reaches(value: Number, limit: float) -> Known:
    if value is UNKNOWN:
        return Known.UNKNOWN
    return Known.YES if value >= limit else Known.NO


def _stays_under(value: Number, limit: float) -> Known:
    if value is UNKNOWN:
        return Known.UNKNOWN
    return Known.YES if value <= limit else Known.NO
