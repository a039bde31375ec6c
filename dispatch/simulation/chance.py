"""Chance that belongs to an entity: the same seed and names give the same stream, whatever happened elsewhere."""

import hashlib
import random


def stream(seed: int, *names: object) -> random.Random:
    """Return the chance of one entity."""
    digest = hashlib.sha256("/".join(map(str, (seed, *names))).encode()).digest()
    return random.Random(digest)  # noqa: S311 - a simulated day, not a secret


def around(chance: random.Random, median: float, spread: float = 0.35) -> float:
    """Return a positive duration around its median: log-normal, as measured service times are."""
    return float(median * chance.lognormvariate(0.0, spread))
