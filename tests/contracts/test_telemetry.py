"""What every telemetry store promises."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from dispatch.adapters.telemetry.local import StoredTelemetry, open_local_telemetry
from dispatch.adapters.telemetry.postgres import open_postgres_telemetry
from dispatch.adapters.telemetry.sample_streams import BODY_MAX_BYTES, judge, microseconds, time_of
from dispatch.ports import Position, Sample, StreamConflict, StreamGap, Ticket

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
Opener = Callable[[], StoredTelemetry]
Append = Callable[[str, str, int, datetime, bytes], Ticket]


@pytest.fixture(params=["local", pytest.param("postgres", marks=pytest.mark.servers)])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Return a function that opens the same telemetry again."""
    if request.param == "local":
        return lambda: open_local_telemetry(tmp_path)
    conninfo, city = request.getfixturevalue("postgres").dsn(), uuid4().hex
    return lambda: open_postgres_telemetry(conninfo, city, tmp_path / "waves")


@pytest.fixture
def telemetry(opener: Opener) -> Iterator[StoredTelemetry]:
    with closing(opener()) as opened:
        yield opened


@pytest.fixture(params=["vitals", "wave"])
def append(request: pytest.FixtureRequest, telemetry: StoredTelemetry) -> Append:
    """Return one of the two ways to append; both keep the same promises."""
    return telemetry.append_vitals if request.param == "vitals" else telemetry.append_wave


def second(number: float) -> datetime:
    """Return a moment of the test's day."""
    return NOON + timedelta(seconds=number)


def position(unit_id: str, at_s: float, lon: float = 116.4) -> Position:
    """Return a position whose speed is known and whose heading is not."""
    return Position(unit_id, second(at_s), lon, 39.9, 12.5, None, 8.0)


def test_a_committed_number_is_acknowledged_and_known(append: Append, telemetry: StoredTelemetry) -> None:
    assert telemetry.committed_seq("s") == 0
    assert [append("p", "s", seq, second(seq), b"%d" % seq).wait(60) for seq in (1, 2, 3)] == [1, 2, 3]
    assert telemetry.committed_seq("s") == 3


def test_a_repeat_is_harmless_and_answers_how_far_the_stream_is(append: Append, telemetry: StoredTelemetry) -> None:
    for seq in (1, 2, 3):
        append("p", "s", seq, second(seq), b"body").wait(60)
    assert append("p", "s", 1, second(1), b"body").wait(60) == 3
    assert telemetry.committed_seq("s") == 3


@pytest.mark.parametrize("other", [("p", second(1), b"other"), ("q", second(1), b"body")])
def test_the_same_number_with_other_content_is_a_conflict(append: Append, other: tuple[str, datetime, bytes]) -> None:
    append("p", "s", 1, second(1), b"body").wait(60)
    patient_id, at, body = other
    with pytest.raises(StreamConflict):
        append(patient_id, "s", 1, at, body).wait(60)
    assert append("p", "s", 2, second(2), b"body").wait(60) == 2


def test_a_repeat_whose_time_we_corrected_otherwise_is_a_repeat(append: Append) -> None:
    assert append("p", "s", 1, second(1), b"body").wait(60) == 1
    assert append("p", "s", 1, second(9), b"body").wait(60) == 1


def test_an_erased_patient_is_gone_and_the_others_are_not(telemetry: StoredTelemetry) -> None:
    for patient_id in ("p", "q"):
        name = patient_id.encode()
        telemetry.append_vitals(patient_id, f"v/{patient_id}", 1, second(1), b"vital of " + name).wait(60)
        telemetry.append_wave(patient_id, f"w/{patient_id}", 1, second(1), b"wave of " + name).wait(60)
    gone = telemetry.erase("p")
    assert (list(gone.vitals), list(gone.chunks)) == ([b"vital of p"], [b"wave of p"])
    assert telemetry.vitals("p", second(0)) == []
    assert telemetry.read_wave("p", second(0), second(9)) == []
    assert telemetry.vitals("q", second(0))
    assert telemetry.read_wave("q", second(0), second(9))
    assert not telemetry.erase("p").vitals
    assert telemetry.committed_seq("v/p") == 1, "how far a stream is stays known: a repeat brings nothing back"
    assert telemetry.append_vitals("p", "v/p", 1, second(1), b"vital of p").wait(60) == 1
    assert telemetry.vitals("p", second(0)) == []


def test_retention_passes_over_sealed_records(telemetry: StoredTelemetry) -> None:
    for patient_id in ("p", "q"):
        telemetry.append_vitals(patient_id, f"v/{patient_id}", 1, second(1), b"body").wait(60)
    telemetry.forget_before(second(60), {"p"})
    assert [len(telemetry.vitals(each, second(0))) for each in ("p", "q")] == [1, 0]


