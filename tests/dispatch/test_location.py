"""Where it is: what every source and every bad input leads to. Pure."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.evidence import position_evidence
from dispatch.fact import Fact
from dispatch.flow import decide
from dispatch.flow.decision import PositionEvidence
from dispatch.rules import builtin
from dispatch.sources import Neighbor
from dispatch.views.live import snapshot
from dispatch.words import Place
from geo.point import Box, Point, distance_m
from tests.dispatch.story import AML, EXCHANGE, PLACE, SCOPES, SYSTEM, TAKER, Story, caller, opened_city

NUMBER = "13700000000"
WORDS = Place(116.4, 39.9, 50.0, "wgs84", "caller_words")


@pytest.fixture
def story() -> Story:
    return opened_city(watched=False)


def ring(story: Story, place: Place | None = None, number: str = NUMBER) -> str:
    return str(story.ask(c.ReceiveCall(number, "东单", "胸痛", place), TAKER)[0].data.incident_id)


def tell(story: Story, place: Place = AML, **more: object) -> list[Fact]:
    return story.ask(c.ReportPosition(place, **({"number": NUMBER} | more)), EXCHANGE)  # type: ignore[arg-type]


def east(metres: float, source: str = "aml", radius_m: float = 30.0) -> Place:
    return Place(116.4 + metres / 85_390.0, 39.9, radius_m, "wgs84", source)


def where(story: Story, incident_id: str) -> Place:
    place = story.city.incidents[incident_id].place
    assert place is not None
    return place


def test_a_position_of_a_caller_locates_the_incident(story: Story) -> None:
    incident_id = ring(story)
    tell(story)
    assert (where(story, incident_id).source, where(story, incident_id).confirmed) == ("fused", False)
    assert where(story, incident_id).lon == AML.lon


def test_a_better_position_moves_it_and_a_late_or_same_one_does_not(story: Story) -> None:
    incident_id = ring(story)
    tell(story, east(0, radius_m=800))
    tell(story.later(5), east(300, radius_m=10))
    assert where(story, incident_id).lon == pytest.approx(east(300).lon, abs=1e-6)
    assert tell(story.later(5), east(301, radius_m=10)) == []
    before = story.now - timedelta(seconds=60)
    assert story.ask(c.ReportPosition(east(900), number=NUMBER), EXCHANGE, at=before) == []
    assert len(story.city.incidents[incident_id].position_ids) == 1


def test_words_far_from_the_handset_are_a_conflict_that_stays_visible(story: Story) -> None:
    incident_id = ring(story, WORDS)
    tell(story, east(3_000))
    estimate = story.city.incidents[incident_id].estimate
    assert estimate is not None
    assert [round(each.distance_m, -2) for each in estimate.conflicts] == [3_000]
    assert len(estimate.possible) == 2


def test_what_a_person_confirmed_is_not_moved_by_a_machine_and_the_conflict_shows(story: Story) -> None:
    incident_id = ring(story)
    story.ask(c.Locate(incident_id, PLACE), TAKER)
    tell(story, east(3_000))
    assert where(story, incident_id) == PLACE
    estimate = story.city.incidents[incident_id].estimate
    assert estimate is not None
    assert estimate.conflicts
    assert estimate.possible[0].sources == ("told:person",)


def test_a_choice_is_recorded_and_confirmed(story: Story) -> None:
    incident_id = ring(story, WORDS)
    source = tell(story, east(3_000))[0].data.position_id
    located = story.ask(c.ChooseSource(incident_id, source), TAKER)[0].data
    assert isinstance(located, e.IncidentLocated)
    assert (located.position_id, located.place.confirmed, located.place.source) == (source, True, "aml")
    assert story.refused(c.ChooseSource(incident_id, "x"), TAKER) == "position.unknown"
    assert story.refused(c.ChooseSource(incident_id, source, 1), TAKER) == "position.no_alternative"


def test_words_of_unknown_datum_are_every_place_until_somebody_chooses(story: Story) -> None:
    incident_id = ring(story)
    pasted = [east(0, "pasted"), east(500, "pasted"), east(900, "pasted")]
    told = tell(story, pasted[0], incident_id=incident_id, alternatives=tuple(pasted[1:]))[0].data
    assert [each.code for each in told.doubts] == ["position.which_datum"]
    region = where(story, incident_id)
    assert all(
        distance_m(Point(region.lon, region.lat), Point(each.lon, each.lat)) <= region.radius_m for each in pasted
    )
    story.ask(c.ChooseSource(incident_id, told.position_id, 2), TAKER)
    assert where(story, incident_id).lon == pasted[2].lon


def test_a_number_that_never_called_is_kept_apart_and_attached_when_it_calls(story: Story) -> None:
    kept = tell(story, indoors="B2")[0].data
    assert isinstance(kept, e.PositionKept)
    assert not story.city.open_incidents
    facts = story.later(60).ask(c.ReceiveCall("+8613700000000", "东单"), TAKER)
    incident_id = facts[0].data.incident_id
    assert where(story, incident_id).lon == AML.lon
    assert story.city.positions[kept.position_id].incident_id == incident_id
    assert not story.city.kept_positions


def test_a_kept_position_expires(story: Story) -> None:
    tell(story)
    story.later(601).ask(c.CheckDeadlines(), SYSTEM)
    assert not story.city.kept_positions
    assert not story.city.positions
    incident_id = ring(story)
    assert story.city.incidents[incident_id].place is None


def test_a_number_that_never_calls_is_one_row_on_no_screen_and_gone_after_its_time(story: Story) -> None:
    for n in range(1_000):
        tell(story.later(0.01), east(n * 10))
    kept = [each for each in story.city.positions.values() if each.number == NUMBER]
    assert [each.place for each in kept] == [east(9_990)]
    assert [scope for scope in SCOPES if snapshot(story.city, scope)["positions"]] == []
    story.later(builtin().position_kept_min * 60).ask(c.CheckDeadlines(), SYSTEM)
    assert (len(story.city.positions), story.city.kept_positions) == (0, frozenset())


def test_the_exchange_learning_the_number_attaches_it(story: Story) -> None:
    tell(story)
    story.ask(c.ReportLineEvent("x1", "ring"), EXCHANGE)
    facts = story.ask(c.ReportLineEvent("x1", "ring", NUMBER), EXCHANGE)
    assert {"CallerNumberLearned", "PositionReported", "IncidentLocated"} <= {each.kind for each in facts}


def test_a_replay_without_a_call_is_refused_and_with_one_is_told_to_be_old(story: Story) -> None:
    old = story.now
    story.later(1_000)
    assert story.refused(c.ReportPosition(AML), EXCHANGE) == "position.nobody"
    answer = story.try_(c.ReportPosition(AML, number=NUMBER), EXCHANGE, at=old)
    assert getattr(answer, "code", None) == "position.replayed"
    incident_id = ring(story)
    told = story.ask(c.ReportPosition(AML, number=NUMBER), EXCHANGE, at=old)
    assert [each.code for each in told[0].data.doubts] == ["position.old"]
    assert story.city.incidents[incident_id].place is None


def test_a_flood_of_numbers_that_never_call_is_bounded(story: Story) -> None:
    tell(story, number="13700000001")
    (row,) = story.city.positions.values()
    for n in range(builtin().positions_kept - 1):
        story.city = story.city.with_position(replace(row, id=str(n)))
    assert story.refused(c.ReportPosition(AML, number=NUMBER), EXCHANGE) == "position.too_many_kept"
    tell(story, number="13700000001")
    story.later(builtin().position_kept_min * 60).ask(c.CheckDeadlines(), SYSTEM)
    tell(story)


@pytest.mark.parametrize(
    ("place", "evidence", "code", "located"),
    [
        (Place(0.0, 0.0, 30, "wgs84", "aml"), PositionEvidence(inside=False), "position.null_island", False),
        (
            Place(39.9, 116.4, 30, "wgs84", "aml"),
            PositionEvidence(inside=False, swapped=AML),
            "position.swapped",
            False,
        ),
        (Place(116.4, 39.9, 100_000, "wgs84", "aml"), PositionEvidence(), "position.too_wide", False),
        (Place(116.4, 39.9, 0, "wgs84", "aml"), PositionEvidence(), "position.no_radius", True),
        (Place(117.2, 39.1, 30, "wgs84", "aml"), PositionEvidence(inside=False), "position.outside", True),
    ],
)
def test_every_bad_position_is_shown_with_its_doubt(
    story: Story, place: Place, evidence: PositionEvidence, code: str, *, located: bool
) -> None:
    incident_id = ring(story)
    command = Command(
        "01KB000000000000000000000X", c.ReportPosition(place, number=NUMBER), EXCHANGE, story.now, story.now
    )
    facts = decide(story.city, replace(command, evidence=evidence), builtin())
    assert isinstance(facts, list)
    assert [each.code for each in facts[0].doubts] == [code]
    assert any(isinstance(each, e.IncidentLocated) for each in facts) is located
    assert facts[0].incident_id == incident_id


def test_a_swapped_pair_is_offered_turned_round_and_not_guessed(story: Story) -> None:
    ring(story)
    place = Place(39.9, 116.4, 30, "wgs84", "aml")
    command = Command(
        "01KB000000000000000000000X", c.ReportPosition(place, number=NUMBER), EXCHANGE, story.now, story.now
    )
    facts = decide(story.city, replace(command, evidence=PositionEvidence(inside=False, swapped=AML)), builtin())
    assert isinstance(facts, list)
    assert facts[0].alternatives == (AML,)


def test_a_caller_outside_the_city_is_a_phone_task_with_the_neighbours_number(story: Story) -> None:
    ring(story)
    outside = PositionEvidence(inside=False, neighbor=("天津120", "022-120"))
    story.evidence = lambda: outside  # type: ignore[method-assign, return-value, assignment] # the map's word
    tell(story, Place(117.2, 39.1, 30, "wgs84", "aml"))
    raised = [each.data for each in story.ask(c.CheckDeadlines(), SYSTEM) if isinstance(each.data, e.TaskRaised)]
    assert [(each.kind, each.params["center"], each.params["phone"]) for each in raised] == [
        ("outside_city", "天津120", "022-120")
    ]


def test_the_map_says_what_lies_outside_and_what_is_swapped() -> None:
    served, inside = Box(115.0, 39.0, 118.0, 41.0), Place(116.0, 40.0, 10, "wgs84", "aml")
    neighbors = (Neighbor("远", "2", Point(130, 40)), Neighbor("近", "1", Point(119, 40)))
    assert position_evidence(inside, served, neighbors) == PositionEvidence()
    assert position_evidence(replace(inside, lon=40.0, lat=116.0), served, neighbors).swapped == inside
    assert position_evidence(replace(inside, lon=118.5), served, neighbors).neighbor == ("近", "1")
    assert position_evidence(replace(inside, lon=118.5), served, ()).neighbor is None


def test_indoors_is_kept_and_only_the_news_is_a_fact(story: Story) -> None:
    incident_id = ring(story)
    story.ask(c.NoteIndoors(incident_id, floor="3"), TAKER)
    story.ask(c.NoteIndoors(incident_id, room="301"), TAKER)
    assert story.ask(c.NoteIndoors(incident_id, floor="3"), TAKER) == []
    row = story.city.incidents[incident_id]
    assert (row.building, row.floor, row.room) == (None, "3", "301")


def send(story: Story, incident_id: str, token_hash: str = "h") -> str:  # noqa: S107 - a hash, and of nothing
    return str(story.ask(c.SendLink(incident_id, token_hash, NUMBER), TAKER)[-1].data.link_id)


def test_a_link_takes_the_position_for_a_while_and_then_no_more(story: Story) -> None:
    incident_id = ring(story)
    link_id = send(story, incident_id)
    here = c.ReportPosition(east(0, "link"), link_id=link_id)
    assert story.refused(here, caller(link_id)) == "link.stream_over"
    story.ask(c.OpenLink(link_id, "d"), caller(link_id))
    assert story.ask(c.OpenLink(link_id, "d"), caller(link_id)) == []
    assert story.refused(c.OpenLink(link_id, "another telephone"), caller(link_id)) == "link.opened_elsewhere"
    story.ask(here, caller(link_id))
    assert where(story, incident_id).source == "fused"
    story.later(15 * 60)
    assert story.refused(here, caller(link_id)) == "link.stream_over"
    story.ask(c.WriteMessage(link_id, "我在三楼"), caller(link_id))
    story.later(120 * 60)
    assert story.refused(c.WriteMessage(link_id, "?"), caller(link_id)) == "link.over"


def test_a_new_link_ends_the_one_before_and_an_incident_ends_all(story: Story) -> None:
    incident_id = ring(story)
    first, second = send(story, incident_id, "h1"), send(story, incident_id, "h2")
    assert story.refused(c.OpenLink(first, "d"), caller(first)) == "link.over"
    assert story.refused(c.SendLink(incident_id, "h2"), TAKER) == "link.token_used"
    story.ask(c.CloseIncident(incident_id, None, "nobody"), TAKER)
    assert story.refused(c.OpenLink(second, "d"), caller(second)) == "link.over"
    assert story.refused(c.OpenLink("x", "d"), caller("x")) == "link.unknown"


def unsent(story: Story) -> set[str]:
    story.ask(c.CheckDeadlines(), SYSTEM)
    return {each for each in story.city.open_tasks if story.city.tasks[each].kind == "link_unsent"}


def test_a_text_message_that_failed_or_of_which_nothing_was_heard_is_a_phone_task(story: Story) -> None:
    incident_id = ring(story)
    first = send(story, incident_id, "h1")
    assert unsent(story.later(10)) == set()
    assert unsent(story.later(10)) == {f"link_unsent:link:{first}"}
    story.ask(c.ReportLinkMessage(first, "sent"), TAKER)
    assert story.ask(c.ReportLinkMessage(first, "sent"), TAKER) == []
    assert unsent(story) == set()
    second = send(story, incident_id, "h2")
    story.ask(c.ReportLinkMessage(second, "failed"), TAKER)
    assert unsent(story) == {f"link_unsent:link:{second}"}
    story.ask(c.OpenLink(second, "d"), caller(second))
    assert unsent(story) == set()
    third = send(story, incident_id, "h3")
    story.ask(c.ReportLinkMessage(third, "none"), TAKER)
    assert unsent(story.later(60)) == set()
    assert story.refused(c.ReportLinkMessage("x", "sent"), TAKER) == "link.unknown"


def test_messages_and_photos_are_bounded(story: Story) -> None:
    incident_id = ring(story)
    link_id = send(story, incident_id)
    me = caller(link_id)
    assert story.refused(c.WriteMessage(link_id, " \n"), me) == "link.no_words"
    for n in range(200):
        story.ask(c.WriteMessage(link_id, str(n)), me if n % 2 else TAKER)
    assert story.refused(c.WriteMessage(link_id, "x"), me) == "link.too_many_messages"
    assert [each.by for each in story.city.links[link_id].messages[:2]] == ["seat", "caller"]
    for n in range(6):
        story.ask(c.SendPhoto(link_id, f"P{n}", 1), me)
    assert story.ask(c.SendPhoto(link_id, "P5", 1), me) == []
    assert story.refused(c.SendPhoto(link_id, "P6", 1), me) == "link.too_many_photos"


def test_ten_thousand_links_in_a_minute_are_bounded_and_the_next_minute_is_free() -> None:
    story = opened_city(watched=False)
    incident_id = ring(story)
    answers = [story.later(0.005).try_(c.SendLink(incident_id, f"h{n}"), TAKER) for n in range(10_000)]
    refused = [each for each in answers if isinstance(each, Refused)]
    assert {each.code for each in refused} == {"link.too_many"}
    assert len(refused) == 10_000 - builtin().links_per_minute
    assert len(story.city.links_sent) == len(story.city.links) == builtin().links_per_minute
    send(story.later(int(refused[-1].params["wait_s"])), incident_id, "free again")
