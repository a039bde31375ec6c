"""What follows from not knowing where exactly: one unit may roll, or the question that tells two places apart."""

from dispatch.adapters.location.whereabouts import deciding_question, over_row
from dispatch.flow.decision import OverRegion
from geo.places.reverse_place import Whereabouts
from geo.point import Point


def at(road: str | None, district: str | None, *crossings: str) -> Whereabouts:
    return Whereabouts(road, district, crossings, ())


def test_the_widest_difference_is_asked_first() -> None:
    assert deciding_question(at("A", "东"), at("B", "西")).code == "ask.district"
    assert deciding_question(at("A", "东"), at("B", "东")).params == {"one": "A", "other": "B"}
    assert deciding_question(at("A", None, "C"), at("A", "东", "D")).code == "ask.crossing"
    assert deciding_question(at(None, None), at("A", None)).code == "ask.landmark"


def test_a_page_is_not_told_place_by_place() -> None:
    row = over_row(
        OverRegion(1, 300.0, choice_changes=False, roadless_share=0.0, rows=(), firsts=((Point(116.4, 39.9), "U1"),))
    )
    assert row == {"places": 1, "radius_m": 300.0, "choice_changes": False, "roadless_share": 0.0, "rows": ()}
