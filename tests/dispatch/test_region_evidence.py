"""Who is first where a place is only a region: only while it is one, and only while nobody has the patient."""

from dataclasses import replace

import pytest

from dispatch import commands as c
from dispatch.evidence import units_evidence
from dispatch.flow.decision import Evidence
from dispatch.flow.recommend import UNIT_RULE, rank_units, units_used
from dispatch.possible_places import possible_discs, region_of
from dispatch.region_evidence import centers_over_region
from dispatch.rules import builtin
from dispatch.sources import Sources
from dispatch.words import Place, UnitStatus
from geo.fleet_index import FleetIndex
from geo.uncertain import Disc, Outlook
from tests.dispatch.story import AML, EXCHANGE, TAKER, Story, opened_city
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


def ranked(story: Story, sources: Sources, incident_id: str) -> Evidence:
    found = units_evidence(story.city, incident_id, sources, story.now, RULES)
    assert found is not None
    return found


def test_a_vague_place_ranks_by_expected_times_and_keeps_that_it_did() -> None:
    story, sources, incident_id, patient_id = told(800.0)
    evidence = ranked(story, sources, incident_id)
    assert evidence.region is not None
    region = region_of(story.city, story.city.incidents[incident_id], RULES.region_from_m)
    assert isinstance(region, Disc)
    over = sources.travel.nearest_region(region, sources.fleet, delay_s=lambda _unit: RULES.turnout_s)
    options = rank_units(story.city, incident_id, evidence, RULES)
    assert [each.unit_id for each in options] == [each.id for each in over.outlooks]
    assert [each.eta_s for each in options] == pytest.approx([each.expected_s for each in over.outlooks])
    for option, row in zip(options, over.outlooks, strict=True):
        assert row.worst_s is not None
        assert option.worst_s == round(row.worst_s)
        assert option.first_share == row.first_share
    assert options[0].reasons[0].code == "unit.first_expected"
    used = units_used(options, evidence)
    assert (used.rule, used.region_m) == (UNIT_RULE, 800.0)
    assert used.rows[0].worst_s == options[0].worst_s
    assert sources.travel.rank_region(region).outlooks == of_centers(story, sources, patient_id)


def of_centers(story: Story, sources: Sources, patient_id: str) -> tuple[Outlook, ...]:
    found = centers_over_region(story.city, patient_id, sources, RULES)
    assert found is not None
    return found.rows


def test_turnout_counts_and_whoever_drives_already_has_none() -> None:
    story, sources, incident_id, _ = told(800.0)
    parked = rank_units(story.city, incident_id, ranked(story, sources, incident_id), RULES)
    unit = story.city.units[parked[0].unit_id]
    driving = story.city.with_unit(replace(unit, status=UnitStatus.RETURNING))
    evidence = units_evidence(driving, incident_id, sources, story.now, RULES)
    assert evidence is not None
    sooner = rank_units(driving, incident_id, evidence, RULES)
    assert sooner[0].unit_id == unit.id
    times = parked[0].eta_s, sooner[0].eta_s
    assert times[0] is not None
    assert times[1] == pytest.approx(times[0] - RULES.turnout_s)


def test_suspected_infection_counts_its_head_start_at_every_place() -> None:
    story, sources, incident_id, patient_id = told(800.0)
    story.ask(c.RecordFindings(patient_id, {"scene": {"infectious_suspected": "yes"}}), TAKER)
    last = rank_units(story.city, incident_id, ranked(story, sources, incident_id), RULES)[-1]
    sealed = replace(story.city.units[last.unit_id], equipment=("negative_pressure",))
    story.city = story.city.with_unit(sealed)
    sources.tell_units([sealed])
    evidence = ranked(story, sources, incident_id)
    first = rank_units(story.city, incident_id, evidence, RULES)[0]
    assert first.unit_id == sealed.id
    assert first.eta_s == pytest.approx(last.eta_s)
    assert (first.first_share or 0.0) > (last.first_share or 0.0)


def test_sources_that_contradict_each_other_make_several_places_however_near_each_is() -> None:
    story, sources, incident_id, _ = told(20.0)
    assert ranked(story, sources, incident_id).region is None
    here = story.city.incidents[incident_id].place
    assert here is not None
    far = Place(here.lon + 0.02, here.lat, 20.0, "wgs84", "aml")
    story.ask(c.ReportPosition(far, incident_id=incident_id), EXCHANGE)
    region = ranked(story, sources, incident_id).region
    assert region is not None
    assert (region.places, region.radius_m < RULES.region_from_m) == (2, True)
    story.ask(c.Locate(incident_id, replace(here, confirmed=True)), TAKER)
    assert ranked(story, sources, incident_id).region is None


def test_every_meaning_of_words_that_nobody_has_chosen_is_a_place() -> None:
    story = opened_city(watched=False)
    opened = story.ask(c.ReceiveCall("1", place=Place(116.4, 39.9, 80.0, "wgs84", "handset")), TAKER)[0].data
    story.ask(c.ReportPosition(Place(116.44, 39.9, 20.0, "wgs84", "aml"), number="1"), EXCHANGE)
    pasted = Place(116.5, 39.9, 20.0, "wgs84", "pasted")
    story.ask(c.ReportPosition(pasted, incident_id=opened.incident_id, alternatives=(AML,)), TAKER)
    discs = possible_discs(story.city, story.city.incidents[opened.incident_id])
    assert {round(each.center.lon, 2) for each, _ in discs} == {116.4, 116.44, 116.5, 116.41}
    assert all(0 < belief <= 1 for _, belief in discs)


def test_a_near_or_confirmed_place_needs_no_region() -> None:
    for told_of in (told(100.0), told(800.0, confirmed=True)):
        story, sources, incident_id, patient_id = told_of
        assert ranked(story, sources, incident_id).region is None
        assert centers_over_region(story.city, patient_id, sources, RULES) is None


def test_an_unknown_incident_or_patient_has_no_region() -> None:
    story, sources, _, _ = told(800.0)
    assert units_evidence(story.city, "nobody", sources, story.now, RULES) is None
    assert centers_over_region(story.city, "nobody", sources, RULES) is None


def test_a_region_without_a_road_has_no_answer() -> None:
    story, sources, incident_id, patient_id = told(800.0, lon=100.0)
    assert units_evidence(story.city, incident_id, sources, story.now, RULES) is None
    assert centers_over_region(story.city, patient_id, sources, RULES) is None
