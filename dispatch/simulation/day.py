"""A city's day: sign everybody in, man the vehicles, let the calls come, and count what the screens showed."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dispatch.simulation.arrivals import ASSUMED_SHAPE, arrival_times
from dispatch.simulation.call_taker import CallTaker
from dispatch.simulation.callers import Anchor, ring_all
from dispatch.simulation.client import Client, Server
from dispatch.simulation.crew import CREW, Crew
from dispatch.simulation.exchange import signed_in
from dispatch.simulation.hospital import Department
from dispatch.simulation.kpis import Watcher, kpis
from dispatch.simulation.members import Telephones, keep_rosters
from dispatch.simulation.physician import RemotePhysician
from dispatch.simulation.seats import Dispatcher
from dispatch.simulation.team_gateway import Listening, ringing

CALLS_PER_UNIT_AND_DAY = 7.5  # assumed load of one ambulance
LIVELY_PER_DAY = 1_400.0  # at least, so that a small city has something to show
ENDLESS_HOURS = 24.0 * 30


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of day."""

    seed: int
    hours: float
    password: str = "demo"  # noqa: S105 - the simulated day signs in where demo accounts exist
    calls_per_day: float | None = None
    shape: Sequence[float] = ASSUMED_SHAPE
    began_min_ago: float = 0.0  # a day that is already under way when somebody looks
    left_to_people: int = 0  # units without a simulated crew


class Day:
    """Everybody who takes part; hospital staff keep rosters and answer where the server reaches them by ``gateway``."""

    def __init__(self, server: Server, plan: Plan, gateway: Listening | None = None) -> None:
        self._server, self._plan, self._gateway = server, plan, gateway
        self._tasks: list[asyncio.Task[None]] = []
        self._seat = self._client("dispatcher1")
        self.watcher = Watcher(self._client("supervisor1"))

    async def run(self) -> dict[str, Any]:
        """Live through the day and return its figures."""
        telephones = Telephones(self._server, self._plan.seed)
        with nullcontext() if self._gateway is None else ringing(self._gateway, telephones.ring):
            self._start(telephones.run())
            return await self._live()

    async def _live(self) -> dict[str, Any]:
        health = await self._server.meet()
        clock = self._server.clock
        self._follow(self._seat)
        await self._first_sight(self._seat)
        await self._man_everything()
        began = clock.now() - timedelta(minutes=self._plan.began_min_ago)
        times = self._times(began)
        anchors = self._anchors()
        say(f"simulated day: {len(times)} calls on {health['city']}, clock x {clock.speed:g}, seed {self._plan.seed}")
        exchange = signed_in(await self._signed_in("exchange"))
        ringing = asyncio.create_task(ring_all(exchange, self._plan.seed, times, anchors))
        self._tasks.append(ringing)
        await self._until(began + timedelta(hours=self._plan.hours))
        self.watcher.look()
        return {"seed": self._plan.seed, "hours": self._plan.hours, **kpis(self.watcher.rows, self._server.audit)}

    async def close(self) -> None:
        """Send everybody home."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until(self, end: datetime) -> None:
        """Wait for the end of the day; what breaks in a simulated person breaks the day."""
        timer = asyncio.create_task(self._server.clock.until(end))
        pending: set[asyncio.Task[None]] = {timer, *self._tasks}
        while not timer.done():
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    def _times(self, began: datetime) -> list[datetime]:
        units = len(self._seat.tables["units"])
        per_day = self._plan.calls_per_day or max(units * CALLS_PER_UNIT_AND_DAY, LIVELY_PER_DAY)
        return arrival_times(self._plan.seed, began, self._plan.hours, per_day, self._plan.shape)

    def _anchors(self) -> list[Anchor]:
        tables = self._seat.tables
        stations = {
            row["station_id"]: Anchor(row["station_name"], row["lon"], row["lat"]) for row in tables["units"].values()
        }
        centers = {row["id"]: Anchor(row["name"], row["lon"], row["lat"]) for row in tables["centers"].values()}
        return [each for _, each in sorted({**stations, **centers}.items())]

    async def _man_everything(self) -> None:
        units = sorted(self._seat.tables["units"])
        manned = units[: len(units) - self._plan.left_to_people]
        centers = sorted(self._seat.tables["centers"])
        await self._sign_on(manned)
        for unit_id in manned:
            client = await self._following(f"crew-{unit_id.lower()}")
            self._start(Crew(client, unit_id, self._plan.seed).run())
        departments = {each: await self._following(f"dept-{each.lower()}") for each in centers}
        for center_id, client in departments.items():
            self._start(Department(client, self._plan.seed, center_id).run())
        if self._gateway is not None:
            self._start(keep_rosters(departments, self._plan.seed))
        anchors, seed = self._anchors(), self._plan.seed
        taker = await self._following("taker1")
        await taker.send("open-seat", {"seat_id": "taker1", "kind": "call_taker"})
        self._start(CallTaker(taker, seed, anchors).run())
        self._start(Dispatcher(self._seat, seed).run())
        self._start(RemotePhysician(await self._following("physician1"), seed).run())
        watching = self.watcher.client
        await watching.sign_in()
        self._follow(watching)
        self._start(self.watcher.run())

    async def _sign_on(self, unit_ids: Sequence[str]) -> None:
        rows: Mapping[str, Any] = self._seat.tables["units"]
        await asyncio.gather(
            *(
                self._seat.send("sign-on", {"unit_id": each, "crew": CREW, "names": None})
                for each in unit_ids
                if not rows[each]["crew"]
            )
        )

    def _client(self, account: str) -> Client:
        return Client(self._server, account, self._plan.password)

    async def _signed_in(self, account: str) -> Client:
        client = self._client(account)
        await client.sign_in()
        return client

    async def _following(self, account: str) -> Client:
        client = await self._signed_in(account)
        self._follow(client)
        return client

    def _follow(self, client: Client) -> None:
        self._start(client.follow())

    async def _first_sight(self, client: Client) -> None:
        while not client.tables:
            await client.wait_for_change()

    def _start(self, work: Any) -> None:  # noqa: ANN401 - a coroutine of any kind
        self._tasks.append(asyncio.create_task(work))


def say(sentence: str) -> None:
    """Tell whoever started the day."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - a command line speaks on stderr
