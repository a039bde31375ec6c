"""What goes up when: contiguous whatever happens, nothing forgotten before its ack, waveforms last."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from msgspec.structs import replace
from ulid import ULID

from dispatch.client.clock import Anchor, better, measured
from dispatch.client.outbox import Outbox
from dispatch.client.uplink import Uplink
from dispatch.client.wave_pace import SLOW_AFTER_S, thinned
from dispatch.protocol.frames import Ack, BothTexts, Nack
from dispatch.protocol.versions import BACKFILL, DEVICE
from dispatch.protocol.waves import NO_VALUE, PATIENT_BYTES, WAVE_HEADER, Wave, read_wave, renumbered, wave_bytes

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
PATIENT = str(ULID())
TEXT = BothTexts("不行", "no")


def chunk(number: int, stream_no: int = 7, leads: int = 12, patient: str = PATIENT) -> Wave:
    """Return half a second at 500 Hz; lead II counts up."""
    head = Wave(patient, stream_no, leads, 500, 2.5, number * 250, AT + timedelta(seconds=number / 2), 250, b"")
    samples = np.zeros((250, leads), "<i2")
    samples[:, 1 if leads == 12 else 0] = np.arange(250)
    return read_wave(wave_bytes(head, samples.tobytes()))


def nack(stream: str, seq: int, code: str, expected: int | None = None) -> Nack:
    """Return what a server says when a message cannot be taken now."""
    params = {} if expected is None else {"expected_seq": expected}
    return Nack(stream=stream, seq=seq, code=code, retry=code != "stream_conflict", params=params, text=TEXT)


def waves(frames: list[str | bytes]) -> list[Wave]:
    """Return the waveform chunks among frames."""
    return [read_wave(each) for each in frames if isinstance(each, bytes)]


class Remote:
    """A server that is sometimes unable to store: it takes numbers in order, and says what it has."""

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = defaultdict(list)

    def answer(self, raw: str, *, able: bool) -> Ack | Nack:
        """Take one ``put``."""
        put = json.loads(raw)
        stream, seq, kept = put["stream"], put["seq"], self.kept[put["stream"]]
        if seq > len(kept) + 1:
            return nack(stream, seq, "stream_gap", len(kept) + 1)
        if seq <= len(kept):
            assert kept[seq - 1] == put["id"], "a number was given twice"
        elif able:
            kept.append(put["id"])
        else:
            return nack(stream, seq, "telemetry_unavailable")
        return Ack(stream=stream, seq=len(kept))


def test_a_late_word_that_a_number_could_not_be_stored_begins_no_new_stream_once_it_is() -> None:
    outbox = Outbox()
    uplink, stream = Uplink(outbox), outbox.stream("vitals")
    for number in range(4):
        outbox.append("vitals", "vitals", {"n": number}, AT, 0.0)
    uplink.welcomed({stream: 0}, [])
    assert len(uplink.to_send(0.0)) == 4
    uplink.acked(Ack(stream=stream, seq=2))
    uplink.nacked(nack(stream, 1, "telemetry_unavailable"))
    uplink.resume()
    assert outbox.streams() == [stream]
    assert [json.loads(each)["seq"] for each in uplink.to_send(1.0)] == [3, 4]
    outbox.close()


@pytest.mark.parametrize("seed", range(60))
def test_everything_arrives_once_and_in_order_over_bad_lines_and_restarts(seed: int) -> None:
    chance, remote, outbox = Random(seed), Remote(), Outbox()
    uplink, given = Uplink(outbox), []
    for turn in range(80):
        if turn < 60 and chance.random() < 0.6:
            kind, name = chance.choice([("command", "steps"), ("vitals", "vitals")])
            given.append(outbox.append(name, kind, {}, AT).id)
        if chance.random() < 0.2 or turn == 60:
            uplink = Uplink(outbox)  # the tablet lost its power; what is on the line is lost too
            uplink.welcomed({each: len(remote.kept[each]) for each in outbox.streams()}, [])
        uplink.resume()
        for raw in uplink.to_send(float(turn)):
            answer = remote.answer(str(raw), able=turn >= 60 or chance.random() < 0.8)
            if isinstance(answer, Nack):
                uplink.nacked(answer)
            elif turn >= 60 or chance.random() < 0.8:  # an ack may be lost with its line
                uplink.acked(answer)
    arrived = [each for kept in remote.kept.values() for each in kept]
    assert sorted(arrived) == sorted(given), f"seed {seed}"
    assert all(kept == sorted(kept, key=given.index) for kept in remote.kept.values()), f"seed {seed}"
    assert outbox.owed() == 0, f"seed {seed}"


def test_commands_go_before_vitals_and_waves_last() -> None:
    uplink = Uplink(Outbox())
    uplink.take_wave(chunk(0), 0.0)
    for name, kind in (("vitals", "vitals"), ("steps", "command"), ("vitals", "vitals")):
        uplink.outbox.append(name, kind, {}, AT)
    uplink.welcomed({}, [])
    first, *rest, last = uplink.to_send(0.0)
    assert json.loads(first)["kind"] == "command"
    assert [json.loads(each)["seq"] for each in rest] == [1, 2]
    assert isinstance(last, bytes)
    assert uplink.to_send(0.0) == []


def test_on_a_slow_line_one_thin_lead_is_live_and_the_whole_follows_behind_the_vitals() -> None:
    uplink = Uplink(Outbox())
    uplink.welcomed({}, [BACKFILL])
    assert uplink.take_wave(chunk(0), 0.0) == []
    assert len(uplink.to_send(0.0)) == 1
    slow_s = SLOW_AFTER_S + 0.1
    thin = [wave for number in (1, 2) for wave in waves(uplink.take_wave(chunk(number), slow_s))]
    assert [(each.leads, each.sample_rate_hz, each.first_sample) for each in thin] == [(1, 250, 0), (1, 250, 125)]
    assert len(thin[0].raw) * 15 < len(chunk(1).raw)
    uplink.outbox.append("vitals", "vitals", {}, AT)
    assert [json.loads(each)["kind"] for each in uplink.to_send(slow_s)] == ["vitals"]
    uplink.acked(Ack(stream=uplink.outbox.stream("vitals"), seq=1))
    assert uplink.to_send(slow_s) == [], "the first chunk is still on its way"
    for number in range(3):
        uplink.acked(Ack(stream=f"wave/{PATIENT}/7", seq=number * 250))
        following = [each.first_sample for each in waves(uplink.to_send(slow_s))]
        assert following == [(number + 1) * 250][: 2 - number]
    assert uplink.outbox.waves_owed() == 0
    assert uplink.take_wave(chunk(3), slow_s) == [], "the line is free again"


def test_an_older_server_gets_no_thin_lead_it_would_show_the_late_one_as_live() -> None:
    uplink = Uplink(Outbox())
    uplink.welcomed({}, [])
    uplink.take_wave(chunk(0), 0.0)
    uplink.to_send(0.0)
    assert uplink.take_wave(chunk(1), 10.0) == []


def test_two_patients_have_streams_of_their_own() -> None:
    uplink, other = Uplink(Outbox()), str(ULID())
    uplink.welcomed({}, [])
    for wave in (chunk(0), chunk(0, patient=other), chunk(1)):
        uplink.take_wave(wave, 0.0)
    assert len(uplink.to_send(0.0)) == 3
    uplink.acked(Ack(stream=f"wave/{PATIENT}/7", seq=250))
    assert [wave.patient_id for _, wave in uplink.outbox.waves()] == [other]


def test_waveforms_that_had_to_go_leave_a_stream_that_begins_anew() -> None:
    outbox = Outbox(waves_max=3)
    uplink = Uplink(outbox)
    assert [outbox.keep_wave(chunk(number)) for number in range(5)] == [True, True, True, False, False]
    uplink.welcomed({}, [])
    stream = f"wave/{PATIENT}/7"
    assert len(uplink.to_send(0.0)) == 3
    for number in (2, 3, 4):
        assert not uplink.nacked(nack(stream, number * 250, "stream_gap", 1))
    again = waves(uplink.to_send(0.0))
    assert [each.first_sample for each in again] == [0, 250, 500]
    assert {each.stream_no for each in again} == {8}
    assert [each.at for each in again] == [AT + timedelta(seconds=number / 2) for number in (2, 3, 4)]


@pytest.mark.parametrize(("samples", "rate_hz"), [(250, 500), (256, 500), (200, 500), (125, 250), (50, 50)])
def test_a_thin_lead_is_the_mean_of_what_it_stands_for(samples: int, rate_hz: int) -> None:
    rng = np.random.default_rng(samples)
    all_leads = rng.integers(-3_000, 3_000, (samples, 12)).astype("<i2")
    head = Wave(PATIENT, 1, 12, rate_hz, 5.0, 0, AT, samples, b"")
    thin = thinned(read_wave(wave_bytes(head, all_leads.tobytes())), 9, 0)
    again = np.frombuffer(thin.raw, "<i2", offset=WAVE_HEADER.size + PATIENT_BYTES)
    step = rate_hz // thin.sample_rate_hz
    assert read_wave(thin.raw) == thin
    assert thin.samples * step == samples
    for number, value in enumerate(again):
        assert abs(value - sum(int(each) for each in all_leads[number * step : (number + 1) * step, 1]) / step) <= 0.5


def test_an_outbox_outlives_the_power_and_two_writers_share_its_numbers(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    first, second = Outbox(path), Outbox(path)
    stream = first.stream("steps")
    seqs = [box.append("steps", "command", {"n": n}, AT, 12.5).seq for n in range(10) for box in (first, second)]
    assert seqs == list(range(1, 21))
    first.forget(stream, 18)
    first.close()
    second.close()
    again = Outbox(path)
    assert (again.stream("steps"), [each.seq for each in again.pending(stream)]) == (stream, [19, 20])
    assert again.pending(stream)[0].clock_offset_ms == 12.5
    again.close()


def test_the_better_measurement_of_the_clock_is_kept_until_it_is_old() -> None:
    good = measured(AT, 10.0, 10.1, 20.0)
    assert good.uncertainty_s == pytest.approx(0.05)
    assert good.now(10.1) == AT + timedelta(seconds=1)
    worse = measured(AT, 20.0, 22.0, 20.0)
    assert better(good, worse) is good
    assert better(None, worse) is worse
    late = Anchor(AT, 10.1 + 61.0, 20.0, 5.0)
    assert better(good, late) is late


@pytest.mark.parametrize(("caps", "device"), [([BACKFILL, DEVICE], "MON-1"), ([BACKFILL], None), ([], None)])
def test_an_older_server_gets_the_frames_that_it_can_read(caps: list[str], device: str | None) -> None:
    uplink = Uplink(Outbox())
    head = replace(chunk(0), device_id="MON-1")
    told = read_wave(wave_bytes(head, chunk(0).content))
    assert told.device_id == "MON-1"
    uplink.take_wave(told, 0.0)
    uplink.welcomed({}, caps)
    (sent,) = waves(uplink.to_send(0.0))
    assert sent.device_id == device
    assert sent.content == told.content
    assert renumbered(told, 9, 0).device_id == "MON-1"


def test_a_sample_that_was_not_measured_stays_none_when_the_wave_is_thinned() -> None:
    samples = np.zeros((250, 12), "<i2")
    samples[100:104] = NO_VALUE
    thin = thinned(read_wave(wave_bytes(chunk(0), samples.tobytes())), 9, 0)
    values = np.frombuffer(thin.content, "<i2")
    assert np.flatnonzero(values == NO_VALUE).tolist() == [50, 51]
    assert set(values.tolist()) == {0, NO_VALUE}
