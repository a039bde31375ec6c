"""What can be asked at the patient: monitor, vitals, ECG, treatment, an outcome of their own."""

from dataclasses import dataclass

from dispatch.words import Outcome


@dataclass(frozen=True, slots=True)
class BindMonitor:
    """Confirm that a monitor belongs to this patient."""

    patient_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class UnbindMonitor:
    """Take the monitor off this patient."""

    patient_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class RecordVitals:
    """Enter vitals by hand; keys hr, rr, sbp, dbp, spo2, temp_c, glucose_mmol_l, gcs, pain, etco2."""

    patient_id: str
    vitals: dict[str, float]


@dataclass(frozen=True, slots=True)
class RecordEcg:
    """Report a 12-lead whose samples have been uploaded and committed."""

    patient_id: str
    ecg_id: str
    sample_rate_hz: int
    leads: tuple[str, ...]
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReadEcg:
    """Give a physician's read of an ECG; ``reader`` names them where the account does not."""

    patient_id: str
    ecg_id: str
    reading: str
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class GiveTreatment:
    """Record a drug or procedure."""

    patient_id: str
    code: str
    dose: str | None = None


@dataclass(frozen=True, slots=True)
class EndPatient:
    """Give one patient of several their own outcome."""

    patient_id: str
    outcome: Outcome
    risk_told: bool = False
    signed: bool = False
    witness: str | None = None
