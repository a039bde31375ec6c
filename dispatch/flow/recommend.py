"""The recommendation: ranked units and ranked centres with reasons. A silent preview until somebody decides.

Pure: the same city, evidence and minute give the same answer, so a stored decision can be replayed under another rule.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from center_protocols.assessment import ProtocolSettings
from center_protocols.destination import Candidate, Excluded, Option, Question, rank_destinations
from center_protocols.destination_costs import CenterStatus
from center_protocols.door_times import DoorTime, learned
from center_protocols.stemi_advice import stemi_advice
from center_protocols.stroke_advice import by_outcome, stroke_advice
from center_protocols.vocabulary import Capability, Resource, StatusKind, TimePoint, Treatment
from center_protocols.why_not import WhyNot as NotFirst
from center_protocols.why_not import why_nots
from dispatch.flow.decision import Evidence, UnitArrival
from dispatch.flow.models_used import Ranked, models_used, outcome_advice, predicted_times
from dispatch.flow.triage import current_assessment, reason
from dispatch.rules import Rules
from dispatch.state.center import Center
from dispatch.state.city import City
from dispatch.state.incident import Incident, Patient
from dispatch.state.scene import Flag
from dispatch.state.unit import DISPATCHABLE, DIVERTIBLE, Unit
from dispatch.state.unit_traits import INFECTION_EQUIPMENT
from dispatch.words import EtaRow, ModelUsed, RankingUsed, Reason, UnitStatus
from geo.tracks.eta_range import eta_range, slow_s

UNIT_RULE = "units-by-road-time/3"
CENTER_RULE = "centers-by-time-to-treatment/1"
CAPABILITY_SETS_KEPT = 1_024  # more than a city has hospitals


@dataclass(frozen=True, slots=True)
class UnitOption:
    """One unit as offered: ``eta_s`` counts turnout and road time, ``low_s`` to ``high_s`` is its range.

    While the place is only a region ``eta_s`` is expected over it and ``worst_s`` the longest; None otherwise, and
    where some of the places have no way. ``first_share`` says at which share of the places it comes first.
    """

    unit_id: str
    call_sign: str
    status: UnitStatus
    level: str
    station_name: str
    eta_s: float | None
    low_s: float | None
    high_s: float | None
    fix_age_s: float | None
    rank: int
    reasons: tuple[Reason, ...]
    assignable: bool
    tie: bool
    worst_s: float | None = None
    first_share: float | None = None


@dataclass(frozen=True, slots=True)
class CenterOption:
    """One centre as offered; ``low_s`` to ``high_s`` is the range of the drive, ``eta_s``."""

    center_id: str
    name: str
    grade: str
    eta_s: float | None
    low_s: float | None
    high_s: float | None
    time_to_treatment_s: float | None
    treatment: str
    rank: int
    tie: bool
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    bypass: tuple[str, ...] = ()  # where the stretcher goes there, by this hospital's own switches
    slow_s: float | None = None  # by when nine of ten such patients are treated


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One centre that is not offered, and why."""

    center_id: str
    name: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class PatientRecommendation:
    """Where one patient could go; ``why_not`` answers for the nearest that do not lead, ``models`` advise only."""

    patient_id: str
    centers: tuple[CenterOption, ...] = ()
    excluded: tuple[WhyNot, ...] = ()
    relaxed: tuple[str, ...] = ()
    advice: tuple[Reason, ...] = ()
    strength: str | None = None
    second: str | None = None
    why_not: tuple[WhyNot, ...] = ()
    models: tuple[ModelUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fit:
    """One unit that could go: how soon, and how old its position is."""

    unit: Unit
    eta_s: float | None
    low_s: float | None
    high_s: float | None
    fix_age_s: float | None
    worst_s: float | None = None
    reached_share: float = 1.0
    first_share: float | None = None

    @property
    def order(self) -> tuple[bool, float, float, str]:
        """Sort by time, the unreachable last, who reaches less of a region behind who reaches more, equals by id."""
        return (self.eta_s is None, -self.reached_share, self.eta_s or 0.0, self.unit.id)


def rank_units(city: City, incident_id: str, evidence: Evidence, rules: Rules) -> tuple[UnitOption, ...]:
    """Rank who can be sent by turnout and road time, then who could be diverted or waits at a hospital's door.

    While the place is only a region the evidence holds the expected times over it, and they rank.
    On suspected infection a negative-pressure unit may come ``infection_prefer_s`` later and still stand first.
    """
    incident = city.incidents[incident_id]
    known = [(city.units[row.unit_id], row) for row in evidence.units if row.unit_id in city.units]
    ready = [_fit(unit, row, evidence, rules) for unit, row in known if unit.status in DISPATCHABLE and unit.crew]
    others = [_fit(unit, row, evidence, rules) for unit, row in known if _divertible_for(city, unit, incident.priority)]
    held = [_fit(unit, row, evidence, rules) for unit, row in known if unit.status is UnitStatus.STRETCHER_HELD]
    sealed = incident.flags.get(Flag.INFECTION) == "yes"
    best = sorted(ready, key=lambda fit: _preferred(fit, rules) if sealed else fit.order)[: rules.units_offered]
    more = sorted(others, key=lambda fit: fit.order)[: rules.diverts_offered]
    waiting = sorted(held, key=lambda fit: fit.order)[: rules.diverts_offered]
    first_s = best[0].eta_s if best else None
    return tuple(
        _unit_option(fit, rank, _tied(fit, rank, first_s, rules), _unit_reasons(city, incident, fit, rules))
        for rank, fit in enumerate((*best, *more, *waiting), 1)
    )


def _preferred(fit: _Fit, rules: Rules) -> tuple[bool, float, float, str]:
    head_start_s = rules.infection_prefer_s if INFECTION_EQUIPMENT in fit.unit.equipment else 0.0
    unreachable, reached, eta_s, unit_id = fit.order
    return (unreachable, reached, eta_s - head_start_s, unit_id)


def _fit(unit: Unit, arrival: UnitArrival, evidence: Evidence, rules: Rules) -> _Fit:
    turnout_s = rules.turnout_s if unit.status is UnitStatus.AVAILABLE else 0.0
    eta_s = None if arrival.eta_s is None else arrival.eta_s + turnout_s
    low_s, high_s = _range(arrival.eta_s, turnout_s)
    age_s = None if arrival.fix_at is None else max(0.0, (evidence.computed_at - arrival.fix_at).total_seconds())
    worst_s = None if arrival.worst_s is None else round(arrival.worst_s + turnout_s)
    return _Fit(unit, eta_s, low_s, high_s, age_s, worst_s, arrival.reached_share, arrival.first_share)


def _range(drive_s: float | None, before_s: float = 0.0) -> tuple[float | None, float | None]:
    """Return how soon and how late a drive may end, whole seconds; nothing for the unreachable."""
    if drive_s is None:
        return None, None
    low_s, high_s = eta_range(drive_s)
    return round(before_s + low_s), round(before_s + high_s)


def _divertible_for(city: City, unit: Unit, priority: str | None) -> bool:
    if unit.status not in DIVERTIBLE or unit.assignment_id is None or priority is None:
        return False
    theirs = city.incidents[city.assignments[unit.assignment_id].incident_id].priority
    return theirs is None or theirs > priority


def _tied(fit: _Fit, rank: int, first_s: float | None, rules: Rules) -> bool:
    if rank == 1 or fit.eta_s is None or first_s is None or fit.unit.status not in DISPATCHABLE:
        return False
    return 0 <= fit.eta_s - first_s <= rules.tie_band_s


def _unit_option(fit: _Fit, rank: int, tie: bool, reasons: list[Reason]) -> UnitOption:  # noqa: FBT001 - a row's field
    sealed = any(each.code == "unit.negative_pressure" for each in reasons)
    first = [_first(fit)] if rank == 1 and fit.eta_s is not None and not sealed else []
    return UnitOption(
        fit.unit.id,
        fit.unit.call_sign,
        fit.unit.status,
        fit.unit.level,
        fit.unit.station_name,
        fit.eta_s,
        fit.low_s,
        fit.high_s,
        fit.fix_age_s,
        rank,
        (*first, *reasons),
        fit.unit.status in DISPATCHABLE,
        tie,
        fit.worst_s,
        fit.first_share,
    )


def _first(fit: _Fit) -> Reason:
    if fit.first_share is None:
        return Reason("unit.first_by_road_time")
    return Reason("unit.first_expected", {"percent": round(100 * fit.first_share)})


def _unit_reasons(city: City, incident: Incident, fit: _Fit, rules: Rules) -> list[Reason]:
    unit = fit.unit
    if fit.eta_s is None:
        return [Reason("unit.unreachable")]
    if unit.status is UnitStatus.STRETCHER_HELD:
        return [Reason("unit.stretcher_held", _held_at(city, unit))]
    found = []
    if unit.status is UnitStatus.AVAILABLE:
        found.append(Reason("unit.turnout_counted", {"turnout_s": round(rules.turnout_s)}))
    if unit.status is UnitStatus.RETURNING:
        found.append(Reason("unit.returning"))
    found += _engaged(city, incident, unit)
    if fit.fix_age_s is None:
        found.append(Reason("unit.position_unknown"))
    elif fit.fix_age_s > rules.stale_fix_s:
        found.append(Reason("unit.stale_fix", {"minutes": int(fit.fix_age_s // 60)}))
    if unit.level == "bls" and incident.priority == "P1":
        found.append(Reason("unit.basic_level"))
    if INFECTION_EQUIPMENT in unit.equipment and incident.flags.get(Flag.INFECTION) == "yes":
        found.append(Reason("unit.negative_pressure", {"minutes": round(rules.infection_prefer_s / 60)}))
    return found


def _engaged(city: City, incident: Incident, unit: Unit) -> list[Reason]:
    """Say for whom a unit stands by, or from which run it would be taken."""
    if unit.standby is not None and unit.standby.incident_id == incident.id:
        return [Reason("unit.stands_by")]
    if unit.standby is not None:
        return [Reason("unit.stands_by_for", {"incident": city.incidents[unit.standby.incident_id].number})]
    if unit.assignment_id is None:
        return []
    theirs = city.incidents[city.assignments[unit.assignment_id].incident_id]
    return [Reason("unit.divert_from", {"incident": theirs.number, "priority": theirs.priority or "?"})]


def _held_at(city: City, unit: Unit) -> dict[str, str | int | float]:
    """Name the hospital that holds the stretcher, with its telephone."""
    incident = city.incidents[city.assignments[unit.assignment_id or ""].incident_id]
    centers = (city.patients[each].center_id for each in incident.patient_ids)
    center = next((city.centers[each] for each in centers if each is not None), None)
    return {"center": "—" if center is None else center.name, "phone": (center and center.phone) or "—"}


def rank_centers(city: City, patient: Patient, evidence: Evidence, at: datetime, rules: Rules) -> Ranked:
    """Rank every centre for one patient by the protocols' rules."""
    etas = {row.center_id: row.eta_s for row in evidence.centers}
    candidates = [
        Candidate(
            center.id,
            _known_capabilities(center.capabilities),
            etas[center.id],
            center_statuses(city, center, patient.id),
            door_times(city, center.id, rules.protocols),
            slow_s(etas[center.id]),
        )
        for center in sorted(city.centers.values(), key=lambda row: row.id)
        if center.id in etas
    ]
    assessment, settings = current_assessment(patient, at, rules), rules.protocols
    contact_at = _contact_at(city, patient)
    ranking = rank_destinations(assessment, candidates, at, settings, contact_at)
    transfers = {row.center_id: row.eta_s for row in evidence.transfers if row.eta_s is not None}
    stroke = stroke_advice(assessment, ranking, transfers, at, settings)
    stemi = stemi_advice(Question(assessment, at, settings, contact_at), ranking, candidates)
    return Ranked(assessment, by_outcome(ranking, stroke, settings), stroke, stemi)


@lru_cache(maxsize=CAPABILITY_SETS_KEPT)
def _known_capabilities(codes: tuple[str, ...]) -> frozenset[Capability]:
    return frozenset(Capability(code) for code in codes)


def _contact_at(city: City, patient: Patient) -> datetime | None:
    """Return the first medical contact: the patient's own minute, else that of the run that is with the incident."""
    incident = city.incidents[patient.incident_id]
    run_id = patient.assignment_id or next(reversed(incident.assignment_ids), None)
    run_points = city.assignments[run_id].points if run_id is not None else {}
    row = patient.points.get(TimePoint.PATIENT_CONTACT) or run_points.get(TimePoint.PATIENT_CONTACT)
    return None if row is None else row.at


def door_times(city: City, center_id: str, settings: ProtocolSettings) -> dict[Treatment, DoorTime]:
    """Return what the centre's own register says about the time behind its door."""
    minutes: dict[Treatment, list[float]] = {}
    for row in city.door_minutes.get(center_id, ()):
        minutes.setdefault(Treatment(row.treatment), []).append(row.minutes)
    return {treatment: learned(treatment, each, settings) for treatment, each in minutes.items()}


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
    """Return the rooms of which others leave none: each busy until the first of them is free."""
    held = []
    for resource, state in sorted(city.centers[center_id].resources.items()):
        ends = [use.until for use in state.uses]
        others = [each for each in state.holds if city.activations[each.activation_id].patient_id != patient_id]
        ends += [each.expires_at for each in others]
        if ends and len(ends) >= state.count:
            why = "room.in_use" if state.free == 0 else "room.held"
            kind, owner = StatusKind.RESOURCE_BUSY, "room.follows"
            held.append(CenterStatus(kind, owner, why, min(ends), Resource(resource)))
    return held


def recommend_centers(
    city: City, patient: Patient, evidence: Evidence, at: datetime, rules: Rules
) -> PatientRecommendation:
    """Give the ranking its names, as the screens show it."""
    ranked = rank_centers(city, patient, evidence, at, rules)
    ranking = ranked.destinations
    conditions = [each.code for each in patient.conditions]
    doors = {
        row.center_id: rules.protocols.bypass_at(
            row.center_id, patient.bypass, conditions, city.centers[row.center_id].capabilities
        )
        for row in ranking.options
    }
    return PatientRecommendation(
        patient.id,
        tuple(
            _center_option(city, option, rank, doors[option.center_id])
            for rank, option in enumerate(ranking.options, 1)
        ),
        tuple(_why_not(city, row) for row in ranking.excluded),
        tuple(ranking.relaxed),
        tuple(reason(row) for row in (*ranking.advice, *outcome_advice(city, ranked))),
        ranking.strength,
        ranking.options[1].center_id if len(ranking.options) > 1 else None,
        tuple(_why_not(city, row) for row in why_nots(ranking)),
        models_used(ranked),
    )


def _why_not(city: City, row: Excluded | NotFirst) -> WhyNot:
    return WhyNot(row.center_id, city.centers[row.center_id].name, reason(row.reason))


def _center_option(city: City, option: Option, rank: int, bypass: tuple[str, ...]) -> CenterOption:
    center = city.centers[option.center_id]
    return CenterOption(
        center.id,
        center.name,
        center.grade,
        option.eta_s,
        *_range(option.eta_s),
        option.time_to_treatment_s,
        option.treatment,
        rank,
        option.tie,
        tuple(reason(row) for row in option.reasons),
        tuple(reason(row) for row in option.warnings),
        bypass,
        option.slow_s,
    )


def units_used(options: tuple[UnitOption, ...], evidence: Evidence) -> RankingUsed:
    """Write a unit ranking down as the evidence of a decision."""
    rows = tuple(EtaRow(row.unit_id, row.eta_s, row.rank, row.worst_s) for row in options)
    region_m = None if evidence.region is None else evidence.region.radius_m
    return RankingUsed(evidence.weights_epoch, evidence.computed_at, rows, UNIT_RULE, region_m=region_m)


def centers_used(ranked: Ranked, evidence: Evidence) -> RankingUsed:
    """Write a centre ranking down as the evidence of a decision, with the models that advised."""
    ranking = ranked.destinations
    rows = tuple(EtaRow(row.center_id, row.eta_s, rank) for rank, row in enumerate(ranking.options, 1))
    return RankingUsed(
        evidence.weights_epoch,
        evidence.computed_at,
        rows,
        CENTER_RULE,
        ranking.strength,
        (*predicted_times(ranked), *models_used(ranked)),
    )
