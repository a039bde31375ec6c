"""The seats: call-takers who answer, locate, ask; dispatchers who send the recommended unit and make phone calls.

They serve simulated callers only: a call that a person typed waits for a person.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any

from dispatch.simulation.actor import act, moment
from dispatch.simulation.callers import Anchor, spot_of
from dispatch.simulation.cases import Case, caller_findings, draw_case, index_of
from dispatch.simulation.client import Client

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
        while True:
            self.look()
            await self.client.wait_for_change()
            for failure in self._failures:
                raise failure

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
        indices = (index_of(call["number"]) for call in calls if call is not None)
        index = next((each for each in indices if each is not None), None)
        return None if index is None else draw_case(self.seed, index)


class CallTaker(Seat):
    """Answers, locates, asks."""

    def __init__(self, client: Client, seed: int, anchors: Sequence[Anchor]) -> None:
        super().__init__(client, seed)
        self._anchors = anchors

    def look(self) -> None:
        """Take every simulated call that nobody has served."""
        for call in list(self.table("calls").values()):
            incident = self.table("incidents").get(call["incident_id"])
            index = index_of(call["number"])
            if call["phase"] != "ended" and incident is not None and index is not None:
                self.begin(call["id"], self._serve(call, incident, draw_case(self.seed, index)))

    async def _serve(self, call: Row, incident: Row, case: Case) -> None:
        at = moment(call["received_at"]) + timedelta(seconds=case.seconds("answer", 5))
        if call["phase"] == "ringing":
            await act(self.client, at, "answer-call", {"call_id": call["id"], "seat": self.client.account})
        at += timedelta(seconds=case.seconds("locate", 14))
        place, spot = incident["place"], spot_of(case, self._anchors)
        said = {"call_id": call["id"], "words": spot.words, "complaint": case.profile.complaint}
        await act(self.client, at, "take-words", said)
        if place is None or not place["confirmed"]:
            place = {"lon": spot.lon, "lat": spot.lat, "radius_m": 30.0, "datum": "wgs84"}
            place |= {"source": "caller_words", "confirmed": True}
            await act(self.client, at, "locate", {"incident_id": incident["id"], "place": place, "words": spot.words})
        at += timedelta(seconds=case.seconds("ask", 20))
        patient_id = incident["patient_ids"][0]
        findings = caller_findings(case)
        await act(self.client, at, "record-findings", {"patient_id": patient_id, "findings": findings})
        at += timedelta(seconds=case.seconds("talk", 45))
        await act(self.client, at, "end-call", {"call_id": call["id"], "reason": "operator"})
        at += timedelta(seconds=case.seconds("wrap_up", 15))
        await act(self.client, at, "wrap-up-call", {"call_id": call["id"]})


class Dispatcher(Seat):
    """Sends the first of the recommendation, holds what nobody can serve, makes the phone calls."""

    def look(self) -> None:
        """Look for incidents without a unit, and for tasks."""
        for incident in list(self.table("incidents").values()):
            if incident["phase"] in ("waiting", "held") and (case := self.case_of(incident)) is not None:
                key = f"{incident['id']}/{len(incident['assignment_ids'])}"
                self.begin(key, self._send(incident, case, key))
        for task in list(self.table("tasks").values()):
            self.begin(task["id"], self._phone(task))

    async def _send(self, incident: Row, case: Case, key: str) -> None:
        since = moment(incident["waiting_since"] or incident["opened_at"])
        round_ = len(incident["assignment_ids"])
        at = since + timedelta(seconds=case.seconds(f"dispatch/{round_}", 28))
        await self.client.server.clock.until(at)
        if round_ > 0 and case.outcome == "cancelled":  # the caller rang again: nobody is needed any more
            closing = {"incident_id": incident["id"], "outcome": "cancelled", "reason": "caller_cancelled"}
            await act(self.client, at, "close-incident", closing)
            return
        advice = await self.client.get(f"/api/incidents/{incident['id']}/recommendation")
        units = [row for row in (advice or {}).get("units", []) if row["assignable"] and row["eta_s"] is not None]
        sent = None
        for unit in units[:3]:
            chosen = {"incident_id": incident["id"], "unit_id": unit["unit_id"]}
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
