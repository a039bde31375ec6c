"""Scores at their bounds; missing items widen the range and never count as normal."""

import pytest

from center_protocols.findings import Findings, findings_from
from center_protocols.scores.child import apgar, hypotension_below, pews
from center_protocols.scores.china_triage import vital_sign_level
from center_protocols.scores.consciousness import gcs
from center_protocols.scores.early_warning import news2, news2_parts, qsofa
from center_protocols.scores.maternal import mean_pressure, mewt_lesser, mewt_severe
from center_protocols.scores.score import Score
from center_protocols.scores.stroke import be_fast, cpss, cstat, fast, fast_ed, lams, lapss, lvo_scale, nihss, race, van
from center_protocols.scores.trauma import rsig, rts, shock_class, shock_index, triage_rts
from center_protocols.thresholds import builtin
from center_protocols.triage_level import TriageLevel
from center_protocols.vocabulary import UNKNOWN, Known, LvoScale

T = builtin()
NORMAL = {"rr": 16, "spo2": 98, "sbp": 120, "hr": 70, "temp_c": 37.0, "on_oxygen": "no"}


def vitals(**values: object) -> Findings:
    return findings_from({"vitals": values})


def span(score: Score) -> tuple[float, float]:
    return score.low, score.high


# NEWS2, clinical reference §6.1: each band at both its ends


@pytest.mark.parametrize(
    ("field", "points"),
    [
        ("rr", {8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3}),
        ("spo2", {91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0}),
        ("sbp", {90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3}),
        ("hr", {40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3}),
        ("temp_c", {35.0: 3, 35.1: 1, 36.0: 1, 36.1: 0, 38.0: 0, 38.1: 1, 39.0: 1, 39.1: 2}),
    ],
)
def test_news2_bands(field: str, points: dict[float, int]) -> None:
    for value, expected in points.items():
        findings = findings_from({"consciousness": "alert", "vitals": {**NORMAL, field: value}})
        assert span(news2(findings, T)) == (expected, expected), (field, value)


def test_news2_rounds_so_that_no_value_falls_in_a_gap() -> None:
    for value, expected in ((35.04, {3}), (35.05, {1, 3}), (35.06, {1})):
        findings = findings_from({"consciousness": "alert", "vitals": {**NORMAL, "temp_c": value}})
        score = news2(findings, T)
        assert score.is_complete
        assert score.low in expected
    half = findings_from({"consciousness": "alert", "vitals": {**NORMAL, "rr": 20.5}})
    assert span(news2(half, T)) == (2, 2)


@pytest.mark.parametrize(
    ("spo2", "oxygen", "points"),
    [
        (83, "no", 3),
        (84, "no", 2),
        (85, "yes", 2),
        (86, "no", 1),
        (87, "no", 1),
        (88, "no", 0),
        (92, "yes", 0),
        (93, "no", 0),
        (93, "yes", 1),
        (94, "yes", 1),
        (95, "yes", 2),
        (96, "yes", 2),
        (97, "yes", 3),
        (97, "no", 0),
    ],
)
def test_news2_scale_2(spo2: int, oxygen: str, points: int) -> None:
    findings = vitals(spo2=spo2, on_oxygen=oxygen, hypercapnic_scale="yes")
    part = next(part for part in news2_parts(findings, T) if part.code == "spo2")
    assert span(part) == (points, points)


def test_news2_scale_2_without_knowing_the_oxygen_is_a_range() -> None:
    for spo2, expected in ((97, (0, 3)), ("unknown", (0, 3)), (90, (0, 0)), (83, (3, 3))):
        part = next(p for p in news2_parts(vitals(spo2=spo2, hypercapnic_scale="yes"), T) if p.code == "spo2")
        assert span(part) == expected


def test_news2_of_nothing_may_be_anything() -> None:
    assert span(news2(findings_from({}), T)) == (0, 20)
    assert news2(findings_from({}), T).at_least(5) is Known.UNKNOWN


def test_news2_oxygen_and_confusion() -> None:
    findings = findings_from({"consciousness": "confused", "vitals": {**NORMAL, "on_oxygen": "yes"}})
    assert span(news2(findings, T)) == (5, 5)


def test_qsofa() -> None:
    assert span(qsofa(findings_from({"consciousness": "voice", "vitals": {"rr": 22, "sbp": 100}}), T)) == (3, 3)
    assert span(qsofa(findings_from({"consciousness": "alert", "vitals": {"rr": 21, "sbp": 101}}), T)) == (0, 0)
    assert span(qsofa(findings_from({"vitals": {"rr": 22}}), T)) == (1, 3)


