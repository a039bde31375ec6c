"""Hold what an assessment says: which conditions fire and why, and everything that follows from them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeAlias

import msgspec

from center_protocols.thresholds import Thresholds, builtin
from center_protocols.triage_level import TriageLevel
from center_protocols.vocabulary import (
    Activation,
    Advice,
    Area,
    Blocked,
    Bypass,
    Capability,
    Condition,
    FindingStatus,
    LevelMatch,
    LvoScale,
    Priority,
    TimePoint,
    Unknown,
)

# The units in which thresholds of time are written.
SPANS: Final = {"s": timedelta(seconds=1), "min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}

Param: TypeAlias = str | int | float

SECONDS_PER_MINUTE: Final = 60


def tidy(value: float) -> int | float:
    """Round to two places and drop an empty fraction, so that a sentence says 88 and not 88.0."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def said_minutes(seconds: float) -> int | float:
    """Return minutes as a sentence says them: whole, for nobody knows 98.1 of them; less than half a one by tenths."""
    minutes = seconds / SECONDS_PER_MINUTE
    return round(minutes) or tidy(round(minutes, 1))


class Coded(msgspec.Struct, frozen=True):
    """Carry a code of the catalogue and the parameters of its sentence; the base of every reason.

    Parameters are numbers and names, never codes themselves: a page can fill a sentence without a second look-up.
    """

    code: str
    params: dict[str, Param] = {}


class Evidence(Coded, frozen=True):
    """Name one finding that fired a gate: its field, its value and the threshold or guideline it rests on."""

    source: str = ""


