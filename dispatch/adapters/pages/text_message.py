"""Send a text message through the site's gateway: one signed POST, a short wait, and an honest answer."""

from typing import Literal, TypeAlias

import msgspec

from dispatch.adapters.clock import Clock
from dispatch.adapters.signed_post import post_signed

Sent: TypeAlias = Literal["sent", "failed", "none"]


class TextMessages:
    """Post ``{number, text}`` to a webhook; without one nobody is told and the call-taker reads the link out."""

    def __init__(self, url: str | None, secret: str | None, clock: Clock) -> None:
        self._url, self._secret, self._clock = url, secret, clock

    @property
    def is_there(self) -> bool:
        """Say whether this site can send any."""
        return self._url is not None

    async def send(self, number: str | None, text: str) -> Sent:
        """Return whether the gateway took it."""
        if self._url is None or number is None:
            return "none"
        body = msgspec.json.encode({"number": number, "text": text})
        taken = await post_signed(self._url, self._secret, body, self._clock, "the text message gateway")
        return "sent" if taken else "failed"
