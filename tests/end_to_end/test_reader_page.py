"""A physician's page on a telephone: one device, one tap, and crew and wall have it at once."""

import array
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dispatch.protocol.waves import LEADS
from tests.accessibility import violations
from tests.end_to_end.shift import Run, accounts, client, close_clients, underway
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
RATE_HZ, SECONDS = 500, 10
PAGE_GZIPPED_MOST = 60_000  # scripts and styles together: what a bad connection still loads
CHEST_PAIN = {"complaint": "chest_pain", "sex": "male", "age": {"value": 62}}


@pytest.fixture(autouse=True)
def _others_go_home() -> Iterator[None]:
    yield
    close_clients()


def with_ecg(url: str, center_id: str, ecg_id: str) -> Run:
    """Send a unit to a chest pain, choose a hospital, and take a 12-lead."""
    run = underway(url, center_id, findings=CHEST_PAIN)
    run.crew.done("bind-monitor", patient_id=run.patient_id, device_id=f"m-{ecg_id}")
    samples = array.array("h", [(n * 37) % 900 - 450 for n in range(RATE_HZ * SECONDS * len(LEADS))]).tobytes()
    head = {"X-Sample-Rate-Hz": str(RATE_HZ), "X-Leads": ",".join(LEADS), "X-Uv-Per-Lsb": "5"}
    path = f"/api/patients/{run.patient_id}/ecgs/{ecg_id}"
    assert run.crew.http.put(path, content=samples, headers=head).status_code == 201
    run.crew.done("record-ecg", patient_id=run.patient_id, ecg_id=ecg_id, sample_rate_hz=RATE_HZ, leads=list(LEADS))
    return run


def test_one_tap_reads_and_everybody_has_it(demo_server: RunningServer, browser: Browser) -> None:
    url = demo_server.url
    department = accounts(url, "department")[-1]
    run = with_ecg(url, department.removeprefix("dept-").upper(), "reader1")
    wall = client(url, department)
    activation_id = run.row("patients", run.patient_id)["activation_id"]
    assert "cath_lab" not in run.row("activations", activation_id)["activate"]
    wanted = {"physician": "王医生 心内科"}
    made = run.crew.http.post(f"/api/patients/{run.patient_id}/reader-link", json=wanted).json()
    context = browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type] # a dict of the right keys
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(made["url"])
    expect(page.locator("canvas")).to_have_attribute("data-drawn", "true")
    page.get_by_role("button", name="STEMI", exact=True).click()
    expect(page.locator(".mine")).to_contain_text("您的判读：STEMI")
    with wall.socket() as live:
        live.subscribe()
        [ecg] = live.tables["patients"][run.patient_id]["ecgs"]
        assert [(each["reading"], each["reader"]) for each in ecg["readings"]] == [("stemi", "王医生 心内科")]
        assert "cath_lab" in live.tables["activations"][activation_id]["activate"]
    page.get_by_label("医嘱", exact=True).last.select_option("aspirin")
    page.get_by_role("button", name="下医嘱").click()
    expect(page.locator(".orders .given")).to_contain_text("阿司匹林")
    order_id = run.row("patients", run.patient_id)["orders"][0]["id"]
    no = {"answer": "declined", "why": "contraindicated"}
    run.crew.done("answer-order", patient_id=run.patient_id, order_id=order_id, **no)
    expect(page.locator(".orders .declined")).to_contain_text("有禁忌")
    assert violations(page) == []
    elsewhere = client(url, "dispatcher1").http
    headers = {"X-Link-Token": made["url"].split("#")[1], "X-Link-Device": "another"}
    assert elsewhere.get("/api/reader", headers=headers).json()["code"] == "link.opened_elsewhere"
    assert elsewhere.get("/api/reader", headers=headers | {"X-Link-Token": "guess"}).status_code == 404
    assert made["url"].split("#")[1] not in "".join(asked)
    run.crew.done("end-reader-link", patient_id=run.patient_id, reader_link_id=made["reader_link_id"])
    expect(page.get_by_text("链接已失效")).to_be_visible()
    context.close()


HEIGHT_OF_1_MV = """canvas => {
  const mm = Number(canvas.closest('figure').dataset.pxPerMm) * devicePixelRatio;
  const trace = (atMm) => {
    const [x, quarter] = [Math.round(atMm * mm), Math.round(canvas.height / 4)];
    const column = canvas.getContext('2d').getImageData(x, 0, 1, quarter).data;
    const light = [...column.keys()].filter((i) => i % 4 === 1 && column[i] > 150).map((i) => i / 4);
    return light.reduce((sum, y) => sum + y, 0) / light.length;
  };
  return (trace(1) - trace(4)) / devicePixelRatio;
}"""  # the calibration pulse stands from 1.5 to 6.5 mm


def test_a_bank_card_gives_the_trace_its_true_size_until_the_page_is_zoomed(
    demo_server: RunningServer, browser: Browser
) -> None:
    url = demo_server.url
    run = with_ecg(url, accounts(url, "department")[-2].removeprefix("dept-").upper(), "reader2")
    made = run.crew.http.post(f"/api/patients/{run.patient_id}/reader-link", json={"physician": "王医生"}).json()
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="zh-CN")  # type: ignore[arg-type] # a dict of the right keys
    page = context.new_page()
    page.goto(made["url"])
    caption, canvas = page.locator(".ecg-picture figcaption"), page.locator(".ecg-picture canvas")
    expect(caption).to_contain_text("未按比例")
    page.get_by_role("button", name="屏幕校准").click()
    keep = page.get_by_role("button", name="一样长，保存")
    expect(keep).to_be_disabled()
    track = page.locator(".card-track").bounding_box()
    assert track is not None
    page.mouse.click(track["x"] + 300, track["y"] + 20)  # as long as this telephone's card is wide: 53.98 mm
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="−1", exact=True).click()
    assert violations(page) == []
    keep.click()
    expect(caption).to_contain_text("25 mm/s · 10 mm/mV · 原大 1:1")
    px_per_mm = 300 / 53.98
    box = canvas.bounding_box()
    assert box is not None
    assert box["width"] / px_per_mm == pytest.approx(258, abs=0.5)  # eight of the pulse, ten seconds of 25
    assert canvas.evaluate(HEIGHT_OF_1_MV) / px_per_mm == pytest.approx(10, abs=0.2)
    page.get_by_role("button", name="看全图").click()
    expect(caption).to_contain_text("未按比例（×0.6）")
    page.get_by_role("button", name="原大 1:1").click()
    session = context.new_cdp_session(page)
    zoomed = {"width": 327, "height": 673, "deviceScaleFactor": 2.2, "mobile": False}  # 110 %
    session.send("Emulation.setDeviceMetricsOverride", zoomed | {"screenWidth": 360, "screenHeight": 740})
    expect(caption).to_contain_text("未按比例")
    page.keyboard.press("k")
    expect(page.get_by_role("dialog", name="屏幕校准")).to_be_visible()
    context.close()


def test_the_page_is_small_enough_for_a_bad_connection(project_dir: Path) -> None:
    dist = project_dir / "web" / "dist"
    html = (dist / "reader" / "index.html").read_text(encoding="utf-8")
    files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', html)
    assert files
    assert sum(len(gzip.compress((dist / each[1:]).read_bytes())) for each in files) <= PAGE_GZIPPED_MOST
