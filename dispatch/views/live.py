"""What each subscriber sees: a snapshot, then numbered changes; snapshot before + change == snapshot after, proved.

A row is shown when the subscriber's scope may see it; a row that stops being visible is dropped. Membership depends
on facts alone, never on the clock, so nothing drifts while nothing happens.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from dispatch.events import teams as te
from dispatch.events.call import CallLinked
from dispatch.events.switchboard import DeskHandedOver
from dispatch.evolve import incident_of
from dispatch.fact import Fact
from dispatch.rights_of_care import cared_for_at, waits_for_physician
from dispatch.state.center import ENDED_UNSEEN, LIVE, Activation
from dispatch.state.city import City
from dispatch.state.incident import Patient
from dispatch.state.unit import Assignment
from dispatch.words import Role, UnitStatus

Row: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, dict[str, Row]]
TABLES = (
    "calls",
    "incidents",
    "patients",
    "units",
    "assignments",
    "centers",
    "activations",
    "tasks",
    "seats",
    "marks",
    "measures",
    "positions",
    "links",
    "members",
    "reader_links",
)
NAMED_BY = {
    "units": "unit_id",
    "centers": "center_id",
    "tasks": "task_id",
    "seats": "seat_id",
    "marks": "mark_id",
    "measures": "measure_id",
    "positions": "position_id",
    "members": "member_id",
}
HIDDEN: dict[str, "Row"] = {
    "links": {"token_hash": None, "device_hash": None},
    "reader_links": {"token_hash": None, "device_hash": None},
    "members": {"push": None},
}  # from everybody
SEATS = frozenset({Role.CALL_TAKER, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
ROSTER = (te.MemberListed, te.MemberRemoved, te.PushSubscribed, te.DutySet, te.DutyLifted)
ROSTER_NAMES = {"members": "member_id"}  # the hospital's own row stays what it is
WITH_LAST_RUN = frozenset({UnitStatus.HANDED_OVER, UnitStatus.CLEANING})  # the crew still writes about this patient


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose eyes: subscribers with equal scopes share every frame."""

    role: Role
    unit_id: str | None = None
    center_id: str | None = None
    account: str | None = None  # of a remote physician: what they see depends on whom they have joined


@dataclass(slots=True)
class Change:
    """The difference that some facts make for one scope."""

    set: Tables = field(default_factory=dict)
    drop: dict[str, list[str]] = field(default_factory=dict)


def snapshot(city: City, scope: Scope) -> Tables:
    """Return everything this scope sees now."""
    tables: Tables = {name: {} for name in TABLES}
    for name, ids in _everything(city, scope).items():
        for row_id in ids:
            row = visible_row(city, name, row_id, scope)
            if row is not None:
                tables[name][row_id] = row
    return tables


def change(before: City, after: City, facts: Iterable[Fact], scope: Scope) -> Change:
    """Return what some facts changed for this scope."""
    return change_for(before, after, touched(before, after, facts), scope)


def change_for(before: City, after: City, ids: dict[str, set[str]], scope: Scope) -> Change:
    """Return what changed for this scope among the ``touched`` rows, which all scopes share."""
    result = Change()
    if not _concerned(after, ids, scope):
        return result
    for name, row_ids in ids.items():
        for row_id in row_ids:
            old, new = visible_row(before, name, row_id, scope), visible_row(after, name, row_id, scope)
            if new is not None and new != old:
                result.set.setdefault(name, {})[row_id] = new
            if new is None and old is not None:
                result.drop.setdefault(name, []).append(row_id)
    return result


def _concerned(city: City, ids: dict[str, set[str]], scope: Scope) -> bool:
    """Say cheaply whether a scope can be concerned: hundreds of tablets and walls listen to every fact."""
    if ids["centers"] and scope.role in (Role.CREW, Role.DEPARTMENT):
        return True
    if scope.role is Role.CREW:
        return scope.unit_id in ids["units"]
    if scope.role is Role.DEPARTMENT:
        return any(_is_of_house(city, each, scope.center_id) for each in ids["members"]) or any(
            each in city.activations and city.activations[each].center_id == scope.center_id
            for each in ids["activations"]
        )
    return True


def _is_of_house(city: City, member_id: str, center_id: str | None) -> bool:
    return member_id not in city.members or city.members[member_id].center_id == center_id


def apply(tables: Tables, difference: Change) -> Tables:
    """Lay a change over a snapshot, as every page does."""
    merged = {name: {**rows, **difference.set.get(name, {})} for name, rows in tables.items()}
    for name, ids in difference.drop.items():
        for row_id in ids:
            merged[name].pop(row_id, None)
    return merged


