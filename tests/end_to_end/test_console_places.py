"""Where it is, on the console: the map goes to the first position, the ranking stays in sight, NET answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from geo.point import Point, distance_m
from tests.adapters.geocoding import Provider
from tests.adapters.serving import CREW, Client, Server
from tests.end_to_end.console_page import LANGUAGES, Seat
from tests.end_to_end.test_location import HERE, sms

pytestmark = pytest.mark.browser
NEAR_M = 300.0
FAR = {"lat": HERE["lat"] + 0.06}  # off the screen at the zoom of a street


def ring(server: Server, number: str, **data: object) -> tuple[str, str]:
    """Ring, without a place unless one is given, and answer; return the incident and its number."""
    ids = server.client("exchange").http.post("/api/calls", json={"number": number, **data}).json()["ids"]
    seat = server.client("dispatcher1")
    seat.done("answer-call", call_id=ids["call_id"], seat="dispatcher1")
    seat.done("end-call", call_id=ids["call_id"])
    facts = seat.get(f"/api/incidents/{ids['incident_id']}/facts").json()
    return ids["incident_id"], next(each["data"]["number"] for each in facts if each["kind"] == "IncidentOpened")


def aml(exchange: Client, number: str, lat: float = HERE["lat"], later_s: float = 0.0) -> None:
    """Let the caller's telephone tell its position, of this second or a later one."""
    at = datetime.now(UTC) + timedelta(seconds=later_s)
    assert exchange.http.post("/api/location/aml-sms", json=sms(number, lat, at)).status_code == 200


def until_near(page: Page, lat: float) -> None:
    """Wait until the map shows the latitude in its middle."""
    page.wait_for_function(
        "lat => Math.abs(Number(document.querySelector('.map-canvas').dataset.center?.split(',')[1]) - lat) < 0.002",
        arg=lat,
    )


def middle(page: Page) -> Point:
    """Return the middle of the map."""
    lon, lat = (page.locator(".map-canvas").get_attribute("data-center") or "").split(",")
    return Point(float(lon), float(lat))


def test_the_map_goes_to_the_first_position_and_never_from_under_a_hand(server: Server, page: Page) -> None:
    exchange, number = server.client("exchange"), "13840000001"
    _, shown = ring(server, number)
    seat = Seat(page, server.url, has_map=True)
    expect(page.locator(".map-keys")).to_be_visible()
    seat.show(shown)
    aml(exchange, number)
    until_near(page, HERE["lat"])
    aml(exchange, number, FAR["lat"], 1.0)
    until_near(page, FAR["lat"])
    box, under = page.locator(".map-canvas").bounding_box(), page.locator(".map-canvas").get_attribute("data-center")
    assert box is not None
    page.mouse.move(box["x"] + 150, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 250, box["y"] + 400, steps=5)
    page.mouse.up()
    page.wait_for_function("from => document.querySelector('.map-canvas').dataset.center !== from", arg=under)
    left = middle(page)
    aml(exchange, number, later_s=2.0)
    expect(seat.panel.locator(".place-fix")).to_contain_text(f"{HERE['lat']:.4f}"[:6])
    assert distance_m(middle(page), left) < NEAR_M
    page.locator(".map-keys button").filter(has_text="看所选").click()
    until_near(page, HERE["lat"])


@pytest.fixture
def crews(server: Server) -> Iterator[None]:
    """Put five crews on duty for one test; nobody else's."""
    seat, units = server.client("supervisor1"), [f"U{number:03}" for number in range(61, 66)]
    for unit in units:
        seat.done("sign-on", unit_id=unit, crew=CREW)
    yield
    for unit in units:
        seat.done("sign-off", unit_id=unit)


@pytest.mark.usefixtures("crews")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("height", [950, 800])
def test_whom_to_send_stays_in_sight_beside_every_source(
    server: Server, page: Page, language: str, height: int
) -> None:
    number = f"1384000{height}{language == 'en':d}"
    incident_id, shown = ring(server, number, **HERE, radius_m=900.0, datum="wgs84", words="东街路口", complaint="胸痛")
    aml(server.client("exchange"), number)
    for text in ("39.7100, 103.6900", "39.7140, 103.6930"):
        told = server.client("dispatcher1").http.post(f"/api/incidents/{incident_id}/pasted", json={"text": text})
        assert told.status_code == 200, told.text
    page.set_viewport_size({"width": 1440 if height > 900 else 1280, "height": height})
    seat = Seat(page, server.url, language=language)
    seat.show(shown)
    expect(seat.panel.locator(".source")).to_have_count(4)
    in_sight = 3 if height > 900 else 1  # the first with all its reasons; on a low screen the others scroll below it
    for row in range(in_sight):
        expect(seat.panel.locator(".unit-option").nth(row)).to_be_in_viewport(ratio=0.99)
    expect(seat.panel.locator(".region-note")).to_be_in_viewport(ratio=0.99)
    expect(seat.panel.locator(".place-fix")).to_be_in_viewport(ratio=0.99)
    paste = seat.panel.locator(".source-paste input").first
    paste.scroll_into_view_if_needed()
    expect(paste).to_be_in_viewport()
    expect(seat.panel.locator(".unit-option").first).to_be_in_viewport(ratio=0.99)


def test_the_online_geocoder_answers_to_its_key_and_what_is_taken_is_marked_so(
    server: Server, page: Page, geocoder: Provider
) -> None:
    _, shown = ring(server, "13840000003", words="新开的商场")
    seat = Seat(page, server.url)
    seat.show(shown)
    seat.type("NET 新开的商场")
    online = seat.panel.locator(".place-online")
    expect(online).to_contain_text("amap")
    expect(online.get_by_role("button")).to_have_text("新开的商场")
    online.get_by_role("button").click()
    expect(seat.panel.locator(".place-fix")).to_contain_text("已核实")
    expect(seat.panel.locator(".place-fix")).to_contain_text("在线地图")
    expect(seat.panel.locator(".place-fix")).to_contain_text("103.70000, 39.71500")
    geocoder.broken = True
    seat.type("NET 另一个商场")
    expect(seat.panel.locator(".place-search")).to_contain_text("没有答复")
    geocoder.broken = False
