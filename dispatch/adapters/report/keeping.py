"""Keep the PostGIS report behind the journal of a running desk. Whatever breaks it is put off; the desk never waits."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from dispatch.adapters.journal.postgres import open_postgres_reader
from dispatch.adapters.report.postgis import Ground, PostgisReport, ReportGap
from dispatch.adapters.telemetry.hub import Row
from dispatch.ports import JournalDamaged, JournalReader, JournalUnavailable, Position

log = logging.getLogger(__name__)

TRY_AGAIN_S = 5.0
FLUSH_S = 2.0
TRACK_EVERY = timedelta(seconds=3)  # as the telemetry's own track: enough to see which road
TRACK_MAX = 50_000  # driven points that wait while PostGIS is away: about ten minutes of 200 units


class ReportKeeper:
    """Follow the journal into PostGIS, and add what units drove."""

    def __init__(self, url: str, city: str, ground: Ground) -> None:
        self._url = url
        self._city = city
        self._ground = ground
        self._woken = asyncio.Event()
        self._noted_at: dict[str, datetime] = {}
        self._driven: deque[Position] = deque(maxlen=TRACK_MAX)

    def wake(self, _told: object = None) -> None:
        """Look at the journal now: there is news."""
        self._woken.set()

    def note(self, rows: Iterable[Row]) -> None:
        """Keep a thinned copy of positions until they are written."""
        for unit_id, lon, lat, heading_deg, speed_mps, fix_at in rows:
            at = datetime.fromisoformat(fix_at)
            last = self._noted_at.get(unit_id)
            if last is None or at - last >= TRACK_EVERY:
                self._noted_at[unit_id] = at
                self._driven.append(Position(unit_id, at, lon, lat, speed_mps, heading_deg, None))

    def start(self) -> "asyncio.Task[None]":
        """Run beside the desk; even a broken report ends nobody but itself, and says so."""
        task = asyncio.create_task(self.run())
        task.add_done_callback(_say_how_it_ended)
        return task

    async def run(self) -> None:
        """Keep the report until cancelled, through outages of PostGIS and of the journal."""
        while True:
            try:
                await self._keep()
            except* (SQLAlchemyError, JournalUnavailable, JournalDamaged) as failures:
                log.warning("the report in PostGIS is put off: %s", failures.exceptions[0])
            await asyncio.sleep(TRY_AGAIN_S)

    async def _keep(self) -> None:
        with (
            closing(await asyncio.to_thread(PostgisReport, self._url, self._city)) as report,
            closing(await asyncio.to_thread(open_postgres_reader, self._url, self._city)) as journal,
        ):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._add_tracks(report))
                group.create_task(self._follow(report, journal))

    async def _follow(self, report: PostgisReport, journal: JournalReader) -> None:
        while True:
            try:
                await report.follow(journal, self._woken)
            except ReportGap as gap:
                log.warning("the report in PostGIS is built anew: %s", gap)
                await asyncio.to_thread(report.rebuild, (), self._ground)

    async def _add_tracks(self, report: PostgisReport) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            points = list(self._driven)
            self._driven.clear()
            try:
                await asyncio.to_thread(report.add_track, points)
            except SQLAlchemyError:
                self._driven.extendleft(reversed(points))
                raise


def _say_how_it_ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (failure := task.exception()) is not None:
        log.error("the report in PostGIS stands still until the next start", exc_info=failure)
