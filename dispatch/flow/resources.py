"""A centre's rooms and beds: what runs makes them busy, one tap corrects it, and clinical priority says whose they are.

The ranking of destinations reads the same rows, so that an activation here is a cost there in the same second.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from center_protocols.vocabulary import Resource
from dispatch import commands as c
from dispatch import events as e
from dispatch.called import called
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision, Facts, phone_task, whom_to_ring
from dispatch.rules import Rules
from dispatch.state.center import LIVE, Activation, ActivationPhase, Reservation
from dispatch.state.city import City
from dispatch.state.resources import ResourceState, usual_use_min

COUNT_MOST = 500
SAID = {"ready": "open", "busy": "busy", "down": "closed"}
UNASSESSED = "P9"  # behind every assessed priority


def count_resource(city: City, _command: Command, ask: c.CountResource, _rules: Rules) -> Decision:
    """Keep how many there are."""
    if (refused := _unless_resource(city, ask.center_id, ask.resource)) is not None:
        return refused
    if not 0 <= ask.count <= COUNT_MOST:
        return Refused("resource.count", {"most": COUNT_MOST})
    known = city.centers[ask.center_id].resources.get(ask.resource, ResourceState())
    return [] if known.count == ask.count else [e.ResourceCounted(ask.center_id, ask.resource, ask.count)]


def correct_resource(city: City, command: Command, ask: c.CorrectResource, rules: Rules) -> Decision:
    """Take a centre's own word: "ready" also ends what was thought to be in use, the longest first."""
    if (refused := _unless_resource(city, ask.center_id, ask.resource)) is not None:
        return refused
    state = city.centers[ask.center_id].resources.get(ask.resource, ResourceState())
    expires_at = command.received_at + timedelta(minutes=rules.resource_word_min)
    owner = called(city, command.actor)
    said = e.CenterStatusReported(ask.center_id, ask.resource, SAID[ask.state], owner, expires_at, ask.reason)
    first = min(state.uses, key=lambda each: (each.since, each.id), default=None)
    if ask.state != "ready" or first is None:
        return [said]
    return [e.ResourceFreed(first.id, ask.center_id, ask.resource, "freed"), said]


def _unless_resource(city: City, center_id: str, resource: str) -> Refused | None:
    if center_id not in city.centers:
        return Refused("center.unknown")
    return None if resource in set(Resource) else Refused("resource.unknown", {"resource": resource})


def taken_into_use(activation: Activation, at: datetime) -> Facts:
    """Return what an accepted patient does to the rooms that were held: used, and busy for the usual time."""
    facts: Facts = []
    for hold in (each for each in activation.reservations if each.ended is None):
        facts.append(e.ReservationEnded(hold.id, activation.id, activation.center_id, "used"))
        minutes = usual_use_min()[hold.resource]
        if minutes > 0:
            until = at + timedelta(minutes=minutes)
            facts.append(e.ResourceInUse(hold.id, activation.id, activation.center_id, hold.resource, until))
    return facts


def lapsed_resources(city: City, now: datetime) -> Facts:
    """Return what the clock does to rooms: uses that are over, and who has which place for a room."""
    facts: Facts = []
    for center in sorted(city.centers.values(), key=lambda row: row.id):
        for resource, state in sorted(center.resources.items()):
            over = [each for each in state.uses if now >= each.until]
            facts += [e.ResourceFreed(each.id, center.id, resource, "over") for each in over]
            if state.holds:
                facts += _placed(city, center.id, resource, state, state.free + min(len(over), state.count))
    return facts


def _placed(city: City, center_id: str, resource: str, state: ResourceState, free: int) -> Facts:
    """Return whose place has changed: who is there already first, then by priority, then by who came first."""
    queue = sorted(_wanting(city, state), key=_order)
    facts: Facts = []
    for index, (activation, hold, _) in enumerate(queue):
        place = max(0, index + 1 - free)
        if place == hold.place:
            continue
        because = _because(queue, index, state) if place else "free"
        facts.append(e.ReservationPlaced(hold.id, activation.id, center_id, resource, place, because))
    return facts


