"""A dispatcher as a load: commands over HTTP, each with its id until it is answered."""

import itertools
from contextlib import suppress

import httpx
from ulid import ULID

from tests.faults.load.ledger import Ledger
from tests.faults.load.pace import pace
from tests.faults.load.tablet import RETRY_S, TICK_S

NOTES_TO_A_CALL = 5


class Seat:
    """One dispatcher; ``live`` until cancelled."""

    def __init__(self, url: str, token: str, incident_id: str, ledger: Ledger) -> None:
        self._url, self._token, self._incident_id, self._ledger = url, token, incident_id, ledger

    async def live(self) -> None:
        """Write one note after another, and take a call, which needs a new key for its words, now and then."""
        head = {"Authorization": f"Bearer {self._token}"}
        async with httpx.AsyncClient(base_url=self._url, timeout=10.0, headers=head) as http:
            for number in itertools.count():
                if number % NOTES_TO_A_CALL:
                    words = f"seat {number}"
                    await self._answered(http, "write-note", {"incident_id": self._incident_id, "text": words})
                    self._ledger.notes[self._incident_id].add(words)
                else:
                    ids = await self._answered(http, "receive-call", {"number": "13800000000", "words": str(number)})
                    self._ledger.calls.add(ids["incident_id"])
                self._ledger.told()
                await pace(TICK_S)

    async def _answered(self, http: httpx.AsyncClient, slug: str, data: dict[str, str]) -> dict[str, str]:
        """Send a command until it is acknowledged, always under the same id; return the ids it was answered."""
        body = {"command_id": str(ULID()), "data": data}
        while True:
            with suppress(httpx.TransportError):
                answer = await http.post(f"/api/commands/{slug}", json=body)
                if answer.status_code == httpx.codes.OK:
                    ids: dict[str, str] = answer.json()["ids"]
                    return ids
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    self._ledger.refused.append(f"{slug}: {answer.status_code} {answer.text}")
            await pace(RETRY_S)
