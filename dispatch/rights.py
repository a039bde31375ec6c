"""Say who may ask for what and see what: one role table, then the scope of a unit, a centre, or a physician's ECGs.

The role table is ``dispatch/command_roles.py``. A crew speaks for its own unit and the incidents it runs or ran to
(its outbox may come late), a department for its own centre and the patients announced to it, a remote physician for
patients with an ECG.
Pure: the answer depends on the actor, the request and the city only.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from dispatch.command_roles import RIGHTS
from dispatch.commands.consult import JoinPatient
from dispatch.errors import Refused
from dispatch.rights_of_care import READER_ACCOUNT, cared_for_at, link_of, waits_for_physician
from dispatch.state.center import ENDED_UNSEEN, LIVE
from dispatch.state.city import City
from dispatch.state.incident import Patient
from dispatch.words import Actor, Role

LINK_ACCOUNT = "link:"  # before the link's id: how a caller's page signs what it says
MEMBER_ACCOUNT = "member:"  # before a person's id: how the page of a summons signs what it says
SEATS = frozenset({Role.CALL_TAKER, Role.DISPATCHER, Role.SUPERVISOR})
# How long after its run a crew may still read the patient: a shift, to finish the record.
CREW_LOOKBACK = timedelta(hours=12)


def may(actor: Actor, data: Any, city: City) -> Refused | None:  # noqa: ANN401 - any of commands.COMMANDS
    """Return why this actor may not send this command, or None when they may.

    A scoped actor gets the same refusal for what is not theirs and for what does not exist; for the others ``flow``
    answers what does not exist.
    """
    if actor.role not in RIGHTS[type(data)]:
        return Refused("not_your_role", {"role": f"role.{actor.role}"})
    scope = _SCOPES.get(actor.role)
    return None if scope is None else scope(actor, data, city)


def may_see_incident(actor: Actor, incident_id: str, city: City, now: datetime) -> bool:
    """Say whether an actor may read an incident's register and recommendation."""
    if actor.role in SEATS:
        return True
    incident = city.incidents.get(incident_id)
    if incident is None:
        return False
    if actor.role is Role.CREW:
        return _crew_ran_recently(actor, incident_id, city, now)
    return any(may_see_patient(actor, each, city, now) for each in incident.patient_ids)


def may_see_patient(actor: Actor, patient_id: str, city: City, now: datetime) -> bool:
    """Say whether an actor may read a patient: seats, the crew that runs there, the centre told, the ECG's reader."""
    if actor.role in SEATS:
        return True
    patient = city.patients.get(patient_id)
    if patient is None:
        return False
    match actor.role:
        case Role.CREW:
            return _crew_ran_recently(actor, patient.incident_id, city, now)
        case Role.DEPARTMENT:
            return _announced(city, patient, actor.center_id)
        case Role.REMOTE_PHYSICIAN:
            return patient.outcome is None and waits_for_physician(patient, actor.account)
        case _:
            return False


def runs_to(unit_id: str | None, incident_id: str, city: City) -> bool:
    """Say whether a unit runs, or ran, to an incident."""
    incident = city.incidents.get(incident_id)
    if incident is None or unit_id is None:
        return False
    return any(city.assignments[each].unit_id == unit_id for each in incident.assignment_ids)


def _crew_ran_recently(actor: Actor, incident_id: str, city: City, now: datetime) -> bool:
    incident = city.incidents.get(incident_id)
    if incident is None or actor.unit_id is None:
        return False
    runs = (city.assignments[each] for each in incident.assignment_ids)
    return any(
        run.unit_id == actor.unit_id and (run.ended_at is None or now - run.ended_at <= CREW_LOOKBACK) for run in runs
    )


def _announced(city: City, patient: Patient, center_id: str | None) -> bool:
    """Say whether a centre expects this patient, still believes so, or took or lost them lately."""
    rows = (city.activations[each] for each in city.incidents[patient.incident_id].activation_ids)
    return any(
        row.patient_id == patient.id
        and row.center_id == center_id
        and (row.phase in LIVE | ENDED_UNSEEN or city.on_screen(row.incident_id))
        for row in rows
    )


