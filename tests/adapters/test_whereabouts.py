"""The question that tells two possible places apart, and the places that are possible."""

from dispatch.adapters.location.whereabouts import deciding_question, possible_discs
from dispatch.commands import incident as c
from dispatch.commands import location as lc
from dispatch.words import Place
from geo.places.reverse_place import Whereabouts
from geo.point import Point
from tests.dispatch.story import AML, EXCHANGE, PLACE, TAKER, opened_city


def at(road: str | None, district: str | None, *crossings: str) -> Whereabouts:
    return Whereabouts(road, district, crossings, ())


def test_the_widest_difference_is_asked_first() -> None:
    assert deciding_question(at("A", "东"), at("B", "西")).code == "ask.district"
    assert deciding_question(at("A", "东"), at("B", "东")).params == {"one": "A", "other": "B"}
    assert deciding_question(at("A", None, "C"), at("A", "东", "D")).code == "ask.crossing"
    assert deciding_question(at(None, None), at("A", None)).code == "ask.landmark"


def test_every_place_counts_until_a_person_confirms_one() -> None:
    story = opened_city(watched=False)
    incident_id = story.ask(c.ReceiveCall("1", place=Place(116.4, 39.9, 80.0, "wgs84", "handset")), TAKER)[
        0
    ].data.incident_id
    story.ask(lc.ReportPosition(Place(116.44, 39.9, 20.0, "wgs84", "aml"), number="1"), EXCHANGE)
    pasted = Place(116.5, 39.9, 20.0, "wgs84", "pasted")
    story.ask(lc.ReportPosition(pasted, incident_id=incident_id, alternatives=(AML,)), TAKER)
    discs = possible_discs(story.city, story.city.incidents[incident_id])
    assert {round(each.center.lon, 2) for each in discs} == {116.4, 116.44, 116.5, 116.41}
    story.ask(c.Locate(incident_id, PLACE), TAKER)
    assert [each.center for each in possible_discs(story.city, story.city.incidents[incident_id])] == [
        Point(116.4, 39.9)
    ]
