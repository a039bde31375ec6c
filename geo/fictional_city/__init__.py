"""Draw 云泽市 (Yunze), a Chinese city that does not exist, as a real ``.osm.pbf`` for the same importer as any city.

It has what makes cities hard: three rings (the outer two on viaducts with ramps), dual carriageways as one-way pairs,
a river with few bridges (some leap the riverside roads without meeting them), one-ways, roundabouts, gated compounds,
forbidden turns, an island without a bridge, an expressway cut off at the map's edge; and what makes them speakable:
names in two languages, districts, house numbers.

How others know it is fictional: the node tagged ``place=city`` carries the city's name (``name``, ``name:en``) and
``fictional=yes``; the file's header says ``generator=greenchannel fictional city``. The pack says ``fictional`` then.

Read in this order: `ground` (water, rings, districts), `grid` and `expressways` (streets), `blocks` (what lies
between), `network` (streets become nodes and ways), `turns`, `care`, `places`, `writing`.
"""

from dataclasses import dataclass
from pathlib import Path
from random import Random

from geo.fictional_city.blocks import fill_blocks
from geo.fictional_city.care import Roadside, site_hospitals, site_stations
from geo.fictional_city.expressways import expressway_streets
from geo.fictional_city.grid import ground_streets, plan_grid
from geo.fictional_city.names import Names
from geo.fictional_city.network import join
from geo.fictional_city.places import CITY, furnish
from geo.fictional_city.turns import restrict_turns
from geo.fictional_city.writing import write_centers, write_districts, write_osm, write_stations


@dataclass(frozen=True, slots=True)
class FictionalCity:
    """Where the files of a generated city are, and how much is in it."""

    name: str
    name_en: str
    osm: Path
    centers: Path
    stations: Path
    districts: Path
    ways: int
    hospitals: int
    ambulances: int


def generate(out_dir: Path, seed: int = 1) -> FictionalCity:
    """Write ``city.osm.pbf``, ``centers.csv``, ``stations.csv`` and ``districts.geojson`` into ``out_dir``.

    The directory is made if need be. The same seed gives the same files; all coordinates are WGS-84.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    chance = Random(seed)  # noqa: S311 - a drawing, not a secret
    names = Names(chance)
    grid = plan_grid(chance, names)
    main = [*ground_streets(grid, names), *expressway_streets(grid)]
    blocks = fill_blocks(grid, chance, names)
    streets = [*main, *(street for block in blocks for street in block.streets)]
    network = join(streets)
    ways, restrictions = restrict_turns(network, chance)
    roadside = Roadside(main)
    hospitals, stations = site_hospitals(roadside), site_stations(roadside, names, chance)
    features = furnish(grid, streets, blocks, (hospitals, stations), chance)
    city = FictionalCity(
        CITY.zh, CITY.en,
        out_dir / "city.osm.pbf", out_dir / "centers.csv", out_dir / "stations.csv", out_dir / "districts.geojson",
        len(ways), len(hospitals), sum(station.ambulances for station in stations),
    )  # fmt: skip
    write_osm(city.osm, network, ways, restrictions, features)
    write_centers(city.centers, hospitals)
    write_stations(city.stations, stations)
    write_districts(city.districts)
    return city
