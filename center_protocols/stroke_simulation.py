"""Ask model B how sure its choice is: a thousand patients like this one, the uncertain things drawn anew for each.

Drawn are the probability of a large-vessel occlusion (between its published bounds), the times behind each door
(between their published quartiles) and the drives. The draws follow from the question itself: the same evidence gives
the same thousand patients, so that a decision can be replayed, and two routes differ only by what differs.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_128
from statistics import mean
from struct import iter_unpack
from typing import Final, NamedTuple

import msgspec

from center_protocols.assessment import ProtocolSettings
from center_protocols.outcome import ModelB, b_large_vessel, b_nihss

SECONDS_PER_MINUTE: Final = 60
BITS_PER_BYTE: Final = 8
BYTES_PER_DRAW: Final = 4
DRAWS_PER_PATIENT: Final = 6
# Questions that are on some screen at the same time.
CACHED_SETS: Final = 256


class StrokeRoute(msgspec.Struct, frozen=True):
    """Hold one way to treatment; ``transfer_s`` is the drive on to thrombectomy, ``None`` when it happens here."""

    center_id: str
    drive_s: float
    transfer_s: float | None = None


class SimulatedRoute(msgspec.Struct, frozen=True):
    """Hold one route's mean P(mRS 0-2) and the share of patients for whom it was the best route."""

    center_id: str
    good_outcome: float
    wins: float


@dataclass(frozen=True, slots=True)
class Patient:
    """Hold one drawn patient: the probability of an occlusion, factors on the drives, minutes behind the doors."""

    occlusion: float
    drive_factor: float
    transfer_factor: float
    drip_needle_min: float
    direct_needle_min: float
    direct_groin_min: float


class Spread(NamedTuple):
    """Hold the ends and the middle between which a thing is drawn."""

    low: float
    middle: float
    high: float

    def at(self, draw: float) -> float:
        """Bend an even draw from 0 to 1 so that half of the values lie on each side of the middle."""
        share = 2 * draw
        if share < 1:
            return self.low + share * (self.middle - self.low)
        return self.middle + (share - 1) * (self.high - self.middle)


@lru_cache(maxsize=CACHED_SETS)
def simulate(
    routes: tuple[StrokeRoute, ...], since_onset_min: float, race: float, settings: ProtocolSettings
) -> tuple[SimulatedRoute, ...]:
    """Return the routes best first, by how often they win, then by their mean; remembered, as screens ask again."""
    seed = repr((race, since_onset_min, *msgspec.to_builtins(routes))).encode()
    patients = _patients(seed, race, settings)
    curve = ModelB.of(b_nihss(race, settings.thresholds), settings.thresholds)
    found = [_outcomes(route, since_onset_min, patients, curve, settings) for route in routes]
    wins = Counter(max(range(len(routes)), key=values.__getitem__) for values in zip(*found, strict=True))
    rows = [
        SimulatedRoute(route.center_id, mean(found[place]), wins[place] / len(patients))
        for place, route in enumerate(routes)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.wins, -row.good_outcome)))


def _outcomes(
    route: StrokeRoute, since_onset_min: float, patients: list[Patient], curve: ModelB, settings: ProtocolSettings
) -> list[float]:
    """Return P(mRS 0-2) of every drawn patient along one route."""
    drive = route.drive_s / SECONDS_PER_MINUTE
    if route.transfer_s is None:
        arrivals = [(since_onset_min + each.drive_factor * drive, each) for each in patients]
        return [
            curve.mixed(arrival + each.direct_needle_min, arrival + each.direct_groin_min, each.occlusion)
            for arrival, each in arrivals
        ]
    transfer = route.transfer_s / SECONDS_PER_MINUTE
    doors = settings.minutes("outcome.a_needle_to_door_out") + settings.minutes("outcome.a_receiving_door_to_groin")
    needles = [(since_onset_min + each.drive_factor * drive + each.drip_needle_min, each) for each in patients]
    return [
        curve.mixed(needle, needle + doors + each.transfer_factor * transfer, each.occlusion)
        for needle, each in needles
    ]


def _patients(seed: bytes, race: float, settings: ProtocolSettings) -> list[Patient]:
    number = settings.thresholds.number
    occlusion = Spread(*(b_large_vessel(race, settings.thresholds, bound) for bound in ("low", "", "high")))
    travel = Spread(1 - number("outcome.travel_spread"), 1, 1 + number("outcome.travel_spread"))
    drip, needle, groin = (_quartiles(name, settings) for name in ("drip_needle", "direct_needle", "direct_groin"))
    return [
        Patient(
            occlusion.at(large),
            travel.at(drive),
            travel.at(transfer),
            drip.at(first),
            needle.at(direct),
            max(needle.at(direct), groin.at(puncture)),
        )
        for large, drive, transfer, first, direct, puncture in _draws(seed, int(number("outcome.b_patients")))
    ]


def _draws(seed: bytes, patients: int) -> Iterator[tuple[float, ...]]:
    """Stretch the question into numbers from 0 to 1, the same ones for the same question."""
    whole = 1 << (BITS_PER_BYTE * BYTES_PER_DRAW)
    stretched = shake_128(seed).digest(BYTES_PER_DRAW * DRAWS_PER_PATIENT * patients)
    return (tuple(word / whole for word in words) for words in iter_unpack(f"<{DRAWS_PER_PATIENT}I", stretched))


def _quartiles(name: str, settings: ProtocolSettings) -> Spread:
    number = settings.thresholds.number
    return Spread(number(f"outcome.b_{name}_q1"), number(f"outcome.b_{name}_median"), number(f"outcome.b_{name}_q3"))
