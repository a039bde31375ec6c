"""What one city decides: its scale, its angio suite, its numbers; and what the assessment carries on."""

from datetime import datetime, timedelta

import pytest

from center_protocols.assess import assess, assessment_of
from center_protocols.assessment import ProtocolSettings
from center_protocols.findings import findings_from
from center_protocols.thresholds import builtin
from center_protocols.vocabulary import Advice, Bypass, Condition, FindingStatus, LvoScale, Priority

AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
LAMS_5 = findings_from({"stroke": {"lams": {"total": 5}, "face_droop": "yes"}})
VAN = findings_from({"stroke": {"van": {"arm_weakness": "yes", "neglect": "yes"}, "face_droop": "yes"}})


@pytest.mark.parametrize(
    ("scale", "lams", "van"),
    [
        (LvoScale.ANY, Condition.STROKE_LVO, Condition.STROKE_LVO),
        (LvoScale.LAMS, Condition.STROKE_LVO, Condition.STROKE),
        (LvoScale.VAN, Condition.STROKE, Condition.STROKE_LVO),
        (LvoScale.RACE, Condition.STROKE, Condition.STROKE),
    ],
)
def test_a_city_may_decide_for_one_scale(scale: LvoScale, lams: Condition, van: Condition) -> None:
    settings = ProtocolSettings(lvo_scale=scale)
    assert assess(LAMS_5, AT, settings).codes == (lams,)
    assert assess(VAN, AT, settings).codes == (van,)


def test_direct_to_angio_is_a_switch_and_off() -> None:
    assert assess(LAMS_5, AT).bypass == (Bypass.CTA,)
    assert assess(LAMS_5, AT, ProtocolSettings(direct_to_angio=True)).bypass == (Bypass.ANGIO_SUITE,)


def test_priorities_are_settings() -> None:
    site = builtin().overlaid({"priority.stroke": {"value": 2}})
    stroke = findings_from({"stroke": {"face_droop": "yes"}})
    assert assess(stroke, AT).priority is Priority.P1
    assert assess(stroke, AT, ProtocolSettings(site)).priority is Priority.P2


@pytest.mark.parametrize("condition", list(Condition))
def test_one_word_of_a_clinician_is_enough(condition: Condition) -> None:
    result = assessment_of(condition)
    assert result.codes == (condition,)
    assert result.conditions[0].status is FindingStatus.SUSPECTED
    assert result.conditions[0].sources == ("a clinician says so",)


def test_a_confirmation_joins_the_evidence_that_was_there() -> None:
    findings = findings_from({"stroke": {"face_droop": "yes"}, "clinician_confirms": ["stroke"]})
    fired = assess(findings, AT).conditions[0]
    assert fired.status is FindingStatus.CONFIRMED
    assert [item.code for item in fired.evidence] == ["stroke.face_droop", "clinician_confirms.stroke"]


def test_the_times_that_a_destination_needs_are_carried_and_impossible_ones_dropped() -> None:
    known, future, old = AT - timedelta(hours=1), AT + timedelta(minutes=1), AT - timedelta(days=31)
    for moment, carried in ((known, known), (future, None), (old, None)):
        findings = findings_from({"onset_at": moment.isoformat(), "last_known_well_at": moment.isoformat()})
        facts = assess(findings, AT).reperfusion
        assert (facts.onset_at, facts.last_known_well_at) == (carried, carried)
        assert assess(findings).reperfusion.onset_at == moment


def test_an_old_or_future_time_is_named() -> None:
    for minutes, kind in ((-1, "future_time"), (31 * 1440, "old_time")):
        moment = (AT - timedelta(minutes=minutes)).isoformat()
        codes = [item.code for item in assess(findings_from({"onset_at": moment}), AT).contradictions]
        assert codes == [f"contradiction.{kind}.onset_at"]


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ({"sex": "male", "obstetric": {"pregnant": "yes"}}, "contradiction.pregnant_man"),
        ({"obstetric": {"pregnant": "yes", "postpartum_days": 3}}, "contradiction.pregnant_and_postpartum"),
        ({"responsive": "yes", "consciousness": "unresponsive"}, "contradiction.responsiveness"),
        ({"responsive": "no", "consciousness": "alert"}, "contradiction.responsiveness"),
        ({"stroke": {"lams": {"face": 1, "arm": 2, "grip": 2, "total": 3}}}, "contradiction.total.stroke.lams"),
        ({"stroke": {"race": {"face": 2, "arm": 2, "total": 3}}}, "contradiction.total.stroke.race"),
        ({"vitals": {"gcs_eye": 4, "gcs_total": 3}}, "contradiction.total.vitals"),
        ({"age": {"value": 50}, "child": {"floppy": "yes"}}, "contradiction.child_findings_at_this_age"),
    ],
)
def test_contradictions_are_named(findings: dict[str, object], code: str) -> None:
    assert [item.code for item in assess(findings_from(findings), AT).contradictions] == [code]


def test_a_stated_total_that_the_items_allow_is_no_contradiction() -> None:
    fits = findings_from({"stroke": {"lams": {"face": 1, "total": 5}}, "vitals": {"gcs_eye": 4, "gcs_total": 10}})
    assert assess(fits, AT).contradictions == ()


@pytest.mark.parametrize(("glucose", "low"), [(2.6, True), (2.7, False), ("unknown", False)])
def test_a_newborn_does_not_set_off_with_low_glucose(glucose: object, low: bool) -> None:  # noqa: FBT001 - a table row
    newborn = {"age": {"value": 1, "unit": "days"}, "newborn": {"cyanosis": "yes"}}
    result = assess(findings_from(newborn | {"vitals": {"glucose_mmol_l": glucose}}), AT)
    assert result.advice == ((Advice.TREAT_GLUCOSE_FIRST,) if low else ()) + (Advice.KEEP_WARM,)
