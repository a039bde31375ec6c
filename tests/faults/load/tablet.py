"""A crew's tablet as a load, on the shipped client: what its outbox holds is sent until it is acknowledged.

It puts notes (commands), vitals and ECG waves on numbered streams and uploads diagnostic ECGs. What it was told goes
into the ledger; nothing else does.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import httpx
from msgspec.structs import replace

from dispatch.client.link import Device, Link
from dispatch.client.outbox import Entry, Outbox
from dispatch.protocol.frames import Ack, Nack, Said, Welcome
from dispatch.protocol.waves import Wave, wave_bytes
from tests.adapters.serving import CREW, Client
from tests.faults.load.ledger import Ledger
from tests.faults.load.pace import pace

TICK_S = 0.02
RETRY_S = 0.05
FILLS_TO_A_NOTE = 10  # the route that lists an incident's facts gives the newest 2,000
SAMPLES = 25  # of one wave chunk, one lead at 100 Hz


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


class Tablet:
    """One tablet. ``live`` until cancelled; it makes new messages only while ``filling``."""

    def __init__(self, url: str, whom: OnBoard, ledger: Ledger, *, seed: int = 0, password: str = "demo") -> None:  # noqa: S107 - the demo's
        self.whom, self.ledger, self.filling, self.uploading = whom, ledger, True, True
        self._password, self._random = password, Random(seed)
        self._http = httpx.AsyncClient(base_url=url, timeout=10.0)
        self._outbox, self._wave_no = Outbox(), self._random.randrange(1, 1 << 31)
        device = Device(whom.account, subscribes=False, retry_s=RETRY_S)
        self._link = Link(f"{url.replace('http', 'ws', 1)}/ws", self._ticket, device, self._outbox, self._heard)
        self._sent: dict[str, dict[int, Callable[[], None]]] = defaultdict(dict)  # by stream and number: who is told
        self._fills = 0
        self._token = ""

    @property
    def waiting(self) -> int:
        """Count what nobody has acknowledged yet."""
        return self._outbox.owed() + self._outbox.waves_owed()

    async def live(self) -> None:
        """Stay connected, and come back after every loss."""
        async with self._http, asyncio.TaskGroup() as group:
            group.create_task(self._link.run())
            if self.uploading:
                group.create_task(self._upload())
            while True:
                if self.filling and self._link.live:
                    await self._fill()
                await pace(TICK_S)

    def fill_offline(self, at: datetime) -> None:
        """Put a reading and a wave chunk into the outbox, as of a time, and now and then a note."""
        for name, kind, body, told in self._messages(at):
            self._promise(self._outbox.append(name, kind, body, at, clock_offset_ms=0.0), told)
        self._outbox.keep_wave(self._wave(at))

    async def _fill(self) -> None:
        """Do the same on a line, by the server's clock as the tablet has measured it."""
        at = self._link.now()
        for name, kind, body, told in self._messages(at):
            self._promise(await self._link.put(name, kind, body, at), told)
        await self._link.put_wave(self._wave(at))

    def _promise(self, entry: Entry, told: Callable[[], None]) -> None:
        self._sent[entry.stream][entry.seq] = told

    def _messages(self, at: datetime) -> Iterator[tuple[str, str, dict[str, Any], Callable[[], None]]]:
        if self._fills % FILLS_TO_A_NOTE == 0:
            words = f"{self.whom.account} {self._wave_no} {self._fills}"
            note = {"kind": "WriteNote", "data": {"incident_id": self.whom.incident_id, "text": words}}
            yield "steps", "command", {**note, "entered_for": None}, lambda: self._told_note(words)
        values = {"hr": self._random.randrange(50, 150), "spo2": self._random.randrange(90, 100)}
        body = {"patient_id": self.whom.patient_id, "device_id": self.whom.device_id, "values": values}
        yield "vitals", "vitals", body, lambda: self.ledger.vitals[self.whom.patient_id].add(at)

    def _wave(self, at: datetime) -> Wave:
        """Return the next chunk; its acknowledgement comes by its first sample."""
        first, samples = self._fills * SAMPLES, self._random.randbytes(2 * SAMPLES)
        self._fills += 1
        head = Wave(self.whom.patient_id, self._wave_no, 1, 100, 5.0, first, at, SAMPLES, b"", self.whom.device_id)
        wave = replace(head, raw=wave_bytes(head, samples))
        kept = self.ledger.waves[self.whom.patient_id, self._wave_no]
        self._sent[wave.stream][first] = lambda: kept.__setitem__(first, wave.raw)
        return wave

    def _told_note(self, words: str) -> None:
        self.ledger.notes[self.whom.incident_id].add(words)
        self.ledger.told()

    def _heard(self, frame: Said | bytes) -> None:
        """Take down what the server promised, as it was said."""
        if isinstance(frame, Welcome):
            for name, seq in frame.streams.items():
                self._reached(name, seq)
        elif isinstance(frame, Ack):
            self._reached(frame.stream, frame.seq)
        elif isinstance(frame, Nack) and not frame.retry:
            self.ledger.refused.append(str(frame))

    def _reached(self, stream: str, through: int) -> None:
        sent = self._sent[stream]
        for number in [each for each in sent if each <= through]:
            sent.pop(number)()

    async def _ticket(self) -> str | None:
        with suppress(httpx.HTTPError):
            answer = await self._ask("POST", "/api/ticket")
            return str(answer.json()["ticket"])
        return None

    async def _upload(self) -> None:
        """Upload diagnostic ECGs one after another, each until it is acknowledged."""
        head = {"X-Sample-Rate-Hz": "500", "X-Leads": "II", "X-Uv-Per-Lsb": "5"}
        for number in itertools.count():
            ecg_id, samples = f"E{self._wave_no}-{number}", self._random.randbytes(2_000)
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
