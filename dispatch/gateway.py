"""A gateway: follows the journal, evolves the same city, serves reads, pages and sockets, and asks the one desk."""

import asyncio
import logging

from fastapi import FastAPI

from dispatch.adapters.accounts.storage import AccountsUnavailable
from dispatch.adapters.clock import RunningClock
from dispatch.adapters.journal.wakeups import wake_on_news
from dispatch.adapters.live.city_follower import CityFollower
from dispatch.adapters.live.remote_desk import RemoteDesk
from dispatch.adapters.storage.local import fanout_for, sqlalchemy_url
from dispatch.adapters.storage.shared import GatewayStorage, SharedPlaces, open_gateway_storage
from dispatch.ports import JournalUnavailable, TelemetryUnavailable
from dispatch.serving import BEAT_S, Ground, Mind, every, join, start_beats

log = logging.getLogger(__name__)

TRY_AGAIN_S = 1.0


async def serve_gateway(app: FastAPI, ground: Ground) -> None:
    """Serve until cancelled; a database or a city that is not there yet is waited for."""
    settings, clock = ground.settings, RunningClock()
    journal, fanout = settings.journal or "", fanout_for(settings.redis, ground.pack.name)
    places = SharedPlaces(journal, sqlalchemy_url(settings.accounts or journal), fanout)
    try:
        kept, follower = await _opened(ground, places)
        desk = RemoteDesk(settings.desk_url, settings.gateway_secret or "", follower)
        try:
            mind = Mind(follower.city, follower.feed_epoch, desk, follower, follower.is_current)
            parts = app.state.parts = await join(ground, kept, mind, clock)
            woken = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                group.create_task(wake_on_news(fanout, woken))
                group.create_task(follower.run(woken, parts.told))
                start_beats(group, parts)
                group.create_task(every(BEAT_S, parts.erasures.look))
        finally:
            parts, app.state.parts = app.state.parts, None
            if parts is not None:
                await parts.roads.close()
            await desk.close()
            await asyncio.to_thread(kept.close)
    finally:
        await fanout.close()


async def _opened(ground: Ground, places: SharedPlaces) -> tuple[GatewayStorage, CityFollower]:
    """Open what is shared and fold the journal, again and again until both can be done."""
    said = ""
    while True:
        try:
            return await asyncio.to_thread(_open, ground, places)
        except (JournalUnavailable, TelemetryUnavailable, AccountsUnavailable) as failure:
            if str(failure) != said:
                log.warning("the city cannot be followed yet: %s", failure)
            said = str(failure)
        await asyncio.sleep(TRY_AGAIN_S)


def _open(ground: Ground, places: SharedPlaces) -> tuple[GatewayStorage, CityFollower]:
    kept = open_gateway_storage(ground.settings.data, ground.pack.name, places)
    try:
        return kept, CityFollower(kept.journal, kept.keyring)
    except BaseException:
        kept.close()
        raise
