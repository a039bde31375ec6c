"""Who is first where a place is only a region: only while it is one, and only while nobody has the patient."""

from dataclasses import replace

import pytest

from dispatch.commands import incident as c
from dispatch.evidence import Sources
from dispatch.region_evidence import centers_over_region, region_of, units_over_region
from dispatch.rules import builtin
from dispatch.words import Place, UnitStatus
from geo.fleet_index import FleetIndex
from tests.dispatch.story import TAKER, Story, opened_city
from tests.geo.random_city import random_graph, travel_on

RULES = builtin()


def told(radius_m: float, *, confirmed: bool = False, lon: float | None = None) -> tuple[Story, Sources, str, str]:
    """Ring from a little city; its units stand and its centres lie at junctions."""
    graph, story = random_graph(1), opened_city(watched=False)
    travel = travel_on(graph, {"C1": graph.node_point(0), "C2": graph.node_point(graph.node_count - 1)})
    sources = Sources(travel, FleetIndex(travel.roads))
    for nth, unit in enumerate(story.city.units):
        sources.fleet.move(unit, graph.node_point(nth), story.now)
    sources.tell_units(story.city.units.values())
    here = graph.node_point(1)
    place = Place(here.lon if lon is None else lon, here.lat, radius_m, "wgs84", "handset", confirmed)
    opened = story.ask(c.ReceiveCall("13800000000", "东单", "胸痛", place), TAKER)[1].data
    return story, sources, opened.incident_id, opened.patient_id


def test_a_vague_place_is_answered_as_a_region() -> None:
    story, sources, incident_id, patient_id = told(800.0)
    units = units_over_region(story.city, incident_id, sources, RULES)
    assert units is not None
    assert {row.id for row in units.rows} == story.city.units.keys()
    centers = centers_over_region(story.city, patient_id, sources, RULES)
    assert centers is not None
    assert [row.id for row in centers.rows] != []
    assert all(row.expected_s is not None and row.worst_s is not None for row in centers.rows)
    place = story.city.incidents[incident_id].place
    assert place is not None
    region = region_of(place, RULES.region_from_m)
    assert region is not None
    assert sources.travel.rank_region(region).outlooks == centers.rows
    assert not centers.choice_changes or centers_over_region(story.city, patient_id, sources, RULES, {"C1"}) != centers


def test_turnout_counts_and_whoever_drives_already_has_none() -> None:
    story, sources, incident_id, _ = told(800.0)
    parked = units_over_region(story.city, incident_id, sources, RULES)
    assert parked is not None
    unit = story.city.units[parked.rows[0].id]
    driving = story.city.with_unit(replace(unit, status=UnitStatus.RETURNING))
    sooner = units_over_region(driving, incident_id, sources, RULES)
    assert sooner is not None
    assert sooner.rows[0].id == unit.id
    times = parked.rows[0].expected_s, sooner.rows[0].expected_s
    assert times[0] is not None
    assert times[1] == pytest.approx(times[0] - RULES.turnout_s)


def test_a_near_or_confirmed_place_needs_no_region() -> None:
    for told_of in (told(100.0), told(800.0, confirmed=True)):
        story, sources, incident_id, patient_id = told_of
        assert units_over_region(story.city, incident_id, sources, RULES) is None
        assert centers_over_region(story.city, patient_id, sources, RULES) is None


def test_an_unknown_incident_or_patient_has_no_region() -> None:
    story, sources, _, _ = told(800.0)
    assert units_over_region(story.city, "nobody", sources, RULES) is None
    assert centers_over_region(story.city, "nobody", sources, RULES) is None


def test_a_region_without_a_road_has_no_answer() -> None:
    story, sources, incident_id, patient_id = told(800.0, lon=100.0)
    assert units_over_region(story.city, incident_id, sources, RULES) is None
    assert centers_over_region(story.city, patient_id, sources, RULES) is None
