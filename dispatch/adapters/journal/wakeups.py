"""Wake the followers of a journal through a fan-out: one message for many batches, and none that matters if lost."""

import asyncio
from contextlib import suppress

from dispatch.ports import Fanout, Head

JOURNAL_TOPIC = "journal"


class JournalWakeUps:
    """Be the ``on_durable`` of a journal: publish the newest head, never more often than the fan-out takes it.

    Made on the event loop; called from the writer thread.
    """

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout
        self._loop = asyncio.get_running_loop()
        self._newest: Head | None = None
        self._news = asyncio.Event()
        self._closing = False
        self._telling = self._loop.create_task(self._tell())

    def __call__(self, head: Head) -> None:
        """Note a durable head, from any thread; a loop that has ended needs no news."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._note, head)

    async def close(self) -> None:
        """Stop telling, behind the message that is under way."""
        self._closing = True
        self._news.set()
        await self._telling

    def _note(self, head: Head) -> None:
        self._newest = head
        self._news.set()

    async def _tell(self) -> None:
        while not self._closing:
            await self._news.wait()
            self._news.clear()
            if self._newest is not None:
                await self._fanout.publish(JOURNAL_TOPIC, str(self._newest.seq).encode())


async def wake_on_news(fanout: Fanout, woken: asyncio.Event) -> None:
    """Set the event of a follower on every wake-up, and on every loss of one; runs until cancelled."""
    subscription = await fanout.subscribe([JOURNAL_TOPIC], queue_max=1)
    try:
        woken.set()
        async for _ in subscription:
            woken.set()
    finally:
        await subscription.close()
