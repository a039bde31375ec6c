"""What waits for a slow reader: events are never dropped, waves are and it is said."""

import asyncio
import json
from random import Random

from dispatch.adapters.live.outbox import Outbox


class Overflow:
    """Count how often a reader was given up."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def outbox(overflow: Overflow, events: int = 3, size: int = 100, telemetry: int = 4) -> Outbox:
    """Make a small one."""
    return Outbox(overflow, events_max=events, events_bytes_max=size, telemetry_max=telemetry)


async def test_events_come_before_telemetry_and_in_order() -> None:
    box = outbox(Overflow())
    box.offer_latest("position")
    box.offer_event("1")
    box.offer_event("2")
    assert [await box.take() for _ in range(3)] == ["1", "2", "position"]


async def test_too_many_events_give_the_reader_up_once() -> None:
    overflow = Overflow()
    box = outbox(overflow)
    for number in range(10):
        box.offer_event(str(number))
    assert overflow.times == 1


async def test_too_many_bytes_give_the_reader_up_but_one_snapshot_always_fits() -> None:
    overflow = Overflow()
    box = outbox(overflow)
    box.offer_event("x" * 1_000)
    assert overflow.times == 0
    box.offer_event("x")
    assert overflow.times == 1


async def test_the_oldest_wave_goes_first_and_is_named() -> None:
    box = outbox(Overflow())
    box.offer_latest("position")
    for chunk in range(5):
        box.offer_wave(b"w%d" % chunk, "P1", chunk * 50, chunk * 50 + 50)
    gap = json.loads(await box.take())
    assert gap == {"t": "gap", "what": "wave", "patient_id": "P1", "from": 0, "to": 100}
    assert [await box.take() for _ in range(4)] == ["position", b"w2", b"w3", b"w4"]
    assert not box.dropped_latest


async def test_lost_positions_are_remembered() -> None:
    box = outbox(Overflow())
    for number in range(6):
        box.offer_latest(str(number))
    assert box.dropped_latest
    assert [await box.take() for _ in range(4)] == ["2", "3", "4", "5"]


async def test_taking_waits_for_something() -> None:
    box = outbox(Overflow())
    waiting = asyncio.create_task(box.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    box.offer_event("now")
    assert await waiting == "now"


async def test_every_wave_is_delivered_or_inside_a_gap() -> None:
    for seed in range(1_000):
        assert await missing_waves(Random(seed)) == set(), f"seed {seed}"


async def missing_waves(chance: Random) -> set[int]:
    """Offer and take at random; return the chunks that were neither delivered nor named."""
    box = outbox(Overflow(), telemetry=chance.randint(1, 8))
    got: set[int] = set()
    gaps: list[tuple[int, int]] = []
    offered = range(chance.randint(1, 30))
    for chunk in offered:
        box.offer_wave(b"%d" % chunk, "P", chunk, chunk + 1)
        while box.waiting and chance.random() < 1 / 3:
            keep(await box.take(), got, gaps)
    while box.waiting:
        keep(await box.take(), got, gaps)
    return set(offered) - got - {chunk for start, end in gaps for chunk in range(start, end)}


def keep(content: str | bytes, got: set[int], gaps: list[tuple[int, int]]) -> None:
    """Note a chunk or a gap."""
    if isinstance(content, bytes):
        got.add(int(content))
        return
    gap = json.loads(content)
    gaps.append((gap["from"], gap["to"]))
