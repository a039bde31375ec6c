"""Which minutes of the register the facts about a patient give by themselves, so that nobody has to type them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from center_protocols.timepoints import DIAGNOSED, GIVEN_POINTS
from center_protocols.vocabulary import FindingStatus, Given, Known, TimePoint
from dispatch.changes.change import point_row
from dispatch.fact import Fact
from dispatch.state.city import City
from dispatch.state.incident import Patient, Points, corrected, with_point
from dispatch.words import ClockSource, FiredCondition

STATED = {"onset_at": TimePoint.ONSET, "last_known_well_at": TimePoint.LAST_KNOWN_WELL}
MEASURED = {"glucose_mmol_l": TimePoint.GLUCOSE_MEASURED, "temp_c": TimePoint.TEMPERATURE_MEASURED}
BY_FINDING = "findings"  # why a stated minute replaced an earlier one


def stated(city: City, points: Points, fact: Fact, learned: Mapping[str, Any]) -> Points:
    """Register what somebody remembers of before the call (the last word counts), what was measured, and a ROSC."""
    for name, point in STATED.items():
        at = _past(learned.get(name), fact.at)
        if at is None or (point in points and points[point].at == at):
            continue
        row = replace(point_row(city, fact, at), clock=ClockSource.HUMAN)
        points = corrected(points, point, row, BY_FINDING) if point in points else with_point(points, point, row)
    if _group(learned, "arrest").get("rosc") == Known.YES:
        points = with_point(points, TimePoint.ROSC, point_row(city, fact))
    return measured(city, points, fact, _group(learned, "vitals"))


def measured(city: City, points: Points, fact: Fact, vitals: Mapping[str, Any]) -> Points:
    """Register the first glucose and the first temperature."""
    for name, point in MEASURED.items():
        if isinstance(vitals.get(name), int | float):
            points = with_point(points, point, point_row(city, fact))
    return points


def transmitted(city: City, points: Points, fact: Fact) -> Points:
    """Register when the desk held the 12-lead: by its own clock, whatever the tablet's says."""
    row = replace(point_row(city, fact, fact.recorded_at), clock=ClockSource.SERVER, uncertainty_s=0.0)
    return with_point(points, TimePoint.ECG_TRANSMITTED, row)


def diagnosed(city: City, points: Points, fact: Fact, conditions: Iterable[FiredCondition]) -> Points:
    """Register the first diagnosis of a chest pain that a physician confirmed (初步诊断)."""
    certain = any(each.code in DIAGNOSED and each.status == FindingStatus.CONFIRMED for each in conditions)
    return with_point(points, TimePoint.DIAGNOSIS, point_row(city, fact)) if certain else points


def given(city: City, patient: Patient, fact: Fact, code: str) -> Points:
    """Register what the crew did; the first compression was a bystander's where one pressed before them."""
    point = GIVEN_POINTS[Given(code)] if code in GIVEN_POINTS else None
    bystander = _group(patient.findings, "arrest").get("bystander_cpr") == Known.YES
    if point is None or (point is TimePoint.FIRST_COMPRESSION and bystander):
        return patient.points
    return with_point(patient.points, point, point_row(city, fact))


def _group(findings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    group = findings.get(name)
    return group if isinstance(group, Mapping) else {}


def _past(value: object, now: datetime) -> datetime | None:
    """Return a stated time of the past; one of the future is a contradiction, kept with the findings only."""
    if not isinstance(value, str):
        return None
    at = msgspec.convert(value, datetime)
    return at if at <= now else None
