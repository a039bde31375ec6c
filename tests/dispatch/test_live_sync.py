"""What the screen shows is proved: snapshot before + change == fresh snapshot, for every command kind and every scope.

``Story`` compares after every command (tests/dispatch/story.py); here a long tale uses every command, and seeded
chance tells the rest.
"""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch import commands as c
from dispatch.command_roles import COMMANDS
from dispatch.errors import Refused
from dispatch.state.incident import IncidentPhase
from dispatch.state.unit import DISPATCHABLE
from dispatch.views.live import Scope, snapshot
from dispatch.words import Actor, Outcome, Place, UnitStatus
from tests.dispatch.story import (
    ADMIN,
    AML,
    CENTERS,
    CREW,
    DISPATCHER,
    EXCHANGE,
    PHYSICIAN,
    PLACE,
    SCOPES,
    SUPERVISOR,
    SYSTEM,
    TAKER,
    UNITS,
    Story,
    caller,
    crew,
    department,
    entered_for,
    incident_underway,
    opened_city,
    reader,
)
from tests.dispatch.team_tale import people_are_summoned, some_people

STEMI = {"complaint": "chest_pain", "clinician_says": ["stemi"]}
OUTLINE = ((116.39, 39.9), (116.4, 39.9), (116.4, 39.91))
SEEDS = range(12)
STEPS = 120  # 12 x 120 = 1,440 commands, each checked on every screen


