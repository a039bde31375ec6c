"""What can be asked of and by the receiving centre: destination, alarm, answers, holds, its own state."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChooseDestination:
    """Decide where to, as the crew doctor; sends the activation."""

    patient_id: str
    center_id: str
    chosen_by: str = "crew_doctor"
    reason: str | None = None
    risk_told: bool = False


@dataclass(frozen=True, slots=True)
class PreAlert:
    """Alarm a centre before patient contact: arrest and imminent delivery only."""

    patient_id: str
    center_id: str


@dataclass(frozen=True, slots=True)
class ReceiveActivation:
    """Say that the wall shows it."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class AcknowledgeActivation:
    """Answer the alarm."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class ReportTeamReady:
    """Say that the team stands there."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class AcceptPatient:
    """Take the patient over."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class CancelActivation:
    """Call the centre off."""

    activation_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AcknowledgeEnd:
    """Say that the redirect or cancellation was seen."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class ReserveResource:
    """Hold a cath lab, CT, OR or bed for this patient."""

    activation_id: str
    resource: str
    minutes: int = 60


@dataclass(frozen=True, slots=True)
class ReportResourceReady:
    """Say that the held resource is ready."""

    activation_id: str
    resource: str


@dataclass(frozen=True, slots=True)
class ReleaseResource:
    """Give a hold back."""

    reservation_id: str


@dataclass(frozen=True, slots=True)
class ReportCenterStatus:
    """Say how a centre or one of its resources stands, by whom, why, until when."""

    center_id: str
    topic: str
    state: str
    expires_at: datetime
    reason: str | None = None
