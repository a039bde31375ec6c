"""Positions and links over the real server: from the telephone to the console within a second."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from dispatch.adapters.pages.one_time import token_hash
from tests.adapters.serving import Client, Live, Server
from tests.quickness import quickest_s

WITHIN_S = 1.0  # the issue's figure: position to console
HERE = {"lon": 103.69, "lat": 39.71}
JPEG = b"\xff\xd8\xff\xe0" + bytes(2_000)


def ring(server: Server, number: str) -> str:
    answer = server.client("exchange").http.post("/api/calls", json={"number": number})
    return str(answer.json()["ids"]["incident_id"])


def sms(number: str, lat: float = HERE["lat"], at: datetime | None = None, radius_m: int = 25) -> dict[str, str]:
    stamp = (at or datetime.now(UTC)).strftime("%Y%m%d%H%M%S")
    body = f'A"ML=1;lt=+{lat:.5f};lg=+{HERE["lon"]:.5f};rd={radius_m};top={stamp};lc=90;pm=G'
    return {"number": number, "body": body}


def tell(server: Server, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own options
    return server.client("exchange").http.post(f"/api/location/{path}", **request)


def place_of(live: Live, incident_id: str) -> dict[str, Any] | None:
    place: dict[str, Any] | None = live.tables["incidents"].get(incident_id, {}).get("place")
    return place


def until_moved(live: Live, incident_id: str, lat: float) -> float:
    """Return the seconds until the console has the incident at this latitude."""
    started = time.perf_counter()
    for _ in live.frames():
        place = place_of(live, incident_id)
        if place is not None and abs(place["lat"] - lat) < 2e-4:
            return time.perf_counter() - started
    raise AssertionError("frames end only by an exception")


def page(server: Server, incident_id: str, device: str = "phone") -> Client:
    """Return a caller's browser that has opened a link."""
    made = server.client("dispatcher1").http.post(f"/api/incidents/{incident_id}/link", json={"number": "13800000001"})
    assert made.status_code == 200, made.text
    browser = server.client()
    browser.http.headers.update({"X-Link-Token": made.json()["url"].split("#")[1], "X-Link-Device": device})
    return browser


def test_aml_moves_the_incident_on_the_console_within_a_second(server: Server) -> None:
    assert quickest_s(lambda attempt: moved_by_aml_s(server, f"1381100000{attempt}"), WITHIN_S) < WITHIN_S


def moved_by_aml_s(server: Server, number: str) -> float:
    """Tell two positions, in either form; return the longest time from one to the console."""
    incident_id = ring(server, number)
    with server.client("dispatcher1").socket() as live:
        live.subscribe()
        assert tell(server, "aml-sms", json=sms(number)).status_code == 200
        first_s = until_moved(live, incident_id, HERE["lat"])
        later = datetime.now(UTC) + timedelta(seconds=1)
        form = {
            "device_number": number, "location_latitude": "39.713", "location_longitude": str(HERE["lon"]),
            "location_accuracy": "9", "location_time": str(int(later.timestamp() * 1000)), "location_source": "gps",
        }  # fmt: skip
        head = {"Content-Type": "application/x-www-form-urlencoded"}
        assert tell(server, "aml", content=urlencode(form), headers=head).status_code == 200
        second_s = until_moved(live, incident_id, 39.713)
        position = next(each for each in live.tables["positions"].values() if each["incident_id"] == incident_id)
        assert (position["place"]["source"], position["place"]["radius_m"]) == ("aml", 9)
    return max(first_s, second_s)


def test_the_same_message_again_changes_nothing_and_another_is_named(server: Server) -> None:
    ring(server, "13810000002")
    message = sms("13810000002")
    first, again = tell(server, "aml-sms", json=message), tell(server, "aml-sms", json=message)
    assert first.status_code == again.status_code == 200
    assert first.json()["seq"] == again.json()["seq"]
    broken = tell(server, "aml-sms", json=message | {"body": message["body"].replace("rd=25", "rd=x")})
    assert (broken.status_code, broken.json()["field"]) == (422, "rd")
    ahead = tell(server, "aml-sms", json=sms("13810000002", at=datetime.now(UTC) + timedelta(hours=1)))
    assert (ahead.status_code, ahead.json()["field"]) == (422, "at")
    old = tell(server, "aml-sms", json=sms("13819999999", at=datetime.now(UTC) - timedelta(hours=1)))
    assert (old.status_code, old.json()["code"]) == (409, "position.replayed")


