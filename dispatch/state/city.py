"""The state of one city as one immutable value: grab it and read, nobody can change it under you."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace
from rpds import HashTrieMap

from dispatch.road_measure import RoadMeasure
from dispatch.state.call import Call, dialled
from dispatch.state.center import LIVE, Activation, ActivationPhase, Center
from dispatch.state.consult import ReaderLink
from dispatch.state.incident import Incident, IncidentPhase, Patient
from dispatch.state.location import Link, Position
from dispatch.state.switchboard import NumberMark, Seat
from dispatch.state.table import Table
from dispatch.state.team import TO_STAND_DOWN, Member
from dispatch.state.unit import Assignment, Unit
from dispatch.words import Role

LEARNED_FROM = 400  # waits behind one door: about a year of a busy centre's time-critical patients
CALLS_REMEMBERED = 20  # earlier calls of one number that a call-taker may want to see
MINUTE = timedelta(minutes=1)
RECENT = 60  # closed incidents that screens keep: about an hour of a large city


@dataclass(frozen=True, slots=True)
class Task:
    """A failed machine step as a named person's phone task with a clock."""

    id: str
    kind: str
    subject: str
    incident_id: str | None
    owner_role: Role
    raised_at: datetime
    due_at: datetime
    params: dict[str, str]
    done_at: datetime | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class DoorMinutes:
    """How long one patient waited between the gate and the start of one treatment."""

    patient_id: str
    treatment: str
    minutes: float