def _everything(city: City, scope: Scope) -> dict[str, set[str]]:
    shown = {*city.open_incidents, *city.recently_closed}
    ids = _of_incidents(city, shown)
    ids["units"] |= set(city.units)
    ids["centers"] |= set(city.centers)
    ids["activations"] |= city.live_activations
    for activation_id in city.live_activations:
        ids["patients"].add(city.activations[activation_id].patient_id)
    ids["tasks"] |= city.open_tasks
    ids["calls"] |= city.open_calls
    ids["seats"] |= set(city.seats)
    ids["marks"] |= set(city.marks)
    ids["measures"] = set(city.measures)
    ids["members"] |= _asked(city, city.live_activations) | city.center_members.get(scope.center_id or "", frozenset())
    return ids


def _asked(city: City, activation_ids: Iterable[str]) -> set[str]:
    """Return whom these activations have summoned: of a hospital's people, seats see those alone."""
    activations = (city.activations[each] for each in activation_ids)
    return {summons.member_id for activation in activations for summons in activation.summonses}


def _is_asked(city: City, member_id: str) -> bool:
    if member_id in _asked(city, city.live_activations):
        return True
    shown = (city.incidents[each] for each in (*city.open_incidents, *city.recently_closed))
    return any(member_id in _asked(city, incident.activation_ids) for incident in shown)


def _of_incidents(city: City, incident_ids: set[str]) -> dict[str, set[str]]:
    ids: dict[str, set[str]] = {name: set() for name in TABLES}
    ids["incidents"] = set(incident_ids)
    for incident in (city.incidents[each] for each in incident_ids if each in city.incidents):
        for patient in (city.patients[each] for each in incident.patient_ids):
            ids["reader_links"] |= set(patient.reader_link_ids)
        ids["calls"] |= set(incident.call_ids)
        ids["patients"] |= set(incident.patient_ids)
        ids["assignments"] |= set(incident.assignment_ids)
        ids["activations"] |= set(incident.activation_ids)
        ids["members"] |= _asked(city, incident.activation_ids)
        ids["positions"] |= set(incident.position_ids)
        ids["links"] |= set(incident.link_ids)
        ids["units"] |= set(incident.standby_unit_ids)
    return ids


def touched(before: City, after: City, facts: Iterable[Fact]) -> dict[str, set[str]]:
    """Return the ids of every row, by table, that these facts may have changed for anybody."""
    incidents = {*before.recently_closed} ^ {*after.recently_closed}
    named: dict[str, set[str]] = {name: set() for name in NAMED_BY}
    for fact in facts:
        incident_id = incident_of(after, fact.data)
        if incident_id is not None:
            incidents.add(incident_id)
        if isinstance(fact.data, CallLinked):
            incidents.add(fact.data.from_incident_id)
        if isinstance(fact.data, DeskHandedOver):
            incidents |= {*fact.data.incident_ids, *(after.calls[each].incident_id for each in fact.data.call_ids)}
        for name, key in (ROSTER_NAMES if isinstance(fact.data, ROSTER) else NAMED_BY).items():
            if (value := getattr(fact.data, key, None)) is not None:
                named[name].add(value)
    for unit_id in named["units"]:
        incidents |= _runs_of(before, unit_id) | _runs_of(after, unit_id)
    ids = _of_incidents(after, incidents)
    for name, more in _of_incidents(before, incidents).items():
        ids[name] |= more
    ids["units"] |= named["units"] | {after.assignments[run].unit_id for run in ids["assignments"]}
    for name in ("centers", "tasks", "seats", "marks", "measures", "positions", "members"):
        ids[name] |= named[name]
    return ids


def _runs_of(city: City, unit_id: str) -> set[str]:
    unit = city.units.get(unit_id)
    if unit is None or unit.last_assignment_id is None:
        return set()
    return {city.assignments[unit.last_assignment_id].incident_id}


def visible_row(city: City, table: str, row_id: str, scope: Scope) -> Row | None:
    """Return one row as this scope sees it, or None."""
    rows = getattr(city, table)
    if row_id not in rows:
        return None
    row = rows[row_id]
    mask = _viewer(scope)(city, table, row, scope)
    return None if mask is None else {**msgspec.to_builtins(row), **mask, **HIDDEN.get(table, OPEN)}


OF_THE_ROOM = frozenset({"tasks", "seats", "marks", "measures", "members"})  # crews do not see them
Viewer: TypeAlias = Callable[[City, str, Any, Scope], Row | None]  # the fields to overwrite, or None: not visible
OPEN: Row = {}


def _viewer(scope: Scope) -> Viewer:
    if scope.role in SEATS:
        return _seat_sees
    return VIEWERS.get(scope.role, _nobody_sees)


def _nobody_sees(_city: City, _table: str, _row: Any, _scope: Scope) -> Row | None:  # noqa: ANN401 - any row
    return None


