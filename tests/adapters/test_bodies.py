"""What the wire accepts for each command, and what leaves the edge: WGS-84, closed lists, plausible numbers."""

from dataclasses import fields
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from dispatch import commands as c
from dispatch.adapters.http.bodies import BadFieldError, body_of, check_vitals, command_data, envelope_of
from dispatch.command_roles import COMMANDS
from dispatch.words import UnitStatus
from geo.datum import Datum, from_wgs84
from geo.point import Point

PLACE = {"lon": 116.4, "lat": 39.9, "radius_m": 5, "datum": "wgs84", "source": "map_click"}


def read(kind: type, **data: Any) -> Any:  # noqa: ANN401 - an instance of kind
    """Return the command a body asks for."""
    return command_data(kind, body_of(kind).model_validate(data))


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_a_body_has_the_fields_of_its_command_and_at_most_a_datum_more(kind: type) -> None:
    assert set(body_of(kind).model_fields) - {each.name for each in fields(kind)} <= {"datum"}
    with pytest.raises(ValidationError, match="extra_forbidden"):
        body_of(kind).model_validate({"surprise": 1})


def test_every_datum_arrives_as_wgs84_and_is_remembered() -> None:
    chance = Random(7)
    for _ in range(1_000):
        point, datum = Point(chance.uniform(100, 120), chance.uniform(25, 45)), chance.choice([*Datum])
        spoken = from_wgs84(point, datum)
        place = read(
            c.Locate, incident_id="x", place=PLACE | {"lon": spoken.lon, "lat": spoken.lat, "datum": datum}
        ).place
        assert (place.lon, place.lat) == pytest.approx((point.lon, point.lat), abs=1e-8)
        assert place.datum == datum


def test_a_plain_pair_is_converted_and_needs_its_datum() -> None:
    shifted = from_wgs84(Point(116.4, 39.9), Datum.GCJ02)
    told = read(c.ReportStatus, unit_id="U1", status="accepted", lon=shifted.lon, lat=shifted.lat, datum="gcj02")
    assert (told.lon, told.lat) == pytest.approx((116.4, 39.9), abs=1e-8)
    assert told.status is UnitStatus.ACCEPTED
    assert read(c.ReportStatus, unit_id="U1", status="accepted").lon is None
    with pytest.raises(BadFieldError, match="datum"):
        read(c.ReportStatus, unit_id="U1", status="accepted", lon=1.0, lat=1.0)


@pytest.mark.parametrize(
    "change", [{"lon": float("nan")}, {"lat": 91}, {"lon": 0, "lat": 0}, {"radius_m": float("inf")}, {"datum": None}]
)
def test_a_place_that_is_none_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, BadFieldError)):
        read(c.Locate, incident_id="x", place=PLACE | change)


def test_closed_lists_leave_as_plain_words() -> None:
    assert type(read(c.SetPriority, incident_id="x", priority="P1").priority) is str
    assert read(c.CompleteHandoff, patient_id="x", where="ed").where == "ed"
    assert read(c.CompleteHandoff, patient_id="x", where="cath_lab").where == "cath_lab"
    with pytest.raises(ValidationError):
        read(c.CompleteHandoff, patient_id="x", where="lift")


def test_findings_are_read_by_the_protocols_own_words() -> None:
    assert read(c.RecordFindings, patient_id="x", findings={"age": {"value": 61}}).findings == {"age": {"value": 61}}
    for wrong in ({}, {"mood": 1}, {"age": {"value": 700}}, {"sex": None}):
        with pytest.raises(BadFieldError, match="findings"):
            read(c.RecordFindings, patient_id="x", findings=wrong)


@pytest.mark.parametrize("vitals", [{}, {"hr": float("nan")}, {"hr": -1}, {"mood": 1}, {"spo2": 101}])
def test_vitals_are_numbers_that_a_patient_can_have(vitals: dict[str, float]) -> None:
    with pytest.raises(BadFieldError, match="values"):
        check_vitals(vitals, "values")


@pytest.mark.parametrize(
    "command_id", ["", "x", "8" + "0" * 25, "01M7ZYAR06Z3RZ59XGBAXVVXVu", "01M7ZYAR06Z3RZ59XGBAXVVXV66"]
)
def test_a_command_id_is_a_ulid(command_id: str) -> None:
    with pytest.raises(ValidationError):
        envelope_of(c.ResumeIncident).model_validate({"command_id": command_id, "data": {"incident_id": "x"}})


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(ValidationError):
        envelope_of(c.ResumeIncident).model_validate({"at": "2026-11-21T06:00:00", "data": {"incident_id": "x"}})
