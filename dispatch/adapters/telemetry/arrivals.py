"""Tell when each unit on the road arrives: at the incident, or with its patient at the centre.

Grouped by target, one search each, in a worker thread. An estimate stands until it is old or its unit's target
changed; between, screens count down from ``arrive_at``.
"""

import asyncio
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dispatch.adapters.clock import Clock
from dispatch.adapters.live.feed import LiveFeed
from dispatch.adapters.telemetry.hub import TelemetryHub
from dispatch.sources import Sources
from dispatch.state.city import City
from dispatch.state.unit import Unit
from dispatch.words import UnitStatus as S
from geo.point import Point
from geo.snap import NoRoad
from geo.tracks.eta_range import eta_range

TO_INCIDENT: Final = frozenset({S.ASSIGNED, S.ACCEPTED, S.EN_ROUTE})
# At the patient: the drive as if it began now, so that a wall never counts down to nothing before anybody has left.
TO_CENTER: Final = frozenset({S.AT_PATIENT, S.PATIENT_LOADED, S.TRANSPORTING})
STANDS_FOR_S = 15.0  # real seconds: two hundred units searched every five seconds would take a core


@dataclass(frozen=True, slots=True)
class Target:
    """Where a unit goes."""

    name: str  # "incident:…" or "center:…"
    point: Point


@dataclass(frozen=True, slots=True)
class Eta:
    """When a unit arrives, as it goes over the wire; None means unreachable."""

    to: str
    eta_s: float | None
    arrive_at: datetime | None
    low_s: float | None
    high_s: float | None


@dataclass(frozen=True, slots=True)
class _Estimate:
    eta: Eta
    made_at: datetime
    weights_epoch: int


class Arrivals:
    """Keep the estimates of all units on the road."""

    def __init__(self, feed: LiveFeed, sources: Sources, hub: TelemetryHub, clock: Clock) -> None:
        self._feed = feed
        self._sources = sources
        self._hub = hub
        self._clock = clock
        self._estimates: dict[str, _Estimate] = {}

    async def publish(self) -> None:
        """Renew what is due and publish all. Call every 5 s, and when a unit changed its target."""
        now, epoch = self._clock.now(), self._sources.travel.weights_epoch
        targets = targets_of(self._feed.city)
        due = {unit_id: target for unit_id, target in targets.items() if self._is_due(unit_id, target, now)}
        fresh = await asyncio.to_thread(estimate, due, self._sources, now) if due else {}
        kept = {unit_id: row for unit_id, row in self._estimates.items() if unit_id in targets}
        self._estimates = kept | {unit_id: _Estimate(eta, now, epoch) for unit_id, eta in fresh.items()}
        rows = {unit_id: row.eta for unit_id, row in self._estimates.items()}
        await self._hub.send_etas(now, epoch, rows)

    def is_stale(self) -> bool:
        """Say whether some unit has another target than its estimate, or drives on other roads by now."""
        epoch = self._sources.travel.weights_epoch
        if any(row.weights_epoch != epoch for row in self._estimates.values()):
            return True
        targets = targets_of(self._feed.city)
        known = {unit_id: row.eta.to for unit_id, row in self._estimates.items()}
        return {unit_id: target.name for unit_id, target in targets.items()} != known

    def _is_due(self, unit_id: str, target: Target, now: datetime) -> bool:
        known = self._estimates.get(unit_id)
        if known is None or known.eta.to != target.name:
            return True
        if known.weights_epoch != self._sources.travel.weights_epoch:
            return True
        return now - known.made_at >= timedelta(seconds=STANDS_FOR_S * self._clock.speed)


def targets_of(city: City) -> dict[str, Target]:
    """Return where each unit on the road goes."""
    found: dict[str, Target] = {}
    for incident_id in city.open_incidents:
        for run in city.active_assignments(incident_id):
            target = _target(city, city.units[run.unit_id], incident_id)
            if target is not None:
                found[run.unit_id] = target
    return found


def _target(city: City, unit: Unit, incident_id: str) -> Target | None:
    incident = city.incidents[incident_id]
    if unit.status in TO_INCIDENT and incident.place is not None:
        return Target(f"incident:{incident_id}", Point(incident.place.lon, incident.place.lat))
    if unit.status not in TO_CENTER:
        return None
    patients = (city.patients[each] for each in incident.patient_ids)
    chosen = [each.center_id for each in patients if each.center_id and each.assignment_id == unit.assignment_id]
    if not chosen:
        return None
    center = city.centers[chosen[0]]
    return Target(f"center:{center.id}", Point(center.lon, center.lat))


def estimate(targets: Mapping[str, Target], sources: Sources, now: datetime) -> dict[str, Eta]:
    """Return the arrival of each unit at its target; units without a known position are left out."""
    groups: dict[Target, list[tuple[str, Point]]] = defaultdict(list)
    for unit_id, target in targets.items():
        fix = sources.fleet.fix(unit_id)
        if fix is not None:
            groups[target].append((unit_id, fix.point))
    return {
        unit_id: _eta(target, eta_s, now)
        for target, units in groups.items()
        for (unit_id, _), eta_s in zip(units, _durations(sources, target.point, [at for _, at in units]), strict=True)
    }


def _durations(sources: Sources, to: Point, starts: Iterable[Point]) -> list[float | None]:
    starts = list(starts)
    try:
        column = sources.travel.matrix(starts, [to])[:, 0]
    except NoRoad:
        # One unit off the road (or a target in the lake) must not take the others' arrival away.
        return [None] if len(starts) == 1 else [_durations(sources, to, [each])[0] for each in starts]
    return [float(each) if math.isfinite(each) else None for each in column]


def _eta(target: Target, eta_s: float | None, now: datetime) -> Eta:
    if eta_s is None:
        return Eta(target.name, None, None, None, None)
    arrive_at = now + timedelta(seconds=eta_s)
    low_s, high_s = eta_range(eta_s)
    return Eta(target.name, round(eta_s, 1), arrive_at, round(low_s, 1), round(high_s, 1))
