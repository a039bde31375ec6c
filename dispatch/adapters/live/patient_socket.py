"""Take what a tablet sends up: commands, positions, vitals, waveforms. Acknowledged means durable.

Every stream is numbered contiguously by the tablet; the telemetry store remembers how far each one is, so a repeat is
harmless and a gap is seen, also across restarts. A message that a rule refuses is remembered as dealt with, so that the
stream goes on behind it.
"""

import asyncio
import hashlib
import logging
import re
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from pydantic import ValidationError

from dispatch.adapters.http.bodies import BadFieldError, body_of, check_vital_names, command_data
from dispatch.adapters.live.outbox import Outbox
from dispatch.adapters.submission import MEASURED_S, Forbidden, HeardClock, Submission, When, entered_for
from dispatch.adapters.telemetry.measurements import Measurements
from dispatch.adapters.telemetry.sample_streams import EPOCH
from dispatch.adapters.telemetry.senders import Tablet
from dispatch.adapters.wire import encoded, moment_from, nack
from dispatch.command import BY_NAME
from dispatch.command_roles import RIGHTS
from dispatch.errors import Refused
from dispatch.ports import (
    JournalUnavailable,
    Message,
    StreamConflict,
    StreamGap,
    Telemetry,
    TelemetryUnavailable,
    Ticket,
)
from dispatch.protocol.frames import Ack, Elsewhere
from dispatch.protocol.waves import FrameError, Wave, read_wave
from dispatch.words import NO_ACCOUNT, Actor

log = logging.getLogger(__name__)

UPLINK = "uplink"  # whose "vitals" the digests of numbered messages are that are kept elsewhere or refused
IN_FLIGHT_MAX = 128  # measurements on their way to the disk at once: they share a commit
TELL_EVERY_S = 3.0  # who else has a monitor: the tablet believes it for 10 s
STREAM_MAX = 200  # characters of a stream's name
ULID_LETTERS = re.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}")  # 130 bits, of which the first two are 0
KINDS = ("command", "position", "vitals")


@dataclass(frozen=True, slots=True)
class Put:
    """One numbered message, its envelope checked."""

    stream: str
    seq: int
    id: str
    kind: str
    at: datetime
    measured: bool  # the tablet has measured the server's clock
    body: Mapping[str, Any]
    digest: bytes
    broken: str | None = None  # why it cannot be read; it is remembered as refused, so that its stream goes on


class _Stored(msgspec.Struct, frozen=True):
    """A measurement on its way to the disk; the ack follows its ticket."""

    stream: str
    seq: int  # what the tablet counts in: for a wave its first sample
    ticket: Ticket
    wave: Wave | None = None
    vitals: Put | None = None
    at: datetime | None = None  # when the vitals were measured, on our clock
    refused: Refused | None = None
    shown: bool = False  # it went on where its stream was durable to: screens need not wait for the disk


