"""Cut drawables into the tiles of one zoom level and encode them as gzip-compressed MVT.

Everything per drawable is vectorised over the whole city (merge, simplify, find the tiles); Python loops only over
tiles. Lines that look alike are merged first: most streets arrive as one way per block, and one feature per street and
tile is a third of the bytes.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from mapbox_vector_tile.encoder import on_invalid_geometry_make_valid
from numpy.typing import NDArray

from geo.basemap_features import Drawable, Drawables

# Units across a tile, as renderers expect; the buffer hides the seams of wide lines (64 units = 8 px of 512).
_EXTENT, _BUFFER = 4096, 64
# Half a pixel of a 512 px tile; at the last zoom finer, because pages enlarge it.
_SIMPLIFY_UNITS, _SIMPLIFY_UNITS_LAST = 4.0, 1.5
# An area below this many square units (3 px by 3 px) is not drawn at that zoom.
_AREA_UNITS2_MIN = 24.0**2
# Below this zoom a road carries no name: nobody could read it, and unnamed roads merge into fewer lines.
ROAD_NAMES_FROM_ZOOM = 11
_LINE_LAYERS = frozenset({"road", "rail", "waterway"})

Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Edition:
    """Drawables prepared for a range of zoom levels: alike lines merged, in a fixed order."""

    drawables: list[Drawable]
    min_zooms: NDArray[np.int64]
    geometries: Geometries


@dataclass(frozen=True, slots=True)
class Tile:
    """One encoded tile: gzip-compressed MVT."""

    x: int
    y: int
    content: bytes


def edition_for(source: Drawables, *, with_road_names: bool) -> Edition:
    """Merge alike lines end to end, one-ways only in their direction; everything else stays as it is."""
    alike: dict[Drawable, list[int]] = defaultdict(list)
    drawables: list[Drawable] = []
    geometries: list[Geometries] = []
    for index, drawable in enumerate(source.drawables):
        if drawable.layer in _LINE_LAYERS:
            alike[drawable if with_road_names else _without_names(drawable)].append(index)
        else:
            drawables.append(drawable)
            geometries.append(source.geometries[index : index + 1])
    for drawable, indices in alike.items():
        lines = shapely.multilinestrings(source.geometries[indices])
        parts = shapely.get_parts(shapely.line_merge(lines, directed=("oneway", True) in drawable.properties))
        drawables.extend([drawable] * len(parts))
        geometries.append(parts)
    min_zooms = np.array([drawable.min_zoom for drawable in drawables], dtype=np.int64)
    return Edition(drawables, min_zooms, np.concatenate(geometries))


def _without_names(drawable: Drawable) -> Drawable:
    if drawable.layer != "road":
        return drawable
    plain = tuple((key, value) for key, value in drawable.properties if key not in {"name", "name_en"})
    return Drawable(drawable.layer, drawable.min_zoom, plain)


def tiles_at(edition: Edition, zoom: int, last_zoom: int) -> Iterator[Tile]:
    """Yield the tiles of one zoom level that show anything, by column, then row."""
    unit = 1.0 / (_EXTENT * 2**zoom)
    chosen = np.flatnonzero(edition.min_zooms <= zoom)
    tolerance = unit * (_SIMPLIFY_UNITS_LAST if zoom == last_zoom else _SIMPLIFY_UNITS)
    shapes = shapely.simplify(edition.geometries[chosen], tolerance, preserve_topology=False)
    visible = _is_visible(shapes, unit)
    chosen, shapes = chosen[visible], shapes[visible]
    drawn, columns, rows, whole = _tiles_touched(shapes, zoom)
    order = np.lexsort((drawn, rows, columns))
    drawn, columns, rows, whole = drawn[order], columns[order], rows[order], whole[order]
    starts = np.flatnonzero(np.diff(columns, prepend=-1) | np.diff(rows, prepend=-1))
    for start, stop in pairwise([*starts, len(order)]):
        x, y, inside = int(columns[start]), int(rows[start]), slice(start, stop)
        owners = [edition.drawables[index] for index in chosen[drawn[inside]]]
        content = _encode(owners, _cut(shapes[drawn[inside]], whole[inside], x, y, zoom))
        if content:
            yield Tile(x, y, gzip.compress(content, mtime=0))


def _is_visible(shapes: Geometries, unit: float) -> NDArray[np.bool_]:
    too_small = (shapely.get_dimensions(shapes) == 2) & (shapely.area(shapes) < _AREA_UNITS2_MIN * unit * unit)  # noqa: PLR2004 - an area has two dimensions
    return np.asarray(~shapely.is_empty(shapes) & ~too_small)


def _tiles_touched(shapes: Geometries, zoom: int) -> tuple[NDArray[np.int64], ...]:
    """Pair shapes with the tiles whose buffered square their bounds touch: shape, column, row, wholly inside."""
    side = 2**zoom
    bounds = shapely.bounds(shapes) * side
    margin = np.where(shapely.get_dimensions(shapes) == 0, 0.0, _BUFFER / _EXTENT)[:, None]
    low = np.clip(np.floor(bounds[:, :2] - margin), 0, side - 1).astype(np.int64)
    high = np.clip(np.floor(bounds[:, 2:] + margin), 0, side - 1).astype(np.int64)
    wide, tall = (high - low + 1).T
    count = wide * tall
    shape = np.repeat(np.arange(len(shapes)), count)
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    columns = low[shape, 0] + nth % wide[shape]
    rows = low[shape, 1] + nth // wide[shape]
    return shape, columns, rows, count[shape] == 1


def _cut(shapes: Geometries, whole: NDArray[np.int64], x: int, y: int, zoom: int) -> Geometries:
    """Clip to the buffered tile and express in tile units, y down, rounded."""
    side, margin = 2**zoom, _BUFFER / _EXTENT
    cut = shapes.copy()
    crossing = ~whole.astype(bool)
    edges = ((x - margin) / side, (y - margin) / side, (x + 1 + margin) / side, (y + 1 + margin) / side)
    cut[crossing] = shapely.clip_by_rect(shapes[crossing], *edges)

    def to_units(square: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.rint((square * side - (x, y)) * _EXTENT))

    return np.asarray(shapely.transform(cut, to_units))


def _encode(owners: list[Drawable], shapes: Geometries) -> bytes:
    """Encode one tile; lines with the same properties become one feature."""
    layers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    lines: dict[Drawable, list[Any]] = defaultdict(list)
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    for part, dimensions, index in zip(parts, shapely.get_dimensions(parts), part_of, strict=True):
        owner = owners[index]
        if owner.layer not in _LINE_LAYERS:
            layers[owner.layer].append({"geometry": part, "properties": dict(owner.properties)})
        elif dimensions == 1:
            lines[owner].append(part)
    for owner, alike in lines.items():
        layers[owner.layer].append({"geometry": shapely.multilinestrings(alike), "properties": dict(owner.properties)})
    options = {
        "y_coord_down": True,
        "extents": _EXTENT,
        "on_invalid_geometry": on_invalid_geometry_make_valid,
    }
    ordered = [{"name": name, "features": layers[name]} for name in sorted(layers)]
    return bytes(mapbox_vector_tile.encode(ordered, default_options=options)) if ordered else b""
