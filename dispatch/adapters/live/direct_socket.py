"""The server's WebSocket protocol, with a short way out for frames that nothing stands in front of.

By the ASGI way a frame wakes a task, becomes a message, an object and a list before it is bytes: 35 µs each, and 4,000
frames a second of a large city were half of the server's processor time. Whoever may write at once, writes at once.
"""

import struct
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import OPEN

EXTENSION = "greenchannel.direct"  # in the scope's extensions: ``WriteNow``
WriteNow = Callable[[str | bytes], bool]
READ_AHEAD = 8  # messages of one connection that may wait for the application
FINAL_TEXT, FINAL_BINARY = 0x81, 0x82
SHORT_MOST, MEDIUM_MOST = 125, 65_535  # bytes of a payload; RFC 6455, 5.2
_short, _medium, _long = struct.Struct("!BB").pack, struct.Struct("!BBH").pack, struct.Struct("!BBQ").pack


class DirectProtocol(WebSocketsSansIOProtocol):
    """Offer ``write_now`` to the application of each connection."""

    def handle_connect(self, event: Request) -> None:
        """Begin a connection."""
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][EXTENSION] = self.write_now

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
        self.transport.write(framed(content))
        return True


def framed(content: str | bytes) -> bytes:
    """Return a server's frame: whole, and not masked."""
    kind, payload = (FINAL_TEXT, content.encode()) if isinstance(content, str) else (FINAL_BINARY, content)
    size = len(payload)
    if size <= SHORT_MOST:
        return _short(kind, size) + payload
    if size <= MEDIUM_MOST:
        return _medium(kind, 126, size) + payload
    return _long(kind, 127, size) + payload
