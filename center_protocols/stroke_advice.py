"""Compare direct transport with drip-and-ship for a suspected large-vessel occlusion, and say how sure that is.

The comparison uses models A and C, and B where the crew has scored RACE. It advises inside the gates of
``destination_stroke`` and never changes a ranking. How sure model A is comes from a fixed grid of scenarios (travel
shorter or longer, occlusion less or more likely), how sure model B is from draws that the question itself seeds: the
same evidence gives the same words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Final

import msgspec

from center_protocols.assessment import DEFAULT_SETTINGS, Assessment, Coded, ProtocolSettings
from center_protocols.destination import DestinationRanking
from center_protocols.outcome import MODEL_A, MODEL_B, MODEL_C, Screen, a_expected, c_expected
from center_protocols.stroke_simulation import SimulatedRoute, StrokeRoute, simulate
from center_protocols.vocabulary import Condition, Strength, Treatment

PERCENT: Final = 100
# A lead inside the tie band is small even when it is stable.
WITHIN_THE_BAND: Final = {
    Strength.CLEAR: Strength.CLOSE,
    Strength.CLOSE: Strength.COIN_TOSS,
    Strength.COIN_TOSS: Strength.COIN_TOSS,
}


class RouteOutcome(msgspec.Struct, frozen=True):
    """Hold one route's probability of a good outcome (mRS 0-1, model A) and mean utility (model C), with its drives."""

    center_id: str
    good_outcome: float
    utility: float
    drive_s: float
    transfer_s: float | None = None


class StrokeAdvice(msgspec.Struct, frozen=True):
    """Hold the comparison with everything needed to repeat it; ``simulated`` is empty while RACE is not complete.

    ``strength`` is model A's, ``utility_strength`` model C's, ``simulated_strength`` model B's over its drawn patients.
    """

    model: str
    models: tuple[str, ...]
    screen: Screen
    since_onset_min: float
    rows: tuple[RouteOutcome, ...]
    strength: Strength
    tie: bool
    reason: Coded
    utility_strength: Strength
    race: float | None = None
    simulated: tuple[SimulatedRoute, ...] = ()
    simulated_strength: Strength | None = None


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
    since_onset_min = float(round((at - known_well) / timedelta(minutes=1)))
    return compare(_few(routes), since_onset_min, screen_of(assessment), settings, assessment.reperfusion.race)


def _few(routes: Sequence[StrokeRoute]) -> list[StrokeRoute]:
    """Keep the nearest of each way: a centre behind two of its kind is never the answer."""
    nearest = sorted(routes, key=lambda route: route.drive_s)
    direct = [route for route in nearest if route.transfer_s is None]
    drip = [route for route in nearest if route.transfer_s is not None]
    return [*direct[:2], *drip[:2]]


def screen_of(assessment: Assessment) -> Screen:
    """Return the positive scale with published shares; LAMS stands in for the scales that have none."""
    codes = {item.code for fired in assessment.conditions for item in fired.evidence}
    return next((screen for screen in Screen if f"{screen}.at_least" in codes), Screen.LAMS)


def compare(
    routes: Sequence[StrokeRoute],
    since_onset_min: float,
    screen: Screen,
    settings: ProtocolSettings = DEFAULT_SETTINGS,
    race: float | None = None,
) -> StrokeAdvice:
    """Rank the routes by expected outcome and count in how many scenarios the first stays first."""
    number = settings.thresholds.number
    rows = _outcomes(routes, since_onset_min, screen, settings, (1, 1, 1))
    travel, occlusion = number("outcome.travel_spread"), number("outcome.lvo_spread")
    drives = (1 - travel, 1, 1 + travel)
    grid = list(product(drives, drives, (1 - occlusion, 1, 1 + occlusion)))
    scenarios = [_outcomes(routes, since_onset_min, screen, settings, factors) for factors in grid]
    best, band = rows[0].center_id, number("outcome.tie_share")
    stays = sum(each[0].center_id == best for each in scenarios)
    tie = len(rows) > 1 and rows[0].good_outcome - rows[1].good_outcome < band
    stable = _strength(stays / len(grid), settings)
    strength = WITHIN_THE_BAND[stable] if tie else stable
    percent = round(PERCENT * rows[0].good_outcome, 1)
    reason = Coded(f"stroke_advice.{strength}", {"center": best, "percent": percent, "model": MODEL_A})
    simulated = simulate(_in_order(routes), since_onset_min, race, settings) if race is not None else ()
    return StrokeAdvice(
        model=MODEL_A,
        models=(MODEL_A, MODEL_C, *((MODEL_B,) if simulated else ())),
        screen=screen,
        since_onset_min=since_onset_min,
        rows=rows,
        strength=strength,
        tie=tie,
        reason=reason,
        utility_strength=_utility_strength(rows, scenarios, band, settings),
        race=race,
        simulated=simulated,
        simulated_strength=_strength(simulated[0].wins, settings) if simulated else None,
    )


