"""One monitor, two tablets that send it: screens get the first one's while it is heard; everything is stored."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from dispatch.protocol.waves import Wave

# Longer than a tablet's line stumbles, shorter than the 10 s after which a wall calls what it shows late.
SILENT = timedelta(seconds=5)
SAME_READING = timedelta(milliseconds=500)  # a monitor says its values once a second

Span: TypeAlias = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Tablet:
    """Who sends: one storage of one account, and the vehicle it belongs to."""

    id: str
    unit_id: str | None


class Senders:
    """By monitor: the tablet that screens are shown, and when it was last heard. ``silent`` is on the city's clock."""

    def __init__(self, silent: timedelta) -> None:
        self._silent = silent
        self._heard: dict[str | None, tuple[Tablet, datetime]] = {}

    def take(self, device_id: str | None, tablet: Tablet, at: datetime) -> bool:
        """Note what was measured and say whether screens get it: from the first, or after its silence."""
        known = self._heard.get(device_id)
        if known is not None and known[0] != tablet and at < known[1] + self._silent:
            return False
        self._heard[device_id] = (tablet, at)
        return True

    def other_than(self, device_id: str | None, tablet: Tablet, now: datetime) -> Tablet | None:
        """Return the tablet that sends this monitor instead; None when it is this one or nobody."""
        known = self._heard.get(device_id)
        if known is None or known[0] == tablet or now >= known[1] + self._silent:
            return None
        return known[0]


def waves_once(waves: Iterable[Wave], speed: float) -> list[Wave]:
    """Leave out what an earlier stream of the same monitor has given already, chunk by chunk; oldest first in and out.

    A chunk that the others do not have for at least half its time stays: it may be the only copy. A thinned stream is
    another trace than the whole one. ``speed``: seconds of the city's clock in a real one.
    """
    streams: dict[tuple[str | None, int, int], list[Wave]] = {}
    for wave in waves:
        streams.setdefault((wave.device_id, wave.leads, wave.stream_no), []).append(wave)
    given: dict[tuple[str | None, int], list[Span]] = {}
    kept: list[Wave] = []
    for (device_id, leads, _), chunks in streams.items():
        spans = given.setdefault((device_id, leads), [])
        alone = [each for each in chunks if not _is_given(_span(each, speed), spans)]
        kept += alone
        spans += [_span(each, speed) for each in alone]
        spans.sort()
    return sorted(kept, key=lambda each: each.at)


def _span(wave: Wave, speed: float) -> Span:
    return wave.at, wave.at + timedelta(seconds=wave.samples / wave.sample_rate_hz * speed)


def _is_given(span: Span, given: list[Span]) -> bool:
    """Say whether more than half of a span lies in others, which are in order."""
    begin, end = span
    both = timedelta(0)
    for other_begin, other_end in given[max(0, bisect(given, span) - 1) :]:
        if other_begin >= end:
            break
        both += max(timedelta(0), min(end, other_end) - max(begin, other_begin))
    return both * 2 > end - begin


def readings_once(rows: Iterable[Mapping[str, Any]], speed: float) -> Iterator[Mapping[str, Any]]:
    """Leave out a reading that says the same of the same monitor at the same moment; oldest first in and out."""
    last: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        before = last.get(row["device_id"])
        if before is not None and before["values"] == row["values"] and row["at"] - before["at"] < SAME_READING * speed:
            continue
        last[row["device_id"]] = row
        yield row