class Uplink:
    """Serve one tablet's connection; ``run`` until cancelled. The messages of a connection are taken in order.

    A measurement goes to the disk as soon as it is read; only behind a command it waits for its turn. Screens see it
    at once when it directly follows what this connection has made durable, and otherwise when it is durable itself:
    what is out of order, or a repeat, may still be refused. The ack always waits for the disk.
    """

    def __init__(  # noqa: PLR0913 - one connection and the four things it needs
        self,
        actor: Actor,
        submission: Submission,
        measurements: Measurements,
        telemetry: Telemetry,
        answer: Outbox,
        *,
        device: str,
        pending_max: int,
    ) -> None:
        self._actor = actor
        self._tablet = Tablet(f"{actor.account}/{device}", actor.unit_id)
        self._told_at = -TELL_EVERY_S  # when the tablet was told who else has its monitor
        self._submission = submission
        self._measurements = measurements
        self._telemetry = telemetry
        self._answer = answer
        self._pending_max = pending_max
        self._queue: asyncio.Queue[Put | Wave | Message | _Stored] = asyncio.Queue()
        self._acting = False
        self._in_flight: deque[_Stored] = deque()
        self._reached: dict[str, int] = {}  # by stream: the number up to which screens need not wait
        self._heard: HeardClock | None = None

    def heard(self, clock: HeardClock) -> None:
        """Note what the device's own clock says: it corrects what was never measured."""
        self._heard = clock

    def take_now(self, content: Mapping[str, Any]) -> bool:
        """Take one ``put`` if it is a measurement that waits for nothing; False, with nothing done, otherwise."""
        if content.get("kind") != "vitals" or self._is_behind():
            return False
        put = read_put(content)
        if put.broken is not None:
            return False
        self._store(put)
        return True

    def take_wave_now(self, raw: bytes) -> bool:
        """Take one waveform chunk if it waits for nothing; False, with nothing done, otherwise."""
        if self._is_behind():
            return False
        self._store(read_wave(raw))
        return True

    async def take(self, content: Mapping[str, Any]) -> None:
        """Take one ``put``; waits, and so stops reading, while too much is pending."""
        if not self.take_now(content):
            await self._line_up(read_put(content))

    async def take_wave(self, raw: bytes) -> None:
        """Take one waveform chunk."""
        if not self.take_wave_now(raw):
            await self._line_up(read_wave(raw))

    async def run(self) -> None:
        """Work through what had to wait for its turn."""
        while True:
            message = await self._queue.get()
            self._acting = True
            await self._work(message)
            self._acting = False
            self._queue.task_done()

    async def idle(self) -> None:
        """Wait until everything that was taken is answered."""
        await self._queue.join()
        await self._landed()
        await self._queue.join()  # what had to be durable before it could be shown

    async def _line_up(self, message: Put | Wave) -> None:
        if self._queue.qsize() >= self._pending_max:
            await self.idle()
        self._queue.put_nowait(message)

    def _is_behind(self) -> bool:
        """Say whether something has to be done before the next measurement."""
        return self._acting or not self._queue.empty() or len(self._in_flight) >= IN_FLIGHT_MAX

    async def _work(self, message: Put | Wave | Message | _Stored) -> None:
        if isinstance(message, _Stored):
            await message.ticket  # settled: raises what nobody expects
        elif isinstance(message, Message):
            await self._measurements.show(message)
        elif isinstance(message, Put) and (message.kind != "vitals" or message.broken is not None):
            await self._landed()
            await self._act(message)
        else:
            if len(self._in_flight) >= IN_FLIGHT_MAX:
                await self._landed()
            self._store(message)

    async def _landed(self) -> None:
        """Wait until nothing is on its way to the disk."""
        for stored in tuple(self._in_flight):
            with suppress(StreamGap, StreamConflict, TelemetryUnavailable):  # answered in ``_settle``
                await stored.ticket
        self._settle()

    async def _act(self, put: Put) -> None:
        """Do what a numbered message asks, once, and remember that it is done."""
        try:
            committed = await asyncio.to_thread(self._telemetry.committed_seq, put.stream)
        except TelemetryUnavailable as failure:
            self._refuse(put, failure)
            return
        if put.seq > committed + 1:
            self._refuse(put, StreamGap(put.stream, put.seq, committed + 1))
            return
        refused = None
        if put.seq == committed + 1:
            try:
                refused = await self._done(put)
            except JournalUnavailable:
                self._answer.offer_event(nack(put.stream, put.seq, Refused("journal_unavailable"), retry=True))
                return
        await self._remember(put, refused)

    async def _done(self, put: Put) -> Refused | None:
        if put.broken is not None:
            return Refused("frame_malformed", {"why": put.broken})
        if put.kind == "position":
            return self._measurements.position(self._actor, put.body)
        try:
            data, whom = _command(put.body)
            when = self._when(put)
            outcome = await self._submission.submit(entered_for(self._actor, whom), data, command_id=put.id, when=when)
        except BadFieldError as error:
            return Refused("bad_input", {"field": error.field, "why": error.why})
        except Forbidden as forbidden:
            return forbidden.refused
        return outcome if isinstance(outcome, Refused) else None

    async def _remember(self, put: Put, refused: Refused | None) -> None:
        """Make it durable that this number is dealt with, then say so: what was refused, and how far the stream is."""
        ticket = self._telemetry.append_vitals(UPLINK, put.stream, put.seq, put.at, put.digest)
        try:
            reached = await ticket
        except (StreamGap, StreamConflict, TelemetryUnavailable) as failure:
            self._refuse(put, failure)
            return
        if refused is not None:
            self._answer.offer_event(nack(put.stream, put.seq, refused, retry=False))
        self._say(Ack(put.stream, reached))

    def _store(self, message: Put | Wave) -> None:
        stored = self._stored_wave(message) if isinstance(message, Wave) else self._stored_vitals(message)
        if stored is None:
            return
        self._in_flight.append(stored)
        stored.ticket.on_loop(self._settle)
        if stored.shown:
            self._show(stored)

    def _goes_on(self, stream: str, seq: int) -> bool:
        """Say whether a number follows what is known of its stream, and note it."""
        if self._reached.get(stream) != seq - 1:
            return False
        self._reached[stream] = seq
        return True

    def _stored_vitals(self, put: Put) -> _Stored:
        """Send vitals to the disk; what is malformed or not this crew's is remembered as dealt with, not stored."""
        refused, when = self._wrong_vitals(put), self._when(put)
        patient_id = UPLINK if refused else str(put.body["patient_id"])
        body = put.digest if refused else _vitals_body(put, when)
        ticket = self._telemetry.append_vitals(patient_id, put.stream, put.seq, when.at, body)
        follows = self._goes_on(put.stream, put.seq)
        return _Stored(
            put.stream, put.seq, ticket, vitals=None if refused else put, at=when.at, refused=refused, shown=follows
        )

    def _when(self, put: Put) -> When:
        return self._submission.by_device(put.at, measured=put.measured, heard=self._heard)

    def _wrong_vitals(self, put: Put) -> Refused | None:
        values = put.body.get("values")
        if not isinstance(values, dict) or not isinstance(put.body.get("device_id"), str):
            return Refused("bad_input", {"field": "body", "why": "needs patient_id, device_id and values"})
        if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values.values()):
            return Refused("bad_input", {"field": "values", "why": "are numbers; leave out what is unknown"})
        try:
            check_vital_names(values, "values")
        except BadFieldError as error:
            return Refused("bad_input", {"field": error.field, "why": error.why})
        return self._measurements.not_theirs(self._actor, put.body.get("patient_id"))

    def _stored_wave(self, wave: Wave) -> _Stored | None:
        """Send a chunk to the disk; None for one that is refused: nobody else's stream waits behind it."""
        stream = f"wave/{wave.patient_id}/{wave.stream_no}"
        refused = self._measurements.not_theirs(self._actor, wave.patient_id)
        if refused is None and wave.first_sample % wave.samples:
            refused = Refused("frame_malformed", {"why": "the chunks of a stream have all the same number of samples"})
        if refused is not None:
            self._answer.offer_event(nack(stream, wave.first_sample, refused, retry=False))
            return None
        seq = wave.first_sample // wave.samples + 1
        ticket = self._telemetry.append_wave(wave.patient_id, stream, seq, wave.at, wave.raw)
        return _Stored(stream, wave.first_sample, ticket, wave=wave, shown=self._goes_on(stream, seq))

    def _settle(self) -> None:
        """Answer everything that is durable or refused by now, in order; acknowledge each stream once."""
        reached: dict[str, int] = {}
        while self._in_flight and self._in_flight[0].ticket.done():
            stored = self._in_flight.popleft()
            failure = stored.ticket.failure()
            if failure is not None:
                self._fail(stored, failure)
                continue
            if not stored.shown:
                self._show(stored)
            committed = stored.ticket.answer()
            self._reached[stored.stream] = max(committed, self._reached.get(stored.stream, 0))
            # A repeat is answered with how far the stream is; a wave is counted in samples, so it names itself.
            reached[stored.stream] = stored.seq if stored.wave else committed
            if stored.refused is not None:
                self._answer.offer_event(nack(stored.stream, stored.seq, stored.refused, retry=False))
        for stream, seq in reached.items():
            self._say(Ack(stream, seq))

    def _fail(self, stored: _Stored, failure: Exception) -> None:
        """Say why a measurement is not stored; what nobody expects is raised in its turn."""
        if not isinstance(failure, StreamGap | StreamConflict | TelemetryUnavailable):
            self._queue.put_nowait(stored)
            return
        self._reached.pop(stored.stream, None)
        self._refuse(stored, failure)

    def _show(self, stored: _Stored) -> None:
        """Let screens have it, at once or, where that must be waited for, in its turn."""
        if stored.wave is not None:
            whose = stored.wave.patient_id, stored.wave.device_id
            message = self._measurements.shown_wave(stored.wave, self._tablet)
        elif stored.vitals is not None and stored.at is not None:
            body = stored.vitals.body
            whose = patient_id, device_id = str(body["patient_id"]), str(body["device_id"])
            values = body["values"]
            message = self._measurements.shown_vitals(patient_id, stored.at, device_id, values, self._tablet)
        else:
            return
        if message is None:
            self._tell(*whose)
        elif not self._measurements.show_now(message):
            self._queue.put_nowait(message)

    def _tell(self, patient_id: str, device_id: str | None) -> None:
        """Tell the tablet, now and then, who else has the monitor whose measurements are not shown."""
        now = asyncio.get_running_loop().time()
        if now < self._told_at + TELL_EVERY_S:
            return
        self._told_at = now
        if (said := self._measurements.elsewhere(patient_id, device_id, self._tablet)) is not None:
            self._say(said)

    def _say(self, said: Ack | Elsewhere) -> None:
        self._answer.offer_event(encoded(said).decode())

    def _refuse(self, message: Put | _Stored, failure: Exception) -> None:
        refused, retry = _failure(failure)
        if refused.code == "stream_conflict":
            log.error(
                "stream conflict", extra={"stream": message.stream, "seq": message.seq, "by": self._actor.account}
            )
        self._answer.offer_event(nack(message.stream, message.seq, refused, retry=retry))


