"""Centres, activations and reservations: the hospital's side, independent of the crew's journey.

The activation is one table; the two machines never block each other.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch.direct import ED, ChosenDoor, WayInside
from dispatch.events import center as ce
from dispatch.resources import ResourceState
from dispatch.team import Summons
from dispatch.wall import Wall
from dispatch.words import FiredCondition, personal


class ActivationPhase(StrEnum):
    """Where one patient's pre-arrival stands at the centre."""

    SENT = "sent"
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    TEAM_READY = "team_ready"
    ARRIVED = "arrived"
    ACCEPTED = "accepted"
    REDIRECTED = "redirected"
    CANCELLED = "cancelled"
    END_ACKNOWLEDGED = "end_acknowledged"


S, V, K, T, A, C, D, X, Z = ActivationPhase
ACTIVATION_STEPS: dict[tuple[ActivationPhase, type], ActivationPhase] = {
    (S, ce.ActivationReceived): V,
    (S, ce.ActivationAcknowledged): K,
    (V, ce.ActivationAcknowledged): K,
    (S, ce.TeamReady): T,
    (V, ce.TeamReady): T,
    (K, ce.TeamReady): T,
    (S, ce.PatientArrived): A,
    (V, ce.PatientArrived): A,
    (K, ce.PatientArrived): A,
    (T, ce.PatientArrived): A,
    (S, ce.PatientAccepted): C,
    (V, ce.PatientAccepted): C,
    (K, ce.PatientAccepted): C,
    (T, ce.PatientAccepted): C,
    (A, ce.PatientAccepted): C,
    (S, ce.ActivationRedirected): D,
    (V, ce.ActivationRedirected): D,
    (K, ce.ActivationRedirected): D,
    (T, ce.ActivationRedirected): D,
    (A, ce.ActivationRedirected): D,
    (S, ce.ActivationCancelled): X,
    (V, ce.ActivationCancelled): X,
    (K, ce.ActivationCancelled): X,
    (T, ce.ActivationCancelled): X,
    (A, ce.ActivationCancelled): X,
    (D, ce.ActivationEndAcknowledged): Z,
    (X, ce.ActivationEndAcknowledged): Z,
}

# These facts may come late (the answer after the patient): they fill the register and move nothing.
LATE = {
    (A, ce.ActivationAcknowledged),
    (C, ce.ActivationAcknowledged),
    (A, ce.TeamReady),
    (C, ce.TeamReady),
    (T, ce.ActivationAcknowledged),
    (V, ce.ActivationReceived),
    (K, ce.ActivationReceived),
    (T, ce.ActivationReceived),
    (A, ce.ActivationReceived),
    (C, ce.ActivationReceived),
}

LIVE = frozenset({S, V, K, T, A})  # the centre expects somebody
UNANSWERED = frozenset({S, V})  # nobody has said "I heard you"
ENDED_UNSEEN = frozenset({D, X})  # the centre still believes somebody comes


@dataclass(frozen=True, slots=True)
class CenterStatus:
    """What a centre said about itself, by whom, why, until when; expired means unknown."""

    topic: str
    state: str
    owner: str
    reason: str | None
    reported_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Center:
    """A hospital as a destination."""

    id: str
    name: str
    grade: str
    lon: float
    lat: float
    kinds: tuple[str, ...]
    capabilities: tuple[str, ...]
    phone: str | None
    statuses: dict[str, CenterStatus] = field(default_factory=dict)
    wall: Wall | None = None
    resources: dict[str, ResourceState] = field(default_factory=dict)
    ways: dict[str, WayInside] = field(default_factory=dict)  # by door: how a stretcher gets there


@dataclass(frozen=True, slots=True)
class Reservation:
    """An expiring hold on one resource for one patient."""

    id: str
    resource: str
    reserved_at: datetime
    expires_at: datetime
    ready_at: datetime | None = None
    ended: str | None = None  # used | released | expired
    place: int = 0  # 0 has it; 1 is the first of those who wait for it
    because: str | None = None  # what decided: `dispatch.events.resource.ReservationPlaced`


@dataclass(frozen=True, slots=True)
class DoorCheck:
    """When and by whom who came was compared with who was announced, and what was not the same."""

    at: datetime
    by: str
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Activation:
    """The centre-side pre-arrival state of one patient."""

    id: str
    patient_id: str
    incident_id: str
    center_id: str
    phase: ActivationPhase
    sent_at: datetime
    acknowledge_by: datetime
    conditions: tuple[FiredCondition, ...]
    bypass: tuple[str, ...]
    activate: tuple[str, ...]
    eta_s: float | None
    early: bool
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    team_ready_at: datetime | None = None
    arrived_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = personal("id")
    to_center_id: str | None = None
    reservations: tuple[Reservation, ...] = ()
    door: DoorCheck | None = None
    summonses: tuple[Summons, ...] = ()
    crew_knows_at: datetime | None = None  # of the redirect or cancellation; the crew's own order they know
    center_knows_at: datetime | None = None
    chosen_door: ChosenDoor | None = None  # None: the department has not chosen; ``bypass`` proposes
    updated_at: datetime | None = None  # when it last asked for something else than the alarm did
    updated_with: tuple[str, ...] = ()  # what that added to ``activate``

    @property
    def ended_unaccepted(self) -> bool:
        """Say whether the patient went elsewhere or does not come."""
        return self.phase in ENDED_UNSEEN or self.phase is ActivationPhase.END_ACKNOWLEDGED

    @property
    def proposed_door(self) -> str:
        """Return where the protocol sends the stretcher."""
        return self.bypass[0] if self.bypass else ED

    @property
    def door_now(self) -> str:
        """Return where the stretcher goes as things stand."""
        return self.proposed_door if self.chosen_door is None else self.chosen_door.where


def next_phase(activation: Activation, fact_kind: type) -> ActivationPhase | None:
    """Return the phase after a fact; the same phase when it comes late; None when the table has no such step."""
    if (activation.phase, fact_kind) in LATE:
        return activation.phase
    return ACTIVATION_STEPS.get((activation.phase, fact_kind))
