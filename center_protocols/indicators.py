"""Compute the quality indicators that committees ask for, from registers; a case without the points does not count."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from statistics import mean, median
from typing import Final

import msgspec

from center_protocols.assessment import DEFAULT_SETTINGS, ProtocolSettings
from center_protocols.timepoints import INTERVALS, Point, intervals
from center_protocols.vocabulary import Condition, Interval, Known


class Indicator(StrEnum):
    """Name the indicators."""

    CALL_ANSWERED_IN_TIME = "call_answered_in_time"
    DEPARTED_IN_TIME = "departed_in_time"
    FMC_TO_ECG = "fmc_to_ecg"
    DOOR_TO_WIRE = "door_to_wire"
    FMC_TO_WIRE = "fmc_to_wire"
    LAB_READY = "lab_ready"
    DOOR_TO_NEEDLE = "door_to_needle"
    DOOR_TO_CT = "door_to_ct"
    DOOR_TO_GROIN = "door_to_groin"
    BYPASS_ED_AND_CCU = "bypass_ed_and_ccu"
    ECG_TRANSMITTED = "ecg_transmitted"
    PREALERTED = "prealerted"


class Edition(StrEnum):
    """Name the two editions of the chest-pain-centre rates, which disagree."""

    A = "a"
    B = "b"


class QualityCase(msgspec.Struct, frozen=True):
    """Hold one finished patient: the conditions that stood, the registered points, and three yes-or-no facts."""

    conditions: frozenset[Condition]
    points: tuple[Point, ...]
    bypassed_ed_and_ccu: Known = Known.UNKNOWN
    ecg_transmitted: Known = Known.UNKNOWN
    prealerted: Known = Known.UNKNOWN


class IndicatorRow(msgspec.Struct, frozen=True):
    """Hold one indicator: how many of how many, the share, its target, and mean and median of the minutes behind it.

    ``share`` is ``None`` when no case has the points; ``target`` is ``None`` where no rate was found.
    """

    code: Indicator
    reached: int
    cases: int
    share: float | None
    target: float | None
    mean_min: float | None
    median_min: float | None
    source: str


STEMI: Final = frozenset({Condition.STEMI})
CHEST_PAIN: Final = frozenset({Condition.STEMI, Condition.ACS_NON_ST, Condition.AORTIC_DISSECTION})
STROKE: Final = frozenset({Condition.STROKE, Condition.STROKE_LVO})
LARGE_VESSEL: Final = frozenset({Condition.STROKE_LVO})
EVERY: Final = frozenset(Condition)

# Indicator: whose, which interval, its limit, and the rate that is asked for ("" where none was found).
TIMED: Final[Mapping[Indicator, tuple[frozenset[Condition], Interval, str, str]]] = {
    Indicator.CALL_ANSWERED_IN_TIME: (
        EVERY,
        Interval.CALL_TO_ANSWER,
        "dispatch.call_to_answer",
        "indicators.call_answered_share",
    ),
    Indicator.DEPARTED_IN_TIME: (
        EVERY,
        Interval.ASSIGNMENT_TO_DEPARTURE,
        "dispatch.assignment_to_departure",
        "indicators.departure_share",
    ),
    Indicator.FMC_TO_ECG: (CHEST_PAIN, Interval.FMC2ECG, "chest_pain.fmc_to_ecg", "indicators.fmc_to_ecg_share"),
    Indicator.DOOR_TO_WIRE: (STEMI, Interval.D2W, "chest_pain.door_to_wire", "indicators.door_to_wire_share"),
    Indicator.FMC_TO_WIRE: (STEMI, Interval.FMC2W, "indicators.fmc_to_wire", ""),
    Indicator.LAB_READY: (STEMI, Interval.LAB_ACTIVATION_TIME, "chest_pain.lab_ready", ""),
    Indicator.DOOR_TO_NEEDLE: (STROKE, Interval.DNT, "stroke.door_to_needle", ""),
    Indicator.DOOR_TO_CT: (STROKE, Interval.DOOR_TO_CT, "stroke.door_to_ct", ""),
    Indicator.DOOR_TO_GROIN: (LARGE_VESSEL, Interval.DPT, "stroke.door_to_groin", ""),
}
ANSWERED: Final[Mapping[Indicator, tuple[frozenset[Condition], Callable[[QualityCase], Known]]]] = {
    Indicator.BYPASS_ED_AND_CCU: (STEMI, lambda case: case.bypassed_ed_and_ccu),
    Indicator.ECG_TRANSMITTED: (STEMI, lambda case: case.ecg_transmitted),
    Indicator.PREALERTED: (EVERY, lambda case: case.prealerted),
}


def indicators(
    cases: Sequence[QualityCase], edition: Edition = Edition.A, settings: ProtocolSettings = DEFAULT_SETTINGS
) -> tuple[IndicatorRow, ...]:
    """Return every indicator over these cases."""
    timed = [_timed(code, cases, settings) for code in TIMED]
    return (*timed, *(_answered(code, cases, edition, settings) for code in ANSWERED))


def _timed(code: Indicator, cases: Sequence[QualityCase], settings: ProtocolSettings) -> IndicatorRow:
    """Count the cases inside the limit; a negative interval is out of order and does not count."""
    whose, interval, limit, rate = TIMED[code]
    minutes = [_minutes(case, interval) for case in cases if case.conditions & whose]
    known = [value for value in minutes if value is not None and value >= 0]
    reached = sum(value <= settings.minutes(limit) for value in known)
    target = settings.thresholds.number(rate) if rate else None
    return IndicatorRow(
        code,
        reached,
        len(known),
        reached / len(known) if known else None,
        target,
        mean(known) if known else None,
        median(known) if known else None,
        limit,
    )


def _minutes(case: QualityCase, interval: Interval) -> float | None:
    ends = INTERVALS[interval]
    found = {row.code: row.minutes for row in intervals(point for point in case.points if point.code in ends)}
    return found[interval]


def _answered(
    code: Indicator, cases: Sequence[QualityCase], edition: Edition, settings: ProtocolSettings
) -> IndicatorRow:
    whose, ask = ANSWERED[code]
    answers = [ask(case) for case in cases if case.conditions & whose]
    known = [answer for answer in answers if answer is not Known.UNKNOWN]
    reached = known.count(Known.YES)
    rates = {
        Indicator.BYPASS_ED_AND_CCU: f"indicators.bypass_ed_ccu_share_{edition}",
        Indicator.ECG_TRANSMITTED: "indicators.ecg_transmitted_share",
    }
    rate = rates.get(code, "")
    target = settings.thresholds.number(rate) if rate else None
    return IndicatorRow(code, reached, len(known), reached / len(known) if known else None, target, None, None, rate)
