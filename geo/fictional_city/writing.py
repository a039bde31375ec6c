"""Write the plan down: ``city.osm.pbf``, ``centers.csv``, ``stations.csv``, ``districts.geojson``."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from osmium.osm.mutable import Node, Relation, Way

from geo.fictional_city import ground
from geo.fictional_city.care import FLAGS, Hospital, Station
from geo.fictional_city.features import Features
from geo.fictional_city.names import DISTRICT_EN
from geo.fictional_city.network import Network
from geo.fictional_city.network import Way as PlannedWay
from geo.fictional_city.turns import Restriction

GENERATOR = "greenchannel fictional city"
_SOURCE = "fictional city, not real"
CENTER_COLUMNS = (
    "center_id", "hospital", "grade", "lon", "lat", *FLAGS, "coord_source", "designation_source", "capabilities",
)  # fmt: skip
STATION_COLUMNS = ("station_id", "name", "lon", "lat", "ambulances", "source")


class _OsmFile:
    """Collects OSM objects with rising ids and writes them in the order a sorted file has."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.ways: list[Way] = []
        self.relations: list[Relation] = []

    def add_nodes(self, plan: NDArray[np.float64], tags: Mapping[int, Mapping[str, str]]) -> list[int]:
        """Add nodes of the plan (n x 2 metres) and return their ids."""
        first = len(self.nodes) + 1
        for number, (lon, lat) in enumerate(ground.place(plan)):
            self.nodes.append(Node(id=first + number, location=(lon, lat), tags=dict(tags.get(number, {}))))
        return list(range(first, first + len(plan)))

    def add_way(self, nodes: Sequence[int], tags: Mapping[str, str]) -> int:
        self.ways.append(Way(id=len(self.ways) + 1, nodes=list(nodes), tags=dict(tags)))
        return len(self.ways)

    def add_ring(self, ring: shapely.LinearRing, tags: Mapping[str, str]) -> int:
        nodes = self.add_nodes(shapely.get_coordinates(ring)[:-1], {})
        return self.add_way([*nodes, nodes[0]], tags)

    def add_relation(self, members: Sequence[tuple[str, int, str]], tags: Mapping[str, str]) -> None:
        self.relations.append(Relation(id=len(self.relations) + 1, members=list(members), tags=dict(tags)))

    def write(self, path: Path) -> None:
        header = osmium.io.Header()
        header.set("generator", GENERATOR)
        with osmium.SimpleWriter(path, header=header, overwrite=True) as writer:
            for node in self.nodes:
                writer.add_node(node)
            for way in self.ways:
                writer.add_way(way)
            for relation in self.relations:
                writer.add_relation(relation)


def write_osm(
    path: Path, network: Network, ways: Sequence[PlannedWay], restrictions: Sequence[Restriction], features: Features
) -> None:
    """Write one sorted ``.osm.pbf``; the same plan gives the same bytes."""
    file = _OsmFile()
    node_ids = file.add_nodes(network.nodes, network.node_tags)
    spots = np.array([(node.x, node.y) for node in features.nodes])
    file.add_nodes(spots, {number: node.tags for number, node in enumerate(features.nodes)})
    way_ids = [file.add_way([node_ids[node] for node in way.nodes], way.street.osm_tags()) for way in ways]
    for line in features.lines:
        file.add_way(file.add_nodes(shapely.get_coordinates(line.line), {}), line.tags)
    for area in features.areas:
        if not area.area.interiors:
            file.add_ring(area.area.exterior, area.tags)
            continue
        outer = ("w", file.add_ring(area.area.exterior, {}), "outer")
        inner = [("w", file.add_ring(ring, {}), "inner") for ring in area.area.interiors]
        file.add_relation([outer, *inner], {"type": "multipolygon", **area.tags})
    for restriction in restrictions:
        members = (
            ("w", way_ids[restriction.from_way], "from"),
            ("n", node_ids[restriction.via], "via"),
            ("w", way_ids[restriction.to_way], "to"),
        )
        tags = {"type": "restriction", "restriction": restriction.kind}
        file.add_relation(members, tags | ({"except": restriction.excepted} if restriction.excepted else {}))
    file.write(path)


def write_centers(path: Path, hospitals: Sequence[Hospital]) -> None:
    """Write the hospitals as `city build` reads them."""
    places = _degrees(hospitals)
    rows = (
        (
            hospital.center_id, hospital.name.zh, hospital.grade, *place,
            *(int(flag in hospital.flags) for flag in FLAGS), _SOURCE, _SOURCE, ";".join(hospital.capabilities),
        )
        for hospital, place in zip(hospitals, places, strict=True)
    )  # fmt: skip
    _write_csv(path, CENTER_COLUMNS, rows)


def write_stations(path: Path, stations: Sequence[Station]) -> None:
    """Write the ambulance stations as `city build` reads them."""
    rows = (
        (station.station_id, station.name.zh, *place, station.ambulances, _SOURCE)
        for station, place in zip(stations, _degrees(stations), strict=True)
    )
    _write_csv(path, STATION_COLUMNS, rows)


def write_districts(path: Path) -> None:
    """Write the outlines of the districts as GeoJSON, WGS-84."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "name_en": DISTRICT_EN[name], "datum": "wgs84", "source": _SOURCE},
            "geometry": shapely.geometry.mapping(shapely.transform(area.simplify(15.0), ground.place)),
        }
        for name, area in ground.districts().items()
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _degrees(placed: Sequence[Hospital] | Sequence[Station]) -> list[tuple[float, float]]:
    degrees = ground.place(np.array([(thing.x, thing.y) for thing in placed]))
    return [(round(float(lon), 6), round(float(lat), 6)) for lon, lat in degrees]


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
