"""Post one signed document to another system: a short wait, and an honest answer."""

import asyncio
import logging

import httpx

from dispatch.adapters.clock import Clock
from dispatch.adapters.telephony.signature import SIGNATURE_HEADER, TIME_HEADER, sign

log = logging.getLogger(__name__)
ANSWER_WITHIN_S = 3.0


async def post_signed(url: str, secret: str | None, body: bytes, clock: Clock, whom: str) -> bool:
    """Return whether the other side took it; ``whom`` names it in the log.

    The wait is for the whole answer: one that drips in byte by byte is no answer.
    """
    at_ms = int(clock.now().timestamp() * 1000)
    head = {"Content-Type": "application/json", TIME_HEADER: str(at_ms)}
    if secret is not None:
        head[SIGNATURE_HEADER] = sign(secret, at_ms, body)
    try:
        async with (
            asyncio.timeout(ANSWER_WITHIN_S),
            httpx.AsyncClient(timeout=ANSWER_WITHIN_S, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=head) as answer,
        ):
            taken = answer.is_success
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as failure:
        log.warning("%s did not answer: %s", whom, type(failure).__name__)
        return False
    if not taken:
        log.warning("%s refused", whom, extra={"status": answer.status_code})
    return taken
