"""Counting shared keys by bits against counting them one by one."""

import random
from collections import Counter

import numpy as np

from geo.places.counting import by_shared
from geo.places.forms import NamedSpots, forms_of
from geo.places.layout import lay_out, scratch_for

SEED = 20_261_122
KEYS = 9


def test_forms_that_share_enough_stand_in_the_order_of_what_they_share() -> None:
    for round_ in range(1_000):
        chance = random.Random(SEED + round_)
        forms = chance.choice([1, 63, 64, 65, 150])
        has = [{form for form in range(forms) if chance.random() < 0.3} for _ in range(KEYS)]
        words = np.zeros((KEYS, -(-forms // 64)), np.uint64)
        for key, those in enumerate(has):
            for form in those:
                words[key, form // 64] |= np.uint64(1) << np.uint64(form % 64)
        keys = [chance.randrange(-1, KEYS) for _ in range(chance.randint(1, 20))]
        need = chance.randint(1, len(keys))
        found = _counted(words, keys, need, forms)
        shared = Counter(form for key in keys if key >= 0 for form in has[key])
        wanted = [
            sorted(form for form in shared if shared[form] == len(keys) - missed)
            for missed in range(len(keys) - need + 1)
        ]
        assert found == wanted, f"seed {SEED + round_}"


def _counted(words: np.ndarray, keys: list[int], need: int, forms: int) -> list[list[int]]:
    """Return the forms that miss none of the keys, one of them, and so on."""
    names, _ = lay_out(forms_of("路", None), [(0,)], [NamedSpots(("路",), None, 0.5, np.array([[116.4, 39.9]]))])
    room = np.zeros(forms, np.int32)
    scratch = scratch_for(names)._replace(
        digits=np.full((8, words.shape[1]), 7, np.uint64), shared=room, possible=room.copy(), sorted=room.copy()
    )
    by_shared(words, scratch, np.array(keys, np.int64), need)
    level = scratch.level.tolist()
    return [scratch.sorted[level[missed] : level[missed + 1]].tolist() for missed in range(len(keys) - need + 1)]
