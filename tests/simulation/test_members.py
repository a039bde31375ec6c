"""A simulated hospital's people: who is on duty, and what their gateway takes."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest

from dispatch.adapters.signed_post import post_signed
from dispatch.adapters.telephony.signature import sign
from dispatch.simulation.arrivals import LOCAL
from dispatch.simulation.members import ROLES_OF, people_of, rank_of, week_of
from dispatch.simulation.team_gateway import Ring, open_gateway, read_ring, ringing
from dispatch.state.team import TeamRole
from tests.adapters.receiving import Stopped

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED = {"id": "S/1", "kind": "summons", "number": "136", "text": "快来 http://x/team/#t", "voice": False}


def test_two_of_three_are_on_duty_and_they_change_every_week() -> None:
    people = people_of(1, 0, tuple(ROLES_OF))
    assert {each.role for each in people} <= set(TeamRole)
    assert people == people_of(1, 0, tuple(ROLES_OF))
    for week in range(3):
        ranks = Counter((each.role, rank_of(each, week)) for each in people)
        assert set(ranks.values()) == {1}
        assert {rank for _, rank in ranks} == {1, 2, None}
    assert len({rank_of(people[0], week) for week in range(3)}) == 3
    phones = [each.phone for nth in range(60) for each in people_of(1, nth, tuple(ROLES_OF))]
    assert len(set(phones)) == len(phones)


def test_a_week_begins_on_monday_morning_of_the_city() -> None:
    for hours in range(24 * 15):
        now = NOW + timedelta(hours=hours)
        begins, week = week_of(now)
        assert begins <= now < begins + timedelta(days=7)
        assert (begins.astimezone(LOCAL).weekday(), begins.astimezone(LOCAL).hour) == (0, 8)
        assert week == week_of(begins)[1]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 422), (b"[]", 422), (b"\xff", 422), (json.dumps(ASKED | {"voice": 1}).encode(), 422)],
)
def test_the_gateway_refuses_what_is_no_summons(body: bytes, status: int) -> None:
    assert read_ring("s", body, "1", sign("s", 1, body)) == HTTPStatus(status)
    assert read_ring("s", body, "1", sign("other", 1, body)) == HTTPStatus.UNAUTHORIZED
    assert read_ring("s", body, "非", "非") == HTTPStatus.UNAUTHORIZED


async def test_a_signed_summons_rings_the_telephone() -> None:
    gateway, rung = open_gateway(), asyncio.Queue[Ring]()
    body = json.dumps(ASKED).encode()
    with ringing(gateway, rung.put_nowait):
        assert not await post_signed(gateway.url, "another secret", body, Stopped(NOW), "the gateway")
        assert await post_signed(gateway.url, gateway.secret, body, Stopped(NOW), "the gateway")
        assert await rung.get() == Ring("S/1", "summons", "136", str(ASKED["text"]), voice=False)
    assert rung.empty()
