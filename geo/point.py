"""A place on the earth, in WGS-84 degrees, and the few measures that need nothing else.

Distances use the haversine formula on a sphere (Sinnott, *Virtues of the Haversine*, Sky and Telescope 68, 1984):
within 0.5 % of the ellipsoid, exact enough beside any road, and the same everywhere in the system.
"""

import math
from dataclasses import dataclass

# Mean earth radius (2a + b) / 3 of the IUGG, as in osmnx `distance.py`.
EARTH_RADIUS_M = 6_371_008.8

_LON_MAX, _LAT_MAX = 180.0, 90.0


class BadPoint(ValueError):  # noqa: N818 - the name is the sentence
    """Say why two numbers are no place on the earth."""


@dataclass(frozen=True, slots=True)
class Point:
    """Longitude and latitude in WGS-84 degrees. Input from outside goes through `checked_point`."""

    lon: float
    lat: float


def checked_point(lon: float, lat: float) -> Point:
    """Return the point, or raise `BadPoint` when it is not finite, out of range, or (0, 0).

    (0, 0) lies in the Gulf of Guinea: it is what a device sends when it knows nothing.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise BadPoint(f"coordinates are not numbers: {lon}, {lat}")
    if abs(lon) > _LON_MAX:
        raise BadPoint(f"longitude {lon} is outside -180..180")
    if abs(lat) > _LAT_MAX:
        raise BadPoint(f"latitude {lat} is outside -90..90")
    if lon == 0.0 and lat == 0.0:
        raise BadPoint("(0, 0) is a device that knows no position, not a place")
    return Point(float(lon), float(lat))


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance in metres."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2.0)
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2.0)
    chord = half_lat * half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon * half_lon
    return 2.0 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def bearing_deg(a: Point, b: Point) -> float:
    """Return the initial course from ``a`` to ``b`` in degrees clockwise from north, 0 <= course < 360."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    turn = math.radians(b.lon - a.lon)
    east = math.sin(turn) * math.cos(lat_b)
    north = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(turn)
    return math.degrees(math.atan2(east, north)) % 360.0


def destination_point(start: Point, course_deg: float, distance_m: float) -> Point:
    """Return where one arrives after ``distance_m`` on the great circle that leaves ``start`` at ``course_deg``."""
    lat, course, arc = math.radians(start.lat), math.radians(course_deg), distance_m / EARTH_RADIUS_M
    sine = math.sin(lat) * math.cos(arc) + math.cos(lat) * math.sin(arc) * math.cos(course)
    east = math.sin(course) * math.sin(arc) * math.cos(lat)
    turn = math.degrees(math.atan2(east, math.cos(arc) - math.sin(lat) * sine))
    return Point((start.lon + turn + 180.0) % 360.0 - 180.0, math.degrees(math.asin(sine)))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in WGS-84 degrees that does not cross the date line; its edges belong to it."""

    west: float
    south: float
    east: float
    north: float

    def __contains__(self, point: Point) -> bool:
        """Tell whether the point lies inside or on the edge."""
        return self.west <= point.lon <= self.east and self.south <= point.lat <= self.north

    def widened(self, margin_m: float) -> "Box":
        """Return the box with ``margin_m`` metres added on every side."""
        tall = math.degrees(margin_m / EARTH_RADIUS_M)
        widest_lat = min(89.0, max(abs(self.south), abs(self.north)))
        wide = tall / math.cos(math.radians(widest_lat))
        return Box(self.west - wide, self.south - tall, self.east + wide, self.north + tall)
