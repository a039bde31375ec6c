"""What can be asked about a run: send, divert, replace, end; and the end of its incident."""

from dataclasses import dataclass

from dispatch.words import Outcome, UnitStatus


@dataclass(frozen=True, slots=True)
class AssignUnit:
    """Send a unit. ``seen_status`` is what the row said when it was chosen: the desk refuses if it changed."""

    incident_id: str
    unit_id: str
    reason: str | None = None
    seen_status: UnitStatus | None = None


@dataclass(frozen=True, slots=True)
class DivertUnit:
    """Take a unit off a less urgent run and send it here."""

    incident_id: str
    unit_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReplaceUnit:
    """Send another unit for one that does not roll; that one's run ends, and it is out of service until it answers."""

    assignment_id: str
    unit_id: str


@dataclass(frozen=True, slots=True)
class EndAssignment:
    """End a run with its one coded outcome; patients without an outcome get the same. Frees the unit."""

    assignment_id: str
    outcome: Outcome
    reason: str | None = None
    risk_told: bool = False
    signed: bool = False
    witness: str | None = None


@dataclass(frozen=True, slots=True)
class CloseIncident:
    """Close without a run, or when everybody has an outcome."""

    incident_id: str
    outcome: Outcome | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReopenIncident:
    """Open a closed incident again."""

    incident_id: str
    reason: str
