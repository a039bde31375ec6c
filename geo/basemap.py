"""Build and read the offline base map: ``.osm.pbf`` -> vector tiles (MVT) in one PMTiles file.

A tile is gzip-compressed MVT in web mercator, zoom 6 to 14 (a page enlarges beyond that). Nothing but the pages reads
the map, so another one may take its place.

Layers and their properties (an absent property means no; names are simplified Chinese where the source has them):

========  ==============  ===========================================================================
layer     geometry        properties
========  ==============  ===========================================================================
road      lines           class (OSM's ``highway`` value: motorway ... trunk_link ... residential),
                          oneway, bridge, tunnel (true); name and name_en from zoom 11
rail      lines           class (rail, subway, light_rail, tram, monorail), name, name_en
waterway  lines           class (river, canal, stream ...), name, name_en
water     areas           none
green     areas           class (park, forest, grass ...; hospital for the grounds of one)
building  areas           none; zoom 14
district  areas           name, name_en
place     points          class (city, district, suburb, neighbourhood ...), name, name_en
poi       points          class (hospital, ambulance_station, subway_station, school, mall, park, building ...:
                          `geo.basemap_features.POI_CLASSES`), name, name_en
========  ==============  ===========================================================================

One-way lines run in driving direction (against it where the source says ``oneway=-1``).
The map is © OpenStreetMap contributors, ODbL 1.0 (or of a fictional city, and says so); the file carries the sentence
and every page shows it.
"""

import mmap
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmtiles.reader import Reader
from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from geo.basemap_features import Drawables, read_drawables
from geo.basemap_tiles import ROAD_NAMES_FROM_ZOOM, edition_for, tiles_at
from geo.point import Box

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
FICTIONAL_ATTRIBUTION = "虚构城市，由程序生成 / fictional city, generated"
MIN_ZOOM, MAX_ZOOM = 6, 14

Progress = Callable[[str], None]

# pmtiles publishes no types for these two.
_Writer: Any = Writer
_Reader: Any = Reader


class NotABasemap(ValueError):  # noqa: N818 - the sentence is the name: this is not a base map
    """Say which file is no PMTiles file of vector tiles, and why."""


@dataclass(frozen=True, slots=True)
class BasemapSummary:
    """What a build made: things drawn, broken things left out, tiles, and the size of the file."""

    drawn: int
    skipped: int
    tiles: int
    size_bytes: int


def build_basemap(osm: Path, out: Path, progress: Progress) -> BasemapSummary:
    """Draw an ``.osm.pbf`` or ``.osm`` file into one PMTiles file, telling ``progress`` in words what goes on.

    The same input gives the same bytes; ``out`` appears only when it is whole. Raises RuntimeError (pyosmium's) when
    the source is unreadable, and ValueError when it holds nothing to draw.
    """
    progress("base map: reading what is drawn")
    source = read_drawables(osm)
    partial = out.with_name(out.name + ".partial")
    try:
        tiles = _write(partial, source, progress)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return BasemapSummary(len(source.drawables), source.skipped, tiles, out.stat().st_size)


def _write(path: Path, source: Drawables, progress: Progress) -> int:
    tiles = 0
    with path.open("wb") as file:
        writer = _Writer(file)
        with closing(writer.tile_f):  # its temporary file; `finalize` closes it only when all goes well
            for tile_id, content in _tiles(source, progress):
                writer.write_tile(tile_id, content)
                tiles += 1
            writer.finalize(_header(source.bounds), _metadata(source))
    return tiles


def _tiles(source: Drawables, progress: Progress) -> Iterator[tuple[int, bytes]]:
    """Yield (tile id, content) in the order of their ids, which is the order of the file."""
    edition = edition_for(source, with_road_names=False)
    for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
        progress(f"base map: zoom {zoom} of {MAX_ZOOM}")
        if zoom == ROAD_NAMES_FROM_ZOOM:
            edition = edition_for(source, with_road_names=True)
        by_id = {zxy_to_tileid(zoom, tile.x, tile.y): tile.content for tile in tiles_at(edition, zoom, MAX_ZOOM)}
        yield from sorted(by_id.items())


def _header(bounds: Box) -> dict[str, Any]:
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": round(bounds.west * 1e7),
        "min_lat_e7": round(bounds.south * 1e7),
        "max_lon_e7": round(bounds.east * 1e7),
        "max_lat_e7": round(bounds.north * 1e7),
        "center_zoom": 12,
    }


def _metadata(source: Drawables) -> dict[str, Any]:
    """Describe the layers as TileJSON 3.0 wants it."""
    fields: dict[str, dict[str, str]] = {}
    for drawable in source.drawables:
        layer = fields.setdefault(drawable.layer, {})
        layer.update((key, "Boolean" if value is True else "String") for key, value in drawable.properties)
    return {
        "attribution": FICTIONAL_ATTRIBUTION if source.fictional else ATTRIBUTION,
        "vector_layers": [{"id": layer, "fields": fields[layer]} for layer in sorted(fields)],
    }


class Basemap:
    """A base map on disk, mapped into memory. Everything is read-only after opening, so any thread may ask."""

    def __init__(self, content: mmap.mmap) -> None:
        reader = _Reader(lambda offset, length: content[offset : offset + length])
        header = reader.header()
        self._content = content
        self._places = dict(_directory(content, header, header["root_offset"], header["root_length"]))
        self.attribution = str(reader.metadata()["attribution"])
        self.min_zoom = int(header["min_zoom"])
        self.max_zoom = int(header["max_zoom"])
        west, south = header["min_lon_e7"] / 1e7, header["min_lat_e7"] / 1e7
        self.bounds = Box(west, south, header["max_lon_e7"] / 1e7, header["max_lat_e7"] / 1e7)

    @classmethod
    def open(cls, path: Path) -> "Basemap":
        """Open a PMTiles file; raise `NotABasemap` when it is something else, OSError when it cannot be read."""
        try:
            with path.open("rb") as file:
                return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except (MagicNumberNotFound, SpecVersionUnsupported, ValueError, KeyError, IndexError, EOFError) as broken:
            raise NotABasemap(
                f"{path.name} is no readable base map: {str(broken) or type(broken).__name__}"
            ) from broken

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile as it is stored (gzip-compressed MVT), None where the map shows nothing."""
        if not (self.min_zoom <= zoom <= self.max_zoom and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
            return None
        place = self._places.get(zxy_to_tileid(zoom, x, y))
        return None if place is None else self._content[place[0] : place[0] + place[1]]


def _directory(
    content: mmap.mmap, header: dict[str, Any], offset: int, length: int
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield (tile id, (offset, length)) of all tiles, leaf directories included."""
    entries: list[Entry] = deserialize_directory(content[offset : offset + length])
    for entry in entries:
        if entry.run_length == 0:
            yield from _directory(content, header, header["leaf_directory_offset"] + entry.offset, entry.length)
            continue
        place = (header["tile_data_offset"] + entry.offset, entry.length)
        if place[0] + place[1] > len(content):
            raise ValueError("it ends before its last tile")
        yield from ((tile_id, place) for tile_id in range(entry.tile_id, entry.tile_id + entry.run_length))
