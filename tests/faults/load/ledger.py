"""What clients were told: the only judge of the reliability suite. The server's opinion of itself is never asked."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Ledger:
    """Everything that was acknowledged to ordinary clients, by what it was."""

    notes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # incident -> words, each unique
    vitals: dict[str, set[datetime]] = field(default_factory=lambda: defaultdict(set))  # patient -> measured at
    bound: dict[str, datetime] = field(default_factory=dict)  # patient -> since when their monitor is theirs
    waves: dict[tuple[str, int], dict[int, bytes]] = field(default_factory=lambda: defaultdict(dict))
    calls: set[str] = field(default_factory=set)  # incidents that were opened
    ecgs: dict[tuple[str, str], bytes] = field(default_factory=dict)  # (patient, ECG) -> samples
    refused: list[str] = field(default_factory=list)  # refused for good: a load that keeps the rules has none
    answered_at: float = 0.0  # monotonic seconds of the newest acknowledgement

    @property
    def acknowledged(self) -> int:
        """Count what was acknowledged."""
        kept = (self.notes, self.vitals, self.waves)
        return sum(len(each) for one in kept for each in one.values()) + len(self.ecgs) + len(self.calls)

    def told(self) -> None:
        """Note that something was acknowledged just now."""
        self.answered_at = time.monotonic()
