"""What every change is: a city and a fact go in, the city after it comes out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from dispatch.called import name_of
from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.state.incident import INCIDENT_STEPS, Incident, PointRow

Change: TypeAlias = Callable[[City, Fact, Any], City]
Phase = TypeVar("Phase", bound=str)


def step(table: Mapping[tuple[Phase, type], Phase], phase: Phase, fact: Fact) -> Phase:
    """Return the phase after a fact; an impossible step in the journal is a broken program."""
    to = table.get((phase, type(fact.data)))
    if to is None:
        raise AssertionError(f"{fact.kind} shouldn't happen to what is {phase}")
    return to


def stepped(incident: Incident, fact: Fact) -> Incident:
    """Move an incident by its table."""
    return replace(incident, phase=step(INCIDENT_STEPS, incident.phase, fact))


def point_row(city: City, fact: Fact, at: datetime | None = None, delay_reason: str | None = None) -> PointRow:
    """Make the register row that a fact gives."""
    by, entered_for = name_of(city, fact.actor), fact.actor.entered_for
    row = PointRow(at or fact.at, fact.recorded_at, fact.clock, fact.uncertainty_s, by, entered_for)
    return row if delay_reason is None else replace(row, delay_reason=delay_reason)


def unchanged(city: City, _fact: Fact, _data: Any) -> City:  # noqa: ANN401 - the fact lives in the history only
    return city
