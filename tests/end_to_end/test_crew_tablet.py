"""The crew's tablet in a real browser, on a real server: a whole run by thumb, without a network, and for everybody."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.accessibility import violations
from tests.end_to_end.shift import (
    Run,
    accounts,
    assert_comes_to,
    client,
    close_clients,
    free_crew,
    send,
    sign_in,
)
from tests.end_to_end.topology import until
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser

SIZE = {"width": 1280, "height": 800}
THUMB_PX = 120  # 20 mm on a 10" tablet
APART_PX = 18  # 3 mm
TABS = ("run", "assess", "vitals", "ecg", "hospital")


@pytest.fixture
def tablet(page: Page) -> Page:
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    return page


@pytest.fixture
def url(demo_server: RunningServer) -> str:
    return demo_server.url


@pytest.fixture(autouse=True)
def _others_go_home() -> Iterator[None]:
    yield
    close_clients()


def on_duty(page: Page, url: str) -> str:
    """Sign in and sign on; return the account."""
    account = free_crew(url)
    sign_in(page, url, "crew", account)
    page.locator(".sign-on .key.main").click()
    expect(page.locator(".idle-status")).to_have_text(re.compile("待命|Available"))
    return account


def next_step(page: Page, then: str) -> None:
    """Tap the big key and wait until the tablet stands at that step."""
    page.locator(".next").click()
    expect(page.locator(".top-status strong")).to_have_text(then)


def tab(page: Page, name: str) -> None:
    key = page.locator(".tabs .key").nth(TABS.index(name))
    key.click()
    expect(key).to_have_attribute("aria-pressed", "true")


def all_sent(page: Page) -> None:
    expect(page.locator(".unsent")).to_have_count(0)


def at_patient(page: Page, url: str) -> Run:
    """Bring the unit to the patient over HTTP, and open its tablet there."""
    account = free_crew(url)
    run = send(url, account, sign_on=True)
    for status in ("accepted", "en_route", "on_scene", "at_patient"):
        run.crew.done("report-status", unit_id=run.unit_id, status=status)
    sign_in(page, url, "crew", account)
    expect(page.locator(".top-status strong")).to_have_text("接触患者")
    return run


def test_a_run_by_thumb_from_sign_on_to_a_clean_vehicle(tablet: Page, url: str) -> None:
    run = send(url, on_duty(tablet, url))
    expect(tablet.locator(".incoming")).to_be_visible()
    for step in ("已接受", "驶往现场", "到达现场", "接触患者"):
        next_step(tablet, step)
    tab(tablet, "assess")
    present = tablet.get_by_role("group", name="胸痛", exact=True)
    present.get_by_role("button", name="有").click()
    expect(present.get_by_role("button", name="有")).to_have_attribute("aria-pressed", "true")
    tab(tablet, "vitals")
    type_pressure(tablet, "9258")
    tablet.get_by_role("button", name="绑定监护仪").click()
    tablet.locator("dialog .key.main").click()
    tab(tablet, "ecg")
    tablet.get_by_role("button", name="采集12导联").click()
    tablet.get_by_role("button", name="医生判读").click()
    tablet.locator("dialog").get_by_role("button", name="STEMI", exact=True).click()
    expect(tablet.locator(".condition")).to_contain_text("急性心梗")
    tab(tablet, "hospital")
    tablet.locator(".hospital .key.main").click()
    expect(tablet.locator(".answer .phase")).to_contain_text(re.compile("待应答|医院未应答"))
    for step in ("病人上车", "送院途中", "到达医院", "交接完成", "洗消", "待命"):
        next_step(tablet, step)
    all_sent(tablet)
    minutes = [
        "unit_accepted", "unit_en_route", "unit_on_scene", "patient_contact", "patient_loaded", "depart_scene",
        "arrival_gate", "handoff_complete",
    ]  # fmt: skip
    assert_comes_to(lambda: [each for each in run.points() if each != "unit_assigned"], minutes)
    assert_comes_to(lambda: run.assignment()["outcome"], "delivered")
    assert {"EcgRecorded", "EcgRead", "DestinationChosen", "ActivationSent", "HandoffCompleted"} <= set(run.kinds())
    assert run.crew.get(f"/api/patients/{run.patient_id}/register").status_code == 200


def type_pressure(page: Page, digits: str) -> None:
    page.locator(".vital", has_text="血压").click()
    for digit in digits:
        page.locator(".pad-keys").get_by_role("button", name=digit, exact=True).click()
    page.locator(".pad-side .main").click()
    expect(page.locator(".vital", has_text="血压")).to_contain_text("92/58")


def test_steps_taken_without_a_network_survive_a_reload_and_arrive_with_their_own_times(tablet: Page, url: str) -> None:
    run = at_patient(tablet, url)
    all_sent(tablet)
    tablet.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    tablet.context.set_offline(True)
    expect(tablet.locator(".link")).to_contain_text("离线")
    next_step(tablet, "病人上车")
    tab(tablet, "vitals")
    type_pressure(tablet, "9258")
    expect(tablet.locator(".unsent")).to_contain_text("未发送 2")
    tablet.reload()
    expect(tablet.locator(".top-status strong")).to_have_text("病人上车")
    expect(tablet.locator(".unsent")).to_contain_text("未发送 2")
    expect(tablet.locator(".vital", has_text="血压")).to_contain_text("92/58")
    next_step(tablet, "送院途中")
    assert "patient_loaded" not in run.points()
    tablet.context.set_offline(False)
    all_sent(tablet)
    loaded, left = (run.points()[name] for name in ("patient_loaded", "depart_scene"))
    vitals = run.row("patients", run.patient_id)["vitals"]
    assert loaded["at"] < vitals["at"] < left["at"] < loaded["recorded_at"]
    assert [(each["clock"], each["uncertainty_s"]) for each in (loaded, left)] == [("device", 1.0)] * 2
    assert vitals["values"] == {"sbp": 92, "dbp": 58}


def test_nothing_is_lost_when_the_server_dies_between_two_taps(
    browser: Browser, fictional_pack: Path, tmp_path: Path
) -> None:
    context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
    with RunningServer(["demo", "--empty", "--city", fictional_pack, "--data", tmp_path]) as server:
        page = context.new_page()
        run = at_patient(page, server.url)
        all_sent(page)
        server.kill9()
        next_step(page, "病人上车")
        expect(page.locator(".unsent")).to_contain_text("未发送 1")
        server.start()
        expect(page.locator(".unsent")).to_have_count(0)
        assert_comes_to(lambda: list(run.points())[-2:], ["patient_contact", "patient_loaded"])
    context.close()


def test_a_step_that_the_desk_refuses_is_shown_until_it_is_read(tablet: Page, url: str) -> None:
    run = at_patient(tablet, url)
    all_sent(tablet)
    tablet.context.set_offline(True)
    end_with(tablet, "未找到患者")
    run.dispatcher.done("end-assignment", assignment_id=run.assignment()["id"], outcome="cancelled")
    tablet.context.set_offline(False)
    expect(tablet.locator(".refusal")).to_contain_text("出车任务已结束")
    tablet.locator(".refusal .key").click()
    expect(tablet.locator(".refusal")).to_have_count(0)
    all_sent(tablet)


def end_with(page: Page, outcome: str) -> None:
    page.locator(".steps .key").first.click()
    page.locator("dialog").get_by_role("button", name=outcome).click()
    expect(page.locator(".idle-status")).to_have_text("返回")


def test_one_tap_frees_the_unit_when_nobody_is_found(tablet: Page, url: str) -> None:
    run = at_patient(tablet, url)
    end_with(tablet, "未找到患者")
    all_sent(tablet)
    assert_comes_to(lambda: run.assignment()["outcome"], "not_found")


def test_a_refusal_wants_the_risk_told_and_a_signature_or_a_witness(tablet: Page, url: str) -> None:
    run = at_patient(tablet, url)
    tablet.locator(".steps .key").first.click()
    tablet.locator("dialog").get_by_role("button", name="拒绝送院").click()
    witnessed = tablet.get_by_role("button", name="已告知，有见证人")
    expect(witnessed).to_be_disabled()
    tablet.get_by_label("见证人姓名").fill("李四")
    witnessed.click()
    expect(tablet.locator(".idle-status")).to_have_text("返回")
    all_sent(tablet)
    assert_comes_to(lambda: run.assignment()["outcome"], "refused")


def test_a_missed_step_is_filled_in_with_its_time(tablet: Page, url: str) -> None:
    run = send(url, on_duty(tablet, url))
    expect(tablet.locator(".incoming")).to_be_visible()
    next_step(tablet, "已接受")
    tablet.get_by_role("button", name="其他步骤").click()
    tablet.locator("dialog").get_by_role("button", name="接触患者").click()
    expect(tablet.locator(".top-status strong")).to_have_text("接触患者")
    tablet.get_by_role("button", name="其他步骤").click()
    tablet.locator("dialog").get_by_role("button", name="到达现场").click()
    tablet.locator("dialog .pad-side .main").click()
    assert_comes_to(
        lambda: set(run.points()) - {"unit_assigned"}, {"unit_accepted", "patient_contact", "unit_on_scene"}
    )
    all_sent(tablet)
    expect(tablet.locator(".top-status strong")).to_have_text("接触患者")


def test_the_form_survives_a_reload(tablet: Page, url: str) -> None:
    at_patient(tablet, url)
    tab(tablet, "run")
    tablet.locator("textarea").fill("家属在楼下等")
    tab(tablet, "vitals")
    expect(tablet.locator(".vital-grid")).to_be_visible()
    tablet.reload()
    expect(tablet.locator(".vital-grid")).to_be_visible()
    tab(tablet, "run")
    expect(tablet.locator("textarea")).to_have_value("家属在楼下等")


@pytest.fixture(params=["zh", "en"])
def in_language(tablet: Page, request: pytest.FixtureRequest) -> Page:
    tablet.context.add_init_script(f"localStorage.setItem('gc.lang', '{request.param}')")
    return tablet


def test_every_screen_is_for_everybody_and_for_gloves(in_language: Page, url: str) -> None:
    page = in_language
    wrong: dict[str, Any] = {}

    def look(name: str) -> None:
        found = [*violations(page), *too_small(page.locator(".key:visible")), *too_close(page)]
        if found:
            wrong[name] = found

    account = free_crew(url)
    page.goto(f"{url}/crew/")
    expect(page.locator(".sign-in")).to_be_visible()
    wrong |= {"sign in": found} if (found := violations(page)) else {}
    sign_in(page, url, "crew", account)
    expect(page.locator(".sign-on")).to_be_visible()
    look("sign on")
    page.locator(".sign-on .key.main").click()
    expect(page.locator(".idle")).to_be_visible()
    look("idle")
    send(url, account)
    expect(page.locator(".incoming")).to_be_visible()
    look("incoming")
    for _ in range(4):
        status = page.locator(".top-status strong").inner_text()
        page.locator(".next").click()
        expect(page.locator(".top-status strong")).not_to_have_text(status)
    expect(page.locator(".tabs")).to_be_visible()
    for name in TABS:
        tab(page, name)
        look(name)
    for key in (0, 1):
        page.locator(".steps .key").nth(key).click()
        expect(page.locator("dialog")).to_be_visible()
        look(f"sheet {key}")
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)


def too_small(keys: Locator) -> list[str]:
    sizes = keys.evaluate_all("(keys) => keys.map((key) => [key.textContent, key.offsetWidth, key.offsetHeight])")
    return [f"{text}: {width} x {height}" for text, width, height in sizes if min(width, height) < THUMB_PX]


def too_close(page: Page) -> list[str]:
    """Return pairs of keys with less than 3 mm between them, on the open sheet or else on the page."""
    found: list[str] = page.evaluate(
        """(apart) => {
          const within = document.querySelector('dialog[open]') ?? document;
          const shown = (key) => key.offsetParent !== null || within !== document;
          const keys = [...within.querySelectorAll('.key')].filter(shown);
          const boxes = keys.map((key) => [key.textContent, key.getBoundingClientRect()]);
          const close = [];
          boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([two, b]) => {
            const dx = Math.max(a.left - b.right, b.left - a.right);
            const dy = Math.max(a.top - b.bottom, b.top - a.bottom);
            if (Math.max(dx, dy) < apart - 0.5) close.push(`${one} | ${two}: ${Math.max(dx, dy)}`);
          }));
          return close;
        }""",
        APART_PX,
    )
    return found


def test_the_tablet_tells_where_it_is_once_that_is_allowed(tablet: Page, url: str) -> None:
    here = {"longitude": 103.7012, "latitude": 39.7034}
    tablet.context.grant_permissions(["geolocation"], origin=url)
    tablet.context.set_geolocation(here)  # type: ignore[arg-type]
    unit_id = on_duty(tablet, url).removeprefix("crew-").upper()
    seat = client(url, "dispatcher1")
    with seat.socket() as live:
        live.subscribe()
        batches = (live.until("positions")["units"] for _ in range(100))  # one comes every second
        here_it_is = [unit_id, here["longitude"], here["latitude"]]
        assert any(row[:3] == here_it_is for moved in batches for row in moved), "nobody saw where the tablet is"


# A receiver of our own: each fix has its own time, so that nobody waits for wheels to have stood long enough.
RECEIVER = """(() => {
  const watching = [];
  const told = (longitude, latitude, speed, age_s) => ({
    coords: { longitude, latitude, speed, heading: null, accuracy: 5 }, timestamp: Date.now() - age_s * 1000,
  });
  let last = null;
  Object.defineProperty(navigator, "geolocation", { value: {
    watchPosition: (take) => watching.push(take), clearWatch: () => {},
    getCurrentPosition: (take) => last && take(last),
  } });
  window.fix = (...at) => { last = told(...at); watching.forEach((take) => take(last)); };
})()"""


def test_stopped_wheels_are_the_arrival_and_minutes_are_asked_for_when_they_stand(tablet: Page, url: str) -> None:
    tablet.context.grant_permissions(["geolocation"], origin=url)
    tablet.add_init_script(RECEIVER)
    run = send(url, on_duty(tablet, url))
    center_id = accounts(url, "department")[-4].removeprefix("dept-").upper()
    for step in ("已接受", "驶往现场"):
        next_step(tablet, step)
    place = run.row("incidents", run.incident_id)["place"]

    def fixed(metres: float, speed: float, age_s: float) -> None:
        tablet.evaluate("at => window.fix(...at)", [place["lon"], place["lat"] + metres / 111_195, speed, age_s])

    def drives_up() -> None:
        for metres, speed, age_s in ((400, 0, 60), (400, 0, 40), (200, 9, 39), (20, 8, 38), (5, 0.2, 36), (5, 0, 30)):
            fixed(metres, speed, age_s)

    status = tablet.locator(".top-status strong")
    drives_up()
    expect(status).to_have_text("驶往现场")  # a red light, then not long enough
    fixed(5, 0, 18)

    def arrived() -> bool:
        """Tell again until it is seen: a page that had just fetched itself anew knows nothing of the first fixes."""
        if status.inner_text() == "到达现场":
            return True
        drives_up()
        fixed(5, 0, 18)
        return False

    until(arrived)
    all_sent(tablet)
    stopped = run.points()["unit_on_scene"]
    waited = datetime.fromisoformat(stopped["recorded_at"]) - datetime.fromisoformat(stopped["at"])
    speed = run.crew.get("/healthz").json()["clock"]["speed"]
    assert 35 < waited.total_seconds() / speed < 75, "the minute is that of the wheels, not of the message"
    told = [each["data"] for each in run.facts() if each["kind"] == "UnitStatusReported"]
    assert [each["status"] for each in told if each["automatic"]] == ["on_scene"]
    next_step(tablet, "接触患者")
    all_sent(tablet)
    stemi = {"complaint": "chest_pain", "clinician_says": ["stemi"]}
    run.crew.done("record-findings", patient_id=run.patient_id, findings=stemi)
    run.crew.done("choose-destination", patient_id=run.patient_id, center_id=center_id, reason="browser test")
    for step in ("病人上车", "送院途中", "到达医院"):
        next_step(tablet, step)
        expect(tablet.locator(".asked")).to_have_count(0)
    next_step(tablet, "交接完成")
    expect(tablet.locator(".asked")).to_be_visible()
    fixed(5, 6, 0)
    expect(tablet.locator(".asked")).to_have_count(0)
    fixed(5, 0, 0)
    expect(tablet.locator(".asked")).to_be_visible()
