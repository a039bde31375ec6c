"""The cities of the tests of `geo`, as `tools.city` keeps them between sessions."""

from pathlib import Path

import pytest

from geo.city_pack import CityPack
from tools import city


@pytest.fixture(scope="session")
def beijing_pack(shared_dir: Path) -> CityPack:
    """Open the pack of real Beijing."""
    return CityPack.open(city.beijing(shared_dir / "cities" / "beijing"))


@pytest.fixture(scope="session")
def fictional_osm() -> Path:
    """Return the map of the made-up city."""
    return city.fictional_source() / "city.osm.pbf"
