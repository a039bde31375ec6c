"""The console for everybody: WCAG 2.2 AA by axe in both languages, small windows, 200 % zoom."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.accessibility import violations
from tests.adapters.serving import Client, Server, demo_settings, running
from tests.end_to_end.console_page import LANGUAGES, Seat, crewed

pytestmark = pytest.mark.browser

ZONES = ("queue", "incident", "map", "units")
# 640 x 360 is a window of 1280 x 720 at 200 %, 960 x 540 one of 1920 x 1080.
WINDOWS = ((640, 360), (960, 540), (1280, 720), (1440, 900), (1920, 1080))


@pytest.fixture(scope="module")
def busy_server(fictional_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a city with one of everything: a ringing call, a waiting, a held and a served incident."""
    with running(demo_settings(fictional_pack, tmp_path_factory.mktemp("access"))) as server:
        radio = server.client("supervisor1")
        _fill(server.client("exchange"), radio, crewed(radio))
        yield server


def _fill(exchange: Client, radio: Client, units: list[str]) -> None:
    calls = [exchange.call(complaint=word) for word in ("胸痛", "外伤", "头晕")]
    for ids in calls:
        radio.done("answer-call", call_id=ids["call_id"], seat="supervisor1")
    served, _, held = calls
    findings = {"age": {"value": 62, "unit": "years"}, "chest_pain": {"present": "yes", "sweating_or_pale": "yes"}}
    radio.done("record-findings", patient_id=served["patient_id"], findings=findings)
    radio.done("assign-unit", incident_id=served["incident_id"], unit_id=units[0])
    radio.done("report-status", unit_id=units[0], status="at_patient")
    radio.done("hold-incident", incident_id=held["incident_id"], reason="无车")
    exchange.call(number="13500009999")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_can_use_every_part_of_it(page: Page, busy_server: Server, language: str) -> None:
    seat = Seat(page, busy_server.url, language=language, has_map=True)
    assert violations(seat.page) == []
    seat.show("E0001")
    for tab in ("assess", "hospital", "register", "log"):
        seat.page.locator(f"#tab-{tab}").click()
        expect(seat.page.locator(".tab-panel [role=status]")).to_have_count(0)
        assert violations(seat.page) == [], tab
    seat.show("E0002")
    expect(seat.panel.locator(".unit-option")).not_to_have_count(0)
    seat.page.locator(".unit-row").first.click()
    expect(seat.page.locator(".unit-card")).to_be_visible()
    assert violations(seat.page) == []
    seat.page.keyboard.press("F2")
    seat.page.keyboard.type("ST ")
    expect(seat.page.locator(".completions li").first).to_be_visible()
    assert violations(seat.page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_can_sign_in_and_read_the_help(page: Page, busy_server: Server, language: str) -> None:
    seat = Seat(page, busy_server.url, language=language, has_map=True)
    seat.page.keyboard.press("?")
    expect(seat.page.get_by_role("dialog")).to_be_visible()
    assert violations(seat.page) == []
    seat.page.keyboard.press("Escape")
    expect(seat.page.get_by_role("dialog")).to_have_count(0)
    seat.type("OUT")
    expect(seat.page.locator(".sign-in")).to_be_visible()
    assert violations(seat.page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_window_cuts_anything_off(page: Page, busy_server: Server, language: str) -> None:
    seat = Seat(page, busy_server.url, language=language, has_map=True)
    seat.show("E0001")
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        for place, zone in enumerate(ZONES):
            switch = page.locator(".zone-switch button").nth(place)
            if switch.is_visible():
                switch.click()
            expect(page.locator(f".zone[data-zone={zone}]")).to_be_visible()
            wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{zone} is {wide} px too wide at {width} x {height}"
        expect(page.locator("#command-line")).to_be_in_viewport()
