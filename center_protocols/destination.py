"""Choose where to drive: gates first, then the predicted minute of treatment, then reasons for every other centre.

A missing capability and a missing road are the only gates, with the added-time limits of suspected large-vessel
occlusion (``destination_stroke``). Full, diversion and a busy room are costs with owner, reason and expiry. Nothing
here is random: the same patient and the same candidates give the same ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final

import msgspec

from center_protocols.assessment import (
    DEFAULT_SETTINGS,
    NO_SWITCHES,
    SECONDS_PER_MINUTE,
    Assessment,
    Coded,
    ProtocolSettings,
    said_minutes,
    tidy,
)
from center_protocols.certainty import Prediction, Spread, leads, strength_of
from center_protocols.destination_costs import CenterStatus, predicted
from center_protocols.destination_stroke import DirectGate, direct_gate
from center_protocols.door_times import DoorTime, default_door
from center_protocols.vocabulary import Bypass, Capability, Condition, Strength, Treatment

# Who stands farther behind the first never makes its lead doubtful.
RIVALS: Final = 5
# Hospitals of one city share few different sets of capabilities; this bounds what is remembered of them.
CACHED_SETS: Final = 2048

# The step that counts for each condition; resuscitation and the ED count only when no definitive step is due.
TREATMENTS: Final = {
    Condition.STEMI: Treatment.WIRE,
    Condition.AORTIC_DISSECTION: Treatment.CT,
    Condition.STROKE: Treatment.NEEDLE,
    Condition.STROKE_LVO: Treatment.GROIN,
    Condition.TRAUMA_RED: Treatment.OR,
    Condition.TRAUMA_YELLOW: Treatment.CT,
    Condition.CRITICAL_PREGNANCY: Treatment.OBSTETRIC_OR,
    Condition.IMMINENT_DELIVERY: Treatment.OBSTETRIC_OR,
    Condition.CRITICAL_CHILD: Treatment.PICU,
    Condition.CRITICAL_NEWBORN: Treatment.NICU,
    Condition.ACS_NON_ST: Treatment.RESUS,
    Condition.CARDIAC_ARREST: Treatment.RESUS,
    Condition.CRITICAL_OTHER: Treatment.RESUS,
    Condition.OTHER: Treatment.ED,
}
NOT_DEFINITIVE: Final = frozenset({Treatment.RESUS, Treatment.ED})


class Candidate(msgspec.Struct, frozen=True):
    """Hold one hospital as seen from one patient; ``eta_s`` is ``None`` when no road leads there.

    ``door_times`` are the centre's own, learned from its register; a treatment without one takes the default.
    ``eta_slow_s`` is the drive's 90th percentile, ``None`` with ``eta_s`` only: whoever knows a drive knows its range.
    """

    center_id: str
    capabilities: frozenset[Capability]
    eta_s: float | None
    statuses: tuple[CenterStatus, ...] = ()
    door_times: dict[Treatment, DoorTime] = {}
    eta_slow_s: float | None = None

    def __post_init__(self) -> None:
        """Refuse a drive without its range."""
        if (self.eta_s is None) is not (self.eta_slow_s is None):
            raise ValueError(f"{self.center_id}: a drive comes with its 90th percentile")


class Option(msgspec.Struct, frozen=True):
    """Hold one destination; ``tie`` says 相当: within the band of the best, ``slow_s`` is its slow tenth."""

    center_id: str
    eta_s: float
    time_to_treatment_s: float
    treatment: Treatment
    reasons: tuple[Coded, ...]
    warnings: tuple[Coded, ...]
    tie: bool
    door: DoorTime
    spread: Spread
    eta_slow_s: float

    @property
    def predicted(self) -> Prediction:
        """Return the predicted time with how far it may be off."""
        return self.spread.around(self.time_to_treatment_s, self.eta_s, self.eta_slow_s, self.door)

    @property
    def slow_s(self) -> float:
        """Return by when nine of ten such patients are treated."""
        return self.predicted.slow_s


class Excluded(msgspec.Struct, frozen=True):
    """Hold one hospital that cannot be a destination, and the reason; the nearest stand first."""

    center_id: str
    reason: Coded
    eta_s: float | None = None


class DestinationRanking(msgspec.Struct, frozen=True):
    """Hold the ranked options, the excluded rest, and what had to be given up.

    ``nearest_resus_ed`` is set for arrest, airway and bleeding; that centre is always among the options.
    ``strength`` says how clearly the first leads the second, given that travel times spread; ``None`` without a second.
    ``by_outcome`` says that an outcome model, not the clock, put the first one first.
    ``relaxed`` names the conditions whose capabilities no reachable centre has together with the others'.
    """

    options: tuple[Option, ...]
    excluded: tuple[Excluded, ...]
    relaxed: tuple[Condition, ...] = ()
    nearest_resus_ed: str | None = None
    advice: tuple[Coded, ...] = ()
    strength: Strength | None = None
    by_outcome: bool = False


class Way(msgspec.Struct, frozen=True):
    """Hold one acceptable way to treat: what it requires and the step that is waited for."""

    treatment: Treatment
    requires: frozenset[Capability]


@dataclass(frozen=True)
class Question:
    """Hold whom, when, and under which settings we ask; ``contact_at`` is the first medical contact."""

    assessment: Assessment
    at: datetime | None
    settings: ProtocolSettings
    contact_at: datetime | None = None

    @cached_property
    def spread(self) -> Spread:
        """Return how far predictions may be off in this city."""
        return Spread.of(self.settings)

    @property
    def since_contact_s(self) -> float:
        """Return what has passed since the first medical contact; nothing while that is unknown."""
        if self.at is None or self.contact_at is None:
            return 0.0
        return max(0.0, (self.at - self.contact_at).total_seconds())


class Reachable(msgspec.Struct, frozen=True):
    """Hold a candidate with a road to it."""

    center_id: str
    capabilities: frozenset[Capability]
    eta_s: float
    statuses: tuple[CenterStatus, ...]
    door_times: dict[Treatment, DoorTime]
    eta_slow_s: float


def rank_destinations(
    assessment: Assessment,
    candidates: Sequence[Candidate],
    at: datetime | None = None,
    settings: ProtocolSettings = DEFAULT_SETTINGS,
    contact_at: datetime | None = None,
) -> DestinationRanking:
    """Rank every candidate for this patient; ``at`` is the decision's minute, ``contact_at`` the first contact's."""
    question = Question(assessment, at, settings, contact_at)
    reachable = [
        Reachable(c.center_id, c.capabilities, c.eta_s, c.statuses, c.door_times, c.eta_slow_s)
        for c in candidates
        if c.eta_s is not None and c.eta_slow_s is not None
    ]
    kept = _satisfiable(assessment, reachable)
    ways = _ways(assessment, kept)
    relaxed = tuple(code for code in assessment.codes if code not in kept)
    options: list[Option] = []
    excluded = [Excluded(c.center_id, Coded("destination.unreachable")) for c in candidates if c.eta_s is None]
    gate = direct_gate(assessment, [(c.eta_s, c.capabilities) for c in reachable], at, settings)
    for center in reachable:
        judged = _judge(center, ways, gate, question)
        if isinstance(judged, Option):
            options.append(judged)
        else:
            excluded.append(judged)
    ranked = _ranked(options, ways, settings)
    nearest = _nearest_resus_ed(assessment, reachable)
    if nearest is not None:
        ranked = _with_nearest(ranked, nearest, question)
        excluded = [item for item in excluded if item.center_id != nearest.center_id]
    return DestinationRanking(
        options=tuple(ranked),
        excluded=tuple(sorted(excluded, key=_by_eta)),
        relaxed=relaxed,
        nearest_resus_ed=nearest.center_id if nearest is not None else None,
        advice=_advice(question, ranked),
        strength=_strength(ranked, settings),
    )


def _by_eta(item: Excluded) -> tuple[bool, float, str]:
    return item.eta_s is None, item.eta_s or 0.0, item.center_id


# Gates


def _satisfiable(assessment: Assessment, reachable: Sequence[Reachable]) -> tuple[Condition, ...]:
    """Keep as many conditions as some reachable centre can serve together, the most immediate threat first."""
    kept: tuple[Condition, ...] = ()
    for code in assessment.codes:
        ways = _ways(assessment, (*kept, code))
        if any(way.requires <= center.capabilities for way in ways for center in reachable):
            kept = (*kept, code)
    return kept


def _ways(assessment: Assessment, kept: tuple[Condition, ...]) -> tuple[Way, ...]:
    """Return the acceptable ways, the preferred one first; only a large-vessel stroke has two."""
    required = frozenset(item for code, needs in assessment.requirements if code in kept for item in needs)
    if not kept:
        return (Way(Treatment.RESUS, frozenset({Capability.RESUS_ED})), Way(Treatment.ED, frozenset({Capability.ED})))
    treatment = _treatment(kept)
    if Condition.STROKE_LVO not in kept:
        return (Way(treatment, required),)
    lysis = (required - {Capability.EVT_24_7}) | {Capability.IVT_24_7}
    return (Way(treatment, required), Way(Treatment.NEEDLE if treatment is Treatment.GROIN else treatment, lysis))


def _treatment(kept: tuple[Condition, ...]) -> Treatment:
    """Wait for the definitive step of the most immediate threat; an arrest waits for one only after ROSC and ECG."""
    if Condition.CARDIAC_ARREST in kept and Condition.STEMI not in kept:
        return Treatment.RESUS
    steps = [TREATMENTS[code] for code in kept]
    return next((step for step in steps if step not in NOT_DEFINITIVE), steps[0])


def _judge(center: Reachable, ways: tuple[Way, ...], gate: DirectGate | None, question: Question) -> Option | Excluded:
    """Take the first way that the centre can go; its refusal by a gate stays visible as a warning."""
    refused: Coded | None = None
    for way in ways:
        if not way.requires <= center.capabilities:
            continue
        note = gate.judge(center.eta_s, center.capabilities) if gate and Capability.EVT_24_7 in way.requires else None
        if note is not None and not note.passed:
            refused = note.reason
            continue
        option = _option(center, way.treatment, question)
        return msgspec.structs.replace(
            option,
            reasons=option.reasons if note is None else (*option.reasons, note.reason),
            warnings=option.warnings if refused is None else (refused, *option.warnings),
        )
    reason = refused or _missing(ways[0].requires, center.capabilities)
    return Excluded(center.center_id, reason, center.eta_s)


def _missing(wanted: frozenset[Capability], has: frozenset[Capability]) -> Coded:
    """Name the first missing capability in the sentence, and all of them in the parameters."""
    missing = in_order(wanted - has)
    return Coded(f"destination.missing.{missing[0]}", {"capabilities": ";".join(missing)})


@lru_cache(maxsize=CACHED_SETS)
def in_order(codes: frozenset[Capability]) -> tuple[Capability, ...]:
    """Return capabilities in the order of their list."""
    return tuple(code for code in Capability if code in codes)


@lru_cache(maxsize=CACHED_SETS)
def _named(prefix: str, codes: frozenset[Capability]) -> tuple[Coded, ...]:
    return tuple(Coded(f"{prefix}.{code}") for code in in_order(codes))


# Options


def _option(center: Reachable, treatment: Treatment, question: Question) -> Option:
    """Predict one destination and name what it lacks."""
    assessment, settings = question.assessment, question.settings
    door, note = _door(center, treatment, question)
    seconds, costs = predicted(center.eta_s + door.median_s, treatment, center.statuses, question.at, settings)
    lacking = _named("destination.lacks", assessment.required_capabilities - center.capabilities)
    wished = _named("destination.wished", assessment.preferred_capabilities - center.capabilities)
    drive = Coded(
        f"destination.predicted.{treatment}",
        {
            "eta_min": said_minutes(center.eta_s),
            "total_min": said_minutes(seconds),
        },
    )
    return Option(
        center_id=center.center_id,
        eta_s=center.eta_s,
        time_to_treatment_s=seconds,
        treatment=treatment,
        reasons=(drive, *note),
        warnings=(*lacking, *wished, *costs),
        tie=False,
        door=door,
        spread=question.spread,
        eta_slow_s=center.eta_slow_s,
    )


def _door(center: Reachable, treatment: Treatment, question: Question) -> tuple[DoorTime, tuple[Coded, ...]]:
    """Return what is expected behind the door: the centre's own times, else the default; faster past the bay."""
    settings = question.settings
    own = center.door_times.get(treatment)
    if own is None:
        own = default_door(f"destination.door_to_{treatment}", settings)
    if treatment is not Treatment.OR or Bypass.OR not in question.assessment.bypass:
        return own, ()
    if Bypass.OR in settings.centers.get(center.center_id, NO_SWITCHES).bypass_off:
        return own, (Coded("destination.operating_room_through_the_bay"),)
    direct = default_door("destination.door_to_or_direct", settings)
    return min(own, direct, key=lambda door: door.median_s), (Coded("destination.direct_to_operating_room"),)


