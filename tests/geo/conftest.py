"""Built city packs, kept between sessions under ``.cache/`` for as long as neither the map nor the builder changes."""

import hashlib
import re
import shutil
import sys
from pathlib import Path

import pytest

from geo.city_pack import CityPack, build


@pytest.fixture(scope="session")
def beijing_pack(shared_dir: Path, project_dir: Path) -> CityPack:
    """Return the pack of real Beijing; building takes about ten seconds, opening a kept one a few milliseconds."""
    city = shared_dir / "cities" / "beijing"
    inputs = [city / name for name in ("beijing.osm.pbf", "centers.csv", "stations.csv", "districts.geojson")]
    builders = [*sorted(sources_of("city_pack", project_dir / "geo")), project_dir / "geo" / "speeds.toml"]
    content = hashlib.sha256()
    for path in [*inputs, *builders]:
        content.update(hashlib.sha256(path.read_bytes()).digest())
    kept = project_dir / ".cache" / "packs"
    pack = kept / f"beijing-{content.hexdigest()[:16]}"
    if not pack.is_dir():
        for outdated in kept.glob("beijing-*"):
            shutil.rmtree(outdated)
        osm, centers, stations, districts = inputs
        build(osm, centers, stations, pack, tell, districts=districts, name="北京")
    return CityPack.open(pack)


def tell(line: str) -> None:
    """Say what long work is doing."""
    sys.stderr.write(line + "\n")


def sources_of(module: str, folder: Path) -> set[Path]:
    """Return the files of a module of `geo` and of all that it imports from there: a change in others makes no pack."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        path = folder / f"{waiting.pop()}.py"
        if path not in found:
            found.add(path)
            waiting += re.findall(r"^from geo\.(\w+) import", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found
