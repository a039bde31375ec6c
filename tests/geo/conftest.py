"""Built city packs, kept between sessions under ``.cache/`` for as long as neither the map nor the builder changes."""

import hashlib
import shutil
import sys
from pathlib import Path

import pytest

from geo.city_pack import CityPack, build

# Modules that only read packs: a change in them makes no other pack.
READERS = {"dijkstra", "fleet_index", "route", "search", "travel"}


@pytest.fixture(scope="session")
def beijing_pack(shared_dir: Path, project_dir: Path) -> CityPack:
    """Return the pack of real Beijing; building takes about ten seconds, opening a kept one a few milliseconds."""
    city = shared_dir / "cities" / "beijing"
    inputs = [city / name for name in ("beijing.osm.pbf", "centers.csv", "stations.csv", "districts.geojson")]
    sources = sorted((project_dir / "geo").iterdir())
    builders = [path for path in sources if path.suffix in {".py", ".toml"} and path.stem not in READERS]
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