def _ranked(options: list[Option], ways: tuple[Way, ...], settings: ProtocolSettings) -> list[Option]:
    """Sort by way, then by predicted time; inside the band of the best the better equipped, then the nearer leads."""
    if not options:
        return []
    order = {way.treatment: index for index, way in reversed(list(enumerate(ways)))}
    by_time = sorted(options, key=lambda o: (order[o.treatment], o.time_to_treatment_s, o.eta_s, o.center_id))
    best = by_time[0]
    band = settings.thresholds.number("destination.tie_band")
    limit = best.time_to_treatment_s + band
    close = [o for o in by_time if o.treatment is best.treatment and o.time_to_treatment_s <= limit]
    rest = by_time[len(close) :]
    close.sort(key=lambda o: (_lacks_preferred(o), o.eta_s, o.time_to_treatment_s, o.center_id))
    if len(close) > 1:
        close = [_noted(o, Coded("destination.tie"), tie=True) for o in close]
    first = Coded(
        "destination.best_equipped_of_equals" if _chosen_for_equipment(close) else "destination.shortest_predicted_time"
    )
    return [_noted(close[0], first, tie=close[0].tie), *close[1:], *rest]


def _chosen_for_equipment(close: list[Option]) -> bool:
    """Tell whether a nearer one stands behind it only because it lacks more of what is wished for."""
    lacks = _lacks_preferred(close[0])
    return any(other.eta_s < close[0].eta_s and _lacks_preferred(other) > lacks for other in close[1:])


