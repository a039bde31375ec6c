"""What is asked about a patient's whole record: take it out, seal it, have it forgotten."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportPatient:
    """Take everything that is kept of one patient out of the system, for a stated purpose."""

    patient_id: str
    purpose: str


@dataclass(frozen=True, slots=True)
class AttachPhoto:
    """Report a crew's photo whose bytes have been uploaded and committed."""

    patient_id: str
    photo_id: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class SealRecord:
    """Put a record under seal (封存): nothing of it is forgotten until the seal is lifted."""

    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnsealRecord:
    """Lift the seal."""

    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ErasePatient:
    """Have one patient forgotten: words, traces, pictures. Refused within the legal retention and under seal."""

    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportErasure:
    """Say what was removed; only the process that removed it says this."""

    patient_id: str
    vitals: int
    chunks: int
    ecgs: int
    photos: int
    digest: str
