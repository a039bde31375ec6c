"""Who is really there: the wall that shows the alarm, and the crew that has read that it goes elsewhere."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision, phone_task
from dispatch.rules import Rules
from dispatch.state.center import LIVE
from dispatch.state.city import City
from dispatch.state.wall import WALL_STEPS, WallPhase

SAYS = {WallPhase.ARMED: e.WallArmed, WallPhase.SILENT: e.WallSilent, WallPhase.LOST: e.WallLost}


def report_wall(city: City, _command: Command, ask: c.ReportWall, _rules: Rules) -> Decision:
    """Keep how a wall stands, when that is news."""
    center = city.centers.get(ask.center_id)
    if center is None:
        return Refused("center.unknown")
    kind = SAYS[WallPhase(ask.phase)]
    known = WallPhase.NEVER if center.wall is None else center.wall.phase
    return [kind(center.id)] if (known, kind) in WALL_STEPS else []


def read_end(city: City, _command: Command, ask: c.ReadEnd, _rules: Rules) -> Decision:
    """Note that the crew knows; a second tap adds nothing."""
    activation = city.activations.get(ask.activation_id)
    if activation is None:
        return Refused("activation.unknown")
    if not activation.ended_unaccepted:
        return Refused("activation.no_such_step", {"phase": f"activation.{activation.phase}"})
    return [] if activation.crew_knows_at is not None else [e.EndReadByCrew(activation.id)]


def overdue_watch(city: City, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    """Yield the alarms of whom nobody reaches: a lost wall where somebody is expected, a crew that has not read."""
    for center_id in sorted({city.activations[each].center_id for each in _expected(city)}):
        center = city.centers[center_id]
        if center.wall is not None and center.wall.phase is WallPhase.LOST:
            subject = f"center:{center.id}@{center.wall.since.isoformat()}"
            params = {"center": center.name, "phone": center.phone or "—"}
            yield phone_task("wall_lost", subject, None, center.wall.since, params)
    for incident_id in city.open_incidents:
        yield from _unread(city, incident_id, now, rules)


def _expected(city: City) -> list[str]:
    return [each for each in city.live_activations if city.activations[each].phase in LIVE]


def _unread(city: City, incident_id: str, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    """Ask for a word with a crew that still drives to the hospital that it left from."""
    for activation_id in city.incidents[incident_id].activation_ids:
        row = city.activations[activation_id]
        if not row.ended_unaccepted or row.crew_knows_at is not None or row.ended_at is None:
            continue
        run = city.assignments.get(city.patients[row.patient_id].assignment_id or "")
        due_at = row.ended_at + timedelta(seconds=rules.end_acknowledge_within_s)
        if run is not None and run.outcome is None and now >= due_at:
            params = {"unit": city.units[run.unit_id].call_sign, "center": city.centers[row.center_id].name}
            yield phone_task("crew_not_told", f"activation:{row.id}", incident_id, due_at, params)


DECISIONS: dict[type, Decide] = {c.ReportWall: report_wall, c.ReadEnd: read_end}
