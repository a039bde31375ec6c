"""The switchboard: one owner per call, whatever the exchange repeats or mixes up; a change of shift loses nothing."""

import random
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from dispatch import commands as c
from dispatch.rules import builtin
from dispatch.state.call import CALL_STEPS, Call, CallPhase, dialled
from tests.dispatch.story import DISPATCHER, EXCHANGE, PLACE, SUPERVISOR, SYSTEM, TAKER, Story, opened_city

RULES = builtin()


@pytest.fixture
def story() -> Story:
    return opened_city(watched=False)


def line(story: Story, event: str, line_id: str = "x1", at: datetime | None = None, **more: str) -> list[str]:
    facts = story.ask(c.ReportLineEvent(line_id, event, **more), EXCHANGE, at=at)  # type: ignore[arg-type] # texts only
    return [fact.kind for fact in facts]


def the_call(story: Story, line_id: str = "x1") -> Call:
    return story.city.calls[story.city.exchange_calls[line_id]]


def test_a_call_goes_from_ring_over_claim_and_talk_to_wrap_up_with_one_owner(story: Story) -> None:
    assert line(story, "ring", number="13800000000", trunk="T1") == ["CallReceived", "IncidentOpened"]
    call_id = the_call(story).id
    story.ask(c.OpenSeat("3", "call_taker", extension="8003"), TAKER)
    story.ask(c.ClaimCall(call_id, "3"), TAKER)
    assert story.refused(c.ClaimCall(call_id, "4"), SUPERVISOR) == "call.taken"
    assert story.refused(c.AnswerCall(call_id, "4"), SUPERVISOR) == "call.taken"
    assert line(story.later(2), "answered", extension="8003") == ["CallAnswered"]
    assert (the_call(story).phase, the_call(story).seat) == (CallPhase.TALKING, "3")
    assert line(story.later(9), "hung_up") == ["CallEnded"]
    assert the_call(story).phase is CallPhase.WRAP_UP
    story.ask(c.WrapUpCall(call_id), TAKER)
    assert not the_call(story).is_open


def test_every_step_that_the_table_does_not_have_is_refused(story: Story) -> None:
    line(story, "ring")
    call_id = the_call(story).id
    for step in (c.HoldCall(call_id), c.RetrieveCall(call_id), c.WrapUpCall(call_id)):
        assert story.refused(step, TAKER) == "call.no_such_step"
    assert story.refused(c.HoldCall("none"), TAKER) == "call.unknown"
    assert {phase for phase, _ in CALL_STEPS} == set(CallPhase) - {CallPhase.ENDED}


def test_events_in_any_order_and_any_number_of_times_end_in_the_same_call() -> None:
    told = [("ring", 0), ("answered", 6), ("held", 20), ("retrieved", 40), ("hung_up", 90)]
    for turn, order in enumerate(permutations(told)):
        chance = random.Random(turn)
        story = opened_city(watched=False)
        begin = story.later(100).now - timedelta(seconds=100)
        for event, second in [*order, *chance.choices(told, k=3)]:
            number = "139" if event == "ring" else None
            story.ask(
                c.ReportLineEvent("x1", event, number, extension="8003"), EXCHANGE, begin + timedelta(seconds=second)
            )
        call = the_call(story)
        assert len(story.city.calls) == len(story.city.incidents) == 1, order
        assert call.phase in (CallPhase.WRAP_UP, CallPhase.ENDED), order
        assert (call.number, call.seat, call.abandoned) == ("139", "8003", False), order
        assert call.answered_at == begin + timedelta(seconds=6), order


def test_a_repeated_event_adds_no_fact(story: Story) -> None:
    for event in ("ring", "answered", "held", "retrieved", "hung_up"):
        assert line(story.later(5), event, extension="8003", number="139", recording="rec/7") != []
        assert line(story, event, extension="8003", number="139", recording="rec/7") == []
    assert the_call(story).recording == "rec/7"


def test_answering_a_second_line_lets_the_first_wait(story: Story) -> None:
    line(story, "ring", "x1")
    line(story, "ring", "x2")
    story.ask(c.AnswerCall(the_call(story, "x1").id, "3"), TAKER)
    story.ask(c.AnswerCall(the_call(story, "x2").id, "3"), TAKER)
    assert the_call(story, "x1").phase is CallPhase.HELD
    assert story.refused(c.TransferCall(the_call(story, "x1").id, "3"), TAKER) == "seat.busy"
    line(story, "hung_up", "x2")
    line(story, "ring", "x3")
    story.ask(c.AnswerCall(the_call(story, "x3").id, "3"), TAKER)
    assert the_call(story, "x2").phase is CallPhase.ENDED  # its writing is over when the next is taken


