"""Danger on scene: what is known, who was told, and whether the units stand off. Two tables."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dispatch import events as e


class Flag(StrEnum):
    """What can make a scene dangerous, and the finding that says so: ``scene.<value>``."""

    VIOLENCE = "violence"
    FIRE = "fire"
    CHEMICAL = "chemical"
    TRAFFIC = "traffic"
    ENTRAPPED = "entrapped"
    INFECTION = "infectious_suspected"


class Service(StrEnum):
    """Who else answers emergencies."""

    POLICE = "110"
    FIRE = "119"
    TRAFFIC_POLICE = "122"


# Whom a flag concerns.
CONCERNS: dict[Flag, Service] = {
    Flag.VIOLENCE: Service.POLICE,
    Flag.FIRE: Service.FIRE,
    Flag.CHEMICAL: Service.FIRE,
    Flag.ENTRAPPED: Service.FIRE,
    Flag.TRAFFIC: Service.TRAFFIC_POLICE,
}


class NoticePhase(StrEnum):
    """How far a service knows."""

    TOLD = "told"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    CONFIRMED = "confirmed"


T, D, U, C = NoticePhase
NOTICE_STEPS: dict[tuple[NoticePhase, type], NoticePhase] = {
    (T, e.NoticeDelivered): D,
    (T, e.NoticeUndelivered): U,
    (U, e.ServiceTold): T,
    (D, e.ServiceTold): T,
    (T, e.ServiceConfirmed): C,
    (D, e.ServiceConfirmed): C,
    (U, e.ServiceConfirmed): C,
    (C, e.ServiceTold): T,
}


class StagingPhase(StrEnum):
    """Whether the units of an incident may go in."""

    OPEN = "open"
    STAGED = "staged"
    CLEARED = "cleared"


P, S, K = StagingPhase
STAGING_STEPS: dict[tuple[StagingPhase, type], StagingPhase] = {
    (P, e.UnitsStaged): S,
    (S, e.SceneCleared): K,
    (K, e.UnitsStaged): S,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What one service was told about an incident."""

    service: str
    told_at: datetime
    told_by: str
    flags: tuple[str, ...]
    phase: NoticePhase = NoticePhase.TOLD
    attempts: int = 0
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Staging:
    """Whether the units stand off, how far, since when, and when it was cleared."""

    phase: StagingPhase
    since: datetime
    distance_m: float
    cleared_at: datetime | None = None
    cleared_by: str | None = None


def flags_of(findings: list[dict[str, Any]]) -> dict[str, str]:
    """Return what several people's findings say of each danger: one yes is yes, then no, else unknown."""
    scenes = [found.get("scene", {}) for found in findings]
    return {flag.value: _joined({str(scene.get(flag.value, "unknown")) for scene in scenes}) for flag in Flag}


def _joined(answers: set[str]) -> str:
    return next((each for each in ("yes", "no") if each in answers), "unknown")
