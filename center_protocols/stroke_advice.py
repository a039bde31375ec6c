"""Compare direct transport with drip-and-ship for a suspected large-vessel occlusion, and say how sure that is.

The comparison uses model A and advises inside the gates of ``destination_stroke``; it never changes a ranking. How sure
it is comes from a fixed grid of scenarios (travel shorter or longer, occlusion less or more likely), not from random
draws, so that the same evidence gives the same words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Final

import msgspec

from center_protocols.assessment import DEFAULT_SETTINGS, Assessment, Coded, ProtocolSettings
from center_protocols.destination import DestinationRanking
from center_protocols.outcome import MODEL_A, Screen, a_expected
from center_protocols.vocabulary import Condition, Strength, Treatment

PERCENT: Final = 100


class StrokeRoute(msgspec.Struct, frozen=True):
    """Hold one way to treatment; ``transfer_s`` is the drive on to thrombectomy, ``None`` when it happens here."""

    center_id: str
    drive_s: float
    transfer_s: float | None = None


class RouteOutcome(msgspec.Struct, frozen=True):
    """Hold the probability of a good outcome (mRS 0-1) along one route."""

    center_id: str
    good_outcome: float


class StrokeAdvice(msgspec.Struct, frozen=True):
    """Hold the comparison with everything needed to repeat it."""

    model: str
    screen: Screen
    since_onset_min: float
    rows: tuple[RouteOutcome, ...]
    strength: Strength
    tie: bool
    reason: Coded


def stroke_advice(
    assessment: Assessment,
    ranking: DestinationRanking,
    transfer_s: Mapping[str, float],
    at: datetime,
    settings: ProtocolSettings = DEFAULT_SETTINGS,
) -> StrokeAdvice | None:
    """Advise on a ranking; ``transfer_s`` gives each lysis centre's drive on to thrombectomy.

    ``None`` without a suspected occlusion, without a known time, or when fewer than two routes can be compared.
    """
    known_well = assessment.reperfusion.last_known_well_at
    if not assessment.has(Condition.STROKE_LVO) or known_well is None:
        return None
    routes = [
        StrokeRoute(option.center_id, option.eta_s, None if direct else transfer_s[option.center_id])
        for option in ranking.options
        if (direct := option.treatment is Treatment.GROIN) or option.center_id in transfer_s
    ]
    if len(routes) <= 1:
        return None
    return compare(routes, (at - known_well) / timedelta(minutes=1), screen_of(assessment), settings)


def screen_of(assessment: Assessment) -> Screen:
    """Return the positive scale with published shares; LAMS stands in for the scales that have none."""
    codes = {item.code for fired in assessment.conditions for item in fired.evidence}
    return next((screen for screen in Screen if f"{screen}.at_least" in codes), Screen.LAMS)


def compare(
    routes: Sequence[StrokeRoute],
    since_onset_min: float,
    screen: Screen,
    settings: ProtocolSettings = DEFAULT_SETTINGS,
) -> StrokeAdvice:
    """Rank the routes by expected outcome and count in how many scenarios the first stays first."""
    number = settings.thresholds.number
    rows = _outcomes(routes, since_onset_min, screen, settings, (1, 1, 1))
    travel, occlusion = number("outcome.travel_spread"), number("outcome.lvo_spread")
    drives = (1 - travel, 1, 1 + travel)
    grid = list(product(drives, drives, (1 - occlusion, 1, 1 + occlusion)))
    best = rows[0].center_id
    stays = [_outcomes(routes, since_onset_min, screen, settings, factors)[0].center_id == best for factors in grid]
    strength = _strength(sum(stays) / len(grid), settings)
    tie = len(rows) > 1 and rows[0].good_outcome - rows[1].good_outcome < number("outcome.tie_share")
    percent = round(PERCENT * rows[0].good_outcome, 1)
    reason = Coded(f"stroke_advice.{strength}", {"center": best, "percent": percent, "model": MODEL_A})
    return StrokeAdvice(MODEL_A, screen, since_onset_min, rows, strength, tie, reason)


def _outcomes(
    routes: Sequence[StrokeRoute],
    since_onset_min: float,
    screen: Screen,
    settings: ProtocolSettings,
    factors: tuple[float, float, float],
) -> tuple[RouteOutcome, ...]:
    """Return the routes best first; of equals the nearer leads."""
    found = [(_expected(route, since_onset_min, screen, settings, factors), route) for route in routes]
    found.sort(key=lambda row: (-row[0], row[1].drive_s, row[1].center_id))
    return tuple(RouteOutcome(route.center_id, value) for value, route in found)


def _expected(
    route: StrokeRoute,
    since_onset_min: float,
    screen: Screen,
    settings: ProtocolSettings,
    factors: tuple[float, float, float],
) -> float:
    drive_factor, transfer_factor, lvo_factor = factors
    minutes = settings.minutes
    arrival = since_onset_min + route.drive_s * drive_factor / timedelta(minutes=1).total_seconds()
    if route.transfer_s is None:
        lysis, groin = minutes("outcome.a_mothership_dtn"), minutes("outcome.a_mothership_door_to_groin")
        return a_expected(screen, arrival + lysis, arrival + groin, settings.thresholds, lvo_factor=lvo_factor)
    needle = arrival + minutes("outcome.a_drip_dtn")
    transfer = route.transfer_s * transfer_factor / timedelta(minutes=1).total_seconds()
    groin = needle + minutes("outcome.a_needle_to_door_out") + transfer + minutes("outcome.a_receiving_door_to_groin")
    return a_expected(screen, needle, groin, settings.thresholds, lvo_factor=lvo_factor)


def _strength(share: float, settings: ProtocolSettings) -> Strength:
    if share >= settings.thresholds.number("outcome.strength_clear"):
        return Strength.CLEAR
    close = share >= settings.thresholds.number("outcome.strength_close")
    return Strength.CLOSE if close else Strength.COIN_TOSS