def whole_tale() -> Story:  # noqa: PLR0915 - one tale that uses every command
    story = opened_city()
    until = story.now + timedelta(hours=2)
    story.ask(c.TakeOutOfService("U4", "refuel", until), crew("U4"))
    story.ask(c.ReportStatus("U4", UnitStatus.AVAILABLE), crew("U4"))
    closed = story.ask(c.CloseRoad("积水", OUTLINE, ends=until))[0].data.measure_id
    slowed = story.ask(c.SlowRoads("事故", 3.0, picks=OUTLINE[:1]))[0].data.measure_id
    story.ask(c.LiftRoadMeasure(slowed, "通车"))
    assert set(story.city.measures) == {closed}
    story.ask(c.ReportCenterStatus("C2", "full", "busy", until, "no bed"), department("C2"))
    call_id = story.ask(c.ReceiveCall("1", "东单", "胸痛"), TAKER)[0].data.call_id
    a_day_on_the_lines(story, call_id)
    incident_id = story.city.calls[call_id].incident_id
    patient_id = story.city.incidents[incident_id].patient_ids[0]
    story.ask(c.Locate(incident_id, PLACE), TAKER)
    story.ask(c.WriteNote(incident_id, "三楼"), TAKER)
    story.ask(c.IdentifyPatient(patient_id, "赵六"), TAKER)
    story.ask(c.RecordFindings(patient_id, STEMI), TAKER)
    story.ask(c.SetPriority(incident_id, "P1"), TAKER)
    story.ask(c.EndCall(call_id), TAKER)
    story.ask(c.HoldIncident(incident_id, "no_unit"), TAKER)
    story.ask(c.ResumeIncident(incident_id), TAKER)
    story.ask(c.AssignUnit(incident_id, "U1"))
    second = story.ask(c.ReceiveCall("2", place=PLACE), TAKER)[1].data
    story.ask(c.DivertUnit(second.incident_id, "U1", "nearer"))
    story.ask(c.LinkCall(story.ask(c.ReceiveCall("3"), TAKER)[0].data.call_id, incident_id), TAKER)
    story.ask(c.RecordFindings(second.patient_id, {"responsive": "no", "breathing": "absent"}), TAKER)
    story.ask(c.PreAlert(second.patient_id, "C1"))
    story.ask(c.CancelActivation(story.city.patients[second.patient_id].activation_id or "", "wrong"))
    story.ask(c.AssignUnit(incident_id, "U2"))
    for status in ("accepted", "en_route", "on_scene", "at_patient"):
        story.ask(c.ReportStatus("U2", UnitStatus(status)), crew("U2"))
    story.ask(c.BindMonitor(patient_id, "M1"), crew("U2"))
    story.ask(c.UnbindMonitor(patient_id, "M1"), crew("U2"))
    story.ask(c.BindMonitor(patient_id, "M1"), crew("U2"))
    story.ask(c.RecordVitals(patient_id, {"hr": 101}), crew("U2"))
    story.ask(c.RecordEcg(patient_id, "E1", 500, ("I",), "M1"), crew("U2"))
    story.ask(c.ReadEcg(patient_id, "E1", "stemi"), PHYSICIAN)
    story.ask(c.ConfirmCondition(patient_id, "stemi"), PHYSICIAN)
    story.ask(c.AttachPhoto(patient_id, "F1", 9), crew("U2"))
    story.ask(c.ChooseDestination(patient_id, "C2", reason="lab"), crew("U2"))
    story.ask(c.ChooseDestination(patient_id, "C1"), crew("U2"))
    first, activation_id = story.city.incidents[incident_id].activation_ids
    story.ask(c.AcknowledgeEnd(first), department("C2"))
    story.ask(c.ReceiveActivation(activation_id), department("C1"))
    story.ask(c.AcknowledgeActivation(activation_id), department("C1"))
    story.ask(c.ReserveResource(activation_id, "ct"), department("C1"))
    holds = story.city.activations[activation_id].reservations
    story.ask(c.ReleaseResource(holds[-1].id), department("C1"))
    story.ask(c.ReportResourceReady(activation_id, "cath_lab"), department("C1"))
    straight_to_the_lab(story, patient_id, activation_id)
    from_afar(story, patient_id)
    extra = story.ask(c.AddPatient(incident_id), crew("U2"))[0].data.patient_id
    story.ask(c.EndPatient(extra, Outcome.TREATED_ON_SCENE), crew("U2"))
    story.ask(c.RegisterTimePoint(patient_id, "onset", story.now), crew("U2"))
    story.ask(c.CorrectTimePoint(patient_id, "onset", story.now, "typo"), crew("U2"))
    story.ask(c.LeaveTimePointOpen(patient_id, "first_shock"), crew("U2"))
    through_the_door(story, patient_id, activation_id)
    third = incident_underway(story, "U3")
    story.ask(c.ChooseDestination(third[1], "C3"), crew("U3"))
    story.ask(c.AcceptPatient(story.city.patients[third[1]].activation_id or ""), department("C3"))
    story.later(9).ask(c.EndAssignment(third[2], Outcome.CANCELLED), crew("U3"))
    story.ask(c.CloseIncident(third[0], None, "nobody"), TAKER)
    story.ask(c.ReopenIncident(third[0], "again"))
    story.ask(c.AssignUnit(third[0], "U3"))
    story.later(400).ask(c.CheckDeadlines(), SYSTEM)
    story.ask(c.FinishTask(next(iter(story.city.open_tasks)), "called"))
    for chapter in (tell_where, an_hour_without_units, people_are_summoned, many_years_later):
        chapter(story)
    return story


def many_years_later(story: Story) -> None:
    """Take a record out, seal it, and forget two patients when the law allows it."""
    rung = story.ask(c.ReceiveCall("13600000000", "北门", place=PLACE), TAKER)[1].data
    other = story.ask(c.AddPatient(rung.incident_id), TAKER)[0].data.patient_id
    story.ask(c.IdentifyPatient(rung.patient_id, "钱七"), TAKER)
    story.ask(c.CloseIncident(rung.incident_id, Outcome.SELF_CONVEYED, "家属送医"), TAKER)
    story.ask(c.ExportPatient(rung.patient_id, "患者申请"), SUPERVISOR)
    story.ask(c.SealRecord(rung.patient_id, "医疗纠纷"), SUPERVISOR)
    story.ask(c.UnsealRecord(rung.patient_id, "已调解"), SUPERVISOR)
    story.later(16 * 366 * 86_400)
    for each in (rung.patient_id, other):
        story.ask(c.ErasePatient(each, "retention_over"), ADMIN)
        story.ask(c.ReportErasure(each, 1, 1, 1, 1, "d"), SYSTEM)


