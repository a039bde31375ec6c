"""The remote physician: reads every 12-lead that waits, from its samples."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from dispatch.simulation.actor import act, moment
from dispatch.simulation.chance import around, stream
from dispatch.simulation.seats import Seat
from dispatch.simulation.signals import LEADS, SAMPLE_RATE_HZ

Row = Mapping[str, Any]
INFERIOR = ("II", "III", "aVF")
ELEVATION_MV = 0.1  # J point, two contiguous leads (reference: 4th Universal Definition)
J_POINT_S, BASELINE_S = 0.06, -0.08  # around the R peak of our own synthetic beat


class RemotePhysician(Seat):
    """Reads what waits to be read."""

    def look(self) -> None:
        """Begin with every unread ECG."""
        for patient in list(self.table("patients").values()):
            for row in patient["ecgs"]:
                if row["reading"] is None:
                    self.begin(row["id"], self._read(patient["id"], row))

    async def _read(self, patient_id: str, row: Row) -> None:
        chance = stream(self.seed, "physician", row["at"])
        answer = await self.client.server.ask(
            "GET", f"/api/patients/{patient_id}/ecgs/{row['id']}", headers=self.client.authorised()
        )
        reading = read_samples(answer) if answer.is_success else "unreadable"
        due = moment(row["at"]) + timedelta(seconds=around(chance, 90))
        read = {"patient_id": patient_id, "ecg_id": row["id"], "reading": reading}
        await act(self.client, due, "read-ecg", read)
        if reading == "stemi":
            await act(self.client, due, "confirm-condition", {"patient_id": patient_id, "condition": "stemi"})


def read_samples(answer: httpx.Response) -> str:
    """Read a 12-lead as a physician would see it: elevated inferior leads, or not."""
    uv_per_lsb = float(answer.headers.get("x-uv-per-lsb", "5"))
    samples = np.frombuffer(answer.content, dtype="<i2").reshape(-1, len(LEADS)) * uv_per_lsb / 1000
    return "stemi" if min(elevation_mv(samples, lead) for lead in INFERIOR) >= ELEVATION_MV else "dynamic_st"


def elevation_mv(samples: NDArray[np.float64], lead: str) -> float:
    """Return the median ST level of one lead behind its R peaks, in mV."""
    trace = samples[:, LEADS.index(lead)]
    reference = samples[:, LEADS.index("II")]
    peaks = [n for n in range(SAMPLE_RATE_HZ // 4, len(reference) - SAMPLE_RATE_HZ // 4) if _is_peak(reference, n)]
    if not peaks:
        return 0.0
    after, before = round(J_POINT_S * SAMPLE_RATE_HZ), round(BASELINE_S * SAMPLE_RATE_HZ)
    return float(np.median([trace[n + after] - trace[n + before] for n in peaks]))


def _is_peak(trace: NDArray[np.float64], at: int) -> bool:
    window = trace[at - SAMPLE_RATE_HZ // 8 : at + SAMPLE_RATE_HZ // 8]
    return bool(trace[at] == window.max() and trace[at] > 0.5)  # noqa: PLR2004 - mV; any R wave of lead II
