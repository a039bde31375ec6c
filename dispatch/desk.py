"""The desk: the single writer of one city. Request to screen in five steps: evidence, decide, append, evolve, tell.

Deciding, numbering, enqueueing and evolving are one synchronous section, so "a unit has one assignment" is a dict
look-up. Nothing is answered or told before its batch is durable. If a batch fails, the desk refuses commands,
rebuilds from the last durable fact, and reads go on.
"""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from dispatch.command import Command
from dispatch.errors import Refused
from dispatch.evidence import gather
from dispatch.evolve import evolve
from dispatch.fact import Fact
from dispatch.fact_codec import personal_subjects
from dispatch.fact_records import draft_of, fact_of
from dispatch.flow import decide
from dispatch.flow.decision import Decision
from dispatch.ports import Fenced, Journal, JournalUnavailable, Keyring, Record, Ticket
from dispatch.rules import Rules
from dispatch.snapshot import Written, code_version, decode_city, put_to_sleep, write_city
from dispatch.sources import Sources
from dispatch.state.city import City, empty_city

SNAPSHOT_EVERY = 10_000  # facts; folding that many takes about a second
BREATH_S = 0.002  # between a few rows of a snapshot: commands go first
ANSWERS_KEPT = 4_096  # commands; far more than can be under way at once
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """Answer a command: its facts are durable."""

    seq: int
    facts: tuple[Fact, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What listeners hear, in order, once it is durable."""

    before: City
    after: City
    facts: tuple[Fact, ...]


@dataclass(slots=True)
class _Batch:
    ticket: Ticket
    told: Told
    answer: asyncio.Future[Done]


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """A command with its evidence, and what was decided of it; it holds as long as the city is the same."""

    command: Command
    city: City
    decision: Decision


class Desk:
    """Handle commands for one city; lives on one event loop."""

    def __init__(self, journal: Journal, keyring: Keyring, sources: Sources, rules: Rules) -> None:
        self._journal, self._keyring, self._sources, self._rules = journal, keyring, sources, rules
        self._pending: deque[_Batch] = deque()
        self._answers: OrderedDict[str, asyncio.Future[Done]] = OrderedDict()  # the newest; the rest is in the journal
        self._listeners: list[Callable[[Told], None]] = []
        self._ended: asyncio.Future[Fenced] = asyncio.get_running_loop().create_future()
        self.recovered = asyncio.Event()  # cleared while the journal is being reopened
        self.recovered.set()
        self._snapshot_seq = 0
        self._keeping = False
        self.city: City = empty_city()  # decided, perhaps not yet durable: only the desk itself looks at it
        self.durable: City = self.city  # what everybody else may see
        self.feed_epoch = ""
        self._rebuild()

    async def handle(self, command: Command) -> Done | Refused:
        """Answer a command once its facts are durable, or refuse it.

        Raises
        ------
        JournalUnavailable
            Nothing is known to be written; ask again with the same command id.
        """
        if command.id in self._answers:
            return await self._repeated(command.id)
        foreseen = await asyncio.to_thread(self._foreseen, command, self.city)
        if isinstance(foreseen, Done):
            return foreseen
        if command.id in self._answers:  # it came twice while we looked
            return await self._repeated(command.id)
        answer = self._decide_and_append(foreseen)
        return answer if isinstance(answer, Refused) else await asyncio.shield(answer)

    def watch(self, listener: Callable[[Told], None]) -> Callable[[], None]:
        """Tell ``listener`` everything that becomes durable from now on; returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def until_fenced(self) -> None:
        """Wait until another writer has taken this city over, and raise that: this process must end."""
        raise await self._ended

    def facts_of(self, seqs: tuple[int, ...]) -> list[Fact]:
        """Read single facts back, in order."""
        return [self._read(record) for seq in seqs for record in self._journal.read(seq - 1, 1)]

    def facts_after(self, seq: int, limit: int) -> list[Fact]:
        """Read the facts behind ``seq``."""
        return [self._read(record) for record in self._journal.read(seq, limit)]

    def save_snapshot(self) -> None:
        """Keep a snapshot of what is durable, for a quick start; blocks."""
        if self.durable.seq > self._snapshot_seq:
            self._write_snapshot(self.durable)

    async def keep_snapshot(self) -> None:
        """Keep a snapshot when the next start would have to fold many facts, beside the work that goes on."""
        city = self.durable
        if self._keeping or city.seq - self._snapshot_seq < SNAPSHOT_EVERY:
            return
        self._keeping = True
        try:
            written = await asyncio.to_thread(self._write_snapshot, city, lambda: time.sleep(BREATH_S))
        except JournalUnavailable:
            log.warning("no snapshot was kept; the next start folds more facts")
            self._snapshot_seq = city.seq  # not again at once
            return
        finally:
            self._keeping = False
        # What is durable follows by itself: the next batch continues from here.
        at_rest = self.city is self.durable
        self.city = put_to_sleep(self.city, written, self._keyring.open)
        if at_rest:
            self.durable = self.city

    def _foreseen(self, command: Command, city: City) -> Done | _Foreseen:
        """Do beside the loop what may wait for a disk: the answer of a repeat, the evidence, the keys of its words."""
        span = self._journal.outcome_of(command.id)
        if span is not None:
            return Done(span[1], tuple(self.facts_after(span[0] - 1, span[1] - span[0] + 1)), repeated=True)
        evidence = gather(command.data, city, self._sources, command.received_at, self._rules)
        if evidence is not None:
            command = replace(command, evidence=evidence)
        decision = decide(city, command, self._rules)
        if not isinstance(decision, Refused):
            self._keyring.prepare({subject for data in decision for subject in personal_subjects(data)})
        return _Foreseen(command, city, decision)

    async def _repeated(self, command_id: str) -> Done:
        return replace(await asyncio.shield(self._answers[command_id]), repeated=True)

    def _decide_and_append(self, foreseen: _Foreseen) -> asyncio.Future[Done] | Refused:
        """Decide, number, enqueue and evolve without letting anybody in between."""
        if not self.recovered.is_set():
            raise JournalUnavailable("the journal is being reopened")
        command, decision = foreseen.command, foreseen.decision
        if foreseen.city is not self.city:
            decision = decide(self.city, command, self._rules)
        if isinstance(decision, Refused):
            return decision
        before = self.city
        facts = tuple(self._fact(command, before.seq + offset, data) for offset, data in enumerate(decision, 1))
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        if not facts:
            future.set_result(Done(before.seq, ()))
            return future
        after = before
        for fact in facts:
            after = evolve(after, fact)
        drafts = [draft_of(fact, self._keyring.seal_ahead) for fact in facts]
        ticket = self._journal.append(drafts, first=self._keyring.keep)
        self.city = after
        self._pending.append(_Batch(ticket, Told(before, after, facts), future))
        self._answers[command.id] = future
        if len(self._answers) > ANSWERS_KEPT:
            self._answers.popitem(last=False)
        ticket.on_loop(self._settle)
        return future

    def _fact(self, command: Command, seq: int, data: object) -> Fact:
        return Fact(
            seq, command.at, command.received_at, command.clock, command.uncertainty_s, command.actor, command.id, data
        )

    def _settle(self) -> None:
        """Answer and tell, in journal order, everything that is durable by now."""
        while self._pending and self._pending[0].ticket.done():
            batch = self._pending.popleft()
            failure = batch.ticket.failure()
            if failure is not None:
                self._fail(batch, failure)
                return
            self.durable = batch.told.after
            batch.answer.set_result(Done(batch.told.after.seq, batch.told.facts))
            for listener in tuple(self._listeners):
                listener(batch.told)
        if self.durable.seq - self._snapshot_seq >= SNAPSHOT_EVERY and not self._keeping:
            self._snapshot = asyncio.get_running_loop().create_task(self.keep_snapshot())

    def _write_snapshot(self, city: City, breathe: Callable[[], object] = lambda: None) -> Written:
        written = write_city(city, self._keyring.seal, breathe)
        self._journal.save_snapshot(code_version(), city.seq, written.document)
        self._snapshot_seq = city.seq
        return written

    def _fail(self, batch: _Batch, failure: Exception) -> None:
        """Answer nobody, and come back only from what is durable."""
        log.error("a batch was not written: %s", failure)
        self.recovered.clear()
        for lost in (batch, *self._pending):
            lost.answer.set_exception(JournalUnavailable(str(failure)))
            lost.answer.exception()  # a sender who hung up must not leave a warning behind
        self._pending.clear()
        self._answers.clear()
        self.city = self.durable
        self._recovery = asyncio.get_running_loop().create_task(self._recover())

    async def _recover(self) -> None:
        """Reopen the journal as soon as it lets us, and rebuild from its durable head."""
        wait_s = 0.2
        while True:
            try:
                head = await asyncio.to_thread(self._journal.recover)
                break
            except Fenced as taken_over:
                self._ended.set_result(taken_over)
                return
            except JournalUnavailable:
                await asyncio.sleep(wait_s)
                wait_s = min(5.0, wait_s * 2)
        before = self.durable
        self.city = self.durable = self._folded(before)
        self.recovered.set()
        log.warning("the journal is back at fact %d", head.seq)
        if self.durable.seq != before.seq:  # facts that had been written although nobody could be told
            facts = tuple(self.facts_after(before.seq, self.durable.seq - before.seq))
            for listener in tuple(self._listeners):
                listener(Told(before, self.durable, facts))

    def _rebuild(self) -> None:
        """Fold the journal from the newest usable snapshot."""
        stored = self._journal.load_snapshot(code_version())
        city = empty_city() if stored is None else decode_city(stored[1], self._keyring.open)
        self._snapshot_seq = city.seq
        self.city = self.durable = self._folded(city)
        self.feed_epoch = f"{self.city.seq}-{self._journal.head().hash.hex()[:12]}"

    def _folded(self, city: City) -> City:
        """Return the city with every durable fact behind it folded in."""
        for record in self._journal.read(city.seq):
            city = evolve(city, self._read(record))
        return city

    def _read(self, record: Record) -> Fact:
        return fact_of(record, self._keyring.open)
