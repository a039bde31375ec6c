"""What one city decides and learns reaches every decision: numbers, doors, door times, models, optional minutes."""

from dataclasses import replace
from datetime import timedelta

from center_protocols.site import read_site
from center_protocols.vocabulary import Treatment
from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.flow import decide
from dispatch.flow.decision import CenterArrival, Evidence
from dispatch.flow.recommend import door_times, recommend_centers
from dispatch.rules import builtin
from dispatch.snapshot import decode_city, encode_city
from dispatch.views.register import register_rows
from dispatch.words import RankingUsed, UnitStatus
from tests.dispatch.story import TAKER, Story, crew, department, incident_underway, opened_city

LVO = {"stroke": {"face_droop": "yes", "race": {"total": 7}}, "last_known_well_at": "2026-11-21T05:10:00+00:00"}
STEMI = {"ecg": {"result": "stemi", "read_by": "physician"}}


def with_transfers(story: Story) -> Evidence:
    return replace(story.evidence(), transfers=(CenterArrival("C2", 1500.0),))


def treated(story: Story, unit_id: str, wait_min: int) -> str:
    """Bring one STEMI to C1 and register the wire so many minutes after the gate."""
    _, patient_id, _ = incident_underway(story, unit_id, STEMI)
    story.ask(c.ChooseDestination(patient_id, "C1", "crew_doctor"), crew(unit_id))
    for status in (UnitStatus.PATIENT_LOADED, UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL):
        story.later(60).ask(c.ReportStatus(unit_id, status), crew(unit_id))
    gate = story.now
    story.later(60 * wait_min)
    story.ask(c.RegisterTimePoint(patient_id, "wire", gate + timedelta(minutes=wait_min)), department("C1"))
    return patient_id


def test_a_centre_learns_its_door_time_from_its_register() -> None:
    story = opened_city(watched=False)
    treated(story, "U1", 40)
    treated(story, "U2", 50)
    rows = story.city.door_minutes["C1"]
    assert [(row.treatment, row.minutes) for row in rows] == [("wire", 40.0), ("wire", 50.0)]
    known = door_times(story.city, "C1", builtin().protocols)[Treatment.WIRE]
    assert known.cases == 2
    assert known.median_s < builtin().protocols.seconds("destination.door_to_wire")
    assert door_times(story.city, "C2", builtin().protocols) == {}


def test_a_correction_replaces_what_was_learned_and_a_snapshot_keeps_it() -> None:
    story = opened_city(watched=False)
    patient_id = treated(story, "U1", 40)
    wire = story.city.patients[patient_id].points["wire"].at
    story.later(60).ask(c.CorrectTimePoint(patient_id, "wire", wire - timedelta(minutes=5), "clock"), department("C1"))
    assert [row.minutes for row in story.city.door_minutes["C1"]] == [35.0]
    stored = encode_city(story.city, lambda _, words: words)
    assert decode_city(stored, lambda words: words).door_minutes == story.city.door_minutes


def test_a_stroke_is_recommended_with_its_models_and_why_nots() -> None:
    story = opened_city(watched=False)
    _, patient_id, _ = incident_underway(story, "U1", LVO)
    patient = story.city.patients[patient_id]
    said = recommend_centers(story.city, patient, with_transfers(story), story.now, builtin())
    assert said.centers[0].center_id == "C1"
    assert said.second == said.centers[1].center_id
    assert [row.center_id for row in said.why_not] == ["C3", "C2"]
    assert [each.model for each in said.models] == ["holodinsky-milne/1", "stroke-outcome/1", "stop/1"]
    assert said.models[2].inputs["race"] == 7
    assert said.models[0].inputs["transfer_s.C2"] == 1500.0
    assert any(row.code.startswith("stroke_advice.") for row in said.advice)
    assert said.centers[0].bypass == ("cta",)
    assert said.centers[1].bypass == ("ct",)


def test_the_decision_keeps_the_models_that_advised() -> None:
    story = opened_city(watched=False)
    _, patient_id, _ = incident_underway(story, "U1", LVO)
    ask = c.ChooseDestination(patient_id, "C1", "crew_doctor")
    command = Command(
        "01J00000000000000000000000", ask, crew("U1"), story.now, story.now, evidence=with_transfers(story)
    )
    facts = decide(story.city, command, builtin())
    assert isinstance(facts, list)
    chosen = facts[0]
    assert isinstance(chosen, e.DestinationChosen)
    assert isinstance(chosen.evidence, RankingUsed)
    times, *models = chosen.evidence.models
    assert [each.model for each in models] == ["holodinsky-milne/1", "stroke-outcome/1", "stop/1"]
    assert {each.strength for each in models} <= {"clear", "close", "coin_toss"}
    assert times.model == "time-to-treatment/1"
    assert times.inputs["treatment.C1"] == "groin"
    assert times.results["C1"] > 0
    assert decide(story.city, command, builtin()) == facts


