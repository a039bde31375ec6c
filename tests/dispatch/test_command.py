"""The envelope of a command: what it names follows from its own id alone."""

import hashlib
import random

from ulid import ULID

from dispatch import commands as c
from dispatch.command import Command
from tests.dispatch.story import START, TAKER


def test_the_ids_of_new_things_are_ulids_of_the_commands_time_on_a_thousand_random_ones() -> None:
    seed = 20261122
    random_source = random.Random(seed)
    for step in range(1000):
        asked = ULID.from_int(random_source.getrandbits(128))
        ordinal = random_source.randint(1, 40)
        chance = hashlib.sha256(f"{asked}/{ordinal}".encode()).digest()[:10]
        named = Command(str(asked), c.LeaveSeat("3"), TAKER, START, START).new_id(ordinal)
        assert named == str(ULID.from_bytes(asked.bytes[:6] + chance)), f"seed {seed} step {step}"
