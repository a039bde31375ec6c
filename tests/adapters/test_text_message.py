"""A text message goes out once, signed, and whether it went is told as it is."""

import json
from datetime import UTC, datetime

import pytest

from dispatch.adapters.clock import RunningClock
from dispatch.adapters.pages.text_message import TextMessages
from dispatch.adapters.telephony.signature import SIGNATURE_HEADER, TIME_HEADER, is_signed, offset
from dispatch.terminal.local_servers import free_port
from tests.adapters.receiving import receiving

SECRET = "s" * 32
CLOCK = RunningClock(None, 1.0)
TEXT = "【120】请打开链接，告诉我们您在哪里：https://120.example.cn/link/#abc"


async def test_it_goes_out_once_signed_with_its_number_and_words() -> None:
    with receiving() as (url, gateway):
        assert await TextMessages(url, SECRET, CLOCK).send("13800000000", TEXT) == "sent"
    ((head, body),) = gateway.came
    assert json.loads(body) == {"number": "13800000000", "text": TEXT}
    assert is_signed(SECRET, head[TIME_HEADER], body, head[SIGNATURE_HEADER])
    assert not is_signed(SECRET, head[TIME_HEADER], body + b" ", head[SIGNATURE_HEADER])
    assert offset(head[TIME_HEADER], datetime.now(UTC)) is not None


async def test_without_a_secret_it_goes_out_unsigned() -> None:
    with receiving() as (url, gateway):
        assert await TextMessages(url, None, CLOCK).send("13800000000", TEXT) == "sent"
    assert SIGNATURE_HEADER not in gateway.came[0][0]


@pytest.mark.parametrize("status", [302, 400, 401, 429, 500, 503])
async def test_a_gateway_that_does_not_take_it_is_told_and_not_asked_again(status: int) -> None:
    with receiving() as (url, gateway):
        gateway.status = status
        assert await TextMessages(url, SECRET, CLOCK).send("13800000000", TEXT) == "failed"
    assert len(gateway.came) == 1


async def test_a_gateway_that_is_not_there_is_told() -> None:
    assert await TextMessages(f"http://127.0.0.1:{free_port()}/", SECRET, CLOCK).send("13800000000", TEXT) == "failed"


async def test_without_a_gateway_or_a_number_nobody_is_told() -> None:
    assert await TextMessages(None, SECRET, CLOCK).send("13800000000", TEXT) == "none"
    with receiving() as (url, gateway):
        assert await TextMessages(url, SECRET, CLOCK).send(None, TEXT) == "none"
    assert gateway.came == []