# Consciousness and injury, §4.2


def test_gcs_sums_or_takes_the_total_and_gives_its_range() -> None:
    assert span(gcs(vitals(gcs_eye=4, gcs_verbal=5, gcs_motor=6).vitals)) == (15, 15)
    assert span(gcs(vitals(gcs_eye=1, gcs_verbal=1).vitals)) == (3, 8)
    assert span(gcs(vitals(gcs_total=9).vitals)) == (9, 9)
    assert span(gcs(vitals(gcs_eye=4, gcs_verbal=5, gcs_motor=6, gcs_total=9).vitals)) == (15, 15)
    assert span(gcs(vitals().vitals)) == (3, 15)


@pytest.mark.parametrize(
    ("hr", "sbp", "shock"), [(59, 100, 1), (60, 100, 2), (99, 100, 2), (100, 100, 3), (139, 100, 3), (140, 100, 4)]
)
def test_shock_classes(hr: int, sbp: int, shock: int) -> None:
    assert shock_class(vitals(hr=hr, sbp=sbp).vitals, T) == shock
    assert shock_index(vitals(hr=hr, sbp=sbp).vitals) == pytest.approx(hr / sbp)


def test_shock_index_of_half_a_pair_is_unknown() -> None:
    assert shock_index(vitals(hr=100).vitals) is UNKNOWN
    assert shock_class(vitals(sbp=100).vitals, T) is None


def test_rsig() -> None:
    score = rsig(vitals(hr=100, sbp=100, gcs_total=14).vitals)
    assert score is not None
    assert span(score) == (14, 14)
    assert rsig(vitals(hr=0, sbp=100).vitals) is None
    assert rsig(vitals(hr=100).vitals) is None


@pytest.mark.parametrize(
    ("values", "triage", "weighted"),
    [
        ({"gcs_total": 15, "sbp": 120, "rr": 16}, 12, 7.8408),
        ({"gcs_total": 13, "sbp": 90, "rr": 29}, 12, 7.8408),
        ({"gcs_total": 12, "sbp": 89, "rr": 30}, 9, 0.9368 * 3 + 0.7326 * 3 + 0.2908 * 3),
        ({"gcs_total": 8, "sbp": 75, "rr": 9}, 6, 0.9368 * 2 + 0.7326 * 2 + 0.2908 * 2),
        ({"gcs_total": 5, "sbp": 49, "rr": 5}, 3, 0.9368 + 0.7326 + 0.2908),
        ({"gcs_total": 3, "sbp": 76, "rr": 0}, 3, 0.7326 * 3),
        ({"gcs_total": 3, "sbp": 50, "rr": 6}, 4, 0.7326 * 2 + 0.2908 * 2),
    ],
)
def test_rts(values: dict[str, int], triage: int, weighted: float) -> None:
    found = vitals(**values).vitals
    assert span(triage_rts(found, T)) == (triage, triage)
    assert rts(found, T).low == pytest.approx(weighted)
    assert rts(found, T).is_complete


def test_rts_of_nothing_is_its_whole_range() -> None:
    assert span(triage_rts(vitals().vitals, T)) == (0, 12)
    assert rts(vitals().vitals, T).high == pytest.approx(7.8408)


# Stroke, §3


def test_recognition_scales_count_their_items() -> None:
    stroke = findings_from({"stroke": {"face_droop": "yes", "arm_weakness": "no", "vision_loss": "yes"}}).stroke
    assert span(fast(stroke)) == (1, 2)
    assert span(cpss(stroke)) == (1, 2)
    assert span(be_fast(stroke)) == (2, 4)


def test_large_vessel_scales() -> None:
    stroke = findings_from(
        {
            "stroke": {
                "lams": {"face": 1, "arm": 2, "grip": 2},
                "race": {"face": 2, "arm": 2, "leg": 2, "gaze": 1, "aphasia_or_agnosia": 2},
                "fast_ed": {"face": 1, "arm": 2, "speech": 2, "eye_deviation": 2, "neglect": 2},
                "cstat": {"gaze": "yes", "orientation_wrong": "yes", "command_failed": "yes", "arm_falls": "yes"},
            }
        }
    ).stroke
    assert span(lams(stroke.lams)) == (5, 5)
    assert span(race(stroke.race)) == (9, 9)
    assert span(fast_ed(stroke.fast_ed)) == (9, 9)
    assert span(cstat(stroke.cstat, T)) == (4, 4)
    empty = findings_from({}).stroke
    assert [span(lams(empty.lams)), span(race(empty.race)), span(fast_ed(empty.fast_ed))] == [(0, 5), (0, 9), (0, 9)]
    assert span(cstat(empty.cstat, T)) == (0, 4)


