"""Fold facts into the city: ``evolve(city, fact) -> city``, one small pure function per fact.

Nothing here decides. A fact that does not fit the state tables is a broken program and raises.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dispatch import center, events as e, incident as i, unit as u
from dispatch.city import City, Task
from dispatch.events import Fact, UnitStatus

HISTORY_LIMIT = 2_000  # facts remembered per incident; more than any real incident has


def evolve(city: City, fact: Fact) -> City:
    """Return the city after one fact."""
    if fact.seq != city.seq + 1:
        raise AssertionError(f"fact {fact.seq} cannot follow {city.seq}")
    after = CHANGES[type(fact.data)](city, fact, fact.data)
    return replace(_remembered(after, fact), seq=fact.seq)


def _remembered(city: City, fact: Fact) -> City:
    incident_id = incident_of(city, fact.data)
    if incident_id is None:
        return city
    seqs = city.history.get(incident_id, ())
    return replace(city, history=city.history.insert(incident_id, (*seqs, fact.seq)[-HISTORY_LIMIT:]))


def incident_of(city: City, data: Any) -> str | None:  # noqa: ANN401 - any of events.FACTS
    """Return the incident a fact is about, through its patient, activation or call when it names only those."""
    for name, table in (("patient_id", city.patients), ("activation_id", city.activations), ("call_id", city.calls)):
        if (direct := getattr(data, "incident_id", None)) is not None:
            return str(direct)
        key = getattr(data, name, None)
        if key is not None and key in table:
            return str(table[key].incident_id)
    return None


# ---- the ground ----------------------------------------------------------------------------------------------------------------


def _center_listed(city: City, fact: Fact, d: e.CenterListed) -> City:
    known = city.centers.get(d.center_id)
    row = center.Center(
        d.center_id, d.name, d.grade, d.lon, d.lat, d.kinds, d.capabilities, d.phone, known.statuses if known else {}
    )
    return replace(city, centers=city.centers.insert(d.center_id, row))


def _center_status(city: City, fact: Fact, d: e.CenterStatusReported) -> City:
    row = city.centers[d.center_id]
    status = center.CenterStatus(d.topic, d.state, d.owner, d.reason, fact.at, d.expires_at)
    return replace(
        city, centers=city.centers.insert(row.id, replace(row, statuses={**row.statuses, d.topic: status}))
    )


def _unit_commissioned(city: City, fact: Fact, d: e.UnitCommissioned) -> City:
    return city.with_unit(
        u.Unit(
            d.unit_id, d.call_sign, d.station_id, d.station_name, d.lon, d.lat, d.level, d.equipment,
            UnitStatus.OUT_OF_SERVICE, fact.at, out_reason="no_crew",
        )  # fmt: skip
    )


def _signed_on(city: City, fact: Fact, d: e.CrewSignedOn) -> City:
    row = replace(city.units[d.unit_id], crew=d.crew, crew_names=d.names)
    return city.with_unit(row)


def _signed_off(city: City, fact: Fact, d: e.CrewSignedOff) -> City:
    row = city.units[d.unit_id]
    return city.with_unit(
        replace(
            row, crew=(), crew_names=None, status=UnitStatus.OUT_OF_SERVICE, status_since=fact.at, out_reason="no_crew"
        )
    )


def _out_of_service(city: City, fact: Fact, d: e.UnitOutOfService) -> City:
    row = city.units[d.unit_id]
    return city.with_unit(
        replace(
            row, status=UnitStatus.OUT_OF_SERVICE, status_since=fact.at, out_reason=d.reason, out_until=d.until
        )
    )


# ---- call and incident ---------------------------------------------------------------------------------------------------------


def _call_received(city: City, fact: Fact, d: e.CallReceived) -> City:
    call = i.Call(
        d.call_id, d.incident_id, i.CallPhase.RINGING, fact.at, d.number, d.words, d.complaint, d.place, d.line
    )
    city = replace(city, calls=city.calls.insert(call.id, call))
    known = city.incidents.get(d.incident_id)
    if known is None or call.id in known.call_ids:
        return city
    return city.with_incident(replace(known, call_ids=(*known.call_ids, call.id)))


def _incident_opened(city: City, fact: Fact, d: e.IncidentOpened) -> City:
    call = city.calls.get(d.call_id) if d.call_id else None
    points = {"call_received": i.point_row(fact)} if call else {}
    row = i.Incident(
        d.incident_id, d.number, i.IncidentPhase.UNLOCATED, fact.at, (d.call_id,) if d.call_id else (),
        (d.patient_id,), words=call.words if call else None, complaint=call.complaint if call else None,
        waiting_since=fact.at, points=points,
    )  # fmt: skip
    city = replace(city, incidents_opened=city.incidents_opened + 1)
    return city.with_incident(row).with_patient(i.Patient(d.patient_id, d.incident_id, d.patient_code))


def _call_answered(city: City, fact: Fact, d: e.CallAnswered) -> City:
    call = city.calls[d.call_id]
    phase = i.CALL_STEPS[call.phase, e.CallAnswered]
    city = replace(
        city, calls=city.calls.insert(call.id, replace(call, phase=phase, seat=d.seat, answered_at=fact.at))
    )
    row = city.incidents[call.incident_id]
    return city.with_incident(replace(row, points=i.with_point(row.points, "call_answered", i.point_row(fact))))


def _call_ended(city: City, fact: Fact, d: e.CallEnded) -> City:
    call = city.calls[d.call_id]
    phase = i.CALL_STEPS[call.phase, e.CallEnded]
    return replace(city, calls=city.calls.insert(call.id, replace(call, phase=phase, ended_at=fact.at)))


def _call_linked(city: City, fact: Fact, d: e.CallLinked) -> City:
    call = replace(city.calls[d.call_id], incident_id=d.incident_id)
    left = city.incidents[d.from_incident_id]
    city = replace(city, calls=city.calls.insert(call.id, call))
    city = city.with_incident(replace(left, call_ids=tuple(each for each in left.call_ids if each != call.id)))
    joined = city.incidents[d.incident_id]
    return city.with_incident(replace(joined, call_ids=(*joined.call_ids, call.id)))


def _located(city: City, fact: Fact, d: e.IncidentLocated) -> City:
    row = i.stepped(city.incidents[d.incident_id], fact)
    points = i.with_point(row.points, "incident_located", i.point_row(fact))
    if d.place.confirmed:
        points = i.with_point(points, "address_verified", i.point_row(fact))
    return city.with_incident(replace(row, place=d.place, words=d.words or row.words, points=points))


def _unchanged(city: City, fact: Fact, d: Any) -> City:  # noqa: ANN401 - the fact lives in the history only
    return city


def _priority_overridden(city: City, fact: Fact, d: e.PriorityOverridden) -> City:
    row = city.incidents[d.incident_id]
    return city.with_incident(
        replace(row, priority=d.priority, priority_reason=d.reason, priority_fixed=True)
    )


def _held(city: City, fact: Fact, d: e.IncidentHeld) -> City:
    return city.with_incident(replace(i.stepped(city.incidents[d.incident_id], fact), review_at=d.review_at))


def _resumed(city: City, fact: Fact, d: e.IncidentResumed) -> City:
    return city.with_incident(replace(i.stepped(city.incidents[d.incident_id], fact), review_at=None))


def _returned(city: City, fact: Fact, d: e.IncidentReturned) -> City:
    return city.with_incident(replace(i.stepped(city.incidents[d.incident_id], fact), waiting_since=fact.at))


def _closed(city: City, fact: Fact, d: e.IncidentClosed) -> City:
    row = i.stepped(city.incidents[d.incident_id], fact)
    return city.with_incident(replace(row, closed_at=fact.at, outcome=d.outcome, waiting_since=None, review_at=None))


def _reopened(city: City, fact: Fact, d: e.IncidentReopened) -> City:
    row = i.stepped(city.incidents[d.incident_id], fact)
    return city.with_incident(replace(row, closed_at=None, outcome=None, waiting_since=fact.at))


# ---- patient -------------------------------------------------------------------------------------------------------------------


def _patient_added(city: City, fact: Fact, d: e.PatientAdded) -> City:
    row = city.incidents[d.incident_id]
    city = city.with_incident(replace(row, patient_ids=(*row.patient_ids, d.patient_id)))
    return city.with_patient(i.Patient(d.patient_id, d.incident_id, d.code))


def _identified(city: City, fact: Fact, d: e.PatientIdentified) -> City:
    return city.with_patient(replace(city.patients[d.patient_id], name=d.name))


def _findings(city: City, fact: Fact, d: e.FindingsRecorded) -> City:
    row = city.patients[d.patient_id]
    return city.with_patient(replace(row, findings=i.merged_findings(row.findings, d.findings), findings_at=fact.at))


def _assessed(city: City, fact: Fact, d: e.PatientAssessed) -> City:
    row = replace(
        city.patients[d.patient_id], conditions=d.conditions, priority=d.priority, blocked=d.blocked, advice=d.advice,
        required_capabilities=d.required_capabilities, bypass=d.bypass, activate=d.activate, targets=d.targets,
    )  # fmt: skip
    city = city.with_patient(row)
    case = city.incidents[d.incident_id]
    if case.priority_fixed:
        return city
    worst = min(p for each in case.patient_ids if (p := city.patients[each].priority) is not None)
    return city.with_incident(replace(case, priority=worst))


def _condition_confirmed(city: City, fact: Fact, d: e.ConditionConfirmed) -> City:
    row = city.patients[d.patient_id]
    conditions = tuple(
        replace(each, status="confirmed", confirmed_by=fact.actor.account, confirmed_at=fact.at)
        if each.code == d.condition
        else each
        for each in row.conditions
    )
    return city.with_patient(replace(row, conditions=conditions))


def _monitor_bound(city: City, fact: Fact, d: e.MonitorBound) -> City:
    return city.with_patient(
        replace(city.patients[d.patient_id], device_id=d.device_id, device_bound_at=fact.at)
    )


def _monitor_unbound(city: City, fact: Fact, d: e.MonitorUnbound) -> City:
    return city.with_patient(replace(city.patients[d.patient_id], device_id=None, device_bound_at=None))


def _vitals(city: City, fact: Fact, d: e.VitalsRecorded) -> City:
    row = city.patients[d.patient_id]
    if row.vitals is not None and row.vitals.at > fact.at:
        return city
    return city.with_patient(replace(row, vitals=i.VitalsEntry(fact.at, d.vitals)))


def _ecg_recorded(city: City, fact: Fact, d: e.EcgRecorded) -> City:
    row = city.patients[d.patient_id]
    ecg = i.Ecg(d.ecg_id, fact.at, d.sample_rate_hz, d.leads)
    points = i.with_point(row.points, "first_ecg", i.point_row(fact))
    return city.with_patient(replace(row, ecgs=(*row.ecgs, ecg), points=points))


def _ecg_read(city: City, fact: Fact, d: e.EcgRead) -> City:
    row = city.patients[d.patient_id]
    ecgs = tuple(
        replace(each, reading=d.reading, read_by=fact.actor.account, read_at=fact.at) if each.id == d.ecg_id else each
        for each in row.ecgs
    )
    points = i.with_point(row.points, "ecg_read", i.point_row(fact))
    return city.with_patient(replace(row, ecgs=ecgs, points=points))


def _treated(city: City, fact: Fact, d: e.TreatmentGiven) -> City:
    row = city.patients[d.patient_id]
    return city.with_patient(replace(row, treatments=(*row.treatments, i.Treatment(d.code, d.dose, fact.at))))


def _patient_ended(city: City, fact: Fact, d: e.PatientEnded) -> City:
    return city.with_patient(replace(city.patients[d.patient_id], outcome=d.outcome, risk_told=d.risk_told))


def _destination(city: City, fact: Fact, d: e.DestinationChosen) -> City:
    row = city.patients[d.patient_id]
    points = i.with_point(row.points, "destination_confirmed", i.point_row(fact))
    return city.with_patient(
        replace(
            row, center_id=d.center_id, assignment_id=d.assignment_id, chosen_by=d.chosen_by, choice_reason=d.reason, risk_told=d.risk_told,
            points=points,
        )  # fmt: skip
    )


def _handoff(city: City, fact: Fact, d: e.HandoffCompleted) -> City:
    row = city.patients[d.patient_id]
    handoff = i.Handoff(fact.at, d.center_id, d.where, d.bypassed_ed, d.given_by, d.taken_by, d.signed)
    points = i.with_point(row.points, "handoff_complete", i.point_row(fact))
    return city.with_patient(replace(row, handoff=handoff, points=points))


def _point_registered(city: City, fact: Fact, d: e.TimePointRegistered) -> City:
    row = city.patients[d.patient_id]
    return city.with_patient(
        replace(row, points=i.with_point(row.points, d.point, i.point_row(fact, d.happened_at)))
    )


def _point_corrected(city: City, fact: Fact, d: e.TimePointCorrected) -> City:
    row = city.patients[d.patient_id]
    points = i.corrected(row.points, d.point, i.point_row(fact, d.happened_at), d.reason)
    return city.with_patient(replace(row, points=points))


# ---- assignment ----------------------------------------------------------------------------------------------------------------


def _assigned(city: City, fact: Fact, d: e.UnitAssigned) -> City:
    ranked = next((row for row in d.evidence.rows if row.id == d.unit_id), None) if d.evidence else None
    run = u.Assignment(
        d.assignment_id, d.incident_id, d.unit_id, fact.at, fact.actor.account, ranked.eta_s if ranked else None,
        ranked.rank if ranked else None, d.reason, points={"unit_assigned": i.point_row(fact)},
    )  # fmt: skip
    case = i.stepped(city.incidents[d.incident_id], fact)
    case = replace(
        case, assignment_ids=(*case.assignment_ids, run.id), waiting_since=None, review_at=None,
        points=i.with_point(case.points, "unit_assigned", i.point_row(fact)),
    )  # fmt: skip
    unit = replace(
        city.units[d.unit_id], status=UnitStatus.ASSIGNED, status_since=fact.at, assignment_id=run.id,
        last_assignment_id=run.id,
    )  # fmt: skip
    return city.with_assignment(run).with_incident(case).with_unit(unit)


def _status_reported(city: City, fact: Fact, d: e.UnitStatusReported) -> City:
    unit = city.units[d.unit_id]
    run = city.assignments.get(d.assignment_id) if d.assignment_id else None
    point = u.STEP_POINTS.get(d.status)
    if run is not None and point is not None:
        city = city.with_assignment(replace(run, points=i.with_point(run.points, point, i.point_row(fact))))
    if unit.assignment_id != d.assignment_id or not u.may_move(unit.status, d.status):
        return city  # late: it has filled the register and moves nothing
    moved = replace(unit, status=d.status, status_since=fact.at)
    if d.status is UnitStatus.AVAILABLE:
        moved = replace(moved, out_reason=None, out_until=None)
    return city.with_unit(moved)


def _assignment_ended(city: City, fact: Fact, d: e.AssignmentEnded) -> City:
    run = replace(
        city.assignments[d.assignment_id], outcome=d.outcome, outcome_reason=d.reason, ended_at=fact.at
    )
    unit = city.units[d.unit_id]
    if unit.assignment_id == run.id:
        unit = replace(unit, assignment_id=None, status=d.next_status, status_since=fact.at)
    return city.with_assignment(run).with_unit(unit)


# ---- activation ----------------------------------------------------------------------------------------------------------------


def _activation_sent(city: City, fact: Fact, d: e.ActivationSent) -> City:
    row = center.Activation(
        d.activation_id, d.patient_id, d.incident_id, d.center_id, center.ActivationPhase.SENT, fact.at,
        d.acknowledge_by, d.conditions, d.bypass, d.activate, d.eta_s, d.early,
    )  # fmt: skip
    patient = city.patients[d.patient_id]
    points = i.with_point(patient.points, "prealert_sent", i.point_row(fact))
    patient = replace(patient, activation_id=row.id, points=points)
    case = city.incidents[d.incident_id]
    case = replace(case, activation_ids=(*case.activation_ids, row.id))
    return city.with_activation(row).with_patient(patient).with_incident(case)


def _activation_moved(city: City, fact: Fact, d: Any, *, point: str | None = None, **changes: Any) -> City:  # noqa: ANN401
    row = city.activations[d.activation_id]
    phase = center.next_phase(row, type(d))
    if phase is None:
        raise AssertionError(f"{fact.kind} shouldn't happen to an activation that is {row.phase}")
    city = city.with_activation(replace(row, phase=phase, **changes))
    if point is None:
        return city
    patient = city.patients[row.patient_id]
    return city.with_patient(replace(patient, points=i.with_point(patient.points, point, i.point_row(fact))))


def _received(city: City, fact: Fact, d: e.ActivationReceived) -> City:
    return _activation_moved(city, fact, d)


def _acknowledged(city: City, fact: Fact, d: e.ActivationAcknowledged) -> City:
    return _activation_moved(
        city, fact, d, point="prealert_acknowledged", acknowledged_at=fact.at, acknowledged_by=fact.actor.account
    )


def _team_ready(city: City, fact: Fact, d: e.TeamReady) -> City:
    return _activation_moved(city, fact, d, point="team_ready", team_ready_at=fact.at)


def _arrived(city: City, fact: Fact, d: e.PatientArrived) -> City:
    return _activation_moved(city, fact, d, point="arrival_gate", arrived_at=fact.at)


def _accepted(city: City, fact: Fact, d: e.PatientAccepted) -> City:
    return _activation_moved(city, fact, d, accepted_at=fact.at, ended_at=fact.at)


def _redirected(city: City, fact: Fact, d: e.ActivationRedirected) -> City:
    return _ended_activation(
        _activation_moved(city, fact, d, ended_at=fact.at, end_reason=d.reason, to_center_id=d.to_center_id), d
    )


def _cancelled(city: City, fact: Fact, d: e.ActivationCancelled) -> City:
    return _ended_activation(_activation_moved(city, fact, d, ended_at=fact.at, end_reason=d.reason), d)


def _ended_activation(city: City, d: e.ActivationRedirected | e.ActivationCancelled) -> City:
    patient = city.patients[city.activations[d.activation_id].patient_id]
    if patient.activation_id != d.activation_id:
        return city
    return city.with_patient(replace(patient, activation_id=None))


def _end_acknowledged(city: City, fact: Fact, d: e.ActivationEndAcknowledged) -> City:
    return _activation_moved(city, fact, d)


CALLED_POINTS = {"cath_lab": "lab_activated"}  # called and ready are two points
READY_POINTS = {"cath_lab": "lab_ready"}


def _reserved(city: City, fact: Fact, d: e.ResourceReserved) -> City:
    row = city.activations[d.activation_id]
    hold = center.Reservation(d.reservation_id, d.resource, fact.at, d.expires_at)
    city = city.with_activation(replace(row, reservations=(*row.reservations, hold)))
    return _patient_point(city, row.patient_id, CALLED_POINTS.get(d.resource), fact)


def _resource_ready(city: City, fact: Fact, d: e.ResourceReady) -> City:
    row = city.activations[d.activation_id]
    holds = tuple(
        replace(each, ready_at=fact.at)
        if each.resource == d.resource and each.ended is None and each.ready_at is None
        else each
        for each in row.reservations
    )
    city = city.with_activation(replace(row, reservations=holds))
    return _patient_point(city, row.patient_id, READY_POINTS.get(d.resource), fact)


def _reservation_ended(city: City, fact: Fact, d: e.ReservationEnded) -> City:
    row = city.activations[d.activation_id]
    holds = tuple(
        replace(each, ended=d.reason) if each.id == d.reservation_id else each for each in row.reservations
    )
    return city.with_activation(replace(row, reservations=holds))


def _patient_point(city: City, patient_id: str, point: str | None, fact: Fact) -> City:
    if point is None:
        return city
    row = city.patients[patient_id]
    return city.with_patient(replace(row, points=i.with_point(row.points, point, i.point_row(fact))))


# ---- tasks ---------------------------------------------------------------------------------------------------------------------


def _task_raised(city: City, fact: Fact, d: e.TaskRaised) -> City:
    return city.with_task(
        Task(d.task_id, d.kind, d.subject, d.incident_id, d.owner_role, fact.at, d.due_at, d.params)
    )


def _task_done(city: City, fact: Fact, d: e.TaskDone) -> City:
    return city.with_task(replace(city.tasks[d.task_id], done_at=fact.at, result=d.result))


CHANGES: dict[type, Callable[[City, Fact, Any], City]] = {
    e.CenterListed: _center_listed, e.CenterStatusReported: _center_status, e.UnitCommissioned: _unit_commissioned,
    e.CrewSignedOn: _signed_on, e.CrewSignedOff: _signed_off, e.UnitOutOfService: _out_of_service,
    e.CallReceived: _call_received, e.IncidentOpened: _incident_opened, e.CallAnswered: _call_answered,
    e.CallEnded: _call_ended, e.CallLinked: _call_linked,
    e.IncidentLocated: _located, e.NoteWritten: _unchanged, e.PatientAdded: _patient_added, e.PatientIdentified: _identified,
    e.FindingsRecorded: _findings, e.PatientAssessed: _assessed, e.PriorityOverridden: _priority_overridden,
    e.ConditionConfirmed: _condition_confirmed,
    e.UnitAssigned: _assigned, e.UnitStatusReported: _status_reported, e.AssignmentEnded: _assignment_ended,
    e.IncidentReturned: _returned, e.IncidentHeld: _held, e.IncidentResumed: _resumed, e.IncidentClosed: _closed,
    e.IncidentReopened: _reopened,
    e.MonitorBound: _monitor_bound, e.MonitorUnbound: _monitor_unbound, e.VitalsRecorded: _vitals, e.EcgRecorded: _ecg_recorded,
    e.EcgRead: _ecg_read, e.TreatmentGiven: _treated, e.PatientEnded: _patient_ended,
    e.DestinationChosen: _destination, e.ActivationSent: _activation_sent, e.ActivationReceived: _received,
    e.ActivationAcknowledged: _acknowledged, e.TeamReady: _team_ready, e.PatientArrived: _arrived, e.PatientAccepted: _accepted,
    e.ActivationRedirected: _redirected, e.ActivationCancelled: _cancelled, e.ActivationEndAcknowledged: _end_acknowledged,
    e.ResourceReserved: _reserved, e.ResourceReady: _resource_ready, e.ReservationEnded: _reservation_ended,
    e.HandoffCompleted: _handoff,
    e.TimePointRegistered: _point_registered, e.TimePointCorrected: _point_corrected,
    e.TaskRaised: _task_raised, e.TaskDone: _task_done,
}  # fmt: skip
