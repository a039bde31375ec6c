"""What can be said about who is really there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportWall:
    """Say how a department's wall stands; only the desk's own watch says this."""

    center_id: str
    phase: str


@dataclass(frozen=True, slots=True)
class ReadEnd:
    """Say that the crew has read the redirect or cancellation that somebody else ordered."""

    activation_id: str
