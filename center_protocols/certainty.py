"""Say how sure a lead is: the chance that it stays one, from how far drives and door times spread.

A drive spreads by its own 90th percentile, as the roads give it. What is behind a door spreads by the slow tenth that
the centre's register has taught; a usual wait is known the better, the more cases speak for it, so for the comparison
of two centres the spread shrinks with their number. Both are read as normal.
"""

from math import hypot, sqrt
from statistics import NormalDist
from typing import Final

import msgspec

from center_protocols.assessment import ProtocolSettings
from center_protocols.door_times import DoorTime
from center_protocols.vocabulary import Strength

NINE_TENTHS: Final = 0.9
# How many standard deviations the 90th percentile lies above the middle.
SLOW_TENTH: Final = NormalDist().inv_cdf(NINE_TENTHS)
# Whoever wins half of the time leads by nothing.
EVEN: Final = NormalDist().cdf(0)


class Prediction(msgspec.Struct, frozen=True):
    """Hold one predicted minute: the middle, how far one patient may be off, how far the middle itself may be off."""

    middle_s: float
    patient_s: float
    belief_s: float

    @property
    def slow_s(self) -> float:
        """Return the 90th percentile of one patient."""
        return self.middle_s + SLOW_TENTH * self.patient_s

    def by(self, limit_s: float) -> float:
        """Return the chance that one patient is treated by then."""
        return _chance(limit_s - self.middle_s, self.patient_s)


class Spread(msgspec.Struct, frozen=True):
    """Hold what is the same for every centre: how many cases a default counts for."""

    prior_cases: float

    @classmethod
    def of(cls, settings: ProtocolSettings) -> "Spread":
        """Read the settings."""
        number = settings.thresholds.number
        return cls(number("destination.prior_cases"))

    def around(self, middle_s: float, eta_s: float, eta_slow_s: float, door: DoorTime) -> Prediction:
        """Spread a predicted time by its drive and its door."""
        drive_s = max(0.0, eta_slow_s - eta_s) / SLOW_TENTH
        door_s = max(0.0, door.p90_s - door.median_s) / SLOW_TENTH
        belief_s = door_s / sqrt(door.cases + self.prior_cases)
        return Prediction(middle_s, hypot(drive_s, door_s), hypot(drive_s, belief_s))


def leads(first: Prediction, second: Prediction) -> float:
    """Return the chance that the first is really the earlier of two."""
    return _chance(second.middle_s - first.middle_s, hypot(first.belief_s, second.belief_s))


def strength_of(chance: float, settings: ProtocolSettings) -> Strength:
    """Put a chance into words."""
    number = settings.thresholds.number
    if chance >= number("destination.strength_clear"):
        return Strength.CLEAR
    return Strength.CLOSE if chance >= number("destination.strength_close") else Strength.COIN_TOSS


def _chance(lead_s: float, spread_s: float) -> float:
    if spread_s == 0:
        return EVEN if lead_s == 0 else float(lead_s > 0)
    return NormalDist().cdf(lead_s / spread_s)
