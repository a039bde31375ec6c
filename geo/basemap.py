"""Read the offline base map: vector tiles (MVT) in one PMTiles file, which `geo.basemap_build` makes.

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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pmtiles.reader import Reader
from pmtiles.tile import Entry, MagicNumberNotFound, SpecVersionUnsupported, deserialize_directory, zxy_to_tileid

from geo.point import Box

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
FICTIONAL_ATTRIBUTION = "虚构城市，由程序生成 / fictional city, generated"

# pmtiles publishes no types for it.
_Reader: Any = Reader


class NotABasemap(ValueError):  # noqa: N818 - the sentence is the name: this is not a base map
    """Say which file is no PMTiles file of vector tiles, and why."""


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