def test_the_citys_scale_and_a_centres_doors_rule_every_decision() -> None:
    site = read_site('[city]\nlvo_scale = "lams"\n[centers.C1]\nbypass_off = ["cath_lab"]\n')
    rules = replace(builtin(), protocols=site)
    story = opened_city(watched=False)
    _, patient_id, _ = incident_underway(story)
    ask = c.RecordFindings(patient_id, LVO)
    command = Command("01J00000000000000000000001", ask, crew("U1"), story.now, story.now)
    assessed = decide(story.city, command, rules)
    assert isinstance(assessed, list)
    assert [each.code for each in assessed[1].conditions] == ["stroke"]
    story.ask(c.RecordFindings(patient_id, STEMI), crew("U1"))
    choose = c.ChooseDestination(patient_id, "C1", "crew_doctor")
    command = Command("01J00000000000000000000002", choose, crew("U1"), story.now, story.now, evidence=story.evidence())
    facts = decide(story.city, command, rules)
    assert isinstance(facts, list)
    sent = next(fact for fact in facts if isinstance(fact, e.ActivationSent))
    assert sent.bypass == ()


def test_the_minute_of_recognition_is_registered_once_and_the_call_taker_registers_compressions() -> None:
    story = opened_city(watched=False)
    facts = story.ask(c.ReceiveCall("13800000000", "东单路口", "倒地"), TAKER)
    patient_id = facts[1].data.patient_id
    story.later(40).ask(c.RecordFindings(patient_id, {"responsive": "no"}), TAKER)
    assert "arrest_recognised" not in story.city.patients[patient_id].points
    recognised = story.later(20).now
    story.ask(c.RecordFindings(patient_id, {"breathing": "not_sure"}), TAKER)
    story.later(30).ask(c.RecordFindings(patient_id, {"breathing": "gasping"}), TAKER)
    assert story.city.patients[patient_id].points["arrest_recognised"].at == recognised
    story.ask(c.RegisterTimePoint(patient_id, "first_compression", story.now), TAKER)
    rows = {row.point: row for row in register_rows(story.city, patient_id, story.now)}
    assert (rows["arrest_recognised"].minutes, rows["first_compression"].minutes) == (1.0, 1.5)
    assert rows["first_compression"].floor_min is not None


def test_what_need_not_happen_is_not_missing() -> None:
    story = opened_city(watched=False)
    patient_id = treated(story, "U1", 40)
    rows = {(row.point, row.since): row.status for row in register_rows(story.city, patient_id, story.now)}
    assert rows["needle", "arrival_gate"] == "not_applicable"
    assert rows["first_hospital_left", "first_hospital_door"] == "not_applicable"
    assert rows["wire", "arrival_gate"] == "met"


def test_what_cannot_all_be_true_is_named_and_kept() -> None:
    story = opened_city(watched=False)
    _, patient_id, _ = incident_underway(story, "U1", {"sex": "male", "obstetric": {"pregnant": "yes"}})
    patient = story.city.patients[patient_id]
    assert [row.code for row in patient.contradictions] == ["contradiction.pregnant_man"]
    assert patient.findings["obstetric"] == {"pregnant": "yes"}
    stored = encode_city(story.city, lambda _, words: words)
    assert decode_city(stored, lambda words: words).patients[patient_id] == patient


def test_a_stemi_is_decided_with_its_gate_counted_from_the_contact() -> None:
    story = opened_city(watched=False)
    _, patient_id, _ = incident_underway(story, "U1", STEMI)
    contact = story.now
    story.later(1200)
    said = recommend_centers(story.city, story.city.patients[patient_id], story.evidence(), story.now, builtin())
    wire = said.models[0]
    assert (wire.model, wire.inputs["strategy"], wire.inputs["since_contact_min"]) == (
        "stemi-wire-gate/1",
        "primary_pci",
        20,
    )
    assert [row.code for row in said.advice] == ["stemi_advice.primary_pci"]
    assert said.advice[0].params["center"] == story.city.centers["C1"].name
    story.now = contact + timedelta(minutes=80)
    late = recommend_centers(story.city, story.city.patients[patient_id], story.evidence(), story.now, builtin())
    assert [row.code for row in late.advice] == ["destination.consider_lysis", "stemi_advice.lysis_first"]
    assert late.models[0].inputs["lysis_center"] == "C2"
    chosen = story.ask(c.ChooseDestination(patient_id, "C1"), crew("U1"))[0].data
    assert [each.model for each in chosen.evidence.models] == ["time-to-treatment/1", "stemi-wire-gate/1"]


def test_a_torso_wound_in_shock_keeps_who_takes_it_straight_to_the_operating_room() -> None:
    story = opened_city(watched=False)
    wound = {"trauma": {"penetrating_torso": "yes"}, "vitals": {"sbp": 70}}
    _, patient_id, _ = incident_underway(story, "U1", wound)
    said = recommend_centers(story.city, story.city.patients[patient_id], story.evidence(), story.now, builtin())
    assert [(each.model, each.inputs["direct.C1"]) for each in said.models] == [("direct-to-or/1", "yes")]
    assert said.centers[0].bypass == ("or",)