def through_the_door(story: Story, patient_id: str, activation_id: str) -> None:
    for status in ("transporting", "at_hospital"):
        story.ask(c.ReportStatus("U2", UnitStatus(status)), crew("U2"))
    story.ask(c.CheckAtDoor(activation_id, code="P9"), department("C1"))
    story.later(1).ask(c.CheckDeadlines(), SYSTEM)
    story.ask(c.CompleteHandoff(patient_id, "cath_lab", "李医生"), crew("U2"))
    story.ask(c.SignHandoff(patient_id, "李医生"), department("C1"))
    story.ask(c.DisputeHandoff(patient_id, "when", "我院记录为 8 分钟后"), department("C1"))


def straight_to_the_lab(story: Story, patient_id: str, activation_id: str) -> None:
    """Stand ready, choose the door, tell the way, begin the consent, and number the patient before the papers."""
    story.ask(c.ReportTeamReady(activation_id), department("C1"))
    story.ask(c.SetCenterLine("C1", "01051000000"), department("C1"))
    story.ask(c.DescribeWay("C1", "cath_lab", "急诊东门", "3 号梯", "4F"), department("C1"))
    story.ask(c.ChooseDoor(activation_id, "cath_lab"), department("C1"))
    story.ask(c.ChooseDoor(activation_id, "ct", "先做主动脉CTA"), department("C1"))
    story.ask(c.ChooseDoor(activation_id, "cath_lab"), department("C1"))
    story.ask(c.RecordConsent(patient_id, "pci", "started", "spouse", "王芳", "愿意做，问要多久"), crew("U2"))
    story.ask(
        c.RecordConsent(patient_id, "pci", "emergency_exemption", "nobody", approver="院总值班"), department("C1")
    )
    story.ask(c.PreRegister(patient_id), department("C1"))
    story.ask(c.MergeRegistration(patient_id, "HIS0042"), department("C1"))
    story.ask(c.RecordFindings(patient_id, {"stroke": {"face_droop": "yes", "arm_weakness": "yes"}}), crew("U2"))


def from_afar(story: Story, patient_id: str) -> None:
    """Ask for advice, let physicians join by account and by link, talk, order, answer and leave."""
    story.ask(c.GiveTreatment(patient_id, "aspirin"), crew("U2"))
    story.ask(c.RequestAdvice(patient_id, "能否溶栓"), crew("U2"))
    story.ask(c.JoinPatient(patient_id, "陈主任"), PHYSICIAN)
    for n in range(3):
        sent = story.ask(c.SendReaderLink(patient_id, f"reader{n}", "王医生"), department("C1"))[-1].data
        if n != 1:
            story.ask(c.OpenReaderLink(patient_id, sent.reader_link_id, "d"), reader(sent.reader_link_id))
    wang = reader(sent.reader_link_id)
    story.ask(c.ReadEcg(patient_id, "E1", "normal"), wang)
    story.ask(c.WriteToTeam(patient_id, "到院前再做一份"), wang)
    orders = [
        story.ask(c.GiveOrder(patient_id, code, "300 mg", "嚼服"), who)[0].data.order_id
        for code, who in (("aspirin", wang), ("heparin", PHYSICIAN), ("ecg_again", department("C1")))
    ]
    story.ask(c.AnswerOrder(patient_id, orders[0], "acknowledged"), crew("U2"))
    story.ask(c.AnswerOrder(patient_id, orders[0], "done", dose="100 mg"), crew("U2"))
    story.ask(c.AnswerOrder(patient_id, orders[1], "declined", "other", "家属不同意"), crew("U2"))
    story.ask(c.WithdrawOrder(patient_id, orders[2], "不需要了"), department("C1"))
    story.ask(c.EndReaderLink(patient_id, sent.reader_link_id), crew("U2"))
    story.ask(c.LeavePatient(patient_id), PHYSICIAN)


