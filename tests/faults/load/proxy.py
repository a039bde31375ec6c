"""A bad network between clients and a server: bytes come late, connections break, or nothing passes at all.

Below TCP a lost packet is sent again; what an application sees of 30 % loss is chunks that come a retransmission late,
one after another, and connections that break. That is what this proxy does.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

from tests.faults.load.pace import pace

RETRANSMITTED_S = 0.2  # TCP's least time-out (RFC 6298 recommends 1 s, Linux uses 0.2 s)
CHUNK = 1_400  # bytes, a packet's


class FaultProxy:
    """Pass bytes to a port. ``loss`` and ``breaks`` are chances for each packet; ``parted`` lets nothing through."""

    def __init__(self, port: int, seed: int) -> None:
        self.loss = self.breaks = 0.0
        self.broken = self.late = 0
        self.url = ""
        self._port, self._random = port, Random(seed)
        self._open: set[asyncio.StreamWriter] = set()
        self._whole = asyncio.Event()
        self._whole.set()

    def part(self) -> None:
        """Let nothing through; connections stay open and silent, as behind a dead radio."""
        self._whole.clear()

    def join(self) -> None:
        """Let everything through again; connections of before are gone."""
        self._whole.set()
        self.reset()

    def reset(self) -> None:
        """Break every connection."""
        for writer in self._open:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        await self._whole.wait()
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, there_writer}
        try:
            await asyncio.gather(self._pass(reader, there_writer), self._pass(there_reader, writer))
        finally:
            for each in (writer, there_writer):  # also when the test is over before the connection is
                each.transport.abort()
            self._open -= {writer, there_writer}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while content := await reader.read(CHUNK):
                await self._whole.wait()
                if self._random.random() < self.breaks:
                    self.broken += 1
                    break
                while self._random.random() < self.loss:
                    self.late += 1
                    await pace(RETRANSMITTED_S)
                writer.write(content)
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def fault_proxy(url: str, seed: int) -> AsyncIterator[FaultProxy]:
    """Listen on a free port in front of a server."""
    proxy = FaultProxy(int(url.rpartition(":")[2]), seed)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        proxy.join()
        server.close()
        await server.wait_closed()