def _seat_sees(city: City, table: str, row: Any, _scope: Scope) -> Row | None:  # noqa: ANN401 - any row
    if table == "members":
        return {"duties": []} if _is_asked(city, row.id) else None
    shown = _kept_before_seats(city, table, row)
    if shown is None:
        shown = city.on_screen(row.id if table == "incidents" else row.incident_id)
    return OPEN if shown else None


def _kept_before_seats(city: City, table: str, row: Any) -> bool | None:  # noqa: ANN401 - any row
    """Say whether a row stands on the screens whatever its incident does; None: its incident decides."""
    match table:
        case "units" | "centers" | "seats" | "measures":
            return True
        case "tasks":
            return row.id in city.open_tasks
        case "marks":
            return row.lifted_at is None
        case "calls":
            kept = row.id in city.open_calls
        case "activations":
            kept = row.id in city.live_activations
        case "patients":
            kept = row.activation_id in city.live_activations
        case _:
            kept = False
    return kept or None


def crew_run(city: City, unit_id: str | None) -> Assignment | None:
    """Return the run a crew works on: the current one, or the last until the vehicle is clean."""
    unit = city.units.get(unit_id) if unit_id else None
    if unit is None:
        return None
    if unit.assignment_id is not None:
        return city.assignments[unit.assignment_id]
    if unit.status in WITH_LAST_RUN and unit.last_assignment_id is not None:
        return city.assignments[unit.last_assignment_id]
    return None


def _stands_by_for(city: City, unit_id: str | None) -> str | None:
    unit = city.units.get(unit_id) if unit_id else None
    return None if unit is None or unit.standby is None else unit.standby.incident_id


def _crew_sees(city: City, table: str, row: Any, scope: Scope) -> Row | None:  # noqa: ANN401 - any row
    if table == "centers" or (table == "incidents" and row.id == _stands_by_for(city, scope.unit_id)):
        return OPEN
    if table == "units":
        return OPEN if row.id == scope.unit_id else None
    run = crew_run(city, scope.unit_id)
    if run is None or table in OF_THE_ROOM:
        return None
    if table == "assignments":
        return OPEN if row.id == run.id else None
    if table == "incidents":
        return OPEN if row.id == run.incident_id else None
    return OPEN if row.incident_id == run.incident_id else None


def expected_at(city: City, activation: Activation, center_id: str | None) -> bool:
    """Say whether this activation is on that centre's wall: somebody comes, came, or is believed to come."""
    if activation.center_id != center_id:
        return False
    return activation.phase in LIVE | ENDED_UNSEEN or city.on_screen(activation.incident_id)


def patient_of_center(city: City, patient: Patient, center_id: str | None) -> bool:
    """Say whether a centre may see a patient: one of its activations is about them."""
    activations = (city.activations[each] for each in city.incidents[patient.incident_id].activation_ids)
    return any(row.patient_id == patient.id and expected_at(city, row, center_id) for row in activations)


def _department_sees(city: City, table: str, row: Any, scope: Scope) -> Row | None:  # noqa: ANN401 - any row
    house = scope.center_id
    match table:
        case "centers":
            shown = row.id == house
        case "members":
            shown = row.center_id == house
        case "activations":
            shown = expected_at(city, row, house)
        case "patients":
            return _of_this_house(city, row, house) if patient_of_center(city, row, house) else None
        case "reader_links":
            shown = cared_for_at(city, city.patients[row.patient_id], house)
        case "units":
            return {"crew_names": None} if _brings_to(city, row.last_assignment_id, house) else None
        case _:
            shown = False
    return OPEN if shown else None


def _of_this_house(city: City, patient: Patient, center_id: str | None) -> Row:
    """Mask the name, other hospitals' numbers, and all talk and pictures once the patient is another centre's."""
    registrations = [each for each in patient.registrations if each.center_id == center_id]
    own: Row = {"name": None, "registrations": msgspec.to_builtins(registrations)}
    if cared_for_at(city, patient, center_id):
        return own
    return own | {"lines": [], "orders": [], "consents": [], "photos": [], "specialists": [], "advice_wanted": None}


def _brings_to(city: City, assignment_id: str | None, center_id: str | None) -> bool:
    if assignment_id is None:
        return False
    incident = city.incidents[city.assignments[assignment_id].incident_id]
    patients = (city.patients[each] for each in incident.patient_ids)
    return any(each.assignment_id == assignment_id and patient_of_center(city, each, center_id) for each in patients)


def _physician_sees(city: City, table: str, row: Any, scope: Scope) -> Row | None:  # noqa: ANN401 - any row
    if table != "patients" or row.outcome is not None or not city.on_screen(row.incident_id):
        return None
    return {"name": None, "registrations": []} if waits_for_physician(row, scope.account) else None


VIEWERS: dict[Role, Viewer] = {
    Role.CREW: _crew_sees,
    Role.DEPARTMENT: _department_sees,
    Role.REMOTE_PHYSICIAN: _physician_sees,
}
