"""What closures and slow zones change: the list of those that stand."""

from dispatch import events as e
from dispatch.called import called
from dispatch.changes.change import Change
from dispatch.fact import Fact
from dispatch.road_measure import RoadMeasure
from dispatch.state.city import City


def closed(city: City, fact: Fact, d: e.RoadClosed) -> City:
    return _with_measure(city, fact, d, None)


def _with_measure(city: City, fact: Fact, d: e.RoadClosed | e.RoadsSlowed, factor: float | None) -> City:
    row = RoadMeasure(
        d.measure_id,
        factor,
        d.outline,
        d.picks,
        d.lines,
        d.roads,
        d.road_count,
        d.begins,
        d.ends,
        fact.at,
        called(city, fact.actor),
        d.reason,
    )
    return city.with_measure(row)


def slowed(city: City, fact: Fact, d: e.RoadsSlowed) -> City:
    return _with_measure(city, fact, d, d.factor)


def lifted(city: City, fact: Fact, d: e.RoadMeasureLifted) -> City:
    return city.without_measure(d.measure_id)


CHANGES: dict[type, Change] = {
    e.RoadClosed: closed,
    e.RoadsSlowed: slowed,
    e.RoadMeasureLifted: lifted,
}
