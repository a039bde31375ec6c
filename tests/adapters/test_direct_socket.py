"""The short way out of a socket: the frames are the protocol's own, and nothing is overtaken or kept without bound."""

import asyncio
from random import Random

import pytest
from websockets.frames import Frame, Opcode

from dispatch.adapters.live.direct_socket import framed
from dispatch.adapters.live.outbox import Outbox


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_frame_is_what_the_library_writes(size: int) -> None:
    raw, words = Random(size).randbytes(size), "急" * (size // 3)
    assert framed(raw) == Frame(Opcode.BINARY, raw).serialize(mask=False)
    assert framed(words) == Frame(Opcode.TEXT, words.encode()).serialize(mask=False)


class Line:
    """A connection that takes frames at once while it is open, and otherwise only through the queue."""

    def __init__(self) -> None:
        self.open = True
        self.written: list[str | bytes] = []
        self.box = Outbox(
            lambda: None, events_max=10_000, events_bytes_max=1 << 20, telemetry_max=10_000, write_now=self.write
        )

    def write(self, content: str | bytes) -> bool:
        """Write, if it is open."""
        if self.open:
            self.written.append(content)
        return self.open

    async def take(self) -> None:
        """Take from the queue, as a socket's writer does."""
        while True:
            self.written.append(await self.box.take())


async def test_whatever_way_frames_go_they_keep_their_order() -> None:
    for seed in range(100):
        chance, line = Random(seed), Line()
        writer, offered = asyncio.create_task(line.take()), [str(number) for number in range(40)]
        for content in offered:
            line.open = chance.random() < 2 / 3
            line.box.offer_event(content)
            if chance.random() < 1 / 2:
                await asyncio.sleep(0)
        for _ in offered:
            await asyncio.sleep(0)  # the writer takes at least one in each turn
        writer.cancel()
        assert line.written == offered, f"seed {seed}"