def _vitals_body(put: Put, when: When) -> bytes:
    """Return what is stored of a reading: device, values, its time as the device said it, and where that is not sure.

    The same message again makes the same bytes, for nothing of our clock is in them; another time makes others.
    """
    reading = {"device_id": put.body["device_id"], "values": put.body["values"], "device_at": put.at}
    return encoded(reading if put.measured and when.uncertainty_s <= MEASURED_S else {**reading, "sure": False})


def read_put(content: Mapping[str, Any]) -> Put:
    """Read a numbered message; raise ``FrameError`` when not even its number can be read."""
    stream, seq = content.get("stream"), content.get("seq")
    if not isinstance(stream, str) or not _names_a_stream(stream):
        raise FrameError(f"stream is <outbox_id>/<name>, at most {STREAM_MAX} characters of ASCII")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 1 <= seq < 1 << 53:
        raise FrameError("seq is a whole number from 1")
    try:
        return _checked(stream, seq, content)
    except FrameError as error:
        digest = hashlib.sha256(encoded(content)).digest()
        return Put(stream, seq, "", "", EPOCH, measured=False, body={}, digest=digest, broken=str(error))


def _names_a_stream(written: str) -> bool:
    return 3 <= len(written) <= STREAM_MAX and "/" in written and written.isascii() and written.isprintable()  # noqa: PLR2004 - "a/b"


