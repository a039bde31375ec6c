"""Measure calls one by one: medians and tails, as the rows of a benchmark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any

import numpy as np

from dispatch.terminal.bench.command import Absent, Row

_NS_PER_US = 1000.0


@dataclass(slots=True)
class Report:
    """The rows, the missing rows, the checks and the notes of one run; ``tell`` says on the way what goes on."""

    tell: Callable[[str], None]
    rows: list[Row] = field(default_factory=list)
    checks: dict[str, float | bool] = field(default_factory=dict)
    absent: list[Absent] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    def miss(self, system: str, rows: Sequence[str], why: str) -> None:
        """List the rows of a system that is not here as absent."""
        self.absent += [Absent(what, system, why) for what in rows]
        self.tell(f"{system} is absent: {why}")

    def measure(self, what: str, system: str, ask: Callable[..., object], questions: Sequence[tuple[Any, ...]]) -> Row:
        """Ask every question twice, the first time to warm up, and keep the times of the second."""
        for question in questions:
            ask(*question)
        return self.measure_once(what, system, ask, questions)

    def measure_once(
        self, what: str, system: str, ask: Callable[..., object], questions: Sequence[tuple[Any, ...]], each: int = 1
    ) -> Row:
        """Ask every question once; each call does ``each`` things at a time."""
        took_ns = np.empty(len(questions))
        for nth, question in enumerate(questions):
            began = perf_counter_ns()
            ask(*question)
            took_ns[nth] = perf_counter_ns() - began
        took_us = took_ns / _NS_PER_US / each
        median_us, p99_us = (float(round(value, 3)) for value in np.percentile(took_us, [50, 99]))
        row = Row(what, system, len(questions), median_us, p99_us)
        self.rows.append(row)
        self.tell(f"{what:34} {system:16} {median_us:12.2f} µs  p99 {p99_us:12.2f} µs  ({row.n} calls)")
        return row

    def ratio(self, what: str, system: str) -> float | None:
        """Return how many times as long a system took as ours; None when it was not measured."""
        medians = {row.system: row.median_us for row in self.rows if row.what == what}
        return round(medians[system] / medians["ours"], 1) if {system, "ours"} <= medians.keys() else None
