"""The colour of a vital sign: NEWS2's points for adults, hypotension for age for children, nothing invented."""

import pytest

from dispatch.adapters.telemetry.vital_levels import vital_levels


@pytest.mark.parametrize(
    ("name", "value", "level"),
    [
        ("hr", 80, "none"), ("hr", 95, "none"), ("hr", 115, "medium"), ("hr", 135, "high"), ("hr", 38, "high"),
        ("sbp", 120, "none"), ("sbp", 105, "none"), ("sbp", 95, "medium"), ("sbp", 85, "high"), ("sbp", 225, "high"),
        ("spo2", 97, "none"), ("spo2", 95, "none"), ("spo2", 93, "medium"), ("spo2", 90, "high"),
        ("rr", 16, "none"), ("rr", 22, "medium"), ("rr", 26, "high"), ("temp_c", 37, "none"),
        ("temp_c", 39.4, "medium"),
    ],
)  # fmt: skip
def test_an_adult_is_coloured_by_news2(name: str, value: float, level: str) -> None:
    assert vital_levels({name: value}, {}) == {name: level}


def test_a_child_is_coloured_only_by_hypotension_for_age() -> None:
    assert vital_levels({"sbp": 70, "hr": 150}, {"age": {"value": 5}}) == {"sbp": "high"}
    assert vital_levels({"sbp": 95}, {"age": {"value": 5}}) == {"sbp": "none"}
    assert vital_levels({"hr": 150}, {"age": {"value": 5}}) == {}


def test_what_has_no_table_has_no_colour() -> None:
    assert vital_levels({"etco2": 35, "dbp": 70}, {}) == {}
    assert vital_levels({}, {}) == {}
    assert vital_levels({"sbp": 80, "dbp": 90}, {}) == {"sbp": "high"}
