"""The recommendation: ranked units and ranked centres with reasons. A silent preview until somebody decides.

Pure: the same city, evidence and minute give the same answer, so a stored decision can be replayed under another rule.
"""

from dataclasses import dataclass
from datetime import datetime

from center_protocols.vocabulary import Capability
from center_protocols.destination import (
    Candidate,
    CenterStatus,
    DestinationRanking,
    Option,
    rank_destinations,
)
from center_protocols.vocabulary import Resource, StatusKind
from dispatch.center import LIVE, Center
from dispatch.city import City
from dispatch.events import EtaRow, RankingUsed, Reason, UnitStatus
from dispatch.flow.decision import Evidence, UnitArrival
from dispatch.flow.triage import current_assessment, reason
from dispatch.incident import Patient
from dispatch.rules import Rules
from dispatch.unit import DISPATCHABLE, DIVERTIBLE, Unit

UNIT_RULE = "units-by-road-time/1"
CENTER_RULE = "centers-by-time-to-treatment/1"
INFECTION_EQUIPMENT = "negative_pressure"


@dataclass(frozen=True, slots=True)
class UnitOption:
    """One unit as offered: ``eta_s`` counts turnout and road time."""

    unit_id: str
    call_sign: str
    status: UnitStatus
    level: str
    station_name: str
    eta_s: float | None
    fix_age_s: float | None
    rank: int
    reasons: tuple[Reason, ...]
    assignable: bool
    tie: bool


@dataclass(frozen=True, slots=True)
class CenterOption:
    """One centre as offered."""

    center_id: str
    name: str
    grade: str
    eta_s: float | None
    time_to_treatment_s: float | None
    treatment: str
    rank: int
    tie: bool
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One centre that is not offered, and why."""

    center_id: str
    name: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class PatientRecommendation:
    """Where one patient could go."""

    patient_id: str
    centers: tuple[CenterOption, ...]
    excluded: tuple[WhyNot, ...]
    relaxed: tuple[str, ...]
    advice: tuple[Reason, ...]


def rank_units(city: City, incident_id: str, evidence: Evidence, rules: Rules) -> tuple[UnitOption, ...]:
    """Rank who can be sent by turnout and road time, then who could be diverted from a less urgent run."""
    incident = city.incidents[incident_id]
    ready, divertible = [], []
    for arrival in evidence.units:
        unit = city.units.get(arrival.unit_id)
        if unit is None:
            continue
        if unit.status in DISPATCHABLE and unit.crew:
            ready.append((_eta(unit, arrival, rules), unit, arrival))
        elif _divertible_for(city, unit, incident.priority) and unit.assignment_id is not None:
            divertible.append((arrival.eta_s, unit, arrival))
    best = sorted(ready, key=_by_eta)[: rules.units_offered]
    first_eta = best[0][0] if best else None
    offered = [
        _unit_option(city, incident_id, entry, rank, first_eta, evidence, rules) for rank, entry in enumerate(best, 1)
    ]
    more = sorted(divertible, key=_by_eta)[: rules.diverts_offered]
    offered += [
        _unit_option(city, incident_id, entry, rank, None, evidence, rules)
        for rank, entry in enumerate(more, len(offered) + 1)
    ]
    return tuple(offered)


def _eta(unit: Unit, arrival: UnitArrival, rules: Rules) -> float | None:
    if arrival.eta_s is None:
        return None
    return arrival.eta_s + (rules.turnout_s if unit.status is UnitStatus.AVAILABLE else 0.0)


def _by_eta(entry: tuple[float | None, Unit, UnitArrival]) -> tuple[bool, float, str]:
    eta_s, unit, _ = entry
    return (eta_s is None, eta_s or 0.0, unit.id)


def _divertible_for(city: City, unit: Unit, priority: str | None) -> bool:
    if unit.status not in DIVERTIBLE or unit.assignment_id is None or priority is None:
        return False
    theirs = city.incidents[city.assignments[unit.assignment_id].incident_id].priority
    return theirs is None or theirs > priority


def _unit_option(
    city: City,
    incident_id: str,
    entry: tuple[float | None, Unit, UnitArrival],
    rank: int,
    first_eta_s: float | None,
    evidence: Evidence,
    rules: Rules,
) -> UnitOption:
    eta_s, unit, arrival = entry
    age_s = None if arrival.fix_at is None else max(0.0, (evidence.computed_at - arrival.fix_at).total_seconds())
    tie = rank > 1 and eta_s is not None and first_eta_s is not None and eta_s - first_eta_s <= rules.tie_band_s
    return UnitOption(
        unit.id, unit.call_sign, unit.status, unit.level, unit.station_name, eta_s, age_s, rank,
        tuple(_unit_reasons(city, incident_id, unit, arrival, age_s, rank, rules)),
        unit.status in DISPATCHABLE, tie,
    )  # fmt: skip


def _unit_reasons(
    city: City, incident_id: str, unit: Unit, arrival: UnitArrival, age_s: float | None, rank: int, rules: Rules
) -> list[Reason]:
    incident = city.incidents[incident_id]
    found = []
    if arrival.eta_s is None:
        return [Reason("unit.unreachable")]
    if rank == 1:
        found.append(Reason("unit.first_by_road_time"))
    if unit.status is UnitStatus.AVAILABLE:
        found.append(Reason("unit.turnout_counted", {"turnout_s": round(rules.turnout_s)}))
    if unit.status is UnitStatus.RETURNING:
        found.append(Reason("unit.returning"))
    if unit.assignment_id is not None:
        run = city.assignments[unit.assignment_id]
        theirs = city.incidents[run.incident_id]
        found.append(Reason("unit.divert_from", {"incident": theirs.number, "priority": theirs.priority or "?"}))
    if age_s is None:
        found.append(Reason("unit.position_unknown"))
    elif age_s > rules.stale_fix_s:
        found.append(Reason("unit.stale_fix", {"age_s": round(age_s)}))
    if unit.level == "bls" and incident.priority == "P1":
        found.append(Reason("unit.basic_level"))
    if _infectious(city, incident_id) and INFECTION_EQUIPMENT in unit.equipment:
        found.append(Reason("unit.negative_pressure"))
    return found


def _infectious(city: City, incident_id: str) -> bool:
    patients = (city.patients[each] for each in city.incidents[incident_id].patient_ids)
    return any(patient.findings.get("scene", {}).get("infectious_suspected") == "yes" for patient in patients)


def rank_centers(city: City, patient: Patient, evidence: Evidence, at: datetime) -> DestinationRanking:
    """Rank every centre for one patient by the protocols' rules."""
    etas = {row.center_id: row.eta_s for row in evidence.centers}
    candidates = [
        Candidate(
            center.id,
            frozenset(Capability(code) for code in center.capabilities),
            etas[center.id],
            center_statuses(city, center, patient.id),
        )
        for center in sorted(city.centers.values(), key=lambda row: row.id)
        if center.id in etas
    ]
    return rank_destinations(current_assessment(patient, at), candidates, at)


