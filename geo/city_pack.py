"""A city pack: everything the core needs to know about one city's ground, built once and mapped into memory.

`build` is the only way in, for every city: an OpenStreetMap file and the lists of centres and stations become one
directory of arrays and tables. `CityPack.open` verifies it and hands it out.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from geo.basemap import ATTRIBUTION, FICTIONAL_ATTRIBUTION
from geo.datum import Datum
from geo.junctions import LaidRoads, lay_roads
from geo.osm_import import BadOsm, LeftOut, NamedPlace, OsmCity, RoadName, read_osm
from geo.pack_files import (
    FORMAT_VERSION,
    BadPack,
    Manifest,
    PackWriter,
    load_array,
    read_manifest,
    sha256_of,
    verify_files,
)
from geo.point import Box
from geo.prepared import order_roads
from geo.roads import RoadGraph
from geo.sites import BadCity, CenterSite, SiteWarning, StationSite, check_on_map, read_centers, read_stations
from geo.snap import RoadIndex, SnapGrid, build_grid
from geo.speeds import Profile, read_profile
from geo.tiling import tiled

BASEMAP = "basemap.pmtiles"
ORDER = "order"

# The generator of the fictional city signs its .osm.pbf with a program name that begins so.
FICTIONAL_GENERATOR = "greenchannel fictional"

Progress = Callable[[str], None]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PackSummary:
    """What a pack holds, as `city info` tells it."""

    name: str
    fictional: bool
    nodes: int
    arcs: int
    centers: int
    stations: int
    places: int
    forbidden_turns: int
    bbox: Box
    main_component_share: float
    islands: Mapping[str, int | float]
    left_out: Mapping[str, int]
    warnings: tuple[SiteWarning, ...]
    attribution: str
    checksum: str
    format_version: int


def build(  # noqa: PLR0913 - these are the options of `city build`
    osm: Path,
    centers: Path | None,
    stations: Path | None,
    out: Path,
    progress: Progress,
    *,
    districts: Path | None = None,
    datum: Datum = Datum.WGS84,
    name: str | None = None,
) -> PackSummary:
    """Build a pack from an ``.osm.pbf`` or ``.osm`` file; ``out`` appears whole or not at all.

    ``datum`` is that of the two lists; ``districts`` is GeoJSON and kept as it is. Raises `geo.osm_import.BadOsm`,
    `geo.csv_rows.BadTable`, `geo.sites.BadCity` or `geo.pack_files.BadPack`, each naming the file, line or centre
    that is wrong.
    """
    from geo.basemap_build import build_basemap  # noqa: PLC0415 - who only opens packs never draws one

    profile = read_profile()
    center_sites = read_centers(centers, datum) if centers else ()
    station_sites = read_stations(stations, datum) if stations else ()
    outlines = _read_districts(districts)
    progress(f"reading {osm.name}")
    city = read_osm(osm, profile, progress)
    progress(f"cutting {len(city.ways.way_id)} ways into roads")
    with _naming(osm, BadOsm):
        laid = lay_roads(city, profile)
    progress(f"indexing {laid.graph.stretch_count} stretches of road")
    grid = build_grid(laid.graph)
    warnings = check_on_map(RoadIndex(laid.graph, grid), center_sites, station_sites)
    manifest = _manifest(city, laid, osm, profile)
    manifest = msgspec.structs.replace(manifest, name=name or manifest.name, warnings=warnings)
    with PackWriter(out) as pack:
        for record in (laid.graph, grid):
            for column in fields(record):
                pack.array(column.name, getattr(record, column.name))
        pack.array(ORDER, order_roads(laid.graph))
        pack.table("names", city.names)
        pack.table("places", city.places)
        pack.table("centers", center_sites)
        pack.table("stations", station_sites)
        if outlines is not None:
            pack.table("districts", outlines)
        with _naming(osm, ValueError):  # what `build_basemap` raises on a map that shows nothing
            build_basemap(osm, pack.path(BASEMAP), progress)
        progress("writing the pack")
        pack.commit(manifest)
    return CityPack.open(out).summary()


def tile(pack: "CityPack", times: int, out: Path, progress: Progress) -> PackSummary:
    """Build a pack of joined copies of a city, to measure larger networks with; its sites are those of the first copy.

    Raises `geo.pack_files.BadPack` where something else than a pack stands in its place.
    """
    graph = tiled(pack.graph, times)
    progress(f"ordering {graph.node_count} junctions")
    grid, order = build_grid(graph), order_roads(graph)
    box = graph.box()
    manifest = msgspec.structs.replace(
        pack.manifest,
        format_version=FORMAT_VERSION,
        name=f"{pack.name} x {times}",
        fictional=True,
        box=(box.west, box.south, box.east, box.north),
        files={},
        checksum="",
    )
    with PackWriter(out) as writer:
        for record in (graph, grid):
            for column in fields(record):
                writer.array(column.name, getattr(record, column.name))
        writer.array(ORDER, order)
        writer.table("names", pack.road_names)
        for name, rows in (("places", pack.places), ("centers", pack.centers), ("stations", pack.stations)):
            writer.table(name, rows)
        shutil.copyfile(pack.basemap_path, writer.path(BASEMAP))
        writer.commit(manifest)
    return CityPack.open(out).summary()


@contextmanager
def _naming(osm: Path, told: type[ValueError]) -> Iterator[None]:
    """Name the map that holds too little: no road to come back on, nothing to draw."""
    try:
        yield
    except told as too_little:
        raise BadOsm(f"{osm}: {too_little}") from too_little


def _own_name(city: OsmCity) -> str | None:
    """Return the name of the one city on the map; None when it shows none or several."""
    names = [place.name for place in city.places if place.kind == "place=city"]
    return names[0] if len(names) == 1 else None


def _manifest(city: OsmCity, laid: LaidRoads, osm: Path, profile: Profile) -> Manifest:
    box = laid.graph.box()
    fictional = city.generator.startswith(FICTIONAL_GENERATOR)
    left_out = {reason.value: number for reason, number in city.left_out.items()}
    if laid.unplaced_turns:
        left_out[LeftOut.UNPLACED_TURNS] = laid.unplaced_turns
    return Manifest(
        format_version=FORMAT_VERSION,
        name=_own_name(city) or osm.name.split(".")[0],
        fictional=fictional,
        attribution=FICTIONAL_ATTRIBUTION if fictional else ATTRIBUTION,
        box=(box.west, box.south, box.east, box.north),
        profile=f"{profile.name} {profile.version}",
        osm_sha256=sha256_of(osm),
        islands=msgspec.to_builtins(laid.islands),
        left_out=left_out,
        warnings=(),
        files={},
    )


def _read_districts(path: Path | None) -> object | None:
    if path is None:
        return None
    try:
        districts: object = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as broken:
        raise BadCity(f"{path}: not readable GeoJSON ({broken})") from broken
    if not (isinstance(districts, dict) and districts.get("type") == "FeatureCollection"):
        raise BadCity(f"{path}: not a GeoJSON FeatureCollection")
    return districts


class CityPack:
    """An opened pack: verified, its arrays mapped read-only, its tables read when first asked for."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def open(cls, path: Path) -> "CityPack":
        """Verify every file against its checksum and open the pack. Raises `geo.pack_files.BadPack`."""
        manifest = read_manifest(path)
        verify_files(path, manifest)
        return cls(path, manifest)

    @property
    def name(self) -> str:
        """Return the city's name."""
        return self.manifest.name

    @property
    def fictional(self) -> bool:
        """Tell whether the city was generated; every screen says so."""
        return self.manifest.fictional

    @property
    def attribution(self) -> str:
        """Return the sentence that stands beside the map."""
        return self.manifest.attribution

    @property
    def bbox(self) -> Box:
        """Return the box around all roads."""
        return self.manifest.bbox()

    @property
    def basemap_path(self) -> Path:
        """Return the base map file, a PMTiles archive."""
        return self.path / BASEMAP

    @cached_property
    def graph(self) -> RoadGraph:
        """Return the routable road graph."""
        return RoadGraph(**{column.name: load_array(self.path, column.name) for column in fields(RoadGraph)})

    @cached_property
    def roads(self) -> RoadIndex:
        """Return the index that snaps points to the graph's roads."""
        grid = SnapGrid(**{column.name: load_array(self.path, column.name) for column in fields(SnapGrid)})
        return RoadIndex(self.graph, grid)

    @cached_property
    def order(self) -> NDArray[np.int32]:
        """Return the order of the graph's states (`geo.hierarchy.order_states`)."""
        return load_array(self.path, ORDER)

    @cached_property
    def centers(self) -> tuple[CenterSite, ...]:
        """Return the hospitals, in the order of their list."""
        return self._table("centers", tuple[CenterSite, ...])

    @cached_property
    def stations(self) -> tuple[StationSite, ...]:
        """Return the stations, in the order of their list."""
        return self._table("stations", tuple[StationSite, ...])

    @property
    def places(self) -> tuple[NamedPlace, ...]:
        """Read everything on the map that has a name, roads apart; whoever asks again should keep it."""
        return self._table("places", tuple[NamedPlace, ...])

    @cached_property
    def road_names(self) -> tuple[RoadName | None, ...]:
        """Return the names that ``RoadGraph.road_name`` counts; the first is None."""
        return self._table("names", tuple[RoadName | None, ...])

    @cached_property
    def districts(self) -> Mapping[str, object] | None:
        """Return the district outlines as GeoJSON; None when the city brought none."""
        return self._table("districts", dict[str, object]) if "districts.json" in self.manifest.files else None

    def summary(self) -> PackSummary:
        """Return what the pack holds."""
        manifest = self.manifest
        return PackSummary(
            name=manifest.name,
            fictional=manifest.fictional,
            nodes=self.graph.node_count,
            arcs=self.graph.arc_count,
            centers=len(self.centers),
            stations=len(self.stations),
            places=len(self.places),
            forbidden_turns=len(self.graph.forbidden_turns),
            bbox=self.bbox,
            main_component_share=float(manifest.islands["main_share"]),
            islands={key: manifest.islands[key] for key in ("count", "nodes", "largest")},
            left_out=manifest.left_out,
            warnings=manifest.warnings,
            attribution=manifest.attribution,
            checksum=manifest.checksum,
            format_version=manifest.format_version,
        )

    def _table(self, name: str, shape: type[_T]) -> _T:
        path = self.path / f"{name}.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=shape)
        except (OSError, msgspec.DecodeError) as broken:
            raise BadPack(f"{path}: not a readable table ({broken})") from broken