def a_day_on_the_lines(story: Story, call_id: str) -> None:
    story.ask(c.OpenSeat("3", "call_taker", extension="8003"), TAKER)
    story.ask(c.OpenSeat("4", "supervisor"), SUPERVISOR)
    story.ask(c.ClaimCall(call_id, "3"), TAKER)
    story.later(9).ask(c.CheckDeadlines(), SYSTEM)
    story.ask(c.AnswerCall(call_id, "3"), TAKER)
    story.ask(c.TakeWords(call_id, "东单路口", "胸口痛"), TAKER)
    story.ask(c.RecordStep(call_id, "breathing"), TAKER)
    story.ask(c.RecordStep(call_id, "breathing", "no"), TAKER)
    story.ask(c.RecordStep(call_id, "breathing", "喘不上气"), TAKER)
    story.ask(c.HoldCall(call_id), TAKER)
    story.ask(c.RetrieveCall(call_id), TAKER)
    story.ask(c.TransferCall(call_id, "4"), TAKER)
    story.ask(c.TransferCall(call_id, "3"), SUPERVISOR)
    for number, event in (("139", "ring"), ("139", "hung_up"), (None, "ring")):
        line = "x1" if number else "x2"
        story.later(1).ask(c.ReportLineEvent(line, event, number, "T1", recording="rec/1"), EXCHANGE)
    story.ask(c.ReportLineEvent("x2", "ring", "13900000000"), EXCHANGE)
    story.ask(c.ReportLineEvent("x2", "held"), EXCHANGE, at=story.now - timedelta(seconds=2))
    story.later(25).ask(c.CheckDeadlines(), SYSTEM)
    lost, waiting = story.city.exchange_calls["x1"], story.city.exchange_calls["x2"]
    story.ask(c.RecordCallBack(lost, "no_answer", "占线"), TAKER)
    story.ask(c.RecordCallBack(lost, "no_need"), TAKER)
    story.ask(c.AnswerCall(waiting, "4"), SUPERVISOR)
    story.ask(c.EndCall(waiting), SUPERVISOR)
    story.ask(c.WrapUpCall(waiting), SUPERVISOR)
    story.ask(c.TakeIncident(story.city.calls[lost].incident_id, "4"), SUPERVISOR)
    story.ask(c.HandOverDesk("4", "3"), SUPERVISOR)
    story.ask(c.OpenSeat("4", "supervisor"), SUPERVISOR)
    story.ask(c.LeaveSeat("4"), SUPERVISOR)
    story.ask(c.MarkNumber("13900000000", "prank", "骚扰", story.now + timedelta(days=1)), TAKER)
    story.ask(c.LiftMark(next(iter(story.city.marks)), "误标"), SUPERVISOR)
    story.ask(c.ExportRecord(story.city.calls[lost].incident_id, "家属查询"), SUPERVISOR)


def an_hour_without_units(story: Story) -> None:
    """Let a unit stand by, take it away, hold the incident, tell the others, and let the crew in."""
    first, second = (story.ask(c.ReceiveCall(each, place=PLACE), TAKER)[1].data for each in ("5", "6"))
    story.ask(c.PrealertUnit(first.incident_id, "U4"), TAKER)
    story.ask(c.AcknowledgeStandby("U4"), crew("U4"))
    story.ask(c.PrealertUnit(second.incident_id, "U4"), TAKER)
    story.later(200).ask(c.CheckDeadlines(), SYSTEM)
    story.ask(c.StandDownUnit("U4", "误报"), TAKER)
    story.ask(c.HoldIncident(first.incident_id, "no_unit"), TAKER)
    story.later(601).ask(c.CheckDeadlines(), SYSTEM)
    story.ask(c.ReviewHeld(first.incident_id, "worse", "P1", "意识变差"), TAKER)
    story.ask(c.RecordFindings(first.patient_id, {"scene": {"violence": "yes", "chemical": "yes"}}), TAKER)
    for service in ("110", "119"):
        story.ask(c.TellService(first.incident_id, service), TAKER)
    story.ask(c.ReportNotice(first.incident_id, "110", delivered=True, attempts=1), SYSTEM)
    story.ask(c.ReportNotice(first.incident_id, "119", delivered=False, attempts=4), SYSTEM)
    story.ask(c.ConfirmService(first.incident_id, "119", "警情 7"), TAKER)
    story.ask(c.ClearScene(first.incident_id, "现场民警"), TAKER)
    story.ask(c.StageUnits(first.incident_id), TAKER)
    story.ask(c.AssignUnit(first.incident_id, "U4"))
    run = story.city.units["U4"].assignment_id or ""
    story.ask(c.EndAssignment(story.city.units["U3"].assignment_id or "", Outcome.CANCELLED), crew("U3"))
    story.ask(c.ReplaceUnit(run, "U3"))
    story.ask(c.ReportStatus("U4", UnitStatus.AVAILABLE), crew("U4"))
    story.ask(c.SignOff("U4"), crew("U4"))


