"""Centres, activations and reservations: the hospital's side, independent of the crew's journey.

The activation is one table; the two machines never block each other.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch import events as e
from dispatch.state.direct import ED, ChosenDoor, WayInside
from dispatch.state.resources import ResourceState
from dispatch.state.team import Summons
from dispatch.state.wall import Wall
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
    (S, e.ActivationReceived): V,
    (S, e.ActivationAcknowledged): K,
    (V, e.ActivationAcknowledged): K,
    (S, e.TeamReady): T,
    (V, e.TeamReady): T,
    (K, e.TeamReady): T,
    (S, e.PatientArrived): A,
    (V, e.PatientArrived): A,
    (K, e.PatientArrived): A,
    (T, e.PatientArrived): A,
    (S, e.PatientAccepted): C,
    (V, e.PatientAccepted): C,
    (K, e.PatientAccepted): C,
    (T, e.PatientAccepted): C,
    (A, e.PatientAccepted): C,
    (S, e.ActivationRedirected): D,
    (V, e.ActivationRedirected): D,
    (K, e.ActivationRedirected): D,
    (T, e.ActivationRedirected): D,
    (A, e.ActivationRedirected): D,
    (S, e.ActivationCancelled): X,
    (V, e.ActivationCancelled): X,
    (K, e.ActivationCancelled): X,
    (T, e.ActivationCancelled): X,
    (A, e.ActivationCancelled): X,
    (D, e.ActivationEndAcknowledged): Z,
    (X, e.ActivationEndAcknowledged): Z,
}

# These facts may come late (the answer after the patient): they fill the register and move nothing.
LATE = {
    (A, e.ActivationAcknowledged),
    (C, e.ActivationAcknowledged),
    (A, e.TeamReady),
    (C, e.TeamReady),
    (T, e.ActivationAcknowledged),
    (V, e.ActivationReceived),
    (K, e.ActivationReceived),
    (T, e.ActivationReceived),
    (A, e.ActivationReceived),
    (C, e.ActivationReceived),
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
    waits_since: datetime | None = None  # since when somebody else has it
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
