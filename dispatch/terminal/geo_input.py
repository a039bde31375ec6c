"""What the geographic commands share: points and packs from the command line, refusals as sentences, one document."""

import argparse
import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dispatch.errors import BadInput
from geo.city_pack import CityPack
from geo.csv_rows import BadTable
from geo.datum import Datum, to_wgs84
from geo.osm_import import BadOsm
from geo.pack_files import BadPack
from geo.point import BadPoint, Point, checked_point
from geo.sites import BadCity
from geo.snap import NoRoad


@contextmanager
def bad_input() -> Iterator[None]:
    """Turn what `geo` refuses into the `BadInput` that ends a command with 2."""
    try:
        yield
    except (BadOsm, BadTable, BadCity, BadPack, BadPoint, NoRoad) as refusal:
        raise BadInput(str(refusal)) from refusal


@contextmanager
def named(what: str) -> Iterator[None]:
    """Say which point has no road."""
    try:
        yield
    except NoRoad as refusal:
        raise BadInput(f"{what}: {refusal}") from refusal


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turn a failed write (no such folder, no right, a full disk) into `BadInput` naming the place."""
    try:
        yield
    except OSError as trouble:
        raise BadInput(f"{path}: cannot be written ({trouble.strerror})") from trouble


def open_pack(path: Path) -> CityPack:
    """Open and verify a pack."""
    with bad_input():
        return CityPack.open(path)


def read_point(text: str, datum: Datum, option: str) -> Point:
    """Read ``LON,LAT`` given in a datum as WGS-84."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError as bad:
        raise BadInput(f"{option}: {text!r} is not LON,LAT") from bad
    try:
        return to_wgs84(checked_point(lon, lat), datum)
    except BadPoint as bad:
        raise BadInput(f"{option}: {bad}") from bad


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of a table")


def add_datum(parser: argparse.ArgumentParser) -> None:
    """Add ``--datum``."""
    choices = [datum.value for datum in Datum]
    parser.add_argument("--datum", choices=choices, default=Datum.WGS84.value, help="datum of the points given")


def say(document: object, lines: list[str], *, as_json: bool) -> None:
    """Print the document as JSON, or the lines for people."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False) if as_json else "\n".join(lines)
    sys.stdout.write(text + "\n")


def tell_progress(sentence: str) -> None:
    """Say on stderr what long work is doing."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def clock(time_s: float) -> str:
    """Write seconds for people; inf means there is no way."""
    return f"{int(time_s // 60):4d} min {time_s % 60:04.1f} s" if math.isfinite(time_s) else "no way"
