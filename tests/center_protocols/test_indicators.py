"""Indicators count what is registered and nothing else."""

from datetime import datetime, timedelta

import pytest

from center_protocols.indicators import Edition, Indicator, IndicatorRow, QualityCase, indicators
from center_protocols.timepoints import Point
from center_protocols.vocabulary import Condition, Known, TimePoint

START = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
P = TimePoint


def case(condition: Condition, **minutes: float) -> QualityCase:
    points = tuple(Point(P(code), START + timedelta(minutes=value)) for code, value in minutes.items())
    return QualityCase(frozenset({condition}), points)


def row(code: Indicator, cases: list[QualityCase], edition: Edition = Edition.A) -> IndicatorRow:
    return next(item for item in indicators(cases, edition) if item.code is code)


def test_the_limit_itself_is_reached() -> None:
    cases = [
        case(Condition.STEMI, patient_contact=0, first_ecg=10),
        case(Condition.STEMI, patient_contact=0, first_ecg=10.1),
        case(Condition.ACS_NON_ST, patient_contact=0, first_ecg=4),
        case(Condition.TRAUMA_RED, patient_contact=0, first_ecg=4),
    ]
    found = row(Indicator.FMC_TO_ECG, cases)
    assert (found.reached, found.cases, found.target) == (2, 3, 0.75)
    assert found.share == pytest.approx(2 / 3)
    assert found.median_min == 10
    assert found.source == "chest_pain.fmc_to_ecg"


def test_what_is_missing_or_out_of_order_does_not_count() -> None:
    cases = [
        case(Condition.STEMI, arrival_gate=0),
        case(Condition.STEMI, arrival_gate=0, wire=-5),
        case(Condition.STEMI, arrival_gate=0, wire=91),
    ]
    found = row(Indicator.DOOR_TO_WIRE, cases)
    assert (found.reached, found.cases, found.share) == (0, 1, 0)


def test_without_cases_there_is_no_share() -> None:
    for item in indicators([]):
        assert (item.cases, item.share, item.mean_min) == (0, None, None)


def test_unknown_answers_do_not_count_and_editions_differ() -> None:
    cases = [QualityCase(frozenset({Condition.STEMI}), (), answer) for answer in (Known.YES, Known.NO, Known.UNKNOWN)]
    found = row(Indicator.BYPASS_ED_AND_CCU, cases)
    assert (found.reached, found.cases, found.share, found.target) == (1, 2, 0.5, 0.3)
    assert row(Indicator.BYPASS_ED_AND_CCU, cases, Edition.B).target == 0.5


@pytest.mark.parametrize(
    ("code", "condition", "start", "end", "limit"),
    [
        (Indicator.CALL_ANSWERED_IN_TIME, Condition.OTHER, P.CALL_RECEIVED, P.CALL_ANSWERED, 10 / 60),
        (Indicator.DEPARTED_IN_TIME, Condition.OTHER, P.UNIT_ASSIGNED, P.UNIT_EN_ROUTE, 3),
        (Indicator.FMC_TO_WIRE, Condition.STEMI, P.PATIENT_CONTACT, P.WIRE, 120),
        (Indicator.LAB_READY, Condition.STEMI, P.LAB_ACTIVATED, P.LAB_READY, 30),
        (Indicator.DOOR_TO_NEEDLE, Condition.STROKE, P.ARRIVAL_GATE, P.NEEDLE, 60),
        (Indicator.DOOR_TO_CT, Condition.STROKE, P.ARRIVAL_GATE, P.CT_STARTED, 25),
        (Indicator.DOOR_TO_GROIN, Condition.STROKE_LVO, P.ARRIVAL_GATE, P.GROIN, 90),
    ],
)
def test_each_indicator_has_its_limit(
    code: Indicator, condition: Condition, start: TimePoint, end: TimePoint, limit: float
) -> None:
    inside, outside = (case(condition, **{start: 0, end: limit + extra}) for extra in (-0.001, 0.02))
    assert (row(code, [inside]).reached, row(code, [outside]).reached) == (1, 0)
