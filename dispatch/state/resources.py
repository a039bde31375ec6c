"""A centre's rooms and beds: what is held, what is in use, and what follows from both. Pure values."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from center_protocols.vocabulary import Resource


@dataclass(frozen=True, slots=True)
class Hold:
    """One open reservation, as its centre sees it."""

    id: str
    activation_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Use:
    """A room with a patient in it; ``until`` is what such a case usually takes."""

    id: str  # of the reservation it came from
    activation_id: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ResourceState:
    """How many a centre has of one resource, who holds it, who is in it."""

    count: int = 1
    holds: tuple[Hold, ...] = ()
    uses: tuple[Use, ...] = ()

    @property
    def free(self) -> int:
        """Return how many nobody is in; holds are not yet people."""
        return max(0, self.count - len(self.uses))


@cache
def usual_use_min() -> dict[str, float]:
    """Return how long one case usually keeps each room, in minutes; 0: its use does not follow from an arrival."""
    rows = tomllib.loads(files("dispatch.state").joinpath("resources.toml").read_text(encoding="utf-8"))
    return {Resource(code).value: float(row["in_use_min"]) for code, row in rows.items()}
