"""Units and assignments: the journey of a crewed vehicle as one table.

``JOURNEY`` says which reports move a unit; skipping forward is allowed (a crew in CPR taps late), moving back is not:
an earlier step that is reported late fills the register only.
"""

from dataclasses import dataclass, field
from datetime import datetime

from dispatch.state.incident import PointRow, Points
from dispatch.state.standby import Standby
from dispatch.words import Outcome, UnitStatus, personal

S = UnitStatus
RUN = (
    S.ASSIGNED,
    S.ACCEPTED,
    S.EN_ROUTE,
    S.ON_SCENE,
    S.AT_PATIENT,
    S.PATIENT_LOADED,
    S.TRANSPORTING,
    S.AT_HOSPITAL,
    S.STRETCHER_HELD,
    S.HANDED_OVER,
)

JOURNEY: dict[UnitStatus, frozenset[UnitStatus]] = {
    S.AVAILABLE: frozenset({S.RETURNING, S.OUT_OF_SERVICE}),
    S.ASSIGNED: frozenset({S.ACCEPTED, S.EN_ROUTE, S.ON_SCENE, S.AT_PATIENT}),
    S.ACCEPTED: frozenset({S.EN_ROUTE, S.ON_SCENE, S.AT_PATIENT}),
    S.EN_ROUTE: frozenset({S.ON_SCENE, S.AT_PATIENT}),
    S.ON_SCENE: frozenset({S.AT_PATIENT, S.PATIENT_LOADED, S.TRANSPORTING}),
    S.AT_PATIENT: frozenset({S.PATIENT_LOADED, S.TRANSPORTING}),
    S.PATIENT_LOADED: frozenset({S.TRANSPORTING, S.AT_HOSPITAL}),
    S.TRANSPORTING: frozenset({S.AT_HOSPITAL}),
    S.AT_HOSPITAL: frozenset({S.STRETCHER_HELD, S.HANDED_OVER, S.TRANSPORTING}),
    S.STRETCHER_HELD: frozenset({S.HANDED_OVER, S.TRANSPORTING}),
    S.HANDED_OVER: frozenset({S.CLEANING, S.RETURNING, S.AVAILABLE}),
    S.CLEANING: frozenset({S.RETURNING, S.AVAILABLE, S.OUT_OF_SERVICE}),
    S.RETURNING: frozenset({S.AVAILABLE, S.CLEANING, S.OUT_OF_SERVICE}),
    S.OUT_OF_SERVICE: frozenset({S.AVAILABLE}),
}

# Who can be sent: parked and ready, or driving home with a clean vehicle.
DISPATCHABLE = frozenset({S.AVAILABLE, S.RETURNING})
# Who can be diverted from a less urgent run: nobody has been touched yet.
DIVERTIBLE = frozenset({S.ASSIGNED, S.ACCEPTED, S.EN_ROUTE})

# Turned away at a door: the one step that looks backward. It needs another centre that expects the patient.
AT_A_DOOR = frozenset({S.AT_HOSPITAL, S.STRETCHER_HELD})

# The minute that a step registers, in the words of center_protocols.vocabulary.TimePoint.
STEP_POINTS = {
    S.ACCEPTED: "unit_accepted",
    S.EN_ROUTE: "unit_en_route",
    S.ON_SCENE: "unit_on_scene",
    S.AT_PATIENT: "patient_contact",
    S.PATIENT_LOADED: "patient_loaded",
    S.TRANSPORTING: "depart_scene",
    S.AT_HOSPITAL: "arrival_gate",
    S.HANDED_OVER: "handoff_complete",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A crewed vehicle."""

    id: str
    call_sign: str
    station_id: str
    station_name: str
    lon: float  # of its station, WGS-84; where it is now comes from the fleet, with an age
    lat: float
    level: str
    equipment: tuple[str, ...]
    status: UnitStatus
    status_since: datetime
    crew: tuple[str, ...] = ()
    crew_names: str | None = personal("id")
    assignment_id: str | None = None
    last_assignment_id: str | None = None
    out_reason: str | None = personal("id")
    out_until: datetime | None = None
    standby: Standby | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """One unit sent to one incident, until its one coded outcome."""

    id: str
    incident_id: str
    unit_id: str
    assigned_at: datetime
    assigned_by: str
    eta_s: float | None = None
    rank: int | None = None
    reason: str | None = personal("id")
    outcome: Outcome | None = None
    outcome_reason: str | None = personal("id")
    ended_at: datetime | None = None
    points: Points = field(default_factory=dict)


def may_move(status: UnitStatus, to: UnitStatus) -> bool:
    """Say whether the table knows this step."""
    return to in JOURNEY[status]


def is_late(status: UnitStatus, to: UnitStatus) -> bool:
    """Say whether a report names an earlier step of the same run, and is not a way on from a first door."""
    return status in RUN and to in RUN and RUN.index(to) <= RUN.index(status) and not may_move(status, to)


def drives_on(status: UnitStatus, to: UnitStatus) -> bool:
    """Say whether a report means that a unit leaves a first door with its patient."""
    return status in AT_A_DOOR and to is S.TRANSPORTING


def beyond_first_door(points: Points, left: PointRow) -> Points:
    """Return the minutes after a first door: it was the first hospital's (DIDO); the next gate counts."""
    if "arrival_gate" not in points:
        return points
    kept = {name: row for name, row in points.items() if name != "arrival_gate"}
    return {"first_hospital_door": points["arrival_gate"], "first_hospital_left": left, **kept}
