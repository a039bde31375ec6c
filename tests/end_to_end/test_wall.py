"""The receiving wall in a real browser: it sounds until somebody answers, shows what is true, and never a name."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessibility import violations
from tests.end_to_end.shift import Run, accounts, assert_comes_to, client, close_clients, sign_in, underway
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser

SIZE = {"width": 1920, "height": 1080}
READ_AT_5_M_PX = 50  # of type: 23 mm capitals on a 55" screen
READ_FROM_AFAR = (
    ".condition, .phase, .person, .unit, .eta, .vital-value, .answer-word, .answer-what, .bypass, .end-word"
)
TRAUMA = {
    "complaint": "trauma",
    "sex": "male",
    "age": {"value": 24},
    "trauma": {"injured": "yes", "ejected": "yes", "pelvic_fracture": "yes"},
}


@pytest.fixture
def url(demo_server: RunningServer) -> str:
    return demo_server.url


@pytest.fixture(autouse=True)
def _others_go_home() -> Iterator[None]:
    yield
    close_clients()


@pytest.fixture(scope="module")
def hospitals(demo_server: RunningServer) -> Iterator[str]:
    """Give every test a hospital of its own."""
    return iter(accounts(demo_server.url, "department"))


@pytest.fixture
def department(hospitals: Iterator[str], url: str) -> str:
    return next(each for each in hospitals if expects_nobody(url, each))


def expects_nobody(url: str, department: str) -> bool:
    """Say whether no other test of this session has sent somebody there."""
    with client(url, department).socket() as live:
        live.subscribe()
        return not live.tables["activations"]


@pytest.fixture
def wall(page: Page, url: str, department: str) -> Page:
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    sign_in(page, url, "wall", department)
    expect(page.locator(".calm-word")).to_have_text("暂无送院患者")
    return page


def center_of(department: str) -> str:
    return department.removeprefix("dept-").upper()


def phase(run: Run) -> str:
    patient = run.row("patients", run.patient_id)
    return str(run.row("activations", patient["activation_id"])["phase"])


def test_it_sounds_until_one_key_answers(wall: Page, url: str, department: str) -> None:
    expect(wall.locator(".unarmed")).to_have_count(0)  # signing in was the gesture
    run = underway(url, center_of(department))
    tile = wall.locator(".tile")
    expect(tile).to_contain_text("疑似")
    expect(tile).to_contain_text("急性心梗")
    expect(tile).to_contain_text("60–69岁")
    expect(wall.locator(".wall")).to_have_attribute("data-sounding", re.compile("medium|high"))
    expect(wall.locator("[data-played]")).not_to_have_attribute("data-played", "0")
    assert_comes_to(lambda: phase(run), "received")  # the wall says by itself that it shows the patient
    answer(wall)
    expect(wall.locator(".wall")).to_have_attribute("data-sounding", "none")
    expect(tile.locator(".phase")).to_have_text("已应答")
    assert_comes_to(lambda: phase(run), "acknowledged")
    expect(tile.locator(".chips")).to_contain_text("导管室")


def answer(wall: Page) -> None:
    """Press Space as soon as the button takes presses for the patient it names."""
    expect(wall.locator(".answer")).to_have_attribute("data-settled", "true")
    wall.keyboard.press("Space")


def test_the_team_the_lab_and_the_patient_go_their_way(wall: Page, url: str, department: str) -> None:
    run = underway(url, center_of(department))
    answer(wall)
    wall.locator("button.chip", has_text="导管室").click()
    expect(wall.locator(".ready-chip")).to_contain_text("导管室 ✓")
    wall.get_by_role("button", name="团队就位").click()
    expect(wall.locator(".phase")).to_have_text("团队就位")
    run.crew.done("report-status", unit_id=run.unit_id, status="at_hospital")
    expect(wall.locator(".phase")).to_have_text("已到达")
    wall.get_by_role("button", name="接收患者").click()
    expect(wall.locator(".phase")).to_have_text("已接收")


def test_a_redirect_stays_until_it_is_seen(wall: Page, url: str, department: str, hospitals: Iterator[str]) -> None:
    run = underway(url, center_of(department))
    answer(wall)
    expect(wall.locator(".phase")).to_have_text("已应答")
    run.crew.done("bind-monitor", patient_id=run.patient_id, device_id=f"m-{department}")
    expect(wall.locator(".wave canvas")).to_be_visible()  # its trace goes with the redirect, and the page goes on
    run.crew.done(
        "choose-destination", patient_id=run.patient_id, center_id=center_of(next(hospitals)), reason="家属要求"
    )
    expect(wall.locator(".end-word")).to_contain_text("改送他院")
    expect(wall.locator(".wall")).to_have_attribute("data-sounding", "medium")
    answer(wall)
    expect(wall.locator(".calm-word")).to_be_visible()


def test_it_never_shows_a_name_and_no_trace_of_an_unbound_monitor(wall: Page, url: str, department: str) -> None:
    run = underway(url, center_of(department))
    run.crew.done("identify-patient", patient_id=run.patient_id, name="王小明")
    send_vitals(run, "MON-LOOSE", {"hr": 199})
    run.crew.done("bind-monitor", patient_id=run.patient_id, device_id="MON-7")
    send_vitals(run, "MON-7", {"hr": 88, "sbp": 70, "dbp": 40, "spo2": 97, "rr": 16})
    pressure = wall.locator(".vital", has_text="血压")
    expect(pressure).to_contain_text("70/40")
    expect(pressure).to_contain_text("**")
    expect(wall.locator(".vital", has_text="心率")).to_contain_text("88")
    assert "王小明" not in wall.content()
    assert "199" not in wall.locator(".vitals").inner_text()


def send_vitals(run: Run, device: str, values: dict[str, float]) -> None:
    """Send one set of a monitor's vitals, as the tablet does, and wait until it is committed or refused."""
    with run.crew.socket() as live:
        body = {"patient_id": run.patient_id, "device_id": device, "values": values}
        now = run.crew.get("/healthz").json()["clock"]["now"]  # the demo's clock runs ahead of ours
        live.put(f"box-{device}-{run.patient_id}/vitals", 1, "vitals", body, at=now)
        live.until("ack")


