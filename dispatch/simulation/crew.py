"""A crew: takes its vehicle, accepts, drives the roads, cares, decides, hands over, cleans, comes home.

It acts on what its tablet shows (status and since when), so it goes on after any interruption, its own or the server's.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dispatch.protocol.frames import PositionFix
from dispatch.simulation.actor import act, moment
from dispatch.simulation.cases import Case, caller_of, draw_case
from dispatch.simulation.client import Client
from dispatch.simulation.driving import Drive, drive_along
from dispatch.simulation.monitor import Monitor

Row = Mapping[str, Any]
CREW = ["doctor", "nurse", "driver"]
PARKED_FIX_S = 15.0  # real seconds between two positions of a parked unit
MOVING_FIX_S = 1.0
UNKNOWN_CASE = 10**7  # a person's own call: its truth is drawn behind all simulated ones


@dataclass(frozen=True, slots=True)
class Step:
    """What the tablet shows when a step begins."""

    unit: Row
    run: Row | None
    incident: Row | None
    patient: Row | None
    case: Case
    since: datetime


class Crew:
    """One crew with its tablet."""

    def __init__(self, client: Client, unit_id: str, seed: int) -> None:
        self.client, self.unit_id, self._seed = client, unit_id, seed
        self._drive: Drive | None = None
        self._here: tuple[float, float] | None = None
        self._monitor: Monitor | None = None
        self.steps: dict[str, Callable[[Step], Coroutine[Any, Any, None]]] = {
            "assigned": self._accept,
            "accepted": self._roll,
            "en_route": self._drive_to_scene,
            "on_scene": self._reach_patient,
            "at_patient": self._care,
            "patient_loaded": self._depart,
            "transporting": self._drive_to_center,
            "at_hospital": self._hand_over,
            "stretcher_held": self._wait_for_stretcher,
            "handed_over": self._clean,
            "cleaning": self._leave_hospital,
            "returning": self._come_home,
        }

    async def run(self) -> None:
        """Live through the shift."""
        telling = asyncio.create_task(self._tell_positions())
        try:
            while True:
                step = self._now()
                work = None if step is None else self._work_of(step)
                if step is None or work is None:
                    await self.client.wait_for_change()
                    continue
                await self._until_overtaken(step, work)
        finally:
            telling.cancel()
            self._stop_monitor()

    def _work_of(self, step: Step) -> Callable[[Step], Coroutine[Any, Any, None]] | None:
        standby = step.unit["standby"]
        if step.unit["status"] == "available" and standby is not None and standby["phase"] == "called":
            return self._hear_standby
        return self.steps.get(step.unit["status"])

    async def _until_overtaken(self, step: Step, work: Callable[[Step], Coroutine[Any, Any, None]]) -> None:
        """Do the step; drop it as soon as the tablet shows another state (cancelled, diverted, entered by a seat)."""
        task = asyncio.create_task(work(step))
        try:
            await self._done_or_overtaken(task, step)
        finally:
            if not task.done():
                self._keep_place()
                task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if self._shows(step):  # the server refused, or the change is still on its way
            await self.client.server.clock.sleep(5)

    async def _done_or_overtaken(self, task: "asyncio.Task[None]", step: Step) -> None:
        while not task.done():
            changed = asyncio.create_task(self.client.wait_for_change())
            try:
                await asyncio.wait({task, changed}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                changed.cancel()
            now = self._now()
            if now is None or (now.unit["status"], now.unit["assignment_id"]) != (
                step.unit["status"],
                step.unit["assignment_id"],
            ):
                return

    def _shows(self, step: Step) -> bool:
        now = self._now()
        return now is not None and now.unit["status"] == step.unit["status"]

    def _now(self) -> Step | None:
        tables = self.client.tables
        unit = tables.get("units", {}).get(self.unit_id)
        if unit is None:
            return None
        run = tables["assignments"].get(unit["assignment_id"]) if unit["assignment_id"] else None
        incident = tables["incidents"].get(run["incident_id"]) if run else None
        patient = self._patient(incident, unit)
        return Step(unit, run, incident, patient, self._case(incident), moment(unit["status_since"]))

    def _patient(self, incident: Row | None, unit: Row) -> Row | None:
        rows = [self.client.tables["patients"].get(each) for each in (incident or {}).get("patient_ids", ())]
        open_ones = [row for row in rows if row is not None and row["outcome"] is None]
        mine = [row for row in open_ones if row["assignment_id"] in (None, unit["assignment_id"])]
        return mine[0] if mine else None

    def _case(self, incident: Row | None) -> Case:
        calls = [self.client.tables["calls"].get(each) for each in (incident or {}).get("call_ids", ())]
        known = [who.index for call in calls if call is not None and (who := caller_of(call["number"])) is not None]
        typed = UNKNOWN_CASE + int((incident or {}).get("number", "E0")[1:])
        return draw_case(self._seed, known[0] if known else typed)

    # ---- the steps ----

    async def _report(self, due: datetime, status: str) -> None:
        await act(self.client, due, "report-status", {"unit_id": self.unit_id, "status": status})

    async def _hear_standby(self, step: Step) -> None:
        """Say that one goes to the vehicle."""
        due = moment(step.unit["standby"]["since"]) + timedelta(seconds=step.case.seconds("hear", 8))
        await act(self.client, due, "acknowledge-standby", {"unit_id": self.unit_id})

    async def _accept(self, step: Step) -> None:
        slow = step.case.chance("accept_forgotten").random() < 0.03  # noqa: PLR2004 - assumed share
        wait_s = 75.0 if slow else step.case.seconds("accept", 10)
        await self._report(step.since + timedelta(seconds=wait_s), "accepted")

    async def _roll(self, step: Step) -> None:
        await self._report(step.since + timedelta(seconds=step.case.seconds("roll", 50)), "en_route")

    async def _drive_to_scene(self, step: Step) -> None:
        if step.incident is None or step.run is None:
            return
        place = step.incident["place"]
        drive = await self._begin_drive(step.since, place["lon"], place["lat"])
        if step.case.outcome == "cancelled":
            half = step.since + (drive.ends_at - step.since) / 2
            await self._end(half, step.run["id"], "cancelled", reason="caller_cancelled")
            return
        await self._report(drive.ends_at, "on_scene")
        self._arrived()

    async def _reach_patient(self, step: Step) -> None:
        if step.case.outcome == "not_found" and step.run is not None:
            searched = step.since + timedelta(seconds=step.case.seconds("search", 400))
            await self._end(searched, step.run["id"], "not_found")
            return
        clock, run = self.client.server.clock, step.run
        while run is not None and self._stands_off(run["incident_id"]):
            await clock.sleep(10)
        cleared_at = self._staging(run["incident_id"]).get("cleared_at") if run is not None else None
        since = step.since if cleared_at is None else max(step.since, moment(cleared_at))
        await self._report(since + timedelta(seconds=step.case.seconds("walk", 130)), "at_patient")

    def _staging(self, incident_id: str) -> Row:
        incident = self.client.tables["incidents"].get(incident_id)
        return (incident or {}).get("staging") or {}

    def _stands_off(self, incident_id: str) -> bool:
        """Say whether the tablet tells to wait at a distance."""
        return self._staging(incident_id).get("phase") == "staged"

    async def _care(self, step: Step) -> None:
        if step.patient is None or step.run is None:
            return
        patient_id, case, at = step.patient["id"], step.case, step.since
        await self._examine(step, at)
        ends = {"self_conveyed": 150, "refused": 700, "treated_on_scene": 900, "death_on_scene": 2_000}
        if case.outcome in ends:
            due = at + timedelta(seconds=case.seconds("end", ends[case.outcome]))
            await self._end(due, step.run["id"], case.outcome)
            return
        await self._choose(step, at + timedelta(seconds=case.seconds("choose", 420)))
        scene_s = case.seconds("scene", case.profile.scene_min * 60)
        if not any(row["code"] == "oxygen" for row in step.patient["treatments"]):
            await act(
                self.client, at + timedelta(seconds=240), "give-treatment", {"patient_id": patient_id, "code": "oxygen"}
            )
        await self._report(at + timedelta(seconds=max(480.0, scene_s)), "patient_loaded")

    async def _examine(self, step: Step, at: datetime) -> None:
        patient, case = step.patient or {}, step.case
        patient_id = patient["id"]
        if case.profile.crew:
            due = at + timedelta(seconds=case.seconds("examine", 60))
            await act(self.client, due, "record-findings", {"patient_id": patient_id, "findings": case.profile.crew})
        self._monitor = self._monitor or Monitor(self.client, case, patient_id, self.unit_id, at)
        await self._monitor.bind(patient, at + timedelta(seconds=case.seconds("monitor", 90)))
        await self._monitor.record_vitals(at + timedelta(seconds=case.seconds("vitals", 120)))
        if case.profile.ecg is not None and not patient["ecgs"]:
            await self._monitor.twelve_lead(at + timedelta(seconds=case.seconds("ecg", 300)))

    async def _choose(self, step: Step, due: datetime) -> None:
        """Confirm the first centre, or record the family's other choice with the risk told."""
        if step.patient is None or step.incident is None or step.patient["center_id"] is not None:
            return
        await self.client.server.clock.until(due)
        advice = await self.client.get(f"/api/incidents/{step.incident['id']}/recommendation")
        patients = {row["patient_id"]: row["centers"] for row in (advice or {}).get("patients", [])}
        centers = patients.get(step.patient["id"], [])
        if not centers:
            return
        chosen = {"patient_id": step.patient["id"], "center_id": centers[0]["center_id"]}
        if len(centers) > 1 and step.case.chance("family").random() < 0.06:  # noqa: PLR2004 - assumed share
            wish = {"chosen_by": "patient_or_family", "reason": "family_wish", "risk_told": True}
            chosen = {**chosen, "center_id": centers[1]["center_id"], **wish}
        await act(self.client, due, "choose-destination", chosen)

    async def _depart(self, step: Step) -> None:
        self._resume_monitor(step)
        await self._report(step.since + timedelta(seconds=step.case.seconds("depart", 60)), "transporting")

    async def _drive_to_center(self, step: Step) -> None:
        self._resume_monitor(step)
        center_id = (step.patient or {}).get("center_id")
        if center_id is None:
            await self._choose(step, self.client.server.clock.now())
            return
        center = self.client.tables["centers"][center_id]
        drive = await self._begin_drive(step.since, center["lon"], center["lat"])
        await self._report(drive.ends_at, "at_hospital")
        self._arrived()

    async def _hand_over(self, step: Step) -> None:
        held = step.case.chance("held").random() < 0.05  # noqa: PLR2004 - assumed share of held stretchers
        at = step.since + timedelta(seconds=step.case.seconds("door", 300))
        await self._report(at, "stretcher_held" if held else "handed_over")
        if not held:
            self._stop_monitor()

    async def _wait_for_stretcher(self, step: Step) -> None:
        await self._report(step.since + timedelta(seconds=step.case.seconds("stretcher", 900)), "handed_over")
        self._stop_monitor()

    async def _clean(self, step: Step) -> None:
        self._stop_monitor()
        await self._report(step.since + timedelta(seconds=90), "cleaning")

    async def _leave_hospital(self, step: Step) -> None:
        await self._report(step.since + timedelta(seconds=step.case.seconds("clean", 480)), "returning")

    async def _come_home(self, step: Step) -> None:
        self._stop_monitor()
        drive = await self._begin_drive(step.since, step.unit["lon"], step.unit["lat"])
        await self._report(drive.ends_at, "available")
        self._arrived()

    async def _end(self, due: datetime, assignment_id: str, outcome: str, reason: str | None = None) -> None:
        self._stop_monitor()
        self._keep_place()
        ended: dict[str, Any] = {"assignment_id": assignment_id, "outcome": outcome, "reason": reason}
        if outcome == "refused":
            ended |= {"risk_told": True, "signed": True}
        await act(self.client, due, "end-assignment", ended)

    # ---- where it is ----

    async def _begin_drive(self, began_at: datetime, lon: float, lat: float) -> Drive:
        here = self._where()
        route = await self.client.get(
            "/api/route", **{"from": f"{here[0]:.6f},{here[1]:.6f}", "to": f"{lon:.6f},{lat:.6f}"}
        )
        if not route or route["duration_s"] is None:
            self._drive = drive_along([here, (lon, lat)], began_at, 300.0)
        else:
            shape = [here, *route["geometry"]["coordinates"]]
            self._drive = drive_along(shape, began_at, max(20.0, route["duration_s"]))
        return self._drive

    def _where(self) -> tuple[float, float]:
        if self._drive is not None:
            lon, lat, _, _ = self._drive.where(self.client.server.clock.now())
            return lon, lat
        if self._here is not None:
            return self._here
        unit = self.client.tables["units"][self.unit_id]
        return unit["lon"], unit["lat"]

    def _keep_place(self) -> None:
        if self._drive is not None:
            self._here, self._drive = self._where(), None

    def _arrived(self) -> None:
        if self._drive is not None:
            self._here, self._drive = self._drive.points[-1], None

    async def _tell_positions(self) -> None:
        """Send a fix every second while driving, a few a minute while parked: real seconds, as a device would."""
        while True:
            if self.unit_id in self.client.tables.get("units", {}):
                await self.client.link.send(self._fix())
            await asyncio.sleep(MOVING_FIX_S if self._drive is not None else PARKED_FIX_S)

    def _fix(self) -> PositionFix:
        now = self.client.server.clock.now()
        lon, lat = self._where()
        heading_deg, speed_mps = self._drive.where(now)[2:] if self._drive else (None, 0.0)
        return PositionFix(
            unit_id=self.unit_id,
            lon=round(lon, 6),
            lat=round(lat, 6),
            datum="wgs84",
            heading_deg=None if heading_deg is None else round(heading_deg, 1),
            speed_mps=round(speed_mps, 1),
            fix_at=now,
        )

    # ---- the monitor ----

    def _resume_monitor(self, step: Step) -> None:
        if self._monitor is None and step.patient is not None and step.patient["device_id"] is not None:
            self._monitor = Monitor(self.client, step.case, step.patient["id"], self.unit_id, step.since)
            self._monitor.start()

    def _stop_monitor(self) -> None:
        if self._monitor is not None:
            self._monitor.stop()
            self._monitor = None
