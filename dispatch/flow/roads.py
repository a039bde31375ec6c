"""The roads as they are today: what is closed, what is slow, until when, why."""

from datetime import datetime
from typing import TypeAlias

from dispatch import commands as c
from dispatch import events as e
from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.flow.decision import Decide, Decision, RoadsChosen
from dispatch.road_measure import LonLat
from dispatch.rules import Rules
from dispatch.state.city import City

Outline: TypeAlias = tuple[LonLat, ...]
OUTLINE_LEAST = 3  # corners
NAMES_KEPT = 6  # of the roads inside an outline; more nobody reads
TROUBLES = {"crossing": "measure.crossing", "outside": "measure.outside", "roadless": "measure.roadless"}


def close_road(city: City, command: Command, ask: c.CloseRoad, rules: Rules) -> Decision:
    """Close roads, unless that would shut a large part of the city by a slip of the hand."""
    roads = _chosen(city, command, ask, rules)
    if isinstance(roads, Refused):
        return roads
    if roads.road_count > rules.closed_roads_most:
        return Refused("measure.too_many_roads", {"roads": roads.road_count, "most": rules.closed_roads_most})
    return [e.RoadClosed(command.new_id(0), *_as_chosen(command, ask, roads))]


def slow_roads(city: City, command: Command, ask: c.SlowRoads, rules: Rules) -> Decision:
    """Slow roads down by a factor that a road can have."""
    least, most = rules.slow_factor_least, rules.slow_factor_most
    if not least <= ask.factor <= most:
        return Refused("measure.factor", {"factor": f"{ask.factor:g}", "least": f"{least:g}", "most": f"{most:g}"})
    roads = _chosen(city, command, ask, rules)
    if isinstance(roads, Refused):
        return roads
    return [e.RoadsSlowed(command.new_id(0), ask.factor, *_as_chosen(command, ask, roads))]


def lift_road_measure(city: City, _command: Command, ask: c.LiftRoadMeasure, _rules: Rules) -> Decision:
    """Take a measure away that stands."""
    if ask.measure_id not in city.measures:
        return Refused("measure.unknown")
    return [e.RoadMeasureLifted(ask.measure_id, "lifted", ask.reason)]


def _chosen(city: City, command: Command, ask: c.CloseRoad | c.SlowRoads, rules: Rules) -> RoadsChosen | Refused:
    """Return the roads of a measure that could be put in force, or why it could not."""
    refused = _shape_refused(ask, rules) or _times_refused(command, ask.begins, ask.ends)
    if refused is not None:
        return refused
    if not ask.reason.strip():
        return Refused("measure.no_reason")
    if len(city.measures) >= rules.measures_most:
        return Refused("measure.too_many", {"most": rules.measures_most})
    roads: RoadsChosen | None = command.evidence.roads if command.evidence is not None else None
    if roads is None:
        return Refused("measure.roadless")
    return roads if roads.trouble is None else Refused(TROUBLES[roads.trouble])


def _as_chosen(
    command: Command, ask: c.CloseRoad | c.SlowRoads, roads: RoadsChosen
) -> tuple[Outline, Outline, datetime, datetime | None, tuple[Outline, ...], tuple[str, ...], int, str]:
    """Return what both measures keep: where, from when until when, what the map said of it, and why."""
    begins, names = _begins(command, ask.begins), roads.names[:NAMES_KEPT]
    return ask.outline, ask.picks, begins, ask.ends, roads.lines, names, roads.road_count, ask.reason


def _shape_refused(ask: c.CloseRoad | c.SlowRoads, rules: Rules) -> Refused | None:
    if not ask.outline and not ask.picks:
        return Refused("measure.empty")
    if ask.outline and len(ask.outline) < OUTLINE_LEAST:
        return Refused("measure.crossing")
    corners = max(len(ask.outline), len(ask.picks))
    if corners > rules.measure_points_most:
        return Refused("measure.too_many_points", {"points": corners, "most": rules.measure_points_most})
    return None


def _times_refused(command: Command, begins: datetime | None, ends: datetime | None) -> Refused | None:
    if ends is None:
        return None
    if ends <= _begins(command, begins):
        return Refused("measure.ends_before_it_begins")
    return Refused("measure.over") if ends <= command.received_at else None


def _begins(command: Command, begins: datetime | None) -> datetime:
    return command.at if begins is None else begins


DECISIONS: dict[type, Decide] = {
    c.CloseRoad: close_road,
    c.SlowRoads: slow_roads,
    c.LiftRoadMeasure: lift_road_measure,
}
