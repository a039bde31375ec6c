"""How ``bench live`` speaks to each system: gc.v1 to ours, NATS over WebSocket, bare frames to the relay.

All carry the same: a reading of vitals as JSON, or a quarter of a second of twelve leads at 500 Hz as ``GW`` frames.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from ulid import ULID

from dispatch.protocol.frames import Hello, Put, Subscribe
from dispatch.protocol.versions import CAPABILITIES, VERSIONS
from dispatch.protocol.waves import LEADS, WAVE_HEADER, WAVE_MAGIC, WAVE_VERSION
from dispatch.terminal.bench.live.load import BINARY, GROUP, PER_SECOND, TEXT, Key, Load, Wire, masked

RATE_HZ, SAMPLES = 500, 125  # a quarter of a second
STREAM_NO = 1
PATIENT_AT, PATIENT_END = WAVE_HEADER.size, WAVE_HEADER.size + 26
TRACE = bytes(range(250)) * (SAMPLES * len(LEADS) * 2 // 250)
HR_FROM = 40  # the number of a reading is told by its heart rate


class _Body(msgspec.Struct):
    patient_id: str
    values: dict[str, float]


class _Said(msgspec.Struct):
    """What a display or a tablet needs of any text frame: ours say it flat, the others pass on what was put."""

    t: str
    patient_id: str = ""
    values: dict[str, float] = {}
    body: _Body | None = None
    stream: str | None = None
    seq: int | None = None


_said = msgspec.json.Decoder(_Said)
_put = msgspec.json.Encoder()


@dataclass(slots=True)
class Ambulances:
    """Whose frames they are, and what they look like."""

    patients: list[str]
    outboxes: list[str] = field(default_factory=list)
    numbers: dict[bytes, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Name the streams, and find ambulances by patient."""
        self.outboxes = [f"{ULID()}/vitals" for _ in self.patients]
        self.numbers = {each.encode(): number for number, each in enumerate(self.patients)}

    def message(self, key: Key) -> tuple[int, bytes]:
        """Return a frame's kind and content: each fifth is a reading, the others are chunks of the trace."""
        second, step = divmod(key.turn, PER_SECOND)
        if step == 0:
            return TEXT, self._reading(key.ambulance, second)
        first = (second * (PER_SECOND - 1) + step - 1) * SAMPLES
        device = device_of(key.ambulance).encode()
        head = WAVE_HEADER.pack(
            WAVE_MAGIC, WAVE_VERSION, len(LEADS), RATE_HZ, 500, first, int(time.time() * 1000), STREAM_NO, SAMPLES,
            len(device),
        )  # fmt: skip
        return BINARY, head + self.patients[key.ambulance].encode() + device + TRACE

    def _reading(self, number: int, second: int) -> bytes:
        values = {"hr": float(HR_FROM + second), "spo2": 97.0, "rr": 16.0, "sbp": 128.0, "dbp": 78.0}
        put = Put(
            stream=self.outboxes[number], seq=second + 1, id=str(ULID()), kind="vitals", at=datetime.now(UTC),
            clock_offset_ms=0.0,
            body={"patient_id": self.patients[number], "device_id": device_of(number), "values": values},
        )  # fmt: skip
        return _put.encode(put)

    def trace_key(self, payload: bytes) -> Key:
        """Return which chunk it is."""
        first = int(WAVE_HEADER.unpack_from(payload)[5])
        return Key(self.numbers[payload[PATIENT_AT:PATIENT_END]], trace_turn(first))

    def numbered(self, key: Key) -> tuple[str, int]:
        """Return a frame's stream and number, as a store knows it."""
        second, step = divmod(key.turn, PER_SECOND)
        if step == 0:
            return self.outboxes[key.ambulance], second + 1
        return f"wave/{self.patients[key.ambulance]}/{STREAM_NO}", second * (PER_SECOND - 1) + step

    def reading_key(self, patient_id: str, values: dict[str, float]) -> Key:
        """Return which reading it is."""
        return Key(self.numbers[patient_id.encode()], (round(values["hr"]) - HR_FROM) * PER_SECOND)


def device_of(number: int) -> str:
    """Return the monitor of an ambulance."""
    return f"MON-{number}"


