"""Two tablets that send one monitor: screens get one of them, and nothing that only one has is left out."""

from datetime import UTC, datetime, timedelta
from random import Random

from dispatch.adapters.telemetry.senders import Senders, Tablet, readings_once, waves_once
from dispatch.protocol.waves import Wave

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
FIRST, SECOND = Tablet("crew-u1/a", "U1"), Tablet("crew-u1/b", "U1")
RATE_HZ, SAMPLES = 500, 250


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def chunk(stream_no: int, seconds: float, number: int = 0, leads: int = 12, device: str = "M1") -> Wave:
    first = number * SAMPLES
    return Wave("P" * 26, stream_no, leads, RATE_HZ, 5.0, first, at(seconds), SAMPLES, b"", device)


def test_the_first_tablet_is_shown_while_it_is_heard_and_the_next_one_after_its_silence() -> None:
    senders = Senders(timedelta(seconds=5))
    said = [(FIRST, 0), (SECOND, 0.1), (FIRST, 1), (SECOND, 5.9), (SECOND, 6), (FIRST, 7), (FIRST, 11.1)]
    assert [senders.take("M1", tablet, at(seconds)) for tablet, seconds in said] == [True, False] * 3 + [True]
    assert senders.other_than("M1", SECOND, at(12)) == FIRST
    assert senders.other_than("M1", FIRST, at(12)) is None
    assert senders.other_than("M1", SECOND, at(17)) is None, "who is silent sends nothing"
    assert senders.take("M2", SECOND, at(0)), "another monitor"


def test_every_moment_that_one_of_them_has_is_read_back_once() -> None:
    for seed in range(1_000):
        chance = Random(seed)
        late = chance.uniform(-0.2, 0.2)  # two tablets do not agree to the millisecond when a chunk came
        sent = {
            stream: {number: chunk(stream, number / 2 + more, number) for number in range(20) if chance.random() < 0.8}
            for stream, more in ((1, 0.0), (2, late))
        }
        kept = waves_once(sorted((each for one in sent.values() for each in one.values()), key=lambda each: each.at), 1)
        numbers = [each.first_sample // SAMPLES for each in kept]
        assert sorted(numbers) == sorted(sent[1].keys() | sent[2].keys()), f"seed {seed}"
        assert [each.at for each in kept] == sorted(each.at for each in kept), f"seed {seed}"


def test_a_thinned_trace_and_another_monitors_are_no_repeats() -> None:
    waves = [chunk(1, 0), chunk(2, 0, leads=1), chunk(3, 0, device="M2")]
    assert waves_once(waves, 1) == waves


def test_a_reading_that_two_tablets_heard_stands_once() -> None:
    said = [("M1", 0.0, 80), ("M1", 0.1, 80), ("M2", 0.1, 80), ("M1", 1.0, 80), ("M1", 1.1, 81)]
    rows = [{"device_id": device, "at": at(seconds), "values": {"hr": hr}} for device, seconds, hr in said]
    assert list(readings_once(rows, 1)) == [rows[0], rows[2], rows[3], rows[4]]
