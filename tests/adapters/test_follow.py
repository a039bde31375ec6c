"""A journal that is followed without end is let go of at once."""

import asyncio
from contextlib import suppress

from dispatch.adapters.journal.follow import follow
from dispatch.adapters.journal.memory import open_memory_journal


async def test_a_stop_that_meets_a_wake_up_is_a_stop() -> None:
    journal = open_memory_journal("testing")
    woken, looked = asyncio.Event(), asyncio.Event()

    async def read_on() -> None:
        async for _ in follow(journal, 0, woken, poll_s=60, looked=looked.set):
            raise AssertionError("there is nothing to read")

    following = asyncio.create_task(read_on())
    async with asyncio.timeout(60):
        await looked.wait()
        await asyncio.sleep(0)  # it waits to be woken now
        woken.set()
        await asyncio.sleep(0)
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
    journal.close()