class City(msgspec.Struct, frozen=True):
    """Everything that is true after fact ``seq``; every table is a persistent map from id to row.

    A struct, because it is copied several times for each fact, and ``dataclasses.replace`` took half of a replay.
    """

    seq: int
    # A table's old rows may be asleep. rpds maps cannot be subscripted at run time, hence the quotes
    calls: "Table[Call]"
    incidents: "Table[Incident]"
    patients: "Table[Patient]"
    units: "HashTrieMap[str, Unit]"
    assignments: "Table[Assignment]"
    centers: "HashTrieMap[str, Center]"
    activations: "Table[Activation]"
    tasks: "Table[Task]"
    seats: "HashTrieMap[str, Seat]"
    marks: "HashTrieMap[str, NumberMark]"
    measures: "HashTrieMap[str, RoadMeasure]"  # closures and slow zones that stand; those of tomorrow included
    positions: "Table[Position]"
    links: "Table[Link]"
    members: "HashTrieMap[str, Member]"
    reader_links: "HashTrieMap[str, ReaderLink]"
    history: "HashTrieMap[str, tuple[tuple[int, ...], ...]]"  # incident id -> seqs of its facts, in pages
    open_incidents: frozenset[str]
    recently_closed: tuple[str, ...]  # the last RECENT closed incidents, oldest first: what screens still show
    live_activations: frozenset[str]  # live, or ended and not yet seen by the centre
    open_tasks: frozenset[str]
    open_calls: frozenset[str]  # not ended, or owing a call-back
    kept_positions: frozenset[str]  # of telephones that have not called
    links_sent: tuple[datetime, ...]  # within the last minute
    incidents_opened: int
    door_minutes: dict[str, tuple[DoorMinutes, ...]]  # by centre: how long its last patients waited behind the door
    # These follow from the rows and are never written down: number -> its last calls, the exchange's id -> call,
    # hash of a token -> link, or -> a physician's link, centre -> its members.
    callers: "HashTrieMap[str, tuple[str, ...]]"
    exchange_calls: "HashTrieMap[str, str]"
    link_tokens: "HashTrieMap[str, str]"
    center_members: "HashTrieMap[str, frozenset[str]]"
    reader_tokens: "HashTrieMap[str, str]"

    def with_call(self, call: Call) -> "City":
        """Return the city with this call's new state."""
        pending = self.open_calls
        if call.is_open is not (call.id in pending):
            pending = pending | {call.id} if call.is_open else pending - {call.id}
        callers, exchange_calls = self.callers, self.exchange_calls
        known = self.calls.get(call.id)
        number = dialled(call.number)
        if number is not None and (known is None or known.number != call.number):
            rows = {each: self.calls[each].received_at for each in callers.get(number, ())} | {
                call.id: call.received_at
            }
            turn = sorted(rows, key=lambda each: (rows[each], each))
            callers = callers.insert(number, tuple(turn[-CALLS_REMEMBERED:]))
        if known is not None and (old := dialled(known.number)) is not None and old != number:
            left = tuple(each for each in callers.get(old, ()) if each != call.id)  # corrected, or forgotten
            callers = callers.insert(old, left) if left else callers.discard(old)
        if call.exchange_id is not None and known is None:
            exchange_calls = exchange_calls.insert(call.exchange_id, call.id)
        return replace(
            self,
            calls=self.calls.insert(call.id, call),
            open_calls=pending,
            callers=callers,
            exchange_calls=exchange_calls,
        )

    def with_incident(self, incident: Incident) -> "City":
        """Return the city with this incident's new state."""
        rows = self.incidents.insert(incident.id, incident)
        closed, was_open = incident.phase is IncidentPhase.CLOSED, incident.id in self.open_incidents
        if closed is not was_open:
            return replace(self, incidents=rows)
        recent = tuple(each for each in self.recently_closed if each != incident.id)
        if closed:
            recent, still_open = (*recent, incident.id)[-RECENT:], self.open_incidents - {incident.id}
        else:
            still_open = self.open_incidents | {incident.id}
        return replace(self, incidents=rows, open_incidents=still_open, recently_closed=recent)

    def with_opened(self, incident: Incident) -> "City":
        """Return the city with one incident more."""
        return replace(self.with_incident(incident), incidents_opened=self.incidents_opened + 1)

    def with_position(self, position: Position) -> "City":
        """Return the city with this source's newest word."""
        kept, is_kept = self.kept_positions, position.incident_id is None
        if is_kept is not (position.id in kept):
            kept = kept | {position.id} if is_kept else kept - {position.id}
        return replace(self, positions=self.positions.insert(position.id, position), kept_positions=kept)

    def without_position(self, position_id: str) -> "City":
        """Return the city that has forgotten a position whose telephone did not call."""
        kept = self.kept_positions - {position_id}
        return replace(self, positions=self.positions.remove(position_id), kept_positions=kept)

    def with_link(self, link: Link) -> "City":
        """Return the city with this link's new state."""
        sent, tokens = self.links_sent, self.link_tokens
        if link.id not in self.links:
            sent = (*(each for each in sent if link.sent_at - each < MINUTE), link.sent_at)
            tokens = tokens.insert(link.token_hash, link.id)
        return replace(self, links=self.links.insert(link.id, link), links_sent=sent, link_tokens=tokens)

    def with_reader_link(self, link: ReaderLink) -> "City":
        """Return the city with this physician's link in its new state."""
        tokens = self.reader_tokens.insert(link.token_hash, link.id)
        return replace(self, reader_links=self.reader_links.insert(link.id, link), reader_tokens=tokens)

    def with_patient(self, patient: Patient) -> "City":
        """Return the city with this patient's new state."""
        return replace(self, patients=self.patients.insert(patient.id, patient))

    def with_door_minutes(self, center_id: str, waits: Iterable[DoorMinutes]) -> "City":
        """Return the city that has learned how long one patient waited behind this door."""
        new = {(row.patient_id, row.treatment): row for row in waits}
        known = self.door_minutes.get(center_id, ())
        kept = tuple(row for row in known if (row.patient_id, row.treatment) not in new)
        if len(kept) + len(new) == len(known) and set(new.values()) <= set(known):
            return self
        rows = (*kept, *new.values())[-LEARNED_FROM:]
        return replace(self, door_minutes={**self.door_minutes, center_id: rows})

    def with_unit(self, unit: Unit) -> "City":
        """Return the city with this unit's new state."""
        return replace(self, units=self.units.insert(unit.id, unit))

    def with_assignment(self, assignment: Assignment) -> "City":
        """Return the city with this assignment's new state."""
        return replace(self, assignments=self.assignments.insert(assignment.id, assignment))

    def with_center(self, center: Center) -> "City":
        """Return the city with this centre's new state."""
        return replace(self, centers=self.centers.insert(center.id, center))

    def with_activation(self, activation: Activation) -> "City":
        """Return the city with this activation's new state."""
        watched = self.live_activations
        if needs_watching(activation):
            watched = watched if activation.id in watched else watched | {activation.id}
        elif activation.id in watched:
            watched -= {activation.id}
        return replace(self, activations=self.activations.insert(activation.id, activation), live_activations=watched)

    def with_task(self, task: Task) -> "City":
        """Return the city with this task's new state."""
        pending = self.open_tasks | {task.id} if task.done_at is None else self.open_tasks - {task.id}
        return replace(self, tasks=self.tasks.insert(task.id, task), open_tasks=pending)

    def with_seat(self, seat: Seat) -> "City":
        """Return the city with this seat's new state."""
        return replace(self, seats=self.seats.insert(seat.id, seat))

    def with_mark(self, mark: NumberMark) -> "City":
        """Return the city with this mark's new state."""
        return replace(self, marks=self.marks.insert(mark.id, mark))

    def with_member(self, member: Member) -> "City":
        """Return the city with this person of a department."""
        people = self.center_members.get(member.center_id, frozenset()) | {member.id}
        return replace(
            self,
            members=self.members.insert(member.id, member),
            center_members=self.center_members.insert(member.center_id, people),
        )

    def without_member(self, member_id: str) -> "City":
        """Return the city without a person who left their department."""
        center_id = self.members[member_id].center_id
        people = self.center_members[center_id] - {member_id}
        return replace(
            self,
            members=self.members.remove(member_id),
            center_members=self.center_members.insert(center_id, people),
        )

    def members_of(self, center_id: str) -> list[Member]:
        """Return the people of one department, by id."""
        return [self.members[each] for each in sorted(self.center_members.get(center_id, ()))]

    def with_measure(self, measure: RoadMeasure) -> "City":
        """Return the city with this closure or slow zone."""
        return replace(self, measures=self.measures.insert(measure.id, measure))

    def without_measure(self, measure_id: str) -> "City":
        """Return the city without a closure or slow zone."""
        return replace(self, measures=self.measures.discard(measure_id))

    def active_assignments(self, incident_id: str) -> tuple[Assignment, ...]:
        """Return the runs of an incident that have no outcome yet."""
        rows = (self.assignments[each] for each in self.incidents[incident_id].assignment_ids)
        return tuple(row for row in rows if row.outcome is None)

    def expected_at_next_door(self, assignment_id: str | None) -> bool:
        """Say whether a centre still waits for a patient of this run: it was turned away here, or sent elsewhere."""
        waiting = (self.activations[each] for each in self.live_activations)
        return any(
            row.phase in LIVE
            and row.phase is not ActivationPhase.ARRIVED
            and self.patients[row.patient_id].assignment_id == assignment_id
            for row in waiting
        )

    def on_screen(self, incident_id: str) -> bool:
        """Say whether screens still show this incident: it is open, or among the last that closed."""
        return incident_id in self.open_incidents or incident_id in self.recently_closed


