"""Turn a recording into the frames of a live trace: chunk by chunk, no sample changed and none left out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from msgspec import structs

from dispatch.devices.recording import Recording
from dispatch.protocol.waves import Wave, renumbered, wave_bytes

CHUNK_S = 0.5


@dataclass(frozen=True, slots=True)
class Trace:
    """Whose trace it is, which device shows it, the number of its stream, and when its first sample was taken."""

    patient_id: str
    device_id: str
    stream_no: int
    began_at: datetime


def waves(recording: Recording, trace: Trace, chunk_s: float = CHUNK_S) -> Iterator[Wave]:
    """Yield whole chunks; what is left of a chunk at the end goes as a stream of its own, for chunks are all alike."""
    size, last = round(chunk_s * recording.sample_rate_hz), len(recording.samples)
    whole = last - last % size
    for first in range(0, whole, size):
        yield _wave(recording, trace, first, first + size)
    if whole < last:
        rest = replace(trace, stream_no=trace.stream_no + 1)
        yield renumbered(_wave(recording, rest, whole, last), rest.stream_no, whole)


def _wave(recording: Recording, trace: Trace, first: int, last: int) -> Wave:
    at = trace.began_at + timedelta(seconds=first / recording.sample_rate_hz)
    head = Wave(
        trace.patient_id, trace.stream_no, len(recording.leads), recording.sample_rate_hz, recording.uv_per_lsb, first,
        at, last - first, b"", trace.device_id,
    )  # fmt: skip
    return structs.replace(head, raw=wave_bytes(head, recording.samples[first:last].astype("<i2").tobytes()))
