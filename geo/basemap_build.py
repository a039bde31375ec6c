"""Build the offline base map: ``.osm.pbf`` -> vector tiles (MVT) in one PMTiles file, as `geo.basemap` describes it.

Apart from the reader, because a server never draws: what draws takes memory and a tenth of a second of every start.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.basemap import ATTRIBUTION, FICTIONAL_ATTRIBUTION
from geo.basemap_features import Drawables, read_drawables
from geo.basemap_tiles import ROAD_NAMES_FROM_ZOOM, edition_for, tiles_at
from geo.point import Box

MIN_ZOOM, MAX_ZOOM = 6, 14

Progress = Callable[[str], None]

# pmtiles publishes no types for it.
_Writer: Any = Writer


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
