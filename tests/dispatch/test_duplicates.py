"""Proposals of one event: what speaks for it, what does not, and fifty callers of one crash."""

import random
from dataclasses import replace
from typing import Any

import pytest

from dispatch import commands as c
from dispatch.flow.duplicates import SameEvent, overlap, same_events
from dispatch.rules import builtin
from dispatch.words import Place
from geo.point import Point, destination_point
from tests.dispatch.story import PLACE, TAKER, Story, opened_city

RULES = builtin()
SEEDS = range(3)


@pytest.fixture
def story() -> Story:
    return opened_city(watched=False)


def ring(story: Story, north_m: float | None = 0.0, number: str = "1", radius_m: float = 30.0, **said: Any) -> str:  # noqa: ANN401 - words, complaint
    place = None if north_m is None else moved(north_m, radius_m)
    incident_id: str = story.ask(c.ReceiveCall(number, place=place, **said), TAKER)[0].data.incident_id
    return incident_id


def moved(north_m: float, radius_m: float) -> Place:
    point = destination_point(Point(PLACE.lon, PLACE.lat), 0.0, north_m)
    return replace(PLACE, lon=point.lon, lat=point.lat, radius_m=radius_m)


def proposed(story: Story, incident_id: str) -> tuple[SameEvent, ...]:
    return same_events(story.city, incident_id, RULES)


def codes(found: SameEvent) -> set[str]:
    return {each.code.removeprefix("same_event.") for each in found.reasons}


def test_near_in_place_and_time_is_proposed_the_nearest_first(story: Story) -> None:
    far, near = ring(story, 300, "1"), ring(story, 40, "2")
    ring(story, 2_000, "3")
    found = proposed(story, ring(story, 0, "4"))
    assert [each.incident_id for each in found] == [near, far]
    assert found[0].score > found[1].score
    assert codes(found[0]) == {"near", "minutes"}


def test_the_radii_of_both_fixes_count_as_nearness(story: Story) -> None:
    known = ring(story, 1_300, radius_m=800.0)
    assert [each.incident_id for each in proposed(story, ring(story, 0, "2", radius_m=400.0))] == [known]
    vague = ring(story, 0, "3", radius_m=30_000.0)
    assert same_events(story.city, vague, RULES) == ()  # a fix that covers the city says nothing


def test_one_telephone_speaks_for_one_event_wherever_it_is(story: Story) -> None:
    known = ring(story, None, "+86 139 0000 0000")
    found = proposed(story, ring(story, 5_000, "13900000000"))
    assert [(each.incident_id, each.score) for each in found] == [(known, 0.95)]
    assert "number" in codes(found[0])


def test_words_speak_before_there_is_a_place(story: Story) -> None:
    known = ring(story, None, "1", words="东单路口北侧", complaint="车祸")
    other = ring(story, None, "2")
    assert same_events(story.city, other, RULES) == ()
    call_id = story.city.incidents[other].call_ids[0]
    story.ask(c.TakeWords(call_id, "东单路口", "出车祸了"), TAKER)
    found = same_events(story.city, other, RULES)
    assert [each.incident_id for each in found] == [known]
    assert codes(found[0]) == {"minutes", "words", "complaint"}


def test_another_complaint_speaks_against_it_and_time_runs_out(story: Story) -> None:
    ring(story, 0, "1", complaint="车祸")
    (same,) = proposed(story, ring(story, 0, "2", complaint="车祸"))
    (other, _) = proposed(story, ring(story, 0, "3", complaint="老人胸痛"))
    assert same.score > other.score
    assert "other_complaint" in codes(other)
    assert proposed(story.later(46 * 60), ring(story, 0, "4")) == ()


def test_a_closed_incident_is_not_proposed(story: Story) -> None:
    known = ring(story)
    story.ask(c.CloseIncident(known, None, "x"), TAKER)
    assert proposed(story, ring(story, 0, "2")) == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_fifty_callers_of_one_crash_are_fifty_callers_of_one_incident(story: Story, seed: int) -> None:
    chance = random.Random(seed)
    first = ring(story, 0, "13800000000", words="东单路口", complaint="车祸")
    elsewhere = ring(story, 4_000, "13700000000", words="朝阳门", complaint="老人摔倒")
    words = ("东单路口", "东单北大街路口", "东单这里")
    rung = []
    for n in range(49):
        said: dict[str, Any] = {"words": chance.choice(words), "complaint": chance.choice(("车祸", "两车相撞 车祸"))}
        rung.append(ring(story.later(2), chance.uniform(-120, 120), f"139{n:08d}", **said))
    for incident_id in rung:
        assert elsewhere not in {each.incident_id for each in same_events(story.city, incident_id, RULES)}
    assert len(story.city.open_incidents) == 51, f"seed {seed}: nothing links itself"
    for incident_id in rung:
        (call_id,) = story.city.incidents[incident_id].call_ids
        found = same_events(story.city, incident_id, RULES)
        target = found[0].incident_id if found[0].callers > 1 else first
        assert target in {each.incident_id for each in found} | {first}
        story.ask(c.LinkCall(call_id, target), TAKER)
    callers = {each: len(story.city.incidents[each].call_ids) for each in story.city.open_incidents}
    assert sum(callers.values()) == 51, f"seed {seed}: a caller was lost"
    assert callers[elsewhere] == 1
    assert callers[first] == 50, f"seed {seed}: {callers}"
    kept = [call.number for call in story.city.calls.values()]
    assert len(kept) == len(set(kept)) == 51


def test_overlap_is_a_share_of_the_shorter_text() -> None:
    assert overlap("东单路口", "东单路口北侧") == 1.0
    assert overlap("东单", "西单") == 0.0
    assert overlap(None, "东单") == overlap("…", "东单") == 0.0
