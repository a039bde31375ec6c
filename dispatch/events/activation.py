"""The facts between crew and centre: destination, activation, holds; the two never block each other."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import FiredCondition, RankingUsed, personal


@fact
class DestinationChosen:
    """The crew doctor decided where to; another choice than the first is recorded with the risk told."""

    patient_id: str
    incident_id: str
    center_id: str
    assignment_id: str | None  # the run that carries the patient
    chosen_by: str  # crew_doctor | patient_or_family | dispatcher
    evidence: RankingUsed | None
    reason: str | None = personal("patient_id")
    risk_told: bool = False


@fact
class ActivationSent:
    """A centre was told what is coming. ``early`` only for arrest and imminent delivery."""

    activation_id: str
    patient_id: str
    incident_id: str
    center_id: str
    conditions: tuple[FiredCondition, ...]
    bypass: tuple[str, ...]
    activate: tuple[str, ...]
    eta_s: float | None
    acknowledge_by: datetime
    early: bool = False


@fact
class ActivationReceived:
    """The wall has shown it."""

    activation_id: str


@fact
class ActivationAcknowledged:
    """A person at the centre answered."""

    activation_id: str


@fact
class TeamReady:
    """The team stands there."""

    activation_id: str


@fact
class PatientArrived:
    """The patient passed the gate."""

    activation_id: str
    patient_id: str


@fact
class PatientAccepted:
    """The centre took over."""

    activation_id: str
    patient_id: str


@fact
class ActivationRedirected:
    """The patient goes elsewhere; the first centre is told and must say so."""

    activation_id: str
    to_center_id: str
    reason: str = personal("activation_id", required=True)


@fact
class ActivationCancelled:
    """Nobody comes."""

    activation_id: str
    reason: str = personal("activation_id", required=True)


@fact
class ActivationEndAcknowledged:
    """The centre has seen that the patient goes elsewhere or does not come."""

    activation_id: str


@fact
class ResourceReserved:
    """A cath lab, CT, OR, bed is held, and for how long."""

    reservation_id: str
    activation_id: str
    center_id: str
    resource: str
    expires_at: datetime


@fact
class ResourceReady:
    """The held resource is ready: called and ready are two points."""

    activation_id: str
    resource: str


@fact
class ReservationEnded:
    """The hold ended: used, released, or expired."""

    reservation_id: str
    activation_id: str
    center_id: str
    reason: str  # used | released | expired


@fact
class CenterStatusReported:
    """A centre said how it stands. Full is not closed: a cost with owner, reason and expiry, never a gate."""

    center_id: str
    topic: str  # diversion | full | a resource code such as cath_lab
    state: str  # open | busy | closed | unknown
    owner: str
    expires_at: datetime
    reason: str | None = personal("center_id")
