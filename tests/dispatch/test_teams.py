"""Who is on duty is summoned with the pre-alert, asked again, passed over after a minute, and told to go home."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch.rights import may
from dispatch.rules import builtin
from dispatch.state.team import SUMMONS_STEPS, SummonsPhase
from dispatch.team_plan import steps
from dispatch.views.live import Scope, snapshot
from dispatch.words import Role
from tests.dispatch.story import SYSTEM, Story, crew, department, incident_underway, opened_city
from tests.dispatch.team_tale import C1, CARDIOLOGIST, activation, alarmed, asked, listed, member, on_duty, tick

SUSPICION = {"complaint": "chest_pain", "clinician_says": ["acs_non_st"]}


@pytest.fixture
def story() -> Story:
    return opened_city()


def delivered(story: Story, sent: str, member_id: str, *, good: bool = True) -> None:
    one = asked(story, sent)[member_id]
    story.ask(c.ReportSummons(sent, one.id, one.attempt, delivered=good, ways=("gateway",) if good else ()), SYSTEM)


def test_who_is_on_duty_is_summoned_within_a_second_and_nobody_else(story: Story) -> None:
    duty, off, later = (listed(story, name, CARDIOLOGIST) for name in ("王", "陈", "李"))
    on_duty(story, duty)
    tomorrow = story.now + timedelta(days=1)
    story.ask(c.SetDuty("C1", later, CARDIOLOGIST, tomorrow, tomorrow + timedelta(hours=8)), C1)
    sent = alarmed(story)
    tick(story)
    assert set(asked(story, sent)) == {duty}
    assert off not in asked(story, sent)
    tick(story)
    assert len(activation(story, sent).summonses) == 1


def test_silence_rolls_over_to_the_next_and_the_first_may_still_come(story: Story) -> None:
    first, second = listed(story, "王", CARDIOLOGIST), listed(story, "陈", CARDIOLOGIST)
    on_duty(story, first, rank=1)
    on_duty(story, second, rank=2)
    sent = alarmed(story)
    tick(story)
    delivered(story, sent, first)
    answer_by = asked(story, sent)[first].answer_by
    assert answer_by - story.now == timedelta(seconds=60)  # 900 s of drive: a quarter would be longer
    tick(story, 59)
    assert set(asked(story, sent)) == {first}
    assert tick(story) == ["SummonsLapsed", "MemberSummoned"]
    assert asked(story, sent)[first].phase is SummonsPhase.LAPSED
    one = asked(story, sent)[first]
    story.ask(c.AnswerSummons(sent, one.id, "coming", minutes=5), member(first))
    assert asked(story, sent)[first].phase is SummonsPhase.COMING
    assert tick(story, 300) in ([], ["TaskRaised"])  # covered: nobody is asked again


def test_a_short_drive_shortens_every_wait() -> None:
    rules = builtin()
    assert rules.scaled_s(rules.summons_answer_within_s, None) == 60
    assert rules.scaled_s(rules.summons_answer_within_s, 2_000) == 60
    assert rules.scaled_s(rules.summons_answer_within_s, 120) == 30
    assert rules.scaled_s(rules.summons_answer_within_s, 10) == 15
    assert rules.scaled_s(rules.summons_repeat_s, 120) == 30
    assert rules.reminded_s(120) == 60
    assert rules.reminded_s(None) == 300


@pytest.mark.parametrize("how", ["undelivered", "declined"])
def test_what_fails_rolls_over_at_once(story: Story, how: str) -> None:
    first, second = listed(story, "王", CARDIOLOGIST), listed(story, "陈", CARDIOLOGIST)
    on_duty(story, first, rank=1)
    on_duty(story, second, rank=2)
    sent = alarmed(story)
    tick(story)
    if how == "undelivered":
        delivered(story, sent, first, good=False)
    else:
        story.ask(c.AnswerSummons(sent, asked(story, sent)[first].id, "declined", reason="ill"), member(first))
    assert "MemberSummoned" in tick(story)
    assert set(asked(story, sent)) == {first, second}


def test_when_nobody_is_left_it_becomes_a_phone_task_and_a_late_yes_ends_it(story: Story) -> None:
    only = listed(story, "王", CARDIOLOGIST)
    on_duty(story, only)
    sent = alarmed(story)
    tick(story)
    story.ask(c.AnswerSummons(sent, asked(story, sent)[only].id, "declined", reason="too_far"), member(only))
    tick(story)
    task_id = f"team_unreached:activation:{sent}/{CARDIOLOGIST}"
    assert story.city.tasks[task_id].params["count"] == "1"
    story.ask(c.AnswerSummons(sent, asked(story, sent)[only].id, "coming"), member(only))
    tick(story)
    assert story.city.tasks[task_id].result == "moot"


def test_nobody_on_duty_is_said_at_once_and_only_of_roles_the_department_lists(story: Story) -> None:
    listed(story, "王", CARDIOLOGIST)
    sent = alarmed(story)
    tick(story)
    assert f"team_off_duty:activation:{sent}/{CARDIOLOGIST}" in story.city.open_tasks
    assert not any("cath_nurse" in each for each in story.city.open_tasks)


def test_the_unanswered_are_asked_again_until_twenty_minutes_or_the_end_of_their_duty() -> None:
    story = opened_city(watched=False)
    staying, leaving = listed(story, "王", CARDIOLOGIST), listed(story, "陈", CARDIOLOGIST)
    on_duty(story, staying)
    on_duty(story, leaving, rank=2, hours=8)
    sent = alarmed(story)
    repeats = []
    for _ in range(30 * 12):
        done = tick(story, 5)
        repeats += [(story.now, kind) for kind in done if kind == "SummonsRepeated"]
        for member_id, one in asked(story, sent).items():
            if one.told_attempt < one.attempt:
                delivered(story, sent, member_id)
    assert asked(story, sent)[staying].attempt >= 3
    assert story.now - repeats[-1][0] > timedelta(minutes=8)
    story.ask(c.LiftDuty("C1", story.city.members[leaving].duties[0].id), C1)
    assert "SummonsRepeated" not in tick(story, 600)


def test_a_redirect_sends_everybody_home_even_when_the_wall_is_quicker(story: Story) -> None:
    person = listed(story, "王", CARDIOLOGIST)
    on_duty(story, person)
    sent = alarmed(story)
    tick(story)
    delivered(story, sent, person)
    patient_id = activation(story, sent).patient_id
    story.ask(c.ChooseDestination(patient_id, "C2", reason="导管室占用"), crew("U1"))
    story.ask(c.AcknowledgeEnd(sent), C1)
    assert "MemberStoodDown" in tick(story)
    assert asked(story, sent)[person].phase is SummonsPhase.STANDING_DOWN
    delivered(story, sent, person)
    assert asked(story, sent)[person].phase is SummonsPhase.STOOD_DOWN
    assert sent not in story.city.live_activations
    refused = story.refused(c.AnswerSummons(sent, asked(story, sent)[person].id, "coming"), member(person))
    assert refused == "summons.over"


def test_when_all_stand_there_the_team_is_ready(story: Story) -> None:
    doctor, nurse = listed(story, "王", CARDIOLOGIST), listed(story, "刘", "cath_nurse")
    on_duty(story, doctor)
    on_duty(story, nurse, "cath_nurse")
    sent = alarmed(story)
    tick(story)
    for person in (doctor, nurse):
        assert activation(story, sent).team_ready_at is None
        story.ask(c.AnswerSummons(sent, asked(story, sent)[person].id, "in_place"), member(person))
    assert activation(story, sent).phase == "team_ready"
    assert story.ask(c.AnswerSummons(sent, asked(story, sent)[doctor].id, "coming"), C1) == []


def test_a_worse_condition_summons_more_people(story: Story) -> None:
    neurologist, surgeon = listed(story, "周", "neurologist"), listed(story, "吴", "neuro_interventionist")
    on_duty(story, neurologist, "neurologist")
    on_duty(story, surgeon, "neuro_interventionist")
    _, patient_id, _ = incident_underway(story, "U1", {"clinician_says": ["stroke"]})
    story.ask(c.ChooseDestination(patient_id, "C1", reason="x"), crew("U1"))
    sent = story.city.patients[patient_id].activation_id or ""
    tick(story)
    assert set(asked(story, sent)) == {neurologist}
    story.ask(c.RecordFindings(patient_id, {"clinician_says": ["stroke_lvo"]}), crew("U1"))
    tick(story)
    assert set(asked(story, sent)) == {neurologist, surgeon}


def test_a_suspicion_summons_nobody_by_itself_and_reminds() -> None:
    story = opened_city()
    listed(story, "王", "cardiologist")
    _, patient_id, _ = incident_underway(story, "U1", SUSPICION)
    story.ask(c.ChooseDestination(patient_id, "C1", reason="x"), crew("U1"))
    sent = story.city.patients[patient_id].activation_id or ""
    assert "cardiology" in activation(story, sent).activate
    tick(story)
    assert activation(story, sent).summonses == ()
    tick(story, 300)
    assert f"team_not_activated:activation:{sent}" in story.city.open_tasks
    person = next(iter(story.city.members))
    story.ask(c.SummonMember(sent, person, "cardiologist"), C1)
    tick(story)
    assert f"team_not_activated:activation:{sent}" not in story.city.open_tasks


def test_the_list_and_the_roster_refuse_nonsense(story: Story) -> None:
    person = listed(story, "王", CARDIOLOGIST)
    hour = timedelta(hours=1)
    assert story.refused(c.ListMember("C9", "王", (CARDIOLOGIST,)), C1) == "center.unknown"
    assert story.refused(c.ListMember("C1", " ", (CARDIOLOGIST,)), C1) == "member.no_name"
    assert story.refused(c.ListMember("C1", "王", ("king",)), C1) == "member.role_unknown"
    assert story.refused(c.ListMember("C1", "王", ()), C1) == "member.role_unknown"
    assert story.refused(c.ListMember("C2", "王", (CARDIOLOGIST,), None, person), C1) == "member.unknown"
    assert story.refused(c.RemoveMember("C2", person), department("C2")) == "member.unknown"
    assert story.refused(c.SetDuty("C1", person, "midwife", story.now, story.now + hour), C1) == "duty.not_their_role"
    assert story.refused(c.SetDuty("C1", person, CARDIOLOGIST, story.now, story.now), C1) == "duty.times"
    assert story.refused(c.SetDuty("C1", person, CARDIOLOGIST, story.now, story.now + 999 * hour), C1) == "duty.times"
    ask = c.SetDuty("C1", person, CARDIOLOGIST, story.now, story.now + hour, 1, ("stemi",))
    assert [fact.kind for fact in story.ask(ask, C1)] == ["DutySet"]
    assert story.ask(ask, C1) == []
    assert story.refused(c.LiftDuty("C1", "nothing"), C1) == "duty.unknown"
    wrong = c.SetDuty("C1", person, CARDIOLOGIST, story.now, story.now + hour, 1, ("flu",))
    assert story.refused(wrong, C1) == "duty.condition_unknown"


def test_a_duty_for_one_condition_is_quiet_for_the_others(story: Story) -> None:
    person = listed(story, "王", CARDIOLOGIST)
    ends = story.now + timedelta(hours=8)
    story.ask(c.SetDuty("C1", person, CARDIOLOGIST, story.now, ends, 1, ("aortic_dissection",)), C1)
    sent = alarmed(story)
    tick(story)
    assert asked(story, sent) == {}


def test_everybody_speaks_for_themselves_and_sees_their_own(story: Story) -> None:
    person, other = listed(story, "王", CARDIOLOGIST), listed(story, "陈", CARDIOLOGIST)
    on_duty(story, person)
    sent = alarmed(story)
    tick(story)
    answer = c.AnswerSummons(sent, asked(story, sent)[person].id, "coming")
    assert may(member(person), answer, story.city) is None
    assert getattr(may(member(other), answer, story.city), "code", None) == "not_your_summons"
    assert getattr(may(member(other), c.SubscribePush(person, "{}"), story.city), "code", None) == "not_your_summons"
    assert getattr(may(department("C2"), answer, story.city), "code", None) == "not_your_activation"
    assert getattr(may(department("C2"), c.RemoveMember("C1", person), story.city), "code", None) == "not_your_center"
    story.ask(c.SubscribePush(person, '{"endpoint": "https://push.example/secret"}'), member(person))
    tables = {role: snapshot(story.city, Scope(role, "U1", "C1")) for role in (Role.CREW, Role.DEPARTMENT)}
    assert tables[Role.CREW]["members"] == {}
    assert tables[Role.DEPARTMENT]["members"][person]["push"] is None
    assert tables[Role.DEPARTMENT]["members"][person]["push_since"] is not None
    assert snapshot(story.city, Scope(Role.DEPARTMENT, center_id="C2"))["members"] == {}
    seen = snapshot(story.city, Scope(Role.DISPATCHER))["members"]
    assert [(each["id"], each["name"], each["duties"]) for each in seen.values()] == [(person, "王", [])], (
        "who is asked"
    )


@pytest.mark.parametrize("phase", SummonsPhase)
def test_the_summons_ends_when_it_was_stood_down_and_only_then(phase: SummonsPhase) -> None:
    steps_on = [fact.__name__ for (state, fact) in SUMMONS_STEPS if state is phase]
    assert (steps_on == []) == (phase is SummonsPhase.STOOD_DOWN)


def test_every_step_of_the_plan_names_known_people() -> None:
    assert all(step.roles for step in steps().values())
    assert not steps()["cardiology"].at_once


def test_who_is_asked_for_after_the_team_stood_ready_is_missed_too(story: Story) -> None:
    listed(story, "王", CARDIOLOGIST)
    _, patient_id, _ = incident_underway(story, "U1", SUSPICION)
    story.ask(c.ChooseDestination(patient_id, "C1", reason="x"), crew("U1"))
    sent = story.city.patients[patient_id].activation_id or ""
    story.ask(c.ReportTeamReady(sent), C1)
    tick(story)
    task_id = f"team_off_duty:activation:{sent}/{CARDIOLOGIST}"
    assert task_id not in story.city.open_tasks
    story.later(5).ask(c.RecordFindings(patient_id, {"clinician_says": ["stemi"]}), crew("U1"))
    assert activation(story, sent).updated_at is not None
    tick(story)
    assert task_id in story.city.open_tasks
