"""Keep one live socket for ever: greet, follow the tables, measure the clock, drain the outbox, come back."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from dispatch.client.clock import Anchor, better, measured
from dispatch.client.feed import Feed, Unfit, subscription, with_change, with_snapshot
from dispatch.client.outbox import Entry, Outbox
from dispatch.client.uplink import Raw, Uplink
from dispatch.protocol.frames import (
    Ack,
    Change,
    Frame,
    Hello,
    Nack,
    Ping,
    Pong,
    Said,
    Snapshot,
    Subscribe,
    Watch,
    Welcome,
    read_said,
)
from dispatch.protocol.versions import CAPABILITIES, CLOSED_VERSION, VERSIONS
from dispatch.protocol.waves import Wave

PING_EVERY_S, DEAD_AFTER_S = 5.0, 15.0
RETRY_FIRST_S, RETRY_MOST_S = 0.5, 15.0
STORE_AGAIN_S = 2.0  # a server that cannot store now is asked again after this
FRAME_MAX = 64 << 20  # a snapshot of a large city
WELCOME_UNCERTAINTY_S = 1.0

Ticket = Callable[[], Awaitable[str | None]]
Heard = Callable[[Said | bytes], None]


class VersionRefusedError(ConnectionError):
    """The server speaks none of our versions: trying again does not help."""


@dataclass(frozen=True, slots=True)
class Device:
    """Who greets; ``retry_s`` is the first pause before coming back."""

    name: str
    boot_id: str = "1"
    subscribes: bool = True
    retry_s: float = RETRY_FIRST_S


class Link:
    """One signed-in device; ``run`` until cancelled. Everything else may be called at any time on the same loop."""

    def __init__(
        self, address: str, ticket: Ticket, device: Device, outbox: Outbox | None = None, on_frame: Heard | None = None
    ) -> None:
        """``address`` is the socket's without its ticket; ``on_frame`` hears what is neither table, clock nor ack."""
        self._address, self._ticket, self._device = address, ticket, device
        self._outbox = outbox
        self._uplink: Uplink | None = None if outbox is None else Uplink(outbox)
        self.on_frame = on_frame
        self.feed = Feed()
        self.changed = asyncio.Event()  # set at every change of the tables
        self.anchor: Anchor | None = None
        self.welcome: Welcome | None = None
        self.closed_with: int | None = None  # the last closing code
        self._watched: list[str] = []
        self._socket: ClientConnection | None = None
        self._pings = 0
        self._ping_sent_s = 0.0
        self._attempt = 0
        self._draining = asyncio.Lock()  # numbers go up in order, whoever has something to send
        self._storing_again: asyncio.TimerHandle | None = None
        self._resending: asyncio.Task[None] | None = None

    @property
    def live(self) -> bool:
        """Say whether a greeted socket is open."""
        return self._socket is not None

    @property
    def uplink(self) -> Uplink:
        """What goes up; only a link with an outbox has it."""
        if self._uplink is None:
            raise TypeError("this link was made without an outbox")
        return self._uplink

    def now(self) -> datetime:
        """Return the server's time as measured; this machine's own until it has been."""
        return datetime.now(UTC) if self.anchor is None else self.anchor.now(time.monotonic())

    async def run(self) -> None:
        """Stay connected; raise ``VersionRefusedError`` when the server will never understand."""
        while True:
            with suppress(ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                await self._one_connection()
            await asyncio.sleep(self._pause_s())

    async def send(self, frame: Frame | bytes) -> bool:
        """Put a frame on the socket now; False when there is none: nothing is queued here."""
        return await self._send(frame if isinstance(frame, bytes) else msgspec.json.encode(frame).decode())

    async def watch(self, patient_ids: list[str]) -> None:
        """Say whose waveforms are wanted, now and after every reconnection."""
        self._watched = sorted(patient_ids)
        await self.send(Watch(patients=self._watched))

    async def put(self, name: str, kind: str, body: dict[str, Any], at: datetime | None = None) -> Entry:
        """Store a message under the next number of a stream; it is sent as soon as there is a line."""
        offset_ms = None if self.anchor is None else (self.now() - datetime.now(UTC)).total_seconds() * 1000
        entry = self.uplink.outbox.append(name, kind, body, at or self.now(), offset_ms)
        await self._drain()
        return entry

    async def put_wave(self, wave: Wave) -> None:
        """Make a waveform chunk durable here; it goes up with what room there is."""
        for raw in self.uplink.take_wave(wave, time.monotonic()):
            await self._send(raw)
        await self._drain()

    # ---- one connection ----

    def _pause_s(self) -> float:
        ceiling = min(RETRY_MOST_S, self._device.retry_s * float(1 << min(self._attempt, 10)))
        self._attempt += 1
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - spreads clients that come back together

    async def _one_connection(self) -> None:
        ticket = await self._ticket()
        if ticket is None:
            return
        address = f"{self._address}?ticket={ticket}"
        subprotocols = [Subprotocol(each) for each in VERSIONS]
        async with connect(
            address, subprotocols=subprotocols, max_size=FRAME_MAX, compression=None, ping_interval=None
        ) as socket:
            try:
                await self._talk(socket)
            finally:
                self._socket = None
                if self._uplink is not None:
                    self._uplink.lost()
                if self._storing_again is not None:
                    self._storing_again.cancel()
                    self._storing_again = None
                self.closed_with = socket.close_code
        if self.closed_with == CLOSED_VERSION:
            raise VersionRefusedError(f"{self._address} speaks none of {', '.join(VERSIONS)}")

    async def _talk(self, socket: ClientConnection) -> None:
        streams = [] if self._outbox is None else self._outbox.streams()
        hello = Hello(
            versions=list(VERSIONS), device=self._device.name, boot_id=self._device.boot_id,
            caps=list(CAPABILITIES), streams=streams,
        )  # fmt: skip
        await socket.send(msgspec.json.encode(hello).decode())
        pinging = asyncio.create_task(self._ping())
        try:
            while True:
                async with asyncio.timeout(DEAD_AFTER_S):
                    raw = await socket.recv()
                await self._take(raw, socket)
        except ConnectionClosed:
            return
        finally:
            pinging.cancel()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY_S)
            await self._measure()

    async def _measure(self) -> None:
        self._pings += 1
        self._ping_sent_s = time.monotonic()
        await self.send(Ping(n=self._pings, client_time=datetime.now(UTC)))

    async def _take(self, raw: Raw, socket: ClientConnection) -> None:
        frame = raw if isinstance(raw, bytes) else read_said(raw)
        match frame:
            case Welcome():
                self._socket = socket
                await self._welcomed(frame)
            case Snapshot():
                self._show(with_snapshot(frame))
            case Change():
                await self._change(frame)
            case Pong():
                self._pong(frame)
            case Ack() | Nack() if self._uplink is not None:
                await self._steered(frame)
        if frame is not None and self.on_frame is not None and not isinstance(frame, Snapshot | Change | Pong):
            self.on_frame(frame)

    async def _welcomed(self, frame: Welcome) -> None:
        self._attempt, self.welcome = 0, frame
        fresh = Anchor(frame.server_time, time.monotonic(), frame.clock_speed, WELCOME_UNCERTAINTY_S)
        self.anchor = better(self.anchor, fresh)
        await self._measure()
        if self._uplink is not None:
            self._uplink.welcomed(frame.streams, frame.caps)
        if self._device.subscribes:
            await self.send(subscription(self.feed))
        if self._watched:
            await self.send(Watch(patients=self._watched))
        await self._drain()

    async def _change(self, frame: Change) -> None:
        after = with_change(self.feed, frame)
        if after is Unfit.GAP:
            await self.send(Subscribe())
        elif isinstance(after, Feed):
            self._show(after, told=bool(frame.set or frame.drop))

    def _show(self, feed: Feed, *, told: bool = True) -> None:
        self.feed = feed
        if told:
            self.changed.set()

    def _pong(self, frame: Pong) -> None:
        if frame.n == self._pings and self.anchor is not None:
            fresh = measured(frame.server_time, self._ping_sent_s, time.monotonic(), self.anchor.speed)
            self.anchor = better(self.anchor, fresh)

    # ---- what goes up ----

    async def _steered(self, frame: Ack | Nack) -> None:
        if isinstance(frame, Ack):
            self.uplink.acked(frame)
        elif self.uplink.nacked(frame):
            self._store_later()
        await self._drain()

    def _store_later(self) -> None:
        if self._storing_again is None:
            loop = asyncio.get_running_loop()
            self._storing_again = loop.call_later(min(STORE_AGAIN_S, self._device.retry_s * 4), self._store_again)

    def _store_again(self) -> None:
        self._storing_again = None
        self.uplink.resume()
        self._resending = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        if self._uplink is None or self._socket is None:
            return
        async with self._draining:
            for raw in self._uplink.to_send(time.monotonic()):
                if not await self._send(raw):
                    return

    async def _send(self, raw: Raw) -> bool:
        if self._socket is None:
            return False
        with suppress(ConnectionClosed):
            await self._socket.send(raw)
            return True
        return False