def test_a_conflict_inside_one_group_is_seen_too() -> None:
    one, other = Sample("p", "s", 1, NOON, b"a"), Sample("p", "s", 1, NOON, b"b")
    verdict = judge([one, other, one], {}, {})
    assert verdict.answers[0] == 1
    assert isinstance(verdict.answers[1], StreamConflict)
    assert verdict.answers[2] == 1
    assert verdict.accepted == (one,)


def test_a_gap_is_refused_with_the_number_that_is_expected(append: Append, telemetry: StoredTelemetry) -> None:
    append("p", "s", 1, second(1), b"a").wait(60)
    with pytest.raises(StreamGap) as gap:
        append("p", "s", 3, second(3), b"c").wait(60)
    assert gap.value.expected_seq == 2
    with pytest.raises(StreamGap):
        append("p", "fresh", 0, second(0), b"zero").wait(60)
    assert telemetry.committed_seq("s") == 1


def test_streams_do_not_disturb_each_other(append: Append) -> None:
    tickets = [append("p", f"s{stream}", seq, second(seq), b"x") for seq in range(1, 30) for stream in range(20)]
    refused = append("p", "s7", 99, second(0), b"x")
    assert sorted(ticket.wait(60) for ticket in tickets) == sorted(list(range(1, 30)) * 20)
    assert isinstance(failure_of(refused), StreamGap)


def failure_of(ticket: Ticket) -> Exception | None:
    """Wait for a ticket that fails."""

    async def wait() -> None:
        await asyncio.wait([asyncio.ensure_future(ticket)])

    asyncio.run(wait())
    return ticket.failure()


def test_a_sample_that_is_too_large_is_refused(append: Append) -> None:
    with pytest.raises(ValueError, match="at most"):
        append("p", "s", 1, NOON, b"x" * (BODY_MAX_BYTES + 1)).wait(60)
    assert append("p", "s", 1, NOON, b"x" * BODY_MAX_BYTES).wait(60) == 1


@pytest.mark.parametrize("name", ["", "nul\x00", "汉", "\ud800", "x" * 201, "line\n"])
async def test_a_sample_that_no_store_can_keep_fails_alone(append: Append, name: str) -> None:
    good = append("p", "s", 1, NOON, b"x")
    bad = [append("p", name, 1, NOON, b"x"), append(name, "s", 2, NOON, b"x")]
    bad.append(append("p", "s", 2, NOON.replace(tzinfo=None), b"x"))
    bad.append(append("p", "t", 2**70, NOON, b"x"))
    for ticket in bad:
        with pytest.raises(ValueError, match=r"sample|name|expected"):
            await ticket
    assert await good == 1
    assert await append("p", "s", 2, NOON, b"x") == 2


def test_everything_acknowledged_is_there_after_a_restart(opener: Opener) -> None:
    with closing(opener()) as telemetry:
        for seq in (1, 2):
            telemetry.append_vitals("p", "v", seq, second(seq), b"v%d" % seq).wait(60)
            telemetry.append_wave("p", "w", seq, second(seq), b"w%d" % seq).wait(60)
        telemetry.record_position(position("U1", 1))
        telemetry.record_position(position("U1", 2, 116.5))
    with closing(opener()) as telemetry:
        assert (telemetry.committed_seq("v"), telemetry.committed_seq("w")) == (2, 2)
        assert [sample.body for sample in telemetry.vitals("p", NOON)] == [b"v1", b"v2"]
        assert [sample.body for sample in telemetry.read_wave("p", NOON, second(9))] == [b"w1", b"w2"]
        assert telemetry.positions() == {"U1": position("U1", 2, 116.5)}
        assert telemetry.append_wave("p", "w", 1, second(1), b"w1").wait(60) == 2
        assert telemetry.append_wave("p", "w", 3, second(3), b"w3").wait(60) == 3


def test_vitals_are_asked_for_by_patient_and_time(telemetry: StoredTelemetry) -> None:
    for seq in range(1, 21):
        telemetry.append_vitals("p", "s", seq, second(seq), b"%d" % seq)
    telemetry.append_vitals("q", "t", 1, second(5), b"other patient").wait(60)
    assert [sample.seq for sample in telemetry.vitals("p", second(18))] == [18, 19, 20]
    assert [sample.seq for sample in telemetry.vitals("p", NOON, limit=2)] == [1, 2]
    assert telemetry.vitals("p", second(1))[0] == Sample("p", "s", 1, second(1), b"1")
    assert telemetry.vitals("nobody", NOON) == []


