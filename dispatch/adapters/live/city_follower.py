"""Follow a city's journal from a gateway: the same facts, the same state, the same views, a moment later."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from dispatch.adapters.journal.follow import follow
from dispatch.desk import Told
from dispatch.evolve import evolve
from dispatch.fact import Fact
from dispatch.fact_records import fact_of
from dispatch.ports import JournalDamaged, JournalReader, JournalUnavailable, Record
from dispatch.snapshot import code_version, decode_city
from dispatch.state.city import City, empty_city

log = logging.getLogger(__name__)

TRY_AGAIN_S = 1.0  # while the database is away
CURRENT_S = 10.0  # the journal is looked at every second; this long without it, others serve better


class Opens(Protocol):
    """The half of a keyring that a reader needs."""

    def open(self, token: str) -> str | None:
        """Return the words, None when their subject was erased."""
        ...


class CityFollower:
    """Fold the journal, and tell every page of news as the desk tells its own."""

    def __init__(self, journal: JournalReader, keyring: Opens) -> None:
        self._journal = journal
        self._keyring = keyring
        self._moved = asyncio.Condition()
        self._looked_s = time.monotonic()
        stored = journal.load_snapshot(code_version())
        city = empty_city() if stored is None else decode_city(stored[1], keyring.open)
        for record in journal.read(city.seq):
            city = evolve(city, self._fact(record))
        self.city: City = city
        self.feed_epoch = f"{city.seq}-{journal.head().hash.hex()[:12]}"

    async def run(self, woken: asyncio.Event, listener: Callable[[Told], None]) -> None:
        """Tell ``listener`` what becomes durable, without end; a database that is away is asked again."""
        while True:
            try:
                async for records in follow(self._journal, self.city.seq, woken, looked=self._looked):
                    await self._take(records, listener)
            except (JournalDamaged, JournalUnavailable) as failure:
                log.warning("behind fact %d the journal cannot be followed: %s", self.city.seq, failure)
                await asyncio.sleep(TRY_AGAIN_S)

    def is_current(self) -> bool:
        """Say whether the journal was looked at a moment ago: what is shown is what is true."""
        return time.monotonic() - self._looked_s < CURRENT_S

    def _looked(self) -> None:
        self._looked_s = time.monotonic()

    async def _take(self, records: list[Record], listener: Callable[[Told], None]) -> None:
        facts = await asyncio.to_thread(self._facts, records)
        before = self.city
        for fact in facts:
            self.city = evolve(self.city, fact)
        listener(Told(before, self.city, tuple(facts)))
        async with self._moved:
            self._moved.notify_all()

    async def reaches(self, seq: int, within_s: float) -> bool:
        """Wait until this gateway has seen a fact, so that its clients read what they wrote."""
        try:
            async with asyncio.timeout(within_s), self._moved:
                await self._moved.wait_for(lambda: self.city.seq >= seq)
        except TimeoutError:
            return False
        return True

    def facts_of(self, seqs: tuple[int, ...]) -> list[Fact]:
        """Read single facts back, in order; blocks."""
        return [self._fact(record) for seq in seqs for record in self._journal.read(seq - 1, 1)]

    def facts_between(self, first: int, last: int) -> list[Fact]:
        """Read consecutive facts; blocks."""
        return [self._fact(record) for record in self._journal.read(first - 1, last - first + 1)]

    def _facts(self, records: list[Record]) -> list[Fact]:
        return [self._fact(record) for record in records]

    def _fact(self, record: Record) -> Fact:
        return fact_of(record, self._keyring.open)
