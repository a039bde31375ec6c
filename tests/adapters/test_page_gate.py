"""The door of every page that opens with a token: a flood of guesses or askings, and a link whose time is over."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from dispatch import commands as c
from dispatch.adapters.http.errors import answer_refusals
from dispatch.adapters.http.guards import RefusedError, by_rule
from dispatch.adapters.live.feed import LiveFeed
from dispatch.adapters.pages import caller
from dispatch.adapters.pages.gate import ASKED_MOST, ASKED_WITHIN_S, WRONG_TOKENS, WRONG_WITHIN_S, PageGate
from dispatch.adapters.pages.one_time import token_hash
from dispatch.adapters.pages.pace import REMEMBERED, Pace
from dispatch.errors import Refused
from dispatch.rules import builtin
from tests.dispatch.story import TAKER, Story, opened_city
from tests.stepped_clock import SteppedClock

FLOOD = 10_000
NAT = "100.64.0.1"  # a carrier's address, shared by a town


class Door:
    """The caller's page of a city with two links, on clocks that a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.running_s = 0.0
        monkeypatch.setattr(caller, "_gate", PageGate(lambda: self.running_s))
        story = opened_city(watched=False)
        for token in ("one", "other"):
            self._send(story, token)
        self.clock = SteppedClock(story.now)
        feed = LiveFeed(story.city, story.city.seq, "epoch")
        self.parts: Any = SimpleNamespace(feed=feed, clock=self.clock)

    @staticmethod
    def _send(story: Story, token: str) -> None:
        incident_id = story.ask(c.ReceiveCall("13700000000", "东单"), TAKER)[0].data.incident_id
        story.ask(c.SendLink(incident_id, token_hash(token)), TAKER)

    async def knock(self, token: str, address: str = NAT) -> tuple[int, dict[str, Any]]:
        """Return the status and the refusal's parameters; 200 when let in."""
        scope = {"type": "http", "method": "GET", "headers": [], "client": (address, 50_000)}
        try:
            await caller.of_link(Request(scope), self.parts, token)
        except RefusedError as error:
            return error.status, dict(error.refused.params)
        return 200, {}


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


async def test_ten_thousand_guesses_in_a_minute_meet_a_limit_and_shut_nobody_out(door: Door) -> None:
    seen: Counter[int] = Counter()
    for n in range(FLOOD):
        door.running_s = n * WRONG_WITHIN_S / FLOOD
        status, params = await door.knock(f"guess{n}")
        seen[status] += 1
        if status == 429:
            assert 0 < int(params["wait_s"]) <= WRONG_WITHIN_S
        if n % 1_000 == 0:
            assert (await door.knock("one"))[0] == 200, "a caller behind the guesser's address"
    assert seen == {404: WRONG_TOKENS, 429: FLOOD - WRONG_TOKENS}
    assert (await door.knock("guess", "192.0.2.1"))[0] == 404
    door.running_s = WRONG_WITHIN_S
    assert (await door.knock("guess"))[0] == 404


async def test_ten_thousand_askings_of_one_page_leave_the_others_open(door: Door) -> None:
    seen = Counter([(await door.knock("one"))[0] for _ in range(FLOOD)])
    assert seen == {200: ASKED_MOST, 429: FLOOD - ASKED_MOST}
    assert (await door.knock("other"))[0] == 200
    door.running_s = ASKED_WITHIN_S
    assert (await door.knock("one"))[0] == 200


async def test_a_link_answers_to_its_last_second_and_then_that_it_is_over(door: Door) -> None:
    door.clock.advance(builtin().link_valid_min * 60 - 1)
    assert (await door.knock("one"))[0] == 200
    door.clock.advance(1)
    assert (await door.knock("one"))[0] == 410
    assert (await door.knock(""))[0] == 401


def test_what_is_remembered_of_addresses_is_bounded() -> None:
    pace = Pace(1, 60.0, lambda: 0.0)
    for n in range(REMEMBERED + 1):
        pace.count(str(n))
    assert [pace.wait_s(each) for each in ("0", "1", str(REMEMBERED))] == [0, 60, 60]


async def test_a_rule_that_waiting_satisfies_answers_429_with_the_seconds() -> None:
    app = FastAPI()
    answer_refusals(app)

    @app.get("/{wait_s}")
    async def refuse(wait_s: int) -> None:
        raise by_rule(Refused("link.too_many", {"limit": 600, "wait_s": wait_s} if wait_s else {"limit": 600}))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://city") as client:
        later, never = await client.get("/57"), await client.get("/0")
    assert (later.status_code, later.headers["Retry-After"], later.json()["code"]) == (429, "57", "link.too_many")
    assert (never.status_code, never.headers.get("Retry-After")) == (409, None)
