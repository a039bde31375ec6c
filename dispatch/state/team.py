"""A department's people and whom an activation has summoned. One table; a missing entry is the refusal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch import events as e
from dispatch.words import personal


class TeamRole(StrEnum):
    """In what role somebody is on duty."""

    INTERVENTIONAL_CARDIOLOGIST = "interventional_cardiologist"
    CARDIOLOGIST = "cardiologist"
    CATH_NURSE = "cath_nurse"
    RADIOGRAPHER = "radiographer"
    NEUROLOGIST = "neurologist"
    NEURO_INTERVENTIONIST = "neuro_interventionist"
    LABORATORY = "laboratory"
    TRAUMA_SURGEON = "trauma_surgeon"
    VASCULAR_SURGEON = "vascular_surgeon"
    ANAESTHETIST = "anaesthetist"
    OR_NURSE = "or_nurse"
    EMERGENCY_PHYSICIAN = "emergency_physician"
    BLOOD_BANK = "blood_bank"
    OBSTETRICIAN = "obstetrician"
    MIDWIFE = "midwife"
    NEONATOLOGIST = "neonatologist"
    NEONATAL_NURSE = "neonatal_nurse"
    PAEDIATRIC_INTENSIVIST = "paediatric_intensivist"
    PERFUSIONIST = "perfusionist"


class SummonsPhase(StrEnum):
    """How far the asking of one person has come."""

    CALLING = "calling"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    LAPSED = "lapsed"
    COMING = "coming"
    IN_PLACE = "in_place"
    DECLINED = "declined"
    STANDING_DOWN = "standing_down"
    STOOD_DOWN = "stood_down"


C, D, U, L, K, P, N, W, Z = SummonsPhase
SUMMONS_STEPS: dict[tuple[SummonsPhase, type], SummonsPhase] = {
    (C, e.SummonsDelivered): D,
    (C, e.SummonsUndelivered): U,
    (D, e.SummonsRepeated): C,
    (U, e.SummonsRepeated): C,
    # Who did not answer in time is asked again beside the next one, and may still come.
    (L, e.SummonsRepeated): L,
    (L, e.SummonsDelivered): L,
    (L, e.SummonsUndelivered): L,
    **{(phase, e.SummonsLapsed): L for phase in (C, D, U)},
    **{(phase, e.SummonsAcknowledged): K for phase in (C, D, U, L, N)},
    **{(phase, e.MemberInPlace): P for phase in (C, D, U, L, K, N)},
    **{(phase, e.SummonsDeclined): N for phase in (C, D, U, L, K)},
    **{(phase, e.MemberStoodDown): W for phase in (C, D, U, L, K, P)},
    (W, e.SummonsDelivered): Z,
    (W, e.SummonsUndelivered): W,
}
WAITING = frozenset({C, D})  # an answer is still expected
COMES = frozenset({K, P})
TO_STAND_DOWN = frozenset({C, D, U, L, K, P})


@dataclass(frozen=True, slots=True)
class Duty:
    """From when to when somebody is on duty in one role; ``rank`` 1 is summoned first."""

    id: str
    role: str
    begins: datetime
    ends: datetime
    rank: int
    conditions: tuple[str, ...]

    def covers(self, at: datetime, role: str, conditions: frozenset[str]) -> bool:
        """Say whether this duty answers for a role at a minute; off duty is quiet."""
        fits = not self.conditions or not conditions.isdisjoint(self.conditions)
        return self.role == role and self.begins <= at < self.ends and fits


@dataclass(frozen=True, slots=True)
class Member:
    """A person of one department."""

    id: str
    center_id: str
    roles: tuple[str, ...]
    name: str = personal("id", required=True)
    phone: str | None = personal("id")
    push: str | None = personal("id")
    push_since: datetime | None = None
    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Summons:
    """The asking of one person for one activation in one role; ``told_attempt``: the last message with a known fate."""

    id: str
    member_id: str
    role: str
    phase: SummonsPhase
    summoned_at: datetime
    asked_at: datetime  # the newest message
    answer_by: datetime
    by_hand: bool
    attempt: int = 1
    told_attempt: int = 0
    ways: tuple[str, ...] = ()
    answered_at: datetime | None = None
    minutes: int | None = None
    reason: str | None = None
