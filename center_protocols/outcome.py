"""Estimate outcomes after stroke with published models; advice inside the guideline gates, never a gate itself.

Model A (Holodinsky/Milne): probability of mRS 0-1 from the minutes between onset and treatment.
Model B (STOP): probability of mRS 0-2 from RACE and minutes, for ischaemic stroke.
Model C (stroke-outcome): the whole mRS distribution; log-odds are linear in time until the treatment has no effect.
Every constant stands in ``thresholds/outcome.toml``. Minutes count from onset, or from last known well.
"""

from dataclasses import dataclass
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
    curve = ModelB.of(b_nihss(race, thresholds), thresholds)
    if groin_min is None:
        return curve.lysed(lysis_min)
    return curve.mixed(lysis_min, groin_min, b_large_vessel(race, thresholds))


@dataclass(frozen=True, slots=True)
class ModelB:
    """Hold the curves of one patient's NIHSS, so that a simulation need not look them up ten thousand times."""

    nihss: float
    untreated: float
    ratio: tuple[float, float]
    lysis_limit_min: float
    opening: tuple[float, float]
    reperfused: float
    opening_limit_min: float

    @classmethod
    def of(cls, nihss: float, thresholds: Thresholds) -> "ModelB":
        """Read the constants."""
        number = thresholds.number
        return cls(
            nihss=nihss,
            untreated=_parabola("outcome.b_base", nihss, thresholds),
            ratio=(number("outcome.b_ivt_or_0"), number("outcome.b_ivt_or_1")),
            lysis_limit_min=number("outcome.b_ivt_limit"),
            opening=(number("outcome.b_evt_0"), number("outcome.b_evt_1")),
            reperfused=number("outcome.b_reperfusion"),
            opening_limit_min=number("outcome.b_evt_limit"),
        )

    def lysed(self, minutes: float) -> float:
        """Return P(mRS 0-2) with lysis at this minute; after its limit, of an untreated patient."""
        if minutes > self.lysis_limit_min:
            return self.untreated
        odds = (self.ratio[0] + self.ratio[1] * minutes) * self.untreated / (1 - self.untreated)
        return odds / (1 + odds)

    def opened(self, minutes: float, lysed: float) -> float:
        """Mix reperfused and not reperfused patients; never below lysis alone, and nothing after six hours."""
        if minutes > self.opening_limit_min:
            return lysed
        good = exp((self.opening[0] + self.opening[1] * minutes) * self.nihss)
        return max(lysed, self.reperfused * good + (1 - self.reperfused) * lysed)

    def mixed(self, lysis_min: float, groin_min: float, share: float) -> float:
        """Return P(mRS 0-2) when this share of such patients has a large-vessel occlusion."""
        lysed = self.lysed(lysis_min)
        return share * self.opened(groin_min, lysed) + (1 - share) * lysed


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


def c_expected(screen: Screen, lysis_min: float, groin_min: float, thresholds: Thresholds) -> float:
    """Return the mean utility of an ischaemic stroke: thrombectomy after lysis never does worse than lysis alone."""
    number = thresholds.number
    large, small = number(f"outcome.a_share_{screen}_lvo"), number(f"outcome.a_share_{screen}_nlvo")
    lysed, opened, other = (
        c_utility(c_distribution(occlusion, treatment, minutes, thresholds), thresholds)
        for occlusion, treatment, minutes in (
            (Occlusion.LVO, Reperfusion.IVT, lysis_min),
            (Occlusion.LVO, Reperfusion.EVT, groin_min),
            (Occlusion.NLVO, Reperfusion.IVT, lysis_min),
        )
    )
    return (large * max(lysed, opened) + small * other) / (large + small)


def _c_between(name: str, share: float, thresholds: Thresholds) -> float:
    start = _log_odds(thresholds.number(f"outcome.c_t0_{name}"))
    end = _log_odds(thresholds.number(f"outcome.c_no_effect_{name}"))
    return 1 / (1 + exp(-(start + share * (end - start))))


def _log_odds(probability: float) -> float:
    return log(probability / (1 - probability))
