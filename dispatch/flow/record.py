"""The whole record of a patient: taken out with its purpose, sealed, forgotten when the law allows it."""

from collections.abc import Collection
from datetime import datetime

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.incident import Incident, Patient

REASONS = frozenset({"patient_request", "retention_over", "court_order"})


def export_patient(city: City, _command: Command, ask: c.ExportPatient, _rules: Rules) -> Decision:
    """Note who takes a record out, and what for, before it leaves."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if not ask.purpose.strip():
        return Refused("record.no_purpose")
    if patient.erased is not None:
        return Refused("record.erased")
    return [e.PatientExported(patient.id, patient.incident_id, ask.purpose)]


def attach_photo(city: City, _command: Command, ask: c.AttachPhoto, _rules: Rules) -> Decision:
    """Name a photo that is stored; the same again adds nothing."""
    patient = _kept(city, ask.patient_id)
    if isinstance(patient, Refused):
        return patient
    if any(each.id == ask.photo_id for each in patient.photos):
        return []
    return [e.PhotoAttached(patient.id, patient.incident_id, ask.photo_id, ask.size_bytes)]


def seal_record(city: City, _command: Command, ask: c.SealRecord, _rules: Rules) -> Decision:
    """Seal a record, in a dispute usually: from then on nothing of it is forgotten."""
    patient = _kept(city, ask.patient_id)
    if isinstance(patient, Refused):
        return patient
    if patient.sealed is not None:
        return Refused("record.sealed")
    return [e.RecordSealed(patient.id, patient.incident_id, ask.reason)]


def unseal_record(city: City, _command: Command, ask: c.UnsealRecord, _rules: Rules) -> Decision:
    """Lift the seal."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if patient.sealed is None:
        return Refused("record.not_sealed")
    return [e.RecordUnsealed(patient.id, patient.incident_id, ask.reason)]


def erase_patient(city: City, command: Command, ask: c.ErasePatient, rules: Rules) -> Decision:
    """Have a patient forgotten, once the case is over, no seal stands and the law no longer asks for the record."""
    patient = _kept(city, ask.patient_id)
    if isinstance(patient, Refused):
        return patient
    if ask.reason not in REASONS:
        return Refused("record.no_reason", {"reasons": ", ".join(sorted(REASONS))})
    refused = unless_erasable(city, patient, command.received_at, rules)
    if refused is not None:
        return refused
    until = retained_until(city.incidents[patient.incident_id].closed_at or command.received_at, rules)
    return [e.PatientErased(patient.id, patient.incident_id, ask.reason, until, subjects_of(city, patient))]


def unless_erasable(city: City, patient: Patient, now: datetime, rules: Rules) -> Refused | None:
    """Say what forbids to forget a patient: a seal, an open case, the legal retention; None when nothing does."""
    if patient.sealed is not None:
        return Refused("record.sealed")
    closed_at = city.incidents[patient.incident_id].closed_at
    if closed_at is None:
        return Refused("record.open")
    until = retained_until(closed_at, rules)
    if now < until:
        return Refused("record.retained", {"until": until.date().isoformat(), "years": rules.record_retention_years})
    return None


def unless_forgettable(city: City, subjects: Collection[str], now: datetime, rules: Rules) -> Refused | None:
    """Say what forbids to destroy the keys of subjects: whatever forbids it for a patient whose words are theirs."""
    asked = frozenset(subjects)
    for patient in city.patients.values():
        if patient.erased is None and not asked.isdisjoint(_spoken_of(city, patient)):
            refused = unless_erasable(city, patient, now, rules)
            if refused is not None:
                return refused
    return None


def _kept(city: City, patient_id: str) -> Patient | Refused:
    """Return a patient whose record is still there."""
    patient = city.patients.get(patient_id)
    if patient is None:
        return Refused("patient.unknown")
    return patient if patient.erased is None else Refused("record.erased")


def report_erasure(city: City, _command: Command, ask: c.ReportErasure, _rules: Rules) -> Decision:
    """Keep the proof."""
    patient = city.patients.get(ask.patient_id)
    if patient is None or patient.erased is None or patient.erased.digest is not None:
        return []
    return [
        e.ErasureReported(
            patient.id, patient.incident_id, ask.vitals, ask.chunks, ask.ecgs, ask.photos, ask.digest
        )
    ]  # fmt: skip


def retained_until(closed_at: datetime, rules: Rules) -> datetime:
    """Return until when the law wants the record; of a leap day the first of March."""
    year = closed_at.year + rules.record_retention_years
    try:
        return closed_at.replace(year=year)
    except ValueError:
        return closed_at.replace(year=year, month=3, day=1)


def subjects_of(city: City, patient: Patient) -> tuple[str, ...]:
    """Return whose keys go: the patient's own, and with the last patient the call's and the place's."""
    incident = city.incidents[patient.incident_id]
    found = _own(city, patient)
    others = [each for each in incident.patient_ids if each != patient.id]
    if any(city.patients[each].erased is None for each in others):
        return tuple(found)
    return (*found, *_shared(city, incident))


def _spoken_of(city: City, patient: Patient) -> tuple[str, ...]:
    """Return every subject under which words about a patient are kept, other patients of the incident or not."""
    return (*_own(city, patient), *_shared(city, city.incidents[patient.incident_id]))


def _own(city: City, patient: Patient) -> list[str]:
    activation_ids = city.incidents[patient.incident_id].activation_ids
    own = [each for each in activation_ids if city.activations[each].patient_id == patient.id]
    readers = (f"reader_link:{each}" for each in patient.reader_link_ids)
    return [f"patient:{patient.id}", *(f"activation:{each}" for each in own), *readers]


def _shared(city: City, incident: Incident) -> list[str]:
    found = [f"incident:{incident.id}"]
    found += [f"call:{each}" for each in incident.call_ids]
    found += [f"position:{each}" for each in incident.position_ids]
    found += [f"link:{each}" for each in incident.link_ids]
    found += [f"assignment:{each}" for each in incident.assignment_ids]
    found += [f"task:{each.id}" for each in city.tasks.values() if each.incident_id == incident.id]
    return found


DECISIONS: dict[type, Decide] = {
    c.ExportPatient: export_patient,
    c.AttachPhoto: attach_photo,
    c.SealRecord: seal_record,
    c.UnsealRecord: unseal_record,
    c.ErasePatient: erase_patient,
    c.ReportErasure: report_erasure,
}