Wanting = tuple[Activation, Reservation, str]


def _wanting(city: City, state: ResourceState) -> list[Wanting]:
    rows: list[Wanting] = []
    for held in state.holds:
        activation = city.activations[held.activation_id]
        hold = next(each for each in activation.reservations if each.id == held.id)
        rows.append((activation, hold, _priority(city, activation)))
    return rows


def _priority(city: City, activation: Activation) -> str:
    """Return how urgent the patient is: a person's own word on the incident outranks the assessment."""
    incident = city.incidents[activation.incident_id]
    assessed = city.patients[activation.patient_id].priority
    return (incident.priority if incident.priority_fixed else assessed) or UNASSESSED


def _order(row: Wanting) -> tuple[bool, str, datetime, str]:
    activation, hold, priority = row
    return (activation.phase is not ActivationPhase.ARRIVED, priority, hold.reserved_at, hold.id)


def _because(queue: list[Wanting], index: int, state: ResourceState) -> str:
    """Say what put somebody behind the one before them."""
    if index == 0:
        return "in_use" if state.uses else "free"
    (ahead, _, before), (behind, _, priority) = queue[index - 1], queue[index]
    if (ahead.phase is ActivationPhase.ARRIVED) is not (behind.phase is ActivationPhase.ARRIVED):
        return "arrived"
    return "priority" if before != priority else "earlier"


def overdue_resources(city: City, now: datetime) -> Iterator[e.TaskRaised]:
    """Yield a phone task for whoever waits for a room that somebody else has, or drives to what is there no more."""
    for activation_id in city.live_activations:
        row = city.activations[activation_id]
        if row.phase not in LIVE:
            continue
        yield from _waiting(city, row)
        if row.phase is not ActivationPhase.ARRIVED:
            yield from _expired_holds(city, row)
            yield from _gone_since(city, row, now)


def _waiting(city: City, row: Activation) -> Iterator[e.TaskRaised]:
    for hold in row.reservations:
        if hold.ended is None and hold.waits_since is not None:
            subject = f"reservation:{hold.id}@{hold.waits_since.isoformat()}"  # who is pushed back again is told again
            what = _words(city, row, hold.resource) | {"place": str(hold.place), "why": f"hold.why.{hold.because}"}
            yield phone_task("resource_conflict", subject, row.incident_id, hold.waits_since, what)


def _expired_holds(city: City, row: Activation) -> Iterator[e.TaskRaised]:
    """Say that a room is held no more for somebody who still comes; a new hold ends it."""
    held = {hold.resource for hold in row.reservations if hold.ended is None}
    for hold in row.reservations:
        if hold.ended == "expired" and hold.resource not in held:
            words = _words(city, row, hold.resource)
            yield phone_task("hold_expired", f"reservation:{hold.id}", row.incident_id, hold.expires_at, words)


def _gone_since(city: City, row: Activation, now: datetime) -> Iterator[e.TaskRaised]:
    """Say what the centre closed after it was chosen: a diversion, or a room that this patient needs."""
    needed = {hold.resource for hold in row.reservations} | set(row.activate)
    for word in city.centers[row.center_id].statuses.values():
        if word.reported_at <= row.sent_at or now >= word.expires_at:
            continue
        subject = f"activation:{row.id}/{word.topic}@{word.reported_at.isoformat()}"
        if word.topic == "diversion" and word.state != "open":
            words = _words(city, row)
            yield phone_task("center_diverts", subject, row.incident_id, word.reported_at, words)
        elif word.topic in needed and word.state == "closed":
            words = _words(city, row, word.topic)
            yield phone_task("room_lost", subject, row.incident_id, word.reported_at, words)


def _words(city: City, row: Activation, resource: str | None = None) -> dict[str, str]:
    words = whom_to_ring(city, row)
    return words if resource is None else words | {"resource": f"resource.{resource}"}


DECISIONS: dict[type, Decide] = {c.CountResource: count_resource, c.CorrectResource: correct_resource}
