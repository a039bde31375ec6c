"""A city's lists become facts once: centres with capabilities, units in file order, the assumed marked and constant."""

from pathlib import Path
from typing import Any, cast

import pytest

from dispatch.adapters.accounts.demo import open_demo
from dispatch.adapters.accounts.storage import Account, AccountStore
from dispatch.adapters.furnish import furnish, parked
from dispatch.adapters.journal.memory import open_memory_journal
from dispatch.adapters.journal.sealing import open_memory_keyring
from dispatch.desk import Desk
from dispatch.errors import BadInput
from dispatch.rules import builtin
from dispatch.words import Role
from geo.city_pack import CityPack
from tests.dispatch.story import START
from tests.stepped_clock import SteppedClock


@pytest.fixture
def pack(fictional_pack: Path) -> CityPack:
    return CityPack.open(fictional_pack)


async def furnished(pack: CityPack) -> Desk:
    """Return a desk whose city has been furnished, twice."""
    desk = Desk(open_memory_journal(pack.name), open_memory_keyring(), cast("Any", None), builtin())
    clock = SteppedClock(START)
    assert await furnish(desk, pack, clock) == len(pack.centers) + sum(each.ambulances for each in pack.stations)
    assert await furnish(desk, pack, clock) == 0
    return desk


async def test_everything_in_the_lists_is_in_the_city(pack: CityPack) -> None:
    city = (await furnished(pack)).durable
    assert {row.id for row in city.centers.values()} == {site.center_id for site in pack.centers}
    assert sorted(city.units) == [f"U{n:03d}" for n in range(1, len(city.units) + 1)]
    first = city.units["U001"]
    assert (first.call_sign, first.station_id) == ("急救001", pack.stations[0].station_id)
    assert all("ed" in row.capabilities for row in city.centers.values())


async def test_what_is_assumed_is_assumed_the_same_way_every_time(pack: CityPack) -> None:
    units = (await furnished(pack)).durable.units
    assert {number for number in range(1, 25) if units[f"U{number:03d}"].level == "bls"} == {4, 8, 12, 16, 20, 24}
    assert units["U030"].equipment == ("negative_pressure", "incubator")
    assert units["U001"].equipment == ()


async def test_unseen_units_are_parked_at_their_stations_as_old_as_they_are(pack: CityPack) -> None:
    city = (await furnished(pack)).durable
    positions = {each.unit_id: each for each in parked(city, {"U001"})}
    assert set(positions) == set(city.units) - {"U001"}
    assert (positions["U002"].lon, positions["U002"].at) == (city.units["U002"].lon, START)


async def test_the_demo_has_an_account_for_everybody_and_adds_only_what_is_missing(
    pack: CityPack, tmp_path: Path
) -> None:
    city = (await furnished(pack)).durable
    store = AccountStore(f"sqlite:///{tmp_path}/accounts.sqlite3")
    listed = await open_demo(store, city)
    assert await open_demo(store, city) == listed
    accounts = store.accounts()
    assert {each.account for each in accounts} == {each.account for each in listed}
    assert len(accounts) == 6 + len(city.units) + len(city.centers)
    store.close()


async def test_the_demo_keeps_out_of_a_directory_that_people_use(pack: CityPack, tmp_path: Path) -> None:
    city = (await furnished(pack)).durable
    store = AccountStore(f"sqlite:///{tmp_path}/accounts.sqlite3")
    store.add([Account("boss", "boss", Role.ADMIN)], "hash")
    with pytest.raises(BadInput, match="boss"):
        await open_demo(store, city)
    store.close()