def test_a_claim_that_does_not_get_through_rings_for_everybody_again(story: Story) -> None:
    line(story, "ring")
    story.ask(c.ClaimCall(the_call(story).id, "3"), TAKER)
    story.later(RULES.claim_within_s).ask(c.CheckDeadlines(), SYSTEM)
    assert (the_call(story).phase, the_call(story).seat) == (CallPhase.RINGING, None)


def test_a_caller_nobody_answers_alarms_the_supervisor_and_rings_next_door(story: Story) -> None:
    story.ask(c.OpenSeat("3", "call_taker"), TAKER)
    line(story, "ring", "x1")
    story.ask(c.AnswerCall(the_call(story).id, "3"), TAKER)
    line(story, "ring", "x2")
    facts = story.later(RULES.overflow_after_s).ask(c.CheckDeadlines(), SYSTEM)
    assert [fact.kind for fact in facts] == ["TaskRaised", "CallOverflowed"]
    assert facts[0].data.owner_role == "supervisor"
    assert facts[0].data.params["busy"] == "1"
    assert the_call(story, "x2").overflow_group == RULES.overflow_group
    assert story.later(1).ask(c.CheckDeadlines(), SYSTEM) == []  # said once
    story.ask(c.AnswerCall(the_call(story, "x2").id, "3"), TAKER)
    assert [fact.data.result for fact in story.ask(c.CheckDeadlines(), SYSTEM)] == ["moot"]


def test_free_seats_that_do_not_answer_ring_next_door_as_well(story: Story) -> None:
    story.ask(c.OpenSeat("3", "call_taker"), TAKER)
    line(story, "ring", "x1")
    assert story.later(RULES.overflow_after_s - 1).ask(c.CheckDeadlines(), SYSTEM) == []
    facts = story.later(1).ask(c.CheckDeadlines(), SYSTEM)
    assert [fact.kind for fact in facts] == ["TaskRaised", "CallOverflowed"]
    assert facts[0].data.params["busy"] == "0"


def test_a_caller_for_whom_no_seat_is_there_is_said_so_and_it_stays_one_task(story: Story) -> None:
    story.ask(c.OpenSeat("3", "call_taker"), TAKER)
    story.ask(c.LeaveSeat("3"), TAKER)
    line(story, "ring")
    raised = story.later(RULES.overflow_after_s).ask(c.CheckDeadlines(), SYSTEM)[0].data
    assert raised.kind == "call_waiting_no_seat"
    story.ask(c.OpenSeat("3", "call_taker"), TAKER)
    assert story.later(1).ask(c.CheckDeadlines(), SYSTEM) == []
    story.ask(c.AnswerCall(the_call(story).id, "3"), TAKER)
    done = story.ask(c.CheckDeadlines(), SYSTEM)[0].data
    assert (done.task_id, done.result) == (raised.task_id, "moot")


def test_a_mark_is_lifted_with_a_reason_and_lifted_once(story: Story) -> None:
    until = story.now + timedelta(days=3)
    marked = story.ask(c.MarkNumber("13900000000", "prank", "三次空跑", until), TAKER)[0].data
    assert story.refused(c.LiftMark(marked.mark_id, "  "), SUPERVISOR) == "mark.no_reason"
    lifted = story.ask(c.LiftMark(marked.mark_id, "号码已换人"), SUPERVISOR)[0].data
    assert lifted.reason == "号码已换人"
    assert story.refused(c.LiftMark(marked.mark_id, "再来"), SUPERVISOR) == "mark.unknown"


def test_whoever_hung_up_is_rung_back_until_there_is_an_outcome(story: Story) -> None:
    line(story, "ring", number="+86 139 0000 0000")
    line(story.later(7), "hung_up")
    call_id = the_call(story).id
    assert the_call(story).owes_call_back
    raised = story.later(RULES.call_back_within_s).ask(c.CheckDeadlines(), SYSTEM)
    assert [fact.data.kind for fact in raised] == ["call_back_due"]
    story.ask(c.RecordCallBack(call_id, "no_answer"), TAKER)
    assert the_call(story).owes_call_back
    line(story, "ring", "x2", number="13900000000")
    answered = story.ask(c.AnswerCall(the_call(story, "x2").id, "3"), TAKER)
    assert [fact.kind for fact in answered] == ["CallAnswered", "CallBackRecorded"]
    assert [each.outcome for each in the_call(story).call_backs] == ["no_answer", "rang_again"]
    assert story.refused(c.RecordCallBack(call_id, "no_need"), TAKER) == "call.no_call_back"


