"""The server's WebSocket protocol, with a short way in and out for messages that nothing stands in front of.

By the ASGI way a message wakes a task, becomes a message, an object and a list before it is bytes: 35 µs each way, and
5,000 frames a second of a large city were half of the server's processor time. Whoever may write at once, writes at
once; whoever listens at once is told at once. Control frames, fragments and everything that is wrong go the library's
way, a whole frame at a time.
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import OPEN

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without its compiled part
    from websockets.utils import apply_mask

EXTENSION = "greenchannel.direct"  # in the scope's extensions: the ``DirectProtocol`` of the connection
READ_AHEAD = 8  # messages of one connection that may wait for the application
FINAL_TEXT, FINAL_BINARY, MASKED = 0x81, 0x82, 0x80
KINDS = frozenset(b"\x00\x01\x02\x80\x81\x82\x88\x89\x8a")  # first bytes: parts and wholes of messages, control frames
SHORT_MOST, MEDIUM_MOST = 125, 65_535  # bytes of a payload; RFC 6455, 5.2
MASK_BYTES = 4
_short, _medium, _long = Struct("!BB").pack, Struct("!BBH").pack, Struct("!BBQ").pack


class DirectProtocol(WebSocketsSansIOProtocol):
    """Offer itself to the application of each connection: ``write_now``, and ``hear`` to be set."""

    hear: Callable[[str | bytes], bool] | None = None  # takes a message as it comes; False: it takes its turn
    _held: bytearray | None = None  # the beginning of a frame
    _last: ClassVar[tuple[str | bytes, bytes]] = (b"", b"")  # what was written last, and how it goes over the wire
    _cuts = True  # we cut what comes into frames; the library's parser stands between two of them

    def handle_connect(self, event: Request) -> None:
        """Begin a connection."""
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][EXTENSION] = self

    def data_received(self, data: bytes) -> None:
        """Take what came: whole frames now, the beginning of the next one with what comes then."""
        if not self._cuts or self.conn.state is not OPEN:
            self._give_all(data, for_ever=self.handshake_initiated)
            return
        held = self._held
        if held:
            held += data
        taken = self._take_frames(held or data)
        if self.conn.state is not OPEN:
            self._held = None
        elif held:
            del held[:taken]
        elif taken < len(data):
            self._held = bytearray(data[taken:])

    def _give_all(self, data: bytes, *, for_ever: bool) -> None:
        """Let the library's parser have it; once it has a part of a frame it must have all that follow."""
        if for_ever:
            self._cuts = False
            data, self._held = bytes(self._held or b"") + data, None
        super().data_received(data)

    def _take_frames(self, held: bytes | bytearray) -> int:
        """Take the whole frames that are there; return where the next one begins."""
        at = 0
        while at < len(held) and (head := _head(held, at)) is not None:
            begins, ends = head
            if held[at] not in KINDS or not held[at + 1] & MASKED or ends - begins > self.config.ws_max_size:
                self._held = None
                self._give_all(bytes(held[at:]), for_ever=True)  # it says what is wrong
                return len(held)
            if len(held) < ends:
                break
            if held[at] not in (FINAL_TEXT, FINAL_BINARY) or not self._is_heard(held, at, begins, ends):
                super().data_received(bytes(held[at:ends]))
                if self.transport.is_closing():
                    return len(held)
            at = ends
        return at

    def _is_heard(self, held: bytes | bytearray, at: int, begins: int, ends: int) -> bool:
        """Pass a message on if nothing waits before it and somebody listens."""
        if self.hear is None or self.close_sent or self.conn.current_size is not None or not self.queue.empty():
            return False
        content = apply_mask(held[begins:ends], held[begins - MASK_BYTES : begins])
        if held[at] == FINAL_BINARY:
            return self.hear(content)
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return False  # the library closes with 1007
        return self.hear(text)

    def send_receive_event_to_app(self) -> None:
        """Queue a message that came; reading stops only when some wait, not after each and again before the next."""
        paused = self.read_paused
        self.read_paused = paused or self.queue.qsize() < READ_AHEAD
        try:
            super().send_receive_event_to_app()
        finally:
            self.read_paused = paused or self.queue.qsize() > READ_AHEAD

    def write_now(self, content: str | bytes) -> bool:
        """Write one message; False when it must wait for its turn: the reader is behind, or the connection ends."""
        if not self.writable.is_set() or self.close_sent or self.conn.state is not OPEN or self.transport.is_closing():
            return False
        last, words = DirectProtocol._last
        if content is not last:  # the screens that see a patient get the same, one after the other
            words = framed(content)
            if len(words) <= MEDIUM_MOST:
                DirectProtocol._last = content, words
        self.transport.write(words)
        return True


def _head(held: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """Return where the payload of a masked frame begins and ends, None while that cannot be known."""
    there = len(held) - at
    if there < 2:  # noqa: PLR2004 - RFC 6455, 5.2: the shortest head
        return None
    size, begins = held[at + 1] & 127, at + 2 + MASK_BYTES
    if size > SHORT_MOST:
        longer = 2 if size == 126 else 8  # noqa: PLR2004 - RFC 6455, 5.2: two or eight bytes of length follow
        if there < 2 + longer:
            return None
        size, begins = int.from_bytes(held[at + 2 : at + 2 + longer], "big"), begins + longer
    return begins, begins + size


def framed(content: str | bytes) -> bytes:
    """Return a server's frame: whole, and not masked."""
    kind, payload = (FINAL_TEXT, content.encode()) if isinstance(content, str) else (FINAL_BINARY, content)
    size = len(payload)
    if size <= SHORT_MOST:
        return _short(kind, size) + payload
    if size <= MEDIUM_MOST:
        return _medium(kind, 126, size) + payload
    return _long(kind, 127, size) + payload
