"""The load generator of ``bench live``: what it reads is what was sent, in whatever pieces it comes."""

import socket
from collections.abc import Iterator
from random import Random

import msgspec
import pytest
from ulid import ULID

from dispatch.protocol.frames import Put
from dispatch.protocol.waves import read_wave
from dispatch.terminal.bench.live.dialects import SAMPLES, Ambulances, Nats, Ours, Relayed, trace_turn
from dispatch.terminal.bench.live.load import BINARY, PER_SECOND, TEXT, Key, Load, Wire, masked

AMBULANCES = Ambulances([str(ULID()) for _ in range(20)])


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Yield a connection that nobody answers."""
    with socket.socket() as unused:
        yield Wire(unused, 7, display=False)


def unmasked(frame: bytes) -> bytes:
    """Return a client's frame as a server would send it: without the mask, which is zero."""
    head = 2 if frame[1] & 127 < 126 else 4
    return bytes([frame[0], frame[1] & 127]) + frame[2:head] + frame[head + 4 :]


def test_frames_that_come_in_any_pieces_are_read_whole(wire: Wire) -> None:
    for seed in range(1_000):
        chance = Random(seed)
        sent = [chance.randbytes(chance.choice([0, 1, 125, 126, 300, 4_000])) for _ in range(chance.randint(1, 6))]
        stream = b"".join(unmasked(masked(BINARY, each)) for each in sent)
        found: list[bytes] = []
        while stream:
            size = chance.randint(1, len(stream))
            found += wire.messages(stream[:size])
            stream = stream[size:]
        assert found == sent, f"seed {seed}"


def test_every_frame_tells_which_it_is_and_how_a_store_knows_it() -> None:
    for number in range(1_000):
        key = Key(number % 20, number)
        kind, content = AMBULANCES.message(key)
        stream, seq = AMBULANCES.numbered(key)
        if key.turn % PER_SECOND == 0:
            put = msgspec.json.decode(content, type=Put)
            assert (kind, put.stream, put.seq) == (TEXT, stream, seq)
            assert AMBULANCES.reading_key(put.body["patient_id"], put.body["values"]) == key
            continue
        wave = read_wave(content)
        assert (kind, wave.stream, wave.first_sample // SAMPLES + 1) == (BINARY, stream, seq)
        assert AMBULANCES.trace_key(content) == key
        assert trace_turn(wave.first_sample) == key.turn


def test_nats_speaks_where_it_likes_and_a_relay_frame_by_frame(wire: Wire) -> None:
    keys = [Key(3, turn) for turn in range(40)]
    contents = [AMBULANCES.message(key)[1] for key in keys]
    spoken = b"INFO {}\r\n" + b"".join(b"MSG gc.0 1 %d\r\n%b\r\n" % (len(each), each) for each in contents)
    for seed in range(50):
        chance, nats, left = Random(seed), Nats(AMBULANCES), spoken
        nats.load = Load(nats, [], warm_up_s=0)
        while left:
            size = chance.randint(1, 5_000)
            nats.heard(wire, left[:size])
            left = left[size:]
        assert len(nats.load.seen_s) == len(keys), f"seed {seed}"
    relayed = Relayed(AMBULANCES)
    relayed.load = Load(relayed, [], warm_up_s=0)
    for each in contents:
        relayed.heard(wire, each)
    assert len(relayed.load.seen_s) == len(keys)


def test_an_acknowledgement_covers_what_came_before_it_once(wire: Wire) -> None:
    ours = Ours(AMBULANCES)
    ours.load = Load(ours, [], warm_up_s=0)
    trace = AMBULANCES.numbered(Key(7, 1))[0]
    for stream, seq in ((AMBULANCES.outboxes[7], 2), (trace, 4 * SAMPLES), (trace, SAMPLES), (trace, 5 * SAMPLES)):
        ours.heard(wire, msgspec.json.encode({"t": "ack", "stream": stream, "seq": seq}))
    assert ours.load.told == {Key(7, turn) for turn in (0, 1, 2, 3, 4, 5, 6, 7)}
    assert len(ours.load.told_s) == 8
