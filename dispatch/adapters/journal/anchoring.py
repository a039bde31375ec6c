"""Anchor the head of the journal to a file that lies elsewhere, once a day: a history written anew then shows."""

import asyncio
import logging
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.adapters.clock import Clock
from dispatch.adapters.journal.audit import ANCHOR_LINE, anchor
from dispatch.ports import JournalReader, JournalUnavailable

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LOOK_EVERY_S: Final = 60.0  # real seconds: the first minute of a day is soon enough
log = logging.getLogger(__name__)


class DailyAnchor:
    """Append one line for each day of the city; a file that cannot be written stops nobody and is tried again."""

    def __init__(self, path: Path, journal: JournalReader, clock: Clock) -> None:
        self._path, self._journal, self._clock = path, journal, clock
        self._done: date | None = None

    async def run(self) -> None:
        """Look every minute until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self) -> bool:
        """Anchor the head unless this day has its line; say whether one was written."""
        now = self._clock.now()
        today = now.astimezone(SHANGHAI).date()
        if self._done is None:
            self._done = last_day(self._path)
        if self._done == today:
            return False
        try:
            head = self._journal.head()
            anchor(self._path, head, now)
        except (OSError, JournalUnavailable) as failure:
            log.warning("the journal's head was not anchored to %s and will be tried again: %s", self._path, failure)
            return False
        if head.seq == 0:
            return False
        self._done = today
        return True


def last_day(path: Path) -> date | None:
    """Return the day of the newest anchor; None when there is none that can be read."""
    with suppress(OSError, UnicodeDecodeError):
        lines = path.read_text(encoding="ascii").splitlines()
        match = ANCHOR_LINE.fullmatch(lines[-1]) if lines else None
        if match is not None:
            with suppress(ValueError):
                return datetime.fromisoformat(match["at"]).astimezone(SHANGHAI).date()
    return None
