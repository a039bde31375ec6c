"""Waiting: an incident is held while no unit is free, and somebody calls back and asks again, every few minutes."""

from datetime import timedelta

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.call import unless_open
from dispatch.flow.decision import Decide, Decision, Facts
from dispatch.flow.standby import unless_dispatchable_to
from dispatch.flow.triage import set_priority
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.incident import REVIEW_FINDINGS, IncidentPhase

NO_ANSWER = "no_answer"


def hold_incident(city: City, command: Command, ask: c.HoldIncident, rules: Rules) -> Decision:
    """Let it wait, with a minute at which somebody calls back."""
    if (refused := unless_dispatchable_to(city, ask.incident_id)) is not None:
        return refused
    if city.incidents[ask.incident_id].phase is IncidentPhase.UNDERWAY:
        return Refused("incident.has_units", {"incident": city.incidents[ask.incident_id].number})
    review_at = command.at + timedelta(minutes=rules.hold_review_min)
    return [e.IncidentHeld(ask.incident_id, review_at, ask.reason)]


def review_held(city: City, command: Command, ask: c.ReviewHeld, rules: Rules) -> Decision:
    """Keep what the call-back found, change the priority with it, and set the next one; nobody answering is urgent."""
    if (refused := _unless_held(city, ask.incident_id)) is not None:
        return refused
    if ask.found not in REVIEW_FINDINGS:
        return Refused("review.unknown", {"found": ask.found})
    incident = city.incidents[ask.incident_id]
    changed: Facts = []
    if ask.priority is not None and ask.priority != incident.priority:
        answer = set_priority(city, command, c.SetPriority(incident.id, ask.priority, ask.note or ask.found), rules)
        if isinstance(answer, Refused):
            return answer
        changed = answer
    wait_min = rules.hold_no_answer_min if ask.found == NO_ANSWER else rules.hold_review_min
    reviewed = e.HeldIncidentReviewed(incident.id, ask.found, command.at + timedelta(minutes=wait_min), ask.note)
    done = [e.TaskDone(each, "done") for each in sorted(city.open_tasks) if _is_review(city, each, incident.id)]
    return [*changed, reviewed, *done]


def _is_review(city: City, task_id: str, incident_id: str) -> bool:
    task = city.tasks[task_id]
    return task.kind == "held_review" and task.incident_id == incident_id


def resume_incident(city: City, _command: Command, ask: c.ResumeIncident, _rules: Rules) -> Decision:
    """Put it back into the queue."""
    refused = _unless_held(city, ask.incident_id)
    return [e.IncidentResumed(ask.incident_id)] if refused is None else refused


def _unless_held(city: City, incident_id: str) -> Refused | None:
    if (refused := unless_open(city, incident_id)) is not None:
        return refused
    incident = city.incidents[incident_id]
    return None if incident.phase is IncidentPhase.HELD else Refused("incident.not_held", {"incident": incident.number})


DECISIONS: dict[type, Decide] = {
    c.HoldIncident: hold_incident,
    c.ReviewHeld: review_held,
    c.ResumeIncident: resume_incident,
}
