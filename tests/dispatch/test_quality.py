"""Quality indicators over a city's ended cases."""

from datetime import timedelta

from center_protocols.indicators import Indicator, indicators
from dispatch import commands as c
from dispatch.views.quality import quality_cases
from dispatch.words import UnitStatus
from tests.dispatch.story import START, Story, crew, department, incident_underway, opened_city

STEMI = {"ecg": {"result": "stemi", "read_by": "physician"}}


def brought(story: Story, unit_id: str, where: str, wire_min: int) -> None:
    _, patient_id, _ = incident_underway(story, unit_id, STEMI)
    story.ask(c.ChooseDestination(patient_id, "C1", "crew_doctor"), crew(unit_id))
    for status in (UnitStatus.PATIENT_LOADED, UnitStatus.TRANSPORTING, UnitStatus.AT_HOSPITAL):
        story.later(60).ask(c.ReportStatus(unit_id, status), crew(unit_id))
    story.later(60 * wire_min)
    story.ask(c.RegisterTimePoint(patient_id, "wire", story.now), department("C1"))
    story.ask(c.CompleteHandoff(patient_id, where, "李四"), crew(unit_id))


def test_ended_cases_count_by_centre_and_time() -> None:
    story = opened_city(watched=False)
    brought(story, "U1", "cath_lab", 60)
    brought(story, "U2", "ed", 100)
    incident_underway(story, "U3", STEMI)
    rows = {row.code: row for row in indicators(tuple(quality_cases(story.city)))}
    wire = rows[Indicator.DOOR_TO_WIRE]
    assert (wire.reached, wire.cases) == (1, 2)
    bypass = rows[Indicator.BYPASS_ED_AND_CCU]
    assert (bypass.reached, bypass.cases) == (1, 2)
    assert rows[Indicator.PREALERTED].share == 1
    assert list(quality_cases(story.city, center_id="C2")) == []
    assert list(quality_cases(story.city, since=START + timedelta(days=1))) == []
    assert len(list(quality_cases(story.city, since=START, center_id="C1"))) == 2
