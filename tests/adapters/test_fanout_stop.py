"""A fan-out whose reader is stopped in the moment of its close is stopped."""

import asyncio

import pytest

from dispatch.adapters.live.fanout_redis import RedisFanout

NOBODY = "redis://127.0.0.1:1"


async def test_a_stop_that_meets_the_close_is_a_stop(caplog: pytest.LogCaptureFixture) -> None:
    fanout = RedisFanout(NOBODY, "t")
    waiting = asyncio.create_task(fanout.subscribe(["x"]))
    async with asyncio.timeout(60):
        while "is interrupted" not in caplog.text:  # noqa: ASYNC110 - its log is all that tells that it waits now
            await asyncio.sleep(0)
        (reader,) = (each for each in asyncio.all_tasks() if "_read" in repr(each.get_coro()))
        await asyncio.sleep(0)
        closing = asyncio.create_task(fanout.close())
        await asyncio.sleep(0)
        reader.cancel()
        await asyncio.wait([reader])
    assert reader.cancelled()
    waiting.cancel()
    await asyncio.wait([waiting, closing])
