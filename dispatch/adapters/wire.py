"""Write and read what goes over the wire: JSON answers, refusals, frames, and the waveform header of ``gc.v1``.

docs/protocol.md is the contract. Everything here is a pure function of values.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from rpds import HashTrieMap
from starlette.responses import Response

from dispatch.errors import Refused
from dispatch.fact import SUBJECT_FIELDS, Fact
from dispatch.texts_catalogue import Text, text

PROTOCOL: Final = "gc.v1"

# Why a socket was closed; 4000-4999 are for applications.
CLOSED_NO_TICKET, CLOSED_REVOKED, CLOSED_OVERFLOW, CLOSED_VERSION = 4001, 4003, 4008, 4010
CLOSED_MALFORMED, CLOSED_TOO_MANY, CLOSED_RESTART = 4002, 4009, 1012

WAVE_HEADER: Final = struct.Struct("<2sBBHHQQIHH")
WAVE_MAGIC, WAVE_VERSION = b"GW", 1
PATIENT_BYTES = 26  # an ULID in ASCII
SAMPLE_BYTES = 2
LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
RATE_LEAST_HZ, RATE_MOST_HZ = 50, 4_000


class FrameError(ValueError):
    """Say why a frame cannot be read; the answer is a nack or an error frame, never a crash."""


def _plain(value: object) -> object:
    if isinstance(value, HashTrieMap):
        return dict(value)
    if isinstance(value, Refused):
        return refusal(value)
    raise NotImplementedError(f"{type(value).__name__} does not go over the wire")


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def encoded(value: object) -> bytes:
    """Return compact JSON: dataclasses by field name, times as RFC 3339, no NaN."""
    return _encoder.encode(value)


class JsonResponse(Response):
    """Answer with JSON encoded once, by msgspec."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Encode."""
        return encoded(content)


@dataclass(frozen=True, slots=True)
class BadRequest:
    """The body of a 422: which field, and why."""

    code: str
    field: str
    text: dict[str, str]


def refusal(refused: Refused) -> Text:
    """Return a refusal with both sentences."""
    return text(refused.code, refused.params)


def refusal_body(refused: Refused) -> dict[str, Any]:
    """Return the body of a 401, 403, 404, 409 or 503."""
    said = text(refused.code, refused.params)
    return {"code": said.code, "params": said.params, "text": {"zh": said.zh, "en": said.en}}


def bad_input_body(field: str, why: str) -> BadRequest:
    """Return the body of a 422; ``why`` may quote what came in, however broken."""
    readable = why.encode("utf-8", "backslashreplace").decode()[:300]
    named = field.encode("utf-8", "backslashreplace").decode()[:200]
    said = text("bad_input", {"field": named, "why": readable})
    return BadRequest("bad_input", named, {"zh": said.zh, "en": said.en})


def done_body(seq: int, facts: tuple[Fact, ...]) -> dict[str, Any]:
    """Return the answer to a command: its facts without content, and every id they name, first named first."""
    rows, ids = [], dict[str, str]()
    for fact in facts:
        named = ids_of(fact)
        rows.append({"seq": fact.seq, "kind": fact.kind, **named})
        for name, value in named.items():
            ids.setdefault(name, value)
    return {"seq": seq, "facts": rows, "ids": ids}


def ids_of(fact: Fact) -> dict[str, str]:
    """Return the ids that a fact names."""
    found = ((name, getattr(fact.data, name, None)) for name in SUBJECT_FIELDS)
    return {name: value for name, value in found if value is not None}


def frame(kind: str, **content: object) -> str:
    """Return one text frame."""
    return encoded({"t": kind, **content}).decode()


def nack(stream: str | None, seq: int | None, refused: Refused, *, retry: bool) -> str:
    """Return the refusal of one uplink message."""
    body = refusal_body(refused)
    return frame(
        "nack", stream=stream, seq=seq, code=body["code"], retry=retry, params=body["params"], text=body["text"]
    )


def read_frame(raw: str | bytes) -> dict[str, Any]:
    """Read one text frame; raise ``FrameError`` when it is no JSON object with a ``t``."""
    try:
        content = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise FrameError(f"not JSON: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("t"), str):
        raise FrameError("not an object with a string t")
    return content


@dataclass(frozen=True, slots=True)
class Wave:
    """One waveform chunk: header values, the patient, and the bytes as they came."""

    patient_id: str
    stream_no: int
    leads: int
    sample_rate_hz: int
    uv_per_lsb: float
    first_sample: int
    at: datetime
    samples: int
    raw: bytes

    @property
    def next_sample(self) -> int:
        """The sample number behind the chunk."""
        return self.first_sample + self.samples


def read_wave(raw: bytes) -> Wave:
    """Read a binary frame; raise ``FrameError`` naming what does not fit."""
    start = WAVE_HEADER.size + PATIENT_BYTES
    if len(raw) < start:
        raise FrameError(f"a wave has at least {start} bytes, not {len(raw)}")
    magic, version, leads, rate_hz, uv_x100, first, at_ms, stream_no, samples, _ = WAVE_HEADER.unpack_from(raw)
    if magic != WAVE_MAGIC or version != WAVE_VERSION:
        raise FrameError("not a GW version 1 frame")
    if leads not in (1, len(LEADS)):
        raise FrameError(f"a wave has 1 or 12 leads, not {leads}")
    if not RATE_LEAST_HZ <= rate_hz <= RATE_MOST_HZ or uv_x100 == 0 or samples == 0:
        raise FrameError("sample rate, scale or number of samples is impossible")
    if len(raw) != start + samples * leads * SAMPLE_BYTES:
        raise FrameError(f"{samples} samples of {leads} leads do not make {len(raw)} bytes")
    if first + samples > 1 << 53:
        raise FrameError("first_sample is beyond what a page can count")
    return Wave(
        _patient_id(raw[WAVE_HEADER.size : start]), stream_no, leads, rate_hz, uv_x100 / 100, first,
        _moment(at_ms), samples, raw,
    )  # fmt: skip


def wave_bytes(wave: Wave, samples: bytes) -> bytes:
    """Write a binary frame from header values and interleaved int16 samples."""
    head = WAVE_HEADER.pack(
        WAVE_MAGIC, WAVE_VERSION, wave.leads, wave.sample_rate_hz, round(wave.uv_per_lsb * 100), wave.first_sample,
        int(wave.at.timestamp() * 1000), wave.stream_no, wave.samples, 0,
    )  # fmt: skip
    return head + wave.patient_id.encode("ascii") + samples


def _patient_id(raw: bytes) -> str:
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise FrameError("the patient's id is not ASCII") from error


def _moment(at_ms: int) -> datetime:
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise FrameError(f"at_ms {at_ms} is no time") from error


def moment_from(content: Mapping[str, Any], name: str) -> datetime:
    """Read a required RFC 3339 time with a zone; raise ``FrameError`` naming the field."""
    try:
        at = msgspec.convert(content.get(name), datetime)
    except msgspec.ValidationError as error:
        raise FrameError(f"{name}: {error}") from error
    if at.tzinfo is None:
        raise FrameError(f"{name}: the time has no zone")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise FrameError(f"{name}: {at.isoformat()} is no time") from error
