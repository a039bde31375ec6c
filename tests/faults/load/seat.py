"""A dispatcher as a load: commands over HTTP, each with its id until it is answered."""

import itertools

import httpx
from ulid import ULID

from tests.faults.load.ledger import Ledger
from tests.faults.load.pace import pace
from tests.faults.load.tablet import RETRY_S, TICK_S


class Seat:
    """One dispatcher who writes notes; ``live`` until cancelled."""

    def __init__(self, url: str, token: str, incident_id: str, ledger: Ledger) -> None:
        self._url, self._token, self._incident_id, self._ledger = url, token, incident_id, ledger

    async def live(self) -> None:
        """Write one note after another."""
        head = {"Authorization": f"Bearer {self._token}"}
        async with httpx.AsyncClient(base_url=self._url, timeout=10.0, headers=head) as http:
            for number in itertools.count():
                words, command_id = f"seat {number}", str(ULID())
                while not await self._written(http, words, command_id):
                    await pace(RETRY_S)
                self._ledger.notes[self._incident_id].add(words)
                self._ledger.told()
                await pace(TICK_S)

    async def _written(self, http: httpx.AsyncClient, words: str, command_id: str) -> bool:
        body = {"command_id": command_id, "data": {"incident_id": self._incident_id, "text": words}}
        try:
            answer = await http.post("/api/commands/write-note", json=body)
        except httpx.TransportError:
            return False
        if answer.status_code not in (httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE):
            self._ledger.refused.append(f"note: {answer.status_code} {answer.text}")
        return answer.status_code == httpx.codes.OK
