"""The stages, told as stories: what a dispatcher, a crew and a department may do, and what is refused and why."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch import events as e
from dispatch.state.center import ActivationPhase
from dispatch.state.incident import IncidentPhase
from dispatch.words import Outcome, Place, Role, UnitStatus
from tests.dispatch.story import (
    CREW,
    DISPATCHER,
    PHYSICIAN,
    PLACE,
    SYSTEM,
    TAKER,
    Story,
    crew,
    department,
    entered_for,
    incident_underway,
    opened_city,
)

STEMI = {"complaint": "chest_pain", "clinician_says": ["stemi"]}
ARREST = {"responsive": "no", "breathing": "absent"}


@pytest.fixture
def story() -> Story:
    return opened_city()


def test_a_ring_opens_an_incident_with_its_first_patient(story: Story) -> None:
    facts = story.ask(c.ReceiveCall("13800000000", "东单路口", "胸痛"), TAKER)
    assert [fact.kind for fact in facts] == ["CallReceived", "IncidentOpened"]
    incident = story.city.incidents[facts[1].data.incident_id]
    assert incident.phase is IncidentPhase.UNLOCATED
    assert incident.words == "东单路口"
    assert "call_received" in incident.points


def test_dispatch_needs_only_a_location(story: Story) -> None:
    facts = story.ask(c.ReceiveCall("13800000000"), TAKER)
    incident_id = facts[1].data.incident_id
    assert story.refused(c.AssignUnit(incident_id, "U1")) == "incident.not_located"
    story.ask(c.Locate(incident_id, PLACE), TAKER)
    assigned = story.ask(c.AssignUnit(incident_id, "U1"))[0].data
    assert story.city.units["U1"].status is UnitStatus.ASSIGNED
    assert assigned.evidence.rows[0].id == "U1"  # the ranking that was on the screen is kept with the decision


def test_a_unit_has_one_assignment(story: Story) -> None:
    incident_underway(story, "U1")
    other = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)[1].data
    assert story.refused(c.AssignUnit(other.incident_id, "U1")) == "unit.not_free"


def test_late_reports_fill_the_register_and_move_nothing_back(story: Story) -> None:
    incident_id = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)[1].data.incident_id
    run_id = story.ask(c.AssignUnit(incident_id, "U1"))[0].data.assignment_id
    story.later(30).ask(c.ReportStatus("U1", UnitStatus.EN_ROUTE), crew("U1"))
    story.later(300).ask(c.ReportStatus("U1", UnitStatus.ON_SCENE), crew("U1"))
    earlier = story.now - timedelta(seconds=310)
    story.ask(c.ReportStatus("U1", UnitStatus.ACCEPTED), crew("U1"), at=earlier)
    assert story.city.units["U1"].status is UnitStatus.ON_SCENE
    assert story.city.assignments[run_id].points["unit_accepted"].at == earlier
    assert story.refused(c.ReportStatus("U1", UnitStatus.ACCEPTED), crew("U1")) == "unit.already"


def test_a_step_that_does_not_exist_is_refused(story: Story) -> None:
    assert story.refused(c.ReportStatus("U1", UnitStatus.ON_SCENE), crew("U1")) == "unit.no_such_step"
    assert story.refused(c.ReportStatus("U1", UnitStatus.ASSIGNED), crew("U1")) == "unit.not_a_report"


def test_available_needs_a_whole_crew(story: Story) -> None:
    story.ask(c.SignOff("U1"), crew("U1"))
    assert story.city.units["U1"].out_reason == "no_crew"
    story.ask(c.SignOn("U1", ("driver",)), crew("U1"))
    assert story.city.units["U1"].status is UnitStatus.OUT_OF_SERVICE
    assert story.refused(c.ReportStatus("U1", UnitStatus.AVAILABLE), crew("U1")) == "unit.crew_incomplete"
    story.ask(c.SignOn("U1", CREW), crew("U1"))
    assert {unit.status for unit in story.city.units.values()} == {UnitStatus.AVAILABLE}


def test_the_destination_waits_for_patient_contact(story: Story) -> None:
    facts = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)
    patient_id = facts[1].data.patient_id
    story.ask(c.AssignUnit(facts[1].data.incident_id, "U1"))
    assert story.refused(c.ChooseDestination(patient_id, "C1"), crew("U1")) == "destination.before_contact"


def test_arrest_alarms_a_centre_before_contact_and_nothing_milder_does(story: Story) -> None:
    facts = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)
    patient_id = facts[1].data.patient_id
    story.ask(c.RecordFindings(patient_id, STEMI), TAKER)
    assert story.refused(c.PreAlert(patient_id, "C1")) == "activation.too_early"
    story.ask(c.RecordFindings(patient_id, ARREST), TAKER)
    sent = story.ask(c.PreAlert(patient_id, "C1"))[0].data
    assert sent.early
    assert story.city.incidents[facts[1].data.incident_id].priority == "P1"


def test_a_handoff_that_a_seat_enters_names_whom_it_was_entered_for(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", STEMI)
    story.ask(c.ChooseDestination(patient_id, "C1", reason="x"), crew("U1"))
    facts = story.ask(c.CompleteHandoff(patient_id, "cath_lab"), entered_for(DISPATCHER, "U1 医生"))
    assert facts[0].actor.account == DISPATCHER.account
    handoff = story.city.patients[patient_id].handoff
    assert handoff is not None
    assert handoff.given_by == "U1 医生"


def test_the_whole_path_of_an_infarction(story: Story) -> None:
    incident_id, patient_id, run_id = incident_underway(story, "U1", STEMI)
    story.ask(c.BindMonitor(patient_id, "M1"), crew("U1"))
    story.ask(c.RecordVitals(patient_id, {"sbp": 92, "dbp": 58, "hr": 104, "gcs": 15}), crew("U1"))
    story.ask(c.RecordEcg(patient_id, "ECG1", 500, ("I", "II"), "M1"), crew("U1"))
    story.later(60).ask(c.ReadEcg(patient_id, "ECG1", "stemi"), PHYSICIAN)
    story.ask(c.ConfirmCondition(patient_id, "stemi"), PHYSICIAN)
    assert story.city.patients[patient_id].conditions[0].status == "confirmed"
    sent = story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))[1].data
    assert sent.bypass == ("cath_lab",)
    wall = department("C1")
    story.ask(c.ReceiveActivation(sent.activation_id), wall)
    story.later(20).ask(c.AcknowledgeActivation(sent.activation_id), wall)
    held = story.city.activations[sent.activation_id].reservations
    assert [row.resource for row in held] == ["cath_lab"]  # what the protocol asks for is held with the answer
    story.later(600).ask(c.ReportResourceReady(sent.activation_id, "cath_lab"), wall)
    story.ask(c.ReportTeamReady(sent.activation_id), wall)
    story.ask(c.GiveTreatment(patient_id, "aspirin", "300 mg"), crew("U1"))
    for status in (UnitStatus.PATIENT_LOADED, UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL):
        story.later(200).ask(c.ReportStatus("U1", status), crew("U1"))
    assert story.city.activations[sent.activation_id].phase is ActivationPhase.ARRIVED
    story.later(60).ask(c.CompleteHandoff(patient_id, "cath_lab", "李医生"), wall)
    assert story.city.activations[sent.activation_id].phase is ActivationPhase.ACCEPTED
    assert story.city.activations[sent.activation_id].reservations[0].ended == "used"
    story.ask(c.ReportStatus("U1", UnitStatus.HANDED_OVER), crew("U1"))
    patient = story.city.patients[patient_id]
    assert patient.handoff is not None
    assert patient.handoff.bypassed_ed
    assert patient.outcome is Outcome.DELIVERED
    assert story.city.assignments[run_id].outcome is Outcome.DELIVERED
    assert story.city.incidents[incident_id].phase is IncidentPhase.CLOSED
    story.ask(c.ReportStatus("U1", UnitStatus.CLEANING), crew("U1"))
    story.ask(c.ReportStatus("U1", UnitStatus.AVAILABLE), crew("U1"))
    assert story.city.units["U1"].assignment_id is None


def test_another_choice_needs_a_reason_and_a_familys_choice_the_risk_told(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", {"complaint": "minor"})
    assert story.refused(c.ChooseDestination(patient_id, "C1"), crew("U1")) == "destination.reason_needed"
    family = c.ChooseDestination(patient_id, "C1", "patient_or_family", "family_wish")
    assert story.refused(family, crew("U1")) == "destination.risk_not_told"
    told = c.ChooseDestination(patient_id, "C1", "patient_or_family", "family_wish", risk_told=True)
    story.ask(told, crew("U1"))
    assert story.city.patients[patient_id].risk_told


def test_a_redirect_is_told_and_acknowledged_at_the_first_centre(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", STEMI)
    first = story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))[1].data
    story.ask(c.AcknowledgeActivation(first.activation_id), department("C1"))
    facts = story.ask(c.ChooseDestination(patient_id, "C2", reason="lab_down"), crew("U1"))
    assert [fact.kind for fact in facts] == [
        "DestinationChosen",
        "ActivationRedirected",
        "ReservationEnded",
        "ActivationSent",
    ]
    story.ask(c.AcknowledgeEnd(first.activation_id), department("C1"))
    assert story.city.activations[first.activation_id].phase is ActivationPhase.END_ACKNOWLEDGED
    assert story.refused(c.AcknowledgeEnd(first.activation_id), department("C1")) == "activation.no_such_step"


def test_turned_away_at_a_door_the_crew_drives_on_and_the_first_gate_is_the_first_hospitals(story: Story) -> None:
    _, patient_id, run_id = incident_underway(story, "U1", STEMI)
    first = story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))[1].data
    for status in (UnitStatus.PATIENT_LOADED, UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL):
        story.later(300).ask(c.ReportStatus("U1", status), crew("U1"))
    gate = story.now
    assert story.refused(c.ReportStatus("U1", UnitStatus.TRANSPORTING), crew("U1")) == "unit.already"
    story.ask(c.ChooseDestination(patient_id, "C2", reason="lab_down"), crew("U1"))
    story.later(240).ask(c.ReportStatus("U1", UnitStatus.TRANSPORTING), crew("U1"))
    left = story.now
    assert story.city.units["U1"].status is UnitStatus.TRANSPORTING
    story.later(600).ask(c.ReportStatus("U1", UnitStatus.AT_HOSPITAL), crew("U1"))
    points = {**story.city.assignments[run_id].points, **story.city.patients[patient_id].points}
    assert points["first_hospital_door"].at == gate
    assert points["first_hospital_left"].at == left
    assert points["arrival_gate"].at == story.now
    assert story.city.activations[first.activation_id].phase is ActivationPhase.REDIRECTED


def test_only_the_centre_answers_or_a_voice_report_marked_so(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", STEMI)
    sent = story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))[1].data
    assert story.refused(c.AcknowledgeActivation(sent.activation_id)) == "activation.only_center"
    by_phone = entered_for(DISPATCHER, "C1 by phone")
    story.ask(c.AcknowledgeActivation(sent.activation_id), by_phone)
    point = story.city.patients[patient_id].points["prealert_acknowledged"]
    assert point.entered_for == "C1 by phone"


@pytest.mark.parametrize(
    ("outcome", "phase"),
    [
        (Outcome.CANCELLED, IncidentPhase.WAITING),
        (Outcome.HANDED_TO_OTHER_UNIT, IncidentPhase.WAITING),
        (Outcome.NOT_FOUND, IncidentPhase.CLOSED),
        (Outcome.SELF_CONVEYED, IncidentPhase.CLOSED),
        (Outcome.TREATED_ON_SCENE, IncidentPhase.CLOSED),
        (Outcome.DEATH_ON_SCENE, IncidentPhase.CLOSED),
    ],
)
def test_one_tap_frees_the_unit(story: Story, outcome: Outcome, phase: IncidentPhase) -> None:
    incident_id, patient_id, run_id = incident_underway(story, "U1")
    story.ask(c.EndAssignment(run_id, outcome), crew("U1"))
    assert story.city.incidents[incident_id].phase is phase
    assert story.city.units["U1"].status is UnitStatus.RETURNING
    expected = None if phase is IncidentPhase.WAITING else outcome
    assert story.city.patients[patient_id].outcome == expected
    assert story.refused(c.EndAssignment(run_id, outcome), crew("U1")) == "assignment.ended"


def test_a_refusal_needs_the_risk_told_and_a_signature_or_witness(story: Story) -> None:
    _, patient_id, run_id = incident_underway(story, "U1")
    assert story.refused(c.EndAssignment(run_id, Outcome.REFUSED), crew("U1")) == "outcome.risk_not_told"
    unsigned = c.EndAssignment(run_id, Outcome.REFUSED, risk_told=True)
    assert story.refused(unsigned, crew("U1")) == "outcome.risk_not_told"
    story.ask(c.EndAssignment(run_id, Outcome.REFUSED, risk_told=True, witness="王五"), crew("U1"))
    assert story.city.patients[patient_id].outcome is Outcome.REFUSED


def test_a_cancelled_run_calls_the_centre_off(story: Story) -> None:
    _, patient_id, run_id = incident_underway(story, "U1", STEMI)
    sent = story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))[1].data
    story.ask(c.EndAssignment(run_id, Outcome.DEATH_ON_SCENE), crew("U1"))
    assert story.city.activations[sent.activation_id].phase is ActivationPhase.CANCELLED
    assert story.city.patients[patient_id].activation_id is None


def test_a_unit_is_diverted_before_it_has_touched_anybody(story: Story) -> None:
    first = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)[1].data
    story.ask(c.AssignUnit(first.incident_id, "U1"))
    story.ask(c.ReportStatus("U1", UnitStatus.EN_ROUTE), crew("U1"))
    second = story.ask(c.ReceiveCall("2", place=PLACE), TAKER)[1].data
    story.ask(c.DivertUnit(second.incident_id, "U1", "P1"))
    assert story.city.incidents[first.incident_id].phase is IncidentPhase.WAITING
    assert story.city.incidents[second.incident_id].phase is IncidentPhase.UNDERWAY
    story.ask(c.ReportStatus("U1", UnitStatus.AT_PATIENT), crew("U1"))
    assert story.refused(c.DivertUnit(first.incident_id, "U1", "no")) == "unit.not_divertible"


def test_two_patients_two_units_two_outcomes(story: Story) -> None:
    incident_id, first, run_id = incident_underway(story, "U1")
    second = story.ask(c.AddPatient(incident_id), crew("U1"))[0].data.patient_id
    story.ask(c.AssignUnit(incident_id, "U2"))
    story.ask(c.ReportStatus("U2", UnitStatus.AT_PATIENT), crew("U2"))
    story.ask(c.ChooseDestination(first, "C3"), crew("U1"))
    story.ask(c.ChooseDestination(second, "C3"), crew("U2"))
    for status in (UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL, UnitStatus.HANDED_OVER):
        story.ask(c.ReportStatus("U1", status), crew("U1"))
    assert story.city.assignments[run_id].outcome is Outcome.DELIVERED
    assert story.city.patients[first].outcome is Outcome.DELIVERED
    assert story.city.patients[second].outcome is None
    assert story.city.incidents[incident_id].phase is IncidentPhase.UNDERWAY
    for status in (UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL, UnitStatus.HANDED_OVER):
        story.ask(c.ReportStatus("U2", status), crew("U2"))
    assert story.city.incidents[incident_id].phase is IncidentPhase.CLOSED


def test_a_monitor_is_on_one_patient(story: Story) -> None:
    incident_id, first, _ = incident_underway(story, "U1")
    second = story.ask(c.AddPatient(incident_id), crew("U1"))[0].data.patient_id
    story.ask(c.BindMonitor(first, "M1"), crew("U1"))
    assert story.refused(c.BindMonitor(second, "M1"), crew("U1")) == "monitor.on_other_patient"
    assert story.refused(c.RecordEcg(second, "E1", 500, ("I",), "M1"), crew("U1")) == "monitor.not_bound"
    story.ask(c.UnbindMonitor(first, "M1"), crew("U1"))
    story.ask(c.BindMonitor(second, "M1"), crew("U1"))


def test_priority_goes_up_freely_and_down_with_a_reason(story: Story) -> None:
    incident_id, patient_id, _ = incident_underway(story, "U1", ARREST)
    assert story.refused(c.SetPriority(incident_id, "P3"), TAKER) == "priority.reason_needed"
    story.ask(c.SetPriority(incident_id, "P3", "caller was wrong"), TAKER)
    story.ask(c.RecordFindings(patient_id, STEMI), TAKER)
    assert story.city.incidents[incident_id].priority == "P3"  # a person decided; findings do not overrule them


def test_impossible_findings_are_refused_with_their_name(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1")
    answer = story.try_(c.RecordFindings(patient_id, {"vitals": {"sbp": 900}}), crew("U1"))
    assert not isinstance(answer, list)
    assert "sbp" in str(answer.params["what"])


def test_findings_merge_and_can_be_taken_back(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1")
    story.ask(c.RecordFindings(patient_id, {"vitals": {"sbp": 88}}), crew("U1"))
    story.ask(c.RecordFindings(patient_id, {"vitals": {"hr": 120}}), crew("U1"))
    assert story.city.patients[patient_id].findings["vitals"] == {"sbp": 88, "hr": 120}
    story.ask(c.RecordFindings(patient_id, {"vitals": {"sbp": "unknown"}}), crew("U1"))
    assert story.city.patients[patient_id].findings["vitals"]["sbp"] == "unknown"


def test_an_unanswered_pre_alert_becomes_a_phone_task_and_goes_away_with_the_answer(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", STEMI)
    sent = story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))[1].data
    story.later(30).ask(c.CheckDeadlines(), SYSTEM)
    assert not story.city.open_tasks
    story.later(40).ask(c.CheckDeadlines(), SYSTEM)
    task = story.city.tasks[f"prealert_unanswered:activation:{sent.activation_id}"]
    assert task.owner_role is Role.DISPATCHER
    assert story.ask(c.CheckDeadlines(), SYSTEM) == []  # raised once
    story.ask(c.AcknowledgeActivation(sent.activation_id), department("C1"))
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert story.city.tasks[task.id].result == "moot"


def test_a_unit_that_does_not_move_becomes_a_phone_task(story: Story) -> None:
    incident_id = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)[1].data.incident_id
    story.ask(c.AssignUnit(incident_id, "U1"))
    story.later(50).ask(c.CheckDeadlines(), SYSTEM)
    story.later(140).ask(c.CheckDeadlines(), SYSTEM)
    kinds = {story.city.tasks[each].kind for each in story.city.open_tasks}
    assert kinds == {"unit_not_accepting", "unit_not_rolling"}
    done = next(iter(story.city.open_tasks))
    story.ask(c.FinishTask(done, "radio"), DISPATCHER)
    assert story.refused(c.FinishTask(done)) == "task.done"
    story.ask(c.CheckDeadlines(), SYSTEM)
    assert done not in story.city.open_tasks  # what a person has done is not raised again


def test_a_held_incident_calls_back(story: Story) -> None:
    incident_id = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)[1].data.incident_id
    story.ask(c.HoldIncident(incident_id, "no_unit"), TAKER)
    story.later(601).ask(c.CheckDeadlines(), SYSTEM)
    assert {story.city.tasks[each].kind for each in story.city.open_tasks} == {"held_review"}
    story.ask(c.ResumeIncident(incident_id), TAKER)
    assert story.refused(c.ResumeIncident(incident_id), TAKER) == "incident.not_held"


def test_an_expired_hold_ends_by_itself(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", STEMI)
    sent = story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))[1].data
    story.ask(c.AcknowledgeActivation(sent.activation_id), department("C1"))
    story.later(3601).ask(c.CheckDeadlines(), SYSTEM)
    assert story.city.activations[sent.activation_id].reservations[0].ended == "expired"


def test_a_call_joins_a_known_incident_and_loses_nothing(story: Story) -> None:
    incident_id, _, _ = incident_underway(story, "U1")
    again = story.ask(c.ReceiveCall("2", "同一地点"), TAKER)
    call_id, left = again[0].data.call_id, again[1].data.incident_id
    story.ask(c.LinkCall(call_id, incident_id), TAKER)
    assert story.city.incidents[left].phase is IncidentPhase.CLOSED
    assert call_id in story.city.incidents[incident_id].call_ids
    assert story.city.calls[call_id].words == "同一地点"


def test_a_call_has_one_owner(story: Story) -> None:
    call_id = story.ask(c.ReceiveCall("1"), TAKER)[0].data.call_id
    story.ask(c.AnswerCall(call_id, "3"), TAKER)
    assert story.refused(c.AnswerCall(call_id, "4"), TAKER) == "call.taken"
    story.ask(c.EndCall(call_id), TAKER)
    assert story.refused(c.EndCall(call_id), TAKER) == "call.ended"


def test_a_minute_is_registered_once_and_corrected_with_a_reason(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1")
    at = story.now - timedelta(minutes=3)
    story.ask(c.RegisterTimePoint(patient_id, "needle", at), crew("U1"))
    assert story.refused(c.RegisterTimePoint(patient_id, "needle", at), crew("U1")) == "point.registered"
    later = story.now + timedelta(minutes=3)
    assert story.refused(c.CorrectTimePoint(patient_id, "needle", later, "x"), crew("U1")) == "point.in_future"
    story.ask(c.CorrectTimePoint(patient_id, "needle", story.now, "watch was slow"), crew("U1"))
    point = story.city.patients[patient_id].points["needle"]
    assert (point.at, point.corrections, point.reason) == (story.now, 1, "watch was slow")


def test_every_incident_that_closes_leaves_no_patient_without_an_outcome(story: Story) -> None:
    facts = story.ask(c.ReceiveCall("1", place=Place(116.4, 39.9, 50.0, "wgs84", "handset")), TAKER)
    incident_id = facts[1].data.incident_id
    assert story.refused(c.CloseIncident(incident_id), TAKER) == "incident.reason_needed"
    story.ask(c.CloseIncident(incident_id, None, "prank"), TAKER)
    assert story.city.patients[facts[1].data.patient_id].outcome is Outcome.CANCELLED
    story.ask(c.ReopenIncident(incident_id, "it was real"))
    assert len(story.city.incidents[incident_id].patient_ids) == 2


def test_a_busy_lab_is_a_cost_and_never_a_gate(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", STEMI)
    until = story.now + timedelta(hours=1)
    story.ask(c.ReportCenterStatus("C1", "cath_lab", "busy", until, "case"), department("C1"))
    story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))  # still the only one that can: no reason needed
    assert story.refused(c.ReportCenterStatus("C1", "full", "busy", story.now), department("C1")) == (
        "center.status_expired"
    )


def test_facts_carry_who_when_and_for_whom(story: Story) -> None:
    fact = story.ask(c.ReportStatus("U1", UnitStatus.RETURNING), entered_for(DISPATCHER, "U1 by radio"))[0]
    assert isinstance(fact.data, e.UnitStatusReported)
    assert fact.actor.entered_for == "U1 by radio"
