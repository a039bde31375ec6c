"""Decide what goes up a line and when: commands first, then vitals, waveforms with what room is left.

Knows no socket and no clock: the link hands in what the server said, and sends what ``to_send`` returns.
"""

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from dispatch.client.outbox import Entry, Outbox
from dispatch.client.wave_pace import WavePace, thinned
from dispatch.protocol.frames import Ack, Nack, Put
from dispatch.protocol.versions import BACKFILL, DEVICE
from dispatch.protocol.waves import Wave, without_device

WINDOW = 256  # numbered messages of a stream sent and not acknowledged
ORDER = ("command", "vitals", "position")  # what goes first when a line comes back
WAVE = "wave/"

Raw = str | bytes


class Uplink:
    """One outbox on one line after the other."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.pace = WavePace()
        self._sent: dict[str, int] = defaultdict(int)  # by stream: the last number sent on this line
        self._wave_place = 0  # the last chunk sent on this line, in the order of keeping
        self._caps: frozenset[str] = frozenset()
        self._open = False
        self._paused = False  # the server cannot store now
        self._thin: dict[str, tuple[int, int]] = {}  # by patient: stream number and next sample of the thin lead
        self._thin_no = 0

    def welcomed(self, committed: Mapping[str, int], caps: list[str]) -> None:
        """Begin on a new line, where the server says that it stands."""
        self._open, self._paused, self._caps = True, False, frozenset(caps)
        self._sent.clear()
        self._wave_place = 0
        for stream, seq in committed.items():
            if seq > self.outbox.last_seq(stream):  # our file is older than what the server has of us
                self.outbox.restart(stream)
                continue
            self.outbox.forget(stream, seq)
            self._sent[stream] = seq

    def lost(self) -> None:
        """Note that the line is gone."""
        self._open = False
        self.pace.lost()
        self._thin.clear()

    def resume(self) -> None:
        """Send again, a while after the server could not store."""
        self._paused = False

    def take_wave(self, wave: Wave, now_s: float) -> list[Raw]:
        """Keep a chunk; return what must be sent at once: one thin lead while the line is slow."""
        self.outbox.keep_wave(wave)
        self.pace.judge(now_s, self.outbox.waves_owed() - 1)
        if not (self._open and self.pace.slow and BACKFILL in self._caps):
            self._thin.pop(wave.patient_id, None)
            return []
        if wave.patient_id not in self._thin:
            self._thin_no = max(self._thin_no + 1, (wave.stream_no + 1) % 2**32)
        number, first = self._thin.get(wave.patient_id, (self._thin_no, 0))
        thin = thinned(wave, number, first)
        self._thin[wave.patient_id] = number, thin.next_sample
        return [self._raw(thin)]

    def to_send(self, now_s: float) -> list[Raw]:
        """Return the frames that may go now, most urgent first."""
        if not self._open or self._paused:
            return []
        fresh = [entry for stream in self.outbox.streams() for entry in self._window(stream)]
        frames: list[Raw] = [put_frame(each) for each in sorted(fresh, key=_urgency)]
        for entry in fresh:
            self._sent[entry.stream] = max(self._sent[entry.stream], entry.seq)
        if self.pace.slow and self.outbox.owed():
            return frames  # on a slow line a waveform waits until everything else is through
        room = self.pace.room()
        for place, wave in self.outbox.waves(self._wave_place, room) if room else ():
            frames.append(self._raw(wave))
            self._wave_place = place
            self.pace.sent(wave, now_s)
        return frames

    def _raw(self, wave: Wave) -> bytes:
        return wave.raw if DEVICE in self._caps else without_device(wave).raw

    def acked(self, frame: Ack) -> None:
        """Forget what is durable there."""
        if frame.stream.startswith(WAVE):
            self.outbox.forget_waves(frame.stream, frame.seq)
            self.pace.acked(frame.stream, frame.seq)
            return
        self.outbox.forget(frame.stream, frame.seq)

    def nacked(self, frame: Nack) -> bool:
        """Take a refusal; True when nothing more is sent until ``resume``."""
        if frame.stream is None or frame.seq is None:
            return False
        if frame.retry and frame.code != "stream_gap":
            self._paused = True
        if frame.stream.startswith(WAVE):
            return self._wave_nacked(frame.stream, frame)
        if frame.code == "stream_conflict":
            self.outbox.restart(frame.stream)
            return False
        if not frame.retry:
            self.outbox.refuse(frame.stream, frame.seq, frame.code)  # its ack follows
            return False
        return self._again(frame.stream, frame)

    def _again(self, stream: str, frame: Nack) -> bool:
        """Send again from the number that the server expects; begin anew when that one is gone.

        A number that could not be stored may be durable by now: it was sent twice, and this is the other's answer.
        """
        expected = frame.params.get("expected_seq")
        owed = self.outbox.pending(stream, limit=1)
        if isinstance(expected, int) and owed and owed[0].seq > expected:
            self.outbox.restart(stream)
            return False
        wanted = expected if isinstance(expected, int) else frame.seq
        self._sent[stream] = min(self._sent[stream], (wanted or 1) - 1)
        return self._paused

    def _wave_nacked(self, stream: str, frame: Nack) -> bool:
        self.pace.lost()
        if not frame.retry and frame.code != "stream_conflict":
            self.outbox.drop_waves(stream)
            return False
        if frame.code == "stream_conflict" or (frame.code == "stream_gap" and self._is_gone(stream, frame)):
            self._thin_no = max(self._thin_no, int(stream.rpartition("/")[2])) + 1
            self.outbox.restart_wave(stream, self._thin_no % 2**32)
        self._wave_place = 0
        return self._paused

    def _is_gone(self, stream: str, frame: Nack) -> bool:
        """Say whether the chunk that the server waits for is not here any more."""
        oldest, expected = self.outbox.oldest_wave(stream), frame.params.get("expected_seq")
        return (
            oldest is not None and isinstance(expected, int) and oldest.first_sample > (expected - 1) * oldest.samples
        )

    def _window(self, stream: str) -> list[Entry]:
        owed = self.outbox.pending(stream, limit=1)
        room = WINDOW - (self._sent[stream] + 1 - owed[0].seq if owed else 0)
        return self.outbox.pending(stream, self._sent[stream], room) if owed and room > 0 else []


def put_frame(entry: Entry) -> str:
    """Return an entry as the protocol says it."""
    put = Put(
        stream=entry.stream, seq=entry.seq, id=entry.id, kind=entry.kind, at=entry.at,  # type: ignore[arg-type]
        clock_offset_ms=entry.clock_offset_ms, body=entry.body,
    )  # fmt: skip
    return msgspec.json.encode(put).decode()


def _urgency(entry: Entry) -> tuple[int, str, int]:
    return ORDER.index(entry.kind), entry.stream, entry.seq
