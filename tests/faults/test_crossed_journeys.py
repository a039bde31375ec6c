"""Crews that tap late, twice, out of order and for runs that are gone; seats that act at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from ulid import ULID

from dispatch import commands as c
from dispatch.evolve import history_of
from dispatch.state.city import City
from dispatch.words import Outcome, UnitStatus
from tests.adapters.serving import CREW, Server
from tests.dispatch.story import PLACE, TAKER, Story, crew, incident_underway, opened_city

S = UnitStatus


def tap(story: Story, unit_id: str, status: S, assignment_id: str | None = None) -> None:
    """Report a step that must be granted."""
    story.ask(c.ReportStatus(unit_id, status, assignment_id=assignment_id), crew(unit_id))


def assigned(story: Story, unit_id: str = "U1") -> tuple[str, str]:
    """Ring and assign; return the ids of incident and run."""
    incident_id = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)[1].data.incident_id
    run_id = story.ask(c.AssignUnit(incident_id, unit_id))[0].data.assignment_id
    return incident_id, run_id


def status_of(city: City, unit_id: str = "U1") -> S:
    """Return where a unit stands."""
    return city.units[unit_id].status


def test_a_tap_for_the_run_a_unit_was_diverted_from_does_not_move_the_new_one() -> None:
    story = opened_city()
    _, first = assigned(story)
    tap(story, "U1", S.ACCEPTED)
    urgent = story.ask(c.ReceiveCall("2", place=PLACE), TAKER)[1].data.incident_id
    tapped_at = story.later(30).now
    story.later(5).ask(c.DivertUnit(urgent, "U1", "nearer"))
    second = story.city.units["U1"].assignment_id
    late = c.ReportStatus("U1", S.EN_ROUTE, assignment_id=first)
    story.later(30).ask(late, crew("U1"), at=tapped_at)
    assert status_of(story.city) is S.ASSIGNED, "nobody has accepted the second run"
    assert "unit_en_route" in story.city.assignments[first].points
    assert "unit_en_route" not in story.city.assignments[second or ""].points
    assert story.refused(late, crew("U1")) == "unit.already"
    assert story.refused(c.ReportStatus("U1", S.ON_SCENE, assignment_id=first), crew("U1")) == "assignment.ended"
    tap(story, "U1", S.ACCEPTED, second)
    assert status_of(story.city) is S.ACCEPTED


def test_every_step_of_a_run_is_in_the_history_of_its_incident() -> None:
    story = opened_city()
    incident_id, _, _ = incident_underway(story)
    kinds = [fact.kind for fact in story.facts if fact.seq in history_of(story.city, incident_id)]
    assert kinds.count("UnitStatusReported") == 4


def test_a_tap_for_a_cancelled_run_is_told_so_and_moves_nothing() -> None:
    story = opened_city()
    _, run_id = assigned(story)
    tap(story, "U1", S.EN_ROUTE, run_id)
    story.later(5).ask(c.EndAssignment(run_id, Outcome.CANCELLED))
    for status in (S.ON_SCENE, S.AT_PATIENT, S.TRANSPORTING):
        assert (
            story.later(5).refused(c.ReportStatus("U1", status, assignment_id=run_id), crew("U1")) == "assignment.ended"
        )
    assert status_of(story.city) is S.RETURNING
    tap(story, "U1", S.AVAILABLE, run_id)  # outside a run the run that was seen does not matter
    assert story.refused(c.ReportStatus("U1", S.ON_SCENE, assignment_id="none"), crew("U1")) == "assignment.unknown"


def test_a_run_of_another_unit_is_not_theirs_to_fill() -> None:
    story = opened_city()
    _, run_id = assigned(story, "U2")
    assert story.refused(c.ReportStatus("U1", S.ACCEPTED, assignment_id=run_id), crew("U1")) == "assignment.unknown"


def test_steps_twice_backwards_and_out_of_order_move_a_run_only_forward() -> None:
    story = opened_city()
    _, run_id = assigned(story)
    for status, moves in [(S.ON_SCENE, True), (S.ACCEPTED, False), (S.EN_ROUTE, False), (S.AT_PATIENT, True)]:
        before = status_of(story.city)
        tap(story.later(20), "U1", status)
        assert status_of(story.city) is (status if moves else before)
    assert story.refused(c.ReportStatus("U1", S.ACCEPTED), crew("U1")) == "unit.already"
    assert story.refused(c.ReportStatus("U1", S.HANDED_OVER), crew("U1")) == "unit.no_such_step"
    assert set(story.city.assignments[run_id].points) >= {"unit_accepted", "unit_en_route", "unit_on_scene"}


def test_a_destination_entered_for_one_of_two_crews_leaves_the_patient_with_theirs() -> None:
    story = opened_city()
    incident_id, patient_id, first = incident_underway(story, "U1")
    story.ask(c.ChooseDestination(patient_id, "C3", reason="x"), crew("U1"))
    story.later(60).ask(c.AssignUnit(incident_id, "U2"))
    for status in (S.ON_SCENE, S.AT_PATIENT):
        tap(story, "U2", status)
    story.ask(c.ChooseDestination(patient_id, "C1", reason="by radio of U1"))
    assert story.city.patients[patient_id].assignment_id == first


@pytest.mark.parametrize("outcome", Outcome)
def test_any_ending_on_the_way_to_hospital_frees_the_unit_and_calls_the_centre_off(outcome: Outcome) -> None:
    story = opened_city()
    _, patient_id, run_id = incident_underway(story)
    story.ask(c.ChooseDestination(patient_id, "C1", reason="x"), crew("U1"))
    tap(story, "U1", S.TRANSPORTING)
    ending = c.EndAssignment(run_id, outcome, risk_told=True, signed=True)
    story.ask(ending, crew("U1"))
    unit = story.city.units["U1"]
    assert unit.assignment_id is None
    assert story.refused(ending, crew("U1")) == "assignment.ended"
    expects = [row for row in story.city.activations.values() if row.phase in {"sent", "received", "acknowledged"}]
    assert len(expects) == (outcome in {Outcome.DELIVERED, Outcome.HANDED_TO_OTHER_UNIT})


def test_who_is_turned_away_at_the_door_arrives_where_they_are_handed_over() -> None:
    story = opened_city()
    _, patient_id, _ = incident_underway(story)
    story.ask(c.ChooseDestination(patient_id, "C1", reason="x"), crew("U1"))
    for status in (S.TRANSPORTING, S.AT_HOSPITAL):
        tap(story.later(60), "U1", status)
    story.ask(c.ChooseDestination(patient_id, "C2", reason="turned away"), crew("U1"))
    tap(story.later(600), "U1", S.HANDED_OVER)
    phases = {row.center_id: row.phase.value for row in story.city.activations.values()}
    assert phases == {"C1": "redirected", "C2": "arrived"}
    handoff = story.city.patients[patient_id].handoff
    assert handoff is not None
    assert handoff.center_id == "C2"


def test_a_handover_without_a_destination_ends_the_run_and_invents_no_hospital() -> None:
    story = opened_city()
    _, patient_id, _ = incident_underway(story)
    for status in (S.TRANSPORTING, S.AT_HOSPITAL):
        tap(story.later(60), "U1", status)
    assert story.refused(c.CompleteHandoff(patient_id, "ed"), crew("U1")) == "handoff.no_destination"
    tap(story.later(60), "U1", S.HANDED_OVER)
    patient = story.city.patients[patient_id]
    assert (patient.outcome, patient.center_id, patient.handoff) == (Outcome.DELIVERED, None, None)


def test_an_alphabet_of_patients_is_full_also_for_who_reopens() -> None:
    story = opened_city(watched=False)
    incident_id = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)[1].data.incident_id
    for _ in range(25):
        story.ask(c.AddPatient(incident_id), TAKER)
    assert story.refused(c.AddPatient(incident_id), TAKER) == "incident.too_many_patients"
    story.ask(c.CloseIncident(incident_id, None, "x"), TAKER)
    assert story.refused(c.ReopenIncident(incident_id, "x")) == "incident.too_many_patients"


def test_a_wrong_tablet_clock_marks_the_register_and_orders_nothing_by_it() -> None:
    story = opened_city()
    _, run_id = assigned(story)
    for minutes, status in ((-10, S.ACCEPTED), (0, S.EN_ROUTE), (-10, S.ON_SCENE)):
        at = story.later(30).now + timedelta(minutes=minutes)
        story.ask(c.ReportStatus("U1", status), crew("U1"), at=at)
        assert status_of(story.city) is status
    points = story.city.assignments[run_id].points
    assert points["unit_accepted"].at < points["unit_assigned"].at
    assert points["unit_accepted"].recorded_at > points["unit_assigned"].at


def test_two_seats_that_send_the_same_unit_at_once_get_one_run_and_one_reason(attacked: Server) -> None:
    seats = [attacked.client("dispatcher1"), attacked.client("supervisor1")]
    seats[0].command("sign-on", unit_id="U037", crew=CREW)
    for _ in range(5):
        wanted = [seat.call()["incident_id"] for seat in seats]
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(
                    lambda each: each[0].command(
                        "assign-unit", incident_id=each[1], unit_id="U037", seen_status="available"
                    ),
                    zip(seats, wanted, strict=True),
                )
            )
        assert sorted(each.status_code for each in answers) == [200, 409]
        lost = next(each for each in answers if each.status_code == 409).json()
        assert (lost["code"], lost["params"]["status"]) == ("unit.not_free", "status.assigned")
        assert "assigned" not in lost["text"]["zh"]
        won = next(each for each in answers if each.status_code == 200).json()["ids"]
        seats[0].done("end-assignment", assignment_id=won["assignment_id"], outcome="cancelled")


def test_one_command_sent_fifty_times_at_once_has_one_effect(attacked: Server) -> None:
    seat = attacked.client("dispatcher1")
    incident_id, command_id = seat.call()["incident_id"], str(ULID())
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: seat.command("add-patient", command_id, incident_id=incident_id), range(50)))
    assert {each.status_code for each in answers} == {200}
    assert len({each.json()["ids"]["patient_id"] for each in answers}) == 1
    facts = seat.get(f"/api/incidents/{incident_id}/facts").json()
    assert [each["kind"] for each in facts].count("PatientAdded") == 1
