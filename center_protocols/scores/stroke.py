"""Score stroke: recognition scales (FAST, 中风120, BE-FAST, CPSS, LAPSS) and large-vessel scales."""

from collections.abc import Callable, Iterable
from functools import reduce

from center_protocols.finding_groups import Cstat, FastEd, Lams, Nihss, Number, Race, Stroke, Van
from center_protocols.findings import Age, Findings
from center_protocols.scores.score import Score, answer_points, stated_or_sum
from center_protocols.thresholds import Thresholds
from center_protocols.vocabulary import UNKNOWN, Known, LvoScale

# 中风120 asks the same three things: 1 uneven face, 2 arms, 0 (聆) listen to the speech.
FAST = ("face_droop", "arm_weakness", "speech_problem")
BE_FAST = ("balance_loss", "vision_loss", *FAST)


def answers(code: str, group: object, fields: Iterable[str]) -> Score:
    """Count the yes answers among the named fields."""
    total = Score(code, 0, 0)
    for field in fields:
        total = total.plus(answer_points(field, getattr(group, field)))
    return total


def fast(stroke: Stroke) -> Score:
    """Count face, arm and speech; one is positive."""
    return answers("fast", stroke, FAST)


def be_fast(stroke: Stroke) -> Score:
    """Count balance, eyes, face, arm and speech; one is positive."""
    return answers("be_fast", stroke, BE_FAST)


def cpss(stroke: Stroke) -> Score:
    """Count the Cincinnati items, which are FAST's."""
    return answers("cpss", stroke, FAST)


def lapss(findings: Findings, hours_since_onset: Number, thresholds: Thresholds) -> Known:
    """Tell whether all six LAPSS criteria hold: age, no seizure history, recent, walked before, glucose, one-sided."""
    number = thresholds.number
    age: Number = findings.age.years if isinstance(findings.age, Age) else UNKNOWN
    glucose, stroke = findings.vitals.glucose_mmol_l, findings.stroke
    recent = _compare(hours_since_onset, lambda hours: hours < number("stroke.lapss_onset_below"))
    low, high = number("stroke.lapss_glucose_min"), number("stroke.lapss_glucose_max")
    answers = (
        _compare(age, lambda years: years > number("stroke.lapss_age_above")),
        _opposite(stroke.seizure_history),
        recent,
        stroke.ambulatory_before,
        _compare(glucose, lambda value: low <= value <= high),
        any_of(stroke.face_droop, stroke.unilateral_grip, stroke.arm_weakness),
    )
    return reduce(both, answers)


def _compare(value: Number, holds: Callable[[float], bool]) -> Known:
    if value is UNKNOWN:
        return Known.UNKNOWN
    return Known.YES if holds(value) else Known.NO


def _opposite(answer: Known) -> Known:
    return {Known.YES: Known.NO, Known.NO: Known.YES}.get(answer, Known.UNKNOWN)


def lams(items: Lams) -> Score:
    """Sum the Los Angeles Motor Scale, 0-5 (copies with 0-10 are wrong)."""
    return stated_or_sum("lams", items, ("face", "arm", "grip"))


def race(items: Race) -> Score:
    """Sum RACE, 0-9: gaze has one point, the fifth item is aphasia or agnosia by the weak side."""
    return stated_or_sum("race", items, ("face", "arm", "leg", "gaze", "aphasia_or_agnosia"))


def fast_ed(items: FastEd) -> Score:
    """Sum FAST-ED, 0-9."""
    return stated_or_sum("fast_ed", items, ("face", "arm", "speech", "eye_deviation", "neglect"))


def cstat(items: Cstat, thresholds: Thresholds) -> Score:
    """Sum C-STAT, 0-4: gaze has two points; orientation and command together have one, and both must fail."""
    total = Score("cstat", 0, 0)
    total = total.plus(answer_points("gaze", items.gaze, thresholds.number("stroke.cstat_gaze_points")))
    total = total.plus(answer_points("level", both(items.orientation_wrong, items.command_failed)))
    total = total.plus(answer_points("arm", items.arm_falls))
    if total.is_complete or isinstance(items.total, str):
        return total
    return Score("cstat", items.total, items.total)


def van(items: Van) -> Known:
    """Tell whether VAN is positive: arm weakness and one of vision, aphasia, neglect; no weakness is negative."""
    return both(items.arm_weakness, any_of(items.visual, items.aphasia, items.neglect))


def nihss(items: Nihss) -> Score:
    """Sum the fifteen items, 0-42."""
    return stated_or_sum("nihss", items, NIHSS_ITEMS)


NIHSS_ITEMS = tuple(field for field in Nihss.__struct_fields__ if field != "total")


def lvo_scale(scale: LvoScale, stroke: Stroke, thresholds: Thresholds) -> tuple[Score, str] | None:
    """Return one summed large-vessel scale with the id of its cut; VAN has no sum and answers ``None``."""
    if scale is LvoScale.LAMS:
        return lams(stroke.lams), "stroke.lams_lvo"
    if scale is LvoScale.RACE:
        return race(stroke.race), "stroke.race_lvo"
    if scale is LvoScale.FAST_ED:
        return fast_ed(stroke.fast_ed), "stroke.fast_ed_lvo"
    if scale is LvoScale.CSTAT:
        return cstat(stroke.cstat, thresholds), "stroke.cstat_lvo"
    return None


def both(first: Known, second: Known) -> Known:
    """Join two answers by and: one no decides, else one unknown leaves it open."""
    if Known.NO in (first, second):
        return Known.NO
    return Known.UNKNOWN if Known.UNKNOWN in (first, second) else Known.YES


def any_of(*known: Known) -> Known:
    """Join answers by or: one yes decides, else one unknown leaves it open."""
    if Known.YES in known:
        return Known.YES
    return Known.UNKNOWN if Known.UNKNOWN in known else Known.NO