def _checked(stream: str, seq: int, content: Mapping[str, Any]) -> Put:
    put_id, kind, body = content.get("id"), content.get("kind"), content.get("body")
    if not isinstance(put_id, str) or ULID_LETTERS.fullmatch(put_id) is None:
        raise FrameError("id is a ULID")
    if kind not in KINDS:
        raise FrameError(f"kind is one of {', '.join(KINDS)}")
    if not isinstance(body, dict):
        raise FrameError("body is an object")
    at = moment_from(content, "at")
    digest = hashlib.sha256(encoded([put_id, kind, body])).digest()
    return Put(stream, seq, put_id, kind, at, content.get("clock_offset_ms") is not None, body, digest)


def _command(body: Mapping[str, Any]) -> tuple[Any, str | None]:
    kind = BY_NAME.get(str(body.get("kind")))
    if kind is None or RIGHTS[kind] <= NO_ACCOUNT:
        raise BadFieldError("kind", "is no command")
    whom = body.get("entered_for")
    if whom is not None and not (isinstance(whom, str) and whom):
        raise BadFieldError("entered_for", "is a name or null")
    try:
        return command_data(kind, body_of(kind).model_validate(body.get("data"))), whom
    except ValidationError as error:
        first = error.errors()[0]
        raise BadFieldError(".".join(map(str, ("data", *first["loc"]))), first["msg"]) from error


def _failure(failure: Exception) -> tuple[Refused, bool]:
    if isinstance(failure, StreamGap):
        return Refused("stream_gap", {"expected_seq": failure.expected_seq}), True
    if isinstance(failure, StreamConflict):
        return Refused("stream_conflict"), False
    return Refused("telemetry_unavailable"), True
