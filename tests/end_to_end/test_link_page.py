"""The caller's page in a real browser: it tells where it is, writes, sends a photo, and ends; and text stays text."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.adapters.serving import Server
from tests.end_to_end.console_page import Seat

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
# A picture of one pixel: what a telephone would make small stays what it is.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000"
    "000049454e44ae426082"
)
SCRIPT = '"><img src=x onerror="window.broken=1"><script>window.broken=1</script>'


def test_a_caller_shares_a_position_writes_and_sends_a_photo(server: Server, browser: Browser) -> None:
    seat = server.client("dispatcher1")
    incident_id = (
        server.client("exchange").http.post("/api/calls", json={"number": "13820000001"}).json()["ids"]["incident_id"]
    )
    made = seat.http.post(f"/api/incidents/{incident_id}/link", json={}).json()
    here = {"longitude": 103.69, "latitude": 39.71, "accuracy": 20}
    context = browser.new_context(viewport=PHONE, geolocation=here, permissions=["geolocation"], locale="zh-CN")  # type: ignore[arg-type] # dicts of the right keys
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(made["url"])
    expect(page.get_by_text("已告诉 120")).to_be_visible()
    page.get_by_role("textbox").fill("三楼 <b>没有电梯</b>")
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.locator("li").filter(has_text="三楼 <b>没有电梯</b>")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_value("")
    page.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})
    expect(page.get_by_text("已发送 1 张")).to_be_visible()
    assert [url for url in asked if not url.startswith((server.url, "blob:"))] == []
    assert made["url"].split("#")[1] not in "".join(asked)
    seat.done("end-link", link_id=made["link_id"])
    expect(page.get_by_text("链接已失效")).to_be_visible()
    context.close()


def test_a_seat_pastes_coordinates_chooses_their_datum_and_sends_a_link(server: Server, page: Page) -> None:
    ids = server.client("exchange").http.post("/api/calls", json={"number": "13820000003"}).json()["ids"]
    seat = server.client("dispatcher1")
    seat.done("answer-call", call_id=ids["call_id"], seat="dispatcher1")
    facts = seat.get(f"/api/incidents/{ids['incident_id']}/facts").json()
    console = Seat(page, server.url)
    console.show(next(each["data"]["number"] for each in facts if each["kind"] == "IncidentOpened"))
    page.get_by_text("定位来源").click()
    paste = page.get_by_role("textbox", name="粘贴")
    paste.fill("在东街路口")
    paste.press("Enter")
    expect(console.answer).to_contain_text("坐标")
    paste.fill("39.7100, 103.6900")
    paste.press("Enter")
    expect(page.locator(".source-keys button")).to_have_count(3)
    page.locator(".source-keys button").last.click()
    expect(page.locator(".place-fix")).to_contain_text("已核实")
    page.get_by_role("button", name="发送定位链接").click()
    expect(page.locator(".link-made img")).to_be_visible()
    expect(page.locator(".link-made code")).to_contain_text("/link/#")


def test_scripts_in_every_text_field_stay_text(server: Server, page: Page) -> None:
    seat, exchange = server.client("dispatcher1"), server.client("exchange")
    ids = exchange.http.post("/api/calls", json={"number": "13820000002", "words": SCRIPT}).json()["ids"]
    incident_id, call_id = ids["incident_id"], ids["call_id"]
    seat.done("answer-call", call_id=call_id, seat="dispatcher1")
    seat.done("take-words", call_id=call_id, words=SCRIPT)
    seat.done("write-note", incident_id=incident_id, text=SCRIPT)
    seat.done("identify-patient", patient_id=ids["patient_id"], name=SCRIPT)
    for field in ("building", "floor", "room", "access"):
        seat.done("note-indoors", incident_id=incident_id, **{field: SCRIPT})
    here = {"number": "13820000002", "lon": 103.69, "lat": 39.71, "datum": "wgs84", "address": SCRIPT}
    assert exchange.http.post("/api/location/fixed-line", json=here).status_code == 200
    made = seat.http.post(f"/api/incidents/{incident_id}/link", json={}).json()
    seat.done("write-message", link_id=made["link_id"], text=f"{SCRIPT}王\u202e明")
    facts = seat.get(f"/api/incidents/{incident_id}/facts").json()
    number = next(each["data"]["number"] for each in facts if each["kind"] == "IncidentOpened")
    console = Seat(page, server.url)
    console.show(number)
    expect(console.panel).to_contain_text(SCRIPT)
    for tab in page.get_by_role("tab").all():
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        assert page.evaluate("window.broken") is None
    page.goto(made["url"])
    expect(page.locator("li").filter(has_text=f"{SCRIPT}王⟨U+202E⟩明")).to_be_visible()
    assert page.evaluate("window.broken") is None
