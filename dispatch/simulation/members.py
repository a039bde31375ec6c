"""A hospital's people: who is on its list and on duty, how a stretcher gets in, who does what when it rings."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dispatch.simulation.actor import moment
from dispatch.simulation.arrivals import LOCAL
from dispatch.simulation.chance import around, stream
from dispatch.simulation.client import Client, Server
from dispatch.simulation.team_gateway import Ring

Row = Mapping[str, Any]
NUMBER_BASE, NUMBERS_EACH = 13_600_000_000, 100  # the telephones of a hospital's people
ROLES_OF_ALL = ("emergency_physician",)
ROLES_OF: dict[str, tuple[str, ...]] = {
    "chest_pain": ("interventional_cardiologist", "cath_nurse", "radiographer"),
    "stroke": ("neurologist", "neuro_interventionist", "anaesthetist", "radiographer"),
    "trauma": ("trauma_surgeon", "anaesthetist", "or_nurse", "blood_bank", "radiographer"),
    "maternal": ("obstetrician", "midwife", "anaesthetist", "blood_bank"),
    "neonatal": ("neonatologist", "neonatal_nurse"),
    "paediatric": ("paediatric_intensivist", "anaesthetist"),
}
OF_EACH_ROLE = 3  # the first and the second are on duty, the third is off; they change every week
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡", ("建国", "晓敏", "志强", "丽华", "文博", "海燕", "立新", "春梅")
WEEK = timedelta(days=7)
WAYS = {  # by door: entrance, lift, floor, room; assumed
    "cath_lab": ("急诊东门", "3 号手术电梯", "3 层", "导管室 1"),
    "ct": ("急诊东门", "无需电梯", "1 层", "急诊 CT"),
    "or": ("急诊东门", "2 号手术电梯", "4 层", "手术室 6"),
    "icu": ("急诊东门", "1 号医用电梯", "5 层", "重症监护室"),
    "delivery_suite": ("妇产楼南门", "专用电梯", "2 层", "产房 2"),
    "resus_bay": ("急诊东门", "无需电梯", "1 层", "抢救室"),
}
# Assumed shares; who sleeps through a text hears the call.
ANSWERS = {"coming": 0.69, "declined": 0.12, "sleeps": 0.14, "forgets": 0.05}
REASONS = ("in_procedure", "too_far", "swapped")
LINK = re.compile(r"/team/#(\S+)")
OPEN = frozenset({"calling", "delivered", "undelivered", "lapsed"})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a hospital's list."""

    name: str
    phone: str
    role: str
    nth: int  # among those of the same role


def people_of(seed: int, nth_center: int, kinds: Sequence[str]) -> tuple[Person, ...]:
    """Return the list of one hospital: three for every role that its centres call."""
    roles = dict.fromkeys((*ROLES_OF_ALL, *(role for kind in kinds for role in ROLES_OF.get(kind, ()))))
    base = NUMBER_BASE + nth_center * NUMBERS_EACH
    return tuple(
        Person(_name(seed, base + index), str(base + index), role, index % OF_EACH_ROLE)
        for index, role in enumerate(each for each in roles for _ in range(OF_EACH_ROLE))
    )


def _name(seed: int, number: int) -> str:
    chance = stream(seed, "member", number, "name")
    return chance.choice(SURNAMES) + chance.choice(GIVEN)


def line_of(nth: int) -> str:
    """Return a hospital's 24-hour line, a number as fictional as those of its people: the last of its own hundred."""
    return str(NUMBER_BASE + (nth + 1) * NUMBERS_EACH - 1)


def week_of(now: datetime) -> tuple[datetime, int]:
    """Return when this week's roster begins, Monday 08:00 of the city, and its number."""
    local = now.astimezone(LOCAL) - timedelta(hours=8)
    begins = (local - timedelta(days=local.weekday())).replace(hour=8, minute=0, second=0, microsecond=0)
    return begins, local.isocalendar().week


def rank_of(person: Person, week: int) -> int | None:
    """Return in which place somebody is asked this week, None when they are off duty."""
    place = (person.nth + week) % OF_EACH_ROLE
    return place + 1 if place < OF_EACH_ROLE - 1 else None


