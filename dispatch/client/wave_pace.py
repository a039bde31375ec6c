"""Waveforms on a slow line: what happens now is shown as one thin lead, and the whole follows when there is room.

A line is slow when a chunk waits for its acknowledgement longer than ``SLOW_AFTER_S``, and free again when nothing is
owed. 12 leads at 500 Hz are 12 kB/s; one lead at 125 Hz is 0.25 kB/s, which a bad cell carries too.
"""

import numpy as np
from msgspec.structs import replace

from dispatch.protocol.waves import LEADS, NO_VALUE, Wave, wave_bytes

SLOW_AFTER_S = 3.0  # assumed: the wall calls data late at 10 s; vitals must not wait behind waveforms until then
THIN_HZ = 125
# Chunks sent and not acknowledged: four seconds of trace, so that what is said now never waits behind minutes of it.
IN_FLIGHT_MAX, IN_FLIGHT_SLOW = 8, 1


class WavePace:
    """One line's judgement of how much waveform it bears."""

    def __init__(self) -> None:
        self.slow = False
        self._sent: dict[tuple[str, int], float] = {}  # by stream and first sample: when it was sent

    def room(self) -> int:
        """Return how many chunks may be sent now."""
        return max(0, (IN_FLIGHT_SLOW if self.slow else IN_FLIGHT_MAX) - len(self._sent))

    def sent(self, wave: Wave, now_s: float) -> None:
        """Note that a chunk is on its way."""
        self._sent.setdefault((wave.stream, wave.first_sample), now_s)

    def acked(self, stream: str, through_sample: int) -> None:
        """Note what has arrived; an ack covers all before it."""
        self._sent = {key: at for key, at in self._sent.items() if key[0] != stream or key[1] > through_sample}

    def lost(self) -> None:
        """Forget what was on its way: the connection is gone."""
        self._sent.clear()

    def judge(self, now_s: float, owed: int) -> None:
        """Notice a slow line, and one that is free again."""
        if self._sent and now_s - min(self._sent.values()) > SLOW_AFTER_S:
            self.slow = True
        elif owed == 0:
            self.slow = False


def thinned(wave: Wave, stream_no: int, first_sample: int) -> Wave:
    """Return lead II alone at a lower rate, each sample the mean of those it stands for.

    ``first_sample`` counts in the thin stream. The rate is the lowest from ``THIN_HZ`` up that divides the chunk.
    """
    most = max(1, wave.sample_rate_hz // THIN_HZ)
    step = next(each for each in range(most, 0, -1) if wave.sample_rate_hz % each == wave.samples % each == 0)
    samples = np.frombuffer(wave.content, "<i2").reshape(wave.samples, wave.leads)
    lead = samples[:, LEADS.index("II") if wave.leads == len(LEADS) else 0]
    groups = lead.reshape(-1, step)
    unknown = (groups == NO_VALUE).any(axis=1)
    means = np.where(unknown, NO_VALUE, groups.mean(axis=1).round()).astype("<i2")
    head = replace(
        wave, leads=1, sample_rate_hz=wave.sample_rate_hz // step, samples=len(means), stream_no=stream_no,
        first_sample=first_sample,
    )  # fmt: skip
    return replace(head, raw=wave_bytes(head, means.tobytes()))
