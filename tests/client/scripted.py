"""A server that says what a case of tests/contracts/gc_v1_cases.json says, and the client library beside it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from dispatch.client.link import Device, Link
from dispatch.client.outbox import Outbox
from dispatch.protocol.waves import Wave, read_wave, wave_bytes

WITHIN_S = 60.0
PATIENT, DEVICE = "01ARYZ6S410000000000000000", "M-1"
TABLES = {"units": {"U1": {"id": "U1", "n": 1}}}
WELCOME: dict[str, Any] = {
    "version": "gc.v1", "feed_epoch": "e1", "seq": 3, "streams": {}, "caps": [], "clock_speed": 1.0,
    "limits": {"frame_bytes": 65_536, "queue": 2_000}, "server_time": "2026-11-21T06:00:00Z",
    "account": {
        "account": "crew-u1", "name": "U1", "role": "crew", "unit_id": "U1", "center_id": None,
        "expires_at": "2026-11-22T06:00:00Z",
    },
}  # fmt: skip
NACK: dict[str, Any] = {"params": {}, "text": {"zh": "不行", "en": "no"}}


class Scripted:
    """Both ends of one line: what the server hears, and the client that is held to a case."""

    def __init__(self, link: Link, outbox: Outbox, lines: "asyncio.Queue[ServerConnection]") -> None:
        self.link, self.outbox, self._lines = link, outbox, lines
        self._line: ServerConnection | None = None
        self._known: dict[str, str] = {}  # what "$steps", "$id2" stand for

    async def line(self) -> ServerConnection:
        """Return the connection of now, waiting for it."""
        if self._line is None:
            self._line = await asyncio.wait_for(self._lines.get(), WITHIN_S)
        return self._line

    async def say(self, frame: Mapping[str, Any]) -> None:
        """Send a frame, completed from the usual one of its kind."""
        usual = {"welcome": WELCOME, "nack": NACK}.get(frame["t"], {})
        whole = {
            name: value for name, value in {**usual, **self._filled(frame)}.items() if (name, value) != ("caps", None)
        }
        await (await self.line()).send(json.dumps(whole))

    async def expect(self, wanted: Mapping[str, Any]) -> None:
        """Wait for the next frame of a kind and number, and hold it against what is wanted."""
        line = await self.line()
        while True:
            raw = await asyncio.wait_for(line.recv(), WITHIN_S)
            heard = _told(read_wave(raw)) if isinstance(raw, bytes) else json.loads(raw)
            if all(heard.get(each) == wanted.get(each, heard.get(each)) for each in ("t", "seq", "first_sample")):
                break
        for name, value in wanted.items():
            if isinstance(value, str) and value.startswith("$id"):
                value = self._known.setdefault(value, heard[name])  # noqa: PLW2901 - the first sight names it
            assert heard[name] == self._filled(value), f"{name} of {heard}"

    async def begin(self, seq: int) -> None:
        """Greet, and show one unit."""
        await self.expect({"t": "hello"})
        await self.say({"t": "welcome"})
        await self.expect({"t": "subscribe"})
        await self.say({"t": "snapshot", "feed_epoch": "e1", "seq": seq, "tables": TABLES})
        await self.units(TABLES["units"])

    async def put(self, status: str) -> None:
        """Let the crew press a key."""
        body = {"kind": "ReportStatus", "data": {"unit_id": "U1", "status": status}, "entered_for": None}
        await self.link.put("steps", "command", body)

    async def wave(self, number: int) -> None:
        """Let the monitor measure half a second."""
        at = datetime(2026, 11, 21, 6, tzinfo=UTC) + timedelta(seconds=number / 2)
        head = Wave(PATIENT, 7, 12, 500, 5.0, number * 250, at, 250, b"", DEVICE)
        await self.link.put_wave(read_wave(wave_bytes(head, bytes(250 * 12 * 2))))

    async def measure(self, values: Mapping[str, float]) -> None:
        """Let the monitor read."""
        await self.link.put("vitals", "vitals", {"patient_id": PATIENT, "device_id": DEVICE, "values": dict(values)})

    async def waves_owed(self, count: int) -> None:
        """Wait until so many chunks are not durable there."""
        await self._until(lambda: self.outbox.waves_owed() == count)

    async def close(self, code: int) -> None:
        """Let the server close the line."""
        await (await self.line()).close(code)
        self._line = None

    async def units(self, rows: Mapping[str, Any]) -> None:
        """Wait until the table of units is this."""
        await self._until(lambda: self.link.feed.tables.get("units", {}) == rows)

    async def owed(self, count: int) -> None:
        """Wait until so many messages are not committed."""
        await self._until(lambda: self.outbox.owed() == count)

    async def refused(self, codes: list[str]) -> None:
        """Wait until exactly these refusals are shown."""
        await self._until(lambda: [each.code for each in self.outbox.refused()] == codes)

    async def renewed(self, _: object) -> None:
        """Wait until the stream has another name."""
        old = self._known["$steps"]
        await self._until(lambda: self.outbox.stream("steps") != old)
        self._known["$steps"] = self.outbox.stream("steps")

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not holds():  # noqa: ASYNC110 - what is waited for are many attributes, not one event
                await asyncio.sleep(0)

    def _filled(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, dict):
            return {self._filled(name): self._filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if value == "$steps":
            return self._known.setdefault("$steps", self.outbox.stream("steps"))
        return self._known.get(value, value) if isinstance(value, str) else value


def _told(wave: Wave) -> dict[str, Any]:
    """Return what a case says of a waveform chunk."""
    named = {"stream": wave.stream, "device": wave.device_id}
    return {"t": "wave", **named, "first_sample": wave.first_sample, "samples": wave.samples, "leads": wave.leads}


@asynccontextmanager
async def scripted(outbox: Outbox) -> AsyncIterator[Scripted]:
    """Run a client against a server that the test speaks for."""
    lines: asyncio.Queue[ServerConnection] = asyncio.Queue()

    async def take(connection: ServerConnection) -> None:
        lines.put_nowait(connection)
        with suppress(ConnectionClosed):
            await connection.wait_closed()

    async def ticket() -> str:
        return "T"

    async with serve(take, "127.0.0.1", 0, subprotocols=[Subprotocol("gc.v1")], compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        link = Link(f"ws://127.0.0.1:{port}/ws", ticket, Device("test", retry_s=0.01), outbox)
        running = asyncio.create_task(link.run())
        try:
            yield Scripted(link, outbox, lines)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