TOPIC_KINDS = {"full": StatusKind.FULL, "diversion": StatusKind.DIVERSION, "no_bed": StatusKind.NO_BED}


def center_statuses(city: City, center: Center, patient_id: str) -> tuple[CenterStatus, ...]:
    """Translate what a centre said, and what runs there now, into costs with owner, reason and expiry."""
    said = []
    for status in center.statuses.values():
        if status.state == "open":
            continue
        kind = TOPIC_KINDS.get(status.topic)
        resource = Resource(status.topic) if kind is None and status.topic in set(Resource) else None
        if kind is None and resource is not None:
            kind = StatusKind.RESOURCE_DOWN if status.state == "closed" else StatusKind.RESOURCE_BUSY
        if kind is not None:
            said.append(CenterStatus(kind, status.owner, status.reason or "", status.expires_at, resource))
    return (*said, *_held_resources(city, center.id, patient_id))


def _held_resources(city: City, center_id: str, patient_id: str) -> list[CenterStatus]:
    held = []
    for activation_id in city.live_activations:
        activation = city.activations[activation_id]
        if activation.center_id != center_id or activation.patient_id == patient_id or activation.phase not in LIVE:
            continue
        held += [
            CenterStatus(
                StatusKind.RESOURCE_BUSY, "desk", activation.id, hold.expires_at, Resource(hold.resource)
            )
            for hold in activation.reservations
            if hold.ended is None
        ]
    return sorted(held, key=lambda row: (str(row.resource), row.reason))


def recommend_centers(city: City, patient: Patient, evidence: Evidence, at: datetime) -> PatientRecommendation:
    """Give the ranking its names, as the screens show it."""
    ranking = rank_centers(city, patient, evidence, at)
    return PatientRecommendation(
        patient.id,
        tuple(_center_option(city, option, rank) for rank, option in enumerate(ranking.options, 1)),
        tuple(
            WhyNot(row.center_id, city.centers[row.center_id].name, reason(row.reason)) for row in ranking.excluded
        ),
        tuple(ranking.relaxed),
        tuple(reason(row) for row in ranking.advice),
    )


def _center_option(city: City, option: Option, rank: int) -> CenterOption:
    center = city.centers[option.center_id]
    return CenterOption(
        center.id, center.name, center.grade, option.eta_s, option.time_to_treatment_s, option.treatment, rank,
        option.tie, tuple(reason(row) for row in option.reasons), tuple(reason(row) for row in option.warnings),
    )  # fmt: skip


def units_used(options: tuple[UnitOption, ...], evidence: Evidence) -> RankingUsed:
    """Write a unit ranking down as the evidence of a decision."""
    rows = tuple(EtaRow(row.unit_id, row.eta_s, row.rank) for row in options)
    return RankingUsed(evidence.weights_epoch, evidence.computed_at, rows, UNIT_RULE)


def centers_used(ranking: DestinationRanking, evidence: Evidence) -> RankingUsed:
    """Write a centre ranking down as the evidence of a decision."""
    rows = tuple(EtaRow(row.center_id, row.eta_s, rank) for rank, row in enumerate(ranking.options, 1))
    return RankingUsed(evidence.weights_epoch, evidence.computed_at, rows, CENTER_RULE)
