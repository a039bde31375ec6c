import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.accessibility import violations
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser

PAGES = {"调度台": "/console/", "车组平板": "/crew/", "预警屏": "/wall/"}


@pytest.fixture
def entrance(page: Page, demo_server: RunningServer) -> Page:
    page.goto(f"{demo_server.url}/")
    expect(page.get_by_role("table")).to_be_visible()
    return page


def test_it_leads_to_the_three_pages_and_names_the_demo_accounts(entrance: Page) -> None:
    for name, address in PAGES.items():
        expect(entrance.get_by_role("link", name=re.compile(f"^{name}")).first).to_have_attribute("href", address)
    rows = entrance.get_by_role("row")
    assert rows.count() > len(PAGES)
    for address in PAGES.values():
        assert entrance.locator(f"table a[href='{address}']").count() >= 1


def test_it_names_the_city_and_says_that_it_is_made_up(entrance: Page) -> None:
    expect(entrance.get_by_text("城市：云泽市")).to_be_visible()
    expect(entrance.get_by_text("虚构城市")).to_be_visible()


def test_it_speaks_english_and_remembers(entrance: Page) -> None:
    entrance.get_by_role("button", name="English").click()
    expect(entrance.get_by_role("heading", level=1)).to_contain_text("Emergency medical dispatch")
    entrance.reload()
    expect(entrance.get_by_role("heading", level=1)).to_contain_text("Emergency medical dispatch")
    assert entrance.evaluate("() => document.documentElement.lang") == "en"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everybody_can_use_it(entrance: Page, language: str) -> None:
    if language == "en":
        entrance.get_by_role("button", name="English").click()
    assert violations(entrance) == []