def trace_turn(first_sample: int) -> int:
    """Return the turn of the chunk that begins with a sample."""
    second, step = divmod(first_sample // SAMPLES, PER_SECOND - 1)
    return second * PER_SECOND + step + 1


class Ours:
    """``gc.v1``: what is acknowledged is durable."""

    def __init__(self, ambulances: Ambulances) -> None:
        self.ambulances = ambulances
        self.load: Load | None = None
        self._reached = [[-1, -1] for _ in ambulances.patients]  # the last acknowledged reading and chunk of each

    def framed(self, key: Key) -> bytes:
        """Return a frame of an ambulance."""
        return masked(*self.ambulances.message(key))

    def heard(self, wire: Wire, payload: bytes) -> None:
        """Take what a display sees and what a tablet is told."""
        load, now_s = self.load, time.perf_counter()
        if load is None:
            return
        if payload.startswith(WAVE_MAGIC):
            load.saw(self.ambulances.trace_key(payload), now_s)
            return
        said = _said.decode(payload)
        if said.t == "vitals" and wire.display:
            load.saw(self.ambulances.reading_key(said.patient_id, said.values), now_s)
        elif said.t == "ack" and said.stream is not None and said.seq is not None:
            self._acknowledged(load, wire.number, said.stream, said.seq, now_s)
        elif said.t == "nack":
            raise ConnectionError(f"ours refused: {payload.decode()}")

    def _acknowledged(self, load: Load, number: int, stream: str, seq: int, now_s: float) -> None:
        """Take a cumulative acknowledgement as one of everything before it that had none."""
        is_trace = stream.startswith("wave/")
        until = seq // SAMPLES if is_trace else seq - 1
        for nth in range(self._reached[number][is_trace] + 1, until + 1):
            turn = trace_turn(nth * SAMPLES) if is_trace else nth * PER_SECOND
            load.acknowledged(Key(number, turn), now_s)
        self._reached[number][is_trace] = max(until, self._reached[number][is_trace])


def greeting(*, display: bool) -> list[bytes]:
    """Return what one of ours says first; displays follow their tables, as walls do."""
    hello = Hello(versions=list(VERSIONS), device="bench", boot_id="1", caps=list(CAPABILITIES))
    frames: list[Any] = [hello, Subscribe()] if display else [hello]
    return [masked(TEXT, msgspec.json.encode(each)) for each in frames]


class Relayed:
    """The relay passes on what it gets; nothing is kept."""

    def __init__(self, ambulances: Ambulances) -> None:
        self.ambulances = ambulances
        self.load: Load | None = None

    def framed(self, key: Key) -> bytes:
        """Return a frame of an ambulance."""
        return masked(*self.ambulances.message(key))

    def heard(self, _wire: Wire, payload: bytes) -> None:
        """Take what a display sees."""
        if self.load is None:
            return
        if payload.startswith(WAVE_MAGIC):
            self.load.saw(self.ambulances.trace_key(payload), time.perf_counter())
            return
        body = _said.decode(payload).body
        if body is not None:
            self.load.saw(self.ambulances.reading_key(body.patient_id, body.values), time.perf_counter())


class Nats(Relayed):
    """nats-server over WebSocket: one subject for each receiving centre, nothing kept, nothing acknowledged."""

    def framed(self, key: Key) -> bytes:
        """Return a published frame."""
        content = self.ambulances.message(key)[1]
        return masked(BINARY, b"PUB gc.%d %d\r\n%b\r\n" % (key.ambulance // GROUP, len(content), content))

    def heard(self, wire: Wire, payload: bytes) -> None:
        """Read NATS's own stream of words: messages may begin and end anywhere in it."""
        wire.spoken += payload
        spoken, at = wire.spoken, 0
        while (end := spoken.find(b"\r\n", at)) >= 0:
            words = bytes(spoken[at:end]).split()
            at, begin = end + 2, at
            if words and words[0] == b"PING":
                wire.sock.sendall(masked(BINARY, b"PONG\r\n"))
            elif words and words[0] == b"-ERR":
                raise ConnectionError(f"NATS refused: {words}")
            elif words and words[0] == b"MSG":
                size = int(words[-1])
                if len(spoken) < at + size + 2:
                    at = begin
                    break
                super().heard(wire, bytes(spoken[at : at + size]))
                at += size + 2
        del spoken[:at]


def nats_greeting(group: int | None) -> list[bytes]:
    """Return what a client of NATS says first; one that only publishes has no group."""
    words = [b'CONNECT {"verbose":false,"pedantic":false,"echo":false}\r\n']
    return [masked(BINARY, each) for each in (*words, *([b"SUB gc.%d 1\r\n" % group] if group is not None else []))]
