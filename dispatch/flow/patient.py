"""The patient: monitors, vitals, ECG, treatment, and the one coded outcome."""

from center_protocols.finding_groups import EcgResult
from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.assignment import STILL_BROUGHT, called_off
from dispatch.flow.consult import unless_valid
from dispatch.flow.decision import Decide, Decision
from dispatch.flow.triage import record_findings
from dispatch.rights_of_care import link_of
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.consult import CALLS_THE_LAB
from dispatch.state.incident import Patient, wore
from dispatch.words import Outcome

HAND_VITALS = frozenset({"hr", "rr", "sbp", "dbp", "spo2", "temp_c", "glucose_mmol_l", "gcs", "pain", "etco2"})
FINDING_NAMES = {"gcs": "gcs_total", "etco2": "etco2_mmhg"}  # where a monitor's word is not the protocols' word


def bind_monitor(city: City, _command: Command, ask: c.BindMonitor, _rules: Rules) -> Decision:
    """Bind a monitor to one patient; a device that is on somebody else must come off first."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    wearer = wearer_of(city, ask.device_id)
    if wearer is not None and wearer.id != patient.id:
        return Refused("monitor.on_other_patient", {"patient": wearer.code})
    if patient.device_id == ask.device_id:
        return Refused("monitor.already_bound")
    return [e.MonitorBound(patient.id, ask.device_id)]


def wearer_of(city: City, device_id: str) -> Patient | None:
    """Return the patient of an open incident whom a monitor is on, or None."""
    for incident_id in city.open_incidents:
        for each in city.incidents[incident_id].patient_ids:
            patient = city.patients[each]
            if patient.device_id == device_id and patient.outcome is None:
                return patient
    return None


def unbind_monitor(city: City, _command: Command, ask: c.UnbindMonitor, _rules: Rules) -> Decision:
    """Take the monitor off."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if patient.device_id != ask.device_id:
        return Refused("monitor.not_bound")
    return [e.MonitorUnbound(patient.id, ask.device_id)]


def record_vitals(city: City, command: Command, ask: c.RecordVitals, rules: Rules) -> Decision:
    """Keep vitals entered by hand, and let the protocols see them."""
    if ask.patient_id not in city.patients:
        return Refused("patient.unknown")
    unknown = sorted(set(ask.vitals) - HAND_VITALS)
    if unknown or not ask.vitals:
        return Refused("vitals.unknown", {"what": ", ".join(unknown) or "—"})
    patient = city.patients[ask.patient_id]
    patch = {FINDING_NAMES.get(name, name): value for name, value in ask.vitals.items()}
    learned = record_findings(city, command, c.RecordFindings(patient.id, {"vitals": patch}), rules)
    if isinstance(learned, Refused):
        return learned
    return [e.VitalsRecorded(patient.id, ask.vitals), *learned]


def record_ecg(city: City, command: Command, ask: c.RecordEcg, _rules: Rules) -> Decision:
    """Name a 12-lead whose samples are durable; it may come hours late, when the monitor is on somebody else."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if any(each.id == ask.ecg_id for each in patient.ecgs):
        return Refused("ecg.exists")
    devices = {each.device_id for each in patient.worn} if ask.device_id is None else {ask.device_id}
    if not any(wore(patient, each, command.at) for each in devices):
        return Refused("monitor.not_bound")
    return [e.EcgRecorded(patient.id, ask.ecg_id, ask.sample_rate_hz, ask.leads, ask.device_id)]


def read_ecg(city: City, command: Command, ask: c.ReadEcg, rules: Rules) -> Decision:
    """Take a physician's read; the protocols see it at once.

    Nobody takes back what another physician saw: a reading that calls the cath lab stands beside a later one that
    does not, both are shown, and the centre decides.
    """
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if (refused := _unless_readable(city, command, patient, ask)) is not None:
        return refused
    link = link_of(city, command.actor.account)
    said = e.EcgRead(patient.id, ask.ecg_id, ask.reading, ask.reader if link is None else link.physician)
    if ask.reading not in CALLS_THE_LAB and _another_saw(patient, command.actor.account):
        return [said]
    read = {"ecg": {"result": ask.reading, "read_by": "physician"}}
    learned = record_findings(city, command, c.RecordFindings(patient.id, read), rules)
    return learned if isinstance(learned, Refused) else [said, *learned]


def _unless_readable(city: City, command: Command, patient: Patient, ask: c.ReadEcg) -> Refused | None:
    if not any(each.id == ask.ecg_id for each in patient.ecgs):
        return Refused("ecg.unknown")
    if ask.reading not in set(EcgResult) - {EcgResult.UNKNOWN}:
        return Refused("ecg.no_reading")
    return unless_valid(city, command)


def _another_saw(patient: Patient, account: str) -> bool:
    """Say whether somebody else's last word on one of the ECGs calls the cath lab."""
    words = {(ecg.id, each.by): each.reading for ecg in patient.ecgs for each in ecg.readings}
    return any(by != account and reading in CALLS_THE_LAB for (_, by), reading in words.items())


def give_treatment(city: City, _command: Command, ask: c.GiveTreatment, _rules: Rules) -> Decision:
    """Record what was given."""
    if ask.patient_id not in city.patients:
        return Refused("patient.unknown")
    return [e.TreatmentGiven(ask.patient_id, ask.code, ask.dose)]


def end_patient(city: City, _command: Command, ask: c.EndPatient, _rules: Rules) -> Decision:
    """Give one of several patients their own outcome; the run goes on for the others."""
    patient = city.patients.get(ask.patient_id)
    if patient is None:
        return Refused("patient.unknown")
    if patient.outcome is not None:
        return Refused("patient.ended", {"outcome": f"outcome.{patient.outcome}"})
    if ask.outcome is Outcome.REFUSED and not (ask.risk_told and (ask.signed or ask.witness)):
        return Refused("outcome.risk_not_told")
    ended = e.PatientEnded(patient.id, patient.incident_id, ask.outcome, ask.risk_told, ask.signed, ask.witness)
    return [ended] if ask.outcome in STILL_BROUGHT else [ended, *called_off(city, (patient.id,), ask.outcome)]


DECISIONS: dict[type, Decide] = {
    c.BindMonitor: bind_monitor,
    c.UnbindMonitor: unbind_monitor,
    c.RecordVitals: record_vitals,
    c.RecordEcg: record_ecg,
    c.ReadEcg: read_ecg,
    c.GiveTreatment: give_treatment,
    c.EndPatient: end_patient,
}
