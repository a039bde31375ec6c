"""Render one structured handoff as ATMIST, IMIST-AMBO, ISBAR or ASHICE: sections of codes, worded by the caller."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec

from center_protocols.assessment import Assessment, Coded, Param
from center_protocols.findings import Findings

Say: TypeAlias = Callable[[str, Mapping[str, Param]], str]


class HandoffFormat(StrEnum):
    """Name the spoken formats."""

    ATMIST = "atmist"
    IMIST_AMBO = "imist_ambo"
    ISBAR = "isbar"
    ASHICE = "ashice"


class TreatmentGiven(msgspec.Struct, frozen=True):
    """Hold one thing the crew did; ``code`` is a word of the catalogue, ``detail`` a dose or a size."""

    code: str
    at: datetime | None = None
    detail: str = ""


class Handoff(msgspec.Struct, frozen=True, kw_only=True):
    """Hold everything that is said at the door, once; every format is a view of it."""

    findings: Findings
    assessment: Assessment
    eta_s: float | None = None
    occurred_at: datetime | None = None
    treatments: tuple[TreatmentGiven, ...] = ()
    earlier: Findings | None = None
    history: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    call_sign: str = ""
    activation_acknowledged_at: datetime | None = None


class Section(msgspec.Struct, frozen=True):
    """Hold one letter of a format and its lines."""

    code: str
    lines: tuple[Coded, ...]


def view(handoff: Handoff, shape: HandoffFormat) -> tuple[Section, ...]:
    """Arrange the handoff in the order of one format."""
    raise NotImplementedError


def render(sections: tuple[Section, ...], say: Say) -> str:
    """Word the sections, one per line, with the caller's catalogue."""
    raise NotImplementedError
