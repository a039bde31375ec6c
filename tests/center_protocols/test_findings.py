"""What is known is kept, what is unknown stays unknown, what is impossible is refused by name."""

import json
from datetime import datetime, timedelta

import jsonschema
import msgspec
import pytest

from center_protocols.assess import assess
from center_protocols.assessment import DEFAULT_SETTINGS
from center_protocols.finding_groups import Group
from center_protocols.findings import (
    NOTHING_KNOWN,
    UNKNOWN_TIME,
    Age,
    AgeUnit,
    Findings,
    InvalidFindingsError,
    decode_findings,
    encode,
    findings_from,
    revise,
)
from center_protocols.schema import findings_schema
from center_protocols.vocabulary import UNKNOWN, Known


def test_nothing_is_known_by_default() -> None:
    assert decode_findings("{}") == NOTHING_KNOWN
    assert encode(NOTHING_KNOWN) == {}


def test_the_word_unknown_and_an_absent_field_are_the_same() -> None:
    said = {
        "age": "unknown",
        "consciousness": "unknown",
        "onset_at": "unknown",
        "vitals": {"sbp": "unknown", "on_oxygen": "unknown"},
        "stroke": {"nihss": {"gaze": "unknown"}, "lams": {"total": "unknown"}},
    }
    assert findings_from(said) == NOTHING_KNOWN
    assert NOTHING_KNOWN.onset_at is UNKNOWN_TIME
    assert NOTHING_KNOWN.vitals.sbp is UNKNOWN


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ('{"vitals": {"sbp": 301}}', "vitals.sbp"),
        ('{"vitals": {"sbp": 29}}', "vitals.sbp"),
        ('{"vitals": {"hr": -1}}', "vitals.hr"),
        ('{"vitals": {"hr": 351}}', "vitals.hr"),
        ('{"vitals": {"spo2": 101}}', "vitals.spo2"),
        ('{"vitals": {"temp_c": 51}}', "vitals.temp_c"),
        ('{"vitals": {"glucose_mmol_l": 0.5}}', "vitals.glucose_mmol_l"),
        ('{"vitals": {"gcs_eye": 5}}', "vitals.gcs_eye"),
        ('{"vitals": {"gcs_total": 2}}', "vitals.gcs_total"),
        ('{"vitals": {"gcs_motor": 2.5}}', "vitals.gcs_motor"),
        ('{"vitals": {"sbp": 80, "dbp": 80}}', "vitals.dbp"),
        ('{"vitals": {"sbp": null}}', "vitals.sbp"),
        ('{"vitals": {"sbp": "high"}}', "vitals.sbp"),
        ('{"vitals": {"sbp": true}}', "vitals.sbp"),
        ('{"vitals": {"bp": 120}}', "bp"),
        ('{"age": {"value": 131}}', "age.value"),
        ('{"age": {"value": -1, "unit": "days"}}', "age.value"),
        ('{"age": {"value": 3, "unit": "weeks"}}', "age.unit"),
        ('{"age": 60}', "age"),
        ('{"stroke": {"lams": {"total": 6}}}', "stroke.lams.total"),
        ('{"stroke": {"race": {"gaze": 2}}}', "stroke.race.gaze"),
        ('{"stroke": {"nihss": {"sensory": 3}}}', "stroke.nihss.sensory"),
        ('{"newborn": {"apgar_tone": 3}}', "newborn.apgar_tone"),
        ('{"obstetric": {"weeks": 46}}', "obstetric.weeks"),
        ('{"responsive": "maybe"}', "responsive"),
        ('{"responsive": true}', "responsive"),
        ('{"clinician_says": ["heart_attack"]}', "clinician_says"),
        ('{"last_known_well_at": "2026-11-21T08:00:00"}', "last_known_well_at"),
        ('{"last_known_well_at": "yesterday"}', "last_known_well_at"),
        ('{"name": "somebody"}', "name"),
        ("[]", "object"),
        ("{", "JSON"),
        ('{"vitals": {"sbp": NaN}}', "JSON"),
    ],
)
def test_what_cannot_be_is_refused_by_name(document: str, named: str) -> None:
    with pytest.raises(InvalidFindingsError, match=named.replace(".", r"\.")):
        decode_findings(document)


def test_the_ends_of_the_plausibility_limits_are_inside() -> None:
    for value in (30, 300):
        assert decode_findings(json.dumps({"vitals": {"sbp": value}})).vitals.sbp == value


