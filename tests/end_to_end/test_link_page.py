"""The caller's page in a real browser: it tells where it is, writes, sends a photo, and ends."""

import pytest
from playwright.sync_api import Browser, expect

from tests.adapters.serving import Server

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
# A picture of one pixel: what a telephone would make small stays what it is.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000"
    "000049454e44ae426082"
)


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
    expect(page.get_by_text("链接已失效")).to_be_visible(timeout=15_000)
    context.close()
