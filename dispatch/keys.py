"""Have keys ready before words are sealed: many callers share one durable write; the desk never waits for a disk."""

import asyncio
from collections.abc import Collection

from dispatch.ports import Keyring


class KeyQueue:
    """Ask a keyring for the keys of many commands at once; lives on one event loop."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._wanted: set[str] = set()
        self._cutting: asyncio.Task[None] | None = None

    async def ready(self, subjects: Collection[str]) -> None:
        """Return when the keys of these subjects are at hand; raise what keeps the key store from it."""
        while missing := self._keyring.missing(subjects):
            self._wanted |= missing
            if self._cutting is None or self._cutting.done():
                self._cutting = asyncio.create_task(self._cut())
            await asyncio.shield(self._cutting)

    async def _cut(self) -> None:
        await asyncio.sleep(0)  # let everybody who is about to ask join this write
        wanted, self._wanted = self._wanted, set()
        await asyncio.to_thread(self._keyring.prepare, wanted)
