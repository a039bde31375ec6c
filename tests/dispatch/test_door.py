"""The door check: the same person, or a fact, a sign on the wall and a phone task; and whose trace a trace is."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch import commands as c
from dispatch.errors import Refused
from dispatch.state.incident import Worn, age_band, wore
from dispatch.words import Outcome, UnitStatus
from tests.dispatch.story import SYSTEM, Story, crew, department, incident_underway, opened_city

BANDS = json.loads((Path(__file__).parents[1] / "contracts" / "age_bands.json").read_text(encoding="utf-8"))


def at_the_door() -> tuple[Story, str, str]:
    """Bring a woman of 63 to C1's gate; return the story, her id and her activation's."""
    story = opened_city()
    _, patient_id, _ = incident_underway(story, "U1")
    story.ask(c.RecordFindings(patient_id, {"sex": "female", "age": {"value": 63, "unit": "years"}}), crew("U1"))
    story.ask(c.ChooseDestination(patient_id, "C1", reason="nearest"), crew("U1"))
    for status in (UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL):
        story.ask(c.ReportStatus("U1", status), crew("U1"))
    return story, patient_id, story.city.patients[patient_id].activation_id or ""


def seen(story: Story, patient_id: str, activation_id: str, **other: str | None) -> c.CheckAtDoor:
    """Return what the wall shows, but for what is seen otherwise."""
    patient = story.city.patients[patient_id]
    told = {"call_sign": story.city.units["U1"].call_sign, "sex": "female", "age_band": "60-69", "code": patient.code}
    return c.CheckAtDoor(activation_id, **{**told, **other})


def open_kinds(story: Story) -> set[str]:
    story.later(1).ask(c.CheckDeadlines(), SYSTEM)
    return {story.city.tasks[each].kind for each in story.city.open_tasks}


def test_who_is_announced_is_who_came() -> None:
    story, patient_id, activation_id = at_the_door()
    story.ask(seen(story, patient_id, activation_id), department("C1"))
    checked = story.city.activations[activation_id].door
    assert checked is not None
    assert checked.differing == ()
    assert "door_mismatch" not in open_kinds(story)


@pytest.mark.parametrize(
    ("other", "differing"),
    [
        ({"sex": "male"}, ("sex",)),
        ({"call_sign": None, "code": "P9"}, ("call_sign", "code")),
        ({"age_band": "unknown"}, ("age_band",)),
    ],
)
def test_somebody_else_is_a_phone_task_until_it_is_checked_again(
    other: dict[str, str | None], differing: tuple[str, ...]
) -> None:
    story, patient_id, activation_id = at_the_door()
    story.ask(seen(story, patient_id, activation_id, **other), department("C1"))
    checked = story.city.activations[activation_id].door
    assert checked is not None
    assert checked.differing == differing
    assert "door_mismatch" in open_kinds(story)
    story.ask(c.CompleteHandoff(patient_id, "cath_lab"), crew("U1"))  # it stops nobody
    story.ask(seen(story, patient_id, activation_id), department("C1"))
    assert "door_mismatch" not in open_kinds(story)


def test_only_the_centre_that_expects_them_checks() -> None:
    story, patient_id, activation_id = at_the_door()
    story.ask(c.CancelActivation(activation_id, "wrong"), crew("U1"))
    refused = story.try_(seen(story, patient_id, activation_id), department("C1"))
    assert isinstance(refused, Refused)
    assert refused.code == "activation.no_such_step"


@pytest.mark.parametrize(("age", "band"), BANDS)
def test_ages_are_told_in_bands_of_ten_years(age: dict[str, Any] | None, band: str) -> None:
    assert age_band({} if age is None else {"age": age}) == band


def test_a_trace_belongs_to_whoever_wore_the_monitor_then() -> None:
    story = opened_city()
    _, one, _ = incident_underway(story, "U1")
    _, other, _ = incident_underway(story, "U2")
    start = story.now
    story.ask(c.BindMonitor(one, "M1"), crew("U1"))
    assert isinstance(story.try_(c.BindMonitor(other, "M1"), crew("U2")), Refused)
    story.later(60).ask(c.BindMonitor(one, "M2"), crew("U1"))
    story.later(60).ask(c.EndPatient(one, Outcome.TREATED_ON_SCENE), crew("U1"))
    story.later(60).ask(c.BindMonitor(other, "M2"), crew("U2"))
    patients = story.city.patients
    assert patients[one].device_id is None
    for seconds, device, whose in (
        (-5, "M1", None), (30, "M1", one), (100, "M1", None), (100, "M2", one), (150, "M2", None), (200, "M2", other),
    ):  # fmt: skip
        at = start + timedelta(seconds=seconds)
        assert [each for each in (one, other) if wore(patients[each], device, at)] == ([whose] if whose else []), device
    assert not wore(patients[one], None, start)


def test_a_monitor_that_was_never_taken_off_ends_with_the_patient() -> None:
    story = opened_city()
    _, patient_id, _ = incident_underway(story, "U1")
    story.ask(c.BindMonitor(patient_id, "M1"), crew("U1"))
    bound = story.now
    story.later(600).ask(c.EndPatient(patient_id, Outcome.DEATH_ON_SCENE), crew("U1"))
    (worn,) = story.city.patients[patient_id].worn
    assert worn == Worn("M1", bound, story.now)
    late = story.ask(c.RecordEcg(patient_id, "E1", 500, ("I",), "M1"), crew("U1"), at=bound + timedelta(seconds=5))
    assert late[0].kind == "EcgRecorded"
    assert isinstance(story.try_(c.RecordEcg(patient_id, "E2", 500, ("I",), "M1"), crew("U1")), Refused)
