"""Minutes that the register gets from what happened, without anybody typing them."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch.snapshot import decode_city, write_city
from dispatch.state.incident import PointRow
from dispatch.views.register import register_rows
from dispatch.words import UnitStatus
from tests.dispatch.story import PHYSICIAN, START, TAKER, Story, crew, incident_underway, opened_city


@pytest.fixture
def story() -> Story:
    return opened_city(watched=False)


def points(story: Story, patient_id: str) -> dict[str, PointRow]:
    return story.city.patients[patient_id].points


def with_ecg(story: Story) -> str:
    _, patient_id, _ = incident_underway(story, "U1", {"complaint": "chest_pain"})
    story.ask(c.BindMonitor(patient_id, "M1"), crew("U1"))
    taken = story.later(120).now - timedelta(seconds=90)
    story.ask(c.RecordEcg(patient_id, "E1", 500, ("I", "II"), "M1"), crew("U1"), taken)
    return patient_id


def test_an_ecg_is_transmitted_when_the_desk_holds_it_by_the_desks_clock(story: Story) -> None:
    patient_id = with_ecg(story)
    known = points(story, patient_id)
    assert known["first_ecg"].at == story.now - timedelta(seconds=90)
    assert (known["ecg_transmitted"].at, known["ecg_transmitted"].clock) == (story.now, "server")
    story.later(600).ask(c.RecordEcg(patient_id, "E2", 500, ("I", "II"), "M1"), crew("U1"))
    assert points(story, patient_id)["ecg_transmitted"] == known["ecg_transmitted"]  # the first one counts


@pytest.mark.parametrize(("reading", "diagnosis"), [("stemi", True), ("stemi_equivalent", True), ("normal", False)])
def test_a_physicians_read_is_the_diagnosis_when_it_confirms(story: Story, reading: str, *, diagnosis: bool) -> None:
    patient_id = with_ecg(story)
    story.later(120).ask(c.ReadEcg(patient_id, "E1", reading), PHYSICIAN)
    known = points(story, patient_id)
    assert known["ecg_read"].at == story.now
    assert ("diagnosis" in known) is diagnosis
    rows = {row.point: row for row in register_rows(story.city, patient_id, story.now)}
    assert "out_of_order" not in {row.status for row in rows.values()}


def test_a_suspicion_and_another_centres_condition_are_no_diagnosis(story: Story) -> None:
    patient_id = with_ecg(story)
    story.ask(c.RecordFindings(patient_id, {"clinician_says": ["stemi"]}), crew("U1"))
    story.ask(c.ConfirmCondition(patient_id, "trauma_red"), PHYSICIAN)
    assert "diagnosis" not in points(story, patient_id)
    story.later(60).ask(c.ConfirmCondition(patient_id, "stemi"), PHYSICIAN)
    assert points(story, patient_id)["diagnosis"].at == story.now


@pytest.mark.parametrize(
    ("code", "point"),
    [
        ("aspirin", "aspirin"),
        ("clopidogrel", "clopidogrel"),
        ("ticagrelor", "ticagrelor"),
        ("heparin", "anticoagulant"),
        ("lysis", "needle"),
        ("tourniquet", "tourniquet"),
        ("tranexamic_acid", "tranexamic_acid"),
        ("defibrillation", "first_shock"),
        ("shock", "first_shock"),
        ("cpr", "first_compression"),
        ("compressions", "first_compression"),
        ("delivery", "delivery"),
    ],
)
def test_a_treatment_registers_its_minute_once(story: Story, code: str, point: str) -> None:
    _, patient_id, _ = incident_underway(story, "U1")
    at = story.now
    for _ in range(2):
        story.ask(c.GiveTreatment(patient_id, code), crew("U1"))
        story.later(60)
    assert points(story, patient_id)[point].at == at
    assert points(story, patient_id)[point].by == story.city.units["U1"].call_sign


def test_a_treatment_without_a_minute_of_its_own_registers_none(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1")
    before = points(story, patient_id)
    story.ask(c.GiveTreatment(patient_id, "oxygen"), crew("U1"))
    assert points(story, patient_id) == before


def test_a_bystanders_compressions_came_before_the_crews(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", {"arrest": {"bystander_cpr": "yes"}})
    story.ask(c.GiveTreatment(patient_id, "cpr"), crew("U1"))
    assert "first_compression" not in points(story, patient_id)


def test_onset_is_what_was_said_last_and_never_the_future(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1")
    hour, later = (START - timedelta(hours=1)).isoformat(), (START + timedelta(days=1)).isoformat()
    story.ask(c.RecordFindings(patient_id, {"onset_at": hour, "last_known_well_at": later}), TAKER)
    known = points(story, patient_id)
    assert (known["onset"].at, known["onset"].clock) == (START - timedelta(hours=1), "human")
    assert "last_known_well" not in known
    story.ask(c.RecordFindings(patient_id, {"onset_at": hour}), TAKER)
    assert points(story, patient_id)["onset"].corrections == 0
    half = START - timedelta(minutes=30)
    story.ask(c.RecordFindings(patient_id, {"onset_at": half.isoformat().replace("+00:00", "Z")}), crew("U1"))
    assert (points(story, patient_id)["onset"].at, points(story, patient_id)["onset"].corrections) == (half, 1)


def test_glucose_temperature_and_a_returned_pulse_register_their_minute(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1")
    first = story.now
    story.ask(c.RecordVitals(patient_id, {"glucose_mmol_l": 2.9}), crew("U1"))
    story.later(60).ask(c.RecordFindings(patient_id, {"vitals": {"temp_c": 34.9}}), crew("U1"))
    story.ask(c.RecordVitals(patient_id, {"glucose_mmol_l": 5.9}), crew("U1"))
    story.later(60).ask(c.RecordFindings(patient_id, {"arrest": {"rosc": "yes"}}), crew("U1"))
    known = points(story, patient_id)
    assert known["glucose_measured"].at == first
    assert known["temperature_measured"].at == first + timedelta(seconds=60)
    assert known["rosc"].at == story.now


def test_a_late_reading_from_the_outbox_still_fills_the_register(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1")
    story.ask(c.RecordVitals(patient_id, {"hr": 88}), crew("U1"))
    earlier = story.now - timedelta(minutes=1)
    story.ask(c.RecordVitals(patient_id, {"glucose_mmol_l": 4.1}), crew("U1"), earlier)
    assert points(story, patient_id)["glucose_measured"].at == earlier
    vitals = story.city.patients[patient_id].vitals
    assert vitals is not None
    assert vitals.values == {"hr": 88}


def test_a_needle_that_a_crew_gives_before_the_door_teaches_no_door_time(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", {"clinician_says": ["stemi"]})
    story.ask(c.GiveTreatment(patient_id, "lysis"), crew("U1"))
    story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))
    for status in (UnitStatus.PATIENT_LOADED, UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL):
        story.later(200).ask(c.ReportStatus("U1", status), crew("U1"))
    assert story.city.door_minutes.get("C1", ()) == ()


def test_a_delay_keeps_its_reason_through_a_correction_of_the_minute(story: Story) -> None:
    _, patient_id, _ = incident_underway(story, "U1", {"clinician_says": ["stemi"]})
    story.ask(c.RegisterTimePoint(patient_id, "wire", story.now, "家属犹豫"), crew("U1"))
    story.later(60).ask(c.CorrectTimePoint(patient_id, "wire", story.now, "抄错"), crew("U1"))
    row = next(row for row in register_rows(story.city, patient_id, story.now) if row.point == "wire")
    assert (row.delay_reason, row.corrections) == ("家属犹豫", 1)
    story.ask(c.CorrectTimePoint(patient_id, "wire", story.now, "补充", "导管室占用"), crew("U1"))
    assert points(story, patient_id)["wire"].delay_reason == "导管室占用"
    written = write_city(story.city, lambda _, words: f"sealed:{words}")
    assert "sealed:导管室占用".encode() in written.rows["patients"][patient_id]
    assert decode_city(written.document, lambda words: words.removeprefix("sealed:")).patients == story.city.patients
