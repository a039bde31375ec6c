"""Drive the operators' console as an operator does: by what is written on it, and by its keys."""

import json
import re

from playwright.sync_api import Locator, Page, expect

from tests.adapters.serving import CREW, Client

LANGUAGES = ("zh", "en")


# A machine without a graphics card: there everything works but the map, which these few cores draw at the cost of all.
NO_WEBGL = """
  const plain = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return kind.startsWith('webgl') ? null : plain.call(this, kind, ...more);
  };
"""


class Seat:
    """One operator in front of one console; ``has_map`` for the tests that look at the map, or at all of the page."""

    def __init__(
        self, page: Page, url: str, account: str = "dispatcher1", language: str = "zh", *, has_map: bool = False
    ) -> None:
        self.page = page
        if not has_map:
            page.add_init_script(NO_WEBGL)
        page.add_init_script(
            f"localStorage.getItem('gc.lang') ?? localStorage.setItem('gc.lang', {json.dumps(language)})"
        )
        page.goto(f"{url}/console/")
        page.get_by_role("button").filter(has_text=account).click()
        expect(page.locator(".topbar")).to_be_visible()
        expect(page.locator(".link-live")).to_be_visible()

    @property
    def answer(self) -> Locator:
        """Return the newest answer of the console."""
        return self.page.locator(".feed-latest")

    @property
    def panel(self) -> Locator:
        """Return the selected incident."""
        return self.page.locator(".incident")

    def row(self, number: str) -> Locator:
        """Return an incident of the queue."""
        return self.page.locator(f'[data-incident="{number}"]')

    def show(self, number: str) -> None:
        """Select an incident by its number on the command line."""
        expect(self.row(number)).to_be_visible()
        self.type(number)
        expect(self.panel.get_by_role("heading", level=2)).to_contain_text(number)

    def type(self, line: str) -> None:
        """Type a line into the command line and send it off."""
        self.page.keyboard.press("F2")
        self.page.keyboard.type(line)
        self.page.keyboard.press("Enter")

    def says(self, line: str, answer: str | re.Pattern[str]) -> None:
        """Type a line and wait for its answer."""
        self.type(line)
        expect(self.answer).to_contain_text(answer)


def crewed(exchange_of_city: Client, count: int = 4) -> list[str]:
    """Put crews on the first vehicles; return their unit ids."""
    units = [
        each["account"].removeprefix("crew-").upper()
        for each in exchange_of_city.get("/api/demo").json()
        if each["role"] == "crew"
    ][:count]
    for unit in units:
        answer = exchange_of_city.command("sign-on", unit_id=unit, crew=CREW)
        assert answer.status_code in (200, 409), answer.text  # 409: somebody has put a crew on it before
    return units
