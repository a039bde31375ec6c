"""Carry notices to 110, 119 and 122: a signed POST, tried again with growing waits, and its fate told to the desk.

What is to be sent is read from the city, so that a restart forgets nothing; the same notice always has the same id.
Without a webhook the phone task alone remains, and the notice says at once that nothing went out.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from dispatch.adapters.clock import Clock
from dispatch.adapters.signed_post import post_signed
from dispatch.commands.scene import ReportNotice
from dispatch.rules import Rules
from dispatch.state.city import City
from dispatch.state.incident import Incident
from dispatch.state.scene import Notice, NoticePhase, StagingPhase


@dataclass(frozen=True, slots=True)
class _Tried:
    attempts: int
    again_at: datetime


class ServiceNotices:
    """Send every notice that is being told; ``tell`` brings the answer to the desk."""

    def __init__(
        self,
        hook: tuple[str | None, str | None],
        rules: Rules,
        clock: Clock,
        tell: Callable[[ReportNotice], Awaitable[object]],
    ) -> None:
        self._url, self._secret = hook
        self._rules, self._clock, self._tell = rules, clock, tell
        self._tried: dict[str, _Tried] = {}

    async def look(self, city: City) -> None:
        """Try what is due now, side by side; forget what somebody confirmed meanwhile."""
        told = {
            notice_id(incident, notice): (incident, notice)
            for incident in (city.incidents[each] for each in sorted(city.open_incidents))
            for notice in incident.notices.values()
            if notice.phase is NoticePhase.TOLD
        }
        self._tried = {each: tried for each, tried in self._tried.items() if each in told}
        now = self._clock.now()
        due = [each for each in told if each not in self._tried or self._tried[each].again_at <= now]
        await asyncio.gather(*(self._try(each, *told[each]) for each in due))

    async def _try(self, key: str, incident: Incident, notice: Notice) -> None:
        if self._url is None:
            await self._tell(ReportNotice(incident.id, notice.service, delivered=False, attempts=0))
            return
        attempts = self._tried[key].attempts + 1 if key in self._tried else 1
        document = notice_document(incident, notice)
        whom = f"the webhook for {notice.service}"
        if await post_signed(self._url, self._secret, msgspec.json.encode(document), self._clock, whom):
            await self._tell(ReportNotice(incident.id, notice.service, delivered=True, attempts=attempts))
        elif attempts >= self._rules.service_attempts:
            await self._tell(ReportNotice(incident.id, notice.service, delivered=False, attempts=attempts))
        wait = timedelta(seconds=self._rules.service_retry_s * 2 ** (attempts - 1))
        self._tried[key] = _Tried(attempts, self._clock.now() + wait)


def notice_id(incident: Incident, notice: Notice) -> str:
    """Name one telling of one service: the receiver takes a repeat for the same."""
    return f"{incident.id}/{notice.service}/{notice.told_at.isoformat()}"


def notice_document(incident: Incident, notice: Notice) -> dict[str, object]:
    """Return what a service must know and no more: where (WGS-84), what danger, and how far our crews stand off.

    Neither the caller's number nor anybody's name or findings.
    """
    staging = incident.staging
    staged = staging is not None and staging.phase is StagingPhase.STAGED
    return {
        "id": notice_id(incident, notice),
        "service": notice.service,
        "incident": incident.number,
        "told_at": notice.told_at,
        "place": incident.place,
        "words": incident.words,
        "dangers": notice.flags,
        "people": len(incident.patient_ids),
        "crews_stand_off_m": staging.distance_m if staging is not None and staged else None,
    }
