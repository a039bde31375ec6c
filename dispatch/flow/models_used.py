"""Which outcome models advised on a destination: their version, everything that went in, what they said of each centre.

The screens show them beside the ranking, and the decision keeps them, so that it can be repeated.
"""

from dataclasses import dataclass

from center_protocols.assessment import Assessment, Coded
from center_protocols.destination import DestinationRanking
from center_protocols.outcome import MODEL_A, MODEL_B, MODEL_C
from center_protocols.stemi_advice import StemiAdvice
from center_protocols.stroke_advice import StrokeAdvice
from center_protocols.vocabulary import Bypass, Treatment
from dispatch.state.city import City
from dispatch.words import ModelUsed

MODEL_TIME = "time-to-treatment/1"
MODEL_DIRECT_OR = "direct-to-or/1"
DIRECT = "destination.direct_to_operating_room"
LOGGED = 5  # centres of a ranking whose predicted times are kept
SECONDS_PER_MINUTE = 60

Inputs = dict[str, str | float | None]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranking of one patient with the outcome models that advise beside it."""

    assessment: Assessment
    destinations: DestinationRanking
    stroke: StrokeAdvice | None = None
    stemi: StemiAdvice | None = None


def models_used(ranked: Ranked) -> tuple[ModelUsed, ...]:
    """Write down every outcome model that advised."""
    return (*_stroke(ranked.stroke), *_stemi(ranked.stemi), *_direct_or(ranked))


def predicted_times(ranked: Ranked) -> tuple[ModelUsed, ...]:
    """Write down the predicted times that ranked the first few centres: the middle and the slow tenth, in minutes."""
    options = ranked.destinations.options[:LOGGED]
    if not options:
        return ()
    inputs: Inputs = {f"treatment.{row.center_id}": row.treatment.value for row in options}
    inputs |= {f"drive_s.{row.center_id}": row.eta_s for row in options}
    inputs |= {f"slow_min.{row.center_id}": round(row.slow_s / SECONDS_PER_MINUTE, 1) for row in options}
    results = {row.center_id: round(row.time_to_treatment_s / SECONDS_PER_MINUTE, 1) for row in options}
    return (ModelUsed(MODEL_TIME, inputs, results, ranked.destinations.strength),)


def outcome_advice(city: City, ranked: Ranked) -> tuple[Coded, ...]:
    """Return what the outcome models say, with the centres by their names."""
    said = [advice.reason for advice in (ranked.stroke, ranked.stemi) if advice is not None]
    return tuple(
        Coded(each.code, {key: _named(city, key, value) for key, value in each.params.items()}) for each in said
    )


def _named(city: City, key: str, value: str | float) -> str | float:
    return city.centers[value].name if key in ("center", "lysis_center") and isinstance(value, str) else value


def _stroke(advice: StrokeAdvice | None) -> tuple[ModelUsed, ...]:
    if advice is None:
        return ()
    inputs: Inputs = {"screen": advice.screen.value, "since_onset_min": advice.since_onset_min}
    inputs |= {f"drive_s.{row.center_id}": row.drive_s for row in advice.rows}
    inputs |= {f"transfer_s.{row.center_id}": row.transfer_s for row in advice.rows if row.transfer_s is not None}
    good = {row.center_id: row.good_outcome for row in advice.rows}
    utility = {row.center_id: row.utility for row in advice.rows}
    used = (
        ModelUsed(MODEL_A, inputs, good, advice.strength),
        ModelUsed(MODEL_C, inputs, utility, advice.utility_strength),
    )
    if not advice.simulated:
        return used
    wins = {row.center_id: row.wins for row in advice.simulated}
    return (*used, ModelUsed(MODEL_B, {**inputs, "race": advice.race}, wins, advice.simulated_strength))


def _stemi(advice: StemiAdvice | None) -> tuple[ModelUsed, ...]:
    """Keep both strategies' mortality and each centre's relative risk."""
    if advice is None:
        return ()
    inputs: Inputs = {
        "strategy": advice.strategy.value,
        "since_contact_min": advice.since_contact_min,
        "gate_min": advice.gate_min,
        "lysis_possible": "yes" if advice.lysis_possible else "no",
        "lysis_center": advice.lysis_center_id,
        "needle_min": advice.needle_min,
        "pci_delay_min": advice.pci_delay_min,
        "pci_mortality": advice.pci_mortality,
        "lysis_mortality": advice.lysis_mortality,
    }
    inputs |= {f"wire_min.{row.center_id}": row.wire_min for row in advice.rows}
    inputs |= {f"slow_min.{row.center_id}": row.slow_min for row in advice.rows}
    risk = {row.center_id: row.relative_risk for row in advice.rows}
    return (ModelUsed(advice.model, inputs, risk, advice.strength),)


def _direct_or(ranked: Ranked) -> tuple[ModelUsed, ...]:
    """Say which centres take this patient straight to the operating room, and when they would be there."""
    options = [row for row in ranked.destinations.options if row.treatment is Treatment.OR][:LOGGED]
    if Bypass.OR not in ranked.assessment.bypass or not options:
        return ()
    direct = {row.center_id for row in options if any(each.code == DIRECT for each in row.reasons)}
    inputs: Inputs = {f"direct.{row.center_id}": "yes" if row.center_id in direct else "no" for row in options}
    inputs |= {f"drive_s.{row.center_id}": row.eta_s for row in options}
    results = {row.center_id: round(row.time_to_treatment_s / SECONDS_PER_MINUTE, 1) for row in options}
    return (ModelUsed(MODEL_DIRECT_OR, inputs, results, ranked.destinations.strength),)
