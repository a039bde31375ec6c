"""What the patient facts change: findings, conditions, monitors, ECG, treatment, destination, handoff, minutes."""

from dataclasses import replace
from datetime import datetime

from dispatch import incident as i
from dispatch.changes.change import Change
from dispatch.changes.door import learned
from dispatch.changes.minutes import diagnosed, given, measured, stated, transmitted
from dispatch.city import City
from dispatch.consult import Reading, side_of
from dispatch.direct import HandoffTold
from dispatch.events import center as ce
from dispatch.events import incident as e
from dispatch.fact import Fact


def patient_added(city: City, fact: Fact, d: e.PatientAdded) -> City:
    row = city.incidents[d.incident_id]
    city = city.with_incident(replace(row, patient_ids=(*row.patient_ids, d.patient_id)))
    return city.with_patient(i.Patient(d.patient_id, d.incident_id, d.code))


def identified(city: City, fact: Fact, d: e.PatientIdentified) -> City:
    return city.with_patient(replace(city.patients[d.patient_id], name=d.name))


def findings(city: City, fact: Fact, d: e.FindingsRecorded) -> City:
    row = city.patients[d.patient_id]
    known = i.merged_findings(row.findings, d.findings)
    points = stated(row.points, fact, d.findings)
    return city.with_patient(replace(row, findings=known, findings_at=fact.at, points=points))


def assessed(city: City, fact: Fact, d: e.PatientAssessed) -> City:
    row = replace(
        city.patients[d.patient_id],
        conditions=d.conditions,
        priority=d.priority,
        blocked=d.blocked,
        advice=d.advice,
        required_capabilities=d.required_capabilities,
        bypass=d.bypass,
        activate=d.activate,
        targets=d.targets,
        contradictions=d.contradictions,
        plan=d.plan,
        china_triage=d.china_triage,
    )
    city = city.with_patient(replace(row, points=diagnosed(row.points, fact, d.conditions)))
    case = city.incidents[d.incident_id]
    if case.priority_fixed:
        return city
    worst = min(p for each in case.patient_ids if (p := city.patients[each].priority) is not None)
    return city.with_incident(replace(case, priority=worst))


def condition_confirmed(city: City, fact: Fact, d: e.ConditionConfirmed) -> City:
    row = city.patients[d.patient_id]
    conditions = tuple(
        replace(each, status="confirmed", confirmed_by=fact.actor.account, confirmed_at=fact.at)
        if each.code == d.condition
        else each
        for each in row.conditions
    )
    points = diagnosed(row.points, fact, conditions)
    return city.with_patient(replace(row, conditions=conditions, points=points))


def monitor_bound(city: City, fact: Fact, d: e.MonitorBound) -> City:
    """Bind it; the first device on a patient whom nobody has tapped as reached is the contact."""
    row = city.patients[d.patient_id]
    worn = (*_taken_off(row.worn, fact.at), i.Worn(d.device_id, fact.at))
    row = replace(row, device_id=d.device_id, device_bound_at=fact.at, worn=worn)
    runs = (city.assignments[each] for each in city.incidents[row.incident_id].assignment_ids)
    if not any("patient_contact" in run.points for run in runs):
        row = replace(row, points=i.with_point(row.points, "patient_contact", i.point_row(fact)))
    return city.with_patient(row)


def monitor_unbound(city: City, fact: Fact, d: e.MonitorUnbound) -> City:
    return without_monitor(city, d.patient_id, fact.at)


def without_monitor(city: City, patient_id: str, at: datetime) -> City:
    row = city.patients[patient_id]
    return city.with_patient(replace(row, device_id=None, device_bound_at=None, worn=_taken_off(row.worn, at)))


def _taken_off(worn: tuple[i.Worn, ...], at: datetime) -> tuple[i.Worn, ...]:
    """End what is still worn; a tap that comes late ends it when it was made, never before it began."""
    return tuple(replace(each, until=max(at, each.since)) if each.until is None else each for each in worn)


def vitals(city: City, fact: Fact, d: e.VitalsRecorded) -> City:
    row = city.patients[d.patient_id]
    row = replace(row, points=measured(row.points, fact, d.vitals))
    if row.vitals is not None and row.vitals.at > fact.at:
        return city.with_patient(row)
    return city.with_patient(replace(row, vitals=i.VitalsEntry(fact.at, d.vitals)))


def ecg_recorded(city: City, fact: Fact, d: e.EcgRecorded) -> City:
    row = city.patients[d.patient_id]
    ecg = i.Ecg(d.ecg_id, fact.at, d.sample_rate_hz, d.leads)
    points = transmitted(i.with_point(row.points, "first_ecg", i.point_row(fact)), fact)
    return city.with_patient(replace(row, ecgs=(*row.ecgs, ecg), points=points))


