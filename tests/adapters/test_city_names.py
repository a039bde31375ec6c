"""The city's names are read beside the work: once, and nobody who waits for them holds up anybody else."""

import asyncio
from pathlib import Path
from threading import Event

import pytest

from dispatch.adapters import city_names
from dispatch.adapters.city_names import names_of
from dispatch.adapters.location.whereabouts import deciding_question, region_row
from dispatch.flow.decision import OverRegion
from geo.city_pack import CityPack
from geo.places.gazetteer import Gazetteer


class Held:
    """Let the names be read when the test says so, and count how often."""

    def __init__(self) -> None:
        self.go, self.times = Event(), 0

    def of(self, pack: CityPack) -> Gazetteer:
        """Read them after the word."""
        self.times += 1
        assert self.go.wait(30)
        return Gazetteer.of(pack)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    """Replace the reading."""
    reading = Held()
    monkeypatch.setattr(city_names, "Gazetteer", reading)
    return reading


async def test_forty_searches_wait_for_one_reading_and_no_worker_thread_with_them(
    fictional_pack: Path, held: Held
) -> None:
    pack = CityPack.open(fictional_pack)
    waiting = [asyncio.ensure_future(asyncio.wrap_future(names_of(pack))) for _ in range(40)]
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 10) == "free"
    waiting[0].cancel()  # a page that was closed
    held.go.set()
    names = await waiting[1]
    assert {(await each).gazetteer for each in waiting[1:]} == {names.gazetteer}
    assert held.times == 1


async def test_a_unit_is_not_kept_waiting_for_names(fictional_pack: Path, held: Held) -> None:
    pack = CityPack.open(fictional_pack)
    first, second = pack.centers[0].point, pack.centers[-1].point
    over = OverRegion(2, 900.0, choice_changes=True, roadless_share=0.0, rows=(), firsts=((first, "A"), (second, "B")))
    assert region_row(pack, over)["question"]["code"] == "ask.landmark"
    held.go.set()
    names = await asyncio.wrap_future(names_of(pack))
    asked = deciding_question(names.reverse.describe(first), names.reverse.describe(second))
    assert asked.code != "ask.landmark"
    assert region_row(pack, over)["question"]["code"] == asked.code
