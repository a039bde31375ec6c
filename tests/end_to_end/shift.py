"""A shift for the browser tests: free units and hospitals, signing in, and what others do meanwhile over HTTP."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.adapters.serving import CREW, Client
from tests.end_to_end.topology import until

_taken = itertools.count()
_open: list[Client] = []


@dataclass(frozen=True)
class Run:
    """One unit sent to one incident, and who looks after it."""

    unit_id: str
    incident_id: str
    patient_id: str
    crew: Client
    dispatcher: Client

    def facts(self) -> list[dict[str, Any]]:
        """Return every fact on the incident, in order."""
        found: list[dict[str, Any]] = self.dispatcher.get(f"/api/incidents/{self.incident_id}/facts").json()
        return found

    def row(self, table: str, row_id: str) -> dict[str, Any]:
        """Return one row as a dispatcher sees it now."""
        with self.dispatcher.socket() as live:
            live.subscribe()
            found: dict[str, Any] = live.tables[table][row_id]
            return found

    def assignment(self) -> dict[str, Any]:
        """Return the run's row."""
        return self.row("assignments", self.row("incidents", self.incident_id)["assignment_ids"][0])

    def points(self) -> dict[str, dict[str, Any]]:
        """Return the minutes of the run, in the order in which they happened."""
        points: dict[str, dict[str, Any]] = self.assignment()["points"]
        return dict(sorted(points.items(), key=lambda each: each[1]["at"]))

    def kinds(self) -> list[str]:
        """Return what happened, by kind."""
        return [each["kind"] for each in self.facts()]


def assert_comes_to(look: Callable[[], object], wanted: object) -> None:
    """Look at the server again and again until it has what a page has just sent it."""
    with suppress(AssertionError):  # the last look says what is there instead
        until(lambda: look() == wanted)
    assert look() == wanted


def accounts(url: str, role: str) -> list[str]:
    """Return the demo's accounts of one role."""
    return [each["account"] for each in httpx.get(f"{url}/api/demo").json() if each["role"] == role]


def free_crew(url: str) -> str:
    """Return a crew account that no other test of this process uses."""
    crews = accounts(url, "crew")
    return crews[next(_taken) % len(crews)]


def client(url: str, account: str) -> Client:
    """Return a client signed in with the demo's password."""
    made = Client(url)
    _open.append(made)
    made.sign_in(account, "demo")
    return made


def close_clients() -> None:
    """Close what the test opened."""
    while _open:
        _open.pop().http.close()


def send(url: str, crew_account: str, *, sign_on: bool = False, **call: Any) -> Run:  # noqa: ANN401 - fields of the call
    """Ring 120 and send this crew."""
    crew, dispatcher = client(url, crew_account), client(url, "dispatcher1")
    unit_id = crew.account["unit_id"]
    if sign_on:
        crew.done("sign-on", unit_id=unit_id, crew=CREW)
    ids = client(url, "exchange").call(**{"complaint": "chest_pain", **call})
    dispatcher.done("assign-unit", incident_id=ids["incident_id"], unit_id=unit_id, reason="browser test")
    return Run(unit_id, ids["incident_id"], ids["patient_id"], crew, dispatcher)


def underway(url: str, center_id: str, *, findings: dict[str, Any] | None = None) -> Run:
    """Bring a patient on the way to a hospital, as a crew would without its screen."""
    run = send(url, free_crew(url), sign_on=True)
    for status in ("accepted", "en_route", "on_scene", "at_patient"):
        run.crew.done("report-status", unit_id=run.unit_id, status=status)
    run.crew.done("record-findings", patient_id=run.patient_id, findings=findings or CHEST_PAIN)
    run.crew.done("report-status", unit_id=run.unit_id, status="transporting")
    run.crew.done("choose-destination", patient_id=run.patient_id, center_id=center_id, reason="browser test")
    return run


CHEST_PAIN: dict[str, Any] = {
    "complaint": "chest_pain", "sex": "male", "age": {"value": 62}, "clinician_says": ["stemi"],
    "chest_pain": {"present": "yes", "ongoing": "yes", "sweating_or_pale": "yes"},
}  # fmt: skip


def sign_in(page: Page, url: str, where: str, account: str) -> None:
    """Sign in on a page as a person does."""
    page.goto(f"{url}/{where}/")
    page.locator("input[name=account]").fill(account)
    page.locator("input[name=password]").fill("demo")
    page.locator(".sign-in form button[type=submit]").click()
    expect(page.locator(".sign-in")).to_have_count(0)
