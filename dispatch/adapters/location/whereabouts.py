"""Say what follows from not knowing where exactly it is: a unit may roll at once, or one question decides."""

from collections import Counter
from typing import Any

import msgspec

from dispatch.adapters.city_names import names_of
from dispatch.adapters.worded import worded
from dispatch.flow.decision import OverRegion
from dispatch.words import Reason
from geo.city_pack import CityPack
from geo.places.reverse_place import ReversePlaces, Whereabouts
from geo.point import Point, distance_m

ASK_LANDMARK = Reason("ask.landmark")


def over_row(over: OverRegion) -> dict[str, Any]:
    """Return what a page is told of a region, without its places one by one."""
    row: dict[str, Any] = msgspec.to_builtins(over)
    del row["firsts"]
    return row


def region_row(pack: CityPack, over: OverRegion) -> dict[str, Any]:
    """Return a region with its answer: ``roll`` names the unit that is first from every place, else what to ask."""
    ranked = Counter(unit_id for _, unit_id in over.firsts).most_common(2)
    if len(ranked) < 2:  # noqa: PLR2004 - one unit is first, or nobody
        return over_row(over) | {"roll": ranked[0][0] if ranked else None, "question": None}
    places = ([at for at, first in over.firsts if first == unit_id] for unit_id, _ in ranked)
    names = names_of(pack)
    if not names.done():  # a server's first seconds: nobody waits for names to send a unit
        return over_row(over) | {"roll": None, "question": worded(ASK_LANDMARK)}
    question = deciding_question(*(_described(names.result().reverse, each) for each in places))
    return over_row(over) | {"roll": None, "question": worded(question)}


def _described(reverse: ReversePlaces, points: list[Point]) -> Whereabouts:
    """Describe the middle one of some points."""
    middle = min(points, key=lambda each: sum(distance_m(each, other) for other in points))
    return reverse.describe(middle)


def deciding_question(one: Whereabouts, other: Whereabouts) -> Reason:
    """Return the question that tells two places apart: district, else road, else crossing or landmark."""
    for code, a, b in (
        ("ask.district", one.district, other.district),
        ("ask.road", one.road, other.road),
        ("ask.crossing", next(iter(one.cross_streets), None), next(iter(other.cross_streets), None)),
    ):
        if a is not None and b is not None and a != b:
            return Reason(code, {"one": a, "other": b})
    return ASK_LANDMARK
