"""What can be asked about a centre's rooms and beds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountResource:
    """Say how many of a resource the centre has."""

    center_id: str
    resource: str
    count: int


@dataclass(frozen=True, slots=True)
class CorrectResource:
    """Correct with one tap what follows from what runs: ``ready``, ``busy`` or ``down``, valid for a while."""

    center_id: str
    resource: str
    state: str
    reason: str | None = None
