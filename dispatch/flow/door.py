"""The door check: call sign, sex, age band and code of who came against who was announced.

A mismatch stops nobody: it is a fact, it stands on the wall, and it is a dispatcher's phone task until it is checked
again, because the traces on the wall may be another patient's.
"""

from collections.abc import Iterator

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision, phone_task, whom_to_ring
from dispatch.rules import Rules
from dispatch.state.center import Activation, ActivationPhase
from dispatch.state.city import City
from dispatch.state.incident import age_band

AT_DOOR = frozenset({
    ActivationPhase.SENT, ActivationPhase.RECEIVED, ActivationPhase.ACKNOWLEDGED, ActivationPhase.TEAM_READY,
    ActivationPhase.ARRIVED, ActivationPhase.ACCEPTED,
})  # fmt: skip
CHECKED = ("call_sign", "sex", "age_band", "code")


def check_at_door(city: City, _command: Command, ask: c.CheckAtDoor, _rules: Rules) -> Decision:
    """Compare; the last check counts."""
    row = city.activations.get(ask.activation_id)
    if row is None:
        return Refused("activation.unknown")
    if row.phase not in AT_DOOR:
        return Refused("activation.no_such_step", {"phase": f"activation.{row.phase}"})
    known = announced(city, row)
    differing = tuple(name for name in CHECKED if getattr(ask, name) != known[name])
    return [e.DoorChecked(row.id, row.patient_id, row.center_id, differing)]


def announced(city: City, row: Activation) -> dict[str, str]:
    """Return whom the centre expects, as its wall shows it."""
    patient = city.patients[row.patient_id]
    run = city.assignments.get(patient.assignment_id) if patient.assignment_id is not None else None
    sex = patient.findings.get("sex")
    return {
        "call_sign": "unknown" if run is None else city.units[run.unit_id].call_sign,
        "sex": sex if sex in ("male", "female") else "unknown",
        "age_band": age_band(patient.findings),
        "code": patient.code,
    }


def wrong_at_door(city: City) -> Iterator[e.TaskRaised]:
    """Name those whose check failed and was not made again, until they are gone from the screens."""
    for activation_id in city.live_activations:
        row = city.activations[activation_id]
        if row.door is None or not row.door.differing:
            continue
        subject = f"activation:{row.id}@{row.door.at.isoformat()}"
        yield phone_task("door_mismatch", subject, row.incident_id, row.door.at, whom_to_ring(city, row))


DECISIONS: dict[type, Decide] = {c.CheckAtDoor: check_at_door}
