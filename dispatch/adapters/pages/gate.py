"""Let in whoever holds the token of a page: nobody who guesses, nobody too often, and no second device.

A right token is let in however many wrong ones came from its address: a town's callers share one behind a carrier's
NAT, and a flood of guesses there must not shut the page of somebody who needs help. 128 bits are not guessed.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from fastapi import Request

from dispatch.adapters.http.guards import RefusedError
from dispatch.adapters.pages.one_time import token_hash
from dispatch.adapters.pages.pace import Pace
from dispatch.adapters.parts import Parts
from dispatch.errors import Refused
from dispatch.state.incident import IncidentPhase

WRONG_TOKENS, WRONG_WITHIN_S = 30, 60.0  # from one address
ASKED_MOST, ASKED_WITHIN_S = 60, 10.0  # by one page, which polls every few seconds and streams every three


class SentLink(Protocol):
    """A link to one page of one incident."""

    @property
    def id(self) -> str:
        """Name the link."""

    @property
    def incident_id(self) -> str:
        """Name its incident."""

    @property
    def device_hash(self) -> str | None:
        """Return whose browser opened it, None when none has."""

    def is_valid(self, now: datetime) -> bool:
        """Say whether it still counts."""


L = TypeVar("L", bound=SentLink)


class PageGate:
    """One kind of page: its wrong tokens and its askings are counted apart from every other's."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wrong = Pace(WRONG_TOKENS, WRONG_WITHIN_S, monotonic)
        self._asked = Pace(ASKED_MOST, ASKED_WITHIN_S, monotonic)

    def wrong(self, request: Request, token: str, code: str) -> RefusedError:
        """Count a wrong token, and return what to say to it; raise when there is none, or after too many."""
        if not token:
            raise RefusedError(401, Refused("not_signed_in"))
        address = _address(request)
        _wait(self._wrong.wait_s(address))
        self._wrong.count(address)
        return RefusedError(404, Refused(code))

    def open_for(self, request: Request, parts: Parts, token: str, link: L | None) -> L:
        """Return the link that the token named, if it still counts and nobody else has opened it."""
        if link is None:
            raise self.wrong(request, token, "link.unknown")
        _wait(self._asked.wait_s(link.id))
        self._asked.count(link.id)
        if link.device_hash is not None and link.device_hash != device_of(request):
            raise RefusedError(409, Refused("link.opened_elsewhere"))
        closed = parts.feed.city.incidents[link.incident_id].phase is IncidentPhase.CLOSED
        if closed or not link.is_valid(parts.clock.now()):
            raise RefusedError(410, Refused("link.over"))
        return link


def device_of(request: Request) -> str:
    """Return the hash of what the page's browser has made up for itself."""
    return token_hash(request.headers.get("x-link-device", "")[:200])


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _wait(wait_s: int) -> None:
    if wait_s > 0:
        raise RefusedError(429, Refused("link.too_fast", {"wait_s": wait_s}))
