"""The binary frame of a waveform chunk: 32 bytes of header, the patient, the device, interleaved int16 samples.

A device is named on the way up only, so that the server can tell whose trace it is; a display gets frames without it.
"""

import struct
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec.structs import replace

WAVE_HEADER: Final = struct.Struct("<2sBBHHQQIHH")
DEVICE_SIZE: Final = struct.Struct("<H")  # the last field of the header
NO_DEVICE: Final = DEVICE_SIZE.pack(0)
WAVE_MAGIC, WAVE_VERSION = b"GW", 1
PATIENT_BYTES = 26  # an ULID in ASCII
SAMPLE_BYTES = 2
NO_VALUE = -32_768  # a sample that was not measured: the lead was off; drawn as a gap
HEAD_BYTES = WAVE_HEADER.size + PATIENT_BYTES  # before the samples of a frame that names no device
DEVICE_MOST = 64  # characters of a device's name
LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
RATE_LEAST_HZ, RATE_MOST_HZ = 50, 4_000


class FrameError(ValueError):
    """Say why a frame cannot be read; the answer is a nack or an error frame, never a crash."""


class Wave(msgspec.Struct, frozen=True):
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
    device_id: str | None = None  # which monitor measured; None: the client did not say

    @property
    def content(self) -> bytes:
        """The samples alone: interleaved little-endian int16."""
        return self.raw[-self.samples * self.leads * SAMPLE_BYTES :]

    @property
    def next_sample(self) -> int:
        """The sample number behind the chunk."""
        return self.first_sample + self.samples

    @property
    def stream(self) -> str:
        """The stream's name, as acks say it."""
        return f"wave/{self.patient_id}/{self.stream_no}"


def read_wave(raw: bytes) -> Wave:
    """Read a binary frame; raise ``FrameError`` naming what does not fit."""
    start = HEAD_BYTES
    if len(raw) < start:
        raise FrameError(f"a wave has at least {start} bytes, not {len(raw)}")
    magic, version, leads, rate_hz, uv_x100, first, at_ms, stream_no, samples, named = WAVE_HEADER.unpack_from(raw)
    if magic != WAVE_MAGIC or version != WAVE_VERSION:
        raise FrameError("not a GW version 1 frame")
    if leads not in (1, len(LEADS)):
        raise FrameError(f"a wave has 1 or 12 leads, not {leads}")
    if not RATE_LEAST_HZ <= rate_hz <= RATE_MOST_HZ or uv_x100 == 0 or samples == 0:
        raise FrameError("sample rate, scale or number of samples is impossible")
    if named > DEVICE_MOST:
        raise FrameError(f"a device's name has at most {DEVICE_MOST} characters")
    if len(raw) != start + named + samples * leads * SAMPLE_BYTES:
        raise FrameError(f"{samples} samples of {leads} leads do not make {len(raw)} bytes")
    if first + samples > 1 << 53:
        raise FrameError("first_sample is beyond what a page can count")
    return Wave(
        _name(raw[WAVE_HEADER.size : start], "patient"), stream_no, leads, rate_hz, uv_x100 / 100, first,
        _moment(at_ms), samples, raw, _name(raw[start : start + named], "device") or None,
    )  # fmt: skip


def wave_extent(raw: bytes) -> tuple[str, int, int]:
    """Return patient, first sample and the sample behind the last of a frame that ``read_wave`` has read before."""
    _, _, _, _, _, first, _, _, samples, _ = WAVE_HEADER.unpack_from(raw)
    return raw[WAVE_HEADER.size : HEAD_BYTES].decode("ascii"), first, first + samples


def wave_bytes(wave: Wave, samples: bytes) -> bytes:
    """Write a binary frame from header values and interleaved int16 samples."""
    device = (wave.device_id or "").encode("ascii")
    head = WAVE_HEADER.pack(
        WAVE_MAGIC, WAVE_VERSION, wave.leads, wave.sample_rate_hz, round(wave.uv_per_lsb * 100), wave.first_sample,
        int(wave.at.timestamp() * 1000), wave.stream_no, wave.samples, len(device),
    )  # fmt: skip
    return head + wave.patient_id.encode("ascii") + device + samples


def _name(raw: bytes, whose: str) -> str:
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise FrameError(f"the {whose}'s id is not ASCII") from error


def _moment(at_ms: int) -> datetime:
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise FrameError(f"at_ms {at_ms} is no time") from error


def renumbered(wave: Wave, stream_no: int, samples_before: int) -> Wave:
    """Return the same chunk in another stream that begins ``samples_before`` later."""
    moved = replace(wave, stream_no=stream_no, first_sample=wave.first_sample - samples_before)
    return replace(moved, raw=wave_bytes(moved, wave.content))


def without_device(wave: Wave) -> Wave:
    """Return the same chunk as displays get it, and servers that know no devices."""
    return wave if wave.device_id is None else replace(wave, device_id=None, raw=nameless(wave))


def nameless(wave: Wave) -> bytes:
    """Return a chunk's frame without its device."""
    if wave.device_id is None:
        return wave.raw
    raw = wave.raw
    samples = memoryview(raw)[HEAD_BYTES + len(wave.device_id) :]
    return b"".join(
        (raw[: WAVE_HEADER.size - DEVICE_SIZE.size], NO_DEVICE, raw[WAVE_HEADER.size : HEAD_BYTES], samples)
    )
