"""The exchange's signature, and what of an event is the same event."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.adapters.telephony.line_events import LineEventBody, SeenEvents, command_id_of
from dispatch.adapters.telephony.signature import FRESH, is_signed, offset, sign

SECRET, AT_MS = "s" * 43, 1_795_000_000_000
NOW = datetime.fromtimestamp(AT_MS / 1000, UTC)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_signature_is_for_these_bytes_alone(body: bytes, other: bytes) -> None:
    signature = sign(SECRET, AT_MS, body)
    assert is_signed(SECRET, str(AT_MS), body, signature)
    assert is_signed(SECRET, str(AT_MS), other, signature) is (body == other)
    assert not is_signed(SECRET, str(AT_MS + 1), body, signature)
    assert not is_signed("t" * 43, str(AT_MS), body, signature)


@pytest.mark.parametrize("at_ms", ["", "-1", "1e3", "٣", " 5", "x"])
def test_a_time_that_is_no_number_is_not_signed(at_ms: str) -> None:
    assert not is_signed(SECRET, at_ms, b"", sign(SECRET, AT_MS, b""))


def test_an_old_request_is_not_believed_and_a_slow_clock_is_set_right() -> None:
    assert offset(str(AT_MS - 40_000), NOW) == timedelta(seconds=40)
    assert offset(str(AT_MS + 40_000), NOW) == timedelta(seconds=-40)
    for far in (FRESH + timedelta(seconds=1), -FRESH - timedelta(seconds=1)):
        assert offset(str(AT_MS), NOW + far) is None
    assert offset("9" * 30, NOW) is None


def test_an_event_id_is_one_command_and_says_one_thing() -> None:
    body = LineEventBody(event_id="e1", event="ring", call_id="x1", at=NOW, number="139")
    assert command_id_of("exchange", body) == command_id_of("exchange", body.model_copy())
    assert command_id_of("exchange", body) != command_id_of("exchange", body.model_copy(update={"event_id": "e2"}))
    seen = SeenEvents()
    assert [seen.is_changed("exchange", body) for _ in range(2)] == [False, False]
    assert seen.is_changed("exchange", body.model_copy(update={"number": "138"}))
