"""Lay out the ground of Yunze: river, lake, rings, districts, in metres on a flat plan.

The plan has x to the east and y to the north of the city's centre, and straight streets. Only at the very end
`place` bends and turns it a little and puts it on the earth, so that it looks grown and stays simple to draw.
"""

import math
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from geo.point import EARTH_RADIUS_M, Point

# Desert between Badain Jaran and Tengger, with no town within 60 km: nobody can take this for a real city.
CENTER = Point(103.70, 39.70)

CITY_HALF_WIDTH_M, CITY_HALF_HEIGHT_M = 8_150.0, 6_650.0

# Half width, half height and corner radius of the three rings.
RING_1 = (2_250.0, 1_750.0, 300.0)
RING_2 = (4_750.0, 4_250.0, 900.0)
RING_3 = (8_250.0, 6_750.0, 1_200.0)

RIVER_HALF_WIDTH_M = 110.0
# Riverside roads run this far from the middle of the river.
RIVERSIDE_M = 165.0
CREEK_HALF_WIDTH_M = 18.0

_TILT = math.radians(6.0)


@cache
def river() -> LineString:
    """Return the middle of the Yun river, flowing from west to east."""
    x = np.arange(-16_000.0, 16_001.0, 80.0)
    y = -3_000.0 + 430.0 * np.sin((x + 2_000.0) / 2_600.0) + 90.0 * np.sin(x / 900.0)
    return LineString(np.column_stack([x, y]))


@cache
def creek() -> LineString:
    """Return the middle of the Qing creek, from the north into the river."""
    y = np.arange(6_350.0, -2_600.0, -60.0)
    return LineString(np.column_stack([3_250.0 + 180.0 * np.sin(y / 1_100.0), y]))


@cache
def lake() -> Polygon:
    """Return the lake in the west, with an island that no bridge reaches."""
    turn = np.linspace(0.0, 2.0 * math.pi, 72, endpoint=False)
    reach = 1.0 + 0.16 * np.sin(3.0 * turn + 0.6) + 0.07 * np.sin(5.0 * turn)
    shore = Polygon(np.column_stack([-6_250.0 + 900.0 * reach * np.cos(turn), 2_250.0 + 620.0 * reach * np.sin(turn)]))
    return Polygon(shore.exterior, [island().exterior.coords])


@cache
def island() -> Polygon:
    """Return the island in the lake."""
    return shapely.Point(-6_250.0, 2_300.0).buffer(140.0, quad_segs=6)


@cache
def lakeside() -> Polygon:
    """Return the lake with its shore park; a road runs around it."""
    return Polygon(lake().exterior).buffer(70.0, quad_segs=4)


@cache
def river_water() -> Polygon:
    """Return the river between its embankments."""
    return river().buffer(RIVER_HALF_WIDTH_M, cap_style="flat")


@cache
def creek_water() -> Polygon:
    """Return the creek's water up to the river."""
    return creek().buffer(CREEK_HALF_WIDTH_M, cap_style="flat")


def rounded_box(half_width_m: float, half_height_m: float, radius_m: float) -> Polygon:
    """Return a box with round corners around the centre."""
    width, height = half_width_m - radius_m, half_height_m - radius_m
    return shapely.box(-width, -height, width, height).buffer(radius_m, quad_segs=12)


def municipality() -> Polygon:
    """Return the edge of the map."""
    return shapely.box(-15_000.0, -9_500.0, 15_500.0, 9_500.0)


@cache
def districts() -> dict[str, BaseGeometry]:
    """Return the six districts by name; together they cover the municipality without overlap."""
    banks = sorted(split(municipality(), river()).geoms, key=lambda bank: bank.centroid.y)
    south, north = banks[0], banks[-1]
    core = shapely.intersection(rounded_box(*RING_2), north)
    rest = shapely.difference(north, core)
    far = 20_000.0
    top = Polygon([(0.0, 0.0), (far, 0.9 * far), (-far, 0.9 * far)])
    west, east = shapely.box(-far, -far, 0.0, far), shapely.box(0.0, -far, far, far)
    sides = shapely.difference(rest, top)
    return {
        "云中区": core,
        "清河区": shapely.intersection(rest, top),
        "望山区": shapely.intersection(sides, west),
        "沐阳区": shapely.intersection(sides, east),
        "临江区": shapely.intersection(south, west),
        "南屏区": shapely.intersection(south, east),
    }


def district_of(x: float, y: float) -> str:
    """Name the district of a place of the plan."""
    spot = shapely.Point(x, y)
    return min(districts(), key=lambda name: shapely.distance(districts()[name], spot))


def place(plan: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put plan metres (n x 2) on the earth: degrees WGS-84 (n x 2), on OSM's grid of 1e-7 degrees."""
    x, y = plan[:, 0], plan[:, 1]
    bent_x = x + 230.0 * np.sin(y / 2_700.0 + 0.7) + 45.0 * np.sin((x + y) / 1_500.0)
    bent_y = y + 210.0 * np.sin(x / 3_300.0 + 0.4) + 40.0 * np.sin((x - y) / 1_700.0)
    east = bent_x * math.cos(_TILT) - bent_y * math.sin(_TILT)
    north = bent_x * math.sin(_TILT) + bent_y * math.cos(_TILT)
    lat = CENTER.lat + np.degrees(north / EARTH_RADIUS_M)
    lon = CENTER.lon + np.degrees(east / (EARTH_RADIUS_M * math.cos(math.radians(CENTER.lat))))
    return np.asarray(np.round(np.column_stack([lon, lat]), 7), dtype=np.float64)
