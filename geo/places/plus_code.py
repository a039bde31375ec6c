"""Read Open Location Codes ("plus codes"), full and shortened.

Ours because the only package on PyPI is a third party's source upload of 2019 that brings an unlocked build; the
decoding is forty lines of the specification (google/open-location-code, ``docs/specification.md``).
"""

import math
import re

from geo.point import Point

ALPHABET = "23456789CFGHJMPQRVWX"
PAIRS = 10  # digits that halve the cell in both directions by twenty
FULL = re.compile(rf"[{ALPHABET}]{{8}}\+[{ALPHABET}]{{2,7}}", re.IGNORECASE)
SHORT = re.compile(rf"[{ALPHABET}]{{4,6}}\+[{ALPHABET}]{{2,7}}", re.IGNORECASE)
_GRID_ROWS, _GRID_COLUMNS = 5, 4


class BadPlusCode(ValueError):  # noqa: N818 - the name is the sentence
    """Say why something is no plus code."""


def decoded(code: str) -> tuple[Point, float]:
    """Return the middle of a full code's cell, and the height of the cell in degrees of latitude."""
    if not FULL.fullmatch(code):
        raise BadPlusCode(f"{code} is no full plus code")
    digits = [ALPHABET.index(each) for each in code.upper().replace("+", "")]
    south, west, height, width = -90.0, -180.0, 400.0, 400.0
    for lat_digit, lon_digit in zip(digits[0:PAIRS:2], digits[1:PAIRS:2], strict=True):
        height, width = height / 20.0, width / 20.0
        south, west = south + lat_digit * height, west + lon_digit * width
    for digit in digits[PAIRS:]:
        height, width = height / _GRID_ROWS, width / _GRID_COLUMNS
        south, west = south + digit // _GRID_COLUMNS * height, west + digit % _GRID_COLUMNS * width
    if south >= 90.0 or west >= 180.0:  # noqa: PLR2004 - degrees
        raise BadPlusCode(f"{code} is not on the earth")
    return Point(west + width / 2.0, south + height / 2.0), height


def completed(short: str, near: Point) -> str:
    """Return the full code that a short one means near a reference: the one whose cell is nearest to it."""
    if not SHORT.fullmatch(short):
        raise BadPlusCode(f"{short} is no short plus code")
    missing = 8 - short.index("+")
    step = 20.0 ** (2 - missing / 2)  # degrees between cells of the same short code
    prefix = encoded(near)[:missing]
    here, _ = decoded(prefix + short.upper())
    lat = _nearer(here.lat, near.lat, step, 90.0)
    lon = _nearer(here.lon, near.lon, step, 180.0)
    return encoded(Point(lon, lat), len(short) - 1 + missing)


def _nearer(value: float, reference: float, step: float, most: float) -> float:
    if value - reference > step / 2.0 and value - step > -most:
        return value - step
    if reference - value > step / 2.0 and value + step < most:
        return value + step
    return value


def encoded(point: Point, digits: int = PAIRS) -> str:
    """Return the code of a point with so many digits (10 to 15)."""
    # Whole steps of the finest grid, as in the reference implementation: no rounding between the levels.
    rows, columns = _GRID_ROWS**5, _GRID_COLUMNS**5
    lat = min(math.floor(round((point.lat + 90.0) * 8000 * rows, 6)), 180 * 8000 * rows - 1)
    lon = math.floor(round((point.lon + 180.0) * 8000 * columns, 6)) % (360 * 8000 * columns)
    tail = ""
    for _ in range(5):
        tail = ALPHABET[lat % _GRID_ROWS * _GRID_COLUMNS + lon % _GRID_COLUMNS] + tail
        lat, lon = lat // _GRID_ROWS, lon // _GRID_COLUMNS
    head = ""
    for _ in range(5):
        head = ALPHABET[lat % 20] + ALPHABET[lon % 20] + head
        lat, lon = lat // 20, lon // 20
    return f"{head[:8]}+{head[8:]}{tail}"[: digits + 1]