def test_a_backfill_reads_half_open_intervals_in_order_of_time(telemetry: StoredTelemetry) -> None:
    tickets = [telemetry.append_wave("p", "s", seq, second(seq / 4), bytes([seq]) * 3000) for seq in range(1, 41)]
    tickets[-1].wait(60)
    chunks = telemetry.read_wave("p", second(1), second(2))
    assert [chunk.seq for chunk in chunks] == [4, 5, 6, 7]
    assert chunks[0] == Sample("p", "s", 4, second(1), bytes([4]) * 3000)


def test_positions_keep_the_newest_and_a_thinned_track(telemetry: StoredTelemetry) -> None:
    for at_s in range(31):
        telemetry.record_position(position("U1", at_s, 116 + at_s / 1000))
    telemetry.record_position(position("U1", 4, 1.0))
    telemetry.learn_position(position("U2", 7))
    assert telemetry.positions() == {"U1": position("U1", 30, 116.03), "U2": position("U2", 7)}
    telemetry.append_vitals("p", "s", 1, NOON, b"behind the track in the same queue").wait(60)
    track = telemetry.track("U1", second(6))
    assert [point.at for point in track] == [second(at_s) for at_s in range(6, 31, 3)][: len(track)]
    assert len(track) >= 8
    assert telemetry.track("U2", NOON) == []


def test_retention_drops_the_old_and_keeps_how_far_streams_are(opener: Opener) -> None:
    with closing(opener()) as telemetry:
        telemetry.append_wave("p", "w", 1, second(1), b"old").wait(60)
        telemetry.append_vitals("p", "v", 1, second(1), b"old").wait(60)
    with closing(opener()) as telemetry:
        telemetry.append_wave("p", "w", 2, second(90), b"new").wait(60)
        telemetry.append_vitals("p", "v", 2, second(90), b"new").wait(60)
        telemetry.forget_before(second(60))
        assert [chunk.body for chunk in telemetry.read_wave("p", NOON, second(99))] == [b"new"]
        assert [sample.body for sample in telemetry.vitals("p", NOON)] == [b"new"]
        assert (telemetry.committed_seq("w"), telemetry.committed_seq("v")) == (2, 2)
        assert telemetry.append_vitals("p", "v", 1, second(1), b"cannot be compared").wait(60) == 2


@pytest.mark.parametrize("opener", [pytest.param("postgres", marks=pytest.mark.servers)], indirect=True)
def test_two_gateways_share_a_stream(opener: Opener) -> None:
    with closing(opener()) as one, closing(opener()) as other:
        assert one.append_vitals("p", "s", 1, second(1), b"1").wait(60) == 1
        assert other.append_vitals("p", "s", 2, second(2), b"2").wait(60) == 2
        assert one.append_vitals("p", "s", 2, second(2), b"2").wait(60) == 2
        assert one.append_vitals("p", "s", 3, second(3), b"3").wait(60) == 3
        with pytest.raises(StreamConflict):
            other.append_vitals("p", "s", 1, second(1), b"9").wait(60)


def test_a_thousand_random_messages_equal_a_plain_dict(append: Append, telemetry: StoredTelemetry) -> None:
    """Send new, repeated, skipped and changed numbers; the slow twin is a list of bodies for each stream."""
    seed = 20260304
    random_source = random.Random(seed)
    twin: dict[str, list[bytes]] = {f"s{number}": [] for number in range(7)}
    expectations: list[tuple[Ticket, str, int]] = []
    for _ in range(1200):
        stream = random_source.choice(list(twin))
        bodies = twin[stream]
        seq = max(0, len(bodies) + random_source.choice([1, 1, 1, 1, 0, -3, 2]))
        body = b"%d" % random_source.randint(0, 2)
        ticket = append("p", stream, seq, second(seq), body)
        if seq == len(bodies) + 1:
            bodies.append(body)
            expectations.append((ticket, "new", seq))
        elif seq < 1 or seq > len(bodies):
            expectations.append((ticket, "gap", len(bodies) + 1))
        else:
            expectations.append((ticket, "repeat" if bodies[seq - 1] == body else "conflict", len(bodies)))
    for number, (ticket, what, count) in enumerate(expectations):
        where = f"seed {seed} message {number} {what}"
        if what == "gap":
            with pytest.raises(StreamGap) as gap:
                ticket.wait(60)
            assert gap.value.expected_seq == count, where
        elif what == "conflict":
            with pytest.raises(StreamConflict):
                ticket.wait(60)
        else:
            assert ticket.wait(60) == count, where
    assert {stream: telemetry.committed_seq(stream) for stream in twin} == {
        stream: len(bodies) for stream, bodies in twin.items()
    }


def test_times_keep_their_microsecond() -> None:
    random_source = random.Random(20260305)
    for _ in range(1000):
        at = datetime.fromtimestamp(random_source.randint(0, 4_000_000_000), UTC)
        at = at.replace(microsecond=random_source.randint(0, 999_999))
        assert time_of(microseconds(at)) == at