def test_a_whole_desk_passes_on_in_one_command_and_nothing_is_lost(story: Story) -> None:
    story.ask(c.OpenSeat("3", "call_taker"), TAKER)
    story.ask(c.OpenSeat("4", "dispatcher"), DISPATCHER)
    for number in range(7):
        line(story, "ring", f"x{number}")
        story.ask(c.AnswerCall(the_call(story, f"x{number}").id, "3"), TAKER)
    story.ask(c.CloseIncident(the_call(story, "x0").incident_id, None, "x"), TAKER)
    assert story.refused(c.LeaveSeat("3"), TAKER) == "seat.owns"
    assert story.refused(c.HandOverDesk("3", "4"), DISPATCHER) == "seat.not_yours"
    assert story.refused(c.HandOverDesk("3", "5"), TAKER) == "seat.empty"
    before = {each.id for each in story.city.calls.values() if each.is_open and each.seat == "3"}
    handed = story.ask(c.HandOverDesk("3", "4"), TAKER)[0].data
    assert set(handed.call_ids) == before == {each.id for each in story.city.calls.values() if each.seat == "4"}
    assert len(handed.incident_ids) == 6
    assert {story.city.incidents[each].seat for each in story.city.open_incidents} == {"4"}
    assert story.city.seats["3"].account is None


def test_a_seat_is_for_its_role_and_has_one_person(story: Story) -> None:
    assert story.refused(c.OpenSeat("1", "supervisor"), TAKER) == "seat.not_for_role"
    story.ask(c.OpenSeat("3", "call_taker"), TAKER)
    assert story.ask(c.OpenSeat("3", "call_taker"), TAKER) == []
    assert story.refused(c.OpenSeat("3", "call_taker"), DISPATCHER) == "seat.taken"
    line(story, "ring")
    assert story.refused(c.AnswerCall(the_call(story).id, "3"), DISPATCHER) == "seat.not_yours"
    story.ask(c.LeaveSeat("3"), SUPERVISOR)
    assert story.refused(c.TakeIncident(the_call(story).incident_id, "3"), TAKER) == "seat.empty"


def test_a_marked_number_still_rings_and_the_mark_ends(story: Story) -> None:
    until = story.now + timedelta(days=30)
    assert story.refused(c.MarkNumber("139", "prank", "x", story.now + timedelta(days=400)), TAKER) == "mark.expiry"
    assert story.refused(c.MarkNumber("—", "prank", "x", until), TAKER) == "mark.no_number"
    story.ask(c.MarkNumber("139", "prank", "骚扰", until), TAKER)
    story.ask(c.MarkNumber("139", "nuisance", "又来", until), TAKER)
    assert [each.kind for each in story.city.marks.values() if each.lifted_at is None] == ["nuisance"]
    assert line(story, "ring", number="139") == ["CallReceived", "IncidentOpened"]


def test_every_step_of_the_questioning_is_kept_with_its_corrections(story: Story) -> None:
    call_id = story.ask(c.ReceiveCall("1", place=PLACE), TAKER)[0].data.call_id
    steps = (c.RecordStep(call_id, "breathing", answer) for answer in (None, "yes", "yes", "no"))
    told = [(fact.kind, getattr(fact.data, "corrects", None)) for step in steps for fact in story.ask(step, TAKER)]
    assert told == [("QuestionAsked", None), ("QuestionAnswered", None), ("QuestionAnswered", "yes")]
    assert story.refused(c.TakeWords(call_id), TAKER) == "call.no_words"
    story.ask(c.TakeWords(call_id, None, "胸痛"), TAKER)
    assert story.city.incidents[story.city.calls[call_id].incident_id].complaint == "胸痛"


@pytest.mark.parametrize(
    ("written", "plain"),
    [("+86 138-0000-0000", "13800000000"), ("008613800000000", "13800000000"), ("013800000000", "13800000000"),
     ("010-6555 5555", "01065555555"), ("120", "120"), ("", None), (None, None), ("未知", None)],
)  # fmt: skip
def test_one_telephone_has_one_spelling(written: str | None, plain: str | None) -> None:
    assert dialled(written) == plain
