"""A table with sleeping rows is the dict that it stands for, whatever is done to it."""

import random
from operator import itemgetter

import pytest
from rpds import HashTrieMap

from dispatch.state.table import Asleep, Table

CASES = 1_000
IDS = [f"r{number}" for number in range(12)]


def some_table(chance: random.Random) -> tuple[Table[str], dict[str, str]]:
    written = {each: chance.choice("abc") for each in IDS if chance.random() < 0.5}
    sleeping = Asleep({each: row.encode() for each, row in written.items()}, bytes.decode)
    return Table(HashTrieMap(), sleeping if chance.random() < 0.8 else None), written


@pytest.mark.parametrize("seed", [20])
def test_a_table_is_the_dict_that_it_stands_for(seed: int) -> None:
    chance = random.Random(seed)
    for case in range(CASES):
        table, twin = some_table(chance)
        twin = twin if table.sleeping is not None else {}
        for _ in range(8):
            row_id = chance.choice(IDS)
            if chance.random() < 0.7:
                row = chance.choice("xyz")
                table, twin = table.insert(row_id, row), {**twin, row_id: row}
            elif row_id in twin:
                table = table.remove(row_id)
                twin = {each: row for each, row in twin.items() if each != row_id}
            else:
                with pytest.raises(KeyError):
                    table.remove(row_id)
            assert {each: table.get(each, "nobody") for each in IDS} == {
                each: twin.get(each, "nobody") for each in IDS
            }, f"seed {seed}, case {case}"
            assert {each for each in IDS if each in table} == twin.keys()
            assert sorted(table.items()) == sorted(twin.items())
            assert sorted(table.values()) == sorted(map(itemgetter(1), twin.items()))
            assert (len(table), set(table)) == (len(twin), set(twin))


def test_a_row_that_sleeps_is_read_once_and_a_stranger_is_nobody() -> None:
    read: list[bytes] = []

    def reading(stored: bytes) -> list[bytes]:
        read.append(stored)
        return [stored]

    table = Table(HashTrieMap(), Asleep({"r1": b"one"}, reading))
    assert table["r1"] is table["r1"]
    assert read == [b"one"]
    with pytest.raises(KeyError):
        table["r2"]
    assert Table[str]() == Table()
    assert table != {"r1": [b"one"]}
