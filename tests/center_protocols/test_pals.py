"""PALS ranges, the rSIG curve and AVPU, each at its bound on both sides (clinical.md §4.2, §5.4)."""

import pytest

from center_protocols.finding_groups import Vitals
from center_protocols.findings import Age, AgeUnit, Consciousness
from center_protocols.scores.consciousness import gcs_from_avpu
from center_protocols.scores.pals import pals, pals_band
from center_protocols.scores.trauma import rsig_mortality_percent
from center_protocols.thresholds import builtin
from center_protocols.vocabulary import UNKNOWN, Known

T = builtin()


@pytest.mark.parametrize(
    ("value", "unit", "band"),
    [
        (27, AgeUnit.DAYS, "neonate"),
        (1, AgeUnit.MONTHS, "infant"),
        (11, AgeUnit.MONTHS, "infant"),
        (1, AgeUnit.YEARS, "toddler"),
        (2, AgeUnit.YEARS, "toddler"),
        (3, AgeUnit.YEARS, "preschool"),
        (6, AgeUnit.YEARS, "school"),
        (10, AgeUnit.YEARS, "ten"),
        (12, AgeUnit.YEARS, "teen"),
        (15, AgeUnit.YEARS, "teen"),
        (16, AgeUnit.YEARS, None),
    ],
)
def test_every_age_has_its_band(value: float, unit: AgeUnit, band: str | None) -> None:
    assert pals_band(Age(value=value, unit=unit), T) == band


@pytest.mark.parametrize(("hr", "inside"), [(97, "no"), (98, "yes"), (140, "yes"), (141, "no")])
def test_a_toddlers_heart_rate_is_judged_at_its_bounds(hr: float, inside: str) -> None:
    assert pals(Vitals(hr=hr), Age(value=2), T)["hr"] == inside


@pytest.mark.parametrize(("sbp", "inside"), [(109, "no"), (110, "yes"), (131, "yes"), (132, "no")])
def test_a_teenagers_pressure_is_judged_at_its_bounds(sbp: float, inside: str) -> None:
    assert pals(Vitals(sbp=sbp), Age(value=13), T) == {"hr": Known.UNKNOWN, "rr": Known.UNKNOWN, "sbp": inside}


def test_adults_and_unknown_values_are_not_judged() -> None:
    assert set(pals(Vitals(hr=200), Age(value=40), T).values()) == {Known.UNKNOWN}
    assert set(pals(Vitals(), Age(value=4), T).values()) == {Known.UNKNOWN}


def test_the_rsig_curve_falls_and_is_clamped() -> None:
    assert rsig_mortality_percent(20, T) == pytest.approx(2.25, abs=0.01)
    assert rsig_mortality_percent(40, T) == rsig_mortality_percent(20, T)
    assert rsig_mortality_percent(0, T) == rsig_mortality_percent(1, T) == pytest.approx(78.49, abs=0.01)
    curve = [rsig_mortality_percent(value, T) for value in range(1, 21)]
    assert curve == sorted(curve, reverse=True)


def test_avpu_stands_roughly_for_a_gcs() -> None:
    found = [gcs_from_avpu(Consciousness(grade), T) for grade in ("alert", "voice", "pain", "unresponsive")]
    assert found == [15, 13, 8, 3]
    assert gcs_from_avpu(Consciousness.UNKNOWN, T) is UNKNOWN
    assert gcs_from_avpu(Consciousness.CONFUSED, T) is UNKNOWN
