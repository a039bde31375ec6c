"""Hold what waits for one socket: events that are never dropped, and telemetry that may be.

Not thread-safe: everything happens on the event loop. A slow reader costs bounded memory and nobody else anything.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from dispatch.adapters.wire import frame


class Telemetry(Enum):
    """How a telemetry message may be lost."""

    LATEST = auto()  # positions, vitals, ETAs: a newer one comes anyway
    WAVE = auto()  # stored, so the page can fetch what it is told that it missed


@dataclass(frozen=True, slots=True)
class _Queued:
    content: str | bytes
    kind: Telemetry
    patient_id: str | None = None
    first_sample: int = 0
    next_sample: int = 0


class Outbox:
    """Two bounded queues; ``overflow`` is called once when the events no longer fit."""

    def __init__(
        self,
        overflow: Callable[[], None],
        *,
        events_max: int,
        events_bytes_max: int,
        telemetry_max: int,
        write_now: Callable[[str | bytes], bool] | None = None,
    ) -> None:
        self._overflow = overflow
        self._write_now = write_now
        self._events_max = events_max
        self._events_bytes_max = events_bytes_max
        self._telemetry_max = telemetry_max
        self._events: deque[str] = deque()
        self._events_bytes = 0
        self._telemetry: deque[_Queued] = deque()
        self._gaps: dict[str, tuple[int, int]] = {}
        self._closed = False
        self._hungry: asyncio.Future[None] | None = None  # an event would cost each connection a kilobyte
        self.dropped_latest = False  # positions were lost: the owner sends all of them again

    @property
    def waiting(self) -> int:
        """Count what is queued."""
        return len(self._events) + len(self._gaps) + len(self._telemetry)

    def offer_event(self, text: str) -> None:
        """Queue an event, or give up on this reader: events are never dropped."""
        if self._closed or self._is_written(text):
            return
        # One large frame (a snapshot) always fits into an empty queue.
        full = self._events and self._events_bytes + len(text) > self._events_bytes_max
        if full or len(self._events) >= self._events_max:
            self.close()
            self._overflow()
            return
        self._events.append(text)
        self._events_bytes += len(text)
        self._feed()

    def offer_latest(self, text: str) -> None:
        """Queue telemetry of which only the newest matters."""
        if not self._closed and not self._is_written(text):
            self._queue(_Queued(text, Telemetry.LATEST))

    def offer_wave(self, raw: bytes, patient_id: str, first_sample: int, next_sample: int) -> None:
        """Queue a waveform chunk; what is dropped instead is named to the reader as a gap."""
        if not self._closed and not self._is_written(raw):
            self._queue(_Queued(raw, Telemetry.WAVE, patient_id, first_sample, next_sample))

    async def take(self) -> str | bytes:
        """Return what goes out next: events before gaps before telemetry."""
        while True:
            if self._events:
                text = self._events.popleft()
                self._events_bytes -= len(text)
                return text
            if self._gaps:
                patient_id, (start, end) = self._gaps.popitem()
                return frame("gap", what="wave", patient_id=patient_id, **{"from": start, "to": end})
            if self._telemetry:
                return self._telemetry.popleft().content
            self._hungry = asyncio.get_running_loop().create_future()
            try:
                await self._hungry
            finally:
                self._hungry = None

    def close(self) -> None:
        """Take nothing more and forget what waits."""
        self._closed = True
        self._events.clear()
        self._telemetry.clear()
        self._gaps.clear()

    def _is_written(self, content: str | bytes) -> bool:
        """Write past the queues when they are empty and whoever takes from them waits: then nothing is overtaken."""
        if self._write_now is None or self._hungry is None or self._hungry.done():
            return False
        return self._write_now(content)

    def _queue(self, queued: _Queued) -> None:
        if len(self._telemetry) >= self._telemetry_max:
            self._drop_one()
        self._telemetry.append(queued)
        self._feed()

    def _feed(self) -> None:
        if self._hungry is not None and not self._hungry.done():
            self._hungry.set_result(None)

    def _drop_one(self) -> None:
        """Drop the oldest wave; without any, the oldest of the others."""
        index = next((i for i, each in enumerate(self._telemetry) if each.kind is Telemetry.WAVE), 0)
        gone = self._telemetry[index]
        del self._telemetry[index]
        if gone.patient_id is None:
            self.dropped_latest = True
            return
        start, end = self._gaps.get(gone.patient_id, (gone.first_sample, gone.next_sample))
        self._gaps[gone.patient_id] = (min(start, gone.first_sample), max(end, gone.next_sample))
