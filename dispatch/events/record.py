"""The facts about a patient's whole record."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import personal


@fact
class PatientExported:
    """Somebody took everything that is kept of a patient out of the system."""

    patient_id: str
    incident_id: str
    purpose: str = personal("patient_id", required=True)


@fact
class PhotoAttached:
    """A crew took a photo; its bytes are durable and sealed under the patient's key."""

    patient_id: str
    incident_id: str
    photo_id: str
    size_bytes: int


@fact
class RecordSealed:
    """A record is under seal: retention and erasure stop."""

    patient_id: str
    incident_id: str
    reason: str = personal("patient_id", required=True)


@fact
class RecordUnsealed:
    """The seal was lifted."""

    patient_id: str
    incident_id: str
    reason: str = personal("patient_id", required=True)


@fact
class PatientErased:
    """A patient is forgotten: the keys of the named subjects are destroyed, traces and pictures are removed."""

    patient_id: str
    incident_id: str
    reason: str  # patient_request | retention_over | court_order
    retained_until: datetime  # what the legal retention said
    subjects: tuple[str, ...]


@fact
class ErasureReported:
    """What was removed, and the digest (SHA-256) of the removed bytes in their order; nothing of it was found again."""

    patient_id: str
    incident_id: str
    vitals: int
    chunks: int
    ecgs: int
    photos: int
    digest: str
