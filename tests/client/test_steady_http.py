"""A pool of connections outlives callers who go away at any moment."""

import asyncio
from contextlib import suppress

import httpx

from dispatch.client.steady_http import SteadyClient
from tests.client.answering import answering

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TURNS = 60  # of the loop: more than a request takes


async def answer_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(ANSWER)


async def test_a_caller_who_goes_away_at_any_moment_costs_the_pool_no_connection() -> None:
    async with answering(answer_all) as url:
        client = SteadyClient(base_url=url, limits=httpx.Limits(max_connections=1), timeout=60.0)
        for turns in range(TURNS):
            asking = asyncio.create_task(client.get("/"))
            for _ in range(turns):
                await asyncio.sleep(0)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
            assert (await client.get("/")).text == "ok", f"the pool's connection was lost after {turns} turns"
        await client.aclose()


async def test_closing_ends_what_nobody_waits_for() -> None:
    asked = asyncio.Event()

    async def keep_silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await reader.read()  # until the client hangs up

    async with answering(keep_silent) as url:
        client = SteadyClient(base_url=url, timeout=60.0)
        asking = asyncio.create_task(client.get("/"))
        await asked.wait()
        asking.cancel()
        await client.aclose()
        assert asking.cancelled()
