"""What a position that cannot be right gets, over the real server: refused by its field, or shown with its doubt."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.adapters.receiving import Receiver
from tests.adapters.serving import Client, Live, Server

LON, LAT = 103.69, 39.71
SECTOR = {
    "number": "13830000001", "lon": LON, "lat": LAT, "datum": "wgs84", "azimuth_deg": 90, "opening_deg": 120,
    "range_m": 900,
}  # fmt: skip
SCRIPT = "<script>alert(1)</script>"


def ring(server: Server, number: str) -> str:
    answer = server.client("exchange").http.post("/api/calls", json={"number": number})
    return str(answer.json()["ids"]["incident_id"])


def aml(exchange: Client, number: str, lat: float, lon: float, radius_m: int = 30) -> None:
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    body = f'A"ML=1;lt={lat:+.5f};lg={lon:+.5f};rd={radius_m};top={stamp};lc=90;pm=G'
    answer = exchange.http.post("/api/location/aml-sms", json={"number": number, "body": body})
    assert answer.status_code == 200, answer.text


def told(live: Live, incident_id: str) -> dict[str, Any]:
    """Wait for the position of an incident and return its row."""
    for _ in live.frames():
        for each in live.tables["positions"].values():
            if each["incident_id"] == incident_id:
                found: dict[str, Any] = each
                return found
    raise AssertionError("frames end only by an exception")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"datum": None}, "datum"),
        ({"datum": "wgs72"}, "datum"),
        ({"datum": "GCJ"}, "datum"),
        ({"lon": "103.69"}, "lon"),
        ({"lon": 999}, "lon"),
        ({"lat": -181}, "lat"),
        ({"range_m": 0}, "range_m"),
        ({"range_m": 100_001}, "range_m"),
        ({"opening_deg": 0}, "opening_deg"),
        ({"number": SCRIPT}, "number"),
        ({"cell_id": SCRIPT * 2}, "cell_id"),
        ({"confidence": 2}, "confidence"),
    ],
)
def test_a_malformed_sector_is_refused_by_its_field(server: Server, changed: dict[str, Any], field: str) -> None:
    told_so = {name: value for name, value in (SECTOR | changed).items() if value is not None}
    answer = server.client("exchange").http.post("/api/location/cell", json=told_so)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    ("number", "told_so", "doubt", "located"),
    [
        ("13830000002", (0.0, 0.0, 30), "position.null_island", False),
        ("13830000003", (LON, LAT, 30), "position.swapped", False),
        ("13830000004", (LAT, LON, 100_000), "position.too_wide", False),
        ("13830000005", (LAT, LON, 0), "position.no_radius", True),
    ],
)
def test_what_cannot_be_right_is_shown_with_its_doubt(
    server: Server, number: str, told_so: tuple[float, float, int], doubt: str, *, located: bool
) -> None:
    incident_id = ring(server, number)
    with server.client("dispatcher1").socket() as live:
        live.subscribe()
        aml(server.client("exchange"), number, *told_so)
        row = told(live, incident_id)
        assert [each["code"] for each in row["doubts"]] == [doubt]
        assert (live.tables["incidents"][incident_id]["place"] is not None) is located
    if doubt == "position.swapped":
        chosen = server.client("taker1").done(
            "choose-source", incident_id=incident_id, position_id=row["id"], alternative=1
        )
        assert chosen["incident_id"] == incident_id


def test_a_caller_outside_the_city_is_handed_to_the_neighbour_who_is_nearest(server: Server) -> None:
    incident_id = ring(server, "13830000010")
    with server.client("dispatcher1").socket() as live:
        live.subscribe()
        aml(server.client("exchange"), "13830000010", 41.0, LON)
        for _ in live.frames():
            tasks = [each for each in live.tables["tasks"].values() if each["incident_id"] == incident_id]
            handed = [each["params"] for each in tasks if each["kind"] == "outside_city"]
            if handed:
                break
    assert (handed[0]["center"], handed[0]["phone"]) == ("邻市120", "0999-120")


def test_a_link_goes_out_as_a_text_message_once(server: Server, text_gateway: tuple[str, Receiver]) -> None:
    incident_id, gateway = ring(server, "13830000011"), text_gateway[1]
    path = f"/api/incidents/{incident_id}/link"
    made = server.client("dispatcher1").http.post(path, json={"number": "13830000011"}).json()
    assert made["message"] == "sent"
    sent = [json.loads(body) for _, body in gateway.came if b"13830000011" in body]
    assert [each["number"] for each in sent] == ["13830000011"]
    assert made["url"] in sent[0]["text"]
    assert server.client("dispatcher1").http.post(path, json={}).json()["message"] == "none"
    assert server.client("dispatcher1").http.post(path, json={"number": SCRIPT}).status_code == 422


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"accuracy_m": -1}, "accuracy_m"),
        ({"accuracy_m": 100_001}, "accuracy_m"),
        ({"lon": 181}, "lon"),
        ({"lat": "39.71"}, "lat"),
        ({"datum": SCRIPT}, "datum"),
        ({"at": "yesterday"}, "at"),
        ({"name": SCRIPT}, "name"),
    ],
)
def test_a_page_that_tells_nonsense_is_refused_by_its_field(
    server: Server, changed: dict[str, Any], field: str
) -> None:
    made = server.client("dispatcher1").http.post(f"/api/incidents/{ring(server, '13830000012')}/link", json={}).json()
    page = server.client()
    page.http.headers.update({"X-Link-Token": made["url"].split("#")[1], "X-Link-Device": "phone"})
    assert page.http.post("/api/link/open").status_code == 200
    answer = page.http.post("/api/link/position", json={"lon": LON, "lat": LAT, "accuracy_m": 12} | changed)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
