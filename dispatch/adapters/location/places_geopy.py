"""Ask an online geocoder beside a call, never on its way: a hard limit of time, a breaker, a cache, off by default."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence

from geopy.exc import GeopyError

from dispatch.adapters.location.geocoders import PROVIDERS, geocoder, located
from dispatch.ports import OnlinePlace
from geo.datum import to_wgs84
from geo.point import BadPoint, checked_point

log = logging.getLogger(__name__)
ANSWER_WITHIN_S = 1.5
FAILURES_MOST, REST_S = 3, 60.0  # so many failures in a row, then nobody asks for a minute
KEPT, KEPT_S = 1_000, 86_400.0  # answers, for a day
AT_ONCE = 4  # questions; more wait for nobody and get nothing


class GeopyPlaces:
    """One provider, through geopy, in threads."""

    def __init__(self, name: str, key: str, base_url: str | None, monotonic: Callable[[], float]) -> None:
        self.provider: str | None = name
        self._name, self._datum = name, PROVIDERS[name].datum
        self._geocoder = geocoder(name, key, base_url, ANSWER_WITHIN_S)
        self._monotonic = monotonic
        self._kept: OrderedDict[str, tuple[float, tuple[OnlinePlace, ...]]] = OrderedDict()
        self._failures, self._rests_until = 0, 0.0
        self._asking = 0

    async def find(self, words: str) -> Sequence[OnlinePlace]:
        """Return what the provider knows; nothing when it is slow, broken or resting."""
        now, asked = self._monotonic(), words.strip()
        kept = self._kept.get(asked)
        if kept is not None and now - kept[0] < KEPT_S:
            return kept[1]
        if not asked or now < self._rests_until or self._asking >= AT_ONCE:
            return ()
        self._asking += 1
        thread = asyncio.ensure_future(asyncio.to_thread(self._ask, asked))
        thread.add_done_callback(self._asked)
        try:
            found = await asyncio.wait_for(asyncio.shield(thread), ANSWER_WITHIN_S)
        except (GeopyError, TimeoutError, BadPoint, KeyError, ValueError, TypeError) as failure:
            self._failed(failure)
            return ()
        self._failures = 0
        self._kept[asked] = (now, found)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _asked(self, thread: "asyncio.Future[tuple[OnlinePlace, ...]]") -> None:
        """Give the seat back only when the thread has ended, however long nobody has waited for it."""
        self._asking -= 1
        if not thread.cancelled():
            thread.exception()  # whoever waited has told it

    def _ask(self, words: str) -> tuple[OnlinePlace, ...]:
        found = []
        for row in located(self._name, self._geocoder, words, ANSWER_WITHIN_S):
            point = to_wgs84(checked_point(row.longitude, row.latitude), self._datum)
            # Baidu names the kind of place where others give its address.
            name = words if self._name == "baidu" else (row.address or words)
            found.append(OnlinePlace(name, point.lon, point.lat, self._name))
        return tuple(found)

    def _failed(self, failure: Exception) -> None:
        self._failures += 1
        log.warning("%s did not answer: %s", self._name, type(failure).__name__)
        if self._failures >= FAILURES_MOST:
            self._failures, self._rests_until = 0, self._monotonic() + REST_S
