"""The city that `make run` shows: a pack named by the environment, Beijing beside the project, or one made up here."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.paths import CACHE, GREENCHANNEL, ROOT, VENV_PYTHON
from tools.say import Stopped, run, step
from tools.stamps import fingerprint, is_current, mark_current

CITIES = CACHE / "cities"
SHARED = Path(os.environ.get("GREENCHANNEL_SHARED", ROOT.parent / "shared"))
BEIJING = SHARED / "cities" / "beijing"
IMPORTER = ROOT / "geo"
MAKE_UP = "import pathlib, sys; from geo.fictional_city import generate; generate(pathlib.Path(sys.argv[1]))"
FICTIONAL_NAME = "云泽市"  # as on the city's own node; a test compares
OPEN = """
import pathlib, sys
from geo.city_pack import CityPack
from geo.places.gazetteer import Gazetteer
from geo.tracks.fleet_drives import warm_matching
from geo.tracks.following import RoadFollower
from geo.travel import TravelTimes
pack = CityPack.open(pathlib.Path(sys.argv[1]))
travel = TravelTimes.open(pack)
RoadFollower(travel)
warm_matching(travel)
Gazetteer.of(pack)
"""
KEPT_PACKS = 3
"""Packs of one city that stay: a server may still run on an older one while the importer changes."""


def ensure() -> Path:
    """Return the pack to run with, building it when its sources or the importer have changed."""
    named = os.environ.get("GREENCHANNEL_CITY")
    if named:
        if not Path(named).exists():
            raise Stopped(f"GREENCHANNEL_CITY names a city pack that is not there: {named}")
        return Path(named).resolve()
    return beijing(BEIJING) if BEIJING.is_dir() else fictional()


def compile_roads(pack: Path) -> None:
    """Compile the kernels of roads and gazetteer now, so that no server ever makes a dispatcher wait for them."""
    key = fingerprint([IMPORTER, ROOT / "requirements.lock"], str(VENV_PYTHON))
    if is_current("kernels", key):
        return
    with step("compile the road core"):
        run([VENV_PYTHON, "-c", OPEN, pack])
    mark_current("kernels", key)


def beijing(source: Path) -> Path:
    """Return the pack of the real Beijing from the folder of its sources."""
    return _pack("beijing", source, "北京", fingerprint([source, IMPORTER]))


def fictional() -> Path:
    """Return the pack of the city that the project makes up, as OpenStreetMap files through the same importer."""
    return _pack("fictional", fictional_source(), FICTIONAL_NAME, fingerprint([IMPORTER]))


def fictional_source() -> Path:
    """Return the folder of the made-up city's map and lists."""
    source = CITIES / f"fictional-source-{fingerprint([IMPORTER])[:16]}"
    if not source.exists():
        with step("make up a city"), _put_in_place(source) as folder:
            run([VENV_PYTHON, "-c", MAKE_UP, folder])
    return source


def _pack(city: str, source: Path, name: str, key: str) -> Path:
    """Build a pack once per key; an interrupted build leaves nothing that looks finished."""
    pack = CITIES / f"{city}-pack-{key[:16]}"
    if pack.exists():
        return pack
    with step(f"build the city pack ({city})"), _put_in_place(pack) as unfinished:
        run([GREENCHANNEL, "city", "build", *_sources(source), "--name", name, "--out", unfinished])
    _forget_all_but_the_newest(city)
    return pack


def _sources(folder: Path) -> list[str | Path]:
    """Return the arguments for what a city's folder holds: one map, and the lists that are there."""
    maps = sorted([*folder.glob("*.osm.pbf"), *folder.glob("*.osm")])
    if len(maps) != 1:
        raise Stopped(f"{folder} should hold one map, not {len(maps)}")
    lists = {"--centers": "centers.csv", "--stations": "stations.csv", "--districts": "districts.geojson"}
    there = [(option, folder / name) for option, name in lists.items() if (folder / name).exists()]
    return ["--osm", maps[0], *(part for pair in there for part in pair)]


@contextmanager
def _put_in_place(final: Path) -> Iterator[Path]:
    """Give a path to write to, and move what was written to its final place only when all went well."""
    unfinished = final.with_name(f"unfinished-{os.getpid()}-{final.name}")
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield unfinished
        if not final.exists():  # another process may have been as quick
            unfinished.rename(final)
    finally:
        _remove(unfinished)


def _forget_all_but_the_newest(city: str) -> None:
    for kind in ("pack", "source"):
        packs = sorted(CITIES.glob(f"{city}-{kind}-*"), key=lambda pack: pack.stat().st_mtime)
        for old in packs[:-KEPT_PACKS]:
            _remove(old)


def _remove(pack: Path) -> None:
    if pack.is_dir():
        shutil.rmtree(pack)
        return
    pack.unlink(missing_ok=True)
