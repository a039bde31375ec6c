"""How fast a city's roads really are, relative to the profile: learned factors, with their counts and their age.

A road's factor is ``overall * road class * hour * road class in that hour * area``; each was learned as what the ones
before it left over, and shrunk towards 1 (nothing left over) the fewer drives spoke for it. Factors multiply durations.
`geo.tracks.speed_learning` learns them; a file (JSON, versioned, with its own checksum) carries them to a server.
"""

import hashlib
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from geo.live_weights import CITY_TIME, HOURS_OF_WEEK
from geo.point import EARTH_RADIUS_M
from geo.roads import RoadGraph
from geo.speeds import ROAD_CLASSES, Profile
from geo.tracks.learning_rules import LearningRules

FORMAT = "greenchannel.learned-speeds"
FORMAT_VERSION = 1

# Weekdays and weekends apart: 48 hours in all.
BANDS = 48
_DAY_HOURS, _FIRST_WEEKEND_DAY = 24, 5
_METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M

MEASURED_ON_TAXIS = "measured on taxis, unverified for ambulances"


class BadLearnedSpeeds(ValueError):  # noqa: N818 - the name is the sentence
    """Say why a file of learned speeds cannot be used."""


class Factor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One learned factor: how many drives spoke for it (parts of drives add up), and when the newest of them began."""

    factor: float
    count: float
    newest_at: datetime | None


UNLEARNED = Factor(1.0, 0.0, None)


class AreaCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The factor of one square of the area grid."""

    column: int
    row: int
    learned: Factor


class AreaGrid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Squares of ``cell_m`` from a south-western corner in WGS-84; it does not depend on the pack."""

    west: float
    south: float
    cell_m: float

    def cells_of(self, graph: RoadGraph) -> NDArray[np.int64]:
        """Return int64[stretches, 2]: column and row of the middle of every stretch."""
        middle = (graph.first_shape[:-1] + graph.first_shape[1:] - 1) // 2
        shrink = math.cos(math.radians(self.south))
        east_m = (graph.shape_lon[middle] - self.west) * _METRES_PER_DEGREE * shrink
        north_m = (graph.shape_lat[middle] - self.south) * _METRES_PER_DEGREE
        cells = np.stack([np.floor(east_m / self.cell_m), np.floor(north_m / self.cell_m)], axis=1)
        return np.asarray(cells.astype(np.int64))


class LearnedSpeeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that was learned from one set of tracks, and what it was learned from.

    ``bands`` has 48 entries: the hours of a weekday, then of a weekend day, city time. ``classes`` and ``class_bands``
    are keyed by road class; ``first_at`` and ``last_at`` are when the first and the last drive began.
    """

    format: str
    version: int
    profile: str
    profile_version: int
    source: str
    vehicles: str
    mark: str
    drives: int
    first_at: datetime
    last_at: datetime
    overall: Factor
    bands: tuple[Factor, ...]
    classes: dict[str, Factor]
    class_bands: dict[str, tuple[Factor, ...]]
    grid: AreaGrid
    areas: tuple[AreaCell, ...]

    def hour_factors(self) -> NDArray[np.float64]:
        """Return float64[road classes, hours of the week] for `geo.live_weights.LiveWeights.learn`."""
        per_class = np.array([self.classes.get(name, UNLEARNED).factor for name in ROAD_CLASSES])
        nothing = (UNLEARNED,) * BANDS
        both = [self.class_bands.get(name, nothing) for name in ROAD_CLASSES]
        per_class_band = np.array([[one.factor for one in bands] for bands in both])
        per_band = np.array([one.factor for one in self.bands])
        by_band = self.overall.factor * per_class[:, None] * per_band * per_class_band
        return np.asarray(by_band[:, BAND_OF_HOUR])

    def road_factors(self, graph: RoadGraph) -> NDArray[np.float64]:
        """Return float64[stretches]: the factor of the area that each lies in, for the same `learn`."""
        known = {(cell.column, cell.row): cell.learned.factor for cell in self.areas}
        cells = self.grid.cells_of(graph).tolist()
        return np.array([known.get((column, row), 1.0) for column, row in cells])

    def age_s(self, at: datetime) -> float:
        """Return the seconds since the newest drive, as screens show it."""
        return (at - self.last_at).total_seconds()


