"""The facts at the patient: monitor, vitals, ECG, treatment, outcome."""

from dispatch.fact import fact
from dispatch.words import Outcome, personal


@fact
class MonitorBound:
    """A monitor belongs to this patient, by confirmation; traces before this are quarantined."""

    patient_id: str
    device_id: str


@fact
class MonitorUnbound:
    """The monitor was taken off this patient."""

    patient_id: str
    device_id: str


@fact
class VitalsRecorded:
    """Vitals entered by hand: a clinical fact. Streams from monitors are telemetry."""

    patient_id: str
    vitals: dict[str, float]


@fact
class EcgRecorded:
    """A diagnostic 12-lead was taken and its samples are durable."""

    patient_id: str
    ecg_id: str
    sample_rate_hz: int
    leads: tuple[str, ...]
    device_id: str | None = None


@fact
class EcgRead:
    """A physician read the ECG. Software never does."""

    patient_id: str
    ecg_id: str
    reading: str  # a code of center_protocols.findings
    reader: str | None = personal("patient_id")  # the physician's name where the account is not it


@fact
class TreatmentGiven:
    """A drug or procedure was given."""

    patient_id: str
    code: str
    dose: str | None = personal("patient_id")


@fact
class PatientEnded:
    """One patient's way through the system came to its one coded outcome."""

    patient_id: str
    incident_id: str
    outcome: Outcome
    risk_told: bool = False
    signed: bool = False
    witness: str | None = personal("patient_id")
