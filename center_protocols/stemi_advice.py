"""Compare primary PCI with lysis first for a STEMI, and the PCI centres with each other, by published delays.

The rule is the guidelines' gate: of the 24-hour PCI centres the earliest wire counts; when even that lies beyond the
gate after the first medical contact, and lysis is possible, lysis comes first. What a delay costs comes from NRMI
(Pinto 2011: hospital mortality by the delay of PCI behind lysis) and De Luca 2004 (one-year mortality per half hour).
It advises beside the ranking and never changes it.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from center_protocols.assessment import Coded, ProtocolSettings, tidy
from center_protocols.certainty import Prediction, strength_of
from center_protocols.destination import Candidate, DestinationRanking, Option, Question, lysis_possible
from center_protocols.vocabulary import Capability, Condition, Strength, Treatment

MODEL_WIRE: Final = "stemi-wire-gate/1"
SECONDS_PER_MINUTE: Final = 60
PERCENT: Final = 100
# Three centres are what a screen has room for.
SHOWN: Final = 3
# Who gives lysis at any hour; a centre that opens vessels can do so too.
LYSES: Final = frozenset({Capability.IVT_24_7, Capability.PCI_24_7})


class Strategy(StrEnum):
    """Name the two ways to open the vessel."""

    PRIMARY_PCI = "primary_pci"
    LYSIS_FIRST = "lysis_first"


class WireOutcome(msgspec.Struct, frozen=True):
    """Hold one PCI centre: contact to wire, its slow tenth, and the one-year mortality against the best's."""

    center_id: str
    wire_min: float
    slow_min: float
    relative_risk: float


class StemiAdvice(msgspec.Struct, frozen=True):
    """Hold the comparison with everything needed to repeat it; no lysis centre means that none can be reached.

    ``pci_delay_min`` is wire minus needle; the two mortalities are those of patients with such a delay.
    """

    model: str
    strategy: Strategy
    since_contact_min: float
    gate_min: float
    rows: tuple[WireOutcome, ...]
    strength: Strength
    reason: Coded
    lysis_possible: bool
    lysis_center_id: str | None = None
    needle_min: float | None = None
    pci_delay_min: float | None = None
    pci_mortality: float | None = None
    lysis_mortality: float | None = None


def stemi_advice(
    question: Question, ranking: DestinationRanking, candidates: Iterable[Candidate]
) -> StemiAdvice | None:
    """Advise on a ranking of this question; ``None`` without a STEMI or without a reachable cath lab."""
    assessment, settings = question.assessment, question.settings
    options = [option for option in ranking.options if option.treatment is Treatment.WIRE][:SHOWN]
    if not assessment.has(Condition.STEMI) or not options:
        return None
    since_s = question.since_contact_s
    best = min(options, key=lambda option: option.time_to_treatment_s)
    gate_s = settings.seconds("chest_pain.lysis_gate")
    may_lyse = lysis_possible(question)
    lysis = _nearest_lysis(candidates, settings) if may_lyse else None
    late = since_s + best.time_to_treatment_s > gate_s
    strategy = Strategy.LYSIS_FIRST if late and lysis is not None else Strategy.PRIMARY_PCI
    advice = StemiAdvice(
        model=MODEL_WIRE,
        strategy=strategy,
        since_contact_min=tidy(since_s / SECONDS_PER_MINUTE),
        gate_min=tidy(gate_s / SECONDS_PER_MINUTE),
        rows=tuple(_row(option, best, since_s, settings) for option in options),
        strength=_strength(best.predicted, gate_s - since_s, strategy, may_choose=lysis is not None, settings=settings),
        reason=Coded(f"stemi_advice.{strategy}.only"),
        lysis_possible=may_lyse,
    )
    return _said(advice if lysis is None else _with_lysis(advice, best, since_s, lysis, settings))


def _nearest_lysis(candidates: Iterable[Candidate], settings: ProtocolSettings) -> tuple[float, str] | None:
    """Return when and where lysis could begin soonest, as seconds from now."""
    door_s = settings.seconds("chest_pain.lysis_start")
    able = ((c.eta_s + door_s, c.center_id) for c in candidates if c.eta_s is not None and c.capabilities & LYSES)
    return min(able, default=None)


def _row(option: Option, best: Option, since_s: float, settings: ProtocolSettings) -> WireOutcome:
    number = settings.thresholds.number
    later_min = (option.time_to_treatment_s - best.time_to_treatment_s) / SECONDS_PER_MINUTE
    steps = later_min / settings.minutes("outcome.d_risk_step")
    return WireOutcome(
        option.center_id,
        tidy((since_s + option.time_to_treatment_s) / SECONDS_PER_MINUTE),
        tidy((since_s + option.slow_s) / SECONDS_PER_MINUTE),
        tidy(number("outcome.d_risk_ratio") ** steps),
    )


def _strength(
    best: Prediction, left_s: float, strategy: Strategy, *, may_choose: bool, settings: ProtocolSettings
) -> Strength:
    """Say how surely the best wire lies on its side of the gate; without a choice there is nothing to doubt."""
    if not may_choose:
        return Strength.CLEAR
    in_time = best.by(left_s)
    return strength_of(in_time if strategy is Strategy.PRIMARY_PCI else 1 - in_time, settings)


def _with_lysis(
    advice: StemiAdvice, best: Option, since_s: float, lysis: tuple[float, str], settings: ProtocolSettings
) -> StemiAdvice:
    needle_s, center_id = lysis
    delay_min = (best.time_to_treatment_s - needle_s) / SECONDS_PER_MINUTE
    band = _band(delay_min, settings)
    number = settings.thresholds.number
    return msgspec.structs.replace(
        advice,
        reason=Coded(f"stemi_advice.{advice.strategy}"),
        lysis_center_id=center_id,
        needle_min=tidy((since_s + needle_s) / SECONDS_PER_MINUTE),
        pci_delay_min=tidy(delay_min),
        pci_mortality=number(f"outcome.d_pci_mortality_{band}"),
        lysis_mortality=number(f"outcome.d_lysis_mortality_{band}"),
    )


def _band(delay_min: float, settings: ProtocolSettings) -> str:
    """Name the band of NRMI in which a delay lies."""
    if delay_min < settings.minutes("outcome.d_delay_short_below"):
        return "short"
    return "middle" if delay_min <= settings.minutes("outcome.d_delay_middle_to") else "long"


def _said(advice: StemiAdvice) -> StemiAdvice:
    """Fill the sentence; a missing lysis centre leaves its words out."""
    best = min(advice.rows, key=lambda row: row.wire_min)
    params: dict[str, str | int | float] = {
        "center": best.center_id,
        "minutes": round(best.wire_min),
        "slow": round(best.slow_min),
        "limit": tidy(advice.gate_min),
    }
    if advice.lysis_center_id is not None and advice.needle_min is not None:
        params |= {
            "lysis_center": advice.lysis_center_id,
            "needle": round(advice.needle_min),
            "delay": round(advice.pci_delay_min or 0),
            "pci": tidy(PERCENT * (advice.pci_mortality or 0)),
            "lysis": tidy(PERCENT * (advice.lysis_mortality or 0)),
        }
    return msgspec.structs.replace(advice, reason=Coded(advice.reason.code, params))