def ecg_read(city: City, fact: Fact, d: e.EcgRead) -> City:
    row = city.patients[d.patient_id]
    said = Reading(d.reading, fact.at, fact.actor.account, side_of(fact.actor), d.reader)
    ecgs = tuple(_read_as(each, said) if each.id == d.ecg_id else each for each in row.ecgs)
    points = i.with_point(row.points, "ecg_read", i.point_row(fact))
    return city.with_patient(replace(row, ecgs=ecgs, points=points))


def _read_as(ecg: i.Ecg, said: Reading) -> i.Ecg:
    readings = (*ecg.readings, said)
    return replace(ecg, reading=said.reading, read_by=said.by, read_at=said.at, readings=readings)


def treated(city: City, fact: Fact, d: e.TreatmentGiven) -> City:
    row = city.patients[d.patient_id]
    treatments = (*row.treatments, i.Treatment(d.code, d.dose, fact.at))
    return learned(city.with_patient(replace(row, treatments=treatments, points=given(row, fact, d.code))), row.id)


def patient_ended(city: City, fact: Fact, d: e.PatientEnded) -> City:
    row = city.patients[d.patient_id]
    city = city.with_patient(replace(row, outcome=d.outcome, risk_told=d.risk_told))
    # The monitor goes on to the next patient; what it measures then is not of this one.
    return without_monitor(city, row.id, fact.at)


def destination(city: City, fact: Fact, d: ce.DestinationChosen) -> City:
    row = city.patients[d.patient_id]
    points = i.with_point(row.points, "destination_confirmed", i.point_row(fact))
    return city.with_patient(
        replace(
            row,
            center_id=d.center_id,
            assignment_id=d.assignment_id,
            chosen_by=d.chosen_by,
            choice_reason=d.reason,
            risk_told=d.risk_told,
            points=points,
        )
    )


def handoff(city: City, fact: Fact, d: ce.HandoffCompleted) -> City:
    """Keep every version; the receiving side's word on where stands before the crew's, the first minute before all."""
    row = city.patients[d.patient_id]
    side = side_of(fact.actor)
    told = HandoffTold(side, fact.at, fact.actor.entered_for or fact.actor.account, d.where, d.taken_by)
    known = row.handoff
    made = i.Handoff(fact.at, d.center_id, d.where, d.bypassed_ed, d.given_by, d.taken_by, d.signed)
    if known is not None:
        stands = side == "crew" and any(each.side != "crew" for each in known.told)
        kept = known if stands else replace(made, at=known.at, given_by=known.given_by)
        made = replace(
            kept,
            taken_by=kept.taken_by or known.taken_by,
            signed=known.signed or d.signed,
            told=known.told,
            signatures=known.signatures,
            disputes=known.disputes,
        )
    made = replace(made, told=(*made.told, told))
    points = i.with_point(row.points, "handoff_complete", i.point_row(fact))
    return learned(city.with_patient(replace(row, handoff=made, points=points)), row.id)


def point_registered(city: City, fact: Fact, d: e.TimePointRegistered) -> City:
    row = city.patients[d.patient_id]
    points = i.with_point(row.points, d.point, i.point_row(fact, d.happened_at, d.delay_reason))
    return learned(city.with_patient(replace(row, points=points)), row.id)


def point_left_open(city: City, fact: Fact, d: e.TimePointLeftOpen) -> City:
    row = city.patients[d.patient_id]
    return city.with_patient(replace(row, left_open=(*row.left_open, d.point)))


def point_corrected(city: City, fact: Fact, d: e.TimePointCorrected) -> City:
    row = city.patients[d.patient_id]
    points = i.corrected(row.points, d.point, i.point_row(fact, d.happened_at, d.delay_reason), d.reason)
    return learned(city.with_patient(replace(row, points=points)), row.id)


CHANGES: dict[type, Change] = {
    e.PatientAdded: patient_added,
    e.PatientIdentified: identified,
    e.FindingsRecorded: findings,
    e.PatientAssessed: assessed,
    e.ConditionConfirmed: condition_confirmed,
    e.MonitorBound: monitor_bound,
    e.MonitorUnbound: monitor_unbound,
    e.VitalsRecorded: vitals,
    e.EcgRecorded: ecg_recorded,
    e.EcgRead: ecg_read,
    e.TreatmentGiven: treated,
    e.PatientEnded: patient_ended,
    ce.DestinationChosen: destination,
    ce.HandoffCompleted: handoff,
    e.TimePointRegistered: point_registered,
    e.TimePointLeftOpen: point_left_open,
    e.TimePointCorrected: point_corrected,
}
