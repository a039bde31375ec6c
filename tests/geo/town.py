"""A town of four junctions with two hospitals and a station, as files and as a pack, for tests that need any city."""

from pathlib import Path

from geo.city_pack import build
from tests.geo.osm_files import OsmNode, OsmTurn, OsmWay, silent, write_osm

#              4
#              |        1 to 4 is a forbidden left turn
#       1 ---- 2 ---- 3
NODES = [
    OsmNode(1, 116.40, 39.90),
    OsmNode(2, 116.41, 39.90),
    OsmNode(3, 116.42, 39.90),
    OsmNode(4, 116.41, 39.91),
]
WAYS = [
    OsmWay(1, (1, 2), {"highway": "primary", "name": "东街"}),
    OsmWay(2, (2, 3), {"highway": "secondary"}),
    OsmWay(3, (2, 4), {"highway": "residential", "name": "北巷"}),
]
TURNS = [OsmTurn("no_left_turn", 1, 2, 3)]
CENTERS_HEADER = "center_id,hospital,grade,lon,lat,chest_pain,stroke,trauma,maternal,neonatal,paediatric,capabilities\n"
CENTERS = "C1,胸痛医院,三级甲等,116.419,39.90,1,0,0,0,0,0,\nC2,卒中医院,三级甲等,116.401,39.90,0,1,0,0,0,0,helipad\n"
STATIONS = "station_id,name,lon,lat,ambulances\nS1,东站,116.415,39.90,2\n"


def write_town(folder: Path) -> tuple[Path, Path, Path]:
    """Write the map and both lists; return their paths."""
    (folder / "centers.csv").write_text(CENTERS_HEADER + CENTERS, encoding="utf-8")
    (folder / "stations.csv").write_text(STATIONS, encoding="utf-8")
    return write_osm(folder / "town.osm", NODES, WAYS, TURNS), folder / "centers.csv", folder / "stations.csv"


def build_town(folder: Path) -> Path:
    """Build the town's pack and return its path."""
    osm, centers, stations = write_town(folder)
    build(osm, centers, stations, folder / "town-pack", silent)
    return folder / "town-pack"