async def keep_rosters(clients: Mapping[str, Client], seed: int) -> None:
    """Enter every hospital's list and the week's duties, one hospital after the other, and again every week."""
    while True:
        begins, week = week_of(next(iter(clients.values())).server.clock.now())
        for nth, (center_id, client) in enumerate(sorted(clients.items())):
            await _seen(client, center_id)
            people = people_of(seed, nth, client.tables["centers"][center_id]["kinds"])
            listed = {row["phone"]: row["id"] for row in client.tables["members"].values()}
            for person in people:
                member_id = listed.get(person.phone) or await _list(client, center_id, person)
                rank = rank_of(person, week)
                if member_id is not None and rank is not None:
                    duty = {"center_id": center_id, "member_id": member_id, "role": person.role, "rank": rank}
                    times = {"begins": begins.isoformat(), "ends": (begins + WEEK).isoformat()}
                    await client.send("set-duty", duty | times)
            if client.tables["centers"][center_id]["phone"] is None:
                await client.send("set-center-line", {"center_id": center_id, "phone": line_of(nth)})
            for where, (entrance, lift, floor, room) in WAYS.items():
                if where not in client.tables["centers"][center_id]["ways"]:
                    way = {"entrance": entrance, "lift": lift, "floor": floor, "room": room}
                    await client.send("describe-way", {"center_id": center_id, "where": where, **way})
        await next(iter(clients.values())).server.clock.until(begins + WEEK)


async def _seen(client: Client, center_id: str) -> None:
    while center_id not in client.tables.get("centers", {}):
        await client.wait_for_change()


async def _list(client: Client, center_id: str, person: Person) -> str | None:
    row = {"center_id": center_id, "name": person.name, "roles": [person.role], "phone": person.phone}
    answer = await client.send("list-member", row)
    return None if answer is None else str(answer["ids"]["member_id"])


def answer_of(seed: int, number: str, sent_at: str) -> str:
    """Draw what the owner of a telephone does about one patient."""
    return stream(seed, "member", number, sent_at).choices(list(ANSWERS), list(ANSWERS.values()))[0]


class Telephones:
    """Everybody's telephone: whoever it rings for reads the message, opens the link in it, and answers there."""

    def __init__(self, server: Server, seed: int) -> None:
        self._server, self._seed = server, seed
        self._answering: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def ring(self, ring: Ring) -> None:
        """Let one telephone ring."""
        task = asyncio.create_task(self._hear(ring))
        self._answering.add(task)
        task.add_done_callback(self._ended)

    async def run(self) -> None:
        """Wait for ever; what breaks in somebody's answer breaks the day."""
        try:
            await self._failed
        finally:
            for each in self._answering:
                each.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None and not self._failed.done():
            self._failed.set_exception(failure)

    async def _hear(self, ring: Ring) -> None:
        found = LINK.search(ring.text)
        if ring.kind != "summons" or found is None:
            return
        asked = await self._asked(found[1])
        for row in asked:
            await self._answer(found[1], row, ring)

    async def _asked(self, token: str) -> list[Row]:
        answer = await self._server.ask("GET", "/api/team", headers={"X-Member-Token": token})
        rows: list[Row] = answer.json()["summonses"] if answer.is_success else []
        return [each for each in rows if each["phase"] in OPEN and not each["over"]]

    async def _answer(self, token: str, row: Row, ring: Ring) -> None:
        """Come, decline, sleep through a text, or never hear it."""
        chance, clock = stream(self._seed, "member", ring.number, row["sent_at"], "when"), self._server.clock
        does = answer_of(self._seed, ring.number, row["sent_at"])
        if does == "forgets" or (does == "sleeps" and not ring.voice):
            return
        await clock.sleep(around(chance, 18))
        if does == "declined":
            await self._say(token, row, answer="declined", reason=chance.choice(REASONS))
            return
        minutes = chance.randint(2, 9)
        if await self._say(token, row, answer="coming", minutes=minutes):
            await clock.until(moment(row["sent_at"]) + timedelta(minutes=minutes))
            await self._say(token, row, answer="in_place")

    async def _say(self, token: str, row: Row, **said: object) -> bool:
        """Say it; refused when the patient does not come any more, or somebody has said it already."""
        path, head = f"/api/team/summonses/{row['id']}", {"X-Member-Token": token}
        return (await self._server.ask("POST", path, json=said, headers=head)).is_success
