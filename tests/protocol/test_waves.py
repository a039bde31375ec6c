"""A chunk as displays get it, against writing it anew without its device."""

from datetime import UTC, datetime, timedelta
from random import Random

from msgspec.structs import replace
from ulid import ULID

from dispatch.protocol.waves import DEVICE_MOST, LEADS, Wave, nameless, read_wave, wave_bytes, wave_extent

START = datetime(2026, 11, 21, tzinfo=UTC)


def drawn(chance: Random) -> Wave:
    """Return a random chunk as it comes up."""
    leads, samples = chance.choice((1, len(LEADS))), chance.randrange(1, 300)
    device = "".join(chance.choices("M-0123456789", k=chance.randrange(DEVICE_MOST + 1)))
    at = START + timedelta(milliseconds=chance.randrange(10**9))
    head = Wave(
        str(ULID()), chance.randrange(1 << 32), leads, chance.choice((125, 250, 500)), chance.randrange(1, 900) / 100,
        samples * chance.randrange(10**6), at, samples, b"", device,
    )  # fmt: skip
    return read_wave(wave_bytes(head, chance.randbytes(samples * leads * 2)))


def test_a_chunk_loses_its_device_and_nothing_else() -> None:
    for seed in range(1_000):
        wave = drawn(Random(seed))
        shown = nameless(wave)
        assert shown == wave_bytes(replace(wave, device_id=None), wave.content), f"seed {seed}"
        assert wave_extent(shown) == (wave.patient_id, wave.first_sample, wave.next_sample), f"seed {seed}"
