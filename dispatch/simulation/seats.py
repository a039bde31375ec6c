"""The seats: what they share, and the dispatcher, who lets units stand by, sends them, and makes the phone calls.

They serve simulated callers only: a call that a person typed waits for a person.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any

from dispatch.simulation.actor import act, moment
from dispatch.simulation.cases import Case, caller_of, draw_case
from dispatch.simulation.client import Client
from dispatch.simulation.troubles import trouble_of

Row = Mapping[str, Any]


class Seat:
    """Something that looks at the live tables and starts one piece of work per thing it sees."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client, self.seed = client, seed
        self._begun: set[str] = set()
        self._works: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    async def run(self) -> None:
        """Look at every change; what breaks in a piece of work breaks the seat."""
        try:
            while True:
                self.look()
                await self.client.wait_for_change()
                for failure in self._failures:
                    raise failure
        finally:
            for work in self._works:
                work.cancel()

    def look(self) -> None:
        """Start what is to be done now."""

    def begin(self, key: str, work: Coroutine[Any, Any, None]) -> None:
        """Start a piece of work once."""
        if key in self._begun:
            work.close()
            return
        self._begun.add(key)
        task = asyncio.create_task(work)
        self._works.add(task)
        task.add_done_callback(self._ended)

    def again(self, key: str) -> None:
        """Let a piece of work be begun once more."""
        self._begun.discard(key)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._works.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            self._failures.append(failure)
            self.client.link.changed.set()

    def table(self, name: str) -> Mapping[str, Row]:
        """Return a live table."""
        return self.client.tables.get(name, {})

    def case_of(self, incident: Row) -> Case | None:
        """Return the simulated case behind an incident, None for a call that a person typed."""
        calls = (self.table("calls").get(each) for each in incident["call_ids"])
        callers = (caller_of(call["number"]) for call in calls if call is not None)
        first = next((each for each in callers if each is not None), None)
        return None if first is None else draw_case(self.seed, first.index)


class Dispatcher(Seat):
    """Lets units stand by, sends the first of the recommendation, holds what nobody can serve, does phone tasks."""

    def look(self) -> None:
        """Look for incidents without a unit, for scenes that are not clear, and for tasks."""
        for incident in list(self.table("incidents").values()):
            case = self.case_of(incident)
            if case is None or not self._is_sure(incident):
                continue
            if incident["phase"] in ("waiting", "held"):
                if incident["complaint"] and not incident["standby_unit_ids"] and trouble_of(case).stands_by:
                    self.begin(f"{incident['id']}/standby", self._prealert(incident, case))
                key = f"{incident['id']}/{len(incident['assignment_ids'])}"
                self.begin(key, self._send(incident, case, key))
            if incident["staging"] is not None and incident["staging"]["phase"] == "staged":
                self.begin(f"{incident['id']}/clear", self._clear(incident, case))
        for task in list(self.table("tasks").values()):
            self.begin(task["id"], self._phone(task))

    def _is_sure(self, incident: Row) -> bool:
        """Say whether somebody has heard a caller who needs help, and that it is no repeat of what is known."""
        calls = [call for each in incident["call_ids"] if (call := self.table("calls").get(each)) is not None]
        heard = [call for call in calls if not call["abandoned"] or _needs_help(call)]
        callers = [caller for call in heard if (caller := caller_of(call["number"])) is not None]
        is_first = any(each.nth == 0 for each in callers)
        talking = any(call["phase"] in ("ringing", "claimed", "talking") for call in calls)
        return is_first or (bool(callers) and not talking)

    async def _prealert(self, incident: Row, case: Case) -> None:
        at = moment(incident["waiting_since"] or incident["opened_at"]) + timedelta(seconds=case.seconds("prealert", 9))
        await self.client.server.clock.until(at)
        advice = await self.client.get(f"/api/incidents/{incident['id']}/recommendation")
        parked = [row for row in (advice or {}).get("units", []) if row["assignable"] and row["status"] == "available"]
        if parked and self.table("incidents").get(incident["id"], incident)["phase"] == "waiting":
            likely = {"incident_id": incident["id"], "unit_id": parked[0]["unit_id"]}
            await act(self.client, at, "prealert-unit", likely)

    async def _clear(self, incident: Row, case: Case) -> None:
        """Hear from whoever secured the scene that it is safe."""
        at = moment(incident["staging"]["since"]) + timedelta(seconds=case.seconds("clear", 420))
        by = " ".join(sorted(incident["notices"])) or "110"
        await act(self.client, at, "clear-scene", {"incident_id": incident["id"], "by": f"{by} 现场人员"})

    async def _send(self, incident: Row, case: Case, key: str) -> None:
        since = moment(incident["waiting_since"] or incident["opened_at"])
        round_ = len(incident["assignment_ids"])
        at = since + timedelta(seconds=case.seconds(f"dispatch/{round_}", 28))
        await self.client.server.clock.until(at)
        if not self._is_sure(self.table("incidents").get(incident["id"], incident)):
            self.again(key)  # the caller has hung up meanwhile: somebody rings back first
            return
        if round_ > 0 and case.outcome == "cancelled":  # the caller rang again: nobody is needed any more
            closing = {"incident_id": incident["id"], "outcome": "cancelled", "reason": "caller_cancelled"}
            await act(self.client, at, "close-incident", closing)
            return
        advice = await self.client.get(f"/api/incidents/{incident['id']}/recommendation")
        units = [row for row in (advice or {}).get("units", []) if row["assignable"] and row["eta_s"] is not None]
        ready = self.table("incidents").get(incident["id"], incident)["standby_unit_ids"]
        order = [*ready, *(row["unit_id"] for row in units if row["unit_id"] not in ready)]
        sent = None
        for unit_id in order[:3]:
            chosen = {"incident_id": incident["id"], "unit_id": unit_id}
            sent = sent or await act(self.client, at, "assign-unit", chosen)
        if sent is None:
            await self._hold(incident)
            await self.client.server.clock.sleep(60)
            self.again(key)
            self.client.link.changed.set()

    async def _hold(self, incident: Row) -> None:
        now = self.table("incidents").get(incident["id"], incident)
        if now["phase"] == "waiting" and not now["assignment_ids"]:
            await self.client.send("hold-incident", {"incident_id": incident["id"], "reason": "no_unit"})

    async def _phone(self, task: Row) -> None:
        case_chance = task["id"]
        at = moment(task["raised_at"]) + timedelta(seconds=20 + len(case_chance) % 25)
        await self.client.server.clock.until(at)
        if task["id"] not in self.table("tasks"):
            return
        if task["kind"] == "prealert_unanswered":
            answered = {"activation_id": task["subject"].removeprefix("activation:")}
            await act(
                self.client, at, "acknowledge-activation", answered, entered_for=f"{task['params']['center']} 电话"
            )
        if task["kind"] == "held_review":
            await self.client.send("review-held", {"incident_id": task["incident_id"], "found": "unchanged"})
            return
        if task["kind"] == "standby_unsettled":
            unit_id = task["subject"].split("/")[1].split("@")[0]
            await self.client.send("stand-down-unit", {"unit_id": unit_id, "reason": "未用"})
        await self.client.send("finish-task", {"task_id": task["id"], "note": "已电话联系"})


def _needs_help(call: Row) -> bool:
    return any(each["outcome"] == "needs_help" for each in call["call_backs"])
