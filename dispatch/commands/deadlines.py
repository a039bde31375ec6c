"""What the clock asks, and what ends a phone task."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckDeadlines:
    """Look at the clock; only the desk itself says this."""


@dataclass(frozen=True, slots=True)
class FinishTask:
    """Say that the phone task is done."""

    task_id: str
    note: str | None = None