def test_a_position_before_the_call_waits_for_it(server: Server) -> None:
    assert tell(server, "aml-sms", json=sms("13810000003")).status_code == 200
    incident_id = ring(server, "13810000003")
    with server.client("dispatcher1").socket() as live:
        live.subscribe()
        place = place_of(live, incident_id)
        assert place is not None
        assert place["source"] == "fused"


def test_a_number_that_never_calls_is_taken_and_shown_to_no_seat(server: Server) -> None:
    form = {
        "device_number": "13818888881", "location_latitude": "39.713", "location_longitude": str(HERE["lon"]),
        "location_accuracy": "9", "location_time": str(int(time.time() * 1000)), "location_source": "gps",
    }  # fmt: skip
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    with server.client("dispatcher1").socket() as live:
        live.subscribe()
        assert tell(server, "aml", content=urlencode(form), headers=head).status_code == 200
        taken = tell(server, "aml-sms", json=sms("13818888882"))
        assert [each["kind"] for each in taken.json()["facts"]] == ["PositionKept"]
        ring(server, "13810000099")  # a later fact, which the seat is told
        for _ in live.frames():
            if live.seq > taken.json()["seq"]:
                break
        assert "1381888888" not in json.dumps(live.tables)


@pytest.mark.parametrize("account", ["dispatcher1", "crew-u001", "dept-yz001", "admin"])
def test_only_connected_systems_tell_positions(server: Server, account: str) -> None:
    answer = server.client(account).http.post("/api/location/aml-sms", json=sms("13810000004"))
    assert answer.status_code == 403
    assert server.client().http.post("/api/location/aml-sms", json=sms("13810000004")).status_code == 401


def test_sector_line_and_document_are_sources_of_one_call(server: Server) -> None:
    incident_id = ring(server, "13810000005")
    sector = HERE | {"datum": "wgs84", "azimuth_deg": 90, "opening_deg": 120, "range_m": 900, "number": "13810000005"}
    line = HERE | {"datum": "wgs84", "number": "13810000005", "address": "东街 1 号"}
    document = (
        '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gml="http://www.opengis.net/gml" '
        'xmlns:gs="http://www.opengis.net/pidflo/1.0" entity="tel:13810000005"><gs:Circle '
        f'srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>39.76 {HERE["lon"]}</gml:pos><gs:radius '
        'uom="urn:ogc:def:uom:EPSG::9001">100</gs:radius></gs:Circle></presence>'
    )
    assert tell(server, "cell", json=sector).status_code == 200
    assert tell(server, "fixed-line", json=line).status_code == 200
    assert tell(server, "pidf", content=document, headers={"Content-Type": "application/pidf+xml"}).status_code == 200
    with server.client("taker1").socket() as live:
        live.subscribe()
        rows = [each for each in live.tables["positions"].values() if each["incident_id"] == incident_id]
        assert {each["place"]["source"] for each in rows} == {"cell", "fixed_line", "device"}
        incident = live.tables["incidents"][incident_id]
        assert len(incident["estimate"]["possible"]) == 2
        assert incident["estimate"]["conflicts"]


def test_pasted_coordinates_are_every_place_they_can_mean_and_one_is_chosen(server: Server) -> None:
    incident_id, seat = ring(server, "13810000006"), server.client("taker1")
    path = f"/api/incidents/{incident_id}/pasted"
    assert seat.http.post(path, json={"text": "在东街路口"}).json()["code"] == "position.no_coordinates"
    told = seat.http.post(path, json={"text": "39.7100, 103.6900"})
    assert told.status_code == 200, told.text
    chosen = seat.done(
        "choose-source", incident_id=incident_id, position_id=told.json()["ids"]["position_id"], alternative=2
    )
    assert chosen["incident_id"] == incident_id
    assert server.client("crew-u001").http.post(path, json={"text": "x"}).status_code == 403


def test_a_link_locates_its_caller_within_a_second(server: Server) -> None:
    def moved_s(attempt: int) -> float:
        incident_id = ring(server, f"1381200000{attempt}")
        browser = page(server, incident_id)
        with server.client("dispatcher1").socket() as live:
            live.subscribe()
            assert browser.http.post("/api/link/open").status_code == 200
            assert browser.http.post("/api/link/position", json=HERE | {"accuracy_m": 12}).status_code == 200
            return until_moved(live, incident_id, HERE["lat"])

    assert quickest_s(moved_s, WITHIN_S) < WITHIN_S


