"""The city that `make run` shows: a pack named by the environment, Beijing beside the project, or one made up here."""

import os
import shutil
from pathlib import Path

from tools.paths import CACHE, GREENCHANNEL, ROOT
from tools.say import Stopped, run, step
from tools.stamps import fingerprint

CITIES = CACHE / "cities"
SHARED = Path(os.environ.get("GREENCHANNEL_SHARED", ROOT.parent / "shared"))
GEO = ROOT / "geo"


def ensure() -> Path:
    """Return the pack to run with, building it when its sources or the importer have changed."""
    named = os.environ.get("GREENCHANNEL_CITY")
    if named:
        if not Path(named).exists():
            raise Stopped(f"GREENCHANNEL_CITY names a city pack that is not there: {named}")
        return Path(named).resolve()
    source = SHARED / "cities" / "beijing"
    if source.is_dir():
        return _built("beijing", fingerprint([source, GEO]), _from_osm(source))
    return _built("fictional", fingerprint([GEO]), ["fictional"])


def _from_osm(folder: Path) -> list[str]:
    return [
        "build",
        f"--osm={folder / 'beijing.osm.pbf'}",
        f"--centers={folder / 'centers.csv'}",
        f"--stations={folder / 'stations.csv'}",
    ]


def _built(name: str, key: str, arguments: list[str]) -> Path:
    """Build a pack once per key; an interrupted build leaves nothing that looks finished."""
    pack = CITIES / f"{name}-{key[:16]}"
    if pack.exists():
        return pack
    CITIES.mkdir(parents=True, exist_ok=True)
    for old in CITIES.glob(f"{name}-*"):
        _remove(old)
    unfinished = CITIES / f"{name}-unfinished"
    with step(f"build the city pack ({name})"):
        run([GREENCHANNEL, "city", *arguments, f"--out={unfinished}"])
    unfinished.rename(pack)
    return pack


def _remove(pack: Path) -> None:
    if pack.is_dir():
        shutil.rmtree(pack)
        return
    pack.unlink()
