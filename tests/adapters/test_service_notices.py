"""Notices to 110, 119 and 122 go out signed, are repeated with growing waits, and their fate is told."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from dispatch import commands as c
from dispatch.adapters.service_notices import ServiceNotices
from dispatch.adapters.signed_post import post_signed
from dispatch.adapters.telephony.signature import SIGNATURE_HEADER, TIME_HEADER, sign
from dispatch.rules import builtin
from tests.adapters.receiving import Receiver, Stopped, receiving
from tests.dispatch.story import PLACE, SYSTEM, TAKER, Story, opened_city

SECRET = "s" * 32
RULES = builtin()


@pytest.fixture
def control() -> Iterator[tuple[str, Receiver]]:
    with receiving() as listening:
        yield listening


def told(service: str = "119") -> tuple[Story, str]:
    story = opened_city(watched=False)
    opened = story.ask(c.ReceiveCall("13800000000", "东单", "爆炸", PLACE), TAKER)[1].data
    story.ask(c.RecordFindings(opened.patient_id, {"scene": {"fire": "yes"}}), TAKER)
    story.ask(c.TellService(opened.incident_id, service), TAKER)
    return story, opened.incident_id


def messenger(story: Story, url: str | None, clock: Stopped) -> ServiceNotices:
    async def tell(fate: c.ReportNotice) -> None:
        story.ask(fate, SYSTEM)

    return ServiceNotices((url, SECRET), RULES, clock, tell)


async def test_a_notice_is_signed_says_where_and_what_and_nobodys_number(control: tuple[str, Receiver]) -> None:
    url, other = control
    story, incident_id = told()
    await messenger(story, url, Stopped(story.now)).look(story.city)
    ((head, body),) = other.came
    assert head[SIGNATURE_HEADER] == sign(SECRET, int(head[TIME_HEADER]), body)
    said = json.loads(body)
    assert (said["service"], said["dangers"], said["crews_stand_off_m"]) == ("119", ["fire"], RULES.stand_off_m)
    assert said["place"]["lon"] == PLACE.lon
    assert b"13800000000" not in body
    notice = story.city.incidents[incident_id].notices["119"]
    assert (notice.phase, notice.attempts) == ("delivered", 1)


async def test_a_notice_is_tried_again_with_growing_waits_and_then_left_to_the_telephone(
    control: tuple[str, Receiver],
) -> None:
    url, other = control
    other.status = 503
    story, incident_id = told()
    clock = Stopped(story.now)
    carrier = messenger(story, url, clock)
    seconds = 0
    while story.city.incidents[incident_id].notices["119"].phase == "told":
        await carrier.look(story.city)
        clock.at += timedelta(seconds=1)
        seconds += 1
        assert seconds < 100
    assert len(other.came) == RULES.service_attempts
    assert len({json.loads(body)["id"] for _, body in other.came}) == 1
    assert seconds > RULES.service_retry_s * (1 + 2 + 4)
    assert story.city.incidents[incident_id].notices["119"].phase == "undelivered"


async def test_an_answer_that_drips_is_none_and_neither_is_an_address_that_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dispatch.adapters.signed_post.ANSWER_WITHIN_S", 0.2)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        for letter in b"HTTP/1.1 200 OK" * 4_000:
            writer.write(bytes([letter]))
            with suppress(TimeoutError):
                if await asyncio.wait_for(reader.read(1), 0.02) == b"":
                    break  # whoever asked has gone
        writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        clock = Stopped(datetime.now(UTC))
        assert not await asyncio.wait_for(post_signed(url, SECRET, b"{}", clock, "a dripping tap"), 60)
    for nowhere in ("http://[", "gopher://127.0.0.1/", "http://127.0.0.1:1/"):
        assert not await post_signed(nowhere, None, b"{}", clock, "nobody")


async def test_without_a_webhook_it_says_so_at_once() -> None:
    story, incident_id = told("110")
    await messenger(story, None, Stopped(story.now)).look(story.city)
    notice = story.city.incidents[incident_id].notices["110"]
    assert (notice.phase, notice.attempts) == ("undelivered", 0)
