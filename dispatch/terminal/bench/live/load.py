"""The load of ``bench live``, the same for every system: ambulances that send at their second, displays that look.

Open loop: a frame is due at its second whoever is late, and every latency counts from there. One thread sends, the
caller's thread reads; both speak plain sockets, so that the generator costs a fraction of what it measures.
"""

import selectors
import struct
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import urandom
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket
from typing import Protocol

AMBULANCES, DISPLAYS_EACH, GROUP = 200, 3, 8
"""Ambulances; displays that see each of them; ambulances of one receiving centre, whose displays see them all."""
WARM_UP_S, MEASURED_S, SETTLE_S = 4, 20, 2.0
PER_SECOND = 5  # one reading of vitals and four ECG chunks
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
READ_BYTES = 1 << 18
SWITCH_S = 0.0005  # the sending thread must not wait for the reading one


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One frame: whose, and the how-manieth of that ambulance."""

    ambulance: int
    turn: int


class Dialect(Protocol):
    """What one system wants to be sent, and how its words are read."""

    def framed(self, key: Key) -> bytes:
        """Return a frame as it goes over the socket of its ambulance."""
        ...

    def heard(self, wire: "Wire", payload: bytes) -> None:
        """Read what came; ``Load.saw`` and ``Load.told`` take what it means."""
        ...


class Wire:
    """One WebSocket, as a client: text and binary messages, pongs for pings; nothing is fragmented here."""

    def __init__(self, sock: socket, number: int, *, display: bool, rest: bytes = b"") -> None:
        self.sock, self.number, self.display = sock, number, display
        self.held = bytearray(rest)
        self.spoken = bytearray()  # for dialects whose words do not end where a message ends

    def messages(self, more: bytes) -> Iterator[bytes]:
        """Yield the whole messages that are there."""
        self.held += more
        held, at = self.held, 0
        while len(held) - at >= 2:  # noqa: PLR2004 - the shortest head
            size, head = held[at + 1] & 127, 2
            if size == 126:  # noqa: PLR2004 - RFC 6455 5.2: two bytes of length follow
                size, head = int.from_bytes(held[at + 2 : at + 4]), 4
            elif size == 127:  # noqa: PLR2004 - eight bytes of length follow
                size, head = int.from_bytes(held[at + 2 : at + 10]), 10
            if len(held) - at < head + size:
                break
            kind, payload = held[at] & 15, bytes(held[at + head : at + head + size])
            at += head + size
            if kind == PING:
                self.sock.sendall(masked(PONG, payload))
            elif kind == CLOSE:
                raise ConnectionError(f"the server closed {self.number}: {payload!r}")
            elif kind in (TEXT, BINARY):
                yield payload
        del held[:at]


def masked(kind: int, payload: bytes) -> bytes:
    """Return a client's frame; the mask is zero, which the protocol allows and costs nobody anything."""
    size = len(payload)
    head = struct.pack("!BB", 128 | kind, 128 | size) if size < 126 else struct.pack("!BBH", 128 | kind, 254, size)  # noqa: PLR2004 - RFC 6455 5.2
    return head + b"\0\0\0\0" + payload


def opened(address: tuple[str, int], path: str, number: int, *, display: bool, protocol: str = "") -> Wire:
    """Open a WebSocket; raise ``ConnectionError`` when it is refused."""
    sock = create_connection(address, timeout=20)
    sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    wanted = f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else ""
    sock.sendall(
        (
            f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {b64encode(urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n{wanted}\r\n"
        ).encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        more = sock.recv(4_096)
        if not more:
            break
        answer += more
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b" 101 " not in head.partition(b"\r\n")[0]:
        raise ConnectionError(f"{path}: {head[:200]!r}")
    return Wire(sock, number, display=display, rest=rest)


@dataclass(slots=True)
class Load:
    """One system under load: when each frame was due, who saw it when, and when it was acknowledged."""

    dialect: Dialect
    wires: list[Wire]
    ambulances: int = AMBULANCES
    warm_up_s: float = WARM_UP_S
    measured_s: float = MEASURED_S
    begin_s: float = 0.0
    sent: int = 0
    seen_s: list[float] = field(default_factory=list)
    told_s: list[float] = field(default_factory=list)
    told: set[Key] = field(default_factory=set)
    failure: BaseException | None = None

    def due_s(self, key: Key) -> float:
        """Return when a frame is due: all ambulances are spread over the fifth of a second between two of one."""
        return self.begin_s + (key.turn + key.ambulance / self.ambulances) / PER_SECOND

    @property
    def turns(self) -> int:
        """Count the frames of one ambulance."""
        return round((self.warm_up_s + self.measured_s) * PER_SECOND)

    def counts(self, key: Key) -> bool:
        """Say whether a frame is of the measured time."""
        return key.turn >= self.warm_up_s * PER_SECOND

    def saw(self, key: Key, now_s: float) -> None:
        """Note that a display has a frame."""
        if self.counts(key):
            self.seen_s.append(now_s - self.due_s(key))

    def acknowledged(self, key: Key, now_s: float) -> None:
        """Note that an ambulance was told that a frame is durable."""
        self.told.add(key)
        if self.counts(key):
            self.told_s.append(now_s - self.due_s(key))

    def run(self, busy: Callable[[], float]) -> float:
        """Send everything and read everything; return the processor seconds of the server per measured frame."""
        marks = [0.0, 0.0]
        sender = threading.Thread(target=self._send, args=(busy, marks), daemon=True)
        with _quick_switching(), selectors.DefaultSelector() as waiting:
            for wire in self.wires:
                wire.sock.settimeout(0.0)
                waiting.register(wire.sock, selectors.EVENT_READ, wire)
                for payload in wire.messages(b""):
                    self.dialect.heard(wire, payload)
            self.begin_s = time.perf_counter() + 0.5
            sender.start()
            ends_s = self.begin_s + self.turns / PER_SECOND + SETTLE_S
            while time.perf_counter() < ends_s and self.failure is None:
                for ready, _ in waiting.select(0.1):
                    self._read(ready.data)
            sender.join()
        for wire in self.wires:
            wire.sock.close()
        if self.failure is not None:
            raise self.failure
        return (marks[1] - marks[0]) / (self.measured_s * PER_SECOND * self.ambulances)

    def _read(self, wire: Wire) -> None:
        more = wire.sock.recv(READ_BYTES)
        if not more:
            raise ConnectionError(f"the server dropped connection {wire.number}")
        for payload in wire.messages(more):
            self.dialect.heard(wire, payload)

    def _send(self, busy: Callable[[], float], marks: list[float]) -> None:
        sending = {wire.number: wire.sock for wire in self.wires if not wire.display}
        try:
            for turn in range(self.turns):
                if turn == self.warm_up_s * PER_SECOND:
                    marks[0] = busy()
                for ambulance in range(self.ambulances):
                    key = Key(ambulance, turn)
                    rest_s = self.due_s(key) - time.perf_counter()
                    if rest_s > 0:
                        time.sleep(rest_s)
                    _send_all(sending[ambulance], self.dialect.framed(key))
                    self.sent += 1
            marks[1] = busy()
        except (OSError, ValueError) as failure:
            self.failure = failure


def _send_all(sock: socket, frame: bytes) -> None:
    """Send all of a frame on a socket that does not block; a reader that is behind keeps the others waiting, too."""
    sent = 0
    while sent < len(frame):
        try:
            sent += sock.send(frame[sent:] if sent else frame)
        except BlockingIOError:
            time.sleep(0.001)


@contextmanager
def _quick_switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
