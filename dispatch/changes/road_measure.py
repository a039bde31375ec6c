"""What closures and slow zones change: the list of those that stand."""

from dispatch.changes.change import Change
from dispatch.city import City
from dispatch.events import ground as ge
from dispatch.fact import Fact
from dispatch.road_measure import RoadMeasure


def closed(city: City, fact: Fact, d: ge.RoadClosed) -> City:
    return _with_measure(city, fact, d, None)


def slowed(city: City, fact: Fact, d: ge.RoadsSlowed) -> City:
    return _with_measure(city, fact, d, d.factor)


def _with_measure(city: City, fact: Fact, d: ge.RoadClosed | ge.RoadsSlowed, factor: float | None) -> City:
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
        fact.actor.account,
        d.reason,
    )
    return city.with_measure(row)


def lifted(city: City, fact: Fact, d: ge.RoadMeasureLifted) -> City:
    return city.without_measure(d.measure_id)


CHANGES: dict[type, Change] = {ge.RoadClosed: closed, ge.RoadsSlowed: slowed, ge.RoadMeasureLifted: lifted}
