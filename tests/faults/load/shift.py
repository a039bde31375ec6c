"""A shift under load against one server: tablets and a seat that go on whatever happens to it, and one ledger."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from tests.adapters.serving import Client
from tests.faults.load.ledger import Ledger
from tests.faults.load.pace import pace
from tests.faults.load.seat import Seat
from tests.faults.load.tablet import OnBoard, Tablet, on_board

LOOK_S = 0.02
WITHIN_S = 120.0


@dataclass(slots=True)
class Shift:
    """The clients, what they were told, and the tasks that keep them going."""

    url: str
    ledger: Ledger
    tablets: list[Tablet]
    living: list["asyncio.Task[None]"] = field(default_factory=list)
    lost: int = 0

    async def acknowledged(self, more: int) -> None:
        """Go on until clients were told of so many more."""
        wanted = self.ledger.acknowledged + more
        await self.until(lambda: self.ledger.acknowledged >= wanted)

    async def recovered(self, since: float) -> float:
        """Wait for the first acknowledgement after a monotonic time; return the seconds between."""
        await self.until(lambda: self.ledger.answered_at > since)
        return self.ledger.answered_at - since

    async def drained(self) -> None:
        """Make nothing new, and wait until every outbox is empty."""
        for tablet in self.tablets:
            tablet.filling = False
        await self.until(lambda: all(tablet.waiting == 0 for tablet in self.tablets))

    async def until(self, happens: Callable[[], bool]) -> None:
        """Wait for something that clients were told; a client that broke fails the test."""
        async with asyncio.timeout(WITHIN_S):
            while not happens():
                for task in self.living:
                    if task.done():
                        task.result()
                await pace(LOOK_S)


@asynccontextmanager
async def shift(url: str, crews: tuple[str, ...], *, through: str | None = None) -> AsyncIterator[Shift]:
    """Run a seat and the tablets of these accounts; tablets go by way of ``through`` when that is given."""
    ledger = Ledger()
    tablets, seat = await asyncio.to_thread(prepare, url, crews, ledger, through or url)
    living = [asyncio.create_task(seat.live()), *(asyncio.create_task(each.live()) for each in tablets)]
    working = Shift(url, ledger, tablets, living)
    try:
        yield working
    finally:
        for task in working.living:
            task.cancel()
        await asyncio.gather(*working.living, return_exceptions=True)


def prepare(url: str, crews: tuple[str, ...], ledger: Ledger, through: str) -> tuple[list[Tablet], Seat]:
    """Bring each crew to a patient; return their tablets and a seat, none of them at work yet."""
    seat = Client(url)
    seat.sign_in("dispatcher1", "demo")
    tablets = []
    for number, account in enumerate(crews):
        crew = Client(url)
        crew.sign_in(account, "demo")
        whom = on_board(seat, crew)
        ledger.bound[whom.patient_id] = bound_at(seat, whom)
        tablets.append(Tablet(through, whom, ledger, seed=number))
        crew.http.close()
    incident_id = seat.call()["incident_id"]
    seat.http.close()
    return tablets, Seat(url, seat.account["token"], incident_id, ledger)


def bound_at(seat: Client, whom: OnBoard) -> datetime:
    """Return since when a crew's monitor belongs to its patient, as the journal has it."""
    facts = seat.get(f"/api/incidents/{whom.incident_id}/facts").json()
    return next(datetime.fromisoformat(row["at"]) for row in facts if row["kind"] == "MonitorBound")