def test_a_link_locates_its_caller_and_carries_words_and_pictures(server: Server) -> None:
    incident_id, seat = ring(server, "13810000007"), server.client("dispatcher1")
    browser = page(server, incident_id)
    with seat.socket() as live:
        live.subscribe()
        assert (
            browser.http.post("/api/link/position", json=HERE | {"accuracy_m": 12}).json()["code"] == "link.stream_over"
        )
        opened = browser.http.post("/api/link/open").json()
        assert (opened["position"], opened["ambulance"]) == ("wanted", {"phase": "waiting"})
        assert browser.http.post("/api/link/position", json=HERE | {"accuracy_m": 12}).status_code == 200
        until_moved(live, incident_id, HERE["lat"])
        (link,) = (each for each in live.tables["links"].values() if each["incident_id"] == incident_id)
        assert (link["token_hash"], link["device_hash"]) == (None, None)
        words = browser.http.post("/api/link/messages", json={"text": "<script>alert(1)</script>我听不见"})
        assert words.json()["messages"][0]["by"] == "caller"
        seat.done("write-message", link_id=link["id"], text="救护车已派出")
        assert [each["by"] for each in browser.http.get("/api/link").json()["messages"]] == ["caller", "seat"]
        assert browser.http.put("/api/link/photos/p1", content=JPEG).json()["photos"] == 1
        assert browser.http.put("/api/link/photos/p1", content=JPEG).status_code == 200
        assert browser.http.put("/api/link/photos/p1", content=JPEG + b"x").status_code == 409
    shown = seat.get(f"/api/incidents/{incident_id}/photos/p1")
    assert (shown.content, shown.headers["content-type"]) == (JPEG, "image/jpeg")
    assert server.client("crew-u003").get(f"/api/incidents/{incident_id}/photos/p1").status_code == 403


def test_the_family_sees_that_the_ambulance_comes(server: Server) -> None:
    seat, crew = server.client("dispatcher1"), server.client("crew-u056")
    incident_id = seat.call(number="13810000008")["incident_id"]
    browser = page(server, incident_id)
    browser.http.post("/api/link/open")
    crew.done("sign-on", unit_id="U056", crew=["doctor", "nurse", "driver"])
    run = seat.done("assign-unit", incident_id=incident_id, unit_id="U056")
    coming = browser.http.get("/api/link").json()["ambulance"]
    assert coming["phase"] == "coming"
    assert 1 <= coming["low_min"] <= coming["high_min"]
    for status in ("accepted", "en_route", "on_scene"):
        crew.done("report-status", unit_id="U056", status=status)
    assert browser.http.get("/api/link").json()["ambulance"] == {"phase": "arrived"}
    seat.done("end-assignment", assignment_id=run["assignment_id"], outcome="treated_on_scene")
    assert browser.http.get("/api/link").status_code == 410


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\xff\xd8\xff" + bytes(300_001)])
def test_what_is_no_small_photo_is_refused(server: Server, content: bytes) -> None:
    browser = page(server, ring(server, "13810000009"))
    browser.http.post("/api/link/open")
    assert browser.http.put("/api/link/photos/p1", content=content).status_code in {413, 422}


def test_a_link_answers_its_first_browser_only_and_the_newest_link_only(server: Server) -> None:
    incident_id = ring(server, "13810000010")
    first = page(server, incident_id)
    first.http.post("/api/link/open")
    first.http.headers["X-Link-Device"] = "somebody else"
    assert first.http.get("/api/link").json()["code"] == "link.opened_elsewhere"
    first.http.headers["X-Link-Device"] = "phone"
    page(server, incident_id)
    assert (first.http.get("/api/link").status_code, first.http.get("/api/link").json()["code"]) == (410, "link.over")


def test_guessing_tokens_is_slowed_down_and_a_token_is_nowhere_kept(server: Server) -> None:
    browser = page(server, ring(server, "13810000011"))
    token = browser.http.headers["X-Link-Token"]
    assert token_hash(token) not in browser.http.post("/api/link/open").text
    stranger = server.client()
    codes = [stranger.http.get("/api/link", headers={"X-Link-Token": f"guess{n}"}).status_code for n in range(40)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert 0 < int(stranger.http.get("/api/link", headers={"X-Link-Token": "x"}).headers["Retry-After"]) <= 60
    assert browser.http.get("/api/link").status_code == 200  # from the same address
