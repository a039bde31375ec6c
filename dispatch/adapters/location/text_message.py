"""Send a text message through the site's gateway: one signed POST, a short wait, and an honest answer."""

import logging
from typing import Literal, TypeAlias

import httpx
import msgspec

from dispatch.adapters.clock import Clock
from dispatch.adapters.telephony.signature import SIGNATURE_HEADER, TIME_HEADER, sign

log = logging.getLogger(__name__)
ANSWER_WITHIN_S = 3.0
Sent: TypeAlias = Literal["sent", "failed", "none"]


class TextMessages:
    """Post ``{number, text}`` to a webhook; without one nobody is told and the call-taker reads the link out."""

    def __init__(self, url: str | None, secret: str | None, clock: Clock) -> None:
        self._url, self._secret, self._clock = url, secret, clock

    async def send(self, number: str | None, text: str) -> Sent:
        """Return whether the gateway took it."""
        if self._url is None or number is None:
            return "none"
        body = msgspec.json.encode({"number": number, "text": text})
        at_ms = int(self._clock.now().timestamp() * 1000)
        head = {"Content-Type": "application/json", TIME_HEADER: str(at_ms)}
        if self._secret is not None:
            head[SIGNATURE_HEADER] = sign(self._secret, at_ms, body)
        try:
            async with httpx.AsyncClient(timeout=ANSWER_WITHIN_S, follow_redirects=False) as client:
                answer = await client.post(self._url, content=body, headers=head)
        except httpx.HTTPError as failure:
            log.warning("the text message gateway did not answer: %s", type(failure).__name__)
            return "failed"
        if answer.is_success:
            return "sent"
        log.warning("the text message gateway refused", extra={"status": answer.status_code})
        return "failed"