def _lacks_preferred(option: Option) -> int:
    """Count the wished-for capabilities that are missing."""
    return sum(warning.code.startswith("destination.wished.") for warning in option.warnings)


def _noted(option: Option, reason: Coded, *, tie: bool) -> Option:
    return msgspec.structs.replace(option, reasons=(reason, *option.reasons), tie=tie)


def _strength(ranked: list[Option], settings: ProtocolSettings) -> Strength | None:
    """Compare the first with its rivals of the same way: a tie is a coin toss, else the least sure lead counts."""
    rivals = [option for option in ranked[1:] if option.treatment is ranked[0].treatment]
    if not rivals:
        return None
    if ranked[0].tie:
        return Strength.COIN_TOSS
    first = ranked[0].predicted
    return strength_of(min(leads(first, rival.predicted) for rival in rivals[:RIVALS]), settings)


# The nearest resuscitation-capable ED


def _nearest_resus_ed(assessment: Assessment, reachable: Sequence[Reachable]) -> Reachable | None:
    if not assessment.list_nearest_resus_ed:
        return None
    able = [center for center in reachable if Capability.RESUS_ED in center.capabilities]
    return min(able, key=lambda center: (center.eta_s, center.center_id), default=None)


def _with_nearest(ranked: list[Option], nearest: Reachable, question: Question) -> list[Option]:
    """Mark the nearest resuscitation-capable ED, or add it at the end when the gates had left it out."""
    reason = Coded("destination.nearest_resus_ed")
    if any(option.center_id == nearest.center_id for option in ranked):
        return [_noted(o, reason, tie=o.tie) if o.center_id == nearest.center_id else o for o in ranked]
    return [*ranked, _noted(_option(nearest, Treatment.RESUS, question), reason, tie=False)]


