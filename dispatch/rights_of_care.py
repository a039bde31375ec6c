"""Who looks after a patient now: the centre that expects or has them, physicians who joined, a reader's page."""

from dispatch.state.center import LIVE, ActivationPhase
from dispatch.state.city import City
from dispatch.state.consult import ReaderLink
from dispatch.state.incident import Patient

READER_ACCOUNT = "reader:"  # before the link's id: how a physician's page signs what it says


def cared_for_at(city: City, patient: Patient, center_id: str | None) -> bool:
    """Say whether a centre expects this patient or has taken them over."""
    rows = (city.activations[each] for each in city.incidents[patient.incident_id].activation_ids)
    return any(
        row.patient_id == patient.id
        and row.center_id == center_id
        and (row.phase in LIVE or row.phase is ActivationPhase.ACCEPTED)
        for row in rows
    )


def center_of(city: City, patient: Patient) -> str | None:
    """Return where the patient goes: the crew doctor's choice, else the centre that a pre-alert before contact told."""
    if patient.center_id is not None or patient.activation_id is None:
        return patient.center_id
    return city.activations[patient.activation_id].center_id


def has_joined(patient: Patient, account: str | None) -> bool:
    """Say whether a remote physician looks after the patient."""
    return any(each.id == account for each in patient.specialists)


def waits_for_physician(patient: Patient, account: str | None) -> bool:
    """Say whether a remote physician may look: an ECG is unread, advice is wanted, or they have joined."""
    unread = any(ecg.reading is None for ecg in patient.ecgs)
    return unread or patient.advice_wanted is not None or has_joined(patient, account)


def link_of(city: City, account: str) -> ReaderLink | None:
    """Return the physician's link that an account stands for."""
    if not account.startswith(READER_ACCOUNT):
        return None
    return city.reader_links.get(account.removeprefix(READER_ACCOUNT))