def needs_watching(activation: Activation) -> bool:
    """Say whether the deadline clock still has business with this activation."""
    return (
        activation.phase in LIVE
        or activation.phase in ("redirected", "cancelled")
        or any(row.ended is None for row in activation.reservations)
        or (activation.ended_unaccepted and any(row.phase in TO_STAND_DOWN for row in activation.summonses))
    )


def empty_city() -> "City":
    """Return a city in which nothing has happened."""
    return City(
        seq=0,
        calls=Table(),
        incidents=Table(),
        patients=Table(),
        units=HashTrieMap(),
        assignments=Table(),
        centers=HashTrieMap(),
        activations=Table(),
        tasks=Table(),
        seats=HashTrieMap(),
        marks=HashTrieMap(),
        measures=HashTrieMap(),
        positions=Table(),
        links=Table(),
        members=HashTrieMap(),
        reader_links=HashTrieMap(),
        history=HashTrieMap(),
        open_incidents=frozenset(),
        recently_closed=(),
        live_activations=frozenset(),
        open_tasks=frozenset(),
        open_calls=frozenset(),
        kept_positions=frozenset(),
        links_sent=(),
        incidents_opened=0,
        door_minutes={},
        callers=HashTrieMap(),
        exchange_calls=HashTrieMap(),
        link_tokens=HashTrieMap(),
        center_members=HashTrieMap(),
        reader_tokens=HashTrieMap(),
    )
