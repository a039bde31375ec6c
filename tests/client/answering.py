"""A server that answers as a test wants, and has hung up everywhere before the test ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from dispatch.terminal.local_servers import free_port

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def answering(handle: Handle, port: int | None = None) -> AsyncIterator[str]:
    """Serve every connection with ``handle`` and give the address; wait for the last of them at the end."""
    port, open_ones = port or free_port(), set[asyncio.Task[None] | None]()

    async def held(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError):
            await handle(reader, writer)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(held, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"
        await asyncio.gather(*(each for each in open_ones if each is not None))
