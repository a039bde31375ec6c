"""What standing by, and losing a unit, change."""

from dataclasses import replace
from typing import Any

from dispatch import events as e
from dispatch.changes.change import Change, point_row, step
from dispatch.fact import Fact
from dispatch.state import incident as i
from dispatch.state.city import City
from dispatch.state.standby import STANDBY_STEPS, Standby


def prealerted(city: City, fact: Fact, d: e.UnitPrealerted) -> City:
    row = city.incidents[d.incident_id]
    points = i.with_point(row.points, "unit_prealerted", point_row(city, fact))
    row = replace(row, standby_unit_ids=(*row.standby_unit_ids, d.unit_id), points=points)
    unit = replace(city.units[d.unit_id], standby=Standby(d.incident_id, fact.at))
    return city.with_incident(row).with_unit(unit)


def acknowledged(city: City, fact: Fact, d: e.StandbyAcknowledged) -> City:
    unit, standby = _standing_by(city, d.unit_id)
    phase = step(STANDBY_STEPS, standby.phase, fact)
    return city.with_unit(replace(unit, standby=replace(standby, phase=phase, acknowledged_at=fact.at)))


def _standing_by(city: City, unit_id: str) -> tuple[Any, Standby]:
    unit = city.units[unit_id]
    if unit.standby is None:
        raise AssertionError(f"{unit_id} doesn't stand by")
    return unit, unit.standby


def ended(city: City, fact: Fact, d: e.StandbyEnded) -> City:
    _, standby = _standing_by(city, d.unit_id)
    step(STANDBY_STEPS, standby.phase, fact)
    return without_standby(city, d.unit_id)


def without_standby(city: City, unit_id: str) -> City:
    """Return the city in which this unit stands by no more."""
    unit, standby = _standing_by(city, unit_id)
    row = city.incidents[standby.incident_id]
    left = tuple(each for each in row.standby_unit_ids if each != unit_id)
    return city.with_incident(replace(row, standby_unit_ids=left)).with_unit(replace(unit, standby=None))


def taken_away(city: City, fact: Fact, d: e.UnitTakenAway) -> City:
    row = city.incidents[d.incident_id]
    if row.phase is i.IncidentPhase.UNDERWAY:
        return city  # somebody else is on the way
    return city.with_incident(replace(row, taken=i.TakenUnit(d.unit_id, d.for_incident_id, fact.at)))


CHANGES: dict[type, Change] = {
    e.UnitPrealerted: prealerted,
    e.StandbyAcknowledged: acknowledged,
    e.StandbyEnded: ended,
    e.UnitTakenAway: taken_away,
}
