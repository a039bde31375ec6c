"""What standing by, reviews of held incidents and dangers on scene change."""

from dataclasses import replace
from typing import Any, TypeVar

from dispatch import incident as i
from dispatch.changes.change import Change
from dispatch.city import City
from dispatch.events import early as ee
from dispatch.fact import Fact
from dispatch.scene import NOTICE_STEPS, STAGING_STEPS, Notice, NoticePhase, Staging, StagingPhase
from dispatch.standby import STANDBY_STEPS, Standby

Phase = TypeVar("Phase", bound=str)


def _step(table: dict[tuple[Phase, type], Phase], phase: Phase, fact: Fact) -> Phase:
    """Move by the table; an impossible step in the journal is a broken program."""
    to = table.get((phase, type(fact.data)))
    if to is None:
        raise AssertionError(f"{fact.kind} shouldn't happen to what is {phase}")
    return to


def prealerted(city: City, fact: Fact, d: ee.UnitPrealerted) -> City:
    row = city.incidents[d.incident_id]
    points = i.with_point(row.points, "unit_prealerted", i.point_row(fact))
    row = replace(row, standby_unit_ids=(*row.standby_unit_ids, d.unit_id), points=points)
    unit = replace(city.units[d.unit_id], standby=Standby(d.incident_id, fact.at))
    return city.with_incident(row).with_unit(unit)


def acknowledged(city: City, fact: Fact, d: ee.StandbyAcknowledged) -> City:
    unit, standby = _standing_by(city, d.unit_id)
    phase = _step(STANDBY_STEPS, standby.phase, fact)
    return city.with_unit(replace(unit, standby=replace(standby, phase=phase, acknowledged_at=fact.at)))


def ended(city: City, fact: Fact, d: ee.StandbyEnded) -> City:
    _, standby = _standing_by(city, d.unit_id)
    _step(STANDBY_STEPS, standby.phase, fact)
    return without_standby(city, d.unit_id)


def _standing_by(city: City, unit_id: str) -> tuple[Any, Standby]:
    unit = city.units[unit_id]
    if unit.standby is None:
        raise AssertionError(f"{unit_id} doesn't stand by")
    return unit, unit.standby


def without_standby(city: City, unit_id: str) -> City:
    """Return the city in which this unit stands by no more."""
    unit, standby = _standing_by(city, unit_id)
    row = city.incidents[standby.incident_id]
    left = tuple(each for each in row.standby_unit_ids if each != unit_id)
    return city.with_incident(replace(row, standby_unit_ids=left)).with_unit(replace(unit, standby=None))


def taken_away(city: City, fact: Fact, d: ee.UnitTakenAway) -> City:
    row = city.incidents[d.incident_id]
    if row.phase is i.IncidentPhase.UNDERWAY:
        return city  # somebody else is on the way
    return city.with_incident(replace(row, taken=i.TakenUnit(d.unit_id, d.for_incident_id, fact.at)))


def reviewed(city: City, _fact: Fact, d: ee.HeldIncidentReviewed) -> City:
    row = city.incidents[d.incident_id]
    return city.with_incident(replace(row, review_at=d.review_at, reviews=row.reviews + 1))


def flagged(city: City, _fact: Fact, d: ee.SceneFlagged) -> City:
    row = city.incidents[d.incident_id]
    return city.with_incident(replace(row, flags={**row.flags, d.flag: d.answer}))


def told(city: City, fact: Fact, d: ee.ServiceTold) -> City:
    row = city.incidents[d.incident_id]
    known = row.notices.get(d.service)
    if known is not None:
        _step(NOTICE_STEPS, known.phase, fact)
    notice = Notice(d.service, fact.at, fact.actor.account, d.flags)
    return city.with_incident(replace(row, notices={**row.notices, d.service: notice}))


def notice_moved(city: City, fact: Fact, d: Any) -> City:  # noqa: ANN401 - any step of a notice
    row = city.incidents[d.incident_id]
    known = row.notices[d.service]
    notice = replace(known, phase=_step(NOTICE_STEPS, known.phase, fact))
    if notice.phase is NoticePhase.CONFIRMED:
        notice = replace(notice, confirmed_at=fact.at, confirmed_by=fact.actor.account)
    else:
        notice = replace(notice, attempts=d.attempts)
    return city.with_incident(replace(row, notices={**row.notices, d.service: notice}))


def staged(city: City, fact: Fact, d: ee.UnitsStaged) -> City:
    row = city.incidents[d.incident_id]
    phase = _step(STAGING_STEPS, row.staging.phase if row.staging else StagingPhase.OPEN, fact)
    return city.with_incident(replace(row, staging=Staging(phase, fact.at, d.distance_m)))


def cleared(city: City, fact: Fact, d: ee.SceneCleared) -> City:
    row = city.incidents[d.incident_id]
    if row.staging is None:
        raise AssertionError(f"nobody stands off at {d.incident_id}")
    phase = _step(STAGING_STEPS, row.staging.phase, fact)
    staging = replace(row.staging, phase=phase, cleared_at=fact.at, cleared_by=fact.actor.account)
    return city.with_incident(replace(row, staging=staging))


CHANGES: dict[type, Change] = {
    ee.UnitPrealerted: prealerted,
    ee.StandbyAcknowledged: acknowledged,
    ee.StandbyEnded: ended,
    ee.UnitTakenAway: taken_away,
    ee.HeldIncidentReviewed: reviewed,
    ee.SceneFlagged: flagged,
    ee.ServiceTold: told,
    ee.NoticeDelivered: notice_moved,
    ee.NoticeUndelivered: notice_moved,
    ee.ServiceConfirmed: notice_moved,
    ee.UnitsStaged: staged,
    ee.SceneCleared: cleared,
}
