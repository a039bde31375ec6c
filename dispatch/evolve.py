"""Fold facts into the city: ``evolve(city, fact) -> city``.

Nothing here decides. A fact that does not fit the state tables is a broken program and raises.
"""

from typing import Any

from msgspec.structs import replace

from dispatch.changes import (
    activation,
    assignment,
    call,
    consult,
    deadlines,
    direct,
    ground,
    handoff,
    journey,
    link,
    location,
    patient,
    record,
    resources,
    roads,
    scene,
    standby,
    switchboard,
    teams,
    triage,
    waiting,
    watch,
)
from dispatch.changes.change import Change
from dispatch.fact import Fact
from dispatch.state.city import City

HISTORY_PAGE = 500  # numbers of one page of an incident's history: a new fact copies one page, never the whole

CHANGES: dict[type, Change] = {
    kind: change
    for stage in (
        ground,
        roads,
        switchboard,
        call,
        location,
        link,
        triage,
        scene,
        standby,
        assignment,
        waiting,
        journey,
        patient,
        activation,
        resources,
        teams,
        watch,
        direct,
        consult,
        handoff,
        record,
        deadlines,
    )
    for kind, change in stage.CHANGES.items()
}


def evolve(city: City, fact: Fact) -> City:
    """Return the city after one fact."""
    if fact.seq != city.seq + 1:
        raise AssertionError(f"fact {fact.seq} cannot follow {city.seq}")
    after = CHANGES[type(fact.data)](city, fact, fact.data)
    return replace(_remembered(after, fact), seq=fact.seq)


def _remembered(city: City, fact: Fact) -> City:
    incident_id = incident_of(city, fact.data)
    if incident_id is None:
        return city
    *full, last = city.history.get(incident_id, ((),))
    pages = (*full, last, (fact.seq,)) if len(last) == HISTORY_PAGE else (*full, (*last, fact.seq))
    return replace(city, history=city.history.insert(incident_id, pages))


def history_of(city: City, incident_id: str) -> tuple[int, ...]:
    """Return the numbers of an incident's facts, all of them, in order."""
    return tuple(seq for page in city.history.get(incident_id, ()) for seq in page)


def incident_of(city: City, data: Any) -> str | None:  # noqa: ANN401 - any of fact.FACTS
    """Return the incident a fact is about, through its patient, activation, call or run when it names only those."""
    if (direct := getattr(data, "incident_id", None)) is not None:
        return str(direct)
    tables: tuple[tuple[str, Any], ...] = (
        ("patient_id", city.patients),
        ("activation_id", city.activations),
        ("call_id", city.calls),
        ("assignment_id", city.assignments),
    )
    for name, table in tables:
        key = getattr(data, name, None)
        if key is not None and key in table:
            return str(table[key].incident_id)
    return None
