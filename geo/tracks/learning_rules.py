"""Read the rules of learning speeds from tracks. The values are data, each with its source and mark."""

import math
from dataclasses import dataclass, fields
from pathlib import Path

from geo.tracks.numbers import read_numbers

RULES_FILE = Path(__file__).with_name("speed_learning.toml")


@dataclass(frozen=True, slots=True)
class LearningRules:
    """What counts as a drive, and how many make a factor; ``geo/tracks/speed_learning.toml`` carries the sources."""

    span_m: float
    span_s_max: float
    driven_mps_max: float
    standing_mps: float
    standing_s: float
    detour_max: float
    count_min: float
    prior_count: float
    cell_m: float
    factor_min: float
    factor_max: float
    recent_s: float
    half_life_s: float
    live_fix_s: float
    live_every_s: float

    def __post_init__(self) -> None:
        """Refuse rules that cannot be. Raises ValueError."""
        for field in fields(self):
            if not 0.0 < getattr(self, field.name) < math.inf:
                raise ValueError(f"{field.name} = {getattr(self, field.name)} is no possible rule")
        if not self.factor_min <= 1.0 <= self.factor_max:
            raise ValueError("learned factors must be able to be 1")


def read_rules(path: Path = RULES_FILE) -> LearningRules:
    """Read them as shipped, or from another file."""
    return read_numbers(path, LearningRules)