def band_of(began_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the band of each moment, given as seconds since 1970 in UTC."""
    moments = (datetime.fromtimestamp(each, UTC).astimezone(CITY_TIME) for each in began_s.tolist())
    return np.array([_band(moment.weekday(), moment.hour) for moment in moments], dtype=np.int64)


def _band(weekday: int, hour: int) -> int:
    return hour + (_DAY_HOURS if weekday >= _FIRST_WEEKEND_DAY else 0)


BAND_OF_HOUR = np.array([_band(hour // _DAY_HOURS, hour % _DAY_HOURS) for hour in range(HOURS_OF_WEEK)])


class _SealedSpeeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: what was learned, and the SHA-256 of its JSON."""

    sha256: str
    learned: LearnedSpeeds

    @classmethod
    def of(cls, learned: LearnedSpeeds) -> Self:
        """Seal what was learned."""
        return cls(hashlib.sha256(msgspec.json.encode(learned)).hexdigest(), learned)


def write_learned(path: Path, learned: LearnedSpeeds) -> None:
    """Write the file. OSError goes up."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(_SealedSpeeds.of(learned)), indent=1) + b"\n")


def read_learned(path: Path, profile: Profile, rules: LearningRules) -> LearnedSpeeds:
    """Read a file of learned speeds for a profile.

    Raises `BadLearnedSpeeds` when it cannot be read, was changed or cut, is of another version, was learned against
    another profile, or holds a factor that no road has.
    """
    try:
        sealed = msgspec.json.decode(path.read_bytes(), type=_SealedSpeeds)
    except (OSError, msgspec.DecodeError) as trouble:
        raise BadLearnedSpeeds(f"{path}: no readable file of learned speeds ({trouble})") from trouble
    learned = sealed.learned
    if (learned.format, learned.version) != (FORMAT, FORMAT_VERSION):
        raise BadLearnedSpeeds(f"{path}: is {learned.format} {learned.version}, not {FORMAT} {FORMAT_VERSION}")
    if sealed != _SealedSpeeds.of(learned):
        raise BadLearnedSpeeds(f"{path}: its checksum does not fit its content")
    if (learned.profile, learned.profile_version) != (profile.name, profile.version):
        told = f"{learned.profile} {learned.profile_version}"
        raise BadLearnedSpeeds(f"{path}: learned against profile {told}, not {profile.name} {profile.version}")
    _check(path, learned, rules)
    return learned


def _check(path: Path, learned: LearnedSpeeds, rules: LearningRules) -> None:
    unknown = (set(learned.classes) | set(learned.class_bands)) - set(ROAD_CLASSES)
    if unknown:
        raise BadLearnedSpeeds(f"{path}: knows road classes that nobody else does: {', '.join(sorted(unknown))}")
    if any(len(bands) != BANDS for bands in (learned.bands, *learned.class_bands.values())):
        raise BadLearnedSpeeds(f"{path}: a day needs {BANDS} bands")
    if learned.first_at.tzinfo is None or learned.last_at.tzinfo is None or not learned.grid.cell_m > 0.0:
        raise BadLearnedSpeeds(f"{path}: its times carry no zone, or its areas no size")
    whole = {"hour": learned.hour_factors(), "area": np.array([cell.learned.factor for cell in learned.areas])}
    for what, factors in whole.items():
        if not bool(((factors >= rules.factor_min) & (factors <= rules.factor_max)).all()):
            raise BadLearnedSpeeds(f"{path}: an {what} factor is not from {rules.factor_min} to {rules.factor_max}")
