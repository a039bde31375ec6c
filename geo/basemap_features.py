"""Decide what of an OSM file is drawn: tags -> layer, class, first zoom level.

The tables are the whole decision; reading is one pass with pyosmium. Coordinates leave here as web mercator in the
unit square (x east, y south, 0..1), the square that zoom level 0 shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from osmium.osm import Area, Node, TagList, Way

from geo.point import Box

_Thing = Node | Way | Area
Properties = tuple[tuple[str, str | bool], ...]

# Web mercator's square ends here; nothing of China is near it.
_LATITUDE_MAX = 85.0511287798

ROAD_MIN_ZOOM = {
    "motorway": 6,
    "trunk": 6,
    "primary": 8,
    "motorway_link": 11,
    "trunk_link": 11,
    "secondary": 10,
    "tertiary": 11,
    "primary_link": 12,
    "secondary_link": 13,
    "tertiary_link": 13,
    "unclassified": 12,
    "residential": 12,
    "living_street": 13,
    "service": 14,
    "pedestrian": 14,
    "track": 14,
    "footway": 14,
    "path": 14,
    "cycleway": 14,
    "steps": 14,
    "busway": 14,
}
RAIL_MIN_ZOOM = {"rail": 9, "subway": 11, "light_rail": 11, "tram": 12, "monorail": 12}
WATERWAY_MIN_ZOOM = {"river": 8, "canal": 11, "stream": 13, "drain": 14, "ditch": 14}
PLACE_MIN_ZOOM = {
    "city": 6,
    "district": 9,
    "county": 9,
    "town": 9,
    "suburb": 11,
    "quarter": 12,
    "village": 12,
    "neighbourhood": 13,
    "hamlet": 13,
    "island": 13,
    "square": 13,
    "locality": 14,
}
# (key, value) -> class and first zoom level; the first entry that matches decides.
POI_CLASSES = {
    ("amenity", "hospital"): ("hospital", 10),
    ("emergency", "ambulance_station"): ("ambulance_station", 12),
    ("station", "subway"): ("subway_station", 12),
    ("railway", "station"): ("railway_station", 11),
    ("aeroway", "aerodrome"): ("airport", 10),
    ("amenity", "clinic"): ("clinic", 13),
    ("amenity", "fire_station"): ("fire_station", 13),
    ("amenity", "police"): ("police", 13),
    ("amenity", "university"): ("university", 13),
    ("amenity", "college"): ("university", 13),
    ("amenity", "school"): ("school", 13),
    ("amenity", "kindergarten"): ("school", 14),
    ("amenity", "townhall"): ("townhall", 13),
    ("amenity", "bus_station"): ("bus_station", 13),
    ("amenity", "marketplace"): ("mall", 14),
    ("amenity", "fuel"): ("fuel", 14),
    ("amenity", "pharmacy"): ("pharmacy", 14),
    ("shop", "mall"): ("mall", 13),
    ("tourism", "hotel"): ("hotel", 14),
    ("leisure", "stadium"): ("stadium", 13),
    ("leisure", "park"): ("park", 12),
    ("natural", "water"): ("water", 12),
    ("highway", "bus_stop"): ("bus_stop", 14),
    ("barrier", "toll_booth"): ("toll_booth", 14),
    ("man_made", "bridge"): ("bridge", 13),
}
GREEN = {
    "leisure": {"park", "garden", "golf_course", "pitch", "nature_reserve"},
    "landuse": {"forest", "grass", "meadow", "cemetery", "recreation_ground", "orchard", "farmland"},
    "natural": {"wood", "scrub", "grassland"},
}
# In China: 4 province, 5 prefecture, 6 county or urban district (OSM wiki, Tag:boundary=administrative).
DISTRICT_ADMIN_LEVEL = "6"


@dataclass(frozen=True, slots=True)
class Drawable:
    """One thing to draw: its layer, the first zoom level that shows it, what the style may ask of it."""

    layer: str
    min_zoom: int
    properties: Properties


@dataclass(frozen=True, slots=True)
class Drawables:
    """All of a file: ``geometries[i]`` (shapely, unit square) belongs to ``drawables[i]``; broken ones are counted."""

    drawables: list[Drawable]
    geometries: NDArray[np.object_]
    skipped: int
    bounds: Box
    fictional: bool


def read_drawables(osm: Path) -> Drawables:
    """Read everything that is drawn from an ``.osm.pbf`` or ``.osm`` file.

    Objects whose geometry is broken (missing nodes, unclosed areas) are left out and counted. Raises RuntimeError
    (pyosmium's) when the file itself is unreadable, ValueError when it holds nothing to draw.
    """
    factory = osmium.geom.WKBFactory()
    drawables: list[Drawable] = []
    shapes: list[str] = []
    skipped = 0
    fictional = False
    for thing in _tagged(osm):
        tags = thing.tags  # asked key by key: turning 100,000 of them into dictionaries takes a second
        fictional = fictional or tags.get("fictional") == "yes"
        for drawable in _classify(thing, tags):
            try:
                shapes.append(_geometry(thing, factory))
            except (osmium.InvalidLocationError, RuntimeError):
                # RuntimeError: a line of one point, an area without a ring.
                skipped += 1
                continue
            drawables.append(drawable)
    if not drawables:
        raise ValueError(f"{osm.name} holds nothing that a base map draws")
    geometries = shapely.from_wkb(np.array(shapes, dtype=object))
    bounds = Box(*(float(edge) for edge in shapely.total_bounds(geometries)))
    _shrink_labels_of_areas(drawables, geometries)
    return Drawables(drawables, shapely.transform(geometries, _to_unit_square), skipped, bounds, fictional)


def _tagged(osm: Path) -> Iterator[_Thing]:
    keys = osmium.filter.KeyFilter(
        "highway", "railway", "waterway", "place", "natural", "leisure", "landuse", "building", "amenity", "shop",
        "emergency", "station", "aeroway", "tourism", "barrier", "man_made", "boundary",
    )  # fmt: skip
    areas = osmium.filter.KeyFilter(
        "natural", "waterway", "leisure", "landuse", "building", "amenity", "shop", "boundary", "aeroway"
    )
    for thing in osmium.FileProcessor(osm).with_locations().with_areas(areas).with_filter(keys):
        if isinstance(thing, _Thing):
            yield thing


def _geometry(thing: _Thing, factory: osmium.geom.WKBFactory) -> str:
    if isinstance(thing, Node):
        return str(factory.create_point(thing))
    if isinstance(thing, Way):
        return str(factory.create_linestring(thing))
    return str(factory.create_multipolygon(thing))


def _classify(thing: _Thing, tags: TagList) -> Iterator[Drawable]:
    """Name the layers a thing appears in: none, one, or an area and its label."""
    if isinstance(thing, Way):
        yield from _line(tags)
    elif isinstance(thing, Area):
        yield from _area(tags)
        yield from _label(tags)
    else:
        yield from _label(tags)


def _line(tags: TagList) -> Iterator[Drawable]:
    highway, railway, waterway = tags.get("highway"), tags.get("railway"), tags.get("waterway")
    if highway in ROAD_MIN_ZOOM:
        flags = (
            ("oneway", _is_oneway(tags)),
            ("bridge", tags.get("bridge", "no") != "no"),
            ("tunnel", tags.get("tunnel", "no") != "no"),
        )
        raised = tuple((key, True) for key, holds in flags if holds)
        yield Drawable("road", ROAD_MIN_ZOOM[highway], (("class", highway), *_names(tags), *raised))
    elif railway in RAIL_MIN_ZOOM:
        yield Drawable("rail", RAIL_MIN_ZOOM[railway], (("class", railway), *_names(tags)))
    elif waterway in WATERWAY_MIN_ZOOM:
        yield Drawable("waterway", WATERWAY_MIN_ZOOM[waterway], (("class", waterway), *_names(tags)))


def _is_oneway(tags: TagList) -> bool:
    return tags.get("oneway") in {"yes", "1", "true", "-1"} or tags.get("junction") in {"roundabout", "circular"}


def _area(tags: TagList) -> Iterator[Drawable]:
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
        yield Drawable("water", 6, ())
    elif tags.get("building", "no") != "no":
        yield Drawable("building", 14, ())
    elif any(tags.get(key) in values for key, values in GREEN.items()):
        kind = tags.get("leisure") or tags.get("landuse") or tags["natural"]
        yield Drawable("green", 9, (("class", kind),))
    elif tags.get("amenity") == "hospital":
        yield Drawable("green", 13, (("class", "hospital"),))
    elif tags.get("boundary") == "administrative" and tags.get("admin_level") == DISTRICT_ADMIN_LEVEL:
        yield Drawable("district", 8, _names(tags))


def _label(tags: TagList) -> Iterator[Drawable]:
    names = _names(tags)
    if not names or "boundary" in tags:
        return
    if tags.get("place") in PLACE_MIN_ZOOM:
        yield Drawable("place", PLACE_MIN_ZOOM[tags["place"]], (("class", tags["place"]), *names))
        return
    for (key, value), (kind, min_zoom) in POI_CLASSES.items():
        if tags.get(key) == value:
            yield Drawable("poi", min_zoom, (("class", kind), *names))
            return
    if "building" in tags:
        yield Drawable("poi", 14, (("class", "building"), *names))


def _names(tags: TagList) -> Properties:
    """Prefer simplified Chinese over whatever the plain name is in."""
    name = tags.get("name:zh-Hans") or tags.get("name:zh") or tags.get("name")
    english = tags.get("name:en")
    return tuple((key, value) for key, value in (("name", name), ("name_en", english)) if value)


def _shrink_labels_of_areas(drawables: list[Drawable], geometries: NDArray[np.object_]) -> None:
    """Replace an area by a point inside it where the area is only there to carry a label."""
    labels = np.array([drawable.layer in {"poi", "place"} for drawable in drawables], dtype=bool)
    geometries[labels] = shapely.point_on_surface(geometries[labels])


def _to_unit_square(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    latitude = np.radians(np.clip(degrees[:, 1], -_LATITUDE_MAX, _LATITUDE_MAX))
    return np.column_stack([degrees[:, 0] / 360.0 + 0.5, 0.5 - np.arcsinh(np.tan(latitude)) / (2.0 * np.pi)])
