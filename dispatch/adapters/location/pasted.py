"""Find coordinates in pasted text, in any notation in use: decimal, degrees and minutes, 度分秒, plus codes, map links.

A link tells its datum by whose it is, and words may name it (GPS, 高德, 百度 …). Otherwise it is unknown: then there is
one candidate for each datum in use, and a person chooses. Nothing is guessed and nothing is refused that has numbers.
Which number is the latitude: letters and Chinese words say it, else the range does; what is still open is tried both
ways and whatever lies in this city is a candidate.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from geo.datum import Datum, in_china_box, to_wgs84
from geo.places.plus_code import FULL, SHORT, BadPlusCode, completed, decoded
from geo.point import Box, Point, distance_m

LONGEST = 2_000
SAME_M = 5.0  # candidates nearer than this are one place
METRES_PER_DEGREE = 111_195.0
LEAST_RADIUS_M = 10.0

# A number with degrees, and perhaps minutes and seconds, with its side before or behind it.
_SIDE = r"(?:北纬|南纬|东经|西经|纬度|经度|(?<![a-z])(?:latitude|longitude|lat|lng|lon|[NSEW])(?![a-z]))"
_DMS = re.compile(
    rf"(?P<before>{_SIDE})?\s*[:=：]?\s*(?P<sign>[-+])?(?P<deg>\d{{1,3}}(?:\.\d+)?)"
    r"(?:\s*[°º度]\s*(?:(?P<min>\d{1,2}(?:\.\d+)?)\s*(?:['′’分]\s*"
    r"(?:(?P<sec>\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|''|秒))?)?)?)?"
    rf"\s*(?P<after>{_SIDE})?",
    re.IGNORECASE,
)
_LAT_WORDS = frozenset({"北纬", "南纬", "纬度", "latitude", "lat", "n", "s"})
_MINUS_WORDS = frozenset({"南纬", "西经", "s", "w"})
_DATUM_WORDS = (
    (re.compile(r"wgs[-_ ]?84|\bgps\b|北斗", re.IGNORECASE), Datum.WGS84),
    (re.compile(r"gcj[-_ ]?02|火星|高德|amap|腾讯|tencent|微信|国测局", re.IGNORECASE), Datum.GCJ02),
    (re.compile(r"bd[-_ ]?09|百度|baidu", re.IGNORECASE), Datum.BD09),
)
# Whose link: (host ends with, parameters that hold the pair, longitude first, datum).
_LINKS: tuple[tuple[str, tuple[str, ...], bool, Datum], ...] = (
    ("amap.com", ("position", "q", "location", "dest", "p"), True, Datum.GCJ02),
    ("gaode.com", ("position", "q", "location"), True, Datum.GCJ02),
    ("map.baidu.com", ("location", "latlng", "center"), False, Datum.BD09),
    ("map.qq.com", ("marker", "coord", "pointx", "center"), False, Datum.GCJ02),
    ("maps.google.com", ("q", "ll", "query", "center"), False, Datum.WGS84),
    ("google.com", ("q", "ll", "query", "center"), False, Datum.WGS84),
    ("maps.apple.com", ("ll", "q", "sll"), False, Datum.GCJ02),
    ("openstreetmap.org", ("mlat", "map"), False, Datum.WGS84),
)
_PAIR = re.compile(r"(-?\d{1,3}\.\d+)\s*[,，;/ ]\s*(-?\d{1,3}\.\d+)")
_APPS = {
    "amapuri": "amap.com",
    "iosamap": "amap.com",
    "androidamap": "amap.com",
    "baidumap": "map.baidu.com",
    "qqmap": "map.qq.com",
}
_LINK = re.compile(rf"(?:https?|{'|'.join(_APPS)})://[^\s，。]+|geo:[-0-9.,;=a-z]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of the text: WGS-84, and the datum it was read in."""

    point: Point
    datum: Datum


@dataclass(frozen=True, slots=True)
class Pasted:
    """Every reading that is possible; one when nothing is open. ``radius_m`` is the notation's own."""

    candidates: tuple[Candidate, ...]
    radius_m: float
    notation: str  # decimal | dms | plus_code | link


def find_coordinates(text: str, city: Box) -> Pasted | None:
    """Return what the text can mean in or near this city; None when it holds no coordinates. The first pair counts."""
    text = text[:LONGEST]
    link = _LINK.search(text)
    if link is not None and (found := _from_link(link[0], city)) is not None:
        return found
    return _from_plus_code(text, city) or _from_numbers(text, city)


def _from_link(url: str, city: Box) -> Pasted | None:
    if url.lower().startswith("geo:"):  # RFC 5870: latitude first, WGS-84 unless it says otherwise
        return _pair_of(url[4:], Datum.WGS84, city, lon_first=False)
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = _APPS.get(parts.scheme.lower(), host)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    for owner, names, lon_first, datum in _LINKS:
        if host != owner and not host.endswith(f".{owner}"):
            continue
        datum = _named_datum(asked.get("coord_type", "") + asked.get("coordinate", "")) or datum  # noqa: PLW2901 - the link overrules
        for name in ("lat", "dlat", "mlat"):
            lon = asked.get({"lat": "lon", "dlat": "dlon", "mlat": "mlon"}[name]) or asked.get("lng")
            if name in asked and lon is not None:
                return _pair_of(f"{asked[name]},{lon}", datum, city, lon_first=False)
        texts = [asked[name] for name in names if name in asked] + [
            unquote(parts.path.replace("@", " ")),
            unquote(parts.fragment),
        ]
        for each in texts:
            if (found := _pair_of(each, datum, city, lon_first=lon_first)) is not None:
                return found
    return None