def test_each_summed_scale_has_its_cut_and_van_has_none() -> None:
    stroke = findings_from({}).stroke
    for scale in LvoScale:
        found = lvo_scale(scale, stroke, T)
        if scale in {LvoScale.ANY, LvoScale.VAN}:
            assert found is None
        else:
            assert found is not None
            assert found[1] == f"stroke.{scale}_lvo"


def test_cstat_takes_a_stated_total_and_needs_both_level_items() -> None:
    said = findings_from({"stroke": {"cstat": {"total": 3}}}).stroke.cstat
    assert span(cstat(said, T)) == (3, 3)
    half = findings_from({"stroke": {"cstat": {"orientation_wrong": "yes", "command_failed": "no"}}}).stroke.cstat
    assert span(cstat(half, T)) == (0, 3)


def test_van_is_negative_without_weakness() -> None:
    weak = findings_from({"stroke": {"van": {"arm_weakness": "no", "neglect": "yes"}}}).stroke.van
    assert van(weak) is Known.NO
    open_ = findings_from({"stroke": {"van": {"arm_weakness": "yes", "neglect": "no"}}}).stroke.van
    assert van(open_) is Known.UNKNOWN


def test_nihss_sums_to_42_and_an_untestable_item_adds_nothing() -> None:
    worst = dict.fromkeys(("left_arm", "right_arm", "left_leg", "right_leg"), 4) | {
        "consciousness": 3,
        "questions": 2,
        "commands": 2,
        "gaze": 2,
        "visual": 3,
        "face": 3,
        "ataxia": 2,
        "sensory": 2,
        "language": 3,
        "dysarthria": 2,
        "extinction": 2,
    }
    assert span(nihss(findings_from({"stroke": {"nihss": worst}}).stroke.nihss)) == (42, 42)
    tube = findings_from({"stroke": {"nihss": {**worst, "dysarthria": "untestable"}}}).stroke.nihss
    assert span(nihss(tube)) == (40, 40)
    assert span(nihss(findings_from({}).stroke.nihss)) == (0, 42)
    assert span(nihss(findings_from({"stroke": {"nihss": {"total": 11}}}).stroke.nihss)) == (11, 11)


LAPSS = {
    "age": {"value": 46},
    "vitals": {"glucose_mmol_l": 3.3},
    "stroke": {"seizure_history": "no", "ambulatory_before": "yes", "unilateral_grip": "yes"},
}


@pytest.mark.parametrize(
    ("patch", "hours", "answer"),
    [
        ({}, 23.9, Known.YES),
        ({}, 24.0, Known.NO),
        ({}, UNKNOWN, Known.UNKNOWN),
        ({"age": {"value": 45}}, 1, Known.NO),
        ({"vitals": {"glucose_mmol_l": 3.2}}, 1, Known.NO),
        ({"vitals": {"glucose_mmol_l": 22.2}}, 1, Known.YES),
        ({"vitals": {"glucose_mmol_l": 22.3}}, 1, Known.NO),
        ({"stroke": {"seizure_history": "yes"}}, 1, Known.NO),
        ({"stroke": {}}, 1, Known.UNKNOWN),
    ],
)
def test_lapss(patch: dict[str, object], hours: float, answer: Known) -> None:
    assert lapss(findings_from({**LAPSS, **patch}), hours, T) is answer


# Children and mothers, §5


def test_pews_and_apgar_ranges() -> None:
    child = findings_from({"child": {"pews_behaviour": 3, "pews_cardiovascular": 3, "pews_respiratory": 3}}).child
    assert span(pews(child, T)) == (9, 11)
    newborn = findings_from({"newborn": {"apgar_heart_rate": 2, "apgar_tone": 1}}).newborn
    assert span(apgar(newborn)) == (3, 9)


@pytest.mark.parametrize(
    ("value", "unit", "limit"),
    [
        (20, "days", 60),
        (1, "months", 70),
        (11, "months", 70),
        (1, "years", 72),
        (1.9, "years", 72),
        (9, "years", 88),
        (10, "years", 90),
        (15, "years", 90),
    ],
)
def test_pals_hypotension(value: float, unit: str, limit: float) -> None:
    age = findings_from({"age": {"value": value, "unit": unit}}).age
    assert not isinstance(age, str)
    assert hypotension_below(age, T)[0] == limit


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ({"hr": 131}, Known.YES),
        ({"hr": 130}, Known.UNKNOWN),
        ({"rr": 31}, Known.YES),
        ({"spo2": 89}, Known.YES),
        ({"sbp": 80, "dbp": 42}, Known.YES),
        ({"sbp": 81, "dbp": 42, "hr": 130, "rr": 30, "spo2": 90}, Known.NO),
    ],
)
def test_mewt_severe(values: dict[str, float], answer: Known) -> None:
    assert mewt_severe(vitals(**values), T) is answer


