"""Deadlines: a machine step that fails becomes a named person's phone task, on screen, with a clock.

A task's id is its kind and subject, so nothing is raised twice; what becomes pointless is closed as moot.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.consult import lapsed_readers, unread_orders
from dispatch.flow.decision import Decide, Decision, Facts, phone_task, whom_to_ring
from dispatch.flow.door import wrong_at_door
from dispatch.flow.link import unsent_links
from dispatch.flow.location import lapsed_positions, outside_tasks
from dispatch.flow.resources import lapsed_resources, overdue_resources
from dispatch.flow.summoning import overdue_teams, summoned
from dispatch.flow.switchboard import lapsed_on_lines, overdue_on_lines
from dispatch.flow.watch import overdue_watch
from dispatch.rules import Rules
from dispatch.state.center import ENDED_UNSEEN, UNANSWERED, Activation, Reservation
from dispatch.state.city import City, Task
from dispatch.state.incident import IncidentPhase
from dispatch.state.scene import NoticePhase, Service, StagingPhase
from dispatch.state.standby import StandbyPhase
from dispatch.state.unit import AT_A_DOOR
from dispatch.words import UnitStatus

SERVICE_TASKS = {f"service_{each}{fate}": each.value for each in Service for fate in ("", "_undelivered")}
NOT_ROLLING = frozenset({UnitStatus.ASSIGNED, UnitStatus.ACCEPTED})


def check_deadlines(city: City, command: Command, _ask: c.CheckDeadlines, rules: Rules) -> Decision:
    """Raise what is overdue, close what is moot, end what has expired."""
    return due(city, command.at, rules)


def due(city: City, now: datetime, rules: Rules) -> Facts:
    """Return the facts that the clock asks for at this minute; empty nearly always."""
    wanted = {fact.task_id: fact for fact in _overdue(city, now, rules)}
    raised: Facts = [fact for task_id, fact in sorted(wanted.items()) if task_id not in city.tasks]
    moot: Facts = [e.TaskDone(each, "moot") for each in sorted(city.open_tasks) if each not in wanted]
    return [
        *raised,
        *moot,
        *_expired(city, now, rules),
        *_measures_over(city, now),
        *lapsed_on_lines(city, now, rules),
        *lapsed_positions(city, now),
        *summoned(city, now, rules),
        *lapsed_resources(city, now),
        *lapsed_readers(city, now),
    ]


def _overdue(city: City, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    yield from overdue_on_lines(city, now, rules)
    yield from _silent_centers(city, now, rules)
    yield from wrong_at_door(city)
    yield from overdue_teams(city, now, rules)
    yield from overdue_watch(city, now, rules)
    yield from overdue_resources(city, now)
    for incident_id in city.open_incidents:
        yield from _slow_units(city, incident_id, now, rules)
        yield from _held_too_long(city, incident_id, now)
        yield from _held_stretchers(city, incident_id, now, rules)
        yield from _unsettled_standbys(city, incident_id, now, rules)
        yield from _robbed(city, incident_id)
        yield from _unread_orders(city, incident_id, now, rules)
        yield from _on_scene(city, incident_id)
        yield from outside_tasks(city, incident_id)
        yield from unsent_links(city, incident_id, now, rules)


def _silent_centers(city: City, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    for activation_id in city.live_activations:
        row = city.activations[activation_id]
        params = whom_to_ring(city, row)
        if row.phase in UNANSWERED and now >= row.acknowledge_by:
            yield phone_task("prealert_unanswered", f"activation:{row.id}", row.incident_id, row.acknowledge_by, params)
        if row.phase in ENDED_UNSEEN and row.ended_at is not None:
            due_at = row.ended_at + timedelta(seconds=rules.end_acknowledge_within_s)
            if now >= due_at:
                yield phone_task("end_unacknowledged", f"activation:{row.id}", row.incident_id, due_at, params)


def _slow_units(city: City, incident_id: str, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    for run in city.active_assignments(incident_id):
        unit = city.units[run.unit_id]
        params = {"unit": unit.call_sign, "incident": city.incidents[incident_id].number}
        accept_by = run.assigned_at + timedelta(seconds=rules.accept_within_s)
        roll_by = run.assigned_at + timedelta(seconds=rules.roll_within_s)
        if unit.status is UnitStatus.ASSIGNED and now >= accept_by:
            yield phone_task("unit_not_accepting", f"assignment:{run.id}", incident_id, accept_by, params)
        if unit.status in NOT_ROLLING and now >= roll_by:
            yield phone_task("unit_not_rolling", f"assignment:{run.id}", incident_id, roll_by, params)


def _held_too_long(city: City, incident_id: str, now: datetime) -> Iterator[e.TaskRaised]:
    row = city.incidents[incident_id]
    if row.phase is IncidentPhase.HELD and row.review_at is not None and now >= row.review_at:
        subject = f"incident:{row.id}@{row.review_at.isoformat()}"
        yield phone_task("held_review", subject, row.id, row.review_at, {"incident": row.number})


def _held_stretchers(city: City, incident_id: str, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    """Ask for a word with the hospital whose door keeps a unit: from the gate, or from when the crew said so."""
    for run in city.active_assignments(incident_id):
        unit, gate = city.units[run.unit_id], run.points.get("arrival_gate")
        if unit.status not in AT_A_DOOR:
            continue
        since = unit.status_since if gate is None else gate.at
        due_at = since + timedelta(minutes=rules.handoff_within_min)
        if now < due_at:
            continue
        patients = (city.patients[each] for each in city.incidents[incident_id].patient_ids)
        center_id = next((each.center_id for each in patients if each.assignment_id == run.id and each.center_id), None)
        center = None if center_id is None else city.centers[center_id]
        params = {"unit": unit.call_sign, "center": center.name if center else "—"}
        params["phone"] = (center.phone if center else None) or "—"
        yield phone_task("stretcher_held", f"assignment:{run.id}@{since.isoformat()}", incident_id, due_at, params)


def _unsettled_standbys(city: City, incident_id: str, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    for unit_id in city.incidents[incident_id].standby_unit_ids:
        unit = city.units[unit_id]
        if unit.standby is None:
            continue
        subject = f"incident:{incident_id}/{unit_id}@{unit.standby.since.isoformat()}"
        params = {"unit": unit.call_sign, "incident": city.incidents[incident_id].number}
        answer_by = unit.standby.since + timedelta(seconds=rules.accept_within_s)
        settle_by = unit.standby.since + timedelta(seconds=rules.standby_settle_s)
        if unit.standby.phase is StandbyPhase.CALLED and now >= answer_by:
            yield phone_task("standby_unanswered", subject, incident_id, answer_by, params)
        if now >= settle_by:
            yield phone_task("standby_unsettled", subject, incident_id, settle_by, params)


def _robbed(city: City, incident_id: str) -> Iterator[e.TaskRaised]:
    row = city.incidents[incident_id]
    if row.taken is None or row.phase not in (IncidentPhase.WAITING, IncidentPhase.HELD):
        return
    other = row.taken.for_incident_id
    params = {
        "incident": row.number,
        "unit": city.units[row.taken.unit_id].call_sign,
        "other": "—" if other is None else city.incidents[other].number,
        "seat": row.seat or "—",
    }
    subject = f"incident:{row.id}@{row.taken.at.isoformat()}"
    yield phone_task("unit_taken", subject, row.id, row.taken.at, params)


def _on_scene(city: City, incident_id: str) -> Iterator[e.TaskRaised]:
    """Ask for a word with every service until it confirms, and about a crew that went in before it was clear.

    A notice that did not get through is a task of its own: until then somebody might believe that the service knows.
    """
    row = city.incidents[incident_id]
    for notice in row.notices.values():
        if notice.phase is not NoticePhase.CONFIRMED:
            subject = f"incident:{row.id}@{notice.told_at.isoformat()}"
            params = {"incident": row.number, "service": notice.service}
            failed = notice.phase is NoticePhase.UNDELIVERED and notice.attempts > 0
            yield phone_task(
                f"service_{notice.service}{'_undelivered' if failed else ''}", subject, row.id, notice.told_at, params
            )
    if row.staging is None or row.staging.phase is not StagingPhase.STAGED:
        return
    for run in city.active_assignments(incident_id):
        unit = city.units[run.unit_id]
        if unit.status is UnitStatus.AT_PATIENT:
            params = {"unit": unit.call_sign, "incident": row.number}
            yield phone_task("went_in_uncleared", f"assignment:{run.id}", row.id, unit.status_since, params)


def _unread_orders(city: City, incident_id: str, now: datetime, rules: Rules) -> Iterator[e.TaskRaised]:
    for patient, order, due_at in unread_orders(city, incident_id, now, rules):
        run = city.assignments.get(patient.assignment_id or "")
        unit = "—" if run is None else city.units[run.unit_id].call_sign
        params = {"unit": unit, "patient": patient.code}
        yield phone_task("order_unread", f"order:{order.id}", incident_id, due_at, params)


def _expired(city: City, now: datetime, rules: Rules) -> Facts:
    return [
        e.ReservationEnded(hold.id, row.id, row.center_id, "expired")
        for row in sorted((city.activations[each] for each in city.live_activations), key=lambda each: each.id)
        for hold in row.reservations
        if hold.ended is None and now >= _lapses_at(row, hold, rules)
    ]


def _lapses_at(row: Activation, hold: Reservation, rules: Rules) -> datetime:
    """Return when a hold is over: whoever has come meanwhile does not lose the room on the corridor."""
    if row.arrived_at is None:
        return hold.expires_at
    return max(hold.expires_at, row.arrived_at + timedelta(minutes=rules.reservation_min))


def _measures_over(city: City, now: datetime) -> Facts:
    over = (row.id for row in city.measures.values() if row.ends is not None and now >= row.ends)
    return [e.RoadMeasureLifted(each, "expired") for each in sorted(over)]


def finish_task(city: City, _command: Command, ask: c.FinishTask, _rules: Rules) -> Decision:
    """Note that somebody made the call."""
    task: Task | None = city.tasks.get(ask.task_id)
    if task is None:
        return Refused("task.unknown")
    if task.done_at is not None:
        return Refused("task.done")
    if task.kind == "held_review":
        return Refused("task.needs_review")
    if task.kind in SERVICE_TASKS and task.incident_id is not None:
        return [e.ServiceConfirmed(task.incident_id, SERVICE_TASKS[task.kind], ask.note), e.TaskDone(task.id, "done")]
    return [e.TaskDone(task.id, "done", ask.note)]


DECISIONS: dict[type, Decide] = {c.CheckDeadlines: check_deadlines, c.FinishTask: finish_task}
