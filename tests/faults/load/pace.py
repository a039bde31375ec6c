"""The rate of a load. Nothing is ever proved by having waited here: tests wait for what clients were told."""

import asyncio


async def pace(seconds: float) -> None:
    """Let a load's next message come a little later."""
    loop = asyncio.get_running_loop()
    due = loop.create_future()
    timer = loop.call_later(seconds, due.set_result, None)
    try:
        await due
    finally:
        timer.cancel()
