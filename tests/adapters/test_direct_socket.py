"""The short way in of the server's sockets against the library's own way, on the same bytes however they are cut."""

import asyncio
from random import Random
from typing import Any, cast

import pytest
from uvicorn import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from dispatch.adapters.live.direct_socket import DirectProtocol

MOST_BYTES = 70_000
CASES = 1_000
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
Said = tuple[str, object]


class Line:
    """A transport that keeps what was written."""

    def __init__(self) -> None:
        self.written, self.closed = bytearray(), False
        self.accepted, self.left = asyncio.Event(), asyncio.Event()

    def write(self, content: bytes) -> None:
        """Keep."""
        self.written += content

    def close(self) -> None:
        """Note."""
        self.closed = True

    def is_closing(self) -> bool:
        """Say whether it was closed."""
        return self.closed

    def get_extra_info(self, _name: str) -> None:
        """Know nothing."""

    def pause_reading(self) -> None:
        """Go on: the test feeds what it wants."""

    resume_reading = pause_reading


class _Application:
    """Accept, and leave the messages where they are."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def __call__(self, _scope: object, _receive: object, send: Any) -> None:  # noqa: ANN401 - an ASGI callable
        """Serve until the test ends it."""
        await send({"type": "websocket.accept"})
        self._line.accepted.set()
        await self._line.left.wait()


class Side:
    """One connection, its messages in the order in which the application gets them."""

    def __init__(self, kind: type[WebSocketsSansIOProtocol], *, listens: Random | None = None) -> None:
        self.line, self.got = Line(), list[Said]()
        app: Any = _Application(self.line)
        config = Config(app, ws_max_size=MOST_BYTES, ws_per_message_deflate=False, log_config=None)
        config.load()
        self.protocol = kind(config, ServerState(), {})
        self.protocol.connection_made(cast("Any", self.line))
        if isinstance(self.protocol, DirectProtocol) and listens is not None:
            chance = listens
            self.protocol.hear = lambda content: chance.random() < 3 / 4 and self._note(content)

    async def opened(self) -> None:
        """Shake hands."""
        self.protocol.data_received(HANDSHAKE)
        await self.line.accepted.wait()
        self.line.written.clear()
        self.protocol.queue.get_nowait()

    def feed(self, data: bytes) -> None:
        """Give it what came, as long as it reads; take what it queued."""
        if not self.line.closed:
            self.protocol.data_received(data)
        while not self.protocol.queue.empty():
            message: Any = self.protocol.queue.get_nowait()
            known = message.get("text", message.get("bytes"))
            self.got.append((message["type"], message["code"]) if known is None else ("said", known))

    async def ended(self) -> None:
        """Let the application go."""
        self.protocol.stop_keepalive()
        self.line.left.set()
        await asyncio.gather(*self.protocol.tasks)

    def _note(self, content: str | bytes) -> bool:
        self.got.append(("said", content))
        return True


def frames(chance: Random) -> list[bytes]:
    """Return some frames as a client sends them, now and then wrong ones."""
    return [each for _ in range(chance.randint(1, 8)) for each in _frames(chance)]


def _frames(chance: Random) -> list[bytes]:
    size = chance.choice((0, 1, 125, 126, 300, 3_000, 65_535, 65_536))
    text, raw = "中a"[: chance.randint(1, 2)] * (size // 4), chance.randbytes(size)
    picked = chance.random()
    if picked < 0.35:
        return [_sent(Frame(Opcode.BINARY, raw))]
    if picked < 0.7:
        return [_sent(Frame(Opcode.TEXT, text.encode()))]
    if picked < 0.8:
        return [_sent(Frame(Opcode.PING, raw[:125]))]
    if picked < 0.9:
        middle = [_sent(Frame(Opcode.PING, b"between"))] if chance.random() < 1 / 2 else []
        return [_sent(Frame(Opcode.BINARY, raw[:99], fin=False)), *middle, _sent(Frame(Opcode.CONT, raw[99:]))]
    wrong = (
        _sent(Frame(Opcode.CLOSE, b"\x03\xe8")),
        _sent(Frame(Opcode.TEXT, b"\xff\xfe")),
        _sent(Frame(Opcode.BINARY, bytes(MOST_BYTES + 1))),
        _sent(Frame(Opcode.CONT, raw)),
        Frame(Opcode.TEXT, b"not masked").serialize(mask=False),
        b"\xf1" + _sent(Frame(Opcode.TEXT, b"reserved bits"))[1:],
        b"\x83" + _sent(Frame(Opcode.TEXT, b"no such kind"))[1:],
        chance.randbytes(20),
    )
    return [chance.choice(wrong)]


def _sent(frame: Frame) -> bytes:
    return frame.serialize(mask=True)


@pytest.mark.parametrize("seed", [20261122])
async def test_whoever_listens_hears_what_the_librarys_own_way_would_have_said(seed: int) -> None:
    chance = Random(seed)
    heard = 0
    for case in range(CASES):
        plain, direct = Side(WebSocketsSansIOProtocol), Side(DirectProtocol, listens=chance)
        await plain.opened()
        await direct.opened()
        sent = frames(chance)
        for each in sent:  # the library forgets what came in one piece with something wrong: so one frame, one piece
            plain.feed(each)
        stream, at = b"".join(sent), 0
        whole = chance.random() < 1 / 3
        while at < len(stream):
            ends = len(stream) if whole else at + chance.choice((1, 2, 5, 200, 4_000, 100_000))
            direct.feed(stream[at:ends])
            at = ends
        where = f"case {case} of seed {seed}"
        assert direct.got == plain.got, where
        assert direct.line.written == plain.line.written, where
        assert direct.line.closed == plain.line.closed, where
        heard += len(direct.got)
        await plain.ended()
        await direct.ended()
    assert heard > CASES


async def test_an_early_word_of_a_client_is_left_to_the_library() -> None:
    """A client that does not wait for the answer to its handshake may have begun a frame there."""
    sides = [Side(WebSocketsSansIOProtocol), Side(DirectProtocol, listens=Random(1))]
    early = _sent(Frame(Opcode.TEXT, b"early"))
    for side in sides:
        side.protocol.data_received(HANDSHAKE)
        side.protocol.data_received(early[:2])
        await side.line.accepted.wait()
        side.protocol.queue.get_nowait()
        side.feed(early[2:] + _sent(Frame(Opcode.TEXT, b"later")))
        await side.ended()
    assert sides[1].got == sides[0].got == [("said", "early"), ("said", "later")]