def test_mewt_counts_each_lesser_sign_once() -> None:
    well = {"sbp": 120, "dbp": 80, "hr": 80, "rr": 16, "spo2": 98, "temp_c": 37}
    findings = {"consciousness": "alert", "obstetric": {"fetal_hr": 140}}
    for patch, count in (
        ({}, 0),
        ({"sbp": 161, "dbp": 111}, 1),
        ({"sbp": 160, "dbp": 110}, 0),
        ({"sbp": 84, "dbp": 46}, 1),
        ({"sbp": 85, "dbp": 45}, 0),
        ({"hr": 111, "rr": 25}, 2),
        ({"hr": 110, "rr": 24}, 0),
        ({"hr": 49, "rr": 9}, 2),
        ({"hr": 50, "rr": 10}, 0),
        ({"spo2": 92, "temp_c": 38.1}, 2),
        ({"spo2": 93, "temp_c": 38}, 0),
        ({"temp_c": 35.9}, 1),
    ):
        score = mewt_lesser(findings_from({**findings, "vitals": {**well, **patch}}), T)
        assert span(score) == (count, count), patch
    fetal = mewt_lesser(findings_from({**findings, "obstetric": {"fetal_hr": 161}, "vitals": well}), T)
    assert span(fetal) == (1, 1)
    assert mewt_lesser(findings_from({}), T).high == 7


def test_mean_pressure() -> None:
    assert mean_pressure(vitals(sbp=120, dbp=90).vitals) == pytest.approx(100)
    assert mean_pressure(vitals(sbp=120).vitals) is UNKNOWN


# China ED triage, §6.3


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"hr": 181}, 1),
        ({"hr": 180}, 2),
        ({"hr": 150}, 2),
        ({"hr": 149}, 3),
        ({"hr": 100}, 3),
        ({"hr": 99}, 4),
        ({"hr": 56}, 4),
        ({"hr": 55}, 3),
        ({"hr": 50}, 2),
        ({"hr": 40}, 2),
        ({"hr": 39}, 1),
        ({"sbp": 69}, 1),
        ({"sbp": 70}, 2),
        ({"sbp": 80}, 2),
        ({"sbp": 81}, 3),
        ({"sbp": 90}, 3),
        ({"sbp": 91}, 4),
        ({"sbp": 179}, 4),
        ({"sbp": 180}, 3),
        ({"sbp": 200}, 3),
        ({"sbp": 201}, 2),
        ({"spo2": 79}, 1),
        ({"spo2": 80}, 2),
        ({"spo2": 90}, 2),
        ({"spo2": 91}, 3),
        ({"spo2": 94}, 3),
        ({"spo2": 95}, 4),
        ({"temp_c": 41.1}, 1),
        ({"temp_c": 41.0}, 4),
        ({"glucose_mmol_l": 3.32}, 1),
        ({"glucose_mmol_l": 3.33}, 4),
        ({"gcs_total": 8}, 1),
        ({"gcs_total": 12}, 2),
        ({"gcs_total": 13}, 3),
        ({"gcs_total": 14}, 3),
        ({"gcs_total": 15}, 4),
        ({"pain": 7}, 2),
        ({"pain": 6}, 3),
        ({"pain": 4}, 3),
        ({"pain": 3}, 4),
        ({}, 4),
        ({"hr": 70, "spo2": 79}, 1),
    ],
)
def test_chinese_triage_levels(values: dict[str, float], level: int) -> None:
    assert vital_sign_level(vitals(**values).vitals, T) is TriageLevel(level)


def test_a_range_decides_when_it_can() -> None:
    assert Score("x", 4, 6).at_least(4) is Known.YES
    assert Score("x", 3, 6).at_least(4) is Known.UNKNOWN
    assert Score("x", 1, 3).at_least(4) is Known.NO
    assert Score("x", 1, 3).at_most(3) is Known.YES
    assert Score("x", 1, 4).at_most(3) is Known.UNKNOWN
    assert Score("x", 4, 5).at_most(3) is Known.NO
