"""Take lines and polygons out of whatever a geometric operation returned."""

import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring


def lines_of(shape: BaseGeometry) -> list[LineString]:
    """List the lines of a geometry; points and areas of it are left out."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, LineString) and part.length > 0.0]


def polygons_of(shape: BaseGeometry) -> list[Polygon]:
    """List the polygons of a geometry; points and lines of it are left out."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and part.area > 0.0]


def beside(line: LineString, left_m: float) -> LineString:
    """Return the line that runs ``left_m`` to the left of another (negative: to the right), in its direction."""
    (parallel,) = lines_of(line.offset_curve(left_m, quad_segs=12))
    return parallel


def stretch(line: LineString, start_m: float, stop_m: float) -> LineString:
    """Return the part of a line between two distances along it."""
    (part,) = lines_of(substring(line, start_m, stop_m))
    return part
