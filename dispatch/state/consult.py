"""Who looks after a patient from afar: readings, joined physicians, their links, lines, and orders. One order table."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from center_protocols.finding_groups import EcgResult
from center_protocols.vocabulary import Given
from dispatch import events as e
from dispatch.words import Actor, Role, personal

# Orders that are no drug and no procedure of the protocols.
OTHER_ORDERS = ("ecg_again", "vitals_again", "other")
ORDER_CODES = (*(each.value for each in Given), *OTHER_ORDERS)
DECLINES = ("contraindicated", "patient_refuses", "not_available", "given_already", "not_possible", "other")
# What a reading says that calls the cath lab; nobody else's later reading takes it back.
CALLS_THE_LAB = frozenset({EcgResult.STEMI.value, EcgResult.STEMI_EQUIVALENT.value})
SIDES = {Role.CREW: "crew", Role.DEPARTMENT: "department", Role.REMOTE_PHYSICIAN: "physician"}  # else: seat


def side_of(actor: Actor) -> str:
    """Return on which side of the line somebody stands."""
    return SIDES.get(actor.role, "seat")


class OrderPhase(StrEnum):
    """How far an order is."""

    GIVEN = "given"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


G, A, D, N, W = OrderPhase
ORDER_STEPS: dict[tuple[OrderPhase, type], OrderPhase] = {
    (G, e.OrderAcknowledged): A,
    (G, e.OrderDone): D,
    (A, e.OrderDone): D,
    (G, e.OrderDeclined): N,
    (A, e.OrderDeclined): N,
    (G, e.OrderWithdrawn): W,
    (A, e.OrderWithdrawn): W,
    (W, e.OrderDone): D,  # a tablet without a network had done it before it could hear
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one physician saw in an ECG; ``reader`` is their name where the account is not it."""

    reading: str
    at: datetime
    by: str
    side: str
    reader: str | None


@dataclass(frozen=True, slots=True)
class AdviceWanted:
    """Somebody waits for a specialist."""

    at: datetime
    by: str
    question: str | None


@dataclass(frozen=True, slots=True)
class Specialist:
    """A remote physician who looks after the patient."""

    id: str
    since: datetime
    name: str | None


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One line to everybody who looks after the patient."""

    at: datetime
    side: str
    by: str
    who: str | None  # as those with the patient know them; None: their side says all there is
    text: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """What a physician asked the crew for, and what became of it."""

    id: str
    code: str
    phase: OrderPhase
    at: datetime
    by: str
    side: str
    dose: str | None
    note: str | None
    who: str | None = None  # the physician, as those with the patient know them; None: their side says all there is
    answered_at: datetime | None = None
    why: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderLink:
    """A physician's own page for one patient."""

    id: str
    patient_id: str
    incident_id: str
    token_hash: str
    sent_at: datetime
    expires_at: datetime
    language: str
    physician: str = personal("id", required=True)
    opened_at: datetime | None = None
    device_hash: str | None = None
    ended: str | None = None

    def is_valid(self, now: datetime) -> bool:
        """Say whether the page still answers."""
        return self.ended is None and now < self.expires_at
