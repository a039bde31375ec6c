"""Post one signed document to another system: a short wait, and an honest answer."""

import logging

import httpx

from dispatch.adapters.clock import Clock
from dispatch.adapters.telephony.signature import SIGNATURE_HEADER, TIME_HEADER, sign

log = logging.getLogger(__name__)
ANSWER_WITHIN_S = 3.0


async def post_signed(url: str, secret: str | None, body: bytes, clock: Clock, whom: str) -> bool:
    """Return whether the other side took it; ``whom`` names it in the log."""
    at_ms = int(clock.now().timestamp() * 1000)
    head = {"Content-Type": "application/json", TIME_HEADER: str(at_ms)}
    if secret is not None:
        head[SIGNATURE_HEADER] = sign(secret, at_ms, body)
    try:
        async with httpx.AsyncClient(timeout=ANSWER_WITHIN_S, follow_redirects=False) as client:
            answer = await client.post(url, content=body, headers=head)
    except httpx.HTTPError as failure:
        log.warning("%s did not answer: %s", whom, type(failure).__name__)
        return False
    if not answer.is_success:
        log.warning("%s refused", whom, extra={"status": answer.status_code})
    return answer.is_success
