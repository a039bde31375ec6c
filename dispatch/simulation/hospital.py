"""A receiving department: its wall shows, somebody answers or forgets, the team stands ready, the patient is taken."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dispatch.simulation.actor import act, moment
from dispatch.simulation.chance import around, stream
from dispatch.simulation.client import Client
from dispatch.simulation.seats import Seat

Row = Mapping[str, Any]
FORGETS = 0.06  # assumed share of alarms nobody hears
READY_S, OVERSEEN_S = 300, 900  # a team that is called by hand; one whose people say themselves that they are there


class Department(Seat):
    """One centre's people."""

    def __init__(self, client: Client, seed: int, center_id: str) -> None:
        super().__init__(client, seed)
        self._center_id = center_id

    def look(self) -> None:
        """Do for every activation what its phase asks for."""
        for row in list(self.table("activations").values()):
            if row["center_id"] != self._center_id:
                continue
            phase = row["phase"]
            if phase == "sent":
                self.begin(f"{row['id']}/shown", self._show(row))
            if phase in ("sent", "received"):
                self.begin(f"{row['id']}/answer", self._answer(row))
            if phase in ("acknowledged", "team_ready"):
                self.begin(f"{row['id']}/ready", self._get_ready(row))
            if phase == "arrived":
                self.begin(f"{row['id']}/accept", self._accept(row))
            if phase in ("redirected", "cancelled"):
                self.begin(f"{row['id']}/end", self._see_end(row))

    def _seconds(self, row: Row, what: str, median: float) -> float:
        return around(stream(self.seed, "activation", self._center_id, row["sent_at"], what), median)

    async def _show(self, row: Row) -> None:
        await act(self.client, moment(row["sent_at"]), "receive-activation", {"activation_id": row["id"]})

    async def _answer(self, row: Row) -> None:
        if stream(self.seed, "activation", self._center_id, row["sent_at"], "hears").random() < FORGETS:
            return
        due = moment(row["sent_at"]) + timedelta(seconds=self._seconds(row, "answer", 14))
        await act(self.client, due, "acknowledge-activation", {"activation_id": row["id"]})

    async def _get_ready(self, row: Row) -> None:
        await asyncio.gather(self._gather(row), self._prepare(row))

    async def _gather(self, row: Row) -> None:
        """Say that the team is there, unless its people have said so themselves."""
        median_s = OVERSEEN_S if row["summonses"] else READY_S
        due = moment(row["acknowledged_at"]) + timedelta(seconds=self._seconds(row, "team", median_s))
        await self.client.server.clock.until(due)
        if self.table("activations").get(row["id"], row)["team_ready_at"] is None:
            await act(self.client, due, "report-team-ready", {"activation_id": row["id"]})

    async def _prepare(self, row: Row) -> None:
        for hold in row["reservations"]:
            if hold["ready_at"] is None and hold["ended"] is None:
                ready = {"activation_id": row["id"], "resource": hold["resource"]}
                seconds = self._seconds(row, hold["resource"], 540)
                due = moment(row["acknowledged_at"]) + timedelta(seconds=seconds)
                await act(self.client, due, "report-resource-ready", ready)

    async def _accept(self, row: Row) -> None:
        due = moment(row["arrived_at"]) + timedelta(seconds=self._seconds(row, "accept", 200))
        where = row["bypass"][0] if row["bypass"] else "ed"
        given = {"patient_id": row["patient_id"], "where": where, "taken_by": "值班医生"}
        if await act(self.client, due, "complete-handoff", given) is None:
            await act(self.client, due, "accept-patient", {"activation_id": row["id"]})

    async def _see_end(self, row: Row) -> None:
        due = moment(row["ended_at"]) + timedelta(seconds=self._seconds(row, "end", 20))
        await act(self.client, due, "acknowledge-end", {"activation_id": row["id"]})