def tell_where(story: Story) -> None:
    """Tell of one call from everything that knows where it is, with a link that is opened, written to and closed."""
    story.ask(c.ReportPosition(AML, number="13700000000", indoors="3"), EXCHANGE)
    story.ask(c.ReportPosition(AML, number="13700000001"), EXCHANGE)
    rung = story.ask(c.ReceiveCall("13700000000", "西单", "晕倒"), TAKER)[0].data
    incident_id = rung.incident_id
    story.ask(c.ReportPosition(replace(PLACE, source="pasted"), incident_id=incident_id, alternatives=(AML,)), TAKER)
    open_words = story.city.incidents[incident_id].position_ids[-1]
    story.ask(c.ChooseSource(incident_id, open_words, 1), TAKER)
    story.ask(c.NoteIndoors(incident_id, "2号楼", "3", "301", "门禁 1234"), TAKER)
    for n in range(2):
        sent = story.ask(c.SendLink(incident_id, f"hash{n}", "13700000000"), TAKER)[-1].data
    story.ask(c.ReportLinkMessage(sent.link_id, "sent"), TAKER)
    me = caller(sent.link_id)
    story.ask(c.OpenLink(sent.link_id, "d"), me)
    story.ask(c.ReportPosition(replace(AML, source="link"), link_id=sent.link_id), me)
    story.ask(c.WriteMessage(sent.link_id, "我听不见"), me)
    story.ask(c.WriteMessage(sent.link_id, "救护车来了"), TAKER)
    story.ask(c.SendPhoto(sent.link_id, "P1", 1000), me)
    story.ask(c.EndLink(sent.link_id), TAKER)
    story.later(700).ask(c.CheckDeadlines(), SYSTEM)


