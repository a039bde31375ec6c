"""What all simulated people share: they act at the minute that was drawn for them, also when that minute has passed.

A step is due at the row's own time plus a drawn delay. What is due in the past is done at once and told with its own
time, as a late report would be; so a day that "began forty minutes ago" catches up by itself, and nothing depends on
who was quicker.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dispatch.simulation.client import Client, ServerClock

LATE_S = 3.0  # what is later than this is told with its own time


def moment(written: str) -> datetime:
    """Read a time of a row."""
    return datetime.fromisoformat(written)


def is_past(clock: ServerClock, due: datetime) -> bool:
    """Say whether a minute is over for good: what was to be done then is told late."""
    return clock.now() - due > timedelta(seconds=LATE_S * clock.speed)


async def act(
    client: Client, due: datetime, slug: str, data: Mapping[str, Any], **envelope: str
) -> dict[str, Any] | None:
    """Wait for the minute and send the command; None when it was refused."""
    await client.server.clock.until(due)
    if is_past(client.server.clock, due):
        envelope["at"] = due.isoformat()
    return await client.send(slug, data, **envelope)
