from pathlib import Path

import pytest

from geo.fictional_city.places import CITY
from tools import city
from tools.say import Stopped


def test_a_city_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENCHANNEL_CITY", "/no/such/pack")
    with pytest.raises(Stopped, match="/no/such/pack"):
        city.ensure()


def test_a_named_pack_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GREENCHANNEL_CITY", str(tmp_path))
    assert city.ensure() == tmp_path


def test_a_folder_with_two_maps_is_refused(tmp_path: Path) -> None:
    for name in ("a.osm.pbf", "b.osm"):
        (tmp_path / name).touch()
    with pytest.raises(Stopped, match="one map, not 2"):
        city._sources(tmp_path)


def test_the_lists_that_are_there_are_named(tmp_path: Path) -> None:
    for name in ("a.osm.pbf", "stations.csv"):
        (tmp_path / name).touch()
    assert city._sources(tmp_path) == ["--osm", tmp_path / "a.osm.pbf", "--stations", tmp_path / "stations.csv"]


def test_an_interrupted_build_leaves_nothing_behind(tmp_path: Path) -> None:
    def build() -> None:
        with city._put_in_place(tmp_path / "pack") as unfinished:
            unfinished.mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build()
    assert list(tmp_path.iterdir()) == []


def test_a_finished_build_is_in_place(tmp_path: Path) -> None:
    with city._put_in_place(tmp_path / "pack") as unfinished:
        unfinished.write_text("done", encoding="ascii")
    assert [(file.name, file.read_text(encoding="ascii")) for file in tmp_path.iterdir()] == [("pack", "done")]


def test_the_made_up_city_has_its_own_name() -> None:
    assert CITY.zh == city.FICTIONAL_NAME
