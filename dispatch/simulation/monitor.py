"""The patient monitor: bound by confirmation, 1 Hz vitals, a live waveform, and the diagnostic 12-lead."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from msgspec.structs import replace
from ulid import ULID

from dispatch.protocol.waves import Wave, wave_bytes
from dispatch.simulation.actor import act
from dispatch.simulation.cases import Case
from dispatch.simulation.client import Client
from dispatch.simulation.signals import LEADS, SAMPLE_RATE_HZ, UV_PER_LSB, ecg, vitals_at

CHUNK_S = 0.5  # real seconds of waveform per frame
TWELVE_LEAD_S = 10


class Monitor:
    """One device on one patient."""

    def __init__(self, client: Client, case: Case, patient_id: str, unit_id: str, contact_at: datetime) -> None:
        self._client, self._case, self._patient_id = client, case, patient_id
        self.device_id = f"MON-{unit_id}"
        self._contact_at = contact_at
        self._sending: asyncio.Task[None] | None = None
        self._chance = case.chance("monitor")

    async def bind(self, patient: Mapping[str, Any], due: datetime) -> None:
        """Bind the device, then send."""
        if patient["device_id"] is None:
            bound = {"patient_id": self._patient_id, "device_id": self.device_id}
            await act(self._client, due, "bind-monitor", bound)
        self.start()

    def start(self) -> None:
        """Begin to send."""
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())

    def stop(self) -> None:
        """Take the device off."""
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    async def record_vitals(self, due: datetime) -> None:
        """Enter one set by hand, as the crew reads it."""
        values = self._values((due - self._contact_at).total_seconds() / 60)
        await act(self._client, due, "record-vitals", {"patient_id": self._patient_id, "vitals": values})

    async def twelve_lead(self, due: datetime) -> None:
        """Take ten seconds of twelve leads, make them durable, then say that they exist."""
        await self._client.server.clock.until(due)
        ecg_id = str(ULID())
        samples = ecg(self._case, 0, TWELVE_LEAD_S * SAMPLE_RATE_HZ)
        headers = {
            "X-Sample-Rate-Hz": str(SAMPLE_RATE_HZ),
            "X-Leads": ",".join(LEADS),
            "X-Uv-Per-Lsb": str(UV_PER_LSB),
            "content-type": "application/octet-stream",
        }
        path = f"/api/patients/{self._patient_id}/ecgs/{ecg_id}"
        if await self._client.put_bytes(path, samples.astype("<i2").tobytes(), headers):
            taken = {"patient_id": self._patient_id, "ecg_id": ecg_id, "sample_rate_hz": SAMPLE_RATE_HZ}
            taken |= {"leads": list(LEADS), "device_id": self.device_id}
            await act(self._client, due, "record-ecg", taken)

    def _values(self, minutes: float) -> dict[str, float]:
        return vitals_at(self._case, minutes, self._chance)

    async def _send(self) -> None:
        """Send vitals every second and the waveform twice a second, in real time, through the tablet's outbox."""
        # A new stream for every start: after a restart the samples begin anew, and a stream never changes what it said.
        number = int(ULID().timestamp * 10) % 2**31
        first, samples = 0, int(CHUNK_S * SAMPLE_RATE_HZ)
        link, clock = self._client.link, self._client.server.clock
        for half in count():
            now = clock.now()
            if half % 2 == 0:
                values = self._values((now - self._contact_at) / timedelta(minutes=1))
                body = {"patient_id": self._patient_id, "device_id": self.device_id, "values": values}
                await link.put("vitals", "vitals", body, now)
            await link.put_wave(self._wave(first, samples, now, number))
            first += samples
            await asyncio.sleep(CHUNK_S)

    def _wave(self, first: int, samples: int, now: datetime, number: int) -> Wave:
        head = Wave(
            self._patient_id, number, len(LEADS), SAMPLE_RATE_HZ, UV_PER_LSB, first, now, samples, b"", self.device_id
        )
        return replace(head, raw=wave_bytes(head, ecg(self._case, first, samples).astype("<i2").tobytes()))
