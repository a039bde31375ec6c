"""The table of faults that a run prints at its end."""

import os
import time
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One line of the table: what was done, how often, what clients were told, what of it was not there."""

    fault: str
    times: int
    acknowledged: int
    lost: int
    recovery_s: tuple[float, ...] = ()
    note: str = ""

    def __str__(self) -> str:
        """Return the line as Markdown."""
        took = "–"
        if self.recovery_s:
            took = f"{median(self.recovery_s):.1f}, {max(self.recovery_s):.1f}"
        return f"| {self.fault} | {self.times} | {self.acknowledged:,} | {self.lost} | {took} | {self.note} |"


def heading() -> str:
    """Return when and on what machine the table was made, and its head."""
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    load = "/".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{when}, {os.cpu_count()} cores, load {load}\n"
        "| fault | times | acknowledged | lost | recovery s (median, slowest) | |\n|---|---|---|---|---|---|"
    )
