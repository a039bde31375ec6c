"""A fact: its numbered envelope, the decorator that makes a class one, and what it is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, dataclass_transform

from dispatch.words import Actor, ClockSource

Kind = TypeVar("Kind")
FACTS: list[type] = []  # every kind of fact, in the order in which the files name them


@dataclass_transform(frozen_default=True)
def fact(kind: type[Kind]) -> type[Kind]:
    """Make a class a kind of fact: frozen, slotted, listed."""
    made = dataclass(frozen=True, slots=True)(kind)
    FACTS.append(made)
    return made


@dataclass(frozen=True, slots=True)
class Fact:
    """One numbered fact: the envelope every reader of the journal sees."""

    seq: int
    at: datetime  # when it happened, aware UTC
    recorded_at: datetime
    clock: ClockSource
    uncertainty_s: float
    actor: Actor
    command_id: str
    data: Any  # one of FACTS

    @property
    def kind(self) -> str:
        """Name the fact."""
        return type(self.data).__name__


# The ids that name what a fact is about; they become its subjects, in this order.
SUBJECT_FIELDS = {
    "call_id": "call",
    "incident_id": "incident",
    "from_incident_id": "incident",
    "patient_id": "patient",
    "unit_id": "unit",
    "assignment_id": "assignment",
    "center_id": "center",
    "to_center_id": "center",
    "activation_id": "activation",
    "reservation_id": "reservation",
    "task_id": "task",
    "seat_id": "seat",
    "mark_id": "mark",
    "measure_id": "measure",
    "position_id": "position",
    "link_id": "link",
    "member_id": "member",
    "duty_id": "duty",
    "summons_id": "summons",
    "reader_link_id": "reader_link",
    "order_id": "order",
}


def subjects_of(data: Any) -> tuple[str, ...]:  # noqa: ANN401 - any of FACTS
    """Return "incident:01H…"-like subjects of a fact, without repeats."""
    found = (
        f"{word}:{value}" for name, word in SUBJECT_FIELDS.items() if (value := getattr(data, name, None)) is not None
    )
    return tuple(dict.fromkeys(found))
