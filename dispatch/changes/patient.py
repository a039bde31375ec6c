"""What monitors, vitals, ECGs, treatments and an outcome change."""

from dataclasses import replace
from datetime import datetime

from dispatch import events as e
from dispatch.called import known_as
from dispatch.changes.change import Change, point_row
from dispatch.changes.door_times import learned
from dispatch.changes.minutes import given, measured, transmitted
from dispatch.fact import Fact
from dispatch.state import incident as i
from dispatch.state.city import City
from dispatch.state.consult import Reading, side_of


def monitor_bound(city: City, fact: Fact, d: e.MonitorBound) -> City:
    """Bind it; the first device on a patient whom nobody has tapped as reached is the contact."""
    row = city.patients[d.patient_id]
    worn = (*_taken_off(row.worn, fact.at), i.Worn(d.device_id, fact.at))
    row = replace(row, device_id=d.device_id, device_bound_at=fact.at, worn=worn)
    runs = (city.assignments[each] for each in city.incidents[row.incident_id].assignment_ids)
    if not any("patient_contact" in run.points for run in runs):
        row = replace(row, points=i.with_point(row.points, "patient_contact", point_row(city, fact)))
    return city.with_patient(row)


def _taken_off(worn: tuple[i.Worn, ...], at: datetime) -> tuple[i.Worn, ...]:
    """End what is still worn; a tap that comes late ends it when it was made, never before it began."""
    return tuple(replace(each, until=max(at, each.since)) if each.until is None else each for each in worn)


def monitor_unbound(city: City, fact: Fact, d: e.MonitorUnbound) -> City:
    return without_monitor(city, d.patient_id, fact.at)


def without_monitor(city: City, patient_id: str, at: datetime) -> City:
    row = city.patients[patient_id]
    return city.with_patient(replace(row, device_id=None, device_bound_at=None, worn=_taken_off(row.worn, at)))


def vitals(city: City, fact: Fact, d: e.VitalsRecorded) -> City:
    row = city.patients[d.patient_id]
    row = replace(row, points=measured(city, row.points, fact, d.vitals))
    if row.vitals is not None and row.vitals.at > fact.at:
        return city.with_patient(row)
    return city.with_patient(replace(row, vitals=i.VitalsEntry(fact.at, d.vitals)))


def ecg_recorded(city: City, fact: Fact, d: e.EcgRecorded) -> City:
    row = city.patients[d.patient_id]
    ecg = i.Ecg(d.ecg_id, fact.at, d.sample_rate_hz, d.leads)
    points = transmitted(city, i.with_point(row.points, "first_ecg", point_row(city, fact)), fact)
    return city.with_patient(replace(row, ecgs=(*row.ecgs, ecg), points=points))


def ecg_read(city: City, fact: Fact, d: e.EcgRead) -> City:
    row = city.patients[d.patient_id]
    reader = d.reader or known_as(city, fact.actor, row)
    said = Reading(d.reading, fact.at, fact.actor.account, side_of(fact.actor), reader)
    ecgs = tuple(_read_as(each, said) if each.id == d.ecg_id else each for each in row.ecgs)
    points = i.with_point(row.points, "ecg_read", point_row(city, fact))
    return city.with_patient(replace(row, ecgs=ecgs, points=points))


def _read_as(ecg: i.Ecg, said: Reading) -> i.Ecg:
    readings = (*ecg.readings, said)
    return replace(ecg, reading=said.reading, read_by=said.by, read_at=said.at, readings=readings)


def treated(city: City, fact: Fact, d: e.TreatmentGiven) -> City:
    row = city.patients[d.patient_id]
    treatments = (*row.treatments, i.Treatment(d.code, d.dose, fact.at))
    row = replace(row, treatments=treatments, points=given(city, row, fact, d.code))
    return learned(city.with_patient(row), row.id)


def patient_ended(city: City, fact: Fact, d: e.PatientEnded) -> City:
    row = city.patients[d.patient_id]
    city = city.with_patient(replace(row, outcome=d.outcome, risk_told=d.risk_told))
    # The monitor goes on to the next patient; what it measures then is not of this one.
    return without_monitor(city, row.id, fact.at)


CHANGES: dict[type, Change] = {
    e.MonitorBound: monitor_bound,
    e.MonitorUnbound: monitor_unbound,
    e.VitalsRecorded: vitals,
    e.EcgRecorded: ecg_recorded,
    e.EcgRead: ecg_read,
    e.TreatmentGiven: treated,
    e.PatientEnded: patient_ended,
}