def test_every_command_kind_keeps_every_screen_true() -> None:
    story = whole_tale()
    assert story.told == set(COMMANDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_chance_keeps_every_screen_true(seed: int) -> None:
    chance = random.Random(seed)
    story = opened_city()
    granted = 0
    for _ in range(STEPS):
        data, actor = some_command(story, chance)
        answer = story.later(chance.randrange(90)).try_(data, actor)
        granted += not isinstance(answer, Refused)
    assert granted > STEPS // 4, f"seed {seed}: chance asked for too much nonsense"
    check_invariants(story)


def some_command(story: Story, chance: random.Random) -> tuple[Any, Actor]:
    unit_id, center_id = chance.choice(UNITS), chance.choice(tuple(CENTERS))
    unit = story.city.units[unit_id]
    known = story.city.open_incidents if chance.random() < 0.9 else story.city.incidents
    incident_id = chance.choice(sorted(known) or [""])
    incident = story.city.incidents.get(incident_id)
    patient_id = chance.choice(incident.patient_ids) if incident else ""
    activation_id = chance.choice(sorted(story.city.activations) or [""])
    run_id = unit.assignment_id or ""
    mine = crew(unit_id)
    wall = department(story.city.activations[activation_id].center_id if activation_id else center_id)
    return chance.choice(
        [
            *[(c.ReceiveCall("1", "某处", None, PLACE if chance.random() < 0.8 else None), TAKER)] * 3,
            *some_lines(story, chance),
            *some_positions(story, chance, incident_id),
            *some_early(chance, incident_id, unit_id, patient_id, run_id),
            *some_people(story, chance, center_id, activation_id),
            (c.Locate(incident_id, PLACE), TAKER),
            (c.AssignUnit(incident_id, unit_id), DISPATCHER),
            (c.AssignUnit(incident_id, unit_id), DISPATCHER),
            (c.DivertUnit(incident_id, unit_id, "x"), DISPATCHER),
            *[(c.ReportStatus(unit_id, chance.choice(list(UnitStatus))), mine)] * 4,
            (c.RecordFindings(patient_id, STEMI), mine),
            (c.AddPatient(incident_id), mine),
            (c.EndAssignment(run_id, chance.choice(list(Outcome)), risk_told=True, signed=True), mine),
            (c.ChooseDestination(patient_id, center_id, reason="x"), mine),
            (c.AcknowledgeActivation(activation_id), entered_for(wall, "phone")),
            (c.ReportTeamReady(activation_id), wall),
            (c.AcceptPatient(activation_id), wall),
            (c.CheckAtDoor(activation_id), wall),
            (c.CancelActivation(activation_id, "x"), mine),
            (c.AcknowledgeEnd(activation_id), wall),
            (c.CompleteHandoff(patient_id, "ed"), wall),
            (c.EndPatient(patient_id, chance.choice(list(Outcome)), risk_told=True, signed=True), mine),
            (c.CloseIncident(incident_id, None, "x"), TAKER),
            (c.ReopenIncident(incident_id, "x"), DISPATCHER),
            (c.HoldIncident(incident_id, "x"), TAKER),
            (c.SignOff(unit_id), mine),
            (c.CloseRoad("x", OUTLINE, ends=story.now + timedelta(seconds=chance.randrange(1, 900))), DISPATCHER),
            (c.SlowRoads("x", chance.choice([0.0, 2.0, 30.0]), picks=OUTLINE[:1]), DISPATCHER),
            (c.LiftRoadMeasure(chance.choice(sorted(story.city.measures) or [""])), DISPATCHER),
            (c.SignOn(unit_id, CREW), mine),
            (c.CheckDeadlines(), SYSTEM),
        ]
    )


def some_lines(story: Story, chance: random.Random) -> list[tuple[Any, Actor]]:
    call_id, seat = chance.choice(sorted(story.city.open_calls) or [""]), chance.choice(("3", "4"))
    event = chance.choice(("ring", "answered", "held", "retrieved", "transferred", "hung_up"))
    line = c.ReportLineEvent(f"x{chance.randrange(9)}", event, chance.choice(("131", None)), extension=seat)
    return [
        (line, EXCHANGE),
        (line, EXCHANGE),
        (c.OpenSeat(seat, "call_taker"), chance.choice((TAKER, SUPERVISOR))),
        (chance.choice((c.ClaimCall, c.AnswerCall, c.TransferCall))(call_id, seat), TAKER),
        (chance.choice((c.HoldCall, c.RetrieveCall, c.WrapUpCall, c.EndCall))(call_id), TAKER),
        (c.RecordCallBack(call_id, "no_need"), TAKER),
        (c.HandOverDesk("3", "4"), SUPERVISOR),
    ]


def some_early(
    chance: random.Random, incident_id: str, unit_id: str, patient_id: str, run_id: str
) -> list[tuple[Any, Actor]]:
    service, answer = chance.choice(("110", "119", "122", "911")), chance.choice(("yes", "no", "unknown"))
    return [
        *[(c.PrealertUnit(incident_id, unit_id), TAKER)] * 2,
        (c.AcknowledgeStandby(unit_id), crew(unit_id)),
        (c.StandDownUnit(unit_id), TAKER),
        (c.ReplaceUnit(run_id, chance.choice(UNITS)), DISPATCHER),
        (c.ReviewHeld(incident_id, chance.choice(("worse", "no_answer", "?"))), TAKER),
        (c.RecordFindings(patient_id, {"scene": {chance.choice(("fire", "infectious_suspected")): answer}}), TAKER),
        (c.TellService(incident_id, service, chance.random() < 0.5), TAKER),
        (c.ReportNotice(incident_id, service, chance.random() < 0.5, 2), SYSTEM),
        (c.ConfirmService(incident_id, service), TAKER),
        (c.StageUnits(incident_id), TAKER),
        (c.ClearScene(incident_id, "民警"), crew(unit_id)),
    ]


def some_positions(story: Story, chance: random.Random, incident_id: str) -> list[tuple[Any, Actor]]:
    source = chance.choice(("aml", "cell", "pasted", "link"))
    near = Place(116.4 + chance.choice((0, 0.001, 0.03)), 39.9, chance.choice((0, 30, 800)), "wgs84", source)
    link_id = chance.choice(sorted(story.city.links) or [""])
    position_id = chance.choice(sorted(story.city.positions) or [""])
    return [
        (c.ReportPosition(near, number=chance.choice(("1", "131", "132"))), EXCHANGE),
        (c.ReportPosition(near, incident_id=incident_id, alternatives=(PLACE,)), TAKER),
        (c.ChooseSource(incident_id, position_id, chance.randrange(2)), TAKER),
        (c.SendLink(incident_id, f"h{len(story.facts)}"), TAKER),
        (c.OpenLink(link_id, "d"), caller(link_id)),
        (c.ReportPosition(near, link_id=link_id), caller(link_id)),
        (c.WriteMessage(link_id, "在吗"), caller(link_id)),
    ]


def check_invariants(story: Story) -> None:
    city = story.city
    for unit in city.units.values():
        if unit.assignment_id is not None:
            assert city.assignments[unit.assignment_id].outcome is None
    for unit in city.units.values():
        if unit.standby is not None:
            assert unit.status in DISPATCHABLE
            assert unit.id in city.incidents[unit.standby.incident_id].standby_unit_ids
    for incident in city.incidents.values():
        assert all(city.units[each].standby is not None for each in incident.standby_unit_ids)
        assert (incident.id in city.open_incidents) == (incident.phase is not IncidentPhase.CLOSED)
        active = city.active_assignments(incident.id)
        assert len({run.unit_id for run in active}) == len(active)
        if incident.phase is IncidentPhase.CLOSED:
            assert not active
            assert all(city.patients[each].outcome is not None for each in incident.patient_ids)
        if incident.phase is IncidentPhase.UNDERWAY:
            assert active


def test_a_department_sees_its_own_patients_without_names_and_nothing_else() -> None:
    story = whole_tale()
    for scope in SCOPES:
        if scope.center_id is None:
            continue
        tables = snapshot(story.city, scope)
        assert not tables["calls"]
        assert not tables["incidents"]
        assert not tables["tasks"]
        assert all(row["name"] is None for row in tables["patients"].values())
        assert all(row["center_id"] == scope.center_id for row in tables["activations"].values())
        shown = {row["patient_id"] for row in tables["activations"].values()}
        assert set(tables["patients"]) == shown
        assert all(row["crew_names"] is None for row in tables["units"].values())


def test_a_crew_sees_its_own_run_and_forgets_it_when_the_vehicle_is_clean() -> None:
    story = opened_city()
    _, patient_id, _ = incident_underway(story, "U1")
    scope = Scope(crew("U1").role, unit_id="U1")
    assert set(snapshot(story.city, scope)["patients"]) == {patient_id}
    assert not snapshot(story.city, Scope(crew("U2").role, unit_id="U2"))["patients"]
    story.ask(c.ChooseDestination(patient_id, "C3"), crew("U1"))
    for status in ("transporting", "at_hospital", "handed_over"):
        story.ask(c.ReportStatus("U1", UnitStatus(status)), crew("U1"))
    assert set(snapshot(story.city, scope)["patients"]) == {patient_id}
    story.ask(c.ReportStatus("U1", UnitStatus.AVAILABLE), crew("U1"))
    assert not snapshot(story.city, scope)["patients"]
