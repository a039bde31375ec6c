"""Places by name: beginnings first, short before long, nothing for nothing."""

import random

from geo.osm_import import NamedPlace
from geo.place_names import PlaceNames
from geo.point import Point

HERE = Point(116.4, 39.9)


def place(name: str, name_en: str | None = None) -> NamedPlace:
    return NamedPlace(name, name_en, "stop", HERE)


def test_beginnings_come_first_and_short_names_before_long() -> None:
    names = PlaceNames([place("北京东单路口"), place("东单路口"), place("东单", "Dongdan")])
    assert [row.name for row in names.find("东单", 10)] == ["东单", "东单路口", "北京东单路口"]
    assert [row.name for row in names.find(" DONG ", 10)] == ["东单"]
    assert names.find("  ", 10) == []
    assert len(names.find("东单", 2)) == 2


def test_it_finds_what_a_plain_look_finds() -> None:
    for seed in range(1_000):
        chance = random.Random(seed)
        rows = [place("".join(chance.choices("东西南北单路", k=chance.randint(1, 6)))) for _ in range(20)]
        wanted = "".join(chance.choices("东西南北单路", k=chance.randint(1, 2)))
        found = {id(row) for row in PlaceNames(rows).find(wanted, 20)}
        assert found == {id(row) for row in rows if wanted in row.name}, f"seed {seed}"
