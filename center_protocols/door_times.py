"""Learn each centre's own time from door to treatment from its register; until it has cases, the default counts."""

from collections.abc import Sequence
from functools import lru_cache
from statistics import quantiles
from typing import Final

import msgspec

from center_protocols.assessment import DEFAULT_SETTINGS, ProtocolSettings
from center_protocols.vocabulary import TimePoint, Treatment

# statistics.quantiles cuts into tenths: the fifth cut is the median, the ninth the 90th percentile.
TENTHS: Final = 10
# Defaults of a few cities: one row for each treatment.
KEPT: Final = 256
MEDIAN: Final = 4
NINETIETH: Final = 8
SECONDS_PER_MINUTE: Final = 60


# The registered minute at which each treatment has begun; the clock starts at the gate.
DOOR_POINTS: Final = {
    Treatment.WIRE: TimePoint.WIRE,
    Treatment.NEEDLE: TimePoint.NEEDLE,
    Treatment.GROIN: TimePoint.GROIN,
    Treatment.CT: TimePoint.CT_STARTED,
    Treatment.OR: TimePoint.OR_ARRIVAL,
    Treatment.OBSTETRIC_OR: TimePoint.OBSTETRIC_OR_ARRIVAL,
    Treatment.PICU: TimePoint.PICU_ARRIVAL,
    Treatment.NICU: TimePoint.NICU_ARRIVAL,
    Treatment.RESUS: TimePoint.RESUS_STARTED,
    Treatment.ED: TimePoint.HANDOFF_COMPLETE,
}


class DoorTime(msgspec.Struct, frozen=True):
    """Hold what is expected behind one door: the middle, the slow tenth, and how many cases speak for it."""

    median_s: float
    p90_s: float
    cases: int


@lru_cache(maxsize=KEPT)
def default_door(row: str, settings: ProtocolSettings) -> DoorTime:
    """Return a default door time; its slow tenth is a factor of it, and no case speaks for it."""
    median_s = settings.seconds(row)
    return DoorTime(median_s, median_s * settings.thresholds.number("destination.prior_slow_factor"), 0)


def learned(treatment: Treatment, minutes: Sequence[float], settings: ProtocolSettings = DEFAULT_SETTINGS) -> DoorTime:
    """Weigh the centre's own cases against the default, which counts as much as a few cases of its own.

    Impossible times (not above zero) are left out: they stand flagged in the register.
    """
    own = sorted(SECONDS_PER_MINUTE * minute for minute in minutes if minute > 0)
    prior_s = settings.seconds(f"destination.door_to_{treatment}")
    weight = settings.thresholds.number("destination.prior_cases")
    slow_s = prior_s * settings.thresholds.number("destination.prior_slow_factor")
    if len(own) <= 1:
        total = sum(own) + weight * prior_s
        return DoorTime(total / (weight + len(own)), slow_s, len(own))
    cuts = quantiles(own, n=TENTHS, method="inclusive")
    share = len(own) / (len(own) + weight)
    return DoorTime(
        share * cuts[MEDIAN] + (1 - share) * prior_s, share * cuts[NINETIETH] + (1 - share) * slow_s, len(own)
    )