# Advice


def _advice(question: Question, ranked: list[Option]) -> tuple[Coded, ...]:
    if not ranked:
        return (Coded("destination.no_destination"),)
    best, advice = ranked[0], []
    minutes = (question.since_contact_s + best.time_to_treatment_s) / SECONDS_PER_MINUTE
    limit = question.settings.minutes("chest_pain.lysis_gate")
    if best.treatment is Treatment.WIRE and minutes > limit and lysis_possible(question):
        advice.append(Coded("destination.consider_lysis", {"minutes": round(minutes), "limit": tidy(limit)}))
    if question.assessment.has(Condition.STROKE_LVO) and best.treatment is Treatment.NEEDLE:
        advice.append(Coded("destination.request_transfer"))
    return tuple(advice)


def lysis_possible(question: Question) -> bool:
    """Keep lysis out after an arrest, with a contraindication, a possible dissection, or a closed window."""
    assessment, facts = question.assessment, question.assessment.reperfusion
    ruled_out = assessment.has(Condition.CARDIAC_ARREST) or assessment.has(Condition.AORTIC_DISSECTION)
    if facts.lysis_contraindicated or ruled_out:
        return False
    if question.at is None or facts.onset_at is None:
        return True
    return question.at - facts.onset_at <= question.settings.span("chest_pain.lysis_window")
