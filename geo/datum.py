"""Bring coordinates of the datums in use in China to WGS-84, and back.

Chinese maps, phones and platforms speak three datums: WGS-84 (GPS receivers), GCJ-02 (the state's shifted datum:
AMap, Tencent, phone positioning services) and BD-09 (Baidu, a second shift on top of GCJ-02). The same place differs
by 300-700 m between WGS-84 and GCJ-02 and by up to 1.3 km between WGS-84 and BD-09, so a position without its datum
is worth nothing. Inside the system there is only WGS-84.

Neither shift is published officially. The formulas are the public reconstruction that the field agrees on: GCJ-02 as in
googollee/eviltransform and wandergis/coordtransform (Krasovsky 1940 ellipsoid, harmonic offsets about 105° E 35° N),
BD-09 as in coordtransform and hujiulong/gcoord. Their published inverses are approximations (up to some metres); ours
iterate until the forward formula gives the point back.

The shifts apply inside a box around China, not inside its border, as in those libraries: neighbours in the box are
shifted as well. A source that does not shift there must tag its points ``wgs84``.
"""

import math
from collections.abc import Callable
from enum import StrEnum

from geo.point import Point

# Krasovsky 1940, the ellipsoid of the GCJ-02 reconstruction: semi-major axis in metres, eccentricity squared.
_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323

# The box in which the reconstruction shifts (eviltransform, coordtransform): degrees, WGS-84.
CHINA_BOX_WEST, CHINA_BOX_SOUTH, CHINA_BOX_EAST, CHINA_BOX_NORTH = 72.004, 0.8293, 137.8347, 55.8271

# The harmonic offsets are written around this point.
_ORIGIN_LON, _ORIGIN_LAT = 105.0, 35.0

# Baidu's second shift: a ripple of this angular frequency, then a fixed step in degrees.
_BAIDU_RIPPLE = math.pi * 3000.0 / 180.0
_BAIDU_STEP_LON, _BAIDU_STEP_LAT = 0.0065, 0.006

# No shift reaches further than this (at most 0.03° in the far north-east), so beyond it nothing needs to be undone.
_SHIFT_DEGREES_MAX = 0.05

# Each step of the inversion shrinks the error about fiftyfold (1 km -> below 1 µm in six).
_INVERSION_STEPS_MAX = 12
_INVERSION_DONE_DEGREES = 1e-12

# A point on the very edge of the box may come back this far outside of it (0.1 mm).
_ROUNDING_DEGREES = 1e-9

_Shift = Callable[[float, float], tuple[float, float]]


class Datum(StrEnum):
    """The datums a coordinate can arrive in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(point: Point, datum: Datum) -> Point:
    """Read a point given in ``datum`` as WGS-84.

    Exact inverse of `from_wgs84`: the round trip is within 1 mm in the whole box. Outside it the point is returned as
    it is. In the strip of some hundred metres where a shifted point leaves the box, the point is taken for a shifted
    one.
    """
    if datum is Datum.WGS84 or not in_china_box(point.lon, point.lat, margin=_SHIFT_DEGREES_MAX):
        return point
    lon, lat = _unshift(point.lon, point.lat, _SHIFTS[datum])
    came_from_inside = in_china_box(lon, lat, margin=_ROUNDING_DEGREES)
    return Point(lon, lat) if came_from_inside or in_china_box(point.lon, point.lat) else point


def from_wgs84(point: Point, datum: Datum) -> Point:
    """Express a WGS-84 point in ``datum``; outside the box around China it is returned as it is."""
    if datum is Datum.WGS84 or not in_china_box(point.lon, point.lat):
        return point
    return Point(*_SHIFTS[datum](point.lon, point.lat))


def in_china_box(lon: float, lat: float, margin: float = 0.0) -> bool:
    """Tell whether the shifts apply at a WGS-84 position; all in degrees, the margin widens the box."""
    return (
        CHINA_BOX_WEST - margin <= lon <= CHINA_BOX_EAST + margin
        and CHINA_BOX_SOUTH - margin <= lat <= CHINA_BOX_NORTH + margin
    )


def _unshift(lon: float, lat: float, shift: _Shift) -> tuple[float, float]:
    """Find the position that ``shift`` moves to (lon, lat) by fixed point: next door the shift is nearly the same."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_INVERSION_STEPS_MAX):
        shifted_lon, shifted_lat = shift(guess_lon, guess_lat)
        error_lon, error_lat = shifted_lon - lon, shifted_lat - lat
        if abs(error_lon) + abs(error_lat) < _INVERSION_DONE_DEGREES:
            break
        guess_lon, guess_lat = guess_lon - error_lon, guess_lat - error_lat
    return guess_lon, guess_lat


def _wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Shift degrees of WGS-84 to GCJ-02 (eviltransform ``wgs2gcj``)."""
    east_m, north_m = _gcj02_offset_m(lon - _ORIGIN_LON, lat - _ORIGIN_LAT)
    latitude = math.radians(lat)
    flattening = 1.0 - _ECCENTRICITY_SQUARED * math.sin(latitude) ** 2
    meridian_radius_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (flattening * math.sqrt(flattening))
    parallel_radius_m = _SEMI_MAJOR_M / math.sqrt(flattening) * math.cos(latitude)
    return lon + math.degrees(east_m / parallel_radius_m), lat + math.degrees(north_m / meridian_radius_m)


def _gcj02_offset_m(x: float, y: float) -> tuple[float, float]:
    """Return the offset east and north in metres at ``x`` degrees east and ``y`` degrees north of the origin."""
    ripple = _waves(x, (20.0, 6.0), (20.0, 2.0))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east_m += ripple + _waves(x, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _waves(x, (150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north_m += ripple + _waves(y, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _waves(y, (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0))
    return east_m, north_m


def _waves(degrees: float, *terms: tuple[float, float]) -> float:
    """Sum sine waves (amplitude in metres, half turns per degree), times the reconstruction's common factor of 2/3."""
    return 2.0 / 3.0 * sum(amplitude_m * math.sin(degrees * frequency * math.pi) for amplitude_m, frequency in terms)


def _gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """Shift degrees of GCJ-02 to BD-09 (coordtransform ``gcj02tobd09``)."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BAIDU_RIPPLE)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BAIDU_RIPPLE)
    return radius * math.cos(angle) + _BAIDU_STEP_LON, radius * math.sin(angle) + _BAIDU_STEP_LAT


def _wgs84_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    return _gcj02_to_bd09(*_wgs84_to_gcj02(lon, lat))


_SHIFTS: dict[Datum, _Shift] = {Datum.GCJ02: _wgs84_to_gcj02, Datum.BD09: _wgs84_to_bd09}
