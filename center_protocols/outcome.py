"""Estimate outcomes after stroke with published models; advice inside the guideline gates, never a gate itself.

Model A (Holodinsky/Milne): probability of mRS 0-1 from the minutes between onset and treatment.
Model B (STOP): probability of mRS 0-2 from RACE and minutes, for ischaemic stroke.
Model C (stroke-outcome): the whole mRS distribution; log-odds are linear in time until the treatment has no effect.
Every constant stands in ``thresholds/outcome.toml``. Minutes count from onset, or from last known well.
"""

from enum import StrEnum
from math import exp, log
from typing import Final

from center_protocols.thresholds import Thresholds

MODEL_A: Final = "holodinsky-milne/1"
MODEL_B: Final = "stop/1"
MODEL_C: Final = "stroke-outcome/1"
# mRS 0 to 5; 6 is death and the rest of the distribution.
GRADES: Final = ("0", "1", "2", "3", "4", "5")


class Screen(StrEnum):
    """Name the positive large-vessel screen, which decides the shares of what the patient may have."""

    LAMS = "lams"
    RACE = "race"
    CSTAT = "cstat"


class Occlusion(StrEnum):
    """Say whether a large vessel is closed."""

    LVO = "lvo"
    NLVO = "nlvo"


class Reperfusion(StrEnum):
    """Name the treatment."""

    IVT = "ivt"
    EVT = "evt"


# Model A


def a_lysis(occlusion: Occlusion, minutes: float, thresholds: Thresholds) -> float:
    """Return P(mRS 0-1) with lysis at this minute; from 4.5 h on it is the untreated share."""
    name = f"outcome.a_ivt_{occlusion}"
    if minutes >= thresholds.number("outcome.a_ivt_limit"):
        return thresholds.number(f"{name}_late")
    return _parabola(name, minutes, thresholds)


def a_thrombectomy(minutes: float, thresholds: Thresholds) -> float:
    """Return P(mRS 0-1) in large-vessel occlusion with groin puncture at this minute, never under its floor."""
    return max(_parabola("outcome.a_evt_lvo", minutes, thresholds), thresholds.number("outcome.a_evt_lvo_floor"))


def a_expected(
    screen: Screen, lysis_min: float, groin_min: float | None, thresholds: Thresholds, *, lvo_factor: float = 1
) -> float:
    """Return P(mRS 0-1) of a screen-positive patient with lysis and, where it happens, thrombectomy.

    ``lvo_factor`` scales the share of large-vessel occlusion; the other shares keep their proportions.
    """
    number = thresholds.number
    lvo = min(1.0, number(f"outcome.a_share_{screen}_lvo") * lvo_factor)
    rest = (1 - lvo) / (1 - number(f"outcome.a_share_{screen}_lvo"))
    lysed = a_lysis(Occlusion.LVO, lysis_min, thresholds)
    opened = a_thrombectomy(groin_min, thresholds) if groin_min is not None else 0.0
    return lvo * (lysed + (1 - lysed) * opened) + rest * (
        number(f"outcome.a_share_{screen}_nlvo") * a_lysis(Occlusion.NLVO, lysis_min, thresholds)
        + number(f"outcome.a_share_{screen}_ich") * number("outcome.a_ich")
        + number(f"outcome.a_share_{screen}_mimic") * number("outcome.a_mimic")
    )


def _parabola(name: str, minutes: float, thresholds: Thresholds) -> float:
    zero, one, two = (thresholds.number(f"{name}_{power}") for power in ("0", "1", "2"))
    return zero + one * minutes + two * minutes * minutes


# Model B


def b_large_vessel(race: float, thresholds: Thresholds, bound: str = "") -> float:
    """Return P(large-vessel occlusion | ischaemic stroke) from RACE; ``bound`` is "", "low" or "high"."""
    prefix = f"outcome.b_lvo_{bound}_" if bound else "outcome.b_lvo_"
    return 1 / (1 + exp(thresholds.number(f"{prefix}intercept") - thresholds.number(f"{prefix}slope") * race))


def b_nihss(race: float, thresholds: Thresholds) -> float:
    """Return the NIHSS that the model reads into a RACE."""
    if race == 0:
        return thresholds.number("outcome.b_nihss_zero")
    return thresholds.number("outcome.b_nihss_intercept") + thresholds.number("outcome.b_nihss_slope") * race


def b_expected(race: float, lysis_min: float, groin_min: float | None, thresholds: Thresholds) -> float:
    """Return P(mRS 0-2) of an ischaemic stroke with lysis and, where it happens, thrombectomy."""
    nihss = b_nihss(race, thresholds)
    lysed = _b_lysis(nihss, lysis_min, thresholds)
    if groin_min is None:
        return lysed
    share = b_large_vessel(race, thresholds)
    return share * _b_thrombectomy(nihss, groin_min, lysed, thresholds) + (1 - share) * lysed


def _b_lysis(nihss: float, minutes: float, thresholds: Thresholds) -> float:
    base = _parabola("outcome.b_base", nihss, thresholds)
    if minutes > thresholds.number("outcome.b_ivt_limit"):
        return base
    ratio = thresholds.number("outcome.b_ivt_or_0") + thresholds.number("outcome.b_ivt_or_1") * minutes
    odds = ratio * base / (1 - base)
    return odds / (1 + odds)


def _b_thrombectomy(nihss: float, minutes: float, lysed: float, thresholds: Thresholds) -> float:
    """Mix reperfused and not reperfused patients; never below lysis alone, and nothing after six hours."""
    if minutes > thresholds.number("outcome.b_evt_limit"):
        return lysed
    rate = thresholds.number("outcome.b_reperfusion")
    slope = thresholds.number("outcome.b_evt_0") + thresholds.number("outcome.b_evt_1") * minutes
    return max(lysed, rate * exp(slope * nihss) + (1 - rate) * lysed)


# Model C


def c_distribution(
    occlusion: Occlusion, treatment: Reperfusion | None, minutes: float, thresholds: Thresholds
) -> tuple[float, ...]:
    """Return P(mRS <= 0), ..., P(mRS <= 5) with a treatment at this minute, or without any."""
    if treatment is None:
        return tuple(thresholds.number(f"outcome.c_untreated_{occlusion}_{grade}") for grade in GRADES)
    share = min(1.0, minutes / thresholds.number(f"outcome.c_{treatment}_no_effect"))
    return tuple(_c_between(f"{occlusion}_{treatment}_{grade}", share, thresholds) for grade in GRADES)


def c_utility(cumulative: tuple[float, ...], thresholds: Thresholds) -> float:
    """Return the mean utility of a distribution; death counts nothing."""
    total, before = 0.0, 0.0
    for grade, reached in zip(GRADES, cumulative, strict=True):
        total += (reached - before) * thresholds.number(f"outcome.utility_{grade}")
        before = reached
    return total


def _c_between(name: str, share: float, thresholds: Thresholds) -> float:
    start = _log_odds(thresholds.number(f"outcome.c_t0_{name}"))
    end = _log_odds(thresholds.number(f"outcome.c_no_effect_{name}"))
    return 1 / (1 + exp(-(start + share * (end - start))))


def _log_odds(probability: float) -> float:
    return log(probability / (1 - probability))