class FiredCondition(msgspec.Struct, frozen=True):
    """Name one condition with its status and everything that spoke for it."""

    code: Condition
    status: FindingStatus
    evidence: tuple[Evidence, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the ids of the thresholds and guidelines behind it, each once."""
        return tuple(dict.fromkeys(item.source for item in self.evidence if item.source))


class ExpectedTimePoint(msgspec.Struct, frozen=True):
    """Expect one minute in the register, at most ``target_min`` after ``since``; without a target it is ``None``.

    ``floor_min`` is the older, looser target where two are in use; an optional point is not missed when absent.
    """

    code: TimePoint
    since: TimePoint | None = None
    target_min: float | None = None
    source: str = ""
    floor_min: float | None = None
    optional: bool = False


class ReperfusionFacts(msgspec.Struct, frozen=True):
    """Carry what the choice of destination needs to know about time windows; an unknown time is ``None``.

    ``race`` is the sum of the scale when no item is missing, for the outcome model that needs it.
    """

    last_known_well_at: datetime | None = None
    onset_at: datetime | None = None
    lysis_contraindicated: bool = False
    race: float | None = None


class Assessment(msgspec.Struct, frozen=True):
    """Hold the whole answer about one patient; conditions stand with the most immediate threat first."""

    conditions: tuple[FiredCondition, ...]
    priority: Priority
    priority_reasons: tuple[Evidence, ...]
    required_capabilities: frozenset[Capability]
    preferred_capabilities: frozenset[Capability]
    requirements: tuple[tuple[Condition, frozenset[Capability]], ...]
    bypass: tuple[Bypass, ...]
    activate: tuple[Activation, ...]
    time_points: tuple[ExpectedTimePoint, ...]
    blocked: tuple[Blocked, ...]
    advice: tuple[Advice, ...]
    contradictions: tuple[Coded, ...]
    china_triage: TriageLevel | Unknown
    list_nearest_resus_ed: bool
    reperfusion: ReperfusionFacts
    is_child: bool = False

    @property
    def codes(self) -> tuple[Condition, ...]:
        """Return the codes of the fired conditions, most immediate threat first."""
        return tuple(fired.code for fired in self.conditions)

    def has(self, condition: Condition) -> bool:
        """Tell whether this condition fired."""
        return any(fired.code is condition for fired in self.conditions)


class CenterSwitches(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold what one hospital allows; ``direct_to_angio`` absent follows the city, ``bypass_off`` names closed doors."""

    direct_to_angio: bool | None = None
    bypass_off: frozenset[Bypass] = frozenset()


# A stretcher goes only where the hospital has the place; without its own angiography a stroke goes to the plain CT.
NEEDS: Final = {
    Bypass.CATH_LAB: Capability.PCI_24_7,
    Bypass.CT: Capability.CT,
    Bypass.CTA: Capability.CTA,
    Bypass.ANGIO_SUITE: Capability.EVT_24_7,
    Bypass.OR: Capability.TRAUMA,
    Bypass.ICU: Capability.ICU,
    Bypass.PICU: Capability.PICU,
    Bypass.NICU: Capability.NICU,
    Bypass.OBSTETRIC_OR: Capability.OBSTETRIC_OR,
    Bypass.ECPR_SUITE: Capability.ECPR,
}
INSTEAD: Final = {Bypass.CTA: Bypass.CT, Bypass.ANGIO_SUITE: Bypass.CT}
NO_SWITCHES: Final = CenterSwitches()


class ProtocolSettings:
    """Hold what one city decides: its numbers, its stroke scale, its kind of roads, its centres' switches."""

    __slots__ = (
        "_seconds",
        "area",
        "centers",
        "direct_to_angio",
        "lvo_scale",
        "newborn_levels",
        "rank_by_outcome",
        "thresholds",
    )

    def __init__(  # noqa: PLR0913 - one name for each switch of a city, all but the first by keyword
        self,
        thresholds: Thresholds | None = None,
        *,
        lvo_scale: LvoScale = LvoScale.ANY,
        area: Area = Area.URBAN,
        direct_to_angio: bool = False,
        newborn_levels: LevelMatch = LevelMatch.PREFER,
        rank_by_outcome: bool = False,
        centers: Mapping[str, CenterSwitches] = MappingProxyType({}),
    ) -> None:
        self.thresholds = thresholds or builtin()
        self.lvo_scale = lvo_scale
        self.area = area
        self.direct_to_angio = direct_to_angio
        self.newborn_levels = newborn_levels
        self.rank_by_outcome = rank_by_outcome
        self.centers = centers
        self._seconds: dict[str, float] = {}

    def bypass_at(
        self, center_id: str, bypass: Iterable[str], conditions: Iterable[str], capabilities: Iterable[str]
    ) -> tuple[Bypass, ...]:
        """Return where the stretcher goes in this hospital, by what it has and allows; nothing left means its ED.

        Only a large-vessel stroke may go to the angio suite instead of the scanner; a possible dissection never does.
        """
        switches, fired = self.centers.get(center_id, NO_SWITCHES), set(conditions)
        direct = self.direct_to_angio if switches.direct_to_angio is None else switches.direct_to_angio
        scan, other = (Bypass.ANGIO_SUITE, Bypass.CTA) if direct else (Bypass.CTA, Bypass.ANGIO_SUITE)
        large_vessel = Condition.STROKE_LVO in fired and Condition.AORTIC_DISSECTION not in fired
        wanted = [scan if large_vessel and place == other else Bypass(place) for place in bypass]
        has = set(capabilities)
        absent = {place for place, needed in NEEDS.items() if needed not in has}
        places = (INSTEAD.get(place, place) if place in absent else place for place in wanted)
        return tuple(dict.fromkeys(place for place in places if place not in absent | switches.bypass_off))

    def span(self, row: str) -> timedelta:
        """Return a threshold of time as a duration."""
        threshold = self.thresholds[row]
        return threshold.value * SPANS[threshold.unit]

    def minutes(self, row: str) -> float:
        """Return a threshold of time in minutes."""
        return self.span(row) / timedelta(minutes=1)

    def seconds(self, row: str) -> float:
        """Return a threshold of time in seconds; remembered, because a ranking asks for the same few 200 times."""
        if row not in self._seconds:
            self._seconds[row] = self.span(row).total_seconds()
        return self._seconds[row]


DEFAULT_SETTINGS = ProtocolSettings()
