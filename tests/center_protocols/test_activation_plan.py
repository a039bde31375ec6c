"""Whom to call, in which order, by when: the targets of the sources, else ready when the door opens."""

from datetime import datetime

from center_protocols.activation_plan import activation_plan
from center_protocols.assess import assess, assessment_of
from center_protocols.findings import findings_from
from center_protocols.vocabulary import Activation, Condition

AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")


def test_a_cath_lab_is_ready_half_an_hour_after_its_call() -> None:
    plan = activation_plan(assess(findings_from({"ecg": {"result": "stemi", "read_by": "physician"}}), AT))
    assert [(step.order, step.code, step.since, step.within_min) for step in plan] == [
        (1, "cath_lab", "lab_activated", 30),
        (2, "interventional_cardiologist", "arrival_gate", 90),
    ]
    assert plan[0].source == "chest_pain.lab_ready"


def test_a_stroke_calls_team_and_scanner_with_their_door_times() -> None:
    plan = {step.code: step for step in activation_plan(assessment_of(Condition.STROKE))}
    assert (plan[Activation.STROKE_TEAM].within_min, plan[Activation.CT].within_min) == (15, 25)
    laboratory = plan[Activation.LABORATORY]
    assert (laboratory.since, laboratory.within_min, laboratory.source) == ("arrival_gate", 0, "")


def test_everything_that_is_activated_has_an_order_and_a_deadline() -> None:
    for condition in Condition:
        result = assessment_of(condition)
        plan = activation_plan(result)
        assert [step.code for step in plan] == list(result.activate)
        assert [step.order for step in plan] == list(range(1, len(plan) + 1))