def _utility_strength(
    rows: tuple[RouteOutcome, ...],
    scenarios: Sequence[tuple[RouteOutcome, ...]],
    band: float,
    settings: ProtocolSettings,
) -> Strength:
    """Say how surely model C's first stays first; a lead inside the band is small even when it is stable."""
    first, *others = sorted(rows, key=_by_utility)
    stays = sum(min(each, key=_by_utility).center_id == first.center_id for each in scenarios)
    stable = _strength(stays / len(scenarios), settings)
    tie = bool(others) and first.utility - others[0].utility < band
    return WITHIN_THE_BAND[stable] if tie else stable


def _by_utility(row: RouteOutcome) -> tuple[float, float, str]:
    return -row.utility, row.drive_s, row.center_id


def by_outcome(
    ranking: DestinationRanking, advice: StrokeAdvice | None, settings: ProtocolSettings
) -> DestinationRanking:
    """Put the route of the better expected outcome first where the city asks for it and the lead is no tie.

    Where times cannot be compared, because nobody else treats in the same way, the model's strength stands in. Only
    what passed every gate is an option, so that the model never opens one; off by default, because its constants are
    second-hand.
    """
    if advice is None:
        return ranking
    best = advice.rows[0].center_id
    agreed = ranking.options[0].center_id == best
    if ranking.strength is None:
        ranking = msgspec.structs.replace(ranking, strength=advice.strength if agreed else Strength.COIN_TOSS)
    if agreed or advice.tie or not settings.rank_by_outcome:
        return ranking
    chosen = next(option for option in ranking.options if option.center_id == best)
    params = {"percent": advice.reason.params["percent"], "model": advice.model}
    noted = msgspec.structs.replace(
        chosen, reasons=(Coded("destination.better_expected_outcome", params), *chosen.reasons)
    )
    rest = tuple(option for option in ranking.options if option.center_id != best)
    return msgspec.structs.replace(ranking, options=(noted, *rest), strength=advice.strength, by_outcome=True)


def _in_order(routes: Sequence[StrokeRoute]) -> tuple[StrokeRoute, ...]:
    return tuple(sorted(routes, key=lambda route: (route.drive_s, route.center_id)))


def _outcomes(
    routes: Sequence[StrokeRoute],
    since_onset_min: float,
    screen: Screen,
    settings: ProtocolSettings,
    factors: tuple[float, float, float],
) -> tuple[RouteOutcome, ...]:
    """Return the routes best first; of equals the nearer leads."""
    found = [_expected(route, since_onset_min, screen, settings, factors) for route in routes]
    return tuple(sorted(found, key=lambda row: (-row.good_outcome, row.drive_s, row.center_id)))


def _expected(
    route: StrokeRoute,
    since_onset_min: float,
    screen: Screen,
    settings: ProtocolSettings,
    factors: tuple[float, float, float],
) -> RouteOutcome:
    drive_factor, transfer_factor, lvo_factor = factors
    needle, groin = _minutes(route, since_onset_min, settings, drive_factor, transfer_factor)
    return RouteOutcome(
        route.center_id,
        a_expected(screen, needle, groin, settings.thresholds, lvo_factor=lvo_factor),
        c_expected(screen, needle, groin, settings.thresholds),
        route.drive_s,
        route.transfer_s,
    )


def _minutes(
    route: StrokeRoute, since_onset_min: float, settings: ProtocolSettings, drive_factor: float, transfer_factor: float
) -> tuple[float, float]:
    """Return the minutes from onset to needle and to groin puncture along one route."""
    minutes, a_minute = settings.minutes, timedelta(minutes=1).total_seconds()
    arrival = since_onset_min + route.drive_s * drive_factor / a_minute
    if route.transfer_s is None:
        return arrival + minutes("outcome.a_mothership_dtn"), arrival + minutes("outcome.a_mothership_door_to_groin")
    needle = arrival + minutes("outcome.a_drip_dtn")
    transfer = route.transfer_s * transfer_factor / a_minute
    return needle, needle + minutes("outcome.a_needle_to_door_out") + transfer + minutes(
        "outcome.a_receiving_door_to_groin"
    )


def _strength(share: float, settings: ProtocolSettings) -> Strength:
    if share >= settings.thresholds.number("outcome.strength_clear"):
        return Strength.CLEAR
    close = share >= settings.thresholds.number("outcome.strength_close")
    return Strength.CLOSE if close else Strength.COIN_TOSS
