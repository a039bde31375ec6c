"""Turn the shapes in which networks tell a position into an outline and the circle around it.

The shapes are those of GML PIDF-LO (RFC 5491) and of a base station's sector. All WGS-84 and metres; courses in
degrees clockwise from north. An outline is a ring of corners whose last joins the first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from geo.point import Point, destination_point, distance_m

# Corners of a drawn curve: off the true arc by less than 1 % of its radius.
STEPS = 24


@dataclass(frozen=True, slots=True)
class Area:
    """Where somebody may be: the middle, the radius of the circle that holds all of it, and the outline if it has one.

    A circle has no outline of its own.
    """

    center: Point
    radius_m: float
    outline: tuple[Point, ...] = ()


def ellipse(center: Point, semi_major_m: float, semi_minor_m: float, course_deg: float) -> Area:
    """Return an ellipse whose long axis points to ``course_deg`` (RFC 5491, 5.2.4)."""
    corners = []
    for step in range(STEPS):
        turn = 2.0 * math.pi * step / STEPS
        along, across = semi_major_m * math.cos(turn), semi_minor_m * math.sin(turn)
        course = course_deg + math.degrees(math.atan2(across, along))
        corners.append(destination_point(center, course, math.hypot(along, across)))
    return Area(center, max(semi_major_m, semi_minor_m), tuple(corners))


def arc_band(center: Point, inner_m: float, outer_m: float, start_deg: float, opening_deg: float) -> Area:
    """Return the band between two radii over an opening, clockwise from ``start_deg`` (RFC 5491, 5.2.5).

    A full turn is the disc: whoever stands in its hole is not believed to be the one who knows it.
    """
    if opening_deg >= 360.0:  # noqa: PLR2004 - a full turn
        return Area(center, outer_m)
    steps = max(2, math.ceil(STEPS * opening_deg / 360.0))
    courses = [start_deg + opening_deg * step / steps for step in range(steps + 1)]
    far = [destination_point(center, course, outer_m) for course in courses]
    near = [destination_point(center, course, inner_m) for course in reversed(courses)] if inner_m > 0 else [center]
    return polygon((*far, *near))


def sector(mast: Point, azimuth_deg: float, opening_deg: float, range_m: float) -> Area:
    """Return what one antenna of a base station covers: ``opening_deg`` around ``azimuth_deg``, out to ``range_m``."""
    return arc_band(mast, 0.0, range_m, azimuth_deg - opening_deg / 2.0, opening_deg)


def polygon(corners: Sequence[Point]) -> Area:
    """Return the area of a ring: its middle is the middle of its corners' box, its circle holds every corner."""
    west, east = min(each.lon for each in corners), max(each.lon for each in corners)
    south, north = min(each.lat for each in corners), max(each.lat for each in corners)
    middle = Point((west + east) / 2.0, (south + north) / 2.0)
    return Area(middle, max(distance_m(middle, each) for each in corners), tuple(corners))


def around(points: Sequence[Point]) -> Area:
    """Return a circle that holds all points, for places of which one is meant and nobody knows which."""
    return Area(polygon(points).center, polygon(points).radius_m)