def test_it_resumes_by_itself_after_a_restart(wall: Page, url: str, department: str) -> None:
    underway(url, center_of(department))
    expect(wall.locator(".tile")).to_have_count(1)
    context = wall.context
    restarted = context.new_page()  # a new window: only the device's own storage is left
    restarted.set_viewport_size(SIZE)  # type: ignore[arg-type]
    restarted.goto(f"{url}/wall/")
    expect(restarted.locator(".tile")).to_have_count(1)
    restarted.reload()
    expect(restarted.locator(".unarmed")).to_be_visible()
    restarted.locator("h1").click()
    expect(restarted.locator(".unarmed")).to_have_count(0)


def test_it_says_when_it_no_longer_knows(wall: Page) -> None:
    wall.context.set_offline(True)
    expect(wall.locator(".link")).to_contain_text("离线")
    expect(wall.locator(".calm-word")).to_have_text("没有数据")
    wall.context.set_offline(False)
    expect(wall.locator(".calm-word")).to_have_text("暂无送院患者")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_for_everybody_and_readable_from_five_metres(
    browser: Browser, url: str, hospitals: Iterator[str], language: str
) -> None:
    context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
    context.add_init_script(f"localStorage.setItem('gc.lang', '{language}')")
    page, department = context.new_page(), next(hospitals)
    wrong: dict[str, Any] = {}

    def look(name: str) -> None:
        found = [*violations(page), *hard_to_read(page)]
        if found:
            wrong[name] = found

    page.goto(f"{url}/wall/")
    expect(page.locator(".sign-in")).to_be_visible()
    look("sign in")
    sign_in(page, url, "wall", department)
    expect(page.locator(".calm-word")).to_be_visible()
    look("calm")
    for count in range(1, 7):
        underway(url, center_of(department), findings=TRAUMA if count % 2 else None)
        expect(page.locator(".tile")).to_have_count(count)
        if count in (1, 3, 6):
            look(f"{count} waiting")
    for left in range(5, -1, -1):
        answer(page)
        expect(page.locator(".tile.waiting")).to_have_count(left)
    look("all answered")
    context.close()
    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)


def hard_to_read(page: Page) -> list[str]:
    """Return what must be read from five metres and is too small, or does not fit its place."""
    found: list[str] = page.evaluate(
        """([what, least]) => [...document.querySelectorAll(what)]
          .filter((each) => each.offsetParent !== null)
          .flatMap((each) => {
            const size = parseFloat(getComputedStyle(each).fontSize);
            const tile = each.closest('.tile')?.getBoundingClientRect();
            const box = each.getBoundingClientRect();
            const name = `${each.className || each.tagName} ${each.textContent}`;
            return [
              ...(size < least ? [`${name}: ${size} px`] : []),
              ...(each.scrollWidth > each.clientWidth + 1 && !each.matches('strong, .unit') ? [`${name}: cut`] : []),
              ...(tile && (box.top < tile.top - 1 || box.bottom > tile.bottom + 8) ? [`${name}: outside`] : []),
            ];
          })""",
        [READ_FROM_AFAR, READ_AT_5_M_PX],
    )
    return found
