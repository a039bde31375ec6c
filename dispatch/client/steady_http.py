"""HTTP over one pool of connections, for callers who may be cancelled."""

import asyncio
from typing import Any

import httpx


class SteadyClient(httpx.AsyncClient):
    """An httpx client whose requests run to their end, also when nobody waits for them any more.

    httpcore 1.0 never gets a connection back whose task is cancelled while the answer is being closed; a pool that has
    lost all of its connections answers nobody, for ever. So no request is ever cancelled, only the waiting for it.
    """

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - what httpx takes
        super().__init__(**settings)
        self._running: set[asyncio.Task[httpx.Response]] = set()

    async def request(self, *args: Any, **more: Any) -> httpx.Response:  # noqa: ANN401 - what httpx takes
        """Ask; a cancellation ends the waiting, not the request."""
        running = asyncio.create_task(super().request(*args, **more))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.shield(running)

    async def aclose(self) -> None:
        """End what still runs and give the connections back."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await super().aclose()
