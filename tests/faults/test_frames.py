"""Frames from hell: whatever arrives on a socket is answered, and the connection and the server live on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.adapters.live.patient_socket import Put, read_put
from dispatch.adapters.wire import moment_from, read_frame
from dispatch.protocol.waves import WAVE_HEADER, FrameError, read_wave
from tests.adapters.serving import Server

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("stream", "seq", "id", "kind", "at", "clock_offset_ms", "body")
TEXTS = st.text(max_size=40) | st.sampled_from(
    ["a/b", "command", "vitals", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-21"]
)


def _said(read: Callable[[], object]) -> object:
    """Return what was read, or why it was not; anything else than a ``FrameError`` fails the test."""
    try:
        return read()
    except FrameError as refused:
        return str(refused)


@settings(max_examples=500)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_text_frame_breaks_the_reader(raw: bytes | str) -> None:
    assert _said(lambda: read_frame(raw))


@settings(max_examples=500)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, TEXTS | JSON)))
def test_no_numbered_message_breaks_the_reader(content: dict[str, Any]) -> None:
    put = _said(lambda: read_put(content))
    if isinstance(put, Put):
        assert put.broken is not None or put.kind in {"command", "position", "vitals"}


@settings(max_examples=500)
@given(TEXTS | JSON)
def test_no_time_breaks_the_reader(at: object) -> None:
    assert _said(lambda: moment_from({"at": at}, "at"))


@settings(max_examples=500)
@given(
    st.binary(max_size=300)
    | st.builds(
        lambda head, rest: b"GW\x01\x01" + head + rest,
        st.binary(min_size=WAVE_HEADER.size - 4, max_size=WAVE_HEADER.size - 4),
        st.binary(max_size=100),
    )
)
def test_no_binary_frame_breaks_the_reader(raw: bytes) -> None:
    assert _said(lambda: read_wave(raw))


HELL = [
    '{"t":"ping","n":' + "9" * 400 + "}",
    '{"t":"put","stream":"a\\u0000/d","seq":1,"id":"x"}',
    '{"t":"put","stream":"患者/d","seq":1,"id":"x"}',
    '{"t":"put","stream":"a/b","seq":' + "9" * 40 + "}",
    '{"t":"put","stream":"a/b","seq":true}',
    '{"t":"subscribe","feed_epoch":1,"offset":1e300}',
    '{"t":"watch","patients":[1,null,{}]}',
    '{"t":"position","body":[]}',
    '{"t":"position","unit_id":"U036","lon":1e308,"lat":1,"datum":"wgs84","fix_at":"2026-11-21T00:00:00Z"}',
    '{"t":"position","unit_id":"U036","lon":103.69,"lat":39.71,"fix_at":"2026-11-21T00:00:00Z"}',
    '{"t":"position","unit_id":"U036","lon":103.69,"lat":39.71,"datum":"wgs84","fix_at":"0001-01-01T00:00:00+14:00"}',
    "[" * 20_000,
    "￾",
    b"",
    b"GW",
    b"\xff" * 60,
]


@pytest.mark.parametrize("raw", HELL, ids=range(len(HELL)))
def test_the_connection_outlives_the_frame(attacked: Server, raw: str | bytes) -> None:
    with attacked.client("crew-u036").socket() as live:
        live.raw.send(raw)
        live.send(t="ping", n="still here")
        assert live.until("pong", n="still here")


def test_a_stream_of_refused_messages_can_go_on(attacked: Server) -> None:
    with attacked.client("crew-u036").socket() as live:
        for seq, at in enumerate(("0001-01-01T00:00:00+14:00", "nonsense", "", "2026-11-21T00:00:00Z"), 1):
            live.put("e/f", seq, "command", {"kind": ["x"], "data": None}, at=at)
            assert live.until("ack", stream="e/f")["seq"] == seq
        live.send(t="ping", n=json.dumps("end"))
        assert live.until("pong")
