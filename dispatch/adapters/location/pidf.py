"""Read a position by value: PIDF-LO (RFC 4119, 5491), alone or in a HELD answer (RFC 5985).

The shapes of RFC 5491 in two dimensions: Point, Circle, Ellipse, ArcBand, Polygon; the civic words of RFC 5139 are
kept as words. Only WGS-84 (EPSG 4326), whose ``pos`` is latitude first.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError  # the types; the parsing is defusedxml's

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.location.reading import Reading, told_number, told_point
from geo.places.locate import SourceKind
from geo.places.shapes import Area, arc_band, ellipse, polygon
from geo.point import Point

LONGEST = 64 << 10
CORNERS_MOST = 64
METRES_MOST = 100_000.0
CONFIDENCE = 0.95  # RFC 5491, 5: "a confidence of 95% is assumed"
POINT_RADIUS_M = 50.0  # a Point says nothing about itself
WGS84 = re.compile(r"urn:ogc:def:crs:EPSG::(4326|4979)")
METRES, DEGREES = "urn:ogc:def:uom:EPSG::9001", "urn:ogc:def:uom:EPSG::9102"
CIVIC = ("A3", "A4", "A5", "A6", "RD", "STS", "HNO", "LMK", "NAM", "BLD", "FLR", "UNIT", "ROOM", "LOC")
CIVIC_LONGEST = 120


def read_pidf(body: bytes) -> Reading:
    """Return the first position of a document; raise ``BadFieldError`` naming the element that is wrong."""
    if len(body) > LONGEST:
        raise BadFieldError("body", f"has more than {LONGEST} bytes")
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BadFieldError("body", f"is no XML that can be trusted: {type(error).__name__}") from error
    area = _area(root)
    return Reading(
        SourceKind.DEVICE,
        area,
        _confidence(root),
        at=_timestamp(root),
        number=_entity_number(root),
        indoors=_civic(root),
        detail=_method(root),
    )


def _area(root: Element) -> Area:
    for element in root.iter():
        shape = SHAPES.get(_local(element))
        if shape is not None:
            _check_datum(element)
            return shape(element)
    raise BadFieldError("location-info", "holds no Point, Circle, Ellipse, ArcBand or Polygon")


def _point(element: Element) -> Area:
    return Area(_pos(element), POINT_RADIUS_M)


def _circle(element: Element) -> Area:
    return Area(_pos(element), _metres(element, "radius"))


def _ellipse(element: Element) -> Area:
    major, minor = _metres(element, "semiMajorAxis"), _metres(element, "semiMinorAxis")
    return ellipse(_pos(element), major, minor, _degrees(element, "orientation"))


def _arc_band(element: Element) -> Area:
    inner, outer = _metres(element, "innerRadius"), _metres(element, "outerRadius")
    if inner >= outer:
        raise BadFieldError("innerRadius", f"{inner:g} is not less than outerRadius {outer:g}")
    return arc_band(_pos(element), inner, outer, _degrees(element, "startAngle"), _degrees(element, "openingAngle"))


def _polygon(element: Element) -> Area:
    numbers = [number for each in element.iter() if _local(each) in {"pos", "posList"} for number in _numbers(each)]
    pairs = list(zip(numbers[0::2], numbers[1::2], strict=False))
    if len(numbers) % 2 or not 4 <= len(pairs) <= CORNERS_MOST or pairs[0] != pairs[-1]:  # noqa: PLR2004 - a triangle, closed
        raise BadFieldError("Polygon", f"is no closed ring of 4 to {CORNERS_MOST} positions")
    return polygon([told_point(lon, lat, "pos", "pos") for lat, lon in pairs[:-1]])


SHAPES = {"Point": _point, "Circle": _circle, "Ellipse": _ellipse, "ArcBand": _arc_band, "Polygon": _polygon}


def _check_datum(element: Element) -> None:
    named = element.get("srsName", "")
    if not WGS84.fullmatch(named):
        raise BadFieldError("srsName", f"{named[:60]!r} is not WGS-84 (urn:ogc:def:crs:EPSG::4326)")


def _pos(element: Element) -> Point:
    found = _child(element, "pos")
    numbers = [] if found is None else _numbers(found)
    if len(numbers) not in {2, 3}:
        raise BadFieldError("pos", "is not latitude and longitude")
    return told_point(numbers[1], numbers[0], "pos", "pos")


def _numbers(element: Element) -> list[float]:
    return [
        told_number(each, "pos", -METRES_MOST, METRES_MOST) for each in (element.text or "").split()[: 3 * CORNERS_MOST]
    ]


def _metres(element: Element, name: str) -> float:
    return _measure(element, name, METRES, METRES_MOST)


def _degrees(element: Element, name: str) -> float:
    return _measure(element, name, DEGREES, 360.0)


def _measure(element: Element, name: str, unit: str, most: float) -> float:
    found = _child(element, name)
    if found is None:
        raise BadFieldError(name, "is missing")
    if found.get("uom", unit) != unit:
        raise BadFieldError(name, f"its unit is not {unit}")
    return told_number((found.text or "").strip(), name, 0.0, most)


def _confidence(root: Element) -> float:
    """Read RFC 7459's confidence, in per cent."""
    found = next(_named(root, "confidence"), None)
    if found is None or (found.text or "").strip() == "unknown":
        return CONFIDENCE
    return told_number((found.text or "").strip(), "confidence", 0.0, 100.0) / 100.0


def _timestamp(root: Element) -> datetime | None:
    found = next(_named(root, "timestamp"), None)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat((found.text or "").strip())
    except ValueError as error:
        raise BadFieldError("timestamp", "is no time") from error
    if at.tzinfo is None:
        raise BadFieldError("timestamp", "has no time zone")
    return at.astimezone(UTC)


def _entity_number(root: Element) -> str | None:
    """Read the caller's number from ``entity="tel:+86…"`` or a deviceID of that form."""
    written = [root.get("entity", ""), *((each.text or "").strip() for each in _named(root, "deviceID"))]
    found = (re.fullmatch(r"(?:tel|sip|pres):(\+?[0-9]{3,15})(?:[@;].*)?", each) for each in written)
    return next((each[1] for each in found if each), None)


def _civic(root: Element) -> str | None:
    words = [(each.text or "").strip()[:CIVIC_LONGEST] for name in CIVIC for each in _named(root, name)]
    return " ".join(word for word in words if word) or None


def _method(root: Element) -> dict[str, str]:
    found = next(_named(root, "method"), None)
    return {} if found is None or not found.text else {"method": found.text.strip()[:40]}


def _named(root: Element, name: str) -> Iterator[Element]:
    return (each for each in root.iter() if _local(each) == name)


def _child(element: Element, name: str) -> Element | None:
    return next((each for each in element if _local(each) == name), None)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