def test_a_number_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidFindingsError, match=r"vitals\.sbp"):
        findings_from({"vitals": {"sbp": float("nan")}})


def test_revise_patches_groups_field_by_field_and_takes_back() -> None:
    first = findings_from({"age": {"value": 8, "unit": "months"}, "vitals": {"sbp": 90, "hr": 120}})
    second = revise(first, {"vitals": {"sbp": 70}, "age": {"value": 60}, "stroke": {"lams": {"face": 1}}})
    assert encode(second) == {
        "age": {"value": 60},
        "vitals": {"sbp": 70, "hr": 120},
        "stroke": {"lams": {"face": 1}},
    }
    third = revise(second, {"vitals": {"sbp": "unknown"}, "age": "unknown"})
    assert encode(third) == {"vitals": {"hr": 120}, "stroke": {"lams": {"face": 1}}}
    assert first.vitals.sbp == 90


def test_encode_and_decode_are_inverse() -> None:
    said = {
        "age": {"value": 3, "unit": "days"},
        "clinician_says": ["stemi"],
        "onset_at": "2026-11-21T08:00:00+08:00",
        "ecg": {"result": "stemi", "read_by": "physician"},
        "stroke": {"nihss": {"left_arm": "untestable", "right_arm": 4}},
    }
    findings = findings_from(said)
    assert encode(findings) == said
    assert decode_findings(msgspec.json.encode(encode(findings))) == findings


@pytest.mark.parametrize(
    ("value", "unit", "years", "months", "days"),
    [(2, AgeUnit.YEARS, 2, 24, 730.5), (6, AgeUnit.MONTHS, 0.5, 6, 182.625), (28, AgeUnit.DAYS, 0.0766, 0.92, 28)],
)
def test_an_age_counts_in_every_unit(value: float, unit: AgeUnit, years: float, months: float, days: float) -> None:
    age = Age(value=value, unit=unit)
    assert age.years == pytest.approx(years, abs=0.001)
    assert age.months == pytest.approx(months, abs=0.01)
    assert age.days == pytest.approx(days)


def test_the_schema_accepts_and_refuses_as_the_decoder_does() -> None:
    schema = findings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = [{}, {"vitals": {"hr": "unknown", "sbp": 30}}, {"last_known_well_at": "unknown"}, {"age": {"value": 1}}]
    bad = [{"vitals": {"hr": 351}}, {"foo": 1}, {"responsive": True}, {"stroke": {"lams": {"total": 6}}}]
    assert all(validator.is_valid(document) for document in good)
    assert not any(validator.is_valid(document) for document in bad)


def test_every_yes_or_no_can_be_set() -> None:
    for group in Group.__subclasses__():
        for field, kind in group.__annotations__.items():
            if kind is Known and "." not in group.path and group.path in Findings.__struct_fields__:
                findings = findings_from({group.path: {field: "yes"}})
                assert getattr(getattr(findings, group.path), field) is Known.YES


@pytest.mark.parametrize("field", ["onset_at", "last_known_well_at"])
@pytest.mark.parametrize(
    ("before", "named"),
    [
        (timedelta(seconds=-1), "future_time"),
        (timedelta(0), None),
        (DEFAULT_SETTINGS.span("dispatch.wildly_old_time"), None),
        (DEFAULT_SETTINGS.span("dispatch.wildly_old_time") + timedelta(seconds=1), "old_time"),
    ],
)
def test_a_time_of_the_future_or_of_long_ago_is_named_kept_and_closes_no_window(
    field: str, before: timedelta, named: str | None
) -> None:
    at = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
    findings = findings_from({field: (at - before).isoformat()})
    result = assess(findings, at)
    assert [item.code for item in result.contradictions] == ([f"contradiction.{named}.{field}"] if named else [])
    assert encode(findings)[field] == (at - before).isoformat()
    facts = result.reperfusion
    used = facts.onset_at if field == "onset_at" else facts.last_known_well_at
    assert (used is None) is (named is not None)


@pytest.mark.parametrize(("days", "condition"), [(28, "critical_newborn"), (29, "critical_child")])
def test_an_age_in_days_decides_between_newborn_and_child(days: float, condition: str) -> None:
    sick = {"age": {"value": days, "unit": "days"}, "cyanosis": "yes"}
    assert assess(findings_from(sick)).codes == (condition,)
