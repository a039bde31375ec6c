"""Follow a journal from another process: woken when there is news, looking anyway when nobody woke us."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from dispatch.ports import JournalReader, JournalUnavailable, Record

FOLLOW_PAGE = 500  # facts handed on at once, so that one long catch-up does not hold the event loop

log = logging.getLogger(__name__)


async def follow(
    journal: JournalReader,
    after_seq: int,
    woken: asyncio.Event,
    *,
    poll_s: float = 1.0,
    looked: Callable[[], None] = lambda: None,
) -> AsyncIterator[list[Record]]:
    """Yield every durable fact behind ``after_seq`` in order, in pages, without end.

    A lost wake-up costs ``poll_s``, never a fact: the journal is always asked, by number. Reads run in a thread.
    An outage is waited for; ``JournalDamaged`` goes to the caller. ``looked`` is called after every look that found
    the journal in reach.
    """
    out_of_reach = False
    while True:
        woken.clear()  # before reading: news that comes while we read wakes us again
        try:
            page = await asyncio.to_thread(lambda seq: list(journal.read(seq, FOLLOW_PAGE)), after_seq)
        except JournalUnavailable as outage:
            if not out_of_reach:
                log.warning("the journal behind fact %d is out of reach: %s", after_seq, outage)
            page, out_of_reach = [], True
        else:
            out_of_reach = False
            looked()
        if page:
            after_seq = page[-1].seq
            yield page
            continue
        # Not wait_for: in Python 3.11 it swallows a cancellation that meets a wake-up, and a stop would never come.
        with suppress(TimeoutError):
            async with asyncio.timeout(poll_s):
                await woken.wait()
