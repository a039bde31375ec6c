"""The outcome models reproduce the published test vectors (clinical reference §8)."""

from itertools import pairwise

import pytest

from center_protocols.outcome import (
    Occlusion,
    Reperfusion,
    Screen,
    a_expected,
    a_lysis,
    a_thrombectomy,
    b_expected,
    b_large_vessel,
    b_nihss,
    c_distribution,
    c_utility,
)
from center_protocols.thresholds import builtin

T = builtin()


@pytest.mark.parametrize(
    ("minutes", "ivt_lvo", "evt_lvo", "ivt_nlvo"),
    [
        (60, 0.2126, 0.3275, 0.6041),
        (120, 0.1908, 0.3160, 0.5736),
        (180, 0.1704, 0.3047, 0.5427),
        (240, 0.1514, 0.2937, 0.5114),
        (270, 0.1328, 0.2883, 0.4622),
    ],
)
def test_model_a_curves(minutes: float, ivt_lvo: float, evt_lvo: float, ivt_nlvo: float) -> None:
    assert a_lysis(Occlusion.LVO, minutes, T) == pytest.approx(ivt_lvo, abs=5e-5)
    assert a_thrombectomy(minutes, T) == pytest.approx(evt_lvo, abs=5e-5)
    assert a_lysis(Occlusion.NLVO, minutes, T) == pytest.approx(ivt_nlvo, abs=5e-5)


def test_model_a_jumps_at_270_minutes_and_has_a_floor() -> None:
    assert a_lysis(Occlusion.LVO, 269.999, T) == pytest.approx(0.1425, abs=1e-4)
    assert a_lysis(Occlusion.NLVO, 269.999, T) == pytest.approx(0.4957, abs=1e-4)
    assert a_thrombectomy(1440, T) == pytest.approx(0.1343, abs=1e-4)
    assert a_thrombectomy(2400, T) == pytest.approx(0.129)


@pytest.mark.parametrize(
    ("screen", "lysis_centre", "direct", "transfer", "mothership", "drip_60", "drip_30"),
    [
        (Screen.LAMS, 10, 20, 20, 0.4314, 0.4239, 0.4310),
        (Screen.LAMS, 10, 70, 70, 0.4197, 0.4206, 0.4276),
        (Screen.LAMS, 10, 120, 120, 0.4082, 0.4173, 0.4243),
        (Screen.RACE, 10, 20, 20, 0.4147, 0.4061, 0.4142),
        (Screen.RACE, 10, 120, 120, 0.3881, 0.3983, 0.4064),
    ],
)
def test_model_a_cases(  # noqa: PLR0913, PLR0917 - one row of the published table
    screen: Screen,
    lysis_centre: float,
    direct: float,
    transfer: float,
    mothership: float,
    drip_60: float,
    drip_30: float,
) -> None:
    start = 40 + 20
    arrival = start + direct
    assert a_expected(screen, arrival + 30, arrival + 60, T) == pytest.approx(mothership, abs=5e-5)
    for door_to_needle, expected in ((60, drip_60), (30, drip_30)):
        needle = start + lysis_centre + door_to_needle
        assert a_expected(screen, needle, needle + 20 + transfer + 30, T) == pytest.approx(expected, abs=5e-5)


def test_model_a_shares_still_sum_to_one_when_occlusion_is_more_likely() -> None:
    for factor in (0, 0.5, 1, 2, 5):
        assert 0 <= a_expected(Screen.LAMS, 1e9, None, T, lvo_factor=factor) <= 1
    assert a_expected(Screen.LAMS, 1e9, None, T, lvo_factor=5) == pytest.approx(0.1328)


def test_model_b_probability_of_occlusion() -> None:
    expected = [0.051, 0.085, 0.139, 0.219, 0.328, 0.459, 0.596, 0.720, 0.817, 0.886]
    assert [round(b_large_vessel(race, T), 3) for race in range(10)] == expected
    for race in range(10):
        low, high = sorted((b_large_vessel(race, T, "low"), b_large_vessel(race, T, "high")))
        assert low < b_large_vessel(race, T) < high


@pytest.mark.parametrize(
    ("race", "lysis_only", "drip_and_ship", "mothership"),
    [(5, 0.5539, 0.6027, 0.6062), (7, 0.3759, 0.4946, 0.5093), (9, 0.2264, 0.4148, 0.4386)],
)
def test_model_b_checks(race: int, lysis_only: float, drip_and_ship: float, mothership: float) -> None:
    assert b_expected(race, 120, None, T) == pytest.approx(lysis_only, abs=5e-5)
    assert b_expected(race, 120, 240, T) == pytest.approx(drip_and_ship, abs=5e-5)
    assert b_expected(race, 140, 200, T) == pytest.approx(mothership, abs=5e-5)


def test_model_b_after_its_limits() -> None:
    assert b_expected(7, 271, None, T) < b_expected(7, 270, None, T)
    assert b_expected(7, 120, 361, T) == b_expected(7, 120, None, T)
    assert b_nihss(0, T) == 1


def test_model_c_starts_and_ends_at_its_table() -> None:
    start = c_distribution(Occlusion.LVO, Reperfusion.EVT, 0, T)
    assert start == pytest.approx((0.306, 0.429, 0.548, 0.707, 0.851, 0.915))
    end = c_distribution(Occlusion.LVO, Reperfusion.EVT, 480, T)
    assert end == pytest.approx((0.048, 0.124, 0.255, 0.412, 0.649, 0.779))
    assert c_distribution(Occlusion.LVO, Reperfusion.EVT, 10_000, T) == pytest.approx(end)
    assert c_distribution(Occlusion.NLVO, Reperfusion.IVT, 378, T)[0] == pytest.approx(0.196)
    assert c_distribution(Occlusion.NLVO, None, 0, T)[0] == pytest.approx(0.198)


@pytest.mark.parametrize(
    ("occlusion", "treatment"),
    [
        (Occlusion.LVO, Reperfusion.EVT),
        (Occlusion.LVO, Reperfusion.IVT),
        (Occlusion.NLVO, Reperfusion.IVT),
    ],
)
def test_model_c_only_gets_worse_with_time(occlusion: Occlusion, treatment: Reperfusion) -> None:
    utilities = [c_utility(c_distribution(occlusion, treatment, minute, T), T) for minute in range(0, 500, 20)]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(utilities))
    for minute in (0, 100, 300):
        cumulative = c_distribution(occlusion, treatment, minute, T)
        assert list(cumulative) == sorted(cumulative)