def _crew_scope(actor: Actor, data: Any, city: City) -> Refused | None:  # noqa: ANN401
    if hasattr(data, "unit_id") and data.unit_id != actor.unit_id:
        return Refused("not_your_unit")
    if getattr(data, "assignment_id", None) is not None:
        assignment = city.assignments.get(data.assignment_id)
        return None if assignment and assignment.unit_id == actor.unit_id else Refused("not_your_unit")
    if hasattr(data, "incident_id"):
        return None if runs_to(actor.unit_id, data.incident_id, city) else Refused("not_your_incident")
    if hasattr(data, "patient_id"):
        patient = city.patients.get(data.patient_id)
        mine = patient is not None and runs_to(actor.unit_id, patient.incident_id, city)
        return None if mine else Refused("not_your_patient")
    if hasattr(data, "activation_id"):
        activation = city.activations.get(data.activation_id)
        mine = activation is not None and runs_to(actor.unit_id, activation.incident_id, city)
        return None if mine else Refused("not_your_activation")
    return None


def _department_scope(actor: Actor, data: Any, city: City) -> Refused | None:  # noqa: ANN401
    if hasattr(data, "center_id"):
        return None if data.center_id == actor.center_id else Refused("not_your_center")
    if hasattr(data, "activation_id"):
        activation = city.activations.get(data.activation_id)
        mine = activation is not None and activation.center_id == actor.center_id
        return None if mine else Refused("not_your_activation")
    if hasattr(data, "reservation_id"):
        live = (city.activations[each] for each in city.live_activations)
        holders = {row.center_id for row in live if any(hold.id == data.reservation_id for hold in row.reservations)}
        return None if holders == {actor.center_id} else Refused("not_your_activation")
    return _told_of(actor, data, city)


def _told_of(actor: Actor, data: Any, city: City) -> Refused | None:  # noqa: ANN401
    """Check a department's word: on a patient whom it expects or has, on an incident of which anybody was announced.

    Who was redirected is another house's: a tap on the wall that they left would take them over there.
    """
    patient = city.patients.get(getattr(data, "patient_id", ""))
    if patient is not None:
        return None if cared_for_at(city, patient, actor.center_id) else Refused("not_your_patient")
    incident = city.incidents.get(getattr(data, "incident_id", ""))
    rows = [city.activations[each] for each in incident.activation_ids] if incident else []
    told = any(row.center_id == actor.center_id for row in rows)
    return None if told else Refused("not_your_patient")


def _physician_scope(actor: Actor, data: Any, city: City) -> Refused | None:  # noqa: ANN401
    if actor.account.startswith(READER_ACCOUNT):
        return _reader_scope(actor, data, city)
    if hasattr(data, "reader_link_id"):
        return Refused("not_your_link")
    if hasattr(data, "patient_id"):
        patient = city.patients.get(data.patient_id)
        if patient is not None and waits_for_physician(patient, actor.account):
            return None
        again = patient is not None and patient.ecgs and not isinstance(data, JoinPatient)  # a late or second reading
        return None if again else Refused("not_your_patient")
    incident = city.incidents.get(data.incident_id)
    has_ecg = incident is not None and any(city.patients[each].ecgs for each in incident.patient_ids)
    return None if has_ecg else Refused("not_your_incident")


def _reader_scope(actor: Actor, data: Any, city: City) -> Refused | None:  # noqa: ANN401
    """Let whoever opened a physician's page speak for its one patient, and open that page alone."""
    link = link_of(city, actor.account)
    if link is None or getattr(data, "reader_link_id", link.id) != link.id:
        return Refused("not_your_link")
    return None if getattr(data, "patient_id", None) == link.patient_id else Refused("not_your_patient")


def _caller_scope(actor: Actor, data: Any, _city: City) -> Refused | None:  # noqa: ANN401
    """Let whoever opened a link speak for that link alone."""
    return None if actor.account == f"{LINK_ACCOUNT}{data.link_id}" else Refused("not_your_link")


def _member_scope(actor: Actor, data: Any, city: City) -> Refused | None:  # noqa: ANN401
    """Let whoever opened a person's link speak for that person alone."""
    member_id = actor.account.removeprefix(MEMBER_ACCOUNT)
    if hasattr(data, "member_id"):
        return None if data.member_id == member_id else Refused("not_your_summons")
    activation = city.activations.get(data.activation_id)
    rows = () if activation is None else activation.summonses
    mine = any(row.id == data.summons_id and row.member_id == member_id for row in rows)
    return None if mine else Refused("not_your_summons")


_SCOPES: dict[Role, Callable[[Actor, Any, City], Refused | None]] = {
    Role.CREW: _crew_scope,
    Role.DEPARTMENT: _department_scope,
    Role.REMOTE_PHYSICIAN: _physician_scope,
    Role.CALLER: _caller_scope,
    Role.MEMBER: _member_scope,
}
