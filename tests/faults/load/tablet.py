"""A crew's tablet as a load: a persistent outbox, resent after every loss until it is acknowledged.

It puts notes (commands), vitals and ECG waves on numbered streams and uploads diagnostic ECGs. What it was told goes
into the ledger; nothing else does.
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
from ulid import ULID
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from dispatch.protocol.waves import Wave, wave_bytes
from tests.adapters.serving import CREW, Client
from tests.faults.load.ledger import Ledger
from tests.faults.load.pace import pace

TICK_S = 0.02
RETRY_S = 0.05
WINDOW = 100  # unacknowledged messages of one stream on their way at once; the rest waits in the outbox
FILLS_TO_A_NOTE = 10  # the route that lists an incident's facts gives the newest 2,000
SAMPLES = 25  # of one wave chunk, one lead at 100 Hz
BROKEN = (OSError, ConnectionClosed, InvalidHandshake, httpx.HTTPError, TimeoutError)


@dataclass(frozen=True, slots=True)
class OnBoard:
    """One crew with one patient."""

    account: str
    unit_id: str
    incident_id: str
    patient_id: str
    device_id: str


def on_board(seat: Client, crew: Client) -> OnBoard:
    """Bring a crew to a patient and bind its monitor, over HTTP."""
    unit_id = crew.account["unit_id"]
    crew.done("sign-on", unit_id=unit_id, crew=CREW)
    ids = seat.call()
    seat.done("assign-unit", incident_id=ids["incident_id"], unit_id=unit_id)
    for status in ("accepted", "en_route", "on_scene", "at_patient"):
        crew.done("report-status", unit_id=unit_id, status=status)
    device_id = f"M-{unit_id}"
    crew.done("bind-monitor", patient_id=ids["patient_id"], device_id=device_id)
    return OnBoard(crew.account["account"], unit_id, ids["incident_id"], ids["patient_id"], device_id)


@dataclass(slots=True)
class Stream:
    """One numbered stream: what is not acknowledged yet, and how much of it this connection has sent."""

    name: str
    waiting: dict[int, tuple[str | bytes, Callable[[], None]]] = field(default_factory=dict)
    last: int = 0
    sent: int = 0
    step: int = 1  # what the numbers count: messages, or samples of a wave chunk

    def add(self, frame: str | bytes, told: Callable[[], None]) -> None:
        """Keep a message until it is acknowledged; ``told`` runs then."""
        self.last += 1
        self.waiting[self.last] = (frame, told)

    def unsent(self) -> Iterator[str | bytes]:
        """Yield what this connection has not sent, within the window."""
        for seq in list(self.waiting)[:WINDOW]:
            if seq > self.sent:
                self.sent = seq
                yield self.waiting[seq][0]

    def reached(self, seq: int) -> None:
        """Take everything up to a number as acknowledged."""
        for done in [each for each in self.waiting if each <= seq]:
            self.waiting.pop(done)[1]()


class Tablet:
    """One tablet. ``live`` until cancelled; it makes new messages only while ``filling``."""

    def __init__(self, url: str, whom: OnBoard, ledger: Ledger, *, seed: int = 0, password: str = "demo") -> None:  # noqa: S107 - the demo's
        self.whom, self.ledger, self.filling, self.uploading = whom, ledger, True, True
        self.skew = timedelta()
        self._url, self._password, self._random = url, password, Random(seed)
        self._http = httpx.AsyncClient(base_url=url, timeout=10.0)
        outbox_id, self._wave_no = ULID(), self._random.randrange(1, 1 << 32)
        self._notes, self._vitals = Stream(f"{outbox_id}/steps"), Stream(f"{outbox_id}/vitals")
        self._waves = Stream(f"wave/{whom.patient_id}/{self._wave_no}", step=SAMPLES)
        self._streams = {each.name: each for each in (self._notes, self._vitals, self._waves)}
        self._held_until = 0.0
        self._token = ""

    @property
    def waiting(self) -> int:
        """Count what nobody has acknowledged yet."""
        return sum(len(each.waiting) for each in self._streams.values())

    async def live(self) -> None:
        """Stay connected, and come back after every loss."""
        async with self._http, asyncio.TaskGroup() as group:
            if self.uploading:
                group.create_task(self._upload())
            while True:
                with suppress(*BROKEN):
                    await self._one_connection()
                await pace(RETRY_S)

    def fill(self, at: datetime | None = None) -> None:
        """Put a reading and a wave chunk into the outbox, as of a time, and now and then a note."""
        at = (at or datetime.now(UTC)) + self.skew
        if self._vitals.last % FILLS_TO_A_NOTE == 0:
            self._fill_note(at)
        values = {"hr": self._random.randrange(50, 150), "spo2": self._random.randrange(90, 100)}
        body = {"patient_id": self.whom.patient_id, "device_id": self.whom.device_id, "values": values}
        self._vitals.add(
            self._put(self._vitals, "vitals", at, body), lambda: self.ledger.vitals[self.whom.patient_id].add(at)
        )
        first, samples = self._waves.last * SAMPLES, self._random.randbytes(2 * SAMPLES)
        head = Wave(self.whom.patient_id, self._wave_no, 1, 100, 5.0, first, at, SAMPLES, b"", self.whom.device_id)
        raw = wave_bytes(head, samples)
        kept = self.ledger.waves[self.whom.patient_id, self._wave_no]
        self._waves.add(raw, lambda: kept.__setitem__(first, raw))

    def _fill_note(self, at: datetime) -> None:
        words = f"{self._notes.name} {self._notes.last}"
        note = {"kind": "WriteNote", "data": {"incident_id": self.whom.incident_id, "text": words}, "entered_for": None}
        self._notes.add(self._put(self._notes, "command", at, note), lambda: self._told_note(words))

    def _told_note(self, words: str) -> None:
        self.ledger.notes[self.whom.incident_id].add(words)
        self.ledger.told()

    def _put(self, stream: Stream, kind: str, at: datetime, body: dict[str, Any]) -> str:
        head = {"t": "put", "stream": stream.name, "seq": stream.last + 1, "id": str(ULID()), "kind": kind}
        return json.dumps({**head, "at": at.isoformat(), "clock_offset_ms": 0, "body": body})

    async def _one_connection(self) -> None:
        answer = await self._ask("POST", "/api/ticket")
        address = f"{self._url.replace('http', 'ws', 1)}/ws?ticket={answer.json()['ticket']}"
        async with connect(
            address, subprotocols=[Subprotocol("gc.v1")], max_size=None, compression=None, open_timeout=5
        ) as live:
            names = [self._notes.name, self._vitals.name]
            hello = {"t": "hello", "versions": ["gc.v1"], "device": self.whom.account, "boot_id": "1", "streams": names}
            await live.send(json.dumps(hello))
            async with asyncio.timeout(10):
                self._take(json.loads(await live.recv()))
            for stream in self._streams.values():
                stream.sent = 0
            reading = asyncio.create_task(self._read(live))
            try:
                while not reading.done():
                    if self.filling:
                        self.fill()
                    await self._send(live)
                    await asyncio.wait([reading], timeout=TICK_S)
            finally:
                reading.cancel()
                await asyncio.wait([reading])

    async def _send(self, live: ClientConnection) -> None:
        if asyncio.get_running_loop().time() < self._held_until:
            return
        for stream in self._streams.values():
            for frame in stream.unsent():
                await live.send(frame)

    async def _read(self, live: ClientConnection) -> None:
        with suppress(*BROKEN):
            async for frame in live:
                if isinstance(frame, str):
                    self._take(json.loads(frame))

    def _take(self, said: dict[str, Any]) -> None:
        if said["t"] == "welcome":
            for name, seq in said["streams"].items():
                self._streams[name].reached(seq)
        elif said["t"] == "ack":
            stream = self._streams[said["stream"]]
            stream.reached(said["seq"] // stream.step + (stream.step > 1))
        elif said["t"] == "nack" and said["retry"]:
            self._streams[said["stream"]].sent = 0
            self._held_until = asyncio.get_running_loop().time() + RETRY_S
        elif said["t"] == "nack":
            self.ledger.refused.append(json.dumps(said, ensure_ascii=False))

    async def _upload(self) -> None:
        """Upload diagnostic ECGs one after another, each until it is acknowledged."""
        head = {"X-Sample-Rate-Hz": "500", "X-Leads": "II", "X-Uv-Per-Lsb": "5"}
        for number in itertools.count():
            ecg_id, samples = f"E{number}", self._random.randbytes(2_000)
            path = f"/api/patients/{self.whom.patient_id}/ecgs/{ecg_id}"
            while not await self._uploaded(path, samples, head):
                await pace(RETRY_S)
            self.ledger.ecgs[self.whom.patient_id, ecg_id] = samples
            await pace(10 * TICK_S)

    async def _uploaded(self, path: str, samples: bytes, head: dict[str, str]) -> bool:
        try:
            await self._ask("PUT", path, content=samples, headers=head)
        except httpx.HTTPStatusError as refused:
            if refused.response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                self.ledger.refused.append(f"ECG: {refused.response.status_code} {refused.response.text}")
            return False
        except httpx.TransportError:
            return False
        return True

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's options
        if not self._token:
            await self._sign_in()
        headers = {"Authorization": f"Bearer {self._token}", **more.pop("headers", {})}
        answer = await self._http.request(method, path, headers=headers, **more)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = ""
        return answer.raise_for_status()

    async def _sign_in(self) -> None:
        body = {"account": self.whom.account, "password": self._password}
        answer = await self._http.post("/api/session", json=body)
        self._http.cookies.clear()
        self._token = answer.raise_for_status().json()["token"]
