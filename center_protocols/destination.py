"""Choose where to drive: gates first, then the predicted minute of treatment, then reasons for every other centre."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from center_protocols.assessment import DEFAULT_SETTINGS, Assessment, Coded, ProtocolSettings
from center_protocols.vocabulary import Capability, Condition, Resource, StatusKind, Treatment


class CenterStatus(msgspec.Struct, frozen=True):
    """Hold what a centre says about itself: a cost with owner, reason and expiry; after its expiry nothing is known."""

    kind: StatusKind
    owner: str
    reason: str
    expires_at: datetime
    resource: Resource | None = None
    cost_s: float | None = None


class Candidate(msgspec.Struct, frozen=True):
    """Hold one hospital as seen from one patient; ``eta_s`` is ``None`` when no road leads there."""

    center_id: str
    capabilities: frozenset[Capability]
    eta_s: float | None
    statuses: tuple[CenterStatus, ...] = ()


class Option(msgspec.Struct, frozen=True):
    """Hold one destination; ``tie`` says 相当: within the band of the best."""

    center_id: str
    eta_s: float
    time_to_treatment_s: float
    treatment: Treatment
    reasons: tuple[Coded, ...]
    warnings: tuple[Coded, ...]
    tie: bool


class Excluded(msgspec.Struct, frozen=True):
    """Hold one hospital that cannot be a destination, and the reason."""

    center_id: str
    reason: Coded


class DestinationRanking(msgspec.Struct, frozen=True):
    """Hold the ranked options, the excluded rest, and what had to be given up.

    ``nearest_resus_ed`` is set for arrest, airway and bleeding; that centre is always among the options.
    ``relaxed`` names the conditions whose capabilities no reachable centre has together with the others'.
    """

    options: tuple[Option, ...]
    excluded: tuple[Excluded, ...]
    relaxed: tuple[Condition, ...] = ()
    nearest_resus_ed: str | None = None
    advice: tuple[Coded, ...] = ()


def rank_destinations(
    assessment: Assessment,
    candidates: Sequence[Candidate],
    at: datetime | None = None,
    settings: ProtocolSettings = DEFAULT_SETTINGS,
) -> DestinationRanking:
    """Rank every candidate for this patient; ``at`` is the minute of the decision."""
    raise NotImplementedError
