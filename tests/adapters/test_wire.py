"""Frames and headers: what is written is read again, and nonsense is refused in words."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.adapters.wire import bad_input_body, frame, moment_from, nack, read_frame
from dispatch.errors import Refused
from dispatch.protocol.waves import WAVE_HEADER, FrameError, Wave, read_wave, wave_bytes

PATIENT = "01M7ZYAR06Z3RZ59XGBAXVVXV6"


def answer_of(read: Callable[[Any], object], raw: str | bytes) -> object:
    """Return what was read, or the refusal; anything else is raised."""
    try:
        return read(raw)
    except FrameError as refusal:
        return refusal


def test_the_header_is_32_bytes() -> None:
    assert WAVE_HEADER.size == 32


@given(
    leads=st.sampled_from([1, 12]),
    rate_hz=st.integers(50, 4_000),
    scale=st.integers(1, 65_535),
    first=st.integers(0, 1 << 52),
    at_ms=st.integers(0, 4_000_000_000_000),
    stream_no=st.integers(0, (1 << 32) - 1),
    samples=st.integers(1, 40),
)
@settings(max_examples=1_000)
def test_a_wave_is_read_as_it_was_written(  # noqa: PLR0913, PLR0917 - the fields of the header
    leads: int, rate_hz: int, scale: int, first: int, at_ms: int, stream_no: int, samples: int
) -> None:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    content = bytes(2 * leads * samples)
    written = Wave(PATIENT, stream_no, leads, rate_hz, scale / 100, first, at, samples, b"")
    read = read_wave(wave_bytes(written, content))
    assert (read.patient_id, read.stream_no, read.leads, read.sample_rate_hz) == (PATIENT, stream_no, leads, rate_hz)
    assert (read.first_sample, read.next_sample, read.uv_per_lsb) == (first, first + samples, scale / 100)
    assert abs((read.at - at).total_seconds()) < 0.002
    assert read.raw[-len(content) :] == content


@given(st.binary(max_size=200))
@settings(max_examples=1_000)
def test_any_bytes_are_a_wave_or_a_frame_error(raw: bytes) -> None:
    for candidate in (raw, b"GW\x01\x01" + raw):
        assert isinstance(answer_of(read_wave, candidate), Wave | FrameError)


@given(st.one_of(st.text(), st.binary(max_size=100)))
@settings(max_examples=1_000)
def test_any_text_is_a_frame_or_a_frame_error(raw: str | bytes) -> None:
    assert isinstance(answer_of(read_frame, raw), dict | FrameError)


def test_frames_and_nacks_read_back() -> None:
    assert read_frame(frame("pong", n=1)) == {"t": "pong", "n": 1}
    answer = read_frame(nack("a/b", 7, Refused("stream_gap", {"expected_seq": 5}), retry=True))
    assert (answer["seq"], answer["retry"], answer["params"]) == (7, True, {"expected_seq": 5})
    assert "5" in answer["text"]["zh"]


@pytest.mark.parametrize("written", [None, 7, "yesterday", "2026-11-21T06:00:00"])
def test_a_time_without_zone_is_no_time(written: object) -> None:
    with pytest.raises(FrameError, match="at"):
        moment_from({"at": written}, "at")


def test_bad_input_quotes_even_what_is_no_text() -> None:
    body = bad_input_body("x\ud800", "because of \udfff")
    assert body.text["en"].encode()
    assert body.field.encode()