def _pair_of(text: str, datum: Datum, city: Box, *, lon_first: bool) -> Pasted | None:
    found = _PAIR.search(text)
    if found is None:
        return None
    one, other = float(found[1]), float(found[2])
    lon, lat = (one, other) if lon_first else (other, one)
    return _reading([(lon, lat)], (datum,), _fine(found[1], found[2]), "link", city)


def _from_plus_code(text: str, city: Box) -> Pasted | None:
    middle = Point((city.west + city.east) / 2.0, (city.south + city.north) / 2.0)
    try:
        if (full := FULL.search(text)) is not None:
            point, height = decoded(full[0])
        elif (short := SHORT.search(text)) is not None:
            point, height = decoded(completed(short[0], middle))
        else:
            return None
    except BadPlusCode:
        return None
    radius_m = max(LEAST_RADIUS_M, height * METRES_PER_DEGREE)
    datum = _named_datum(text)
    # The code is defined on WGS-84, and the maps in use in China make it from their own shifted datum.
    datums = (datum,) if datum else (Datum.WGS84, Datum.GCJ02)
    return _reading([(point.lon, point.lat)], datums, radius_m, "plus_code", city)


def _from_numbers(text: str, city: Box) -> Pasted | None:
    numbers = [each for each in _DMS.finditer(text) if _is_coordinate(each)]
    if len(numbers) < 2:  # noqa: PLR2004 - a pair
        return None
    one, other = numbers[0], numbers[1]
    values = (_degrees(one), _degrees(other))
    if values[0] is None or values[1] is None:
        return None
    named = _named_datum(text)
    datums = (named,) if named else (Datum.GCJ02, Datum.BD09, Datum.WGS84)
    notation = "dms" if one["min"] or other["min"] else "decimal"
    radius_m = _fine(one[0], other[0]) if notation == "decimal" else 30.0
    return _reading(_orders(values[0], values[1], _axis(one), _axis(other)), datums, radius_m, notation, city)


def _is_coordinate(found: re.Match[str]) -> bool:
    """Say whether a number can be a coordinate: it has a fraction, a degree sign or a side, and is no house number."""
    return (
        "." in found["deg"]
        or found["min"] is not None
        or _axis(found) is not None
        or "度" in found[0]
        or "°" in found[0]
    )


def _axis(found: re.Match[str]) -> str | None:
    side = (found["before"] or found["after"] or "").lower()
    if not side:
        return None
    return "lat" if side in _LAT_WORDS else "lon"


def _degrees(found: re.Match[str]) -> float | None:
    minutes, seconds = float(found["min"] or 0.0), float(found["sec"] or 0.0)
    if minutes >= 60.0 or seconds >= 60.0:  # noqa: PLR2004 - of a degree, of a minute
        return None
    value = float(found["deg"]) + minutes / 60.0 + seconds / 3600.0
    side = (found["before"] or found["after"] or "").lower()
    minus = (found["sign"] == "-") is not (side in _MINUS_WORDS)
    return -value if minus else value


def _orders(one: float, other: float, one_axis: str | None, other_axis: str | None) -> list[tuple[float, float]]:
    """Return the pairs (lon, lat) that two numbers can mean."""
    if "lat" in (one_axis, other_axis) or "lon" in (one_axis, other_axis):
        return [(other, one)] if one_axis == "lat" or other_axis == "lon" else [(one, other)]
    return [(one, other), (other, one)]


def _reading(
    pairs: list[tuple[float, float]], datums: tuple[Datum, ...], radius_m: float, notation: str, city: Box
) -> Pasted | None:
    """Return the readings that are on the earth; of two orders the one that lies in or near the city."""
    on_earth = [Point(lon, lat) for lon, lat in pairs if abs(lon) <= 180.0 and abs(lat) <= 90.0]  # noqa: PLR2004 - degrees
    if not on_earth:
        return None
    near = [each for each in on_earth if _is_near(each, city)]
    candidates: list[Candidate] = []
    for point in near or on_earth:
        shifts = datums if in_china_box(point.lon, point.lat) else datums[:1]
        for datum in shifts:
            place = to_wgs84(point, datum)
            if all(distance_m(place, each.point) > SAME_M for each in candidates):
                candidates.append(Candidate(place, datum))
    return Pasted(tuple(candidates), radius_m, notation)


def _is_near(point: Point, city: Box) -> bool:
    margin = 1.0  # degrees: a neighbouring city is a sensible reading, another continent is not
    return (
        city.west - margin <= point.lon <= city.east + margin
        and city.south - margin <= point.lat <= city.north + margin
    )


def _named_datum(text: str) -> Datum | None:
    named = {datum for words, datum in _DATUM_WORDS if words.search(text)}
    return named.pop() if len(named) == 1 else None


def _fine(*written: str) -> float:
    """Return how exact a decimal notation is: the last digit that was written, at least ten metres."""
    digits = min(len(each.rpartition(".")[2].rstrip("NSEWnsew°º度 ")) if "." in each else 0 for each in written)
    return max(LEAST_RADIUS_M, METRES_PER_DEGREE * 10.0**-digits)
