"""What the phone-task facts change."""

from dataclasses import replace

from dispatch import events as e
from dispatch.changes.change import Change
from dispatch.fact import Fact
from dispatch.state.city import City, Task


def task_raised(city: City, fact: Fact, d: e.TaskRaised) -> City:
    return city.with_task(Task(d.task_id, d.kind, d.subject, d.incident_id, d.owner_role, fact.at, d.due_at, d.params))


def task_done(city: City, fact: Fact, d: e.TaskDone) -> City:
    return city.with_task(replace(city.tasks[d.task_id], done_at=fact.at, result=d.result))


CHANGES: dict[type, Change] = {
    e.TaskRaised: task_raised,
    e.TaskDone: task_done,
}
