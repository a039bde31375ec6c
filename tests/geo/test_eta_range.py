"""Ranges: they hold their estimate, grow with it, follow their bands, and say what they were measured on."""

import math

import pytest

from geo.tracks.eta_range import EtaSpread, RangeBand, builtin_spread, eta_range

TWO = EtaSpread((RangeBand(100.0, 0.5, 2.0, 10), RangeBand(300.0, 0.9, 1.2, 10)), "here", "measured")


def test_a_longer_estimate_never_has_an_earlier_range() -> None:
    before_low = before_high = 0.0
    for tenths in range(1, 72_000):
        low_s, high_s = eta_range(tenths / 10.0)
        assert before_low < low_s < tenths / 10.0 < high_s
        assert high_s > before_high
        before_low, before_high = low_s, high_s


@pytest.mark.parametrize(
    ("eta_s", "low_s", "high_s"),
    [
        (0.0, 0.0, 0.0),
        (50.0, 25.0, 100.0),
        (100.0, 50.0, 200.0),
        (200.0, 140.0, 320.0),
        (300.0, 270.0, 360.0),
        (1000.0, 900.0, 1200.0),
    ],
)
def test_between_two_bands_the_factors_run_straight(eta_s: float, low_s: float, high_s: float) -> None:
    assert eta_range(eta_s, TWO) == pytest.approx((low_s, high_s))


@pytest.mark.parametrize("eta_s", [-1.0, math.nan, math.inf])
def test_what_is_no_time_has_no_range(eta_s: float) -> None:
    with pytest.raises(ValueError, match="no driving time"):
        eta_range(eta_s)


def test_the_shipped_range_names_the_vehicles_it_was_measured_on() -> None:
    spread = builtin_spread()
    assert "unverified for ambulances" in spread.mark
    assert "taxis" in spread.source
    assert sum(band.trips for band in spread.bands) > 6000


@pytest.mark.parametrize(
    "bands",
    [
        (),
        (RangeBand(9.0, 0.5, 1.5, 1), RangeBand(9.0, 0.5, 1.5, 1)),
        (RangeBand(9.0, 1.1, 1.5, 1),),
        (RangeBand(9.0, 0.5, math.nan, 1),),
    ],
)
def test_a_spread_that_is_none_is_refused(bands: tuple[RangeBand, ...]) -> None:
    with pytest.raises(ValueError, match=r"a (spread|range)"):
        EtaSpread(bands, "here", "measured")
