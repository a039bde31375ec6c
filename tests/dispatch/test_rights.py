"""Who may ask for what, and see what: the whole role table, and every border of a scope."""

from dataclasses import fields
from typing import Any

import pytest

from dispatch import commands as c
from dispatch.command_roles import COMMANDS, RIGHTS
from dispatch.errors import Refused
from dispatch.rights import CREW_LOOKBACK, may, may_see_incident, may_see_patient
from dispatch.words import Actor, Outcome, Role, UnitStatus
from tests.dispatch.story import DISPATCHER, PHYSICIAN, START, Story, crew, department, incident_underway, opened_city

NOBODY = opened_city(watched=False).city


def any_request(kind: type) -> Any:  # noqa: ANN401 - an instance of any command
    """Return a request that names nothing that exists; rights never look at the other fields."""
    return kind(**{each.name: "nothing" for each in fields(kind)})


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_the_role_table_is_the_first_border(kind: type) -> None:
    for role in Role:
        refused = may(Actor("x", role, unit_id="U1", center_id="C1"), any_request(kind), NOBODY)
        assert (refused == Refused("not_your_role", {"role": f"role.{role}"})) is (role not in RIGHTS[kind])


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("role", [Role.CREW, Role.DEPARTMENT, Role.REMOTE_PHYSICIAN])
def test_a_scoped_actor_is_refused_what_does_not_exist(kind: type, role: Role) -> None:
    if role in RIGHTS[kind]:
        assert may(Actor("x", role, unit_id="U1", center_id="C1"), any_request(kind), NOBODY) is not None


@pytest.fixture
def story() -> Story:
    return opened_city(watched=False)


def test_a_crew_speaks_for_its_own_unit_and_run(story: Story) -> None:
    incident_id, patient_id, assignment_id = incident_underway(story, "U1")
    requests = (
        c.ReportStatus("U1", UnitStatus.TRANSPORTING),
        c.WriteNote(incident_id, "好"),
        c.RecordVitals(patient_id, {"hr": 80}),
        c.EndAssignment(assignment_id, Outcome.DELIVERED),
    )
    for request in requests:
        assert may(crew("U1"), request, story.city) is None
        assert may(crew("U2"), request, story.city) is not None
        assert may(DISPATCHER, request, story.city) is None


def test_a_crew_may_be_late_but_not_for_ever(story: Story) -> None:
    incident_id, patient_id, assignment_id = incident_underway(story, "U1")
    story.ask(c.EndAssignment(assignment_id, Outcome.TREATED_ON_SCENE), crew("U1"))
    assert may(crew("U1"), c.RecordVitals(patient_id, {"hr": 80}), story.city) is None
    assert may_see_patient(crew("U1"), patient_id, story.city, story.now)
    assert may_see_incident(crew("U1"), incident_id, story.city, story.now)
    assert not may_see_patient(crew("U1"), patient_id, story.city, story.now + CREW_LOOKBACK * 2)


def test_a_department_speaks_for_who_was_announced_to_it(story: Story) -> None:
    incident_id, patient_id, _ = incident_underway(story, "U1", {"complaint": "chest_pain"})
    story.ask(c.ChooseDestination(patient_id, "C1", reason="家属要求", risk_told=True), crew("U1"))
    activation_id = story.city.patients[patient_id].activation_id
    assert activation_id is not None
    requests = (
        c.AcknowledgeActivation(activation_id),
        c.WriteNote(incident_id, "导管室已通知"),
        c.CompleteHandoff(patient_id, "ed"),
        c.ReserveResource(activation_id, "ct"),
    )
    for request in requests:
        assert may(department("C1"), request, story.city) is None
        assert may(department("C2"), request, story.city) is not None
    assert may_see_patient(department("C1"), patient_id, story.city, story.now)
    assert may_see_incident(department("C1"), incident_id, story.city, story.now)
    assert not may_see_patient(department("C2"), patient_id, story.city, story.now)


def test_a_department_reports_only_its_own_state() -> None:
    own = c.ReportCenterStatus("C1", "full", "busy", START)
    assert may(department("C1"), own, NOBODY) is None
    assert may(department("C2"), own, NOBODY) == Refused("not_your_center")


def test_a_hold_is_released_by_whose_it_is(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", {"complaint": "chest_pain"})
    story.ask(c.ChooseDestination(patient_id, "C1", reason="家属要求", risk_told=True), crew("U1"))
    activation_id = story.city.patients[patient_id].activation_id
    assert activation_id is not None
    story.ask(c.ReserveResource(activation_id, "ct"), department("C1"))
    hold = story.city.activations[activation_id].reservations[0]
    assert may(department("C1"), c.ReleaseResource(hold.id), story.city) is None
    assert may(department("C2"), c.ReleaseResource(hold.id), story.city) is not None


def test_a_remote_physician_sees_an_ecg_that_waits(story: Story) -> None:
    incident_id, patient_id, _ = incident_underway(story, "U1")
    request = c.ReadEcg(patient_id, "E1", "stemi")
    assert may(PHYSICIAN, request, story.city) is not None
    assert not may_see_patient(PHYSICIAN, patient_id, story.city, story.now)
    story.ask(c.BindMonitor(patient_id, "M1"), crew("U1"))
    story.ask(c.RecordEcg(patient_id, "E1", 500, ("I", "II"), "M1"), crew("U1"))
    assert may(PHYSICIAN, request, story.city) is None
    assert may(PHYSICIAN, c.WriteNote(incident_id, "请复查"), story.city) is None
    assert may_see_patient(PHYSICIAN, patient_id, story.city, story.now)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SERVICE, Role.SYSTEM])
def test_who_has_no_business_with_patients_sees_none(story: Story, role: Role) -> None:
    incident_id, patient_id, _ = incident_underway(story, "U1")
    actor = Actor("x", role)
    assert not may_see_patient(actor, patient_id, story.city, story.now)
    assert not may_see_incident(actor, incident_id, story.city, story.now)
