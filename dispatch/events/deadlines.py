"""The facts of phone tasks: a machine step failed, and a person does it."""

from datetime import datetime

from dispatch.fact import fact
from dispatch.words import Role, personal


@fact
class TaskRaised:
    """A machine step failed: it is now a named person's phone task, on screen, with a clock."""

    task_id: str
    kind: str  # prealert_unanswered | unit_not_rolling | unit_not_accepting | held_review | calls_waiting | …
    subject: str  # "activation:…", "assignment:…", "incident:…"
    incident_id: str | None
    owner_role: Role
    due_at: datetime
    params: dict[str, str]


@fact
class TaskDone:
    """Somebody did it, or it became pointless."""

    task_id: str
    result: str  # done | moot
    note: str | None = personal("task_id")
