"""What dangers on scene, notices to other services and standing off change."""

from dataclasses import replace
from typing import Any

from dispatch import events as e
from dispatch.called import called
from dispatch.changes.change import Change, step
from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.state.scene import NOTICE_STEPS, STAGING_STEPS, Notice, NoticePhase, Staging, StagingPhase


def flagged(city: City, _fact: Fact, d: e.SceneFlagged) -> City:
    row = city.incidents[d.incident_id]
    return city.with_incident(replace(row, flags={**row.flags, d.flag: d.answer}))


def told(city: City, fact: Fact, d: e.ServiceTold) -> City:
    row = city.incidents[d.incident_id]
    known = row.notices.get(d.service)
    if known is not None:
        step(NOTICE_STEPS, known.phase, fact)
    notice = Notice(d.service, fact.at, called(city, fact.actor), d.flags)
    return city.with_incident(replace(row, notices={**row.notices, d.service: notice}))


def notice_moved(city: City, fact: Fact, d: Any) -> City:  # noqa: ANN401 - any step of a notice
    row = city.incidents[d.incident_id]
    known = row.notices[d.service]
    notice = replace(known, phase=step(NOTICE_STEPS, known.phase, fact))
    if notice.phase is NoticePhase.CONFIRMED:
        notice = replace(notice, confirmed_at=fact.at, confirmed_by=called(city, fact.actor))
    else:
        notice = replace(notice, attempts=d.attempts)
    return city.with_incident(replace(row, notices={**row.notices, d.service: notice}))


def staged(city: City, fact: Fact, d: e.UnitsStaged) -> City:
    row = city.incidents[d.incident_id]
    phase = step(STAGING_STEPS, row.staging.phase if row.staging else StagingPhase.OPEN, fact)
    return city.with_incident(replace(row, staging=Staging(phase, fact.at, d.distance_m)))


def cleared(city: City, fact: Fact, d: e.SceneCleared) -> City:
    row = city.incidents[d.incident_id]
    if row.staging is None:
        raise AssertionError(f"nobody stands off at {d.incident_id}")
    phase = step(STAGING_STEPS, row.staging.phase, fact)
    staging = replace(row.staging, phase=phase, cleared_at=fact.at, cleared_by=called(city, fact.actor))
    return city.with_incident(replace(row, staging=staging))


CHANGES: dict[type, Change] = {
    e.SceneFlagged: flagged,
    e.ServiceTold: told,
    e.NoticeDelivered: notice_moved,
    e.NoticeUndelivered: notice_moved,
    e.ServiceConfirmed: notice_moved,
    e.UnitsStaged: staged,
    e.SceneCleared: cleared,
}
